#pragma once

#include <string>
#include <string_view>

#include "consent/export.hpp"

namespace consent {

/// A private text under a passphrase: AES-256-GCM under a key that scrypt makes of the passphrase.
///
/// `salt`: 16 random bytes, drawn anew for every text and stored beside it. REQUIRES: a passphrase
/// and a salt never meet a second text. @throws Error (invalid_argument) for an empty passphrase or
/// a salt of another size; (crypto) where OpenSSL fails.
[[nodiscard]] CONSENT_EXPORT std::string lock_text(std::string_view passphrase,
                                                   std::string_view salt, std::string_view text);

/// @throws Error (crypto) where the passphrase is another, or the bytes are not those of lock_text.
[[nodiscard]] CONSENT_EXPORT std::string unlock_text(std::string_view passphrase,
                                                     std::string_view salt,
                                                     std::string_view locked);

}  // namespace consent
