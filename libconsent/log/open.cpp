#include "log/open.hpp"

#include <system_error>

#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "log/schema.hpp"
#include "sqlite/objects.hpp"

namespace consent {

namespace fs = std::filesystem;

void check_log_file(sqlite::Connection& db) {
  if (db.integer("PRAGMA application_id") != schema::application_id) {
    throw Error(ErrorCode::storage, Message("{}: not a log of libconsent", db.name()));
  }
  const std::int64_t version = db.integer("PRAGMA user_version");
  if (version < schema::oldest || version > schema::version) {
    throw Error(ErrorCode::storage, Message("{}: schema {}, this version reads {}", db.name(),
                                            version, schema::version));
  }
  static const std::set<std::string> known = [] {
    auto all = sqlite::objects_after({schema::log, schema::entry_in_order});
    all.merge(sqlite::objects_after({schema::schema_1, schema::from_1_to_2, schema::from_2_to_3,
                                     schema::entry_in_order, schema::from_3_to_4}));
    return all;
  }();
  sqlite::check_objects(db, known);
}

sqlite::Connection open_log_for_reading(const fs::path& file) {
  if (!fs::exists(file)) {
    throw Error(ErrorCode::storage,
                Message("{}: there is no log in this folder", file.filename().string()));
  }
  auto db = sqlite::open_for_reading(file);
  check_log_file(db);
  return db;
}

std::int64_t newest_subject(sqlite::Connection& db) {
  if (db.integer("PRAGMA user_version") < schema::with_newest_subject) return 0;
  sqlite::Statement row(db, "SELECT value FROM state WHERE key='newest_subject'");
  return row.step() ? static_cast<std::int64_t>(to_count(row.blob(0)).value_or(0)) : 0;
}

void migrate_log_file(sqlite::Connection& db) {
  if (db.integer("PRAGMA user_version") == schema::version) return;
  sqlite::Transaction transaction(db);
  // Read again inside the transaction: whoever came first may have done it.
  // The house's connections may not touch triggers and columns: for this transaction they may.
  const sqlite::Unguarded unguarded(db);
  if (db.integer("PRAGMA user_version") == 1) {
    db.execute(schema::from_1_to_2);
    db.execute("PRAGMA user_version=2");
  }
  if (db.integer("PRAGMA user_version") == 2) {
    db.execute(schema::from_2_to_3);
    db.execute(schema::entry_in_order);
    db.execute("PRAGMA user_version=3");
  }
  if (db.integer("PRAGMA user_version") < 4) {
    db.execute(schema::from_3_to_4);
    db.execute("PRAGMA user_version=4");
  }
  if (db.integer("PRAGMA user_version") < 6) db.execute(schema::from_5_to_6);
  // Version 5 is nothing but room for one more row in `state`, which the next new subject writes.
  if (db.integer("PRAGMA user_version") < 7) db.execute(schema::from_6_to_7);
  db.execute("PRAGMA user_version=7");
  transaction.commit();
}

}  // namespace consent
