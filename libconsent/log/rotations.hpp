#pragma once

#include <cstdint>
#include <vector>

#include "consent/log.hpp"

namespace consent {

/// The entries that rotated the log's key, ascending.
[[nodiscard]] std::vector<std::uint64_t> rotations_of(const Log& log);

}  // namespace consent
