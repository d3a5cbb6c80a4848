#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "consent/error.hpp"
#include "consent/log.hpp"
#include "crypto/seal.hpp"
#include "event/encode.hpp"
#include "keys/keys.hpp"
#include "log/head.hpp"
#include "log/kept.hpp"
#include "log/schema.hpp"
#include "log/soundness.hpp"
#include "log/writer.hpp"
#include "sqlite/sqlite.hpp"
#include "standing/standing.hpp"
#include "tlog/tiles.hpp"

/// What a Log holds, for the files that Log's members are spread over.
namespace consent {

/// How often this process has forked: a Log made before one must not touch its files after it.
[[nodiscard]] std::uint64_t forks();

/// One stored row, checked against its own hash and place. @throws BrokenLog
[[nodiscard]] Entry read_entry(std::int64_t seq, std::string_view leaf, std::string_view bytes);

inline constexpr const char* removed_row =
    "log.db: what is kept of a subject is not what was written; rebuild the log's tables";

struct Log::Impl {
  std::filesystem::path folder;
  LogIdentity identity;
  Access access = Access::read_only;
  std::string incarnation;
  std::string first_incarnation;  ///< of entry 0; another one now: the log was restored
  Message impairment;             ///< as open() found
  bool end_unknown = false;       ///< no head that fits says where the log ended
  bool tables_damaged = false;    ///< of log.db, as open() found
  std::vector<Message> warnings;
  note::VerifierKey key;
  std::uint64_t forks_at_open = forks();
  LogOptions opened_with;  ///< read-only, whatever this one is

  // Before the readers' connections, so that it is closed after them: whoever closes last folds the
  // WAL into log.db.
  std::unique_ptr<Writer> writer;

  mutable std::mutex reading;
  mutable std::string verified_note;
  mutable Checkpoint verified_checkpoint;
  mutable sqlite::Connection db;
  mutable std::optional<KeyStore> keys;
  mutable std::unique_ptr<TileStore> tree;
  mutable std::unique_ptr<KeptStanding> kept;
  mutable std::optional<LossesRead> losses_read;
  mutable sqlite::Statement read_entry, read_sealed, read_old_sealed, read_wording, read_checkpoint;

  /// One read of one moment: nobody else on the connection, one transaction, standing caught up.
  class Reading {
   public:
    explicit Reading(const Impl& impl) : lock_(impl.reading), snapshot_(impl.db, "BEGIN") {
      impl.kept->catch_up();
    }

   private:
    std::lock_guard<std::mutex> lock_;
    sqlite::Transaction snapshot_;
  };

  void check_fork() const {
    if (forks() != forks_at_open) {
      throw Error(ErrorCode::storage, "log: opened before a fork; the child must open its own");
    }
  }

  /// The one place that says what the log knows against itself. REQUIRES: `reading` is held.
  [[nodiscard]] Soundness soundness() const;
  /// What of head, second head and keys does not fit, into `impairment`, as open() finds them.
  void examine(const std::optional<HeadState>& head, const std::optional<HeadState>& second,
               bool has_keys);
  void examine_keys(const std::optional<HeadState>& head, const std::optional<HeadState>& second);

  void check_writable() const {
    check_fork();
    if (writer) return;
    throw Error(ErrorCode::storage, impairment.empty()
                                        ? Message("log: opened read-only")
                                        : Message("log: read-only, because {}", impairment));
  }

  /// What restore() says of the loss.
  struct Restoring {
    std::string reason;
    Instant now;
    bool even_if_whole = false;  ///< a backup that stands in for a lost log looks whole
    std::uint64_t lost_to = 0;   ///< as far as something else than the heads knows
    bool end_unknown = false;    ///< no head is left that says where the lost log ended
  };
  LogRestored restored;
  std::uint64_t lost_keys = 0;  ///< subjects of the log without a key, as open() found
  bool keys_are_newer = false;  ///< than the log was, when restore() began
  /// Subjects of the log that are not erased, and whose key is not there.
  [[nodiscard]] std::set<Digest> without_key() const;
  static std::unique_ptr<Impl> open(const std::filesystem::path& folder, const LogOptions& options,
                                    const Restoring* restoring, Entropy& entropy);
  void begin_incarnation(const Restoring& restoring, const LogOptions& options,
                         const std::optional<HeadState>& state,
                         const std::optional<HeadState>& second, Entropy& entropy);

