#include "consent/backup.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <system_error>

#include "consent/error.hpp"
#include "log/head.hpp"
#include "log/impl.hpp"
#include "log/open.hpp"
#include "log/sqlite.hpp"

namespace consent {
namespace {

namespace fs = std::filesystem;

/// Makes what was written to a file or folder durable.
void sync(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) throw Error(ErrorCode::storage, "backup: cannot be opened to be made durable");
  const int code = ::fsync(fd);
  ::close(fd);
  if (code != 0) throw Error(ErrorCode::storage, "backup: cannot be made durable");
}

Digest hash_of(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Error(ErrorCode::storage, "backup: cannot be read back");
  Sha256 hash;
  std::array<char, 65536> buffer;
  ssize_t got = 0;
  while ((got = ::read(fd, buffer.data(), buffer.size())) > 0) {
    hash.add(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
  }
  ::close(fd);
  if (got < 0) throw Error(ErrorCode::storage, "backup: cannot be read back");
  return hash.finish();
}

/// All pages in one step, so under one read transaction: what is committed meanwhile is not in it.
void copy_database(const fs::path& from, const fs::path& to) {
  auto source = open_log_for_reading(from);
  sqlite3* made = nullptr;
  const int opened =
      sqlite3_open_v2(to.c_str(), &made,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> target(made, &sqlite3_close);
  if (opened != SQLITE_OK) throw Error(ErrorCode::storage, "backup: log.db cannot be made");
  sqlite3_backup* const backup = sqlite3_backup_init(made, "main", source.raw(), "main");
  if (backup == nullptr) throw Error(ErrorCode::storage, "backup: log.db cannot be copied");
  const int done = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (done != SQLITE_DONE || finished != SQLITE_OK) {
    throw Error(ErrorCode::storage, std::string("backup: log.db cannot be copied: ") +
                                        sqlite3_errstr(done != SQLITE_DONE ? done : finished));
  }
}

}  // namespace

Backup back_up(const Log& log, const fs::path& to) {
  std::error_code code;
  const fs::path named = fs::absolute(to).lexically_normal();
  const fs::path place = named.has_filename() ? named : named.parent_path();
  if (fs::symlink_status(place, code).type() != fs::file_type::not_found) {
    throw Error(ErrorCode::storage, "backup: something is there already; it is not written over");
  }
  if (!fs::is_directory(place.parent_path(), code)) {
    throw Error(ErrorCode::storage, "backup: the folder above it does not exist");
  }
  const fs::path own = fs::canonical(log.folder(), code);
  const fs::path above = fs::canonical(place.parent_path(), code);
  for (fs::path each = above; !code; each = each.parent_path()) {
    if (each == own) {
      throw Error(ErrorCode::invalid_argument, "backup: lies inside the log's own folder");
    }
    if (each == each.parent_path()) break;
  }
  const fs::path made = place.string() + ".making-" + std::to_string(::getpid());
  if (!fs::create_directory(made, code)) {
    throw Error(ErrorCode::storage, "backup: the folder cannot be made");
  }
  try {
    fs::permissions(made, fs::perms::owner_all);
    copy_database(log.folder() / "log.db", made / "log.db");
    fs::permissions(made / "log.db", fs::perms::owner_read | fs::perms::owner_write);
    Backup result;
    {
      // What the copy itself says, not the log, which may have gone on.
      const Log copy = Log::open(made, Access::read_only);
      result.size = copy.size();
      result.root = copy.root();
    }
    {
      auto db = open_log_for_reading(made / "log.db");
      std::string incarnation;
      sqlite::Statement newest(db, "SELECT value FROM state WHERE key='incarnation'");
      if (db.integer("PRAGMA user_version") >= schema::with_state && newest.step()) {
        incarnation = std::string(newest.blob(0));
      } else {
        sqlite::Statement first(db, "SELECT leaf,bytes FROM entry WHERE seq=0");
        if (!first.step()) throw Error(ErrorCode::storage, "backup: log.db holds no entry");
        incarnation = hex_to_bytes(text_member(
            decode_entry(read_entry(0, first.blob(0), first.blob(1)).bytes).body, "incarnation"));
      }
      auto head = HeadFile::create(made / "head");
      head.write(result.size, result.root, incarnation);
      head.sync();
    }
    for (const char* left : {"log.db-wal", "log.db-shm"}) fs::remove(made / left, code);
    result.file = hash_of(made / "log.db");
    sync(made / "log.db", O_RDONLY);
    sync(made, O_RDONLY | O_DIRECTORY);
    if (::rename(made.c_str(), place.c_str()) != 0) {
      throw Error(ErrorCode::storage, "backup: cannot be given its name");
    }
    sync(place.parent_path(), O_RDONLY | O_DIRECTORY);
    return result;
  } catch (...) {
    fs::remove_all(made, code);
    throw;
  }
}

}  // namespace consent
