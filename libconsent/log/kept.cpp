#include "log/kept.hpp"

#include <algorithm>

#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "event/encode.hpp"
#include "log/schema.hpp"
#include "standing/callers.hpp"
#include "standing/clock.hpp"
#include "standing/losses.hpp"
#include "standing/standing.hpp"

namespace consent {

namespace {

using derived::StateRows;

const char* const damaged_row =
    "log.db: what is kept of a subject is not what was written; rebuild the log's tables";
const char* const damaged_names =
    "log.db: the kept names are not those that were written; rebuild the log's tables";

/// Count in 8 bytes, then the MAC of the last name.
std::optional<std::uint64_t> names_in(std::string_view row) {
  if (row.size() != 8 + derived::mac_bytes) return std::nullopt;
  std::uint64_t count = 0;
  for (const char c : row.substr(0, 8)) count = (count << 8U) | static_cast<std::uint8_t>(c);
  return count;
}

}  // namespace

std::uint64_t KeptStanding::look() {
  if (keys_ == nullptr) {
    use(Source::entries);
    lists_ = true;
    return 0;
  }
  if (schema_ < schema::with_macs) {
    // A writer in another process may have brought the file to this schema.
    schema_ = db_->integer("PRAGMA user_version");
    if (schema_ < schema::with_macs) return look_at_legacy();
  }
  if (!read_seal_) {
    read_seal_ = sqlite::Statement(*db_, "SELECT value FROM state WHERE key='seal'");
  }
  read_seal_.reset();
  std::string_view row;
  if (read_seal_.step()) row = read_seal_.blob(0);
  if (!seal_ || *seal_ != row) {
    seal_ = std::string(row);
    read_seal_.reset();
    Message wrong = check_seal();
    if (wrong.empty()) {
      found_ = Message();
      use(Source::sealed);
      lists_ = false;
    } else {
      distrust(std::move(wrong));
    }
  }
  read_seal_.reset();
  if (source_ != Source::sealed) return 0;
  return to_count(state_.get(StateRows::mark_name).value_or("")).value_or(0);
}

std::uint64_t KeptStanding::look_at_legacy() {
  if (keys_->requires_derived_macs()) {
    if (!seal_) {
      seal_ = std::string();
      distrust("log.db: its tables are of an earlier schema than these keys wrote; rebuild them");
    }
    return 0;
  }
  use(Source::legacy);
  // Before the mark every commit wrote the rows that it changed: the table is never behind.
  if (schema_ < schema::with_mark) return 0;
  read_mark_ = sqlite::Statement(*db_, "SELECT value FROM state WHERE key='standing_upto'");
  const auto mark = read_mark_.step() ? to_count(read_mark_.blob(0)) : std::nullopt;
  read_mark_.reset();
  if (!mark) {
    throw Error(ErrorCode::storage,
                db_->name() + ": does not say how far its standing goes; rebuild the log's tables");
  }
  if (*mark >
      static_cast<std::uint64_t>(db_->integer("SELECT coalesce(max(seq),-1)+1 FROM entry"))) {
    throw Error(ErrorCode::storage,
                db_->name() + ": its standing goes further than its entries; rebuild its tables");
  }
  return *mark;
}

Message KeptStanding::check_seal() {
  state_.read(*db_);
  const auto seal = StateRows::parse_seal(state_.seal());
  if (!seal) return "log.db: its tables have no seal; rebuild the log's tables";
  if (!key_ || key_of_ != seal->incarnation) {
    key_ = keys_->derived_key(seal->incarnation);
    key_of_ = seal->incarnation;
  }
  if (!state_.is_authentic(*key_)) {
    return "log.db: what its tables say of the log is not what was written with its keys; rebuild "
           "the log's tables";
  }
  sealed_size_ = seal->size;
  return {};
}

void KeptStanding::distrust(Message why) {
  if (damage_ == Damage::refused) throw Error(ErrorCode::storage, why);
  found_ = std::move(why);
  use(Source::entries);
  state_.clear();
  lists_ = true;
  begun_ = false;
}

void KeptStanding::use(Source source) {
  if (source == source_) return;
  source_ = source;
  begun_ = false;
  read_subject_ = {};
  read_names_ = {};
}

void KeptStanding::restart(std::uint64_t mark) {
  behind_.clear();
  subjects_.clear();
  terms_ = Terms();
  names_stored_ = 0;
  names_mac_.clear();
  if (lists_) state_.clear();
  begun_ = true;
  from_ = mark;
  at_ = mark;
}

void KeptStanding::catch_up() {
  const std::uint64_t mark = look();
  if (source_ == Source::legacy && schema_ < schema::with_mark) return;
  if (!begun_ || mark != from_) restart(mark);
  try {
    read_names();
    read_entries();
    if (source_ == Source::sealed && at_ != sealed_size_) {
      distrust("log.db: its tables are of another moment than its entries; rebuild the log's tables");
    }
    if (!begun_) {  // the tables turned out to be none of ours
      restart(0);
      read_entries();
    }
  } catch (...) {
    read_entries_.reset();
    forget();
    throw;
  }
}

void KeptStanding::read_names() {
  if (source_ == Source::entries) return;
  const bool sealed = source_ == Source::sealed;
  const auto row = sealed ? state_.get(StateRows::terms_name) : std::nullopt;
  const auto count = row ? names_in(*row) : std::nullopt;
  if (sealed && (row ? count == names_stored_ : names_stored_ == 0)) return;
  if (!read_names_) {
    read_names_ = sqlite::Statement(
        *db_, sealed ? "SELECT id,text,mac FROM term WHERE id>?1 AND id<=?2 ORDER BY id"
                     : "SELECT id,text FROM term WHERE id>?1 AND id<=?2 ORDER BY id");
  }
  read_names_.reset();
  read_names_.bind(1, static_cast<std::int64_t>(names_stored_))
      .bind(2, sealed ? static_cast<std::int64_t>(count.value_or(0)) : INT64_MAX);
  while (read_names_.step()) {
    if (sealed) {
      names_mac_ =
          derived::mac_of_term(*key_, names_mac_, read_names_.integer(0), read_names_.blob(1));
      if (names_mac_ != read_names_.blob(2)) break;
    }
    terms_.id_of(read_names_.blob(1));
    ++names_stored_;
  }
  read_names_.reset();
  if (sealed && (!count || names_stored_ != *count ||
                 !derived::same_mac(names_mac_, row->substr(row->size() - derived::mac_bytes)))) {
    distrust(damaged_names);
  }
}

void KeptStanding::read_entries() {
  if (!begun_) return;
  if (!read_entries_) {
    read_entries_ =
        sqlite::Statement(*db_, "SELECT seq,bytes FROM entry WHERE seq>=?1 ORDER BY seq");
  }
  read_entries_.reset();
  read_entries_.bind(1, static_cast<std::int64_t>(at_));
  while (read_entries_.step()) {
    const auto seq = static_cast<std::uint64_t>(read_entries_.integer(0));
    try {
      const DecodedEntry decoded = decode_entry(read_entries_.blob(1));
      if (decoded.entry.seq != seq || seq != at_) {
        throw Error(ErrorCode::invalid_argument, "'seq' is not its own");
      }
      take(decoded);
    } catch (const BrokenLog&) {
      throw;
    } catch (const Error& error) {
      throw BrokenLog(seq, Message("entry {}: {}", seq, error));
    }
    ++at_;
  }
  read_entries_.reset();
}

void KeptStanding::take(const DecodedEntry& decoded) {
  if (lists_) list(decoded);
  if (!decoded.entry.subject) return;
  KeptSubject& subject = hold(decoded.entry.subject->tag);
  if (decoded.entry.subject->seq != subject.count + 1 ||
      decoded.entry.subject->prev != subject.last) {
    if (damage_ == Damage::refused) {
      throw BrokenLog(decoded.entry.seq,
                      Message("entry {}: its subject's chain does not fit what is kept of it",
                              decoded.entry.seq));
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

void KeptStanding::list(const DecodedEntry& decoded) {
  const EventType type = decoded.entry.type;
  if (callers::are_told_by(type)) state_.append(callers::state_key, decoded.entry.seq);
  if (type == EventType::clock_step) state_.append(standing::clock_key, decoded.entry.seq);
  if (losses::are_told_by(type)) {
    state_.append(losses::state_key, decoded.entry.seq);
    const AnyEvent said = decode_body(type, decoded.body);
    if (const auto* const restored = get_if<LogRestored>(said)) {
      state_.put(StateRows::incarnation_name, restored->incarnation);
    }
  }
}

void KeptStanding::forget() {
  begun_ = false;
  seal_.reset();
  chunks_.clear();
  behind_.clear();
  subjects_.clear();
  terms_ = Terms();
  names_stored_ = 0;
  names_mac_.clear();
}

std::optional<std::string> KeptStanding::state(std::string_view name) {
  if (source_ != Source::legacy) {
    const auto row = state_.get(name);
    return row ? std::optional<std::string>(*row) : std::nullopt;
  }
  if (schema_ < schema::with_state) return std::nullopt;
  // Of a log of an earlier build that is open for reading, from the entries.
  const bool from_entries = name == standing::clock_key && schema_ < schema::with_clock_steps;
  sqlite::Statement row(*db_, from_entries ? schema::clock_steps_in_entries
                                           : "SELECT value FROM state WHERE key=?1");
  if (!from_entries) row.bind_text(1, name);
  return row.step() ? std::optional<std::string>(row.blob(0)) : std::nullopt;
}

std::uint64_t KeptStanding::living() {
  if (source_ == Source::entries) {
    return static_cast<std::uint64_t>(std::count_if(subjects_.begin(), subjects_.end(), [](auto& of) {
      return !of.second.standing.erased();
    }));
  }
  if (source_ == Source::legacy && schema_ < schema::with_state) {
    return static_cast<std::uint64_t>(db_->integer("SELECT count(*) FROM subject"));
  }
  return to_count(state(StateRows::subjects_name).value_or("")).value_or(0);
}

std::int64_t KeptStanding::newest_subject() {
  const auto row = state(StateRows::newest_subject_name);
  return row ? static_cast<std::int64_t>(to_count(*row).value_or(0)) : 0;
}

bool KeptStanding::is_ours(const sqlite::Statement& row) const {
  if (source_ != Source::sealed) return true;
  derived::SubjectRow kept{row.blob(0), row.integer(1), row.integer(2), std::nullopt, row.blob(4)};
  if (!row.is_null(3)) kept.closed = row.integer(3);
  return derived::same_mac(derived::mac_of(*key_, kept), row.blob(5)) && is_newest(kept.last);
}

void KeptStanding::read_row(const sqlite::Statement& row, KeptSubject& subject) const {
  subject.written = true;
  subject.row_last = row.integer(2);
  std::optional<std::vector<Clause>> clauses;
  if (is_ours(row)) clauses = try_unpack_clauses(row.blob(4));
  if (!clauses) {
    if (damage_ == Damage::refused) throw Error(ErrorCode::storage, damaged_row);
    subject.standing.broken = true;
    return;
  }
  subject.count = static_cast<std::uint64_t>(row.integer(1));
  subject.last = row.integer(2);
  if (!row.is_null(3)) {
    subject.standing.closed = Instant(std::chrono::microseconds(row.integer(3)));
  }
  subject.standing.clauses = std::move(*clauses);
}

std::optional<KeptSubject> KeptStanding::row(const Digest& tag) {
  if (source_ == Source::entries) return std::nullopt;
  if (!read_subject_) {
    read_subject_ = sqlite::Statement(
        *db_, source_ == Source::sealed
                  ? "SELECT tag,count,last,closed,clauses,mac FROM subject WHERE tag=?1"
                  : "SELECT tag,count,last,closed,clauses FROM subject WHERE tag=?1");
  }
  read_subject_.reset();
  std::optional<KeptSubject> subject;
  if (read_subject_.bind_blob(1, tag.view()).step()) {
    subject.emplace();
    subject->standing.tag = tag;
    read_row(read_subject_, *subject);
  }
  read_subject_.reset();
  return subject;
}

KeptStanding::Rows::Rows(KeptStanding& kept) : kept_(&kept) {
  if (kept.source_ == Source::entries) return;
  rows_ = sqlite::Statement(
      *kept.db_, kept.source_ == Source::sealed
                     ? "SELECT tag,count,last,closed,clauses,mac FROM subject ORDER BY tag"
                     : "SELECT tag,count,last,closed,clauses FROM subject ORDER BY tag");
}

SubjectStanding KeptStanding::Rows::standing() const {
  KeptSubject subject;
  subject.standing.tag = digest_from_bytes(rows_.blob(0)).value_or(Digest{});
  kept_->read_row(rows_, subject);
  return std::move(subject.standing);
}

bool KeptStanding::is_newest(std::int64_t seq) const {
  if (seq < 0) return false;
  const std::string* const bits = chunk(static_cast<std::uint64_t>(seq) / derived::chunk_entries);
  const auto at = static_cast<std::uint64_t>(seq) % derived::chunk_entries;
  if (bits == nullptr || at / 8 >= bits->size()) return false;
  return ((static_cast<std::uint8_t>((*bits)[at / 8]) >> (at % 8)) & 1U) != 0;
}

const std::string* KeptStanding::chunk(std::uint64_t index) const {
  const auto macs = state_.get(StateRows::chunks_name).value_or("");
  if (index >= macs.size() / derived::mac_bytes) return nullptr;
  const auto mac = macs.substr(index * derived::mac_bytes, derived::mac_bytes);
  const auto found = chunks_.find(index);
  if (found != chunks_.end() && found->second.mac == mac) return &found->second.bits;
  if (!read_chunk_) {
    read_chunk_ = sqlite::Statement(*db_, "SELECT bits FROM newest WHERE chunk=?1");
  }
  read_chunk_.reset();
  Chunk read{std::string(mac), {}};
  if (read_chunk_.bind(1, static_cast<std::int64_t>(index)).step()) read.bits = read_chunk_.blob(0);
  read_chunk_.reset();
  if (!derived::same_mac(derived::mac_of_chunk(*key_, index, read.bits), mac)) return nullptr;
  return &(chunks_[index] = std::move(read)).bits;
}

std::optional<KeptSubject> KeptStanding::read(const Digest& tag) {
  const auto found = subjects_.find(tag);
  if (found != subjects_.end()) return found->second;
  return row(tag);
}

SubjectStanding KeptStanding::derive(const KeptSubject& subject, std::span<const Entry> entries) {
  // Before the mark the table was never behind, and its terms are not in memory.
  if (source_ == Source::legacy && schema_ < schema::with_mark) return subject.standing;
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
  return subjects_.contains(tag) || row(tag).has_value();
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

void KeptStanding::drop() {
  if (behind_.empty()) subjects_.clear();
}

}  // namespace consent
