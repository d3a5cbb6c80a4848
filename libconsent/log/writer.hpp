#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/background_worker.hpp"
#include "consent/log.hpp"
#include "event/encode.hpp"
#include "keys/keys.hpp"
#include "log/evidence.hpp"
#include "log/head.hpp"
#include "log/kept.hpp"
#include "sqlite/sqlite.hpp"
#include "standing/clock.hpp"
#include "tlog/tiles.hpp"

namespace consent {

/// What an entry subject.erased says, of a subject whose number may be known no more.
struct RecordedErasure {
  Digest tag;
  std::string ground;
  std::string scope;
  Instant happened{};
  std::optional<Digest> request;
};

/// The one writer of a log: puts the events of all waiting threads into one commit, keeps tree and
/// standing with it, checkpoints the database, and writes the head before anyone is answered.
class Writer {
 public:
  /// `heads`: the log's own first, then a second one where there is one.
  Writer(std::filesystem::path folder, const LogIdentity& identity, std::string incarnation,
         std::vector<HeadFile> heads, KeyStore keys, Entropy& entropy);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  /// An event as far as it can be prepared before its place in the log is known.
  struct Prepared {
    const Event* event = nullptr;  ///< none: about the log itself
    EventType type{};
    Instant now{};                ///< moment of recording
    std::array<char, 16> salt{};  ///< for the entry
    std::string sealing;          ///< 32 bytes salt of the commitment, then the details
    Digest commitment;
    std::string body;
    std::size_t details_at = 0;  ///< as encode_body() returned
    /// What it adds to standing. None where it adds nothing, or does so in its turn.
    std::optional<std::vector<Clause>> clauses;
    std::shared_ptr<const Terms> terms;  ///< of the clauses
    std::vector<SealedEvidence> files;
    std::optional<Digest> target;  ///< of the subject it is about; none: who holds the number
    std::string_view incarnation;  ///< that a restore begins; "" none. Lives in the event.
    std::string_view wording;      ///< text to keep; "" none. Lives in the event.
    bool once = false;             ///< not where an entry says it already
    /// Sealed already, under the key of this subject: of whom the number was known to be of, or of
    /// `fresh`. Whoever it turns out to be of decides whether it can be used.
    std::optional<Digest> sealed_for;
    std::string sealed;
    std::optional<KeyStore::NewSubject> fresh;  ///< for a number that looked new

    /// REQUIRES: an event about a subject, which validate() let pass.
    [[nodiscard]] PhoneNumber number() const { return *base_of(*event).number; }
  };

  /// As Log::append_many(); events are validated already.
  std::vector<Appended> append(std::span<const Event> events, Instant now);
  /// As Log::append_once(); events are validated already.
  std::vector<Appended> append_once(std::span<const Event> events, Instant now);
  /// As Log::offer(); events are validated already, and outlive what is made of them.
  [[nodiscard]] std::vector<Prepared> offer(std::span<const Event> events);
  /// As Log::append_once() of what offer() returned.
  std::vector<Appended> append_once(std::vector<Prepared> offered, Instant now);
  /// Outlives the writer: whether it is still there, while the mutex is held.
  struct Life {
    std::mutex mutex;
    bool open = true;
  };
  [[nodiscard]] std::shared_ptr<Life> life() const noexcept { return life_; }
  /// Puts the evidence of recorded events where it stays, and removes that of others.
  void settle(std::span<const Prepared> events, std::span<const Appended> done) const noexcept;
  /// Records an entry about the log itself.
  std::uint64_t append(const LogEvent& event, Instant now);
  /// Runs `work` while nothing is committed: what it reads stays so until it has written.
  template <typename Work>
  auto alone(const Work& work) {
    std::unique_lock lock(mutex_);
    take(lock);
    lock.unlock();
    struct Release {
      Writer& writer;
      ~Release() {
        std::unique_lock held(writer.mutex_);
        writer.last_commit_ = std::chrono::steady_clock::now();
        writer.head_dirty_ = true;
        writer.release(held);
      }
    } released{*this};
    return work();
  }
  void random(std::string& bytes) {
    entropy_->fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  }
  /// Records what is done with the record of one subject, whoever holds the number now. Only from
  /// within alone().
  Appended append_to(const Event& event, const Digest& tag, Instant now);
  /// Records the erasure of a subject and destroys it. Only from within alone().
  Appended erase(const SubjectErased& event, const Digest& tag, Instant now);
  /// Records the erasure of a subject whose key is gone already: nobody ever opens its details.
  /// Only from within alone().
  void record_erased(const RecordedErasure& erased, Instant now);
  /// As observe_clock().
  bool observe_clock(Instant wall, std::chrono::microseconds monotonic);
  /// As Log::checkpoint().
  std::string checkpoint();

