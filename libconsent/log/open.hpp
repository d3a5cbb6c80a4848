#pragma once

#include <filesystem>

#include "log/sqlite.hpp"

namespace consent {

/// @throws Error (storage) where the file is not a log.db, or of a schema this version cannot read.
void check_log_file(sqlite::Connection& db);

/// log.db read-only, also where its folder cannot be written, as an auditor gets it.
/// @throws Error (storage)
[[nodiscard]] sqlite::Connection open_log_for_reading(const std::filesystem::path& file);

}  // namespace consent
