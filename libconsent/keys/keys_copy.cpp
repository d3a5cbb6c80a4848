// A copy of keys.db, and when it ends.
#include "keys/keys.hpp"

namespace consent {

void KeyStore::copy_to(const std::filesystem::path& file, Instant expires) {
  db_.copy_to(file);
  auto copy = sqlite::Connection::open(file, sqlite::Mode::write);
  const std::string until = to_text(expires);
  sqlite::Statement put(copy,
                        "INSERT INTO meta(key,value) VALUES('expires',?1) "
                        "ON CONFLICT(key) DO UPDATE SET value=excluded.value");
  put.bind_blob(1, until).run();
  copy.execute("DELETE FROM meta WHERE key='copying'");
  sqlite3_wal_checkpoint_v2(copy.raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

std::optional<Instant> KeyStore::expires() {
  sqlite::Statement row(db_, "SELECT value FROM meta WHERE key='expires'");
  if (!row.step()) return std::nullopt;
  // What cannot be read ended long ago.
  return parse_stored_instant(row.blob(0)).value_or(Instant::min());
}

void KeyStore::note_copy(const std::filesystem::path& file, std::uint64_t seq,
                         const std::filesystem::path& place) {
  auto db = sqlite::Connection::open(file, sqlite::Mode::write);
  const std::string key = "copy " + std::to_string(seq);
  const std::string where = place.string();
  sqlite::Statement put(db,
                        "INSERT INTO meta(key,value) VALUES(?1,?2) "
                        "ON CONFLICT(key) DO UPDATE SET value=excluded.value");
  put.bind_text(1, key).bind_blob(2, where).run();
}

void KeyStore::note_copying(const std::filesystem::path& file, const std::filesystem::path& made) {
  auto db = sqlite::Connection::open(file, sqlite::Mode::write);
  db.execute("DELETE FROM meta WHERE key='copying'");
  if (made.empty()) return;
  const std::string where = made.string();
  sqlite::Statement put(db, "INSERT INTO meta(key,value) VALUES('copying',?1)");
  put.bind_blob(1, where).run();
}

void KeyStore::sweep_copying() {
  std::string where;
  {
    sqlite::Statement row(db_, "SELECT value FROM meta WHERE key='copying'");
    if (!row.step()) return;
    where = row.blob(0);
  }
  // Nothing but what a backup was being made in is removed, whatever the row says.
  std::error_code code;
  const std::filesystem::path made(where);
  if (made.filename().string().find(".making-") != std::string::npos &&
      std::filesystem::is_directory(std::filesystem::symlink_status(made, code))) {
    std::filesystem::remove_all(made, code);
  }
  if (!code) db_.execute("DELETE FROM meta WHERE key='copying'");
}

std::string KeyStore::copy_place(std::uint64_t seq) {
  const std::string key = "copy " + std::to_string(seq);
  sqlite::Statement row(db_, "SELECT value FROM meta WHERE key=?1");
  return row.bind_text(1, key).step() ? std::string(row.blob(0)) : std::string();
}

void KeyStore::lift_expiry() { db_.execute("DELETE FROM meta WHERE key='expires'"); }

bool KeyStore::is_whole() {
  sqlite::Statement check(db_, "PRAGMA quick_check(1)");
  return check.step() && check.blob(0) == "ok";
}

}  // namespace consent
