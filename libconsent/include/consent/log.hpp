#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/backup.hpp"
#include "consent/digest.hpp"
#include "consent/erasure.hpp"
#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/message.hpp"
#include "consent/number.hpp"
#include "consent/proof.hpp"
#include "consent/standing.hpp"

namespace consent {

/// Whose log it is; written into entry 0 and never changed.
struct LogIdentity {
  /// Schema-less URL, the log's name in every signature: "romashka.example/consent".
  std::string origin;
  /// The distributor the log belongs to: ИНН (10 or 12 digits) or "" in a subscriber's diary.
  std::string distributor;
  std::string distributor_name;
  /// In a diary: the diarist's own number.
  std::optional<PhoneNumber> subscriber;
};

/// Where a subject stands in its own chain.
struct SubjectRef {
  Digest tag;
  std::uint64_t seq = 0;   ///< from 1
  std::int64_t prev = -1;  ///< leaf index of the subject's entry before, -1 for its first
};

/// One stored entry. `bytes` are the hashed bytes and the truth; the rest was read from them.
struct Entry {
  std::uint64_t seq = 0;
  Digest leaf;
  Digest prev;
  Instant recorded{};
  std::string log;  ///< origin
  EventType type{};
  std::optional<SubjectRef> subject;  ///< none for entries about the log itself
  std::string bytes;
};

/// What became of an event that was offered to append_once().
enum class Once : std::uint8_t {
  recorded,
  already_there,        ///< an entry says the same of this number
  before_reassignment,  ///< said before the number got a new holder: it would count for a stranger
  erased,               ///< said before the number's holder was erased: it must not come in again
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Once) noexcept;

/// What append() hands back: enough to find, show and prove the entry.
struct Appended {
  std::uint64_t seq = 0;
  Digest leaf;
  Digest tag;
  /// Of append_once() alone. Where already_there, `seq` and `tag` are those of the entry that is.
  Once once = Once::recorded;
};

/// An entry with the details that its subject's key opens.
struct OpenedEntry {
  Entry entry;
  std::string salt;     ///< 32 bytes
  std::string details;  ///< canonical JSON; commitment(salt, details) stands in the entry
};

/// One file that the log keeps with an entry.
struct KeptEvidence {
  std::uint64_t seq = 0;    ///< of the entry
  std::uint32_t place = 1;  ///< among the entry's files, from 1
  std::string kind;         ///< short word
  Digest commitment;        ///< SHA-256("libconsent/commit/v1" || 0x00 || salt || content)
  bool beside = false;      ///< a large one, in the folder `evidence`; else inside log.db
  bool there = true;        ///< false: its file is missing
};

enum class Access : std::uint8_t { read_only, write };

/// Somebody who dials for a distributor, as the log's entries say.
struct CallerAssignment {
  std::uint64_t seq = 0;  ///< of the entry that assigned
  std::string distributor;
  std::string caller;
  Instant from{};                  ///< first moment at which it holds
  Instant until = Instant::max();  ///< first moment at which it no longer does, releases included
  Purposes purposes;               ///< empty: all
  Channels channels;               ///< empty: all
  std::string campaign;            ///< "": not limited to one
  Instant recorded{};
  std::optional<Digest> document;         ///< SHA-256 of what shows it
  std::vector<std::uint64_t> released{};  ///< seq of the entries that end it, in order
};

/// How a log is opened.
struct LogOptions {
  Access access = Access::read_only;
  /// A second head file, kept elsewhere: a folder restored whole brings its own head along, this
  /// one it does not bring. Begun where it is absent, and warnings() says so.
  std::filesystem::path second_head{};
  /// How long to wait for the writer's place; zero: not at all.
  std::chrono::milliseconds wait{0};
  /// Of keys.db, where it was made with one.
  std::string passphrase{};
  /// When it is opened: asked where keys.db is a copy that expires, which without it stays closed.
  std::optional<Instant> now{};
};

/// What rebuild() did.
struct Rebuilt {
  std::uint64_t entries = 0;   ///< read
  std::uint64_t subjects = 0;  ///< written
  bool differed = false;       ///< the tables had said something else than the entries
};

/// A log that went into a file, or came out of one.
struct Copied {
  std::uint64_t entries = 0;
  Digest root;  ///< of all of them, as the checkpoint signs it
  std::string origin;
  std::string verifier_key;    ///< of entry 0
  bool already_there = false;  ///< the folder holds them, and was left alone
  std::uint64_t evidence = 0;  ///< files kept with entries that travel along, sealed as they are
  std::uint64_t evidence_missing = 0;  ///< named by entries, and not here to travel
};

/// Events that are validated, encoded and sealed already, and wait for Log::append_once(). Made by
/// Log::offer(). Use after the log is closed: Error (invalid_argument). One thread at a time.
class CONSENT_EXPORT Offered {
 public:
  Offered(Offered&&) noexcept;
  Offered& operator=(Offered&&) noexcept;
  ~Offered();

