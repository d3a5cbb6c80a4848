#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "consent/digest.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"

namespace consent {

class Log;

/// That the keys go along, and for how long.
struct KeysCopy {
  Instant expires{};  ///< first moment at which the copy must not be opened
  Instant latest{};   ///< no later expiry is taken: from the row of retention
};

/// What a backup holds.
struct Backup {
  std::uint64_t size = 0;              ///< entries
  Digest root;                         ///< of these entries
  Digest file;                         ///< SHA-256 of the copied log.db
  std::optional<Instant> expires{};    ///< of the copied keys; nullopt: none were copied
  std::uint64_t evidence = 0;          ///< files copied; without keys none are
  std::optional<std::uint64_t> seq{};  ///< of the entry that records it; nullopt: not recorded
};

/// Copies a log to the folder `to`, as it is at one moment, while this or another process may go
/// on writing: log.db by SQLite's own backup, and a head that says what the copy holds. The copy
/// holds no key: it can be verified, not written, and names no number.
/// The copy appears under its name when it is whole and durable, or not at all. Nothing is
/// recorded.
/// @throws Error (storage) where `to` is there already, its parent is not, or it cannot be written;
/// (invalid_argument) where `to` lies inside the log's own folder.
[[nodiscard]] CONSENT_EXPORT Backup back_up(const Log& log, const std::filesystem::path& to);

/// The same, and records what the copy holds; with `keys`, the keys and the evidence go along, and
/// nothing is written meanwhile.
/// @throws as above; Error (invalid_argument) where the expiry is not ahead, or too far.
CONSENT_EXPORT Backup back_up(Log& log, const std::filesystem::path& to,
                              const std::optional<KeysCopy>& keys, Instant now);
/// Records that the copy of keys made by entry `of` is destroyed. @returns the entry's seq.
/// @throws Error (invalid_argument) where entry `of` does not record a copy of keys.
CONSENT_EXPORT std::uint64_t backup_destroyed(Log& log, std::uint64_t of, Instant now);

}  // namespace consent
