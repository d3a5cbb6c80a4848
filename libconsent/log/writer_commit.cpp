// How the writer commits: whose turn it is, and each entry in it.
#include <algorithm>
#include <utility>

#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "crypto/seal.hpp"
#include "event/encode.hpp"
#include "log/open.hpp"
#include "log/schema.hpp"
#include "log/soundness.hpp"
#include "log/writer.hpp"
#include "standing/callers.hpp"
#include "standing/clock.hpp"
#include "standing/standing.hpp"
#include "tlog/note.hpp"

namespace consent {

namespace {

constexpr std::size_t most_cached_subjects = 1U << 18U;
// Whoever opens the log after a crash, and every reader meanwhile, reads so many entries again.
constexpr std::uint64_t most_entries_behind = 1U << 18U;
constexpr std::size_t most_events_a_commit = 4096;

}  // namespace

std::vector<Appended> Writer::submit(std::vector<Prepared> events, Instant now) {
  if (events.empty()) return {};
  const auto request = std::make_shared<Request>();
  request->events = std::move(events);
  for (Prepared& one : request->events) one.now = now;
  std::unique_lock lock(mutex_);
  queue_.push_back(request);
  // Whoever finds nobody writing leads: commits for everyone who waits, itself included.
  bool leads = !busy_;
  if (leads) {
    busy_ = true;
    if (grouping_) {
      // Those whom the last commit answered come again at once, and two small commits cost more
      // than one: let them run first.
      lock.unlock();
      std::this_thread::yield();
      lock.lock();
    }
  } else {
    lock.unlock();
    request->state.wait(Request::waiting);
    leads = request->state == Request::leading;
    if (leads) lock.lock();
  }
  if (leads) lead(lock, *request);
  settle(request->events, request->error ? std::span<const Appended>() : request->done);
  if (request->error) std::rethrow_exception(request->error);
  return std::move(request->done);
}

void Writer::lead(std::unique_lock<std::mutex>& lock, const Request& own) {
  std::vector<std::shared_ptr<Request>> answered;
  do {
    std::vector<Request*> batch;
    std::size_t events = 0;
    while (!queue_.empty() &&
           (batch.empty() || events + queue_.front()->events.size() <= most_events_a_commit)) {
      events += queue_.front()->events.size();
      batch.push_back(queue_.front().get());
      answered.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    grouping_ = batch.size() > 1;
    large_ = is_large(batch);
    lock.unlock();
    try {
      commit(batch);
    } catch (...) {
      // Nothing of it was recorded. Whose fault it was is seen when each comes alone; the others
      // must not hear of it.
      for (Request* const request : batch) {
        try {
          if (batch.size() == 1) throw;
          commit({&request, 1});
        } catch (...) {
          request->error = std::current_exception();
        }
      }
    }
    lock.lock();
  } while (std::none_of(answered.begin(), answered.end(),
                        [&](const auto& request) { return request.get() == &own; }));
  last_commit_ = std::chrono::steady_clock::now();
  head_dirty_ = true;
  // The next large commit checkpoints beside itself; where none comes, tend() finds it.
  if (wal_pages_ > most_wal_pages && !large_) tend_wake_.notify_one();
  release(lock);
  // Without the lock, which each of them would only wait for.
  for (const auto& request : answered) {
    request->state = Request::finished;
    request->state.notify_one();
  }
}

void Writer::take(std::unique_lock<std::mutex>& lock) {
  ++claims_;
  turn_.wait(lock, [&] { return !busy_; });
  --claims_;
  busy_ = true;
}

void Writer::release(std::unique_lock<std::mutex>& lock) {
  busy_ = false;
  if (claims_ > 0) {
    turn_.notify_all();
    lock.unlock();
    return;
  }
  std::shared_ptr<Request> next;
  if (!queue_.empty()) {
    next = queue_.front();
    busy_ = true;
  }
  lock.unlock();
  if (!next) return;
  next->state = Request::leading;
  next->state.notify_one();
}

void Writer::commit(std::span<Request* const> batch) {
  if (!poison_.empty()) throw Error(ErrorCode::storage, poison_);
  const std::uint64_t before = frontier_.size();
  unknown_ = 0;
  made_ = 0;
  const bool large = is_large(batch);
  const bool checkpoint = large && wal_pages_ > most_wal_pages;
  try {
    suppressing_ = keys_.suppressed_any();
    sqlite::Transaction transaction(db_, commit_);
    // In every case the background thread is done before the transaction is rolled back.
    struct Drained {
      Writer& writer;
      ~Drained() {
        writer.in_background_ = false;
        if (writer.rows_) writer.rows_->cancel();
      }
    } const drained{*this};
    settled_ = 0;
    in_background_ = large;
    if (!large) {
      begin_.run();
    } else {
      constexpr std::size_t rows_at_once = 256;
      if (!rows_) rows_ = std::make_unique<Rows>(rows_at_once);
      rows_->then(*this, [this, checkpoint] {
        if (checkpoint) checkpoint_log();
        begin_.run();
      });
    }
    met_all_ = large;
    met_suppressed_.clear();
    if (large) meet(batch);
    for (Request* const request : batch) {
      request->done.resize(request->events.size());
      for (std::size_t i = 0; i < request->events.size(); ++i) {
        record(request->events[i], i, request->done[i]);
      }
    }
    if (keys_open_) keys_.start_commit(checkpoint);
    settle_rows();
    if (frontier_.size() - kept_->upto() >= most_entries_behind ||
        kept_->held() > most_cached_subjects) {
      kept_->write(frontier_.size());
    }
    kept_->state_rows().put(derived::StateRows::subjects_name, std::to_string(subject_count_));
    if (made_ > 0) {
      kept_->state_rows().put(derived::StateRows::newest_subject_name,
                              std::to_string(newest_subject_));
    }
    if (frontier_.size() > before) seal_tables();
    // Keys first: a crash after this line leaves a key without an entry, which open() sweeps; the
    // other order would leave an entry that nobody can ever open.
    if (keys_open_) {
      keys_.commit();
      keys_open_ = false;
    }
    transaction.commit();
    // Durable from here: a crash now loses only the answer, and open() finds the entries.
  } catch (...) {
    const std::uint64_t reached = frontier_.size();
    const Digest leaf = last_leaf_;
    recover_after_failure();
    // A COMMIT can report a failure and still have been kept; answering "failed" would make the
    // caller record the same event twice.
    const bool kept =
        poison_.empty() && reached > before && frontier_.size() == reached && last_leaf_ == leaf;
    if (!kept) throw;
  }
  try {
    write_heads();
  } catch (const Error& error) {
    // The entries are durable and are acknowledged: an error would make the caller record them
    // twice. Nothing more is taken, because what follows could be cut off unseen.
    poison_ = Message("log: takes no more entries until it is opened again, because {}", error);
  }
  if (poison_.empty() && frontier_.size() > before) sign_if_due(last_at_);
  if (unknown_ > 0) expect_new_.store(2 * made_ >= unknown_, std::memory_order_relaxed);
  if (kept_->held() > most_cached_subjects && kept_->upto() == frontier_.size()) {
    const std::unique_lock lock(holders_mutex_);
    holders_.clear();
    kept_->drop();
  }
}

KeptSubject& Writer::hold_known(const Digest& tag) {
  if (kept_->holds(tag)) return kept_->hold(tag);
  settle_rows();
  KeptSubject& kept = kept_->hold(tag);
  // A table that somebody changed must not reach the entries: what is written in them stays.
  bool fits = false;
  read_entry_.reset();
  if (kept.last >= 0 && read_entry_.bind(1, kept.last).step()) {
    const auto subject = decode_entry(read_entry_.blob(0)).entry.subject;
    fits = subject && subject->tag == tag && subject->seq == kept.count;
  }
  read_entry_.reset();
  if (fits) return kept;
  throw Error(ErrorCode::storage,
              "log.db: what is kept of a subject is not what its entries say; rebuild the log's "
              "tables");
}

Writer::Holders::iterator Writer::hold(PhoneNumber number, KeyStore::Subject subject) {
  KeptSubject& kept = hold_known(subject.tag);
  Holder holder{std::move(subject.key), subject.id, subject.previous, subject.tag, &kept};
  const std::unique_lock lock(holders_mutex_);
  return holders_.emplace(number, std::move(holder)).first;
}

bool Writer::is_large(std::span<Request* const> batch) noexcept {
  constexpr std::size_t large = 1024;
  std::size_t events = 0;
  for (const Request* const request : batch) events += request->events.size();
  return events >= large;
}

void Writer::meet(std::span<Request* const> batch) {
  // One transaction: each question alone would lock the file anew.
  keys_.begin(true);
  keys_open_ = true;
  std::vector<std::pair<Digest, PhoneNumber>> unknown;
  for (const Request* const request : batch) {
    for (const Prepared& prepared : request->events) {
      if (prepared.event == nullptr) continue;
      const PhoneNumber number = prepared.number();
      if (!holders_.contains(number)) unknown.emplace_back(index_of(number, prepared), number);
      if (!suppressing_) continue;
      if (const auto found = keys_.suppressed(number)) met_suppressed_.emplace(number, *found);
    }
  }
  // In the order of the table: neighbours find their page at hand.
  std::sort(unknown.begin(), unknown.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [index, number] : unknown) {
    auto stored = keys_.newest(index);
    if (!stored || holders_.contains(number)) continue;
    ++unknown_;
    hold(number, std::move(*stored));
  }
}

std::optional<KeyStore::Suppressed> Writer::suppressed(PhoneNumber number) {
  if (!suppressing_) return std::nullopt;
  if (!met_all_) return keys_.suppressed(number);
  const auto found = met_suppressed_.find(number);
  return found == met_suppressed_.end() ? std::nullopt : std::optional(found->second);
}

Writer::Holder& Writer::holder_of(PhoneNumber number, Prepared& prepared) {
  auto found = holders_.find(number);
  const bool cached = found != holders_.end();
  if (cached && !found->second.kept->standing.closed) return found->second;
  if (!cached) {
    ++unknown_;
    // Of an event offered once the answer is known already.
    const bool new_here = met_all_ || never_met_ == number;
    never_met_.reset();
    auto stored = new_here ? std::nullopt : keys_.newest(index_of(number, prepared));
    if (stored) found = hold(number, std::move(*stored));
    if (stored && !found->second.kept->standing.closed) return found->second;
  }
  // A number that the log never met, or whose last subject was closed by reassignment.
  if (!keys_open_) {
    keys_.begin(met_all_);
    keys_open_ = true;
  }
  const std::int64_t previous = found == holders_.end() ? 0 : found->second.id;
  auto added = keys_.add(prepared.fresh ? *std::exchange(prepared.fresh, std::nullopt)
                                        : keys_.make(number, SecretKey::generate(*entropy_)),
                         previous);
  ++subject_count_;
  ++made_;
  newest_subject_ = added.id;
  Holder fresh{std::move(added.key), added.id, previous, added.tag, &kept_->hold_new(added.tag)};
  const std::unique_lock lock(holders_mutex_);
  if (found != holders_.end()) {
    found->second = std::move(fresh);
    return found->second;
  }
  return holders_.emplace(number, std::move(fresh)).first->second;
}

Digest Writer::index_of(PhoneNumber number, const Prepared& prepared) const {
  return prepared.fresh ? prepared.fresh->index : keys_.index_of(number);
}

void Writer::put_entry(const Envelope& envelope, std::string_view body, std::string sealed) {
  EntryRow row{envelope.seq, envelope.prev, {}, {}, std::move(sealed)};
  constexpr std::size_t around_a_body = 448;
  row.bytes.reserve(body.size() + envelope.log.size() + around_a_body);
  encode_entry(envelope, body, row.bytes);
  row.leaf = merkle::leaf_hash(row.bytes);
  frontier_.append(row.leaf);
  last_leaf_ = row.leaf;
  last_at_ = envelope.at;
  if (in_background_) {
    rows_->add(*this, std::move(row));
  } else {
    put_row(row);
  }
}

void Writer::put_row(const EntryRow& row) {
  insert_entry_.bind(1, static_cast<std::int64_t>(row.seq))
      .bind_blob(2, row.prev.view())
      .bind_blob(3, row.leaf.view())
      .bind_blob(4, row.bytes);
  if (row.sealed.empty()) {
    insert_entry_.bind_null(5);
  } else {
    insert_entry_.bind_blob(5, row.sealed);
  }
  insert_entry_.run();
  tree_->append(row.leaf, row.seq + 1);
}

void Writer::settle_rows() {
  if (!in_background_) return;
  constexpr unsigned too_often = 16;
  rows_->wait(*this);
  if (++settled_ > too_often) in_background_ = false;
}

void Writer::record_log_event(const LogEvent& event, Instant now) {
  std::string body;
  encode_body(event, body);
  std::string salt(salt_size, '\0');
  random(salt);
  Envelope envelope;
  envelope.at = now;
  envelope.log = identity_.origin;
  envelope.prev = last_leaf_;
  envelope.salt = salt;
  envelope.seq = frontier_.size();
  envelope.type = type_of(event);
  if (envelope.type == EventType::clock_step) {
    kept_->state_rows().append(standing::clock_key, envelope.seq);
  }
  put_entry(envelope, body, {});
}

void Writer::refuse_erased(const Event& event, std::size_t place) {
  const auto suppressed = this->suppressed(*base_of(event).number);
  if (!suppressed || base_of(event).happened > suppressed->before) return;
  throw Error(ErrorCode::erased,
              Message("event {}: happened before the number's holder was erased; it is not taken "
                      "in again",
                      place));
}

void Writer::record(Prepared& prepared, std::size_t place, Appended& done) {
  if (prepared.once) {
    done.once = judge_once(prepared, done);
    if (done.once != Once::recorded) return;
  } else if (prepared.event != nullptr && prepared.type != EventType::subject_erased) {
    refuse_erased(*prepared.event, place);
  }
  // Order is sequence; a clock that stands before the last entry is told, not corrected.
  if (prepared.now + most_clock_drift < last_at_ && prepared.type != EventType::clock_step) {
    record_log_event(ClockStep{last_at_, prepared.now}, prepared.now);
  }
  Envelope envelope;
  envelope.at = prepared.now;
  envelope.log = identity_.origin;
  envelope.prev = last_leaf_;
  envelope.salt = {prepared.salt.data(), prepared.salt.size()};
  envelope.seq = frontier_.size();
  envelope.type = prepared.type;
  const std::uint64_t seq = envelope.seq;
  done.seq = seq;
  // Thousands of events in a row name one text: hashed once.
  if (!prepared.wording.empty() && prepared.wording != last_wording_) {
    last_wording_ = prepared.wording;
    const Digest hash = sha256(prepared.wording);
    if (wordings_.insert(hash).second) {
      settle_rows();
      insert_wording_.bind_blob(1, hash.view()).bind_text(2, prepared.wording).run();
    }
  }
  if (prepared.event == nullptr) {
    settle_rows();
    derived::StateRows& state = kept_->state_rows();
    if (!prepared.incarnation.empty()) {
      if (state.get(derived::StateRows::incarnation_name).value_or("") != prepared.incarnation) {
        begin_incarnation(prepared.incarnation);
      }
      state.put(derived::StateRows::incarnation_name, prepared.incarnation);
    }
    if (losses::are_told_by(prepared.type)) state.append(losses::state_key, seq);
    if (callers::are_told_by(prepared.type)) state.append(callers::state_key, seq);
    if (prepared.type == EventType::clock_step) state.append(standing::clock_key, seq);
    put_entry(envelope, prepared.body, {});
    done.leaf = last_leaf_;
    return;
  }
  const Event& event = *prepared.event;
  const PhoneNumber number = prepared.number();
  // In its turn: an event before it in the group may have made somebody else the latest holder.
  const bool of_record =
      prepared.type == EventType::subject_restricted || prepared.type == EventType::subject_held;
  const std::optional<Digest> target =
      of_record && !prepared.target ? target_of(number, prepared) : prepared.target;
  const Holder& holder = target ? holder_at(number, *target) : holder_of(number, prepared);
  KeptSubject& subject = *holder.kept;
  envelope.subject = SubjectRef{subject.standing.tag, subject.count + 1, subject.last};
  if (prepared.sealed_for != holder.tag) {
    prepared.sealed = seal(holder.key.view(), prepared.commitment.view(), prepared.sealing);
  }
  // Before anything can fail: a group that failed is tried again, and what was taken is made anew.
  prepared.sealed_for.reset();
  put_entry(envelope, prepared.body, std::exchange(prepared.sealed, {}));
  if (!prepared.files.empty()) settle_rows();
  for (std::size_t i = 0; i < prepared.files.size(); ++i) {
    const SealedEvidence& file = prepared.files[i];
    const std::string opening = seal(holder.key.view(), file.commitment.view(), file.opening);
    insert_evidence_.bind(1, static_cast<std::int64_t>(seq))
        .bind(2, static_cast<std::int64_t>(i + 1))
        .bind_blob(3, file.commitment.view())
        .bind_blob(4, opening);
    if (file.bytes.empty()) {
      insert_evidence_.bind_null(5).run();
    } else {
      insert_evidence_.bind_blob(5, file.bytes).run();
    }
  }

  Entry entry;
  entry.seq = seq;
  entry.recorded = prepared.now;
  entry.type = envelope.type;
  if (prepared.clauses) {
    kept_->add(subject, entry, *std::exchange(prepared.clauses, std::nullopt), *prepared.terms);
  } else if (speaks_to_standing(entry.type)) {
    kept_->add(subject, entry, &event, identity_.distributor);
  } else {
    kept_->add(subject, entry, nullptr, {});
  }
  // The count is of those whose key is here; this one's goes next.
  if (envelope.type == EventType::subject_erased) --subject_count_;
  done.leaf = last_leaf_;
  done.tag = subject.standing.tag;
  note_said(done.tag, seq, prepared);
}

}  // namespace consent
