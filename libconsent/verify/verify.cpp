#include "consent/verify.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "consent/log.hpp"
#include "crypto/seal.hpp"
#include "event/body.hpp"
#include "event/encode.hpp"
#include "keys/keys.hpp"
#include "log/evidence.hpp"
#include "log/head.hpp"
#include "log/open.hpp"
#include "log/schema.hpp"
#include "sqlite/sqlite.hpp"
#include "standing/callers.hpp"
#include "standing/standing.hpp"

namespace consent {

namespace {

namespace fs = std::filesystem;

struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.bytes.data(), sizeof(hash));
    return hash;
  }
};

struct Refuted {
  std::uint64_t seq;
  Message what;
};

[[noreturn]] void refute(std::uint64_t seq, const Message& what) { throw Refuted{seq, what}; }

std::string member(const canonical::Value& body, std::string_view key) {
  const canonical::Value* const value = body.find(key);
  return value != nullptr && value->string() != nullptr ? *value->string() : std::string{};
}

constexpr std::uint64_t no_entry = ~std::uint64_t{0};

// A subject's entries inside one part of the log. What its first one claims of the entries before
// is checked when the parts are joined.
struct Subject {
  std::uint64_t first = 0;        ///< seq of the first entry here
  std::uint64_t claimed_seq = 0;  ///< its subject.seq
  std::int64_t claimed_prev = -1;
  std::uint64_t count = 0;
  std::int64_t last = -1;
  std::uint64_t kept_count = 0;  ///< of those that the derived table covers
  std::int64_t kept_last = -1;
  std::uint64_t ordinary = no_entry;  ///< first that may not follow a reassignment
  SubjectStanding standing;
};

/// A file that an entry names.
struct NamedEvidence {
  std::uint64_t seq;
  std::int64_t place;  ///< from 1
  Digest commitment;
  Digest tag;  ///< of the subject
};

constexpr auto most_clock_drift = std::chrono::seconds(2);  // as the writer's

constexpr std::uint64_t worth_a_thread = 20000;

// The file mapped: a scan of all of it copies no pages.
sqlite::Connection open_to_scan(const fs::path& file) {
  auto db = open_log_for_reading(file);
  db.execute("PRAGMA mmap_size=8589934592");
  return db;
}

// One run of entries, checked by one thread from its own connection.
struct Part {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t kept_upto = 0;  ///< the derived table covers the entries below
  Digest prev;                  ///< what the first entry names as the leaf before it
  std::vector<Digest> leaves;
  std::unordered_map<Digest, Subject, DigestHash> subjects;
  Terms terms;
  std::unordered_map<Digest, std::uint64_t, DigestHash> wordings;
  std::vector<NamedEvidence> evidence;
  std::vector<std::uint64_t> assigned;                            ///< seq of caller.assigned
  std::vector<std::pair<std::uint64_t, std::uint64_t>> released;  ///< seq, and what it ends
  std::string origin, key, incarnation;
  Instant first_at{}, last_at = Instant::min();
  std::uint64_t backwards = 0, first_backwards = 0;
  bool restored = false;
  std::optional<Refuted> refuted;

  void check(sqlite::Connection& db, const std::function<void()>& advanced) {
    try {
      run(db, advanced);
    } catch (const Refuted& found) {
      refuted = found;
    }
  }