 private:
  static constexpr std::size_t salt_size = 16;  ///< of an entry
  /// Two machines' clocks under one time service differ by less; more is a step that somebody made.
  static constexpr auto most_clock_drift = standing::most_clock_drift;
  static constexpr int most_wal_pages = (64 << 20) / 4096;
  struct Request {
    std::vector<Prepared> events;
    std::vector<Appended> done;
    std::exception_ptr error;
    enum State : int { waiting, leading, finished };
    std::atomic<int> state = waiting;
  };
  /// The newest subject of a number.
  struct Holder {
    SecretKey key;
    std::int64_t id;
    std::int64_t previous;  ///< as KeyStore::Subject
    Digest tag;
    KeptSubject* kept;
  };
  struct NumberHash {
    std::size_t operator()(PhoneNumber number) const noexcept;
  };
  using Holders = std::unordered_map<PhoneNumber, Holder, NumberHash>;

  /// `salts`: 16 random bytes for the entry, then 32 for the commitment. `target`: the subject it
  /// is about; none: what the event itself and its number say.
  Prepared prepare(const Event& event, std::string_view salts,
                   const std::optional<Digest>& target = std::nullopt);
  /// Seals events outside the writer's turn, where it can be told for whom. `salts`: for each, what
  /// prepare() was given, then 32 bytes for the key that the number needs if it is new.
  void seal_early(std::span<Prepared> prepared, std::string_view salts) const;
  /// On `threads` threads, where there are enough events for them.
  std::vector<Prepared> prepare(std::span<const Event> events, unsigned threads);
  /// Fingerprints of what one subject's entries say, and where.
  using Said = std::unordered_map<Digest, std::uint64_t, DigestHash>;
  const Said& said_by(const Digest& tag, std::int64_t last);
  void note_said(const Digest& tag, std::uint64_t seq, const Prepared& prepared);
  Once judge_once(const Prepared& prepared, Appended& done);
  /// Commits for those who wait until `own` is done, then releases. REQUIRES: the writer's turn.
  void lead(std::unique_lock<std::mutex>& lock, const Request& own);
  /// Waits for the writer's turn.
  void take(std::unique_lock<std::mutex>& lock);
  /// Gives the turn to who asked for it alone, else to the first of the queue; unlocks.
  void release(std::unique_lock<std::mutex>& lock);
  void commit(std::span<Request* const> batch);
  std::vector<Appended> submit(std::vector<Prepared> events, Instant now);
  void record(Prepared& prepared, std::size_t place, Appended& done);
  /// Whether a commit is worth the background threads.
  static bool is_large(std::span<Request* const> batch) noexcept;
  /// Takes into memory all whom keys.db knows of these events' numbers, so that nothing need be
  /// asked of it while their new subjects are written.
  void meet(std::span<Request* const> batch);
  void refuse_erased(const Event& event, std::size_t place);
  /// Of a number some of whose holders were erased.
  std::optional<KeyStore::Suppressed> suppressed(PhoneNumber number);
  void record_log_event(const LogEvent& event, Instant now);
  /// An entry as it is written.
  struct EntryRow {
    std::uint64_t seq;
    Digest prev;
    Digest leaf;
    std::string bytes;
    std::string sealed;
  };
  void put_entry(const Envelope& envelope, std::string_view body, std::string sealed);
  void put_row(const EntryRow& row);
  /// Until log.db holds what was put: before anything else is done with it. Where a commit needs it
  /// often, its entries are written by this thread from then on.
  void settle_rows();
  Holder& holder_of(PhoneNumber number, Prepared& prepared);
  /// Takes the newest subject of a number into memory.
  Holders::iterator hold(PhoneNumber number, KeyStore::Subject subject);
  /// What is kept of a subject that has entries. @throws Error (storage) where the newest of them
  /// says otherwise.
  KeptSubject& hold_known(const Digest& tag);
  /// Keys whose entries were never committed. @throws Error (storage) where standing knows nobody.
  void sweep_orphans();
  [[nodiscard]] Digest index_of(PhoneNumber number, const Prepared& prepared) const;
  /// One who held the number before, for one commit.
  Holder& holder_at(PhoneNumber number, const Digest& tag);
  /// The subject that an event about a record is about: the latest holder.
  /// @throws Error (not_found)
  [[nodiscard]] Digest target_of(PhoneNumber number, const Prepared& prepared);
  /// Destroys what is left of a subject whose erasure is recorded: files first, then key and
  /// index row, so that whatever interrupts it is done again.
  void destroy(const KeyStore::Subject& subject, const KeptSubject& kept);
  /// Erasures that a crash, or an old keys.db put back, left undone.
  void complete_erasures();
  void load_state();
  /// The last of a transaction that adds entries or writes rows.
  void seal_tables();
  /// Rows of the incarnation that ends are never read in the next one.
  void begin_incarnation(std::string_view incarnation);
  void fold();  ///< brings the derived table up to the newest entry
  void write_heads();
  /// The note of the present tree, made if there is none. REQUIRES: the writer's turn.
  std::string sign();
  void sign_if_due(Instant now);
  [[nodiscard]] bool extends(const KeyStore::Signed& last);
  void recover_after_failure() noexcept;
  void tend();  ///< the background thread: syncs the head, checkpoints when idle or at 64 MiB
  void run_checkpoint();
  void checkpoint_log();