  void load_identity() {
    sqlite::Statement first(db, "SELECT leaf,bytes FROM entry WHERE seq=0");
    if (!first.step()) throw Error(ErrorCode::storage, Message("{}: holds no entry", db.name()));
    const Entry entry = consent::read_entry(0, first.blob(0), first.blob(1));
    if (entry.type != EventType::log_created) {
      throw BrokenLog(0, "entry 0: is not the creation of a log");
    }
    const AnyEvent said = decode_event(entry);
    const LogCreated& created = *get_if<LogCreated>(said);
    identity.origin = entry.log;
    identity.distributor = created.distributor;
    identity.distributor_name = created.distributor_name;
    incarnation = created.incarnation;
    first_incarnation = incarnation;
    if (db.integer("PRAGMA user_version") >= 2) {
      sqlite::Statement newest(db, "SELECT value FROM state WHERE key='incarnation'");
      if (newest.step()) incarnation = newest.blob(0);
    }
    try {
      key = note::parse_verifier_key(created.key);
    } catch (const Error& error) {
      throw BrokenLog(0, Message("entry {}: {}", 0, error));
    }
    if (key.name != identity.origin) throw BrokenLog(0, "entry 0: a key of another name");
  }

  /// What is sealed beside an entry; nullopt where nothing is.
  [[nodiscard]] std::optional<std::string> sealed_at(std::uint64_t seq) const {
    // Looked at each time, because a writer in another process may migrate the file meanwhile.
    const std::int64_t version = db.integer("PRAGMA user_version");
    std::optional<std::string> sealed;
    const auto take = [&](sqlite::Statement& rows) {
      rows.reset();
      if (rows.bind(1, static_cast<std::int64_t>(seq)).step() && !rows.is_null(0)) {
        sealed = std::string(rows.blob(0));
      }
      rows.reset();
    };
    if (version >= schema::with_mark) {
      if (!read_sealed) {
        read_sealed = sqlite::Statement(db, "SELECT sealed FROM entry WHERE seq=?1");
      }
      take(read_sealed);
    }
    // What was sealed before schema 3 is where it was.
    if (!sealed && db.integer("SELECT count(*) FROM sqlite_schema WHERE name='sealed'") != 0) {
      if (!read_old_sealed) {
        read_old_sealed = sqlite::Statement(db, "SELECT bytes FROM sealed WHERE seq=?1");
      }
      take(read_old_sealed);
    }
    return sealed;
  }

  // A diary's own number is sealed under the log's key; without keys.db it stays unknown.
  void load_subscriber() {
    const AnyEvent said = decode_event(entry_at(0));
    LogCreated created = *get_if<LogCreated>(said);
    if (!created.details) return;
    const auto sealed = sealed_at(0);
    if (!sealed) throw BrokenLog(0, "entry 0: its details are missing");
    const std::string text =
        consent::open(keys->log_key().view(), created.details->view(), *sealed);
    open_details(std::string_view(text).substr(SecretKey::size), created);
    identity.subscriber = created.subscriber;
  }

  void prepare() {
    tree = std::make_unique<TileStore>(db);
    kept = std::make_unique<KeptStanding>(db, KeptStanding::Damage::marked);
    read_entry = sqlite::Statement(
        db, "SELECT seq,leaf,bytes FROM entry WHERE seq>=?1 AND seq<?2 ORDER BY seq");
    read_wording = sqlite::Statement(db, "SELECT text FROM wording WHERE hash=?1");
    read_checkpoint = sqlite::Statement(db, "SELECT note FROM checkpoint WHERE size=?1");
  }

  [[nodiscard]] std::uint64_t size_now() const {
    return static_cast<std::uint64_t>(db.integer("SELECT coalesce(max(seq),-1)+1 FROM entry"));
  }

  [[nodiscard]] merkle::NodeReader nodes() const {
    return [this](unsigned level, std::uint64_t index) { return tree->node(level, index); };
  }

  [[nodiscard]] Entry entry_at(std::uint64_t seq) const {
    read_entry.reset();
    if (!read_entry.bind(1, static_cast<std::int64_t>(seq))
             .bind(2, static_cast<std::int64_t>(seq) + 1)
             .step()) {
      read_entry.reset();
      throw Error(ErrorCode::not_found, Message("log: no entry {}", seq));
    }
    Entry entry =
        consent::read_entry(read_entry.integer(0), read_entry.blob(1), read_entry.blob(2));
    read_entry.reset();
    return entry;
  }

  [[nodiscard]] KeyStore& need_keys() const {
    if (!keys) throw Error(ErrorCode::storage, "keys.db: not here; without it no number is known");
    return *keys;
  }

