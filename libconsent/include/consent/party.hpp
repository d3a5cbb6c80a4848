#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "consent/export.hpp"
#include "consent/number.hpp"

namespace consent {

/// What is wrong with an identifier; `ok` is the zero value only here, since a check is not a
/// verdict.
enum class IdentifierProblem : std::uint8_t {
  ok,
  length,       ///< not the number of digits its kind has
  not_a_digit,  ///< something else than 0-9 (a space, a Cyrillic letter glued on)
  first_digit,  ///< OGRN must begin with 1 or 5, OGRNIP with 3
  check_digit,
  impossible,  ///< all zeros and the like: passes the sum and cannot exist
};

/// Taxpayer number (ИНН): 10 digits for an organisation, 12 for a person.
/// Digits 1-4 are not validated as an office code (law sheet 7.3).
[[nodiscard]] CONSENT_EXPORT IdentifierProblem check_inn(std::string_view text) noexcept;
/// Registration number of an organisation (ОГРН), 13 digits.
[[nodiscard]] CONSENT_EXPORT IdentifierProblem check_ogrn(std::string_view text) noexcept;
/// Registration number of a sole trader (ОГРНИП), 15 digits.
[[nodiscard]] CONSENT_EXPORT IdentifierProblem check_ogrnip(std::string_view text) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(IdentifierProblem problem) noexcept;

enum class SubscriberKind : std::uint8_t {
  unknown,
  person,
  sole_trader,
  legal_entity,
  public_body
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(SubscriberKind kind) noexcept;
[[nodiscard]] CONSENT_EXPORT std::optional<SubscriberKind> subscriber_kind(
    std::string_view word) noexcept;

/// Who a number is used by, as far as the asker knows.
enum class NumberUser : std::uint8_t {
  unknown,
  holder,          ///< the natural person who holds it
  shared_line,     ///< reception, call centre, free-call line
  named_employee,  ///< a named person of the organisation
  employee,        ///< an employee, reached through a generic mailbox only
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(NumberUser user) noexcept;
[[nodiscard]] CONSENT_EXPORT std::optional<NumberUser> number_user(std::string_view word) noexcept;

enum class PersonalData : std::uint8_t { unknown, yes, no };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(PersonalData answer) noexcept;

}  // namespace consent
