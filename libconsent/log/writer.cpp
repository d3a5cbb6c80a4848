#include "log/writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "crypto/seal.hpp"
#include "event/encode.hpp"
#include "log/open.hpp"
#include "log/schema.hpp"
#include "standing/callers.hpp"
#include "standing/standing.hpp"
#include "tlog/note.hpp"

namespace consent {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_cached_subjects = 1U << 18U;
// Whoever opens the log after a crash, and every reader meanwhile, reads so many entries again.
constexpr std::uint64_t most_entries_behind = 1U << 18U;
constexpr std::size_t most_events_a_commit = 4096;
constexpr std::size_t salt_size = 16;
// For the entry, for the commitment, and a key in case the number is new.
constexpr std::size_t salts_each = salt_size + 2 * SecretKey::size;
// Two machines' clocks under one time service differ by less; more is a step that somebody made.
constexpr auto most_clock_drift = 2s;
constexpr std::size_t most_body_bytes = 15 * 1024;
constexpr int most_wal_pages = (64 << 20) / 4096;
constexpr auto head_sync_period = 500ms;
constexpr auto idle_before_checkpoint = 2s;

std::string random_bytes(Entropy& entropy, std::size_t count) {
  std::string out(count, '\0');
  entropy.fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

SecretKey::View as_key(const char* bytes) {
  return SecretKey::View(reinterpret_cast<const std::uint8_t*>(bytes), SecretKey::size);
}

const Wording* wording_of(const Event& event) {
  if (const auto* e = std::get_if<ConsentAsked>(&event)) return &e->wording;
  if (const auto* e = std::get_if<ConsentGiven>(&event)) return &e->wording;
  if (const auto* e = std::get_if<ConsentRefused>(&event)) return &e->wording;
  return nullptr;
}

}  // namespace

std::size_t Writer::NumberHash::operator()(PhoneNumber number) const noexcept {
  // Numbers come in runs: without mixing, neighbours would share the low bits of nothing else.
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  const std::uint64_t mixed = number.digits() * golden;
  return mixed ^ (mixed >> 32U);
}

Writer::Writer(std::filesystem::path folder, const LogIdentity& identity, std::string incarnation,
               std::vector<HeadFile> heads, KeyStore keys, Entropy& entropy)
    : folder_(std::move(folder)),
      identity_(identity),
      incarnation_(std::move(incarnation)),
      heads_(std::move(heads)),
      keys_(std::move(keys)),
      evidence_(folder_),
      entropy_(&entropy) {
  db_ = sqlite::Connection::open(folder_ / "log.db", sqlite::Mode::write);
  begin_ = sqlite::Statement(db_, "BEGIN IMMEDIATE");
  commit_ = sqlite::Statement(db_, "COMMIT");
  insert_entry_ = sqlite::Statement(
      db_, "INSERT INTO entry(seq,prev,leaf,bytes,sealed) VALUES(?1,?2,?3,?4,?5)");
  read_entry_ = sqlite::Statement(db_, "SELECT bytes FROM entry WHERE seq=?1");
  insert_term_ = sqlite::Statement(db_, "INSERT INTO term(id,text) VALUES(?1,?2)");
  insert_wording_ =
      sqlite::Statement(db_,
                        "INSERT INTO wording(hash,text) SELECT ?1,?2 WHERE NOT EXISTS "
                        "(SELECT 1 FROM wording WHERE hash=?1)");
  insert_evidence_ = sqlite::Statement(
      db_, "INSERT INTO evidence(seq,place,commitment,opening,bytes) VALUES(?1,?2,?3,?4,?5)");
  insert_checkpoint_ = sqlite::Statement(db_, "INSERT INTO checkpoint(size,note) VALUES(?1,?2)");
  read_checkpoint_ = sqlite::Statement(db_, "SELECT note FROM checkpoint WHERE size=?1");
  put_state_ = sqlite::Statement(db_,
                                 "INSERT INTO state(key,value) VALUES(?1,?2) "
                                 "ON CONFLICT(key) DO UPDATE SET value=excluded.value");
  tree_ = std::make_unique<TileStore>(db_);
  kept_ = std::make_unique<KeptStanding>(db_);
  sqlite3_wal_hook(
      db_.raw(),
      [](void* self, sqlite3* /*db*/, const char* /*name*/, int pages) {
        static_cast<Writer*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  load_state();

  const bool restoring = std::any_of(heads_.begin(), heads_.end(), [&](const HeadFile& head) {
    return head.last() && head.last()->incarnation != incarnation_;
  });
  if (subject_count_ != keys_.subjects() || restoring) complete_erasures();
  keys_.scrub();
  keys_.sweep_copying();
  // Equal counts say nothing where keys and log are not of one moment.
  if (subject_count_ != keys_.subjects() || restoring) {
    sweep_orphans();
  }
  sqlite::Statement beside(db_, "SELECT 1 FROM evidence WHERE commitment=?1 AND bytes IS NULL");
  evidence_.sweep([&](const Digest& commitment) {
    beside.reset();
    return beside.bind_blob(1, commitment.view()).step();
  });
  // A head of the incarnation before is left alone: it shows the loss until the entry that names it
  // is committed.
  if (!restoring) {
    write_heads();
    for (const HeadFile& head : heads_) head.sync();
  }
  tender_ = std::thread([this] { tend(); });
}

Writer::~Writer() {
  {
    const std::lock_guard lock(life_->mutex);
    life_->open = false;
  }
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  tend_wake_.notify_all();
  tender_.join();
  try {
    for (const HeadFile& head : heads_) head.sync();
    fold();
    // log.db alone must be whole for an auditor: nothing may stay behind in the WAL.
    sqlite3_wal_checkpoint_v2(db_.raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    sqlite3_wal_checkpoint_v2(keys_.connection().raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                              nullptr, nullptr);
  } catch (const std::exception&) {
    // Nothing acknowledged depends on it: the WAL is read at the next open.
    (void)0;
  }
}

void Writer::load_state() {
  frontier_ = merkle::Frontier();
  last_leaf_ = Digest{};
  {
    const std::unique_lock lock(holders_mutex_);
    holders_.clear();
  }
  aside_.reset();
  tree_->forget();
  kept_->forget();
  kept_->catch_up();
  const std::int64_t size = db_.integer("SELECT coalesce(max(seq),-1)+1 FROM entry");
  frontier_ = merkle::Frontier::resume(
      static_cast<std::uint64_t>(size),
      [this](unsigned level, std::uint64_t index) { return tree_->node(level, index); });
  if (size > 0) {
    sqlite::Statement last(db_, "SELECT leaf FROM entry WHERE seq=?1");
    if (last.bind(1, size - 1).step()) {
      last_leaf_ = digest_from_bytes(last.blob(0)).value_or(Digest{});
    }
  }
  last_at_ = Instant::min();
  if (size > 0) {
    sqlite::Statement last(db_, "SELECT bytes FROM entry WHERE seq=?1");
    if (last.bind(1, size - 1).step()) last_at_ = decode_entry(last.blob(0)).entry.recorded;
  }
  sqlite::Statement count(db_, "SELECT value FROM state WHERE key='subjects'");
  subject_count_ = count.step() ? to_count(count.blob(0)).value_or(0) : 0;
  subject_count_stored_ = subject_count_;
  // Fewer than kept_ knows where standing is being read anew: the rest is written with a commit.
  terms_stored_ = static_cast<std::size_t>(db_.integer("SELECT count(*) FROM term"));
}

Writer::Prepared Writer::prepare(const Event& event, std::string_view salts,
                                 const std::optional<Digest>& target) {
  Prepared prepared;
  prepared.event = &event;
  prepared.type = type_of(event);
  prepared.target = target;
  std::copy_n(salts.begin(), salt_size, prepared.salt.begin());
  const std::string details = encode_details(base_of(event).number);
  const std::string_view salt = salts.substr(salt_size, SecretKey::size);
  prepared.commitment = commitment(as_key(salt.data()), details);
  prepared.sealing.reserve(salt.size() + details.size());
  prepared.sealing.append(salt).append(details);
  std::vector<Digest> files;
  for (const EvidenceFile& file : base_of(event).files) {
    prepared.files.push_back(evidence_.take(file, *entropy_));
    files.push_back(prepared.files.back().commitment);
  }
  // A text that grows moves as often as it doubles: this one grows in place, again and again.
  thread_local std::string body;
  body.clear();
  encode_body(event, identity_.distributor, prepared.commitment, files, body);
  prepared.body = body;
  if (const Wording* const wording = wording_of(event)) prepared.wording = wording->text;
  if (prepared.body.size() > most_body_bytes) {
    throw Error(ErrorCode::invalid_argument, "event: longer than 15 KiB when written");
  }
  return prepared;
}

void Writer::seal_early(std::span<Prepared> prepared, std::string_view salts) const {
  // Of some at a time: whoever records takes the lock for each new number.
  constexpr std::size_t at_once = 256;
  std::vector<std::optional<SecretKey>> known(std::min(prepared.size(), at_once));
  const bool expect_new = expect_new_.load(std::memory_order_relaxed);
  for (std::size_t first = 0; first < prepared.size(); first += at_once) {
    const auto group = prepared.subspan(first, std::min(at_once, prepared.size() - first));
    {
      const std::shared_lock lock(holders_mutex_);
      for (std::size_t i = 0; i < group.size(); ++i) {
        known[i].reset();
        const auto found = holders_.find(base_of(*group[i].event).number);
        if (found == holders_.end()) continue;
        known[i] = SecretKey::copy_of(found->second.key.view());
        group[i].sealed_for = found->second.tag;
      }
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      Prepared& one = group[i];
      if (!known[i]) {
        if (!expect_new) continue;
        const auto key =
            salts.substr((first + i) * salts_each + salt_size + SecretKey::size, SecretKey::size);
        one.fresh = keys_.make(base_of(*one.event).number, SecretKey::copy_of(as_key(key.data())));
        one.sealed_for = one.fresh->tag;
      }
      const SecretKey& under = known[i] ? *known[i] : one.fresh->key;
      one.sealed = seal(under.view(), one.commitment.view(), one.sealing);
    }
  }
}

std::vector<Appended> Writer::append(std::span<const Event> events, Instant now) {
  return submit(prepare(events, 2), now);
}

std::vector<Appended> Writer::append_once(std::span<const Event> events, Instant now) {
  return append_once(prepare(events, 2), now);
}

std::vector<Writer::Prepared> Writer::offer(std::span<const Event> events) {
  return prepare(events, 1);
}

std::vector<Appended> Writer::append_once(std::vector<Prepared> offered, Instant now) {
  for (Prepared& one : offered) one.once = true;
  return submit(std::move(offered), now);
}

std::vector<Writer::Prepared> Writer::prepare(std::span<const Event> events, unsigned threads) {
  std::vector<Prepared> prepared(events.size());
  std::string salts = random_bytes(*entropy_, salts_each * events.size());
  struct Wiped {
    std::string& bytes;
    ~Wiped() { wipe(bytes.data(), bytes.size()); }
  } const wiped{salts};
  try {
    const auto prepare_from = [&](std::size_t first, std::size_t last) {
      const auto terms = std::make_shared<Terms>();
      for (std::size_t i = first; i < last; ++i) {
        Prepared& one = prepared[i];
        one = prepare(events[i], std::string_view(salts).substr(salts_each * i, salts_each));
        if (!speaks_to_standing(one.type)) continue;
        one.clauses = read_clauses(one.type, canonical::decode(one.body), *terms);
        if (one.clauses) one.terms = terms;
      }
      seal_early(std::span(prepared).subspan(first, last - first),
                 std::string_view(salts).substr(salts_each * first));
    };
    constexpr std::size_t worth_a_thread = 128;
    if (threads < 2 || events.size() < worth_a_thread) {
      prepare_from(0, events.size());
    } else {
      std::exception_ptr failed;
      {
        const std::size_t half = events.size() / 2;
        const std::jthread other([&] {
          try {
            prepare_from(half, events.size());
          } catch (...) {
            failed = std::current_exception();
          }
        });
        prepare_from(0, half);
      }
      if (failed) std::rethrow_exception(failed);
    }
  } catch (...) {
    settle(prepared, {});
    throw;
  }
  return prepared;
}

void Writer::settle(std::span<const Prepared> events,
                    std::span<const Appended> done) const noexcept {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool recorded = i < done.size() && done[i].once == Once::recorded;
    for (const SealedEvidence& file : events[i].files) {
      if (!file.bytes.empty()) continue;
      if (recorded) {
        evidence_.settle(file.commitment);
      } else {
        evidence_.remove(file.commitment);
      }
    }
  }
}

std::uint64_t Writer::append(const LogEvent& event, Instant now) {
  std::vector<Prepared> events(1);
  events.front().type = type_of(event);
  entropy_->fill({reinterpret_cast<std::uint8_t*>(events.front().salt.data()), salt_size});
  encode_body(event, events.front().body);
  if (const auto* registered = std::get_if<WordingRegistered>(&event)) {
    events.front().wording = registered->wording.text;
  }
  if (const auto* restored = std::get_if<LogRestored>(&event)) {
    events.front().incarnation = restored->incarnation;
  }
  return submit(std::move(events), now).front().seq;
}

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

bool Writer::observe_clock(Instant wall, std::chrono::microseconds monotonic) {
  std::optional<ClockStep> step;
  {
    const std::lock_guard lock(mutex_);
    if (clocks_) {
      const auto expected = clocks_->first + (monotonic - clocks_->second);
      const auto jump = wall - expected;
      if (jump > most_clock_drift || jump < -most_clock_drift) step = ClockStep{expected, wall};
    }
    clocks_ = {wall, monotonic};
  }
  if (!step) return false;
  append(LogEvent(*step), wall);
  return true;
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
    // Whatever happens: the thread beside is done before the transaction is rolled back.
    struct Drained {
      Writer& writer;
      ~Drained() {
        writer.waiting_.clear();
        writer.rows_beside_ = false;
        if (writer.beside_) writer.beside_->finish();
      }
    } const drained{*this};
    settled_ = 0;
    rows_beside_ = large;
    if (!large) {
      begin_.run();
    } else {
      if (!beside_) beside_ = std::make_unique<Beside>();
      beside_->tell([this, checkpoint] {
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
    put_terms();
    if (frontier_.size() - kept_->upto() >= most_entries_behind ||
        kept_->held() > most_cached_subjects) {
      kept_->write(frontier_.size());
    }
    if (subject_count_ != subject_count_stored_) {
      const std::string count = std::to_string(subject_count_);
      put_state_.bind_text(1, "subjects").bind_blob(2, count).run();
    }
    if (made_ > 0) {
      const std::string newest = std::to_string(newest_subject_);
      put_state_.bind_text(1, "newest_subject").bind_blob(2, newest).run();
    }
    // Keys first: a crash after this line leaves a key without an entry, which open() sweeps; the
    // other order would leave an entry that nobody can ever open.
    if (keys_open_) {
      keys_.commit();
      keys_open_ = false;
    }
    transaction.commit();
    // Durable from here: a crash now loses only the answer, and open() finds the entries.
    subject_count_stored_ = subject_count_;
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
  if (unknown_ > 0) expect_new_.store(2 * made_ >= unknown_, std::memory_order_relaxed);
  if (kept_->held() > most_cached_subjects && kept_->upto() == frontier_.size()) {
    const std::unique_lock lock(holders_mutex_);
    holders_.clear();
    kept_->drop();
  }
}

void Writer::write_heads() {
  const Digest root = frontier_.root();
  for (HeadFile& head : heads_) head.write(frontier_.size(), root, incarnation_);
}

void Writer::put_terms() {
  const Terms& terms = kept_->terms();
  for (std::size_t i = terms_stored_; i < terms.size(); ++i) {
    const auto id = static_cast<std::uint32_t>(i + 1);
    insert_term_.bind(1, id).bind_text(2, terms.text(id)).run();
  }
  terms_stored_ = terms.size();
}

void Writer::fold() {
  if (!poison_.empty()) return;
  try {
    if (kept_->upto() != frontier_.size()) {
      sqlite::Transaction transaction(db_, begin_, commit_);
      put_terms();
      kept_->write(frontier_.size());
      transaction.commit();
    }
    keys_.fold();
  } catch (...) {
    // The entries hold it all: whoever opens the log next reads them again.
    recover_after_failure();
  }
}

void Writer::recover_after_failure() noexcept {
  try {
    keys_.rollback();
    keys_open_ = false;
    load_state();
    wordings_.clear();
    last_wording_.clear();
    said_.clear();
    said_count_ = 0;
    never_met_.reset();
    sweep_orphans();
  } catch (...) {
    // What memory holds no longer is what the file holds: refuse to write until opened again.
    poison_ = "log: an earlier failure could not be undone; open it again";
  }
}

void Writer::sweep_orphans() {
  const std::int64_t subjects = db_.integer("SELECT count(*) FROM (SELECT 1 FROM subject LIMIT 1)");
  if (subjects == 0 && kept_->held() == 0 && subject_count_ > 0) {
    throw Error(ErrorCode::storage,
                "log.db: its table of standing knows nobody; rebuild the log's tables");
  }
  keys_.sweep(newest_subject(db_), [&](const Digest& tag) { return kept_->knows(tag); });
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
      const PhoneNumber number = base_of(*prepared.event).number;
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
  if (!rows_beside_) {
    put_row(row);
    return;
  }
  constexpr std::size_t handed_over_at_once = 256;
  if (waiting_.empty()) waiting_.reserve(handed_over_at_once);
  waiting_.push_back(std::move(row));
  if (waiting_.size() == handed_over_at_once) hand_over();
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

void Writer::hand_over() {
  if (waiting_.empty()) return;
  const auto rows = std::make_shared<std::vector<EntryRow>>(std::exchange(waiting_, {}));
  beside_->tell([this, rows] {
    for (const EntryRow& row : *rows) put_row(row);
  });
}

void Writer::settle_rows() {
  if (!rows_beside_) return;
  constexpr unsigned too_often = 16;
  hand_over();
  beside_->wait();
  if (++settled_ > too_often) rows_beside_ = false;
}

void Writer::record_log_event(const LogEvent& event, Instant now) {
  std::string body;
  encode_body(event, body);
  const std::string salt = random_bytes(*entropy_, salt_size);
  Envelope envelope;
  envelope.at = now;
  envelope.log = identity_.origin;
  envelope.prev = last_leaf_;
  envelope.salt = salt;
  envelope.seq = frontier_.size();
  envelope.type = type_of(event);
  put_entry(envelope, body, {});
}

void Writer::refuse_erased(const Event& event, std::size_t place) {
  const auto suppressed = this->suppressed(base_of(event).number);
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
    if (!prepared.incarnation.empty()) {
      put_state_.bind_text(1, "incarnation").bind_blob(2, prepared.incarnation).run();
    }
    if (callers::are_told_by(prepared.type)) callers::note(db_, seq);
    put_entry(envelope, prepared.body, {});
    done.leaf = last_leaf_;
    return;
  }
  const Event& event = *prepared.event;
  const PhoneNumber number = base_of(event).number;
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
    const canonical::Value said = canonical::decode(prepared.body);
    kept_->add(subject, entry, &said);
  } else {
    kept_->add(subject, entry, nullptr);
  }
  // The count is of those whose key is here; this one's goes next.
  if (envelope.type == EventType::subject_erased) --subject_count_;
  done.leaf = last_leaf_;
  done.tag = subject.standing.tag;
  note_said(done.tag, seq, envelope.type, prepared.body);
}

std::string Writer::checkpoint(const note::VerifierKey& key) {
  std::unique_lock lock(mutex_);
  take(lock);
  lock.unlock();
  try {
    if (!poison_.empty()) throw Error(ErrorCode::storage, poison_);
    const auto size = static_cast<std::int64_t>(frontier_.size());
    std::string signed_note;
    read_checkpoint_.reset();
    if (read_checkpoint_.bind(1, size).step()) signed_note = read_checkpoint_.blob(0);
    read_checkpoint_.reset();
    if (signed_note.empty()) {
      const Checkpoint checkpoint{identity_.origin, frontier_.size(), frontier_.root()};
      signed_note = note::sign_note(checkpoint.text(), key.name, keys_.signing_key());
      sqlite::Transaction transaction(db_, begin_, commit_);
      insert_checkpoint_.bind(1, size).bind_text(2, signed_note).run();
      transaction.commit();
    }
    lock.lock();
    release(lock);
    return signed_note;
  } catch (...) {
    lock.lock();
    release(lock);
    throw;
  }
}

void Writer::checkpoint_log() {
  // Here and in the destructor alone: the connection that writes is the only one that checkpoints.
  sqlite3_wal_checkpoint_v2(db_.raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  wal_pages_ = 0;
}

void Writer::run_checkpoint() {
  checkpoint_log();
  keys_.checkpoint();
}

void Writer::tend() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    tend_wake_.wait_for(lock, head_sync_period);
    if (stop_) break;
    if (head_dirty_) {
      head_dirty_ = false;
      lock.unlock();
      try {
        for (const HeadFile& head : heads_) head.sync();
      } catch (const std::exception&) {
        // The next commit writes the head again and reports what is wrong with the disk.
        (void)0;
      }
      lock.lock();
    }
    const bool idle = wal_pages_ > 0 && queue_.empty() &&
                      std::chrono::steady_clock::now() - last_commit_ > idle_before_checkpoint;
    if ((wal_pages_ > most_wal_pages || idle) && !busy_) {
      busy_ = true;
      lock.unlock();
      if (idle) fold();
      run_checkpoint();
      lock.lock();
      release(lock);
      lock.lock();
    }
  }
}

}  // namespace consent