 private:
  friend class Log;
  struct Impl;
  explicit Offered(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// An append-only consent log in one folder: log.db, keys.db, head. Move-only; closes on
/// destruction.
///
/// Thread safety: any number of threads may call any member of one Log at once; a read inside one
/// process sees every append that returned before it began. One writing Log on a folder over all
/// processes; any number of read-only ones, in any process.
/// Durability: when append() returns, the entry survives loss of power.
/// Fork: a Log does not survive fork(); the child gets Error (storage) on every call.
class CONSENT_EXPORT Log {
 public:
  /// Makes the folder (its parent must exist) and entry 0.
  /// @throws Error (storage) where the folder exists and is not empty: a typo must not begin a
  /// second log; (invalid_argument) for a bad origin or ИНН.
  static Log create(const std::filesystem::path& folder, const LogIdentity& identity, Instant now,
                    Entropy& entropy = system_entropy());
  /// The same with a passphrase over keys.db (scrypt) or a second head; access is write.
  static Log create(const std::filesystem::path& folder, const LogIdentity& identity, Instant now,
                    const LogOptions& options, Entropy& entropy = system_entropy());
  /// @throws Error (storage) where there is no log or it is not ours; (locked) where another
  /// process writes; BrokenLog where entry 0 is not what it must be. Where the head file says that
  /// acknowledged entries are missing, the log opens read-only and impairment() says what.
  static Log open(const std::filesystem::path& folder, Access access,
                  Entropy& entropy = system_entropy());
  static Log open(const std::filesystem::path& folder, const LogOptions& options,
                  Entropy& entropy = system_entropy());
  /// Makes an impaired log writable again by an entry that names what was lost and begins a new
  /// incarnation. `reason` is a short word ("backup", "disk_failure").
  /// @throws Error (invalid_argument) where nothing is wrong with the log.
  static Log restore(const std::filesystem::path& folder, std::string_view reason, Instant now,
                     const LogOptions& options = {}, Entropy& entropy = system_entropy());
  /// Puts a backup in the place of a log that is lost or damaged, and destroys again what was
  /// destroyed since. docs/how/backup.md says what it does and what it cannot know.
  /// @throws Error (invalid_argument) where `folder` holds a log that is not damaged, or something
  /// else; (storage) where no keys are found, or those of the backup have expired. Then `folder` is
  /// as it was.
  static Restored restore_from(const std::filesystem::path& folder, const RestoreOrder& order,
                               Instant now, const LogOptions& options = {},
                               Entropy& entropy = system_entropy());
  /// As back_up() of consent/backup.hpp, and records what the copy holds; with `keys`, the keys and
  /// the evidence go along, and nothing is written meanwhile.
  /// @throws as back_up(); Error (invalid_argument) where the expiry is not ahead, or too far.
  Backup back_up(const std::filesystem::path& to, const std::optional<KeysCopy>& keys, Instant now);
  /// Records that the copy of keys made by entry `of` is destroyed.
  /// @throws Error (invalid_argument) where that entry says nothing of the kind.
  std::uint64_t backup_destroyed(std::uint64_t of, Instant now);

  /// Folder that the copy of keys made by entry `seq` was written to; "" where this keys.db does
  /// not say. It stands in keys.db alone, which never leaves.
  [[nodiscard]] std::string keys_copy_place(std::uint64_t seq) const;

  /// Writes the derived tables anew from the entries, in one transaction.
  /// @throws Error (locked) where somebody writes; BrokenLog where an entry cannot be read.
  static Rebuilt rebuild(const std::filesystem::path& folder, const LogOptions& options = {});

  /// Writes every entry up to a checkpoint signed now, byte for byte, with the texts, the older
  /// checkpoints and the sealed details, which nobody opens without keys.db. No key goes along.
  /// The file appears when it is whole. @throws Error (storage) where there is no signing key.
  Copied export_entries(const std::filesystem::path& file,
                        const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});
  /// Makes a folder of such a file, once every entry was read strictly, followed the one before,
  /// and all of them had the signed root; else the folder is not made. The copy has no keys.db and
  /// no head: it verifies, and is read-only until keys.db lies beside it and restore() says that it
  /// goes on in the place of the other. `trusted` empty: the key of entry 0.
  /// @throws BrokenLog with the seq of the first entry that is missing or altered; ProofError where
  /// no trusted key signed; Error (storage) where the folder holds something else.
  static Copied import_entries(
      const std::filesystem::path& file, const std::filesystem::path& folder,
      std::span<const note::VerifierKey> trusted = {},
      const std::function<void(std::uint64_t, std::uint64_t)>& progress = {},
      Entropy& entropy = system_entropy());

  Log(Log&&) noexcept;
  Log& operator=(Log&&) noexcept;
  ~Log();

  /// Records one event. `now` is the moment of recording; entry order is sequence, not time.
  /// @throws Error (invalid_argument) for an event validate() refuses or that claims to have
  /// happened after `now`; (storage) where it could not be made durable: then nothing was recorded;
  /// (erased) for what happened before the number's holder was erased; (not_found) for a hold or a
  /// restriction on a number that the log never met.
  Appended append(const Event& event, Instant now);
  /// All or nothing, in one commit.
  std::vector<Appended> append_many(std::span<const Event> events, Instant now);
  /// Records, in one commit, what the log does not hold yet; the rest is answered and left alone.
  /// There already is an event of which an entry about the same number says the same: same type,
  /// same body, whoever held the number then. So a list can be read in twice, or again after a
  /// crash, and nothing is doubled. Two equal events in `events` are recorded once.
  /// @returns one answer an event, in order. @throws as append(); then nothing was recorded.
  std::vector<Appended> append_once(std::span<const Event> events, Instant now);
  /// Does of append_once() what needs no place in the log, on the calling thread alone: while one
  /// thread records, another can make the next group ready. @throws as append().
  [[nodiscard]] Offered offer(std::vector<Event> events) const;
  /// As append_once(events, now), with what offer() made of them, in the order of these calls.
  /// @throws as append(); Error (invalid_argument) where another log made it.
  std::vector<Appended> append_once(Offered offered, Instant now);
  /// What erasing the number's holder would destroy, and what stands in its way. See ErasureOrder.
  /// @throws Error (not_found) where the log never met the number.
  [[nodiscard]] ErasureCheck before_erasing(
      PhoneNumber number, Instant needed_since, Instant now,
      const std::optional<Instant>& held_at = std::nullopt) const;
  /// Destroys the subject's key, its index row and its large files; records that it did. Order,
  /// type, time and count of its entries stay, and every proof made before still verifies. A kill
  /// at any point leaves the subject as it was or, after the next opening for writing, erased.
  /// When this returns, neither the number nor its key is in any file of the folder.
  /// @throws Error (not_found); (locked, storage) where it was recorded and could not be completed:
  /// opening the log for writing again completes it.
  Erasure erase(PhoneNumber number, const ErasureOrder& order, Instant now);
  /// When the number's holder was erased: what was said up to then is not taken in again. Later
  /// than a day after, the end of that day (UTC). nullopt: never, or who holds it now was not.
  [[nodiscard]] std::optional<Instant> erased_at(PhoneNumber number) const;
  /// Whether anybody was erased: where not, erased_at() need not be asked.
  [[nodiscard]] bool has_erased() const;
  /// Records a hold or a restriction of who held the number at `held_at`; append() means who holds
  /// it now. @throws as append(); Error (invalid_argument) for any other event; (not_found) where
  /// nobody held it then; (erased) where who did is erased.
  Appended append_of_holder(const Event& event, Instant held_at, Instant now);
  /// Whether what is held on the number's present holder may be used for proof alone at `at`.
  [[nodiscard]] std::optional<Restriction> restriction_of(PhoneNumber number, Instant at) const;
  /// The same of one subject, by its tag. Needs no key.
  [[nodiscard]] std::optional<Restriction> restriction_of(const Digest& tag, Instant at) const;
  /// Tags of all whose record may be used for proof alone at `at`, in no order. Needs no key.
  [[nodiscard]] std::vector<Digest> restricted(Instant at) const;
  /// Tells the log both clocks of its machine, as often as the caller likes. Where the wall clock
  /// jumped against the monotonic one, or stands before the last entry, a clock.step entry is
  /// recorded. @returns whether one was.
  bool observe_clock(Instant wall, std::chrono::microseconds monotonic);
  /// Records that a text is in use from now on, and keeps it. @returns its hash, as events name it.
  Digest register_wording(const Wording& wording, std::string_view language, Instant now);
  /// Records that the log was alive and nothing else happened.
  void heartbeat(Instant now);
  /// Records that somebody dials for a distributor; `distributor` "" is the log's own. A consent
  /// that lets "persons acting for" the distributor call lets them, while it holds.
  /// @returns the entry's seq. @throws Error (invalid_argument) for what validate() refuses, and
  /// where the log has no distributor of its own.
  std::uint64_t assign_caller(CallerAssigned assigned, Instant now);
  /// Records the end of an assignment, which may lie ahead or have been earlier.
  /// @throws Error (invalid_argument) where entry `of` assigns nobody.
  std::uint64_t release_caller(const CallerReleased& released, Instant now);
  /// Who was assigned, in order of seq, as the first `size` entries say.
  [[nodiscard]] std::vector<CallerAssignment> assignments(std::uint64_t size = ~std::uint64_t{
                                                              0}) const;

  [[nodiscard]] const LogIdentity& identity() const noexcept;
  [[nodiscard]] const std::filesystem::path& folder() const noexcept;
  /// read_only also where a log opened for writing is impaired.
  [[nodiscard]] Access access() const noexcept;
  /// What head and database contradict each other in; "" where nothing is wrong. An impaired log
  /// answers questions and refuses append().
  [[nodiscard]] const Message& impairment() const noexcept;
  /// What whoever runs the log should know and need not act on at once.
  [[nodiscard]] const std::vector<Message>& warnings() const noexcept;
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] Digest root() const;
  /// Root of the first `size` entries. @throws Error (invalid_argument) where size > size().
  [[nodiscard]] Digest root_at(std::uint64_t size) const;

