#include "consent/verify.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <unordered_map>

#include "consent/error.hpp"
#include "consent/log.hpp"
#include "event/encode.hpp"
#include "log/head.hpp"
#include "log/open.hpp"
#include "log/sqlite.hpp"
#include "log/standing.hpp"

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

struct Subject {
  std::uint64_t count = 0;
  std::int64_t last = -1;
  SubjectStanding standing;
};

struct Refuted {
  std::uint64_t seq;
  std::string what;
};

[[noreturn]] void refute(std::uint64_t seq, const std::string& what) { throw Refuted{seq, what}; }

std::string member(const canonical::Value& body, std::string_view key) {
  const canonical::Value* const value = body.find(key);
  return value != nullptr && value->string() != nullptr ? *value->string() : std::string{};
}

// A verifier of its own: it shares the hash, the reader of canonical JSON and append_clauses() with
// the writer, and no code that writes.
class LogCheck {
 public:
  LogCheck(sqlite::Connection& db, Verification& result) : db_(db), result_(result) {}

  void run(std::span<const note::VerifierKey> trusted, const std::optional<HeadState>& head,
           const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    entries(head, progress);
    tiles();
    checkpoints(trusted);
    against_head(head);
    standing();
    wordings();
  }

 private:
  void entries(const std::optional<HeadState>& head,
               const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    checkpoint_sizes();
    const auto all =
        static_cast<std::uint64_t>(db_.integer("SELECT coalesce(max(seq),-1)+1 FROM entry"));
    sqlite::Statement rows(db_, "SELECT seq,prev,leaf,bytes FROM entry ORDER BY seq");
    constexpr std::uint64_t progress_step = 4096;
    std::uint64_t backwards = 0;
    std::uint64_t first_backwards = 0;
    while (rows.step()) {
      const std::uint64_t seq = frontier_.size();
      // (1) Rows stand in order, without gaps.
      if (rows.integer(0) != static_cast<std::int64_t>(seq)) refute(seq, "entry is missing");
      // (2) The stored bytes are hashed before anything in them is believed.
      DecodedEntry decoded;
      try {
        decoded = decode_entry(rows.blob(3));
      } catch (const Error& error) {
        refute(seq, error.what());
      }
      const Entry& entry = decoded.entry;
      if (entry.leaf.view() != rows.blob(2))
        refute(seq, "content does not hash to the stored leaf");
      // (3) Each entry names its own place, its log and the entry before.
      if (entry.seq != seq) refute(seq, "names another sequence number");
      if (entry.prev != last_leaf_ || rows.blob(1) != last_leaf_.view()) {
        refute(seq, "does not follow the entry before it");
      }
      if (seq == 0) {
        if (entry.type != EventType::log_created) refute(0, "is not the creation of a log");
        origin_ = entry.log;
        own_key_ = member(decoded.body, "key");
        incarnation_ = member(decoded.body, "incarnation");
      } else if (entry.type == EventType::log_created) {
        refute(seq, "creates the log a second time");
      }
      if (entry.log != origin_) refute(seq, "belongs to another log");
      // (4) Each subject's own chain.
      if (entry.subject) subject_entry(entry, decoded.body);
      if (entry.recorded < last_at_ && backwards++ == 0) first_backwards = seq;
      last_at_ = entry.recorded;
      last_leaf_ = entry.leaf;
      note_wording(decoded.body, seq);
      frontier_.append(entry.leaf);
      // (5) The root at every size that was signed or acknowledged.
      if (signed_sizes_.contains(frontier_.size()) || (head && head->size == frontier_.size())) {
        roots_[frontier_.size()] = frontier_.root();
      }
      result_.coverage.entries = frontier_.size();
      if (progress && frontier_.size() % progress_step == 0) progress(frontier_.size(), all);
    }
    if (frontier_.size() == 0) refute(0, "the log holds no entry");
    if (progress) progress(frontier_.size(), all);
    if (backwards > 0) {
      result_.warnings.push_back("the clock went back " + std::to_string(backwards) +
                                 " time(s), first at entry " + std::to_string(first_backwards));
    }
  }

