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

#include "consent/digest.hpp"
#include "consent/entry.hpp"
#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/message.hpp"
#include "consent/number.hpp"
#include "consent/proof.hpp"

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

enum class Access : std::uint8_t { read_only, write };

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

/// What a log knows against itself. No answer from it says more than this lets it.
struct Soundness {
  /// What head, database and keys contradict each other in; "": nothing. An impaired log answers
  /// `unknown` at most.
  Message impairment{};
  /// Entries were lost, by a restore that nobody reviewed: whatever permits and was recorded below
  /// this seq may have been ended by one of them. 0: none were.
  std::uint64_t doubtful_below = 0;
  /// The same of a loss that somebody reviewed: it warns. 0: none.
  std::uint64_t reviewed_below = 0;
  [[nodiscard]] bool impaired() const noexcept { return !impairment.empty(); }
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
  /// @throws Error (storage) where there is no log or it is not ours; (locked) where another
  /// process writes; BrokenLog where entry 0 is not what it must be. Where the head file says that
  /// acknowledged entries are missing, the log opens read-only and impairment() says what.
  static Log open(const std::filesystem::path& folder, Access access,
                  Entropy& entropy = system_entropy());
  static Log open(const std::filesystem::path& folder, const LogOptions& options,
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
  [[nodiscard]] const LogIdentity& identity() const noexcept;
  [[nodiscard]] const std::filesystem::path& folder() const noexcept;
  /// read_only also where a log opened for writing is impaired.
  [[nodiscard]] Access access() const noexcept;
  /// What this log knows against itself now: the head is read before the database. Ask it before
  /// anything that an answer stands on is read.
  [[nodiscard]] Soundness soundness() const;
  /// soundness().impairment. An impaired log answers questions, none of them with yes, and refuses
  /// append().
  [[nodiscard]] Message impairment() const;
  /// What whoever runs the log should know and need not act on at once.
  [[nodiscard]] const std::vector<Message>& warnings() const& noexcept;
  const std::vector<Message>& warnings() const&& = delete;  // would dangle
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] Digest root() const;
  /// Root of the first `size` entries. @throws Error (invalid_argument) where size > size().
  [[nodiscard]] Digest root(std::uint64_t size) const;

  /// The key that checks this log's checkpoints; also stands in entry 0.
  [[nodiscard]] note::VerifierKey verifier_key() const;
  /// The current root, signed; kept in the log's checkpoint table when the log is open for writing.
  /// A checkpoint signed before for the same size is handed out again. @throws Error (storage)
  /// where there is no signing key, or the log is impaired and keeps none of this size.
  std::string checkpoint();
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
  /// One entry with its sealed details. @throws Error (not_found) where there is none, it is about
  /// no subject, or the key is gone.
  [[nodiscard]] OpenedEntry open_entry(std::uint64_t seq) const;

 private:
  friend struct LogAccess;  // what the library's own free functions use
  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace consent