 private:
  void run(sqlite::Connection& db, const std::function<void()>& advanced) {
    leaves.reserve(last - first);
    sqlite::Statement rows(
        db, "SELECT seq,prev,leaf,bytes FROM entry WHERE seq>=?1 AND seq<?2 ORDER BY seq");
    rows.bind(1, static_cast<std::int64_t>(first)).bind(2, static_cast<std::int64_t>(last));
    Digest before;
    for (std::uint64_t seq = first; seq < last; ++seq) {
      // (1) Rows stand in order, without gaps.
      if (!rows.step() || rows.integer(0) != static_cast<std::int64_t>(seq)) {
        refute(seq, "entry is missing");
      }
      // (2) The stored bytes are hashed before anything in them is believed.
      DecodedEntry decoded;
      try {
        decoded = decode_entry(rows.blob(3));
        check_body(decoded.entry, decoded.body);
      } catch (const Error& error) {
        refute(seq, error.message());
      }
      const Entry& entry = decoded.entry;
      if (entry.leaf.view() != rows.blob(2))
        refute(seq, "content does not hash to the stored leaf");
      // (3) Each entry names its own place, its log and the entry before.
      if (entry.seq != seq) refute(seq, "names another sequence number");
      if (rows.blob(1) != entry.prev.view()) refute(seq, "does not follow the entry before it");
      if (seq == first) {
        prev = entry.prev;
        origin = entry.log;
        first_at = entry.recorded;
      } else if (entry.prev != before) {
        refute(seq, "does not follow the entry before it");
      }
      if (entry.log != origin) refute(seq, "belongs to another log");
      if ((seq == 0) != (entry.type == EventType::log_created)) {
        refute(seq, seq == 0 ? "is not the creation of a log" : "creates the log a second time");
      }
      if (seq == 0) key = member(decoded.body, "key");
      if (seq == 0 || entry.type == EventType::log_restored) {
        incarnation = member(decoded.body, "incarnation");
        restored = seq != 0;
      }
      if (entry.type == EventType::caller_assigned) assigned.push_back(seq);
      if (entry.type == EventType::caller_released) {
        released.emplace_back(seq, static_cast<std::uint64_t>(*decoded.body.find("of")->integer()));
      }
      // (4) Each subject's own chain.
      if (entry.subject) subject_entry(entry, decoded.body);
      if (entry.type != EventType::clock_step && entry.recorded + most_clock_drift < last_at &&
          seq > first && backwards++ == 0) {
        first_backwards = seq;
      }
      last_at = entry.recorded;
      before = entry.leaf;
      if (const auto hash = digest_from_hex(member(decoded.body, "wording"))) {
        wordings.emplace(*hash, seq);
      }
      if (const canonical::Value* const files = decoded.body.find("files");
          entry.subject && files) {
        std::int64_t place = 0;
        for (const canonical::Value& file : *files->array()) {
          evidence.push_back(
              {seq, ++place, *digest_from_hex(member(file, "commitment")), entry.subject->tag});
        }
      }
      leaves.push_back(entry.leaf);
      advanced();
    }
  }

  void subject_entry(const Entry& entry, const canonical::Value& body) {
    const auto [found, added] = subjects.try_emplace(entry.subject->tag);
    Subject& subject = found->second;
    const auto seq = entry.seq;
    if (added) {
      subject.first = seq;
      subject.claimed_seq = entry.subject->seq;
      subject.claimed_prev = entry.subject->prev;
      subject.standing.tag = entry.subject->tag;
    } else {
      if (!may_follow(subject.standing, entry.type)) refute(seq, closed_text);
      if (entry.subject->seq != subject.claimed_seq + subject.count) refute(seq, count_text);
      if (entry.subject->prev != subject.last) refute(seq, chain_text);
    }
    if (!is_about_record(entry.type) && subject.ordinary == no_entry) subject.ordinary = seq;
    subject.count += 1;
    subject.last = static_cast<std::int64_t>(seq);
    if (seq < kept_upto) {
      subject.kept_count = subject.count;
      subject.kept_last = subject.last;
    }
    try {
      append_clauses(entry, body, terms, subject.standing);
    } catch (const Error& error) {
      refute(seq, error.message());
    }
  }

 public:
  static constexpr const char* closed_text =
      "speaks of a subject that was closed by reassignment or erasure";
  static constexpr const char* count_text = "its subject's count does not fit";
  static constexpr const char* chain_text = "its subject's chain does not fit";
};

// A verifier of its own: it shares the hash, the reader of canonical JSON and append_clauses() with
// the writer, and no code that writes.
class LogCheck {
 public:
  LogCheck(const fs::path& file, bool alone, sqlite::Connection& db, Verification& result)
      : file_(file), alone_(alone), db_(db), result_(result) {}

  void run(std::span<const note::VerifierKey> trusted, const std::optional<HeadState>& head,
           const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    entries(progress);
    roots(head);
    tree_and_standing([&] {
      checkpoints(trusted);
      against_head(head);
    });
    wordings();
    evidence();
  }