  void subject_entry(const Entry& entry, const canonical::Value& body) {
    Subject& subject = subjects_[entry.subject->tag];
    const auto seq = entry.seq;
    if (subject.standing.closed) refute(seq, "speaks of a subject that was closed by reassignment");
    if (entry.subject->seq != subject.count + 1) refute(seq, "its subject's count does not fit");
    if (entry.subject->prev != subject.last) refute(seq, "its subject's chain does not fit");
    subject.count += 1;
    subject.last = static_cast<std::int64_t>(seq);
    subject.standing.tag = entry.subject->tag;
    if (!digest_from_hex(member(body, "details"))) refute(seq, "has no commitment to its details");
    const auto happened = parse_stored_instant(member(body, "happened"));
    if (!happened) refute(seq, "says no time at which it happened");
    if (*happened > entry.recorded) refute(seq, "claims to have happened after it was recorded");
    try {
      append_clauses(entry, body, terms_, subject.standing);
    } catch (const Error& error) {
      refute(seq, error.what());
    }
  }

  void note_wording(const canonical::Value& body, std::uint64_t seq) {
    const canonical::Value* const named = body.find("wording");
    if (named == nullptr) return;
    const auto hash = named->string() != nullptr ? digest_from_hex(*named->string()) : std::nullopt;
    if (!hash) refute(seq, "a wording that is not a hash");
    named_wordings_.emplace(*hash, seq);
  }

  void checkpoint_sizes() {
    sqlite::Statement rows(db_, "SELECT size FROM checkpoint");
    while (rows.step()) signed_sizes_[static_cast<std::uint64_t>(rows.integer(0))] = true;
  }