  std::shared_ptr<Life> life_ = std::make_shared<Life>();
  std::filesystem::path folder_;
  LogIdentity identity_;
  std::string incarnation_;
  std::vector<HeadFile> heads_;
  KeyStore keys_;
  EvidenceFolder evidence_;
  Entropy* entropy_;

  // Everything below is touched only by the thread that set busy_.
  sqlite::Connection db_;
  sqlite::Statement begin_, commit_, insert_entry_, read_entry_, insert_wording_,
      insert_evidence_, insert_checkpoint_, read_checkpoint_;
  std::unique_ptr<TileStore> tree_;
  merkle::Frontier frontier_;
  Digest last_leaf_;
  std::unique_ptr<KeptStanding> kept_;
  std::uint64_t subject_count_ = 0;
  Instant last_at_{};
  std::uint64_t signed_size_ = 0;     ///< entries that the newest checkpoint covers
  std::optional<Instant> signed_at_;  ///< when it was signed, or writing began
  /// Changed under holders_mutex_ alone; read without it by the writer's turn, with it by others.
  Holders holders_;
  mutable std::shared_mutex holders_mutex_;
  /// Whether numbers that are not in memory have of late been new, so that it pays to make a key
  /// before that is certain.
  std::atomic<bool> expect_new_ = true;
  unsigned unknown_ = 0;  ///< numbers of this commit that were not in memory
  unsigned made_ = 0;     ///< those of them that were new
  std::int64_t newest_subject_ = 0;
  bool suppressing_ = false;     ///< some number is suppressed
  std::optional<Holder> aside_;  ///< an earlier holder, for one entry
  std::unordered_set<Digest, DigestHash> wordings_;
  std::unordered_map<Digest, Said, DigestHash> said_;
  std::size_t said_count_ = 0;
  /// The number that keys.db was asked for last and did not know.
  std::optional<PhoneNumber> never_met_;
  bool met_all_ = false;  ///< keys.db knows no number of this commit that is not in memory
  std::unordered_map<PhoneNumber, KeyStore::Suppressed, NumberHash> met_suppressed_;
  std::string last_wording_;
  bool keys_open_ = false;      ///< a transaction on keys.db is under way
  bool in_background_ = false;  ///< the entries of this commit are written by rows_
  unsigned settled_ = 0;        ///< how often this commit had to wait for them
  using Rows = BatchWriter<Writer, EntryRow, &Writer::put_row>;
  std::unique_ptr<Rows> rows_;  ///< after what it writes with

  std::mutex mutex_;
  std::condition_variable turn_;
  std::deque<std::shared_ptr<Request>> queue_;
  bool busy_ = false;      ///< somebody has the writer's turn
  unsigned claims_ = 0;    ///< who wait for it to be alone
  bool grouping_ = false;  ///< the last commit was of more than one
  bool large_ = false;     ///< the last commit was of a large group
  bool stop_ = false;
  bool head_dirty_ = false;
  Message poison_;                  ///< why nothing more is written; "" while all is well
  std::atomic<int> wal_pages_ = 0;  ///< of log.db
  std::optional<std::pair<Instant, std::chrono::microseconds>> clocks_;
  std::chrono::steady_clock::time_point last_commit_{};
  std::condition_variable tend_wake_;
  std::thread tender_;
};

}  // namespace consent