 private:
  void entries(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    const std::uint64_t all = count_entries();
    if (all == 0) refute(0, "the log holds no entry");
    read_mark(all);
    if (db_.integer("SELECT count(*) FROM entry WHERE seq<0") != 0) refute(0, "entry is missing");
    const std::uint64_t threads = std::clamp<std::uint64_t>(
        std::min<std::uint64_t>(std::thread::hardware_concurrency(), all / worth_a_thread), 1, 8);
    std::vector<Part> parts(threads);
    for (std::uint64_t i = 0; i < threads; ++i) {
      parts[i].first = all * i / threads;
      parts[i].last = all * (i + 1) / threads;
      parts[i].kept_upto = kept_upto_;
    }
    std::atomic<std::uint64_t> done{0};
    constexpr std::uint64_t progress_step = 4096;
    const auto count = [&] { done.fetch_add(1, std::memory_order_relaxed); };
    std::vector<std::exception_ptr> failed(threads);
    std::vector<std::jthread> others;
    for (std::uint64_t i = 1; i < threads; ++i) {
      others.emplace_back([&, i] {
        try {
          // Entries below `all` are there for good, so another connection sees the same ones.
          auto own = open_to_scan(file_);
          parts[i].check(own, count);
        } catch (...) {
          failed[i] = std::current_exception();
        }
      });
    }
    std::uint64_t mine = 0;
    parts[0].check(db_, [&] {
      count();
      if (progress && ++mine % progress_step == 0) progress(done.load(), all);
    });
    others.clear();
    for (const auto& failure : failed) {
      if (failure) std::rethrow_exception(failure);
    }
    for (Part& part : parts) join(part);
    if (progress) progress(all, all);
    if (backwards_ > 0) {
      result_.warnings.push_back(Message(
          "the clock went back {} time(s) and nothing in the log says so, first at entry {}",
          backwards_, first_backwards_));
    }
  }

  // How many entries the newest one promises, which is looked up and not counted; where the file
  // has no room for so many, those that are there: the gap lies among them.
  std::uint64_t count_entries() {
    constexpr std::uint64_t smallest_row = 64;  // prev and leaf alone
    const auto newest = db_.integer("SELECT coalesce(max(seq),-1) FROM entry");
    const auto room = static_cast<std::uint64_t>(db_.integer("PRAGMA page_count")) *
                      static_cast<std::uint64_t>(db_.integer("PRAGMA page_size")) / smallest_row;
    if (newest < 0) return 0;
    if (static_cast<std::uint64_t>(newest) < room) return static_cast<std::uint64_t>(newest) + 1;
    return static_cast<std::uint64_t>(db_.integer("SELECT count(*) FROM entry"));
  }

  // The derived table may be behind the entries; it says itself up to where it goes.
  void read_mark(std::uint64_t all) {
    kept_upto_ = all;
    has_state_ = db_.integer("PRAGMA user_version") >= schema::with_state;
    has_mark_ = db_.integer("PRAGMA user_version") >= schema::with_mark;
    if (!has_mark_) return;
    sqlite::Statement row(db_, "SELECT value FROM state WHERE key='standing_upto'");
    const auto mark = row.step() ? to_count(row.blob(0)) : std::nullopt;
    // What is wrong with the mark is told after the entries have been checked.
    mark_fits_ = mark && *mark <= all;
    if (mark_fits_) kept_upto_ = *mark;
  }

