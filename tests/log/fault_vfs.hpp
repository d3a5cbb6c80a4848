#pragma once

#include <sqlite3.h>

#include <cstring>
#include <string>
#include <vector>

namespace consent::test {

/// SQLite's default file system with one fault in it: the n-th write or sync of a file whose name
/// ends as told fails, either without having happened or after it has.
struct Fault {
  enum class What { none, write, sync };
  What what = What::none;
  std::string file;  ///< "log.db-wal"
  int code = SQLITE_IOERR;
  bool kept = false;     ///< done, and reported as failed
  int after = 0;         ///< how many go well first
  bool lasting = false;  ///< every later one fails too
  int fired = 0;
};

inline Fault& fault() {
  static Fault armed;
  return armed;
}

namespace fault_vfs {

struct File {
  sqlite3_file base;
  char name[64];
  sqlite3_file* real;
};

inline File* self(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
inline sqlite3_file* real(sqlite3_file* file) { return self(file)->real; }

inline bool strikes(const File* file, Fault::What what) {
  Fault& f = fault();
  if (f.what != what || f.file != file->name) return false;
  if (f.after > 0) {
    --f.after;
    return false;
  }
  if (f.fired > 0 && !f.lasting) return false;
  ++f.fired;
  return true;
}

inline int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  if (strikes(self(file), Fault::What::write)) {
    if (fault().kept) real(file)->pMethods->xWrite(real(file), data, size, offset);
    return fault().code;
  }
  return real(file)->pMethods->xWrite(real(file), data, size, offset);
}
inline int sync(sqlite3_file* file, int flags) {
  if (strikes(self(file), Fault::What::sync)) {
    if (fault().kept) real(file)->pMethods->xSync(real(file), flags);
    return SQLITE_IOERR_FSYNC;
  }
  return real(file)->pMethods->xSync(real(file), flags);
}

inline const sqlite3_io_methods* methods() {
  static const sqlite3_io_methods table = [] {
    sqlite3_io_methods m{};
    m.iVersion = 3;
    m.xClose = [](sqlite3_file* f) {
      const int code = real(f)->pMethods->xClose(real(f));
      sqlite3_free(self(f)->real);
      return code;
    };
    m.xRead = [](sqlite3_file* f, void* d, int n, sqlite3_int64 o) {
      return real(f)->pMethods->xRead(real(f), d, n, o);
    };
    m.xWrite = write;
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 n) {
      return real(f)->pMethods->xTruncate(real(f), n);
    };
    m.xSync = sync;
    m.xFileSize = [](sqlite3_file* f, sqlite3_int64* n) {
      return real(f)->pMethods->xFileSize(real(f), n);
    };
    m.xLock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xLock(real(f), l); };
    m.xUnlock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xUnlock(real(f), l); };
    m.xCheckReservedLock = [](sqlite3_file* f, int* r) {
      return real(f)->pMethods->xCheckReservedLock(real(f), r);
    };
    m.xFileControl = [](sqlite3_file* f, int op, void* arg) {
      return real(f)->pMethods->xFileControl(real(f), op, arg);
    };
    m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    m.xDeviceCharacteristics = [](sqlite3_file* f) {
      return real(f)->pMethods->xDeviceCharacteristics(real(f));
    };
    m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
    };
    m.xShmLock = [](sqlite3_file* f, int o, int n, int flags) {
      return real(f)->pMethods->xShmLock(real(f), o, n, flags);
    };
    m.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    m.xShmUnmap = [](sqlite3_file* f, int drop) {
      return real(f)->pMethods->xShmUnmap(real(f), drop);
    };
    m.xFetch = [](sqlite3_file* f, sqlite3_int64 o, int n, void** out) {
      return real(f)->pMethods->xFetch(real(f), o, n, out);
    };
    m.xUnfetch = [](sqlite3_file* f, sqlite3_int64 o, void* p) {
      return real(f)->pMethods->xUnfetch(real(f), o, p);
    };
    return m;
  }();
  return &table;
}

inline sqlite3_vfs* below() {
  static sqlite3_vfs* const found = sqlite3_vfs_find("unix");
  return found;
}

inline int open(sqlite3_vfs* /*vfs*/, sqlite3_filename name, sqlite3_file* file, int flags,
                int* out) {
  File* const mine = self(file);
  mine->base.pMethods = nullptr;
  mine->real = static_cast<sqlite3_file*>(sqlite3_malloc(below()->szOsFile));
  std::memset(mine->real, 0, static_cast<std::size_t>(below()->szOsFile));
  const int code = below()->xOpen(below(), name, mine->real, flags, out);
  if (code != SQLITE_OK) {
    sqlite3_free(mine->real);
    return code;
  }
  const char* slash = name == nullptr ? nullptr : std::strrchr(name, '/');
  std::strncpy(mine->name, slash == nullptr ? "" : slash + 1, sizeof(mine->name) - 1);
  mine->name[sizeof(mine->name) - 1] = 0;
  mine->base.pMethods = methods();
  return SQLITE_OK;
}

}  // namespace fault_vfs

/// Puts the faulty file system under every connection opened from now on.
inline void install_fault_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs v = *fault_vfs::below();
    v.zName = "consent-faults";
    v.szOsFile = sizeof(fault_vfs::File);
    v.pNext = nullptr;
    v.xOpen = fault_vfs::open;
    return v;
  }();
  sqlite3_vfs_register(&vfs, 1);
}

}  // namespace consent::test