  void tiles() {
    // (6) Every full tile is there, and its hashes and its root are those of the entries.
    std::vector<Digest> level;
    {
      sqlite::Statement leaves(db_, "SELECT leaf FROM entry ORDER BY seq");
      while (leaves.step()) level.push_back(*digest_from_bytes(leaves.blob(0)));
    }
    constexpr std::size_t width = 256;
    constexpr unsigned id_shift = 48;
    std::uint64_t seen = 0;
    sqlite::Statement read(db_, "SELECT root,hashes FROM tile WHERE id=?1");
    for (unsigned height = 0; level.size() >= width; ++height) {
      std::vector<Digest> above;
      for (std::size_t i = 0; i + width <= level.size(); i += width) {
        const std::span<const Digest> hashes(level.data() + i, width);
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
      level = std::move(above);
    }
    read.reset();
    if (static_cast<std::uint64_t>(db_.integer("SELECT count(*) FROM tile")) != seen) {
      refute(frontier_.size(), "the tree holds tiles that no entries make");
    }
  }

  void checkpoints(std::span<const note::VerifierKey> trusted) {
    // (7) Every kept checkpoint is signed by the key asked for and names a root this log had.
    std::vector<note::VerifierKey> keys(trusted.begin(), trusted.end());
    note::VerifierKey own;
    try {
      own = note::parse_verifier_key(own_key_);
    } catch (const Error& error) {
      refute(0, error.what());
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
          refute(std::min(size, frontier_.size()), "a checkpoint of another size or log");
        }
        const auto root = roots_.find(size);
        if (root == roots_.end()) refute(frontier_.size(), "a checkpoint of a longer log");
        if (root->second != checkpoint.root) {
          refute(size - 1, "a checkpoint was signed over other entries than these");
        }
        result_.coverage.signed_up_to = size;
        result_.coverage.signed_by = keys.front().text();
      } catch (const Error& error) {
        refute(std::min(size, frontier_.size()), error.what());
      }
    }
    result_.coverage.open_tail = frontier_.size() - result_.coverage.signed_up_to;
    if (result_.coverage.signed_up_to == 0) {
      result_.warnings.emplace_back("no checkpoint is kept: nothing here is signed");
    }
  }

  void against_head(const std::optional<HeadState>& head) {
    // (8) The head outside the database: was anything acknowledged that is not here?
    if (!head) {
      result_.coverage.not_checked.emplace_back(
          "whether the end was cut off after the last checkpoint: there is no head file");
      return;
    }
    if (to_hex(head->incarnation) != incarnation_) refute(0, "the head file is another log's");
    if (head->size > frontier_.size()) {
      refute(frontier_.size(), std::to_string(head->size - frontier_.size()) +
                                   " acknowledged entries are missing at the end");
    }
    const auto root = roots_.find(head->size);
    if (head->size > 0 && (root == roots_.end() || root->second != head->root)) {
      refute(head->size - 1, "entries are not those that were acknowledged");
    }
  }

  void standing() {
    // (9) The derived tables say what the entries say.
    sqlite::Statement rows(db_, "SELECT tag,count,last,closed,clauses FROM subject");
    std::uint64_t seen = 0;
    while (rows.step()) {
      ++seen;
      const auto tag = digest_from_bytes(rows.blob(0));
      const auto found = tag ? subjects_.find(*tag) : subjects_.end();
      if (found == subjects_.end())
        refute(frontier_.size(), "standing of a subject without entries");
      const Subject& subject = found->second;
      const SubjectStanding& built = subject.standing;
      const bool closed_fits =
          rows.is_null(3)
              ? !built.closed
              : built.closed && built.closed->time_since_epoch().count() == rows.integer(3);
      if (rows.integer(1) != static_cast<std::int64_t>(subject.count) ||
          rows.integer(2) != subject.last || !closed_fits ||
          rows.blob(4) != pack_clauses(built.clauses)) {
        refute(static_cast<std::uint64_t>(subject.last),
               "the kept standing of its subject is not what the entries say");
      }
    }
    if (seen != subjects_.size()) refute(frontier_.size(), "standing of a subject is missing");
    sqlite::Statement terms(db_, "SELECT id,text FROM term ORDER BY id");
    std::uint32_t id = 0;
    while (terms.step()) {
      ++id;
      if (terms.integer(0) != id || terms_.text(id) != terms.blob(1)) {
        refute(frontier_.size(),
               "the kept names of distributors and campaigns are not the entries'");
      }
    }
    if (id != terms_.size()) refute(frontier_.size(), "kept names are missing");
    result_.coverage.standing_checked = true;
  }

  void wordings() {
    // (10) A kept text is the text an entry names.
    sqlite::Statement rows(db_, "SELECT hash,text FROM wording");
    std::uint64_t kept = 0;
    while (rows.step()) {
      const Digest hash = sha256(rows.blob(1));
      if (hash.view() != rows.blob(0)) refute(frontier_.size(), "a kept wording is not its hash's");
      const auto named = named_wordings_.find(hash);
      if (named != named_wordings_.end()) ++kept;
    }
    if (kept != named_wordings_.size()) {
      result_.warnings.push_back(std::to_string(named_wordings_.size() - kept) +
                                 " wording(s) are known by their hash alone");
    }
  }

  sqlite::Connection& db_;
  Verification& result_;
  merkle::Frontier frontier_;
  Digest last_leaf_;
  Instant last_at_ = Instant::min();
  std::string origin_, own_key_, incarnation_;
  Terms terms_;
  std::unordered_map<Digest, Subject, DigestHash> subjects_;
  std::map<std::uint64_t, Digest> roots_;
  std::map<std::uint64_t, bool> signed_sizes_;
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
  sqlite::Connection db = open_log_for_reading(file);
  try {
    const sqlite::Transaction snapshot(db, "BEGIN");
    LogCheck(db, result).run(trusted, head, progress);
    result.verdict = ProofVerdict::proven;
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