  // Puts a part behind those before it. The first thing wrong by seq is what counts, whether the
  // part's own thread found it or it shows only here.
  void join(Part& part) {
    std::optional<Refuted> worst = part.refuted;
    const auto suspect = [&](std::uint64_t seq, const char* what) {
      if (!worst || seq < worst->seq) worst = Refuted{seq, what};
    };
    const std::uint64_t first = part.first;
    if (!part.leaves.empty()) {
      const Digest before = leaves_.empty() ? Digest{} : leaves_.back();
      if (part.prev != before) suspect(first, "does not follow the entry before it");
      if (first == 0) {
        origin_ = part.origin;
        own_key_ = part.key;
      } else if (part.origin != origin_) {
        suspect(first, "belongs to another log");
      }
      if (first > 0 && part.first_at + most_clock_drift < last_at_ && backwards_++ == 0) {
        first_backwards_ = first;
      }
    }
    std::vector<std::uint32_t> ids(part.terms.size() + 1, 0);
    for (std::uint32_t id = 1; id < ids.size(); ++id) ids[id] = terms_.id_of(part.terms.text(id));
    bool terms_as_here = true;
    for (std::uint32_t id = 1; id < ids.size(); ++id)
      terms_as_here = terms_as_here && ids[id] == id;
    if (subjects_.empty()) subjects_.reserve(part.subjects.size());
    for (auto& [tag, subject] : part.subjects) {
      const auto [found, added] = subjects_.try_emplace(tag);
      Subject& whole = found->second;
      if (whole.standing.erased()) suspect(subject.first, Part::closed_text);
      if (whole.standing.closed && subject.ordinary != no_entry) {
        suspect(subject.ordinary, Part::closed_text);
      }
      if (subject.claimed_seq != whole.count + 1) suspect(subject.first, Part::count_text);
      if (subject.claimed_prev != whole.last) suspect(subject.first, Part::chain_text);
      const bool alone = whole.count == 0 && terms_as_here;
      whole.count += subject.count;
      whole.last = subject.last;
      whole.kept_count += subject.kept_count;
      if (subject.kept_count > 0) whole.kept_last = subject.kept_last;
      whole.standing.tag = tag;
      if (!whole.standing.closed) whole.standing.closed = subject.standing.closed;
      if (alone) {
        whole.standing.clauses = std::move(subject.standing.clauses);
        continue;
      }
      for (Clause& clause : subject.standing.clauses) {
        clause.distributor = ids[clause.distributor];
        clause.campaign = ids[clause.campaign];
        whole.standing.clauses.push_back(clause);
      }
    }
    if (leaves_.empty()) {
      leaves_ = std::move(part.leaves);
    } else {
      leaves_.insert(leaves_.end(), part.leaves.begin(), part.leaves.end());
    }
    result_.coverage.entries = leaves_.size();
    assigned_.insert(assigned_.end(), part.assigned.begin(), part.assigned.end());
    for (const auto& [seq, of] : part.released) {
      // What is ended stands before: check_body() has seen to that.
      if (!std::binary_search(assigned_.begin(), assigned_.end(), of)) {
        suspect(seq, "ends the assignment of a caller by an entry that assigns nobody");
      }
      released_.push_back(seq);
    }
    if (worst) throw Refuted{*worst};
    if (part.backwards > 0) {
      if (backwards_ == 0) first_backwards_ = part.first_backwards;
      backwards_ += part.backwards;
    }
    last_at_ = part.last_at;
    if (!part.incarnation.empty()) incarnation_ = part.incarnation;
    restored_ = restored_ || part.restored;
    named_wordings_.merge(part.wordings);
    named_evidence_.insert(named_evidence_.end(), part.evidence.begin(), part.evidence.end());
  }

  // (5) The root at every size that was signed or acknowledged.
  void roots(const std::optional<HeadState>& head) {
    sqlite::Statement rows(db_, "SELECT size FROM checkpoint");
    while (rows.step()) wanted_.insert(static_cast<std::uint64_t>(rows.integer(0)));
    if (head) wanted_.insert(head->size);
    tiles_kept_ = static_cast<std::uint64_t>(db_.integer("SELECT count(*) FROM tile"));
  }

