#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// What the asker knows besides the number. Everything may be left out; nothing is looked up.
/// The identifiers are those of the contract holder. `named_employee` counts as a linked attribute.
struct PartyFacts {
  std::string inn{};   ///< "" where not known
  std::string ogrn{};  ///< 13 or (OGRNIP) 15 digits, "" where not known
  SubscriberKind holder = SubscriberKind::unknown;  ///< contract holder, if known otherwise
  NumberUser user = NumberUser::unknown;
  /// Something personal is stored, or reachable by the same operator, together with the number:
  /// a name, login, address, personal e-mail, device id or purchase history.
  bool linked_attributes = false;
  bool former_subscriber = false;  ///< the record is about somebody who no longer holds the number
};

enum class PersonalData : std::uint8_t { unknown, yes, no };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(PersonalData answer) noexcept;

struct Classification {
  PersonalData personal_data = PersonalData::unknown;  ///< unknown is to be treated as yes
  SubscriberKind kind = SubscriberKind::unknown;
  std::string row;                     ///< which row of the table answered, e.g. "ru/pd/09"
  std::string basis;                   ///< one sentence, English
  std::string basis_ru;                ///< the same in Russian
  std::vector<std::string> citations;  ///< authorities with dates, as the row gives them
  std::vector<std::string> citations_ru;
  std::string confidence;             ///< "C1", "C2" or "G" (unconfirmed), of the weakest authority
  std::vector<std::string> warnings;  ///< e.g. an unconfirmed authority; "no" never lifts the duty
  std::vector<std::string> warnings_ru;  ///< the same, one for one
};

/// Is this number personal data, and on whose authority? The first row that matches answers.
/// The table lies in rules/ with its sources. Rows whose only authority is general knowledge (G)
/// answer `unknown`, or say in `warnings` that they are unconfirmed.
/// @throws Error (invalid_argument) where the facts contradict each other (a 10-digit INN with an
///         OGRNIP) or an identifier fails its check: an error, never a guess. Identifiers of
///         persons are not repeated in the message.
[[nodiscard]] CONSENT_EXPORT Classification classify(PhoneNumber number, const PartyFacts& facts);

}  // namespace consent