  /// The entry with what its subject's key opens of it. @throws BrokenLog where its details are not
  /// there.
  [[nodiscard]] OpenedEntry opened(Entry entry, const SecretKey& of) const {
    const AnyEvent said = decode_event(entry);
    const EventBase* const base = about_subject(said);
    const auto sealed = base != nullptr ? sealed_at(entry.seq) : std::nullopt;
    if (!sealed) {
      throw BrokenLog(entry.seq, Message("entry {}: its details are missing", entry.seq));
    }
    const std::string text = consent::open(of.view(), base->details.view(), *sealed);
    if (text.size() < SecretKey::size) {
      throw BrokenLog(entry.seq, Message("entry {}: its details are cut", entry.seq));
    }
    return {std::move(entry), text.substr(0, SecretKey::size), text.substr(SecretKey::size)};
  }
  /// As Log::standing_of(). REQUIRES: a Reading.
  [[nodiscard]] std::vector<SubjectStanding> standings_of(PhoneNumber number) const;
  /// Distributors named by consents and stops, by their ids.
  static void take_distributors(std::span<const Clause> clauses, std::set<std::uint32_t>& ids);
  // As clock_set_back() read them last: the row, and the steps back that it names. Under `reading`.
  mutable std::string clock_steps;
  mutable std::vector<ClockSetBack> set_back;

  /// Of a subject whose row was removed.
  [[nodiscard]] static SubjectStanding missing(const Digest& tag) {
    SubjectStanding standing;
    standing.tag = tag;
    standing.broken = true;
    return standing;
  }

  /// Puts the clause that bars advertising before whatever is known of whoever is there since.
  void bar_suppressed(PhoneNumber number, std::vector<SubjectStanding>& standings) const;
  /// Who of those that held a number, oldest first, held it at `held_at`; without one the latest.
  /// tags.size() where nobody here did, or who did is erased.
  [[nodiscard]] std::size_t holder_among(std::span<const Digest> tags,
                                         const std::optional<KeyStore::Suppressed>& suppressed,
                                         const std::optional<Instant>& held_at) const;

  /// One who holds or held a number, as keys.db says.
  struct Tagged {
    std::int64_t id;
    Digest tag;
  };
  // Oldest first.
  [[nodiscard]] std::vector<Tagged> tagged(std::int64_t newest) const {
    std::vector<Tagged> found;
    for (std::int64_t id = newest; id != 0;) {
      const auto subject = keys->by_id(id);
      if (!subject) break;
      found.push_back({id, subject->tag});
      if (subject->previous >= id) break;  // a loop in a damaged file must not hang us
      id = subject->previous;
    }
    std::reverse(found.begin(), found.end());
    return found;
  }

  [[nodiscard]] std::vector<Tagged> tagged(PhoneNumber number) const {
    KeyStore& store = need_keys();
    const auto newest = store.newest(store.index_of(number));
    return newest ? tagged(newest->id) : std::vector<Tagged>{};
  }

  [[nodiscard]] std::vector<Digest> tags_of(PhoneNumber number) const {
    std::vector<Digest> tags;
    for (const Tagged& each : tagged(number)) tags.push_back(each.tag);
    return tags;
  }

  /// Whether the table must have a row of a subject with this id: then one that is missing was
  /// removed. A key whose entry was never committed has a higher id.
  [[nodiscard]] bool must_know(std::int64_t id) const {
    return kept->is_sealed() && id <= kept->newest_subject();
  }

  /// What the subject's entries say of it; nullopt if the log has none.
  [[nodiscard]] std::optional<SubjectStanding> derived(const Digest& tag) const {
    const auto subject = kept->read(tag);
    if (!subject) return std::nullopt;
    if (subject->standing.broken) return subject->standing;
    return kept->derive(*subject, entries_of_tag(tag));
  }

  [[nodiscard]] std::vector<Entry> entries_of_tag(const Digest& tag) const {
    const auto subject = kept->read(tag);
    std::int64_t at = subject ? subject->last : -1;
    if (subject && subject->standing.broken && at < 0) throw Error(ErrorCode::storage, removed_row);
    if (at >= 0 && static_cast<std::uint64_t>(at) >= size_now()) {
      throw Error(
          ErrorCode::storage,
          Message("{}: its standing goes further than its entries; rebuild its tables", db.name()));
    }
    std::vector<Entry> entries;
    while (at >= 0) {
      Entry entry = entry_at(static_cast<std::uint64_t>(at));
      if (!entry.subject || entry.subject->tag != tag || entry.subject->prev >= at) {
        throw BrokenLog(entry.seq,
                        Message("entry {}: its subject's chain does not fit", entry.seq));
      }
      at = entry.subject->prev;
      entries.push_back(std::move(entry));
    }
    std::reverse(entries.begin(), entries.end());
    return entries;
  }
};

/// What is inside a Log, for the library's own free functions.
struct LogAccess {
  using Impl = Log::Impl;
  [[nodiscard]] static Impl& of(Log& log) { return *log.impl_; }
  [[nodiscard]] static const Impl& of(const Log& log) { return *log.impl_; }
  [[nodiscard]] static Log make(std::unique_ptr<Impl> impl) { return Log(std::move(impl)); }
};
using LogImpl = LogAccess::Impl;

}  // namespace consent
