#pragma once

#include <cstddef>
#include <cstring>

#include "consent/digest.hpp"

namespace consent {

/// For tables in memory: a digest is random already.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.bytes.data(), sizeof(hash));
    return hash;
  }
};

}  // namespace consent