  void tree(sqlite::Connection& db) {
    merkle::Frontier frontier;
    for (const Digest& leaf : leaves_) {
      frontier.append(leaf);
      if (wanted_.contains(frontier.size())) roots_[frontier.size()] = frontier.root();
    }
    // (6) Every full tile is there, and its hashes and its root are those of the entries.
    std::span<const Digest> level = leaves_;
    std::vector<Digest> kept;
    constexpr std::size_t width = 256;
    constexpr unsigned id_shift = 48;
    std::uint64_t seen = 0;
    sqlite::Statement read(db, "SELECT root,hashes FROM tile WHERE id=?1");
    for (unsigned height = 0; level.size() >= width; ++height) {
      std::vector<Digest> above;
      for (std::size_t i = 0; i + width <= level.size(); i += width) {
        const std::span<const Digest> hashes = level.subspan(i, width);
        const Digest root = merkle::root(hashes);
        const auto id =
            static_cast<std::int64_t>((std::uint64_t{height} << id_shift) | (i / width));
        read.reset();
        const bool there = read.bind(1, id).step();
        const std::string_view stored = there ? read.blob(1) : std::string_view{};
        const std::string_view expected(reinterpret_cast<const char*>(hashes.data()),
                                        hashes.size_bytes());
        if (!there || stored != expected || read.blob(0) != root.view()) {
          refute((i << (8U * height)), "a tile of the tree does not hold its entries' hashes");
        }
        above.push_back(root);
        ++seen;
      }
      kept = std::move(above);
      level = kept;
    }
    read.reset();
    if (tiles_kept_ != seen) {
      refute(leaves_.size(), "the tree holds tiles that no entries make");
    }
  }

  // The tree and the standing do not need each other: two threads on a long log. What is told is
  // the same as if one came after the other.
  void tree_and_standing(const std::function<void()>& between) {
    std::exception_ptr failed_tree;
    std::exception_ptr failed_standing;
    const auto both = [&](const auto& check, std::exception_ptr& failed) {
      try {
        check();
      } catch (...) {
        failed = std::current_exception();
      }
    };
    if (leaves_.size() < worth_a_thread) {
      both([&] { tree(db_); }, failed_tree);
      both([&] { standing(); }, failed_standing);
    } else {
      // Tiles that complete the entries below are there for good: another connection sees the same.
      std::jthread other([&] {
        both(
            [&] {
              auto own = open_to_scan(file_);
              tree(own);
            },
            failed_tree);
      });
      both([&] { standing(); }, failed_standing);
    }
    if (failed_tree) std::rethrow_exception(failed_tree);
    between();
    if (failed_standing) std::rethrow_exception(failed_standing);
  }

  void checkpoints(std::span<const note::VerifierKey> trusted) {
    // (7) Every kept checkpoint is signed by the key asked for and names a root this log had.
    std::vector<note::VerifierKey> keys(trusted.begin(), trusted.end());
    note::VerifierKey own;
    try {
      own = note::parse_verifier_key(own_key_);
    } catch (const Error& error) {
      refute(0, error.message());
    }
    if (own.name != origin_) refute(0, "names a key of another log");
    result_.coverage.key_was_given = !keys.empty();
    if (keys.empty()) {
      keys.push_back(own);
      result_.warnings.emplace_back(
          "no key was given: signatures were checked with the key that the log itself names");
    } else if (std::none_of(keys.begin(), keys.end(), [&](const note::VerifierKey& key) {
                 return key.name == own.name && key.key == own.key;
               })) {
      refute(0, "names another key than the one given");
    }
    sqlite::Statement rows(db_, "SELECT size,note FROM checkpoint ORDER BY size");
    while (rows.step()) {
      const auto size = static_cast<std::uint64_t>(rows.integer(0));
      try {
        const Checkpoint checkpoint = parse_checkpoint(note::verify(rows.blob(1), keys).text);
        if (checkpoint.size != size || checkpoint.origin != origin_) {
          refute(std::min(size, leaves_.size()), "a checkpoint of another size or log");
        }
        const auto root = roots_.find(size);
        if (root == roots_.end()) refute(leaves_.size(), "a checkpoint of a longer log");
        if (root->second != checkpoint.root) {
          refute(size - 1, "a checkpoint was signed over other entries than these");
        }
        result_.coverage.signed_up_to = size;
        result_.coverage.signed_by = keys.front().text();
      } catch (const Error& error) {
        refute(std::min(size, leaves_.size()), error.message());
      }
    }
    result_.coverage.open_tail = leaves_.size() - result_.coverage.signed_up_to;
    if (result_.coverage.signed_up_to == 0) {
      result_.warnings.emplace_back("no checkpoint is kept: nothing here is signed");
    }
  }

