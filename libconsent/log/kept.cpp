#include "log/kept.hpp"

#include <algorithm>

#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "event/encode.hpp"
#include "log/schema.hpp"
#include "standing/standing.hpp"

namespace consent {

void KeptStanding::read_row(KeptSubject& subject) {
  const sqlite::Statement& row = read_subject_;
  subject.count = static_cast<std::uint64_t>(row.integer(0));
  subject.last = row.integer(1);
  if (!row.is_null(2)) {
    subject.standing.closed = Instant(std::chrono::microseconds(row.integer(2)));
  }
  if (damage_ == Damage::refused) {
    subject.standing.clauses = unpack_clauses(row.blob(3));
  } else if (auto clauses = try_unpack_clauses(row.blob(3))) {
    subject.standing.clauses = std::move(*clauses);
  } else {
    subject.standing.broken = true;
  }
}

KeptStanding::KeptStanding(sqlite::Connection& db, Damage damage)
    : db_(&db),
      damage_(damage),
      read_subject_(db, "SELECT count,last,closed,clauses FROM subject WHERE tag=?1") {}

std::optional<std::uint64_t> KeptStanding::mark() {
  read_mark_.reset();
  std::optional<std::uint64_t> found;
  if (read_mark_.step()) found = to_count(read_mark_.blob(0));
  read_mark_.reset();
  return found;
}

void KeptStanding::catch_up() {
  if (schema_ < schema::with_mark) {
    // Before, every commit wrote the rows that it changed: the table is never behind.
    schema_ = db_->integer("PRAGMA user_version");
    if (schema_ < schema::with_mark) return;
    read_mark_ = sqlite::Statement(*db_, "SELECT value FROM state WHERE key='standing_upto'");
    read_terms_ = sqlite::Statement(*db_, "SELECT text FROM term WHERE id>?1 ORDER BY id");
    read_entries_ =
        sqlite::Statement(*db_, "SELECT seq,bytes FROM entry WHERE seq>=?1 ORDER BY seq");
  }
  const auto now = mark();
  if (!now) {
    throw Error(ErrorCode::storage,
                db_->name() + ": does not say how far its standing goes; rebuild the log's tables");
  }
  if (!begun_ || *now != from_) {
    forget();
    if (*now >
        static_cast<std::uint64_t>(db_->integer("SELECT coalesce(max(seq),-1)+1 FROM entry"))) {
      throw Error(ErrorCode::storage,
                  db_->name() + ": its standing goes further than its entries; rebuild its tables");
    }
    begun_ = true;
    from_ = *now;
    at_ = *now;
  }
  read_terms_.reset();
  read_terms_.bind(1, static_cast<std::int64_t>(terms_.size()));
  while (read_terms_.step()) terms_.id_of(read_terms_.blob(0));
  read_terms_.reset();
  read_entries_.reset();
  read_entries_.bind(1, static_cast<std::int64_t>(at_));
  const auto refuse = [](std::uint64_t seq, std::string_view what) {
    throw BrokenLog(seq, "entry " + std::to_string(seq) + ": " + std::string(what));
  };
  try {
    while (read_entries_.step()) {
      const auto seq = static_cast<std::uint64_t>(read_entries_.integer(0));
      try {
        const DecodedEntry decoded = decode_entry(read_entries_.blob(1));
        if (decoded.entry.seq != seq || seq != at_) refuse(seq, "'seq' is not its own");
        if (decoded.entry.subject) {
          KeptSubject& subject = hold(decoded.entry.subject->tag);
          if (decoded.entry.subject->seq != subject.count + 1 ||
              decoded.entry.subject->prev != subject.last) {
            if (damage_ == Damage::refused) {
              refuse(seq, "its subject's chain does not fit what is kept of it");
            }
            subject.standing.broken = true;
            subject.count = decoded.entry.subject->seq - 1;
          }
          if (speaks_to_standing(decoded.entry.type)) {
            const AnyEvent said = decode_body(decoded.entry.type, decoded.body);
            add(subject, decoded.entry, std::get_if<Event>(&said), {});
          } else {
            add(subject, decoded.entry, nullptr, {});
          }
        }
      } catch (const BrokenLog&) {
        throw;
      } catch (const Error& error) {
        refuse(seq, error.what());
      }
      ++at_;
    }
  } catch (...) {
    read_entries_.reset();
    forget();
    throw;
  }
  read_entries_.reset();
}

void KeptStanding::forget() {
  begun_ = false;
  behind_.clear();
  subjects_.clear();
  terms_ = Terms();
}

std::optional<KeptSubject> KeptStanding::row(const Digest& tag) {
  read_subject_.reset();
  std::optional<KeptSubject> subject;
  if (read_subject_.bind_blob(1, tag.view()).step()) {
    subject.emplace();
    subject->standing.tag = tag;
    subject->written = true;
    read_row(*subject);
  }
  read_subject_.reset();
  return subject;
}

std::optional<KeptSubject> KeptStanding::read(const Digest& tag) {
  const auto found = subjects_.find(tag);
  if (found != subjects_.end()) return found->second;
  return row(tag);
}

SubjectStanding KeptStanding::derive(const KeptSubject& subject, std::span<const Entry> entries) {
  // Before the mark the table was never behind, and its terms are not in memory.
  if (schema_ < schema::with_mark) return subject.standing;
  SubjectStanding standing;
  standing.tag = subject.standing.tag;
  std::uint64_t count = 0;
  for (const Entry& entry : entries) {
    const auto refuse = [&] {
      throw BrokenLog(
          entry.seq,
          Message("entry {}: its subject's chain does not fit what is kept of it", entry.seq));
    };
    if (!entry.subject || entry.subject->seq != ++count) refuse();
    if (!speaks_to_standing(entry.type)) continue;
    const std::size_t known = terms_.size();
    append_clauses(entry, terms_, standing);
    // The table goes as far as the entries: a name that it lacks was changed in it.
    if (terms_.size() != known) {
      forget();
      refuse();
    }
  }
  if (count != subject.count) {
    throw BrokenLog(
        static_cast<std::uint64_t>(subject.last),
        Message("entry {}: its subject's chain does not fit what is kept of it", subject.last));
  }
  return standing;
}

bool KeptStanding::knows(const Digest& tag) {
  if (subjects_.contains(tag)) return true;
  read_subject_.reset();
  const bool found = read_subject_.bind_blob(1, tag.view()).step();
  read_subject_.reset();
  return found;
}

std::vector<const KeptSubject*> KeptStanding::behind() {
  std::vector<const KeptSubject*> out(behind_.begin(), behind_.end());
  std::sort(out.begin(), out.end(), [](const KeptSubject* a, const KeptSubject* b) {
    return a->standing.tag < b->standing.tag;
  });
  return out;
}

KeptSubject& KeptStanding::hold(const Digest& tag) {
  const auto [found, added] = subjects_.try_emplace(tag);
  if (added) {
    if (auto stored = row(tag)) {
      found->second = std::move(*stored);
    } else {
      found->second.standing.tag = tag;
    }
  }
  return found->second;
}

KeptSubject& KeptStanding::hold_new(const Digest& tag) {
  KeptSubject& subject = subjects_[tag];
  subject.standing.tag = tag;
  return subject;
}

void KeptStanding::add(KeptSubject& subject, const Entry& entry, const Event* event,
                       std::string_view own) {
  if (event != nullptr) append_clauses(entry, *event, own, terms_, subject.standing);
  count(subject, entry);
}

void KeptStanding::add(KeptSubject& subject, const Entry& entry, std::vector<Clause> clauses,
                       const Terms& theirs) {
  const auto translate = [&](std::uint32_t id) {
    return id == 0 ? id : terms_.id_of(theirs.text(id));
  };
  for (Clause& clause : clauses) {
    clause.seq = entry.seq;
    clause.recorded = entry.recorded;
    // In the order in which append_clauses() meets them: whoever reads the entries again finds the
    // same ids.
    clause.advertiser = translate(clause.advertiser);
    clause.campaign = translate(clause.campaign);
    clause.distributor = translate(clause.distributor);
  }
  std::vector<Clause>& all = subject.standing.clauses;
  if (all.empty()) {
    all = std::move(clauses);
  } else {
    all.insert(all.end(), clauses.begin(), clauses.end());
  }
  count(subject, entry);
}

void KeptStanding::count(KeptSubject& subject, const Entry& entry) {
  subject.count += 1;
  subject.last = static_cast<std::int64_t>(entry.seq);
  if (!subject.behind) {
    subject.behind = true;
    behind_.push_back(&subject);
  }
}

void KeptStanding::write(std::uint64_t size) {
  if (!put_) {
    put_subject_ = sqlite::Statement(
        *db_,
        "INSERT INTO subject(tag,count,last,closed,clauses) VALUES(?1,?2,?3,?4,?5) "
        "ON CONFLICT(tag) DO UPDATE SET count=excluded.count,last=excluded.last,"
        "closed=excluded.closed,clauses=excluded.clauses");
    put_mark_ = sqlite::Statement(*db_,
                                  "INSERT INTO state(key,value) VALUES('standing_upto',?1) "
                                  "ON CONFLICT(key) DO UPDATE SET value=excluded.value");
    put_ = true;
  }
  // In the order of the table, so that neighbours share a page. Hundreds of thousands lie all over
  // the memory: their first bytes, side by side, settle nearly every comparison.
  std::vector<std::pair<std::uint64_t, KeptSubject*>> in_order;
  in_order.reserve(behind_.size());
  for (KeptSubject* const subject : behind_) {
    std::uint64_t prefix = 0;
    for (std::size_t i = 0; i < sizeof prefix; ++i) {
      prefix = (prefix << 8U) | subject->standing.tag.bytes[i];
    }
    in_order.emplace_back(prefix, subject);
  }
  std::sort(in_order.begin(), in_order.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.second->standing.tag < b.second->standing.tag;
  });
  for (const auto& [prefix, subject] : in_order) {
    const SubjectStanding& standing = subject->standing;
    const std::string clauses = pack_clauses(standing.clauses);
    put_subject_.bind_blob(1, standing.tag.view())
        .bind(2, static_cast<std::int64_t>(subject->count))
        .bind(3, subject->last);
    if (standing.closed) {
      put_subject_.bind(4, standing.closed->time_since_epoch().count());
    } else {
      put_subject_.bind_null(4);
    }
    put_subject_.bind_blob(5, clauses).run();
    subject->behind = false;
    subject->written = true;
  }
  behind_.clear();
  const std::string mark = std::to_string(size);
  put_mark_.bind_blob(1, mark).run();
  from_ = size;
  at_ = size;
}

void KeptStanding::drop() {
  if (behind_.empty()) subjects_.clear();
}

}  // namespace consent
