// Regions of the built-in plan, by the three-digit code after +7. Private to places/.
#pragma once

#include <cstdint>

#include "consent/numbering.hpp"

namespace consent::number {

/// Regions where the code has ranges; empty where no source names one, and for codes that belong to
/// no place. `code` below kCodes.
[[nodiscard]] RegionSet code_regions(std::uint32_t code) noexcept;

}  // namespace consent::number
