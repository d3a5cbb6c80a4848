#pragma once

#include <filesystem>

#include "sqlite/sqlite.hpp"

namespace consent {

/// @throws Error (storage) where the file is not a log.db, or of a schema this version cannot read.
void check_log_file(sqlite::Connection& db);

/// log.db read-only, also where its folder cannot be written, as an auditor gets it.
/// @throws Error (storage)
[[nodiscard]] sqlite::Connection open_log_for_reading(const std::filesystem::path& file);

/// Brings an older log.db to this version's schema, in one transaction; entries are not touched.
void migrate_log_file(sqlite::Connection& db);

/// The highest id of a subject that keys.db had given when the log was last written; 0 where it
/// does not say.
[[nodiscard]] std::int64_t newest_subject(sqlite::Connection& db);

}  // namespace consent
