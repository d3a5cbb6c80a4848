#pragma once

#include <filesystem>

#include "consent/export.hpp"
#include "consent/log.hpp"

namespace consent {

/// Makes the folder of a new log (its parent must exist) and entry 0; access is write. `options`
/// may name a passphrase over keys.db (scrypt) and a second head.
/// @throws Error (storage) where the folder exists and is not empty: a typo must not begin a
/// second log; (invalid_argument) for a bad origin or ИНН.
CONSENT_EXPORT Log create_log(const std::filesystem::path& folder, const LogIdentity& identity,
                              Instant now, const LogOptions& options = {},
                              Entropy& entropy = system_entropy());

}  // namespace consent
