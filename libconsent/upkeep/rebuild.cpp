#include "consent/rebuild.hpp"

#include <filesystem>
#include <optional>

#include "log/impl.hpp"
#include "log/open.hpp"

namespace consent {

namespace {

namespace fs = std::filesystem;

/// Of all that the tables say, but for MACs.
Digest content_of(sqlite::Connection& db) {
  Sha256 all;
  sqlite::Statement rows(
      db, "SELECT tag,count,last,coalesce(closed,''),clauses FROM subject ORDER BY tag");
  while (rows.step()) {
    for (int column = 0; column < 5; ++column) all.add(rows.blob(column)).add("|");
  }
  sqlite::Statement names(db, "SELECT id,text FROM term ORDER BY id");
  while (names.step()) all.add(names.blob(0)).add(names.blob(1)).add("|");
  sqlite::Statement states(
      db, "SELECT key,value FROM state WHERE key NOT IN ('seal','newest','terms') ORDER BY key");
  while (states.step()) all.add(states.blob(0)).add(states.blob(1)).add("|");
  return all.finish();
}

/// Every entry is one, at its place: nothing is made from others.
void check_entries(sqlite::Connection& db) {
  sqlite::Statement rows(db, "SELECT seq,leaf,bytes FROM entry ORDER BY seq");
  while (rows.step()) {
    (void)decode_event(read_entry(rows.integer(0), rows.blob(1), rows.blob(2)));
  }
}

/// keys.db beside the log; nullopt where it is not there.
std::optional<KeyStore> keys_beside(const fs::path& folder, sqlite::Connection& db,
                                    const LogOptions& options) {
  const fs::path file = folder / "keys.db";
  if (!fs::exists(file)) return std::nullopt;
  sqlite::Statement first(db, "SELECT leaf,bytes FROM entry WHERE seq=0");
  if (!first.step()) throw Error(ErrorCode::storage, Message("{}: holds no entry", db.name()));
  const Entry entry = read_entry(0, first.blob(0), first.blob(1));
  return KeyStore::open(file, sqlite::Mode::read, entry.log, options.passphrase);
}

}  // namespace

Rebuilt rebuild(const fs::path& folder, const LogOptions& options) {
  const HeadFile place = HeadFile::open_for_writing(folder / "head", options.wait);
  auto db = sqlite::Connection::open(folder / "log.db", sqlite::Mode::write);
  check_log_file(db);
  auto keys = keys_beside(folder, db, options);
  KeyStore* const own = keys ? &*keys : nullptr;
  check_entries(db);
  migrate_log_file(db, own);
  sqlite::Transaction transaction(db);
  Rebuilt done;
  const derived::StateRows::Seal seal = seal_of_entries(db);
  done.entries = seal.size;
  // A table that is behind its entries is not wrong: it is brought up to them, then compared.
  if (own != nullptr) {
    try {
      KeptStanding kept(db);
      kept.authenticate_with(*own);
      kept.catch_up();
      KeptStanding::Rows rows(kept);
      while (rows.step()) (void)rows.standing();
      kept.write(done.entries);
      kept.write_names();
      kept.seal(seal);
    } catch (const Error&) {
      done.differed = true;
    }
  }
  const Digest before = content_of(db);
  KeptStanding kept(db);
  if (own != nullptr) kept.authenticate_with(*own);
  kept.rebuild(seal);
  done.subjects = static_cast<std::uint64_t>(db.integer("SELECT count(*) FROM subject"));
  done.differed = done.differed || content_of(db) != before;
  transaction.commit();
  sqlite3_wal_checkpoint_v2(db.raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  return done;
}

}  // namespace consent
