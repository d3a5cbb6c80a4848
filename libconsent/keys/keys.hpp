#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/background_worker.hpp"
#include "consent/digest.hpp"
#include "consent/instant.hpp"
#include "consent/number.hpp"
#include "crypto/digest_hash.hpp"
#include "crypto/secret.hpp"
#include "crypto/sign.hpp"
#include "keys/filter.hpp"
#include "sqlite/sqlite.hpp"

namespace consent {

/// keys.db: what must never leave the folder. The signing key, one random key a subject, and the
/// index from numbers to subjects under a key of its own. Deleting a subject's row unlinks every
/// entry that was ever about it; log.db alone still verifies.
class KeyStore {
 public:
  struct Subject {
    std::int64_t id;
    Digest tag;
    SecretKey key;
    std::int64_t previous;  ///< id of the number's subject before; 0: none
  };

  /// `passphrase` "" leaves the keys as the file's mode protects them.
  static KeyStore create(const std::filesystem::path& file, const std::string& origin,
                         const std::string& incarnation, std::string_view passphrase,
                         Entropy& entropy);
  /// @throws Error (storage) where the origin is another log's; (crypto) where the passphrase is
  /// missing or wrong.
  static KeyStore open(const std::filesystem::path& file, sqlite::Mode mode,
                       const std::string& origin, std::string_view passphrase,
                       Entropy& entropy = system_entropy());

  /// Of the log when these keys were last written: an older one is a keys.db put back.
  [[nodiscard]] const std::string& incarnation() const noexcept { return incarnation_; }
  void set_incarnation(const std::string& incarnation);

  [[nodiscard]] const SigningKey& signing_key() const noexcept { return secrets_->signing; }
  [[nodiscard]] const SecretKey& log_key() const noexcept { return secrets_->log; }
  /// For the MAC of the head file.
  [[nodiscard]] const HmacKey& head_key() const noexcept { return secrets_->head; }
  /// Whether a head without a MAC under head_key() is a forgery; false: a log of an earlier draft,
  /// not yet written with one.
  [[nodiscard]] bool requires_head_mac();
  void require_head_mac();
  /// For the MACs of log.db's derived tables, in one incarnation of the log.
  [[nodiscard]] std::unique_ptr<const HmacKey> derived_key(std::string_view incarnation) const;
  /// Whether tables without MACs under derived_key() are a forgery; false: a log of an earlier
  /// draft, not yet written with them.
  [[nodiscard]] bool requires_derived_macs();
  void require_derived_macs();

  /// The largest tree that was signed with these keys, durable before its note left.
  struct Signed {
    std::uint64_t size = 0;
    Digest root;
  };
  [[nodiscard]] std::optional<Signed> last_signed();
  /// Durable when this returns. By a connection of its own, because another process may be the
  /// writer. `extends` says whether the tree about to be signed extends the last one.
  /// @throws Error (storage) if it does not: two such signatures would prove a fork
  static void note_signed(const std::filesystem::path& file, const Signed& about,
                          const std::function<bool(const Signed&)>& extends);
  /// A restore below the last signed tree: what is signed next begins anew.
  void forget_signed();

  [[nodiscard]] Digest index_of(PhoneNumber number) const;

  /// The newest subject of a number.
  [[nodiscard]] std::optional<Subject> newest(const Digest& index);
  [[nodiscard]] std::optional<Subject> by_id(std::int64_t id);
  [[nodiscard]] std::optional<Subject> by_tag(const Digest& tag);
  struct Holder {
    PhoneNumber number;
    Digest tag;             ///< of the number's newest subject
    std::int64_t id;        ///< of the same
    std::int64_t previous;  ///< as Subject::previous
  };
  /// Every number with its newest subject, in the order of tags.
  [[nodiscard]] std::vector<Holder> numbers();

  /// A subject as far as it can be made before it has a row.
  struct NewSubject {
    SecretKey key;
    Digest index;  ///< of its number
    Digest tag;
    std::string address;  ///< the number, sealed under `key`
  };
  /// REQUIRES: a `key` that nothing else was ever made with. Safe from several threads.
  [[nodiscard]] NewSubject make(PhoneNumber number, SecretKey key) const;

