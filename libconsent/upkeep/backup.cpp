#include "consent/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <system_error>

#include "consent/error.hpp"
#include "log/evidence.hpp"
#include "log/head.hpp"
#include "log/impl.hpp"
#include "log/open.hpp"
#include "sqlite/sqlite.hpp"

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

/// Acts of destruction must be kept for years, whatever becomes of the log. They name no number.
void copy_acts(const fs::path& from, const fs::path& made) {
  std::error_code code;
  fs::directory_iterator files(from / "acts", code);
  if (code) return;
  const fs::path place = made / "acts";
  fs::create_directory(place);
  fs::permissions(place, fs::perms::owner_all);
  for (const auto& file : files) {
    // What is being written now has a name with a dot before it.
    const std::string name = file.path().filename().string();
    if (file.symlink_status().type() != fs::file_type::regular || name.starts_with('.')) continue;
    const fs::path copy = place / name;
    if (!fs::copy_file(file.path(), copy, code)) continue;
    fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
    sync(copy, O_RDONLY);
  }
  sync(place, O_RDONLY | O_DIRECTORY);
}

/// Makes the folder `to` under another name, lets `copy` put databases into it and `record` say so,
/// and gives it its name.
template <typename Copy, typename Record>
Backup make_backup(const Log& log, const fs::path& to, const Copy& copy, const Record& record) {
  const auto& store = LogAccess::of(log).keys;
  const HmacKey* const keys = store ? &store->head_key() : nullptr;
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
    Backup result;
    copy(made, result);
    copy_acts(log.folder(), made);
    {
      // What the copy itself says, not the log, which may have gone on.
      auto db = open_log_for_reading(made / "log.db");
      TileStore tree(db);
      result.size =
          static_cast<std::uint64_t>(db.integer("SELECT coalesce(max(seq),-1)+1 FROM entry"));
      result.root = merkle::root_of(result.size, [&](unsigned level, std::uint64_t index) {
        return tree.node(level, index);
      });
      std::string incarnation;
      sqlite::Statement newest(db, "SELECT value FROM state WHERE key='incarnation'");
      if (db.integer("PRAGMA user_version") >= schema::with_state && newest.step()) {
        incarnation = std::string(newest.blob(0));
      } else {
        sqlite::Statement first(db, "SELECT leaf,bytes FROM entry WHERE seq=0");
        if (!first.step()) throw Error(ErrorCode::storage, "backup: log.db holds no entry");
        const AnyEvent said = decode_event(read_entry(0, first.blob(0), first.blob(1)));
        incarnation = get_if<LogCreated>(said)->incarnation;
      }
      auto head = HeadFile::create(made / "head");
      if (keys != nullptr) head.authenticate_with(*keys);
      head.write(result.size, result.root, incarnation);
      head.sync();
    }
    for (const char* left : {"log.db-wal", "log.db-shm", "keys.db-wal", "keys.db-shm"})
      fs::remove(made / left, code);
    result.file = hash_of(made / "log.db");
    sync(made / "log.db", O_RDONLY);
    if (result.expires) sync(made / "keys.db", O_RDONLY);
    sync(made, O_RDONLY | O_DIRECTORY);
    record(result);
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

void copy_log(const Log& log, const fs::path& made) {
  open_log_for_reading(log.folder() / "log.db").copy_to(made / "log.db");
}

/// Files that log.db in `made` says lie beside it, as far as they do.
std::uint64_t copy_evidence(const fs::path& from, const fs::path& made) {
  const EvidenceFolder folder(from);
  auto db = open_log_for_reading(made / "log.db");
  if (db.integer("SELECT count(*) FROM sqlite_schema WHERE name='evidence'") == 0) return 0;
  std::uint64_t copied = 0;
  sqlite::Statement rows(db, "SELECT DISTINCT commitment FROM evidence WHERE bytes IS NULL");
  while (rows.step()) {
    const auto commitment = digest_from_bytes(rows.blob(0));
    const fs::path file = commitment ? folder.find(*commitment) : fs::path();
    if (file.empty()) continue;
    const fs::path place = made / "evidence";
    if (fs::create_directory(place)) fs::permissions(place, fs::perms::owner_all);
    const fs::path copy = place / to_hex(*commitment);
    fs::copy_file(file, copy);
    fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
    sync(copy, O_RDONLY);
    ++copied;
  }
  if (copied != 0) sync(made / "evidence", O_RDONLY | O_DIRECTORY);
  return copied;
}

}  // namespace

Backup back_up(const Log& log, const fs::path& to) {
  return make_backup(
      log, to, [&](const fs::path& made, Backup& /*result*/) { copy_log(log, made); },
      [](Backup& /*result*/) {});
}

Backup back_up(Log& log, const fs::path& to, const std::optional<KeysCopy>& keys, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  if (keys) {
    (void)impl.need_keys();
    if (keys->expires <= now) {
      throw Error(ErrorCode::invalid_argument, "backup: expires: is not ahead");
    }
    if (keys->expires > keys->latest) {
      throw Error(
          ErrorCode::invalid_argument,
          Message("backup: expires: a copy of the keys lives until {} at most: one that outlives "
                  "an erasure brings back what was destroyed",
                  to_text(keys->latest)));
    }
  }
  // Whoever checks the copy has no keys: a checkpoint covers its entries.
  (void)log.checkpoint();
  return make_backup(
      log, to,
      [&](const fs::path& made, Backup& result) {
        if (!keys) {
          copy_log(log, made);
          return;
        }
        // Nothing is written meanwhile: of a subject erased between the two copies one would say so
        // and the other not.
        impl.writer->alone([&] {
          // A kill from here on leaves a copy that the next opening for writing removes.
          KeyStore::note_copying(log.folder() / "keys.db", made);
          copy_log(log, made);
          const std::lock_guard lock(impl.reading);
          impl.keys->copy_to(made / "keys.db", keys->expires);
          result.evidence = copy_evidence(log.folder(), made);
          result.expires = keys->expires;
        });
      },
      // Before the copy has its name: one of the keys that the log does not know of must not exist.
      [&](Backup& result) {
        const LogBackedUp event{result.size, result.root, result.file, result.expires};
        validate(LogEvent(event));
        result.seq = impl.writer->append(LogEvent(event), now);
        if (keys) {
          impl.writer->alone([&] {
            KeyStore::note_copy(log.folder() / "keys.db", *result.seq,
                                fs::absolute(to).lexically_normal());
            KeyStore::note_copying(log.folder() / "keys.db", {});
          });
        }
      });
}

std::uint64_t backup_destroyed(Log& log, std::uint64_t of, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  const AnyEvent said = decode_event(log.entry(of));
  const LogBackedUp* const made = get_if<LogBackedUp>(said);
  if (made == nullptr || !made->expires) {
    throw Error(ErrorCode::invalid_argument,
                Message("entry {}: does not say that keys were copied", of));
  }
  return impl.writer->append(LogEvent(LogBackupDestroyed{of}), now);
}

}  // namespace consent
