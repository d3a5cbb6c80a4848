#pragma once

#include <filesystem>

#include "keys/keys.hpp"
#include "log/derived.hpp"
#include "sqlite/sqlite.hpp"

namespace consent {

/// @throws Error (storage) where the file is not a log.db, or of a schema this version cannot read.
void check_log_file(sqlite::Connection& db);

/// log.db read-only, also where its folder cannot be written, as an auditor gets it.
/// @throws Error (storage)
[[nodiscard]] sqlite::Connection open_log_for_reading(const std::filesystem::path& file);

/// What the derived tables are sealed with: tree and incarnation, as the entries give them.
[[nodiscard]] derived::StateRows::Seal seal_of_entries(sqlite::Connection& db);

/// Brings an older log.db to this version's schema, in one transaction; entries are not touched,
/// derived tables are made anew from them. Without `keys` nobody with keys reads the tables.
void migrate_log_file(sqlite::Connection& db, KeyStore* keys);

}  // namespace consent