  /// New subjects are durable when commit() returns, and must be before the log commits an entry
  /// that uses one: a crash between leaves an orphan, which sweep() removes, and never an entry
  /// without a key.
  /// `many`: add() leaves the rows to a background thread, and a question to the file waits for it.
  void begin(bool many = false);
  [[nodiscard]] Subject add(NewSubject made, std::int64_t previous);
  /// Begins what commit() completes, in the background if the rows are written there. From then
  /// on nothing else may be asked.
  void start_commit(bool checkpoint);
  void commit();
  void rollback();
  /// Moves what the WAL holds into keys.db, as far as no reader needs it.
  void checkpoint() noexcept;
  /// Brings the index by number up to the newest subject.
  void fold();
  /// Removes what a crash left between the commit here and the log's: the newest subjects, above
  /// id `upto`, down to the first whose tag `known` knows. Their numbers go back to the one before.
  std::size_t sweep(std::int64_t upto, const std::function<bool(const Digest&)>& known);
  /// What is left of an erased subject: enough to let nothing said before come in again.
  struct Suppressed {
    Instant before;  ///< what was said up to then is refused
    bool bars;       ///< whoever holds the number now is the one who was erased
  };
  /// By the number's HMAC under a key of its own.
  [[nodiscard]] std::optional<Suppressed> suppressed(PhoneNumber number);
  /// Whether any number is: where none is, no other question need be asked.
  [[nodiscard]] bool suppressed_any();
  /// A store of schema 1, opened to read, has no key for it.
  [[nodiscard]] bool can_suppress() const noexcept { return secrets_->suppress.has_value(); }
  /// An exact moment would single out the entry of the erasure: whoever has the keys and a number
  /// could find its history again. Moments older than a day become the end of their day (UTC).
  void blur_suppressed(Instant now);
  /// The number that a subject was made for.
  [[nodiscard]] PhoneNumber number_of(const Subject& subject);
  /// Destroys a subject's key, address and index row, and suppresses its number. In one
  /// transaction; the bytes are gone from every file when scrub() has returned after it.
  void erase(const Subject& subject, const Suppressed& suppressed);
  /// Empties the WAL, looks for the destroyed bytes in keys.db and writes it anew where SQLite left
  /// a copy. @throws Error (locked) where another process reads keys.db all the while.
  void scrub();
  /// Every subject, by tag; `visit` may erase it.
  void for_each(const std::function<void(const Digest&)>& visit);

  /// How many entries the log had, at the least, when these keys were last opened for writing or
  /// destroyed one: a shorter log is an old one beside newer keys. 0: not said.
  [[nodiscard]] std::uint64_t log_size_seen();
  void saw_log(std::uint64_t size);

  /// Copies the store to a file that is not there yet, mode 0600; the copy says when it expires.
  void copy_to(const std::filesystem::path& file, Instant expires);
  /// Of a copy: first moment at which it must not be opened; nullopt: these are the log's own keys.
  [[nodiscard]] std::optional<Instant> expires();
  /// Remembers where the copy that entry `seq` records was put. By a connection of its own.
  static void note_copy(const std::filesystem::path& file, std::uint64_t seq,
                        const std::filesystem::path& place);
  /// Remembers the folder in which a copy is being made; "" that none is. By a connection of its
  /// own.
  static void note_copying(const std::filesystem::path& file, const std::filesystem::path& made);
  /// Removes the copy that a killed backup left half made. REQUIRES: no backup is made now.
  void sweep_copying();
  /// "" where it is not known.
  [[nodiscard]] std::string copy_place(std::uint64_t seq);
  /// Makes a copy the log's own keys.
  void lift_expiry();
  /// Whether SQLite finds its pages whole.
  [[nodiscard]] bool is_whole();

  /// How many subjects it holds a key for; kept, not counted.
  [[nodiscard]] std::uint64_t subjects() const noexcept { return count_; }
  /// The highest id ever given: an older keys.db knows a lower one. nullopt: a store whose ids
  /// could be given twice.
  [[nodiscard]] std::optional<std::int64_t> newest_id();
  /// How many subjects of the log are known to have lost their key: a restore accepted the loss.
  [[nodiscard]] std::uint64_t accepted_lost() const noexcept { return lost_; }
  /// From here on `lost` subjects of the log may lack their key; ids up to `newest_id` are not
  /// given again.
  void accept_lost(std::uint64_t lost, std::int64_t newest_id);
  /// Of `tags`, how many have no key here.
  [[nodiscard]] std::uint64_t missing(const std::function<bool(Digest&)>& next_tag);
  sqlite::Connection& connection() noexcept { return db_; }