  void against_head(const std::optional<HeadState>& head) {
    // (8) The head outside the database: was anything acknowledged that is not here?
    if (!head) {
      result_.coverage.not_checked.emplace_back(
          "whether the end was cut off after the last checkpoint: there is no head file");
      // In the owner's own folder it must be there: such a log is not written to any more either.
      std::error_code code;
      const fs::path folder = file_.parent_path();
      const bool has_head =
          fs::exists(folder / "head", code) && !fs::is_empty(folder / "head", code);
      if (!alone_ && (has_head || fs::exists(folder / "keys.db", code))) {
        lacking_ = Refuted{
            leaves_.size(),
            "the head file is missing or unreadable: what was acknowledged cannot be known"};
      }
      return;
    }
    if (to_hex(head->incarnation) != incarnation_) refute(0, "the head file is another log's");
    if (head->size > leaves_.size()) {
      refute(leaves_.size(), Message("{} acknowledged entries are missing at the end",
                                     head->size - leaves_.size()));
    }
    const auto root = roots_.find(head->size);
    if (head->size > 0 && (root == roots_.end() || root->second != head->root)) {
      refute(head->size - 1, "entries are not those that were acknowledged");
    }
  }

  void standing() {
    // (9) The derived tables say what the entries say, those of `subject` as of the entry that
    // they go up to: a reader takes the rest from the entries themselves.
    if (!mark_fits_) refute(leaves_.size(), state_text);
    sqlite::Statement rows(db_, "SELECT tag,count,last,closed,clauses FROM subject");
    std::uint64_t seen = 0;
    while (rows.step()) {
      ++seen;
      const auto tag = digest_from_bytes(rows.blob(0));
      const auto found = tag ? subjects_.find(*tag) : subjects_.end();
      if (found == subjects_.end() || found->second.kept_count == 0)
        refute(leaves_.size(), "standing of a subject without entries");
      const Subject& subject = found->second;
      const SubjectStanding& built = subject.standing;
      // A reassignment is the last entry of its subject.
      const bool whole = subject.kept_count == subject.count;
      const bool closed = whole && built.closed.has_value();
      const bool closed_fits =
          rows.is_null(3) == !closed &&
          (!closed || built.closed == Instant(std::chrono::microseconds(rows.integer(3))));
      std::span<const Clause> clauses = built.clauses;
      while (!whole && !clauses.empty() && clauses.back().seq >= kept_upto_) {
        clauses = clauses.first(clauses.size() - 1);
      }
      if (rows.integer(1) != static_cast<std::int64_t>(subject.kept_count) ||
          rows.integer(2) != subject.kept_last || !closed_fits ||
          rows.blob(4) != pack_clauses(clauses)) {
        refute(static_cast<std::uint64_t>(subject.kept_last),
               "the kept standing of its subject is not what the entries say");
      }
    }
    const auto expected = std::count_if(subjects_.begin(), subjects_.end(), [](const auto& item) {
      return item.second.kept_count > 0;
    });
    if (seen != static_cast<std::uint64_t>(expected)) {
      refute(leaves_.size(), "standing of a subject is missing");
    }
    sqlite::Statement terms(db_, "SELECT id,text FROM term ORDER BY id");
    std::uint32_t id = 0;
    while (terms.step()) {
      ++id;
      if (terms.integer(0) != id || terms_.text(id) != terms.blob(1)) {
        refute(leaves_.size(), "the kept names of distributors and campaigns are not the entries'");
      }
    }
    if (id != terms_.size()) refute(leaves_.size(), "kept names are missing");
    state();
    result_.coverage.standing_checked = true;
  }

