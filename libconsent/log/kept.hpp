#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "consent/digest.hpp"
#include "consent/log.hpp"
#include "consent/message.hpp"
#include "consent/standing.hpp"
#include "crypto/digest_hash.hpp"
#include "keys/keys.hpp"
#include "log/derived.hpp"
#include "sqlite/sqlite.hpp"

namespace consent {

/// One subject as its entries leave it.
struct KeptSubject {
  std::uint64_t count = 0;  ///< of its entries
  std::int64_t last = -1;   ///< seq of the newest
  SubjectStanding standing;
  std::int64_t row_last = -1;  ///< as `last` in its row in the table; -1: it has none
  bool behind = false;         ///< that row says less
  bool written = false;        ///< it has a row in the table
};

/// What the entries say of each subject: the derived table `subject`, which covers the entries
/// below the mark `standing_upto`, and in memory what the entries from there on add to it. A
/// commit so writes no random page for each subject that it touches; write() moves the mark.
/// The tables are read where their MACs fit a key of keys.db. Without keys.db, and where `state`
/// is damaged, no row is read: everything comes from the entries.
/// One thread at a time.
class KeptStanding {
 public:
  /// What becomes of a subject whose row cannot be what was kept, and of tables whose seal is not
  /// theirs.
  enum class Damage : std::uint8_t {
    refused,  ///< Error: whoever writes must not go on from it
    marked,   ///< SubjectStanding::broken, and damage(): one row silences nobody else
  };
  explicit KeptStanding(sqlite::Connection& db, Damage damage = Damage::refused)
      : db_(&db), damage_(damage) {}
  /// `keys` outlive this.
  void authenticate_with(KeyStore& keys) {
    keys_ = &keys;
    forget();
  }

  /// Reads the entries that were added since the last call, and begins anew where the mark moved.
  /// REQUIRES: a transaction, so that table and entries are of one moment.
  /// @throws BrokenLog where an entry does not fit its subject's row; Error (storage) where the
  /// tables are not what was kept and Damage::refused.
  void catch_up();
  /// Forgets everything, as after a transaction that was rolled back; catch_up() reads it again.
  void forget();

  // As of the last catch_up().

  /// Why the tables are not read though keys.db is here; "" where they are.
  [[nodiscard]] const Message& damage() const noexcept { return found_; }
  /// Whether rows carry MACs, so that a subject of keys.db that has none lost its row.
  [[nodiscard]] bool is_sealed() const noexcept { return source_ == Source::sealed; }
  /// What the table `state`, or without it the entries, say of the log itself.
  [[nodiscard]] std::optional<std::string> state(std::string_view name);
  /// How many subjects are not erased.
  [[nodiscard]] std::uint64_t living();
  /// The highest id of a subject that keys.db had given when the log was last written; 0 where it
  /// is not known.
  [[nodiscard]] std::int64_t newest_subject();

  /// The rows of the table, in the order of tags.
  class Rows {
   public:
    explicit Rows(KeptStanding& kept);
    bool step() { return rows_ && rows_.step(); }
    [[nodiscard]] std::string_view tag() const { return rows_.blob(0); }
    /// As kept; `broken` where the row is not what was kept.
    [[nodiscard]] SubjectStanding standing() const;

   private:
    KeptStanding* kept_;
    sqlite::Statement rows_;
  };

  /// nullopt where the log never met the subject.
  [[nodiscard]] std::optional<KeptSubject> read(const Digest& tag);
  /// The subject's standing, read from its entries, oldest first: who answers a question trusts the
  /// table only to say where they are.
  /// @throws BrokenLog if the table names other entries than these, or other terms
  [[nodiscard]] SubjectStanding derive(const KeptSubject& subject, std::span<const Entry> entries);
  [[nodiscard]] bool knows(const Digest& tag);
  /// Those whose row says less than they do, or that have none, in the order of tags.
  [[nodiscard]] std::vector<const KeptSubject*> behind();
  [[nodiscard]] const Terms& terms() const noexcept { return terms_; }

  // For the writer.

