// How a log is opened, and what its files are held against.
#include <algorithm>
#include <system_error>

#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "consent/log.hpp"
#include "log/impl.hpp"
#include "log/open.hpp"
#include "tlog/note.hpp"

namespace consent {

namespace fs = std::filesystem;

namespace {

// What was said of the log outside it, held against what it says itself. "" where they agree.
// A head older than the log is what loss of power leaves, and is repaired; a newer one, or one of
// another log, means that entries once acknowledged are not here any more.
Message compare(const std::string& name, const HeadState& head, const std::string& incarnation,
                std::uint64_t size, const merkle::NodeReader& nodes) {
  if (head.incarnation != incarnation) {
    return Message("{}: belongs to another log or incarnation than log.db", Message(name));
  }
  if (head.size > size) {
    return Message("log.db: holds {} entries, {} were acknowledged; {} are missing", size,
                   head.size, head.size - size);
  }
  if (merkle::root_of(head.size, nodes) != head.root) {
    return Message("log.db: its first {} entries are not those that were acknowledged", head.size);
  }
  return {};
}

// keys.db is written before log.db, so it may know more subjects and never fewer. `lost`: how many
// of the log's have no key.
Message compare_keys(KeyStore& keys, sqlite::Connection& db, KeptStanding& kept,
                     const std::string& incarnation, std::uint64_t& lost) {
  const bool other = keys.incarnation() != incarnation;
  const std::uint64_t seen = keys.log_size_seen();
  // Asked after it: another process may be writing both.
  const auto size =
      static_cast<std::uint64_t>(db.integer("SELECT coalesce(max(seq),-1)+1 FROM entry"));
  if (!other && seen > size) {
    return Message(
        "log.db: is older than keys.db: it holds {} entries, and {} were there when the keys were "
        "last written; {} are missing",
        size, seen, seen - size);
  }
  std::uint64_t subjects = 0;
  if (db.integer("PRAGMA user_version") >= schema::with_state) {
    sqlite::Statement count(db, "SELECT value FROM state WHERE key='subjects'");
    subjects = count.step() ? to_count(count.blob(0)).value_or(0) : 0;
  } else {
    subjects = static_cast<std::uint64_t>(db.integer("SELECT count(*) FROM subject"));
  }
  const std::int64_t newest = newest_subject(db);
  const auto own = keys.newest_id();
  // As many, but not the same: one was erased and another came since.
  const bool older = own && *own < newest;
  if (!other && !older && keys.subjects() + keys.accepted_lost() >= subjects) return {};
  const sqlite::Transaction snapshot(db, "BEGIN");
  kept.catch_up();
  const auto behind = kept.behind();
  auto newer = behind.begin();
  sqlite::Statement rows(db, "SELECT tag,clauses FROM subject");
  lost = keys.missing([&](Digest& tag) {
    while (rows.step()) {
      tag = digest_from_bytes(rows.blob(0)).value_or(Digest{});
      // An erased one has none, and its row may not say so yet.
      if (std::any_of(behind.begin(), behind.end(), [&](const KeptSubject* each) {
            return each->standing.tag == tag && each->standing.erased();
          })) {
        continue;
      }
      SubjectStanding standing;
      standing.clauses = unpack_clauses(rows.blob(1));
      if (!standing.erased()) return true;
    }
    // Subjects that came after the table was last written: those without a row.
    while (newer != behind.end() && ((*newer)->written || (*newer)->standing.erased())) ++newer;
    if (newer == behind.end()) return false;
    tag = (*newer++)->standing.tag;
    return true;
  });
  if (other) {
    return "keys.db: was written before the log's last restore, or for another copy of it";
  }
  if (lost <= keys.accepted_lost() && !older) return {};
  // Keys of an earlier version do not say how far their log went.
  if (seen == 0 && keys.suppressed_any()) {
    return Message(
        "keys.db and log.db: are not of one moment, one of them is older: {} subject(s) of the log "
        "have no key",
        lost);
  }
  return Message("keys.db: is older than log.db: {} subject(s) lost their key", lost);
}

// A copy of the keys that outlives its term brings back what was destroyed since.
void check_expiry(KeyStore& keys, const LogOptions& options, bool writing) {
  const auto expires = keys.expires();
  if (!expires) return;
  if (!options.now) {
    throw Error(ErrorCode::storage,
                Message("keys.db: is a backup's copy, which opens until {}; it was not said when "
                        "it is opened",
                        to_text(*expires)));
  }
  if (*options.now >= *expires) {
    throw Error(ErrorCode::storage,
                Message("keys.db: is a backup's copy that expired at {}: people may have been "
                        "erased since, and it would bring them back; destroy it (log.db beside it "
                        "still verifies without it)",
                        to_text(*expires)));
  }
  if (writing) {
    throw Error(ErrorCode::storage,
                Message("keys.db: is a backup's copy, which opens until {} and is not written; "
                        "restore a log from it instead",
                        to_text(*expires)));
  }
}

}  // namespace

Log Log::open(const fs::path& folder, Access access, Entropy& entropy) {
  LogOptions options;
  options.access = access;
  return open(folder, options, entropy);
}

Log Log::open(const fs::path& folder, const LogOptions& options, Entropy& entropy) {
  return Log(Impl::open(folder, options, nullptr, entropy));
}

std::unique_ptr<Log::Impl> Log::Impl::open(const fs::path& folder, const LogOptions& options,
                                           const Restoring* restoring, Entropy& entropy) {
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  const fs::path database = folder / "log.db";
  if (!fs::exists(database)) {
    throw Error(ErrorCode::storage, "log.db: there is no log in this folder");
  }
  if (sqlite::has_wal_reset_bug(sqlite3_libversion_number())) {
    impl->warnings.push_back(
        Message("SQLite {} can lose commits when a second tool checkpoints log.db: let nothing but "
                "libconsent open it while it is written",
                sqlite3_libversion()));
  }
  const bool writing = options.access == Access::write;
  const bool two_heads = !options.second_head.empty();

  // The writer's place first: nothing may change between the comparison below and the first write.
  std::vector<HeadFile> heads;
  std::optional<HeadState> state;
  std::optional<HeadState> second;
  if (writing) {
    heads.push_back(HeadFile::open_for_writing(folder / "head", options.wait));
    state = heads.front().last();
    if (two_heads) {
      heads.push_back(HeadFile::open_for_writing(options.second_head, options.wait));
      second = heads.back().last();
    }
    // Opened for writing once, so that what a crash left in the WAL is recovered before we read.
    auto recovering = sqlite::Connection::open(database, sqlite::Mode::write);
    check_log_file(recovering);
    // Another tool may have switched the file to a journal, where readers would block the writer.
    recovering.execute("PRAGMA journal_mode=WAL");
    migrate_log_file(recovering);
  } else {
    state = HeadFile::read(folder / "head");
    if (two_heads) second = HeadFile::read(options.second_head);
  }
  impl->db = open_log_for_reading(database);
  impl->load_identity();
  impl->prepare();
  const fs::path key_file = folder / "keys.db";
  const bool has_keys = fs::exists(key_file);
  if (writing && !has_keys) {
    throw Error(ErrorCode::storage, "keys.db: not here; a log without its keys is read-only");
  }

  const std::uint64_t size = impl->size_now();
  const auto suspect = [&](Message what) {
    if (impl->impairment.empty()) impl->impairment = std::move(what);
  };
  if (state) {
    suspect(compare("head", *state, impl->incarnation, size, impl->nodes()));
  } else {
    suspect("head: missing or unreadable; what was acknowledged cannot be known");
  }
  if (second) {
    suspect(compare("second head", *second, impl->incarnation, size, impl->nodes()));
  } else if (two_heads) {
    impl->warnings.push_back(
        writing ? Message("second head: was not there; it begins with entry {}", size)
                : Message("second head: is not there"));
  }

  std::optional<KeyStore> keys;
  if (has_keys) {
    impl->keys =
        KeyStore::open(key_file, sqlite::Mode::read, impl->identity.origin, options.passphrase);
    if (impl->keys->signing_key().public_key() != impl->key.key) {
      throw Error(ErrorCode::storage, "keys.db: belongs to another log");
    }
    check_expiry(*impl->keys, options, writing);
    std::error_code code;
    const auto mode = fs::status(key_file, code).permissions();
    constexpr auto others = fs::perms::group_all | fs::perms::others_all;
    if (!code && (mode & others) != fs::perms::none) {
      impl->warnings.emplace_back("keys.db: others than its owner may open it");
    }
    if (impl->keys->requires_head_mac()) {
      const auto check = [&](const char* name, const std::optional<HeadState>& head) {
        if (head && !is_authentic(*head, impl->keys->head_key())) {
          suspect(Message("{}: was not written with this log's keys", Message(name)));
        }
      };
      check("head", state);
      check("second head", second);
    }
    suspect(compare_keys(*impl->keys, impl->db, *impl->kept, impl->incarnation, impl->lost_keys));
    impl->load_subscriber();
  }
  if (!writing) return impl;

  if (restoring != nullptr) {
    if (impl->impairment.empty() && !restoring->even_if_whole) {
      throw Error(ErrorCode::invalid_argument, "log: nothing is wrong with it; nothing to restore");
    }
    impl->begin_incarnation(*restoring, options, state, second, entropy);
  }
  if (impl->impairment.empty()) {
    auto own =
        KeyStore::open(key_file, sqlite::Mode::write, impl->identity.origin, options.passphrase);
    own.saw_log(impl->size_now());
    impl->writer = std::make_unique<Writer>(folder, impl->identity, impl->incarnation,
                                            std::move(heads), std::move(own), entropy);
    impl->access = Access::write;
    if (!impl->keys->can_suppress()) {  // the writer has just brought keys.db to this version
      impl->keys =
          KeyStore::open(key_file, sqlite::Mode::read, impl->identity.origin, options.passphrase);
    }
    if (restoring != nullptr) impl->writer->append(LogEvent(impl->restored), restoring->now);
  }
  return impl;
}

}  // namespace consent