  /// The key that checks this log's checkpoints; also stands in entry 0.
  [[nodiscard]] note::VerifierKey verifier_key() const;
  /// The current root, signed; kept in the log's checkpoint table when the log is open for writing.
  /// A checkpoint signed before for the same size is handed out again. @throws Error (storage)
  /// where there is no signing key, or the log is impaired and keeps none of this size.
  std::string checkpoint();
  /// A checkpoint that covers entry `seq`: the oldest one kept that does, so that what was recorded
  /// together shares a signature; else checkpoint().
  std::string checkpoint_over(std::uint64_t seq);
  [[nodiscard]] InclusionProof prove_inclusion(std::uint64_t seq,
                                               std::string_view checkpoint) const;
  [[nodiscard]] merkle::Path prove_consistency(std::uint64_t size1, std::uint64_t size2) const;

  /// @throws Error (not_found)
  [[nodiscard]] Entry entry(std::uint64_t seq) const;
  /// Calls `visit` for entries first <= seq < last in order, in one read transaction.
  void for_each(std::uint64_t first, std::uint64_t last,
                const std::function<void(const Entry&)>& visit) const;

  /// Subjects that have held this number, oldest first, by tag; empty where the log never met it.
  [[nodiscard]] std::vector<Digest> subjects_of(PhoneNumber number) const;
  /// Entries of one subject in order.
  [[nodiscard]] std::vector<Entry> entries_of(const Digest& tag) const;
  /// The same with their sealed details. @throws Error (not_found) where the key is gone.
  [[nodiscard]] std::vector<OpenedEntry> open_entries_of(const Digest& tag) const;
  /// One entry with its sealed details. @throws Error (not_found) where there is none, it is about
  /// no subject, or the key is gone.
  [[nodiscard]] OpenedEntry open_entry(std::uint64_t seq) const;
  /// All entries about a number over all of its subjects, in order of seq.
  [[nodiscard]] std::vector<Entry> history(PhoneNumber number) const;

