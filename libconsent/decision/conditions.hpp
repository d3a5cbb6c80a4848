#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "consent/rules.hpp"

/// What a rule row may speak about. The one list of conditions: docs/reference/rules.md describes
/// each; a pack may name no other.
namespace consent::decision {

enum class Condition : std::uint8_t {
  // Of the contact: a basis that it needs, and is without.
  no_consent,
  no_personal_data_consent,
  no_mass_call_consent,
  no_mailing_consent,
  // Of the contact: what else stands against it.
  stop_demand,
  personal_data_stop,
  personal_data_unknown,
  operator_refused_calls,
  operator_refused_mailing,
  no_operator_contract,
  operator_not_known,
  without_human,
  machine_dialled_person,
  sender_not_stated,
  caller_not_named,
  mass_not_stated,
  outside_hours,
  over_count,
  caller_concealed,
  concealment_not_stated,
  no_label_contract,
  label_malformed,
  not_labelled,
  // Of the contact: what makes it mass, or exempt.
  mass_by_machine,
  mass_by_count,
  exempt_caller,
  consent_stands,
  // Of one consent.
  other_distributor,
  not_prior,
  other_purpose,
  other_channel,
  earlier_holder,
  form_without_number_proof,
  in_contract_without_mark,
  in_contract_without_term,
  prechecked,
  open_source,
  given_by_addressee,
  employee_without_authority,
  without_document,
  without_term,
};
inline constexpr std::size_t condition_count = 41;

/// Figures that a row of the condition must give, and no others.
enum Figure : std::uint8_t {
  no_figure = 0,
  day_windows = 1,
  counts = 2,
  at_least = 4,
  older_than = 8,
  after_days = 16,
  longest = 32,
};

struct ConditionWord {
  std::string_view word;
  Condition condition;
  std::uint8_t outcomes;  ///< bit a consent::Outcome that makes sense for it
  std::uint8_t figures = no_figure;
  /// Rows of it say what is said where they are met.
  bool can_be_met = false;
  /// A policy row of it could allow more than there was: refused.
  bool loosens = false;
};

constexpr std::uint8_t bit(Outcome outcome) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(outcome));
}
inline constexpr std::uint8_t only_deny = bit(Outcome::deny);
inline constexpr std::uint8_t only_warn = bit(Outcome::warn);
inline constexpr std::uint8_t deny_or_warn = bit(Outcome::deny) | bit(Outcome::warn);
inline constexpr std::uint8_t any_verdict = deny_or_warn | bit(Outcome::unknown);
inline constexpr std::uint8_t only_treat = bit(Outcome::treat);
inline constexpr std::uint8_t treat_or_warn = bit(Outcome::treat) | bit(Outcome::warn);
inline constexpr std::uint8_t treat_or_unknown = bit(Outcome::treat) | bit(Outcome::unknown);

inline constexpr std::array<ConditionWord, condition_count> conditions{{
    {"no_consent", Condition::no_consent, only_deny, no_figure, true},
    {"no_personal_data_consent", Condition::no_personal_data_consent, only_deny, no_figure, true},
    {"no_mass_call_consent", Condition::no_mass_call_consent, only_deny, no_figure, true},
    {"no_mailing_consent", Condition::no_mailing_consent, only_deny, no_figure, true},
    {"stop_demand", Condition::stop_demand, only_deny},
    {"personal_data_stop", Condition::personal_data_stop, only_deny},
    {"personal_data_unknown", Condition::personal_data_unknown, any_verdict},
    {"operator_refused_calls", Condition::operator_refused_calls, deny_or_warn, after_days},
    {"operator_refused_mailing", Condition::operator_refused_mailing, deny_or_warn},
    {"no_operator_contract", Condition::no_operator_contract, deny_or_warn},
    {"operator_not_known", Condition::operator_not_known, any_verdict},
    {"without_human", Condition::without_human, deny_or_warn},
    {"machine_dialled_person", Condition::machine_dialled_person, any_verdict},
    {"sender_not_stated", Condition::sender_not_stated, any_verdict},
    {"caller_not_named", Condition::caller_not_named, any_verdict},
    {"mass_not_stated", Condition::mass_not_stated, any_verdict},
    {"outside_hours", Condition::outside_hours, deny_or_warn, day_windows, true},
    {"over_count", Condition::over_count, deny_or_warn, counts},
    {"caller_concealed", Condition::caller_concealed, deny_or_warn},
    {"concealment_not_stated", Condition::concealment_not_stated, any_verdict},
    {"no_label_contract", Condition::no_label_contract, deny_or_warn},
    {"label_malformed", Condition::label_malformed, deny_or_warn, longest},
    {"not_labelled", Condition::not_labelled, deny_or_warn},
    {"mass_by_machine", Condition::mass_by_machine, only_treat},
    {"mass_by_count", Condition::mass_by_count, only_treat, at_least},
    {"exempt_caller", Condition::exempt_caller, treat_or_unknown, no_figure, false, true},
    {"consent_stands", Condition::consent_stands, bit(Outcome::allow), no_figure, false, true},
    {"consent_for_other_distributor", Condition::other_distributor, only_treat},
    {"consent_not_prior", Condition::not_prior, only_treat},
    {"consent_for_other_purpose", Condition::other_purpose, only_treat},
    {"consent_for_other_channel", Condition::other_channel, only_treat},
    {"consent_of_earlier_holder", Condition::earlier_holder, only_treat},
    {"form_without_number_proof", Condition::form_without_number_proof, only_treat},
    {"in_contract_without_mark", Condition::in_contract_without_mark, only_treat},
    {"in_contract_without_term", Condition::in_contract_without_term, treat_or_warn},
    {"prechecked", Condition::prechecked, only_treat},
    {"open_source", Condition::open_source, only_treat},
    {"given_by_addressee", Condition::given_by_addressee, treat_or_warn},
    {"employee_without_authority", Condition::employee_without_authority, treat_or_warn},
    {"consent_without_document", Condition::without_document, treat_or_warn},
    {"consent_without_term", Condition::without_term, treat_or_warn, older_than},
}};

/// A ground that a contact may need, each with a consent of its own (Cover).
enum class Ground : std::uint8_t { advertising, personal_data, mass_calls, mailing };
inline constexpr std::size_t ground_count = 4;
inline constexpr std::array<Condition, ground_count> ground_conditions{
    Condition::no_consent, Condition::no_personal_data_consent, Condition::no_mass_call_consent,
    Condition::no_mailing_consent};

/// The ground whose absence the condition is; nullopt for the others.
constexpr std::optional<Ground> ground_of(Condition condition) {
  for (std::size_t i = 0; i < ground_count; ++i) {
    if (ground_conditions[i] == condition) return static_cast<Ground>(i);
  }
  return std::nullopt;
}

/// Conditions of one consent whose row is in force by the day of the consent, not of the contact.
constexpr bool dated_by_consent(Condition condition) {
  return condition == Condition::without_document;
}
/// Conditions that change what a contact is: they feed any row that can be met.
constexpr bool is_of_consent(Condition condition) {
  return condition >= Condition::other_distributor;
}

}  // namespace consent::decision
