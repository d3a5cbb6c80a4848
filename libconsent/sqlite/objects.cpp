#include "sqlite/objects.hpp"

#include <sqlite3.h>

#include <functional>
#include <memory>
#include <string_view>

#include "consent/error.hpp"

namespace consent::sqlite {
namespace {

/// "table entry CREATE TABLE entry (...)": white space is no difference.
std::string object(std::string_view type, std::string_view name, std::string_view sql) {
  std::string out = std::string(type) + ' ' + std::string(name) + ' ';
  bool space = false;
  for (const char c : sql) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      space = true;
      continue;
    }
    // "bytes BLOB NOT NULL\n, sealed BLOB": what ALTER TABLE leaves.
    if (space && c != ',' && c != ')') out += ' ';
    space = false;
    out += c;
  }
  return out;
}

using Found = std::function<void(std::string_view, std::string_view, std::string_view)>;

void each_object(sqlite3* db, const Found& found) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db, "SELECT type,name,sql FROM sqlite_schema", -1, &raw, nullptr) !=
      SQLITE_OK) {
    throw Error(ErrorCode::storage, Message("SQLite: {}", Message(sqlite3_errmsg(db))));
  }
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> rows(raw, &sqlite3_finalize);
  const auto text = [&](int column) {
    const auto* const bytes =
        reinterpret_cast<const char*>(sqlite3_column_text(rows.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(rows.get(), column));
    return bytes == nullptr ? std::string_view{} : std::string_view(bytes, size);
  };
  int code = sqlite3_step(rows.get());
  for (; code == SQLITE_ROW; code = sqlite3_step(rows.get())) found(text(0), text(1), text(2));
  if (code != SQLITE_DONE) {
    throw Error(ErrorCode::storage, Message("SQLite: {}", Message(sqlite3_errmsg(db))));
  }
}

/// Made by SQLite with a table, or by ANALYZE.
bool is_sqlites_own(std::string_view type, std::string_view name, std::string_view sql) {
  if (type == "index") return sql.empty() && name.starts_with("sqlite_autoindex_");
  return type == "table" && name.starts_with("sqlite_stat");
}

}  // namespace

std::set<std::string> objects_after(std::initializer_list<const char*> scripts) {
  std::set<std::string> known;
  sqlite3* made = nullptr;
  const int opened =
      sqlite3_open_v2(":memory:", &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> db(made, &sqlite3_close);
  if (opened != SQLITE_OK) {
    throw Error(ErrorCode::storage, Message("SQLite: {}", Message(sqlite3_errstr(opened))));
  }
  for (const char* const script : scripts) {
    if (sqlite3_exec(made, script, nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw Error(ErrorCode::storage, Message("SQLite: {}", Message(sqlite3_errmsg(made))));
    }
    each_object(made, [&](std::string_view type, std::string_view name, std::string_view sql) {
      known.insert(object(type, name, sql));
    });
  }
  return known;
}

void check_objects(Connection& db, const std::set<std::string>& known) {
  each_object(db.raw(), [&](std::string_view type, std::string_view name, std::string_view sql) {
    if (is_sqlites_own(type, name, sql) || known.contains(object(type, name, sql))) return;
    throw Error(ErrorCode::storage,
                Message("{}: holds the {} {}, which is not libconsent's; it would run when the "
                        "file is used: remove it, or restore a backup",
                        db.name(), std::string(type), std::string(name)));
  });
}

}  // namespace consent::sqlite