  /// What decisions read: one SubjectStanding a subject that held the number, oldest first. Where
  /// the holder was erased, the standing of whoever is there since begins with a clause of the type
  /// subject_erased, of no entry (seq ~0), which bars advertising until a consent.
  [[nodiscard]] std::vector<SubjectStanding> standing_of(PhoneNumber number) const;
  /// Every number of the log with its subjects' standings: what a gate loads. One read transaction.
  void for_each_standing(
      const std::function<void(PhoneNumber, std::span<const SubjectStanding>)>& visit) const;
  /// Names behind the term ids of standings read before this call.
  [[nodiscard]] Terms terms() const;
  /// Distributors that the log was created for or, in a log created for none, that its entries
  /// name.
  [[nodiscard]] std::vector<std::string> distributors() const;
  /// Files kept with an entry, in order; none: an empty list. Needs no key.
  [[nodiscard]] std::vector<KeptEvidence> evidence_of(std::uint64_t seq) const;
  /// Opens one: hands its content to `take` piece by piece, and its salt back (32 bytes).
  /// Each piece is authentic; only the return says that they are what the entry committed to.
  /// @throws Error (not_found) where there is none, the subject's key is gone or the file is
  /// missing; ProofError where the bytes are not those that were sealed.
  std::string evidence(std::uint64_t seq, std::uint32_t place,
                       const std::function<void(std::string_view)>& take) const;
  /// Text of a wording by its SHA-256; nullopt where only the hash is known.
  [[nodiscard]] std::optional<std::string> wording(const Digest& hash) const;

 private:
  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace consent