 private:
  KeyStore() = default;
  void prepare();
  void load(const std::string& origin, std::string_view passphrase);
  [[nodiscard]] SecretKey unmask(const Digest& tag, std::string_view stored) const;
  /// XOR with what the master key gives for a tag. A tag is used once and is itself an HMAC under
  /// the key, so a changed row is noticed.
  static SecretKey mask(const SecretKey& master, const Digest& tag, std::string_view key,
                        const std::string& name);
  void put_meta(std::string_view key, std::string_view value);
  /// Reads the rows of `recent` that are not in memory. REQUIRES: a transaction.
  void read_recent();
  void fold_now();  ///< within the transaction under way
  /// A new row as it is written.
  struct Row {
    std::int64_t id;  ///< 0: the next
    Digest index;
    Digest tag;
    SecretKey key;  ///< as it is stored
    std::string address;
    std::int64_t previous;
  };
  void put(const Row& row);
  void read_indexes();
  void settle();  ///< until the file holds what was added
  void commit_now();
  void read_count();
  Subject read(sqlite::Statement& statement);
  /// Whoever changed the index, also without the passphrase, can lead a number to somebody else's
  /// subject: its sealed address says whose it is. @throws Error (storage)
  Subject bound(Subject subject, const Digest& index);
  /// The id of the subject of `tag`. An index in the file would be a random page written for each
  /// new subject; this one is made when first asked, of 16 bytes a subject, and read on from the
  /// last id it knows.
  [[nodiscard]] std::optional<std::int64_t> find(const Digest& tag);
  void met(const Digest& tag, std::int64_t id) noexcept;
  void forget_tags() noexcept;

  sqlite::Connection db_;
  struct Secrets {
    SigningKey signing;
    HmacKey index;
    SecretKey log;
    HmacKey head;
    std::optional<HmacKey> suppress;  ///< none: a store of schema 1, opened to read
  };
  void migrate(Entropy& entropy);
  [[nodiscard]] bool holds(std::span<const std::string> pieces);
  std::unique_ptr<const Secrets> secrets_;
  std::optional<SecretKey> master_;  ///< where a passphrase protects the keys
  std::string origin_;
  std::string incarnation_;
  std::vector<std::string> destroyed_;  ///< bytes that scrub() must not find; wiped after it
  std::uint64_t count_ = 0;             ///< with those of the transaction under way
  std::uint64_t count_stored_ = 0;      ///< what the file says
  struct Tagged {
    std::uint64_t prefix;  ///< first 8 bytes of the tag; the row tells whether it is the one
    std::int64_t id;
    friend auto operator<=>(const Tagged&, const Tagged&) = default;
  };
  std::vector<Tagged> tagged_;    ///< every subject up to `tagged_upto_`, sorted
  std::int64_t tagged_upto_ = 0;  ///< an id
  /// Subjects met of late: whoever comes from a number asks for its tag next.
  std::array<Tagged, 256> met_{};
  /// The table `recent` by index: subjects that `number` does not point to yet. In the table they
  /// stand in the order they came, because in the order of `number` each would write a page of its
  /// own.
  std::unordered_map<Digest, std::int64_t, DigestHash> recent_;
  std::int64_t recent_from_ = 0;  ///< the lowest id in recent_; 0: none
  std::int64_t recent_upto_ = 0;  ///< the highest
  bool has_recent_ = false;       ///< none in a store of an earlier schema, opened to read
  bool writing_ = false;          ///< nobody else writes: recent_ is whole without a look
  std::uint64_t lost_ = 0;
  /// Of every index there is, once questions about new numbers were worth reading them all.
  std::optional<Filter> indexes_;
  std::size_t never_met_ = 0;  ///< questions since that the file had to answer with no
  bool many_ = false;          ///< this transaction is written in the background
  bool committing_ = false;    ///< start_commit() was called, and commits in the background
  bool checkpoint_ = false;    ///< commit() is to end with a checkpoint
  bool folded_ = false;        ///< by this transaction
  std::int64_t next_id_ = 0;   ///< if rows are written in the background
  sqlite::Statement newest_, by_id_, address_, id_of_tag_, tag_of_id_, tags_after_, add_subject_,
      add_recent_, point_, first_recent_, recent_after_, any_suppressed_, suppressed_;
  using Rows = BatchWriter<KeyStore, Row, &KeyStore::put>;
  std::unique_ptr<Rows> rows_;  ///< last: it is stopped before what it writes with is gone
};

}  // namespace consent
