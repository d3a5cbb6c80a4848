// What the three-digit code after +7 says: country and kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "consent/number.hpp"

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

struct CodeFacts {
  std::string_view country;  ///< ISO 3166 "RU", "KZ"; "" where shared, in reserve, or foreign
  NumberKind kind = NumberKind::unknown;
};

/// `code` below kCodes. Source: law sheet 8.1, row by row in code.cpp.
[[nodiscard]] CodeFacts code_facts(std::uint32_t code) noexcept;
[[nodiscard]] CodeFacts code_facts(PhoneNumber number) noexcept;

/// Whether a plan gives out numbers of this code to subscribers; false for kCodes and above.
[[nodiscard]] bool code_given_out(std::uint32_t code) noexcept;

}  // namespace consent::number