  /// The subject, from then on in memory; empty where it is new. Lives until drop().
  [[nodiscard]] KeptSubject& hold(const Digest& tag);
  /// Whether it is in memory.
  [[nodiscard]] bool holds(const Digest& tag) const { return subjects_.contains(tag); }
  /// The same where the table cannot have a row: the tag was made just now.
  [[nodiscard]] KeptSubject& hold_new(const Digest& tag);
  /// Takes one entry of the subject in. `event` may be null where its type says nothing to
  /// standing. `own` is the distributor that stands where the event leaves its own out.
  void add(KeptSubject& subject, const Entry& entry, const Event* event, std::string_view own);
  /// The same with what read_clauses() made of its body, in terms of `theirs`.
  void add(KeptSubject& subject, const Entry& entry, std::vector<Clause> clauses,
           const Terms& theirs);
  /// The rows of `state`, for change; seal() writes them.
  [[nodiscard]] derived::StateRows& state_rows() noexcept { return state_; }
  /// Writes every subject that is behind, in the order of the table, and moves the mark to `size`,
  /// within the transaction under way. Where that is rolled back, forget(). seal() must follow.
  void write(std::uint64_t size);
  /// Writes names that the table lacks. seal() must follow.
  void write_names();
  /// The last of each transaction that adds entries or writes rows.
  void seal(const derived::StateRows::Seal& of);
  /// Empties the tables and takes everything from the entries, within the transaction under way:
  /// rows of an incarnation that ended are never read in the next one.
  void start_over();
  /// The same, with what `state` holds; seals under `of`, or without keys writes rows that nobody
  /// takes for authentic.
  void rebuild(const derived::StateRows::Seal& of);
  /// Forgets subjects that the table holds as they are.
  void drop();
  /// The mark: the table covers the entries below it.
  [[nodiscard]] std::uint64_t upto() const noexcept { return from_; }
  [[nodiscard]] std::size_t held() const noexcept { return subjects_.size(); }

 private:
  enum class Source : std::uint8_t {
    entries,  ///< no row is read
    sealed,   ///< rows, by their MACs
    legacy,   ///< rows of an earlier schema, as they are
  };
  /// Decides on the source, and returns the mark.
  std::uint64_t look();
  std::uint64_t look_at_legacy();
  /// What is wrong with the seal; "" where it is theirs.
  [[nodiscard]] Message check_seal();
  void distrust(Message why);
  void use(Source source);
  void restart(std::uint64_t mark);
  void read_names();
  void read_entries();
  void take(const DecodedEntry& decoded);
  void list(const DecodedEntry& decoded);
  void empty_tables();
  [[nodiscard]] std::optional<KeptSubject> row(const Digest& tag);
  void read_row(const sqlite::Statement& row, KeptSubject& subject) const;
  [[nodiscard]] bool is_ours(const sqlite::Statement& row) const;
  /// Whether the table says that this entry is the newest of its subject.
  [[nodiscard]] bool is_newest(std::int64_t seq) const;
  [[nodiscard]] const std::string* chunk(std::uint64_t index) const;
  void mark_newest(std::int64_t seq, bool newest, std::vector<std::uint64_t>& changed);
  void write_chunks(std::vector<std::uint64_t> changed);
  void count(KeptSubject& subject, const Entry& entry);

  sqlite::Connection* db_;
  KeyStore* keys_ = nullptr;
  Damage damage_;
  Source source_ = Source::entries;
  Message found_;
  std::int64_t schema_ = 0;
  mutable sqlite::Statement read_seal_, read_mark_, read_names_, read_entries_, read_subject_,
      read_chunk_;
  sqlite::Statement put_subject_, put_name_, put_chunk_;
  std::optional<std::string> seal_;  ///< the row as it was looked at last
  derived::StateRows state_;         ///< as sealed; of entries: the lists that they give
  bool lists_ = false;               ///< state_ is taken from the entries
  std::unique_ptr<const HmacKey> key_;
  std::string key_of_;  ///< incarnation of key_
  std::uint64_t sealed_size_ = 0;
  struct Chunk {
    std::string mac;
    std::string bits;
  };
  mutable std::unordered_map<std::uint64_t, Chunk> chunks_;  ///< authentic
  std::size_t names_stored_ = 0;  ///< rows of `term` that are in terms_
  std::string names_mac_;         ///< of the last of them
  bool begun_ = false;
  std::uint64_t from_ = 0;  ///< the mark when memory was begun
  std::uint64_t at_ = 0;    ///< entries below are taken in
  Terms terms_;
  std::unordered_map<Digest, KeptSubject, DigestHash> subjects_;
  std::vector<KeptSubject*> behind_;
};

}  // namespace consent
