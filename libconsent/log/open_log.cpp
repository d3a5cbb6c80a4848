// How a log is opened, and what its files are held against.
#include <algorithm>
#include <system_error>

#include "consent/error.hpp"
#include "consent/log.hpp"
#include "log/impl.hpp"
#include "log/open.hpp"
#include "tlog/note.hpp"

namespace consent {

namespace fs = std::filesystem;

namespace {

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
  impl->opened_with = options;
  impl->opened_with.access = Access::read_only;
  const fs::path database = folder / "log.db";
  std::error_code failed;
  if (!fs::exists(database, failed)) {
    throw Error(ErrorCode::storage,
                failed ? Message("log.db: cannot be reached: {}", Message(failed.message()))
                       : Message("log.db: there is no log in this folder"));
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
  } else {
    state = HeadFile::read(folder / "head");
    if (two_heads) second = HeadFile::read(options.second_head);
  }
  impl->db = open_log_for_reading(database);
  impl->load_identity();
  impl->prepare();
  const fs::path key_file = folder / "keys.db";
  const bool has_keys = fs::exists(key_file, failed);
  if (failed) {
    throw Error(ErrorCode::storage,
                Message("keys.db: cannot be reached: {}", Message(failed.message())));
  }
  if (writing && !has_keys) {
    throw Error(ErrorCode::storage, "keys.db: not here; a log without its keys is read-only");
  }

  if (writing) {
    // Tables of an earlier schema are made anew, and sealed, before anything is read from them.
    sqlite::Connection migrating = sqlite::Connection::open(database, sqlite::Mode::write);
    if (migrating.integer("PRAGMA user_version") < schema::version) {
      auto sealing = KeyStore::open(key_file, sqlite::Mode::read, impl->identity.origin,
                                    options.passphrase);
      if (sealing.signing_key().public_key() != impl->key.key) {
        throw Error(ErrorCode::storage, "keys.db: belongs to another log");
      }
      check_expiry(sealing, options, writing);
      migrate_log_file(migrating, &sealing);
      impl->db = open_log_for_reading(database);
      impl->prepare();
    }
  }

  impl->examine(state, second, has_keys);
  if (two_heads && !second) {
    impl->warnings.push_back(
        writing ? Message("second head: was not there; it begins with entry {}", impl->size_now())
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
    impl->kept->authenticate_with(*impl->keys);
    impl->examine_keys(state, second);
    if (restoring != nullptr && impl->tables_damaged) {
      // A restore makes them anew in any case; first those of the incarnation that ends.
      auto mending = sqlite::Connection::open(database, sqlite::Mode::write);
      sqlite::Transaction transaction(mending);
      KeptStanding kept(mending);
      kept.authenticate_with(*impl->keys);
      kept.rebuild(seal_of_entries(mending));
      transaction.commit();
      impl->kept->forget();
      impl->examine_keys(state, second);
    }
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
