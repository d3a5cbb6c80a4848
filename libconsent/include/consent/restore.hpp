#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consent/digest.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/log.hpp"

namespace consent {

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

/// Makes an impaired log writable again by an entry that names what was lost and begins a new
/// incarnation. `reason` is an identifier without spaces ("backup", "disk_failure").
/// @throws Error (invalid_argument) if the log is not impaired.
CONSENT_EXPORT Log restore(const std::filesystem::path& folder, std::string_view reason,
                           Instant now, const LogOptions& options = {},
                           Entropy& entropy = system_entropy());

/// Records that somebody went through what restores say is lost, by other records, and answers for
/// it: consents recorded before the loss carry a yes again, with a warning. `reason` as restore().
/// @returns the entry's seq. @throws Error (invalid_argument) if nothing waits for a review.
CONSENT_EXPORT std::uint64_t review_losses(Log& log, std::string_view reason, Instant now);

/// Puts a backup in the place of a lost or damaged log, and destroys again what was destroyed
/// since. docs/how/backup.md says what it does and what it cannot know.
/// @throws Error (invalid_argument) where `folder` holds a log that is not damaged, or something
/// else; (storage) if no keys are found, or those of the backup have expired. `folder` is then
/// unchanged.
CONSENT_EXPORT Restored restore_from(const std::filesystem::path& folder, const RestoreOrder& order,
                                     Instant now, const LogOptions& options = {},
                                     Entropy& entropy = system_entropy());

}  // namespace consent
