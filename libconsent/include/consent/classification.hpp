#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "consent/export.hpp"
#include "consent/number.hpp"
#include "consent/party.hpp"

namespace consent {

/// Answers of classify() for many numbers of which nothing else is known: few answers, and which of
/// them each number has.
struct ClassifiedNumbers {
  static constexpr std::uint8_t unread = 255;  ///< the text is no telephone number

  std::vector<Classification> answers;  ///< at most 255, in the order they were first met
  std::vector<std::uint8_t> which;      ///< a number's place in `answers`, or `unread`
};

/// classify(number, {}) of each; a nullopt is `unread`.
[[nodiscard]] CONSENT_EXPORT ClassifiedNumbers
classify_many(std::span<const std::optional<PhoneNumber>> numbers);

/// The same of texts as PhoneNumber::read() reads them.
[[nodiscard]] CONSENT_EXPORT ClassifiedNumbers classify_many(
    std::span<const std::string_view> texts, DefaultCountry country = DefaultCountry::none);

/// Pension insurance number (СНИЛС): 11 digits, "-" and blanks between them allowed. nullopt:
/// cannot be checked, since numbers up to 001-001-998 have no control sum (law sheet 7.3). It is
/// personal data itself: check it, and do not log it.
[[nodiscard]] CONSENT_EXPORT std::optional<IdentifierProblem> check_snils(
    std::string_view text) noexcept;

}  // namespace consent
