#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consent/export.hpp"
#include "consent/number.hpp"
#include "consent/party.hpp"

namespace consent {

/// What the asker knows besides the number or address. Everything may be left out; nothing is
/// looked up. The identifiers are those of the contract holder. `named_employee` counts as a name.
struct PartyFacts {
  std::string inn{};   ///< "" where not known
  std::string ogrn{};  ///< 13 or (OGRNIP) 15 digits, "" where not known
  SubscriberKind holder = SubscriberKind::unknown;  ///< contract holder, if known otherwise
  NumberUser user = NumberUser::unknown;
  /// Something personal is stored, or reachable by the same operator, together with the number, and
  /// is none of the four below: a personal e-mail, purchases.
  bool linked_attributes = false;
  bool former_subscriber = false;  ///< the record is about somebody who no longer holds the number
  bool name = false;               ///< a person's name stands beside it
  bool address = false;            ///< a postal address
  bool account = false;            ///< a login, an account, a messenger handle
  bool device = false;             ///< a device id
};

/// How far a person can be told from the data.
enum class Definable : std::uint8_t {
  not_said,    ///< the answer is no, or unknown
  directly,    ///< by name
  indirectly,  ///< by what else is known
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Definable definable) noexcept;

/// Missing facts that would turn an `unknown` into an answer, and into which.
struct Settlement {
  /// Name of a fact and its value: {"user", "shared_line"}, {"inn", "10"} (digits), {"name",
  /// "yes"}.
  std::vector<std::pair<std::string, std::string>> facts;
  PersonalData personal_data = PersonalData::unknown;
  std::string row;
  std::string basis;
  std::string basis_ru;
  std::vector<std::string> citations;
  std::vector<std::string> citations_ru;
  std::string confidence;
};

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
  Definable definable = Definable::not_said;
  std::string definable_why;  ///< one sentence with its authorities; "" where not said
  std::string definable_why_ru;
  /// Of an `unknown`: the smallest sets of missing facts that settle it, fewest facts first.
  std::vector<Settlement> settled_by;
};

/// Is this number personal data, and on whose authority? The first row that matches answers.
/// The table lies in rules/ with its sources. Rows whose only authority is general knowledge (G)
/// answer `unknown`, or say in `warnings` that they are unconfirmed.
/// @throws Error (invalid_argument) where the facts contradict each other (a 10-digit INN with an
///         OGRNIP) or an identifier fails its check: an error, never a guess. Identifiers of
///         persons are not repeated in the message.
[[nodiscard]] CONSENT_EXPORT Classification classify(PhoneNumber number, const PartyFacts& facts);

/// The same of an e-mail address; `facts.user` shared_line: a mailbox of a department.
/// @throws Error (invalid_argument) as classify() does, and where `address` is no e-mail address.
/// The
///         message never repeats it.
[[nodiscard]] CONSENT_EXPORT Classification classify_email(std::string_view address,
                                                           const PartyFacts& facts);

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
