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

constexpr auto head_sync_period = 500ms;
constexpr auto idle_before_checkpoint = 2s;

}  // namespace

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
  insert_wording_ =
      sqlite::Statement(db_,
                        "INSERT INTO wording(hash,text) SELECT ?1,?2 WHERE NOT EXISTS "
                        "(SELECT 1 FROM wording WHERE hash=?1)");
  insert_evidence_ = sqlite::Statement(
      db_, "INSERT INTO evidence(seq,place,commitment,opening,bytes) VALUES(?1,?2,?3,?4,?5)");
  insert_checkpoint_ = sqlite::Statement(db_, "INSERT INTO checkpoint(size,note) VALUES(?1,?2)");
  read_checkpoint_ = sqlite::Statement(db_, "SELECT note FROM checkpoint WHERE size=?1");
  tree_ = std::make_unique<TileStore>(db_);
  kept_ = std::make_unique<KeptStanding>(db_);
  kept_->authenticate_with(keys_);
  sqlite3_wal_hook(
      db_.raw(),
      [](void* self, sqlite3* /*db*/, const char* /*name*/, int pages) {
        static_cast<Writer*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  for (HeadFile& head : heads_) head.authenticate_with(keys_.head_key());
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
    keys_.require_head_mac();
  }
  keys_.require_derived_macs();
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
  subject_count_ = kept_->living();
  signed_size_ = std::min(
      frontier_.size(),
      static_cast<std::uint64_t>(db_.integer("SELECT coalesce(max(size),0) FROM checkpoint")));
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

void Writer::write_heads() {
  const Digest root = frontier_.root();
  for (HeadFile& head : heads_) head.write(frontier_.size(), root, incarnation_);
}

void Writer::seal_tables() {
  kept_->write_names();
  kept_->seal({frontier_.size(), frontier_.root(), kept_->incarnation()});
}

void Writer::begin_incarnation(std::string_view incarnation) {
  {
    const std::unique_lock lock(holders_mutex_);
    holders_.clear();
  }
  aside_.reset();
  kept_->start_over(incarnation);
}

void Writer::fold() {
  if (!poison_.empty()) return;
  try {
    if (kept_->upto() != frontier_.size()) {
      sqlite::Transaction transaction(db_, begin_, commit_);
      kept_->write(frontier_.size());
      seal_tables();
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
  keys_.sweep(kept_->newest_subject(), [&](const Digest& tag) { return kept_->knows(tag); });
}

std::string Writer::checkpoint() {
  std::unique_lock lock(mutex_);
  take(lock);
  lock.unlock();
  try {
    if (!poison_.empty()) throw Error(ErrorCode::storage, poison_);
    std::string signed_note = sign();
    lock.lock();
    release(lock);
    return signed_note;
  } catch (...) {
    lock.lock();
    release(lock);
    throw;
  }
}

std::string Writer::sign() {
  const std::uint64_t size = frontier_.size();
  const auto row = static_cast<std::int64_t>(size);
  std::string signed_note;
  read_checkpoint_.reset();
  if (read_checkpoint_.bind(1, row).step()) signed_note = read_checkpoint_.blob(0);
  read_checkpoint_.reset();
  if (signed_note.empty()) {
    const Checkpoint checkpoint{identity_.origin, size, frontier_.root()};
    // Durable before the note exists: whatever happens next, nothing that contradicts it is signed.
    KeyStore::note_signed(folder_ / "keys.db", {size, checkpoint.root},
                          [&](const KeyStore::Signed& last) { return extends(last); });
    signed_note = note::sign_note(checkpoint.text(), identity_.origin, keys_.signing_key());
    sqlite::Transaction transaction(db_, begin_, commit_);
    insert_checkpoint_.bind(1, row).bind_text(2, signed_note).run();
    transaction.commit();
  }
  signed_size_ = size;
  return signed_note;
}

bool Writer::extends(const KeyStore::Signed& last) {
  if (last.size > frontier_.size()) return false;
  const auto nodes = [this](unsigned level, std::uint64_t index) {
    return tree_->node(level, index);
  };
  return merkle::root_of(last.size, nodes) == last.root;
}

void Writer::sign_if_due(Instant now) {
  // An owner who never asks for a checkpoint still has one.
  constexpr std::uint64_t most_unsigned = 10'000;
  constexpr auto longest_unsigned = std::chrono::minutes(10);
  if (!signed_at_ || now < *signed_at_) signed_at_ = now;
  if (frontier_.size() - signed_size_ < most_unsigned && now - *signed_at_ < longest_unsigned) {
    return;
  }
  try {
    (void)sign();
  } catch (const std::exception&) {
    // The entries are acknowledged and covered by the head; the next commit signs, or checkpoint()
    // says why it cannot.
    (void)0;
  }
  signed_at_ = now;
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
