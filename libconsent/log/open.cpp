#include "log/open.hpp"

#include <system_error>

#include "consent/error.hpp"
#include "consent/proof.hpp"
#include "event/decode.hpp"
#include "log/kept.hpp"
#include "log/schema.hpp"
#include "log/soundness.hpp"
#include "sqlite/objects.hpp"
#include "tlog/tiles.hpp"

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

derived::StateRows::Seal seal_of_entries(sqlite::Connection& db) {
  derived::StateRows::Seal seal;
  seal.size = static_cast<std::uint64_t>(db.integer("SELECT coalesce(max(seq),-1)+1 FROM entry"));
  TileStore tree(db);
  seal.root = merkle::root_of(seal.size, [&](unsigned level, std::uint64_t index) {
    return tree.node(level, index);
  });
  const auto restores = find_restores(db, 0);
  sqlite::Statement row(db, "SELECT bytes FROM entry WHERE seq=?1");
  row.bind(1, restores.empty() ? 0 : static_cast<std::int64_t>(restores.back()));
  if (!row.step()) throw Error(ErrorCode::storage, Message("{}: holds no entry", db.name()));
  const AnyEvent said = decode_event(decode_entry(row.blob(0)).entry);
  if (const auto* const restored = get_if<LogRestored>(said)) {
    seal.incarnation = restored->incarnation;
  } else if (const auto* const created = get_if<LogCreated>(said)) {
    seal.incarnation = created->incarnation;
  }
  return seal;
}

void migrate_log_file(sqlite::Connection& db, KeyStore* keys) {
  if (db.integer("PRAGMA user_version") == schema::version) return;
  sqlite::Transaction transaction(db);
  {
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
    // Versions 5 and 6 are nothing but rows that are made anew here.
    if (db.integer("PRAGMA user_version") < schema::version) {
      db.execute(schema::from_6_to_7);
      db.execute("PRAGMA user_version=7");
      KeptStanding kept(db);
      if (keys != nullptr) kept.authenticate_with(*keys);
      kept.rebuild(seal_of_entries(db));
    }
  }
  transaction.commit();
}

}  // namespace consent
