#pragma once

#include <cstdint>
#include <string_view>

#include "consent/export.hpp"
#include "consent/instant.hpp"

namespace consent {

class Log;

/// Another key signs the log from here on: a new one, which the old one vouches for by its last
/// signature. The old one is destroyed.
/// @param reason A short word. `compromised` revokes the old key: those who know it alone no longer
///     trust what is signed, until they get the new one from the log's owner.
/// @returns the seq of the entry. @throws Error (storage) where the log is read-only.
CONSENT_EXPORT std::uint64_t rotate_key(Log& log, std::string_view reason, Instant now);

}  // namespace consent