  void state() {
    if (!has_state_) return;
    sqlite::Statement rows(db_, "SELECT key,value FROM state");
    const auto living = std::count_if(subjects_.begin(), subjects_.end(), [](const auto& each) {
      return !each.second.standing.erased();
    });
    std::vector<std::uint64_t> told_callers = assigned_;
    told_callers.insert(told_callers.end(), released_.begin(), released_.end());
    std::sort(told_callers.begin(), told_callers.end());
    std::size_t seen = 0;
    while (rows.step()) {
      const std::string_view key = rows.blob(0);
      if (key == "newest_subject") {
        // Of keys.db, which is not here: each subject had an id, and none had the same.
        const auto id = to_count(rows.blob(1));
        if (!id || *id < subjects_.size()) refute(leaves_.size(), state_text);
        continue;
      }
      ++seen;
      const bool fits =
          key == "subjects"        ? rows.blob(1) == std::to_string(living)
          : key == "incarnation"   ? to_hex(rows.blob(1)) == incarnation_
          : key == "standing_upto" ? has_mark_
          : key == callers::state_key
              ? !told_callers.empty() && rows.blob(1) == callers::to_value(told_callers)
              : false;
      if (!fits) refute(leaves_.size(), state_text);
    }
    if (seen !=
        1U + (restored_ ? 1U : 0U) + (has_mark_ ? 1U : 0U) + (told_callers.empty() ? 0U : 1U))
      refute(leaves_.size(), state_text);
  }

  void wordings() {
    // (10) A kept text is the text an entry names.
    sqlite::Statement rows(db_, "SELECT hash,text FROM wording");
    std::uint64_t kept = 0;
    while (rows.step()) {
      const Digest hash = sha256(rows.blob(1));
      if (hash.view() != rows.blob(0)) refute(leaves_.size(), "a kept wording is not its hash's");
      if (!named_wordings_.contains(hash)) {
        refute(leaves_.size(), "a wording is kept that no entry names");
      }
      ++kept;
    }
    if (kept != named_wordings_.size()) {
      result_.warnings.push_back(
          Message("{} wording(s) are known by their hash alone", named_wordings_.size() - kept));
    }
  }

  void evidence() {
    // (11) Every file an entry names is kept under its commitment, and no other; where the keys are
    // here, it opens and is what the entry committed to.
    if (db_.integer("PRAGMA user_version") < evidence_since) {
      if (!named_evidence_.empty()) refute(named_evidence_[0].seq, "its evidence is not kept");
      return;
    }
    if (static_cast<std::size_t>(db_.integer("SELECT count(*) FROM evidence")) >
        named_evidence_.size()) {
      refute(leaves_.size(), "evidence is kept that no entry names");
    }
    if (named_evidence_.empty()) return;
    std::optional<KeyStore> keys = keys_for_evidence();
    const EvidenceFolder folder(file_.parent_path());
    sqlite::Statement read(
        db_, "SELECT commitment,opening,bytes FROM evidence WHERE seq=?1 AND place=?2");
    std::uint64_t gone = 0;
    std::uint64_t absent = 0;
    std::vector<const NamedEvidence*> missing;
    for (const NamedEvidence& named : named_evidence_) {
      read.reset();
      read.bind(1, static_cast<std::int64_t>(named.seq)).bind(2, named.place);
      const bool there = read.step();
      if (!there && !keys) {  // a copy that was made of the entries alone
        ++absent;
        continue;
      }
      if (!there || read.blob(0) != named.commitment.view()) {
        refute(named.seq, Message("its evidence {} is not in log.db", named.place));
      }
      if (!keys) continue;
      const auto subject = keys->by_tag(named.tag);
      if (!subject) {
        ++gone;
        continue;
      }
      const auto place = read.is_null(2) ? folder.find(named.commitment) : fs::path();
      if (read.is_null(2) && place.empty()) {
        missing.push_back(&named);
        continue;
      }
      try {
        const auto opening = open(subject->key.view(), named.commitment.view(), read.blob(1));
        open_evidence(opening, named.commitment, read.blob(2), place, [](std::string_view) {});
      } catch (const ProofError& error) {
        refute(named.seq,
               Message("its evidence {} is not what was sealed ({})", named.place, error));
      }
    }
    if (absent > 0) {
      result_.coverage.not_checked.push_back(
          Message("{} file(s) of evidence: not in this copy of the log", absent));
    }
    if (gone > 0) {
      result_.coverage.not_checked.push_back(
          Message("{} file(s) of evidence: their subjects' keys are destroyed", gone));
    }
    for (const NamedEvidence* const lost : missing) {
      result_.warnings.push_back(
          Message("entry {}: its evidence {}, the file evidence/{}, is missing", lost->seq,
                  lost->place, to_hex(lost->commitment)));
    }
    if (!missing.empty()) {
      lacking_ =
          Refuted{missing[0]->seq,
                  Message("{} file(s) of evidence are missing; see the warnings", missing.size())};
    }
  }

