#pragma once

#include "crypto/sign.hpp"

namespace consent {

/// Whether the 32 bytes are the canonical encoding of a point of the curve whose order is not
/// small: y < p, no sign bit on x = 0, and not one of the eight points under which a signature says
/// nothing. verify_ed25519() refuses any other key, S >= L, and an R that is not the one encoding.
/// @throws Error (crypto) when OpenSSL cannot work.
[[nodiscard]] bool is_proper(const PublicKey& key);

}  // namespace consent
