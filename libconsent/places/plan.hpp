// What the three-digit code after +7 says by itself. Private to number/.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "consent/numbering.hpp"

namespace consent::number {

inline constexpr std::uint64_t kZone7 = 70'000'000'000;
inline constexpr std::uint32_t kPerCode = 10'000'000;
inline constexpr std::uint32_t kCodes = 1000;

/// 0 to 999; nullopt for a number that does not begin with 7.
[[nodiscard]] constexpr std::optional<std::uint32_t> code_of(PhoneNumber number) noexcept {
  const std::uint64_t digits = number.digits();
  if (digits < kZone7 || digits >= kZone7 + std::uint64_t{kCodes} * kPerCode) return std::nullopt;
  return static_cast<std::uint32_t>((digits - kZone7) / kPerCode);
}

/// Country and kind; `code` below kCodes.
[[nodiscard]] NumberFacts code_facts(std::uint32_t code) noexcept;
/// Regions where the code has ranges; empty where no source names one, and for codes that belong to
/// no place. `code` below kCodes.
[[nodiscard]] RegionSet code_regions(std::uint32_t code) noexcept;

}  // namespace consent::number
