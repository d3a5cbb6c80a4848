// Entries, tree, signatures and head.
#include "verify/log_check.hpp"

#include <atomic>
#include <thread>

#include "base/decimal.hpp"

namespace consent::verifying {

void LogCheck::run(std::span<const note::VerifierKey> trusted,
                   const std::optional<HeadState>& head) {
  open_keys();
  entries();
  keys_to_trust(trusted);
  read_given();
  roots(head);
  tree_and_standing([&] {
    checkpoints();
    against_head(head);
    against_given();
  });
  wordings();
  evidence();
  details();
  coverage();
}

void LogCheck::entries() {
  const auto& progress = options_.progress;
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
    parts[i].wants_details = opens_sealed_;
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
    result_.warnings.push_back(
        Message("the clock went back {} time(s) and nothing in the log says so, first at entry {}",
                backwards_, first_backwards_));
  }
}

std::uint64_t LogCheck::count_entries() {
  constexpr std::uint64_t smallest_row = 64;  // prev and leaf alone
  const auto newest = db_.integer("SELECT coalesce(max(seq),-1) FROM entry");
  const auto room = static_cast<std::uint64_t>(db_.integer("PRAGMA page_count")) *
                    static_cast<std::uint64_t>(db_.integer("PRAGMA page_size")) / smallest_row;
  if (newest < 0) return 0;
  if (static_cast<std::uint64_t>(newest) < room) return static_cast<std::uint64_t>(newest) + 1;
  return static_cast<std::uint64_t>(db_.integer("SELECT count(*) FROM entry"));
}

void LogCheck::read_mark(std::uint64_t all) {
  kept_upto_ = all;
  has_state_ = db_.integer("PRAGMA user_version") >= schema::with_state;
  has_mark_ = db_.integer("PRAGMA user_version") >= schema::with_mark;
  has_clock_steps_ = db_.integer("PRAGMA user_version") >= schema::with_clock_steps;
  standing_is_whole_ = db_.integer("PRAGMA user_version") >= schema::with_contacts_in_standing;
  if (!has_mark_) return;
  sqlite::Statement row(db_, "SELECT value FROM state WHERE key='standing_upto'");
  const auto mark = row.step() ? to_count(row.blob(0)) : std::nullopt;
  // What is wrong with the mark is told after the entries have been checked.
  mark_fits_ = mark && *mark <= all;
  if (mark_fits_) kept_upto_ = *mark;
}

void LogCheck::join(Part& part) {
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
  for (std::uint32_t id = 1; id < ids.size(); ++id) terms_as_here = terms_as_here && ids[id] == id;
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
      clause.advertiser = ids[clause.advertiser];
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
  clock_steps_.insert(clock_steps_.end(), part.clock_steps.begin(), part.clock_steps.end());
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
  restores_.insert(restores_.end(), part.restores.begin(), part.restores.end());
  named_wordings_.merge(part.wordings);
  named_evidence_.insert(named_evidence_.end(), part.evidence.begin(), part.evidence.end());
  named_details_.insert(named_details_.end(), part.details.begin(), part.details.end());
}

void LogCheck::roots(const std::optional<HeadState>& head) {
  sqlite::Statement rows(db_, "SELECT size FROM checkpoint");
  while (rows.step()) wanted_.insert(static_cast<std::uint64_t>(rows.integer(0)));
  if (head) wanted_.insert(head->size);
  tiles_kept_ = static_cast<std::uint64_t>(db_.integer("SELECT count(*) FROM tile"));
}

void LogCheck::tree(sqlite::Connection& db) {
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
      const auto id = static_cast<std::int64_t>((std::uint64_t{height} << id_shift) | (i / width));
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

void LogCheck::tree_and_standing(const std::function<void()>& between) {
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

void LogCheck::keys_to_trust(std::span<const note::VerifierKey> trusted) {
  // (7) Every kept checkpoint is signed by the key asked for and names a root this log had.
  std::vector<note::VerifierKey>& keys = keys_to_trust_;
  keys.assign(trusted.begin(), trusted.end());
  note::VerifierKey own;
  try {
    own = note::parse_verifier_key(own_key_);
  } catch (const Error& error) {
    refute(0, error.message());
  }
  if (own.name != origin_) refute(0, "names a key of another log");
  if (keys_ && keys_->signing_key().public_key() != own.key) {
    refute(0, "names another key than keys.db holds");
  }
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
}

void LogCheck::checkpoints() {
  const std::vector<note::VerifierKey>& keys = keys_to_trust_;
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
}

void LogCheck::against_head(const std::optional<HeadState>& head) {
  // (8) The head outside the database: was anything acknowledged that is not here?
  if (!head) {
    result_.coverage.not_checked.emplace_back(
        "whether the end was cut off after the last checkpoint: there is no head file");
    // In the owner's own folder it must be there: such a log is not written to any more either.
    std::error_code code;
    const fs::path folder = file_.parent_path();
    const bool has_head = fs::exists(folder / "head", code) && !fs::is_empty(folder / "head", code);
    if (!alone_ && (has_head || fs::exists(folder / "keys.db", code))) {
      lacking_ =
          Refuted{leaves_.size(),
                  "the head file is missing or unreadable: what was acknowledged cannot be known"};
    }
    return;
  }
  if (head->incarnation != incarnation_) refute(0, "the head file is another log's");
  if (head->size > leaves_.size()) {
    refute(leaves_.size(),
           Message("{} acknowledged entries are missing at the end", head->size - leaves_.size()));
  }
  const auto root = roots_.find(head->size);
  if (head->size > 0 && (root == roots_.end() || root->second != head->root)) {
    refute(head->size - 1, "entries are not those that were acknowledged");
  }
  if (!keys_) return;
  if (is_authentic(*head, keys_->head_key())) {
    by_head_ = head->size;
  } else if (keys_->requires_head_mac()) {
    refute(head->size, "the head file was not written with this log's keys");
  }
}

}  // namespace consent::verifying