  /// none: nothing can be opened, and coverage says so.
  std::optional<KeyStore> keys_for_evidence() {
    const auto skip = [this](const Message& why) {
      result_.coverage.not_checked.push_back(Message("sealed evidence: {}", why));
      return std::optional<KeyStore>();
    };
    const fs::path file = file_.parent_path() / "keys.db";
    std::error_code code;
    if (alone_ || !fs::exists(file, code)) return skip("it opens with keys.db alone");
    try {
      auto keys = KeyStore::open(file, sqlite::Mode::read, origin_, {});
      // Whether it has expired cannot be known without a clock.
      if (keys.expires()) return skip("keys.db is a backup's copy");
      return std::optional<KeyStore>(std::move(keys));
    } catch (const Error& error) {
      return skip(error.message());
    }
  }

 public:
  /// Something is not here that should be, and nothing contradicts.
  [[nodiscard]] const std::optional<Refuted>& lacking() const noexcept { return lacking_; }

 private:
  static constexpr std::int64_t evidence_since = 4;
  const fs::path& file_;
  const bool alone_;  ///< log.db without its folder
  sqlite::Connection& db_;
  Verification& result_;
  std::vector<NamedEvidence> named_evidence_;
  std::vector<std::uint64_t> assigned_, released_;  ///< seq of entries on callers
  std::optional<Refuted> lacking_;
  std::vector<Digest> leaves_;
  std::unordered_set<std::uint64_t> wanted_;
  std::uint64_t tiles_kept_ = 0;
  Instant last_at_ = Instant::min();
  std::uint64_t backwards_ = 0, first_backwards_ = 0;
  static constexpr const char* state_text =
      "what is kept of the log itself is not what its entries say";
  std::string origin_, own_key_, incarnation_;
  bool restored_ = false;
  std::uint64_t kept_upto_ = 0;
  bool has_state_ = false, has_mark_ = false, mark_fits_ = true;
  Terms terms_;
  std::unordered_map<Digest, Subject, DigestHash> subjects_;
  std::map<std::uint64_t, Digest> roots_;
  std::unordered_map<Digest, std::uint64_t, DigestHash> named_wordings_;
};

}  // namespace

std::string_view to_word(ProofVerdict verdict) noexcept {
  switch (verdict) {
    case ProofVerdict::proven:
      return "proven";
    case ProofVerdict::refuted:
      return "refuted";
    case ProofVerdict::not_proven:
      break;
  }
  return "not_proven";
}

Verification verify_log(const fs::path& folder, std::span<const note::VerifierKey> trusted,
                        const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const bool is_file = fs::is_regular_file(folder);
  const fs::path file = is_file ? folder : folder / "log.db";
  Verification result;
  result.question =
      "Are these the entries that were written, in their order, with nothing between?";
  // The head before the database: a writer at work may only make the log longer than it.
  const auto head = is_file ? std::nullopt : HeadFile::read(folder / "head");
  sqlite::Connection db = open_to_scan(file);
  try {
    const sqlite::Transaction snapshot(db, "BEGIN");
    LogCheck check(file, is_file, db, result);
    check.run(trusted, head, progress);
    result.verdict = check.lacking() ? ProofVerdict::not_proven : ProofVerdict::proven;
    if (check.lacking()) result.problem = Problem{check.lacking()->seq, check.lacking()->what};
  } catch (const Refuted& refuted) {
    result.verdict = ProofVerdict::refuted;
    result.problem = Problem{refuted.seq, refuted.what};
  }
  result.coverage.not_checked.emplace_back("whether each event really happened as it was recorded");
  result.coverage.not_checked.emplace_back(
      "times: no time-stamping authority and no witness has signed this log");
  result.coverage.not_checked.emplace_back("sealed details: they open with keys.db alone");
  return result;
}

}  // namespace consent
