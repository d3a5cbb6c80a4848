#pragma once

#include <cstdint>
#include <filesystem>

#include "consent/export.hpp"
#include "consent/log.hpp"

namespace consent {

/// What rebuild() did.
struct Rebuilt {
  std::uint64_t entries = 0;   ///< read
  std::uint64_t subjects = 0;  ///< written
  bool differed = false;       ///< the tables contradicted the entries
};

/// Writes the derived tables anew from the entries, in one transaction.
/// @throws Error (locked) if another process writes; BrokenLog if an entry cannot be read.
CONSENT_EXPORT Rebuilt rebuild(const std::filesystem::path& folder, const LogOptions& options = {});

}  // namespace consent
