#pragma once

#include <cstdint>
#include <filesystem>

#include "consent/digest.hpp"
#include "consent/export.hpp"
#include "consent/log.hpp"

namespace consent {

/// What a backup holds.
struct Backup {
  std::uint64_t size = 0;  ///< entries
  Digest root;             ///< of these entries
  Digest file;             ///< SHA-256 of the copied log.db
};

/// Copies a log to the folder `to`, as it is at one moment, while this or another process may go
/// on writing: log.db by SQLite's own backup, and a head that says what the copy holds. The copy
/// holds no key: it can be verified, not written, and names no number.
/// The copy appears under its name when it is whole and durable, or not at all.
/// @throws Error (storage) where `to` is there already, its parent is not, or it cannot be written;
/// (invalid_argument) where `to` lies inside the log's own folder.
[[nodiscard]] CONSENT_EXPORT Backup back_up(const Log& log, const std::filesystem::path& to);

}  // namespace consent
