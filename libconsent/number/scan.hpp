// The reader of typed telephone numbers: one pass, no allocation, no exception. Private to number/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "consent/number.hpp"

namespace consent::number {

/// Why a text is not a telephone number.
enum class Problem : std::uint8_t {
  none,
  empty,
  not_utf8,
  character,
  letters_first,
  letters,
  second_plus,
  second_number,
  series,
  too_short,
  too_long,
  no_country,
  country_code,
  bare_plus,
  plus_eight,
  area_code,
  code_not_given,
  inn,
  decimal,
  exponent,
  trunk_zero,
  extension_empty,
  extension_long,
  after_extension,
};

inline constexpr std::size_t kMaxExtension = 11;

struct Scan {
  Problem problem = Problem::none;
  std::size_t offset = 0;    ///< byte of the problem
  std::uint64_t digits = 0;  ///< E.164 without '+'; meaningless unless problem is none
  std::array<char, kMaxExtension> extension{};
  std::uint8_t extension_size = 0;
};

/// Decimal point and one or two zeros behind digits in a row, which a spreadsheet adds: where they
/// begin, npos where there are none.
[[nodiscard]] std::size_t decimal_point(std::string_view text) noexcept;

[[nodiscard]] Scan scan(std::string_view text, DefaultCountry country) noexcept;

/// A sentence for people that repeats nothing of the text.
[[nodiscard]] std::string_view describe(Problem problem) noexcept;

}  // namespace consent::number
