#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "consent/digest.hpp"
#include "consent/log.hpp"
#include "consent/standing.hpp"
#include "crypto/digest_hash.hpp"
#include "sqlite/sqlite.hpp"

namespace consent {

/// One subject as its entries leave it.
struct KeptSubject {
  std::uint64_t count = 0;  ///< of its entries
  std::int64_t last = -1;   ///< seq of the newest
  SubjectStanding standing;
  bool behind = false;   ///< its row in the table says less
  bool written = false;  ///< it has a row in the table
};

/// What the entries say of each subject: the derived table `subject`, which covers the entries
/// below the mark `standing_upto`, and in memory whatever the entries from there on add to it. A
/// commit so writes no random page for each subject that it touches; write() moves the mark.
/// One thread at a time.
class KeptStanding {
 public:
  /// What becomes of a subject whose row cannot be what was kept.
  enum class Damage : std::uint8_t {
    refused,  ///< Error: whoever writes must not go on from it
    marked,   ///< SubjectStanding::broken: one row silences nobody else
  };
  explicit KeptStanding(sqlite::Connection& db, Damage damage = Damage::refused);

  /// Reads the entries that were added since the last call, and begins anew where the mark moved.
  /// REQUIRES: a transaction, so that table and entries are of one moment.
  /// @throws BrokenLog where an entry does not fit its subject's row; Error (storage) where the
  /// table does not say how far it goes.
  void catch_up();
  /// Forgets everything, as after a transaction that was rolled back; catch_up() reads it again.
  void forget();

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
  /// Writes every subject that is behind, in the order of the table, and moves the mark to `size`,
  /// within the transaction under way. Where that is rolled back, forget().
  void write(std::uint64_t size);
  /// Forgets subjects that the table holds as they are.
  void drop();
  /// The mark: the table covers the entries below it.
  [[nodiscard]] std::uint64_t upto() const noexcept { return from_; }
  [[nodiscard]] std::size_t held() const noexcept { return subjects_.size(); }

 private:
  [[nodiscard]] std::optional<std::uint64_t> mark();
  [[nodiscard]] std::optional<KeptSubject> row(const Digest& tag);
  void read_row(KeptSubject& subject);
  void count(KeptSubject& subject, const Entry& entry);

  sqlite::Connection* db_;
  Damage damage_;
  std::int64_t schema_ = 0;
  sqlite::Statement read_mark_, read_terms_, read_entries_, read_subject_, put_subject_, put_mark_;
  bool put_ = false;  ///< put_subject_ and put_mark_ are prepared: a reader cannot
  bool begun_ = false;
  std::uint64_t from_ = 0;  ///< the mark when memory was begun
  std::uint64_t at_ = 0;    ///< entries below are taken in
  Terms terms_;
  std::unordered_map<Digest, KeptSubject, DigestHash> subjects_;
  std::vector<KeptSubject*> behind_;
};

}  // namespace consent
