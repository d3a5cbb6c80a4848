#include "sqlite/sqlite.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "consent/error.hpp"

namespace consent::sqlite {

namespace {

// Our own connections cannot do by accident what the file's triggers refuse to others.
int authorize(void* /*self*/, int action, const char* table, const char* /*column*/,
              const char* /*database*/, const char* /*trigger*/) {
  const std::string_view name = table == nullptr ? std::string_view{} : table;
  const bool kept = name == "entry" || name == "tile" || name == "sealed" || name == "checkpoint" ||
                    name == "wording" || name == "evidence";
  switch (action) {
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
      return kept ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_DROP_TABLE:
    case SQLITE_DROP_TRIGGER:
    case SQLITE_DROP_INDEX:
    case SQLITE_DROP_VIEW:
    case SQLITE_ALTER_TABLE:
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
      return SQLITE_DENY;
    default:
      return SQLITE_OK;
  }
}

}  // namespace

void Connection::fail(int code) const {
  const int basic = code & 0xff;
  const bool busy = basic == SQLITE_BUSY || basic == SQLITE_LOCKED;
  const char* const what = db_ != nullptr ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
  throw Error(busy ? ErrorCode::locked : ErrorCode::storage,
              Message("{}: {} (SQLite {})", name_, Message(what), code));
}

Connection Connection::open(const std::filesystem::path& file, Mode mode) {
  Connection connection;
  connection.name_ = file.filename().string();
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI;
  std::string name = file.string();
  switch (mode) {
    case Mode::create:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
    case Mode::write:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case Mode::read:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case Mode::read_immutable:
      flags |= SQLITE_OPEN_READONLY;
      break;
  }
  // A URI, with the path escaped, is the one way to say "immutable".
  std::string uri = "file:";
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-~";
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (const char c : std::filesystem::absolute(file).string()) {
    if (plain.find(c) != std::string_view::npos) {
      uri.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri.push_back('%');
      uri.push_back(hex[byte >> 4U]);
      uri.push_back(hex[byte & 15U]);
    }
  }
  if (mode == Mode::read_immutable) uri.append("?immutable=1");

  const int code = sqlite3_open_v2(uri.c_str(), &connection.db_, flags, nullptr);
  if (code != SQLITE_OK) connection.fail(code);
  sqlite3* const db = connection.db_;
  sqlite3_busy_timeout(db, 10000);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_set_authorizer(db, authorize, nullptr);
  connection.execute("PRAGMA recursive_triggers=ON");
  connection.execute("PRAGMA cell_size_check=ON");
  connection.execute("PRAGMA foreign_keys=ON");
  // The writer alone checkpoints, when it chooses to; a reader's connection never may.
  connection.execute("PRAGMA wal_autocheckpoint=0");
  if (mode == Mode::create || mode == Mode::write) {
    connection.execute("PRAGMA mmap_size=0");
    connection.execute("PRAGMA synchronous=FULL");
    // 128 MiB at most: with the default 2 a large commit spills pages that it writes again.
    connection.execute("PRAGMA cache_size=-131072");
  } else {
    connection.execute("PRAGMA query_only=ON");
  }
  return connection;
}

void Connection::copy_to(const std::filesystem::path& file) {
  // The mode is set before the first byte of a key is written.
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const std::string copy = file.filename().string();
  if (fd < 0) throw Error(ErrorCode::storage, Message("{}: the copy cannot be made", copy));
  ::close(fd);
  sqlite3* made = nullptr;
  const int opened =
      sqlite3_open_v2(file.c_str(), &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> target(made, &sqlite3_close);
  if (opened != SQLITE_OK)
    throw Error(ErrorCode::storage, Message("{}: the copy cannot be made", copy));
  // All pages in one step, so under one read transaction: what is committed meanwhile is not in it.
  sqlite3_backup* const backup = sqlite3_backup_init(made, "main", db_, "main");
  if (backup == nullptr) throw Error(ErrorCode::storage, Message("{}: cannot be copied", name_));
  const int done = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (done != SQLITE_DONE || finished != SQLITE_OK) {
    throw Error(ErrorCode::storage,
                Message("{}: cannot be copied: {}", name_,
                        Message(sqlite3_errstr(done != SQLITE_DONE ? done : finished))));
  }
}

void Connection::vacuum() {
  sqlite3_set_authorizer(db_, nullptr, nullptr);
  const int code = sqlite3_exec(db_, "VACUUM", nullptr, nullptr, nullptr);
  sqlite3_set_authorizer(db_, authorize, nullptr);
  if (code != SQLITE_OK) fail(code);
}

Connection::Connection(Connection&& other) noexcept
    : db_(std::exchange(other.db_, nullptr)), name_(std::move(other.name_)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
  if (this != &other) {
    close();
    db_ = std::exchange(other.db_, nullptr);
    name_ = std::move(other.name_);
  }
  return *this;
}

Connection::~Connection() { close(); }

void Connection::close() noexcept {
  if (db_ != nullptr) sqlite3_close_v2(std::exchange(db_, nullptr));
}

void Connection::execute(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Connection::integer(const char* sql) {
  Statement statement(*this, sql);
  if (!statement.step())
    throw Error(ErrorCode::storage, Message("{}: no answer to a question", name_));
  return statement.integer(0);
}

bool Connection::in_transaction() const noexcept {
  return db_ != nullptr && sqlite3_get_autocommit(db_) == 0;
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(&connection) {
  const int code = sqlite3_prepare_v3(connection.raw(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (code != SQLITE_OK) connection.fail(code);
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(statement_);
    connection_ = other.connection_;
    statement_ = std::exchange(other.statement_, nullptr);
  }
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int index, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, index, value);
  if (code != SQLITE_OK) connection_->fail(code);
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
  // A null pointer would bind NULL, and the column says NOT NULL.
  const char* const data = bytes.empty() ? "" : bytes.data();
  const int code = sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) connection_->fail(code);
  return *this;
}

Statement& Statement::bind_text(int index, std::string_view text) {
  const char* const data = text.empty() ? "" : text.data();
  const int code =
      sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) connection_->fail(code);
  return *this;
}

Statement& Statement::bind_null(int index) {
  const int code = sqlite3_bind_null(statement_, index);
  if (code != SQLITE_OK) connection_->fail(code);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3_reset(statement_);
  connection_->fail(code);
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() noexcept { sqlite3_reset(statement_); }

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::blob(int column) const {
  const void* const data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Unguarded::Unguarded(Connection& connection) : connection_(&connection) {
  sqlite3_set_authorizer(connection.raw(), nullptr, nullptr);
}

Unguarded::~Unguarded() { sqlite3_set_authorizer(connection_->raw(), authorize, nullptr); }

Transaction::~Transaction() {
  if (connection_ != nullptr && connection_->in_transaction()) {
    sqlite3_exec(connection_->raw(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  if (commit_ != nullptr) {
    commit_->run();
  } else {
    connection_->execute("COMMIT");
  }
  connection_ = nullptr;
}

Connection open_for_reading(const std::filesystem::path& file) {
  try {
    auto db = Connection::open(file, Mode::read);
    (void)db.integer("SELECT count(*) FROM sqlite_schema");
    return db;
  } catch (const Error&) {
    // A WAL database in a folder that cannot be written, as an auditor gets it. Only where no WAL
    // lies beside it: ignoring one would hide the newest entries.
    std::error_code ignored;
    const auto wal = std::filesystem::path(file.string() + "-wal");
    if (std::filesystem::exists(wal, ignored) && std::filesystem::file_size(wal, ignored) > 0)
      throw;
    return Connection::open(file, Mode::read_immutable);
  }
}

bool has_wal_reset_bug(int version_number) noexcept {
  if (version_number < 3007000 || version_number >= 3051003) return false;
  const bool backport_44 = version_number >= 3044006 && version_number < 3045000;
  const bool backport_50 = version_number >= 3050007 && version_number < 3051000;
  return !backport_44 && !backport_50;
}

}  // namespace consent::sqlite
