#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
/// The copy appears under its name when it is whole and durable, or not at all. It is not recorded:
/// Log::back_up() does that.
/// @throws Error (storage) where `to` is there already, its parent is not, or it cannot be written;
/// (invalid_argument) where `to` lies inside the log's own folder.
[[nodiscard]] CONSENT_EXPORT Backup back_up(const Log& log, const std::filesystem::path& to);

/// How a backup comes into the place of a lost or damaged log.
struct RestoreOrder {
  std::filesystem::path backup;
  /// Folders of the log as it was later, besides the one in whose place it comes.
  std::vector<std::filesystem::path> newer{};
  /// Tags of subjects that acts of destruction name.
  std::vector<Digest> erased{};
  std::string reason{};  ///< short word, needed
};

/// What was done, and what cannot be known.
struct Restored {
  std::uint64_t size = 0;       ///< entries of the backup
  std::uint64_t lost_from = 0;  ///< first seq that is gone
  std::uint64_t lost_to = 0;    ///< size before, as far as is known; lost_from: nothing says more
  bool end_known = false;       ///< a head said how far the log went
  std::uint64_t seq = 0;        ///< of the entry log.restored
  std::vector<Digest> erased;   ///< destroyed since the backup, and recorded again
  /// Erased since, and begun since as well: neither their entries nor their numbers are here.
  std::uint64_t unknown_erased = 0;
  /// Entries [first, second) of the lost range that nobody could read: erasures may be among them.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> unread;
  /// The log's own newer keys.db was kept: whoever was erased has no key in it, readable or not.
  bool own_keys = false;
  std::filesystem::path aside;  ///< where the damaged folder is now; "" where there was none
  bool keys_aside = false;      ///< it still holds a keys.db, which must be destroyed
};

}  // namespace consent
