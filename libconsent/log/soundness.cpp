// What a log knows against itself: the only place that says so, for every interface.
#include "log/soundness.hpp"

#include <algorithm>
#include <array>

#include "base/decimal.hpp"
#include "log/impl.hpp"
#include "log/open.hpp"
#include "standing/callers.hpp"

namespace consent {

namespace {

// What was said of the log outside it, held against what it says itself. "" where they agree.
// A head older than the log is what loss of power leaves, and is repaired; a newer one, or one of
// another log, means that entries once acknowledged are not here any more.
Message compare(const HeadState& head, std::uint64_t size, const merkle::NodeReader& nodes) {
  if (head.size > size) {
    return Message("log.db: holds {} entries, {} were acknowledged; {} are missing", size,
                   head.size, head.size - size);
  }
  if (merkle::root_of(head.size, nodes) != head.root) {
    return Message("log.db: its first {} entries are not those that were acknowledged", head.size);
  }
  return {};
}

// keys.db is written before log.db, so it may know more subjects and never fewer. `lost`: how many
// of the log's have no key.
// REQUIRES: a transaction, standing caught up.
Message compare_keys(KeyStore& keys, sqlite::Connection& db, KeptStanding& kept,
                     const std::string& incarnation, std::uint64_t& lost) {
  const bool other = keys.incarnation() != incarnation;
  const std::uint64_t seen = keys.log_size_seen();
  // Asked after it: another process may be writing both.
  const auto size =
      static_cast<std::uint64_t>(db.integer("SELECT coalesce(max(seq),-1)+1 FROM entry"));
  if (!other && seen > size) {
    return Message(
        "log.db: is older than keys.db: it holds {} entries, and {} were there when the keys were "
        "last written; {} are missing",
        size, seen, seen - size);
  }
  const std::uint64_t subjects = kept.living();
  const std::int64_t newest = kept.newest_subject();
  const auto own = keys.newest_id();
  // As many, but not the same: one was erased and another came since.
  const bool older = own && *own < newest;
  if (!other && !older && keys.subjects() + keys.accepted_lost() >= subjects) return {};
  const auto behind = kept.behind();
  auto newer = behind.begin();
  KeptStanding::Rows rows(kept);
  lost = keys.missing([&](Digest& tag) {
    while (rows.step()) {
      tag = digest_from_bytes(rows.tag()).value_or(Digest{});
      // An erased one has none, and its row may not say so yet.
      if (std::any_of(behind.begin(), behind.end(), [&](const KeptSubject* each) {
            return each->standing.tag == tag && each->standing.erased();
          })) {
        continue;
      }
      if (!rows.standing().erased()) return true;
    }
    // Subjects that came after the table was last written: those without a row.
    while (newer != behind.end() && ((*newer)->written || (*newer)->standing.erased())) ++newer;
    if (newer == behind.end()) return false;
    tag = (*newer++)->standing.tag;
    return true;
  });
  if (other) {
    return "keys.db: was written before the log's last restore, or for another copy of it";
  }
  if (lost <= keys.accepted_lost() && !older) return {};
  // Keys of an earlier version do not say how far their log went.
  if (seen == 0 && keys.suppressed_any()) {
    return Message(
        "keys.db and log.db: are not of one moment, one of them is older: {} subject(s) of the log "
        "have no key",
        lost);
  }
  return Message("keys.db: is older than log.db: {} subject(s) lost their key", lost);
}

Message other_log(std::string_view name) {
  return Message("{}: belongs to another log or incarnation than log.db", Message(name));
}

/// Whether the head was written with the keys beside it, as far as they can say.
bool is_own(const HeadState& head, KeyStore& keys) {
  return !keys.requires_head_mac() || is_authentic(head, keys.head_key());
}

Message forged(std::string_view name) {
  return Message("{}: was not written with this log's keys", Message(name));
}

const char* const damaged_list =
    "log.db: what is kept of its restores is not what its entries say; rebuild the log's tables";
const char* const other_tables =
    "log.db: its tables are those of another log or moment; rebuild the log's tables";
const char* const no_head = "head: missing or unreadable; what was acknowledged cannot be known";

}  // namespace

std::vector<std::uint64_t> find_restores(sqlite::Connection& db, std::uint64_t from) {
  std::vector<std::uint64_t> seqs;
  sqlite::Statement rows(db,
                         "SELECT seq,bytes FROM entry WHERE seq>=?1 AND "
                         "instr(bytes,CAST('\"log.restored\"' AS BLOB))>0 ORDER BY seq");
  rows.bind(1, static_cast<std::int64_t>(from));
  while (rows.step()) {
    if (losses::are_told_by(decode_entry(rows.blob(1)).entry.type)) {
      seqs.push_back(static_cast<std::uint64_t>(rows.integer(0)));
    }
  }
  return seqs;
}

void Log::Impl::examine(const std::optional<HeadState>& head,
                        const std::optional<HeadState>& second, bool has_keys) {
  const std::uint64_t size = size_now();
  const auto suspect = [&](Message what) {
    if (impairment.empty()) impairment = std::move(what);
  };
  if (!head) {
    // A copy that was handed out has neither head nor keys: it lacks nothing that was acknowledged
    // to it, and knows no number to answer about.
    if (has_keys) suspect(no_head);
    end_unknown = has_keys;
  } else if (head->incarnation != incarnation) {
    suspect(other_log("head"));
    end_unknown = true;
  } else if (Message what = compare(*head, size, nodes()); !what.empty()) {
    end_unknown = head->size <= size;
    suspect(std::move(what));
  }
  // A second head may have stayed behind, also behind a restore: what it knows must be here.
  if (second) {
    if (Message what = compare(*second, size, nodes()); !what.empty()) {
      end_unknown = end_unknown || second->size <= size;
      suspect(Message("second head: {}", what));
    }
  }
}

void Log::Impl::examine_keys(const std::optional<HeadState>& head,
                             const std::optional<HeadState>& second) {
  const auto check = [&](std::string_view name, const std::optional<HeadState>& state) {
    if (impairment.empty() && state && !is_own(*state, *keys)) impairment = forged(name);
  };
  check("head", head);
  check("second head", second);
  tables_damaged = false;
  const sqlite::Transaction snapshot(db, "BEGIN");
  try {
    kept->catch_up();
  } catch (const Error& error) {
    if (impairment.empty()) impairment = Message(error.message());
    return;
  }
  const auto seal = kept->sealed_with();
  Message damaged = kept->damage();
  if (damaged.empty() && seal && seal->incarnation != incarnation) damaged = other_tables;
  if (damaged.empty() && seal && seal->root != merkle::root_of(seal->size, nodes())) {
    damaged = other_tables;
  }
  if (!damaged.empty()) {
    tables_damaged = true;
    if (impairment.empty()) impairment = std::move(damaged);
    return;
  }
  Message what = compare_keys(*keys, db, *kept, incarnation, lost_keys);
  if (impairment.empty()) impairment = std::move(what);
}

Soundness Log::Impl::soundness() const {
  Soundness out;
  out.impairment = impairment;
  // A writer holds the writer's place and wrote the head itself.
  std::optional<HeadState> head;
  const bool looks = impairment.empty() && !writer;
  if (looks) head = HeadFile::read(folder / "head");
  // The head before the database: what it acknowledges must then be there.
  const sqlite::Transaction snapshot(db, "BEGIN");
  const std::uint64_t size = size_now();
  std::string now = incarnation;
  std::optional<std::string> row;
  bool listed = false;  // by a row that is authentic
  if (keys) {
    try {
      kept->catch_up();
      now = kept->state(derived::StateRows::incarnation_name).value_or(first_incarnation);
      row = kept->state(losses::state_key);
      listed = row || now == first_incarnation;
      if (out.impairment.empty()) out.impairment = kept->damage();
    } catch (const Error& error) {
      if (out.impairment.empty()) out.impairment = Message(error.message());
    }
  }
  if (looks) {
    if (!head) {
      if (keys) out.impairment = no_head;
    } else if (keys && !is_own(*head, *keys)) {
      out.impairment = forged("head");
    } else if (head->incarnation != now) {
      out.impairment = other_log("head");
    } else if (head->size > size) {
      out.impairment = compare(*head, size, nodes());
    }
  }
  if (!losses_read) losses_read.emplace();
  LossesRead& read = *losses_read;
  const auto take = [&](std::uint64_t seq) {
    const AnyEvent said = decode_event(entry_at(seq));
    const auto* const begun = get_if<LogRestored>(said);
    if (begun == nullptr) throw Error(ErrorCode::storage, damaged_list);
    read.told.push_back(losses::told(seq, *begun));
  };
  try {
    if (row && *row != read.row) {
      read = {};
      for (const std::uint64_t seq : callers::from_value(*row)) take(seq);
      read.row = *row;
    } else if (!listed && size > read.size) {
      for (const std::uint64_t seq : find_restores(db, read.size)) take(seq);
      read.size = size;
    }
  } catch (const Error&) {
    read = {};
    if (out.impairment.empty()) out.impairment = damaged_list;
  }
  const losses::Doubt doubt = losses::doubt(read.told);
  out.doubtful_below = doubt.below;
  out.reviewed_below = doubt.reviewed_below;
  return out;
}

Soundness Log::soundness() const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  return impl_->soundness();
}

}  // namespace consent
