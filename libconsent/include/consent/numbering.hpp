#pragma once

#include <cstdint>
#include <string_view>

#include "consent/export.hpp"
#include "consent/number.hpp"

namespace consent {

enum class NumberKind : std::uint8_t {
  unknown,     ///< the plan says nothing, or the code is shared or in reserve
  mobile,      ///< non-geographic DEF code
  geographic,  ///< ABC code
  free_call,   ///< 800, 804
  premium,     ///< 803, 809
  personal,    ///< 808
  service,     ///< another non-geographic service code
  foreign,     ///< not +7
};

/// What the country and the first digits say, and no more: who holds a ported number, and where a
/// mobile phone is, stands in no numbering plan.
struct NumberFacts {
  std::string_view
      country;  ///< ISO 3166 "RU", "KZ"; "" where +7 is shared or in reserve, or foreign
  NumberKind kind = NumberKind::unknown;
};

/// Code-level facts from the built-in plan. noexcept, no allocation, safe from any thread.
/// Source: law sheet 8.1 (Order of Mintsifry No. 75 of 2022-01-31; agreement of 2024-11-27 for the
/// split of +7 between Russia and Kazakhstan).
[[nodiscard]] CONSENT_EXPORT NumberFacts numbering_facts(PhoneNumber number) noexcept;

[[nodiscard]] CONSENT_EXPORT std::string_view to_word(NumberKind kind) noexcept;

}  // namespace consent
