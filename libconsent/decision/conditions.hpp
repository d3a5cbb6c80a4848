#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "consent/rules.hpp"

/// What a rule row may speak about. The one list of conditions: docs/reference/rules.md describes
/// each; a pack may name no other.
namespace consent::decision {

/// In the order in which the rows speak, by statute as in the pack. Each has one function
/// (law.hpp), down to those of one consent.
enum class Condition : std::uint8_t {
  // What makes a contact mass.
  mass_by_machine,
  mass_by_count,
  // Advertising.
  stop_demand,
  no_consent,
  consent_stands,
  requested_contact,
  other_advertiser,
  without_human,
  mailing_with_consent,
  machine_dialled_person,
  sender_not_stated,
  caller_not_named,
  // Personal data.
  personal_data_stop,
  no_personal_data_consent,
  personal_data_unknown,
  // Communications.
  no_mass_call_consent,
  no_mailing_consent,
  mass_not_stated,
  operator_refused_calls,
  operator_refused_mailing,
  no_operator_contract,
  contracts_not_stated,
  operator_not_known,
  no_label_contract,
  not_labelled,
  label_malformed,
  // Information: foreign messengers.
  foreign_messenger,
  messenger_not_stated,
  // Debt collection; hours and counts are asked of other contacts too.
  caller_concealed,
  concealment_not_stated,
  outside_hours,
  over_count,
  // How earlier contacts ended.
  wrong_person,
  no_such_subscriber,
  not_interested,
  lost_deal,
  // What the consents relied on are worth.
  weak_consent,
  worth_below,
  older_consent,
  evidence_lacking,
  // Warnings about the consent relied on; also what a consent is worth.
  without_term,
  in_contract_without_term,
  given_by_addressee,
  employee_without_authority,
  // Of one consent alone: what it is worth.
  other_distributor,
  other_purpose,
  other_channel,
  earlier_holder,
  not_prior,
  form_without_number_proof,
  in_contract_without_mark,
  prechecked,
  open_source,
  without_document,
  // Of the caller: lifts a ground.
  exempt_caller,
};
inline constexpr std::size_t condition_count = 55;

/// Figures that a row of the condition must give, and no others.
enum Figure : std::uint16_t {
  no_figure = 0,
  day_windows = 1,
  counts = 2,
  at_least = 4,
  older_than = 8,
  after_days = 16,
  longest = 32,
  senders = 64,
  least_worth = 128,
  evidence_kinds = 256,
};
/// What narrows a row of the condition, and may be left out.
enum Narrowing : std::uint8_t {
  no_narrowing = 0,
  claims = 1,
  with_data = 2,
  methods = 4,
  prong = 8
};

struct ConditionWord {
  std::string_view word;
  Condition condition;
  std::uint8_t outcomes;  ///< bit a consent::Outcome that makes sense for it
  std::uint16_t figures = no_figure;
  /// Rows of it say what is said where they are met.
  bool can_be_met = false;
  /// A policy row of it could allow more than there was: refused.
  bool loosens = false;
  std::uint8_t narrowings = no_narrowing;
  /// Its warnings make an answer weaker, and stand in the one line.
  bool weakens = false;
};

constexpr std::uint8_t bit(Outcome outcome) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(outcome));
}
inline constexpr std::uint8_t only_allow = bit(Outcome::allow);
inline constexpr std::uint8_t only_deny = bit(Outcome::deny);
inline constexpr std::uint8_t only_treat = bit(Outcome::treat);
inline constexpr std::uint8_t deny_or_warn = bit(Outcome::deny) | bit(Outcome::warn);
inline constexpr std::uint8_t any_verdict = deny_or_warn | bit(Outcome::unknown);
inline constexpr std::uint8_t treat_or_warn = bit(Outcome::treat) | bit(Outcome::warn);
inline constexpr std::uint8_t any_verdict_or_allow = any_verdict | only_allow;
inline constexpr std::uint8_t treat_or_unknown = bit(Outcome::treat) | bit(Outcome::unknown);

inline constexpr std::array<ConditionWord, condition_count> conditions{{
    {"mass_by_machine", Condition::mass_by_machine, only_treat},
    {"mass_by_count", Condition::mass_by_count, only_treat, at_least},
    {"stop_demand", Condition::stop_demand, only_deny},
    {"no_consent", Condition::no_consent, only_deny, no_figure, true},
    {"consent_stands", Condition::consent_stands, only_allow, no_figure, false, true},
    {"requested_contact", Condition::requested_contact, only_allow, no_figure, false, true},
    {"other_advertiser", Condition::other_advertiser, any_verdict},
    {"without_human", Condition::without_human, deny_or_warn},
    {"mailing_with_consent", Condition::mailing_with_consent, deny_or_warn, no_figure, false, true},
    {"machine_dialled_person", Condition::machine_dialled_person, any_verdict},
    {"sender_not_stated", Condition::sender_not_stated, any_verdict},
    {"caller_not_named", Condition::caller_not_named, any_verdict},
    {"personal_data_stop", Condition::personal_data_stop, only_deny},
    {"no_personal_data_consent", Condition::no_personal_data_consent, only_deny, no_figure, true},
    {"personal_data_unknown", Condition::personal_data_unknown, any_verdict},
    {"no_mass_call_consent", Condition::no_mass_call_consent, only_deny, no_figure, true},
    {"no_mailing_consent", Condition::no_mailing_consent, only_deny, no_figure, true},
    {"mass_not_stated", Condition::mass_not_stated, any_verdict},
    {"operator_refused_calls", Condition::operator_refused_calls, deny_or_warn, after_days, false,
     false, no_narrowing, true},
    {"operator_refused_mailing", Condition::operator_refused_mailing, deny_or_warn, no_figure,
     false, false, no_narrowing, true},
    {"no_operator_contract", Condition::no_operator_contract, deny_or_warn},
    {"contracts_not_stated", Condition::contracts_not_stated, any_verdict},
    {"operator_not_known", Condition::operator_not_known, any_verdict},
    {"no_label_contract", Condition::no_label_contract, deny_or_warn},
    {"not_labelled", Condition::not_labelled, deny_or_warn},
    {"label_malformed", Condition::label_malformed, deny_or_warn, longest},
    {"foreign_messenger", Condition::foreign_messenger, deny_or_warn, senders, false, false,
     with_data},
    {"messenger_not_stated", Condition::messenger_not_stated, any_verdict},
    {"caller_concealed", Condition::caller_concealed, deny_or_warn},
    {"concealment_not_stated", Condition::concealment_not_stated, any_verdict},
    {"outside_hours", Condition::outside_hours, deny_or_warn, day_windows, true},
    {"over_count", Condition::over_count, deny_or_warn, counts},
    {"wrong_person", Condition::wrong_person, any_verdict},
    {"no_such_subscriber", Condition::no_such_subscriber, any_verdict},
    {"not_interested", Condition::not_interested, any_verdict},
    {"lost_deal", Condition::lost_deal, any_verdict},
    {"weak_consent", Condition::weak_consent, any_verdict_or_allow, no_figure, false, false,
     no_narrowing, true},
    {"worth_below", Condition::worth_below, any_verdict, least_worth, false, false, prong, true},
    {"older_consent", Condition::older_consent, any_verdict, older_than, false, false, methods,
     true},
    {"evidence_lacking", Condition::evidence_lacking, any_verdict, evidence_kinds, false, false,
     no_narrowing, true},
    {"without_term", Condition::without_term, treat_or_warn, older_than, false, false, no_narrowing,
     true},
    {"in_contract_without_term", Condition::in_contract_without_term, treat_or_warn, no_figure,
     false, false, no_narrowing, true},
    {"given_by_addressee", Condition::given_by_addressee, treat_or_warn, no_figure, false, false,
     no_narrowing, true},
    {"employee_without_authority", Condition::employee_without_authority, treat_or_warn, no_figure,
     false, false, no_narrowing, true},
    {"other_distributor", Condition::other_distributor, only_treat},
    {"other_purpose", Condition::other_purpose, only_treat},
    {"other_channel", Condition::other_channel, only_treat},
    {"earlier_holder", Condition::earlier_holder, only_treat},
    {"not_prior", Condition::not_prior, only_treat},
    {"form_without_number_proof", Condition::form_without_number_proof, only_treat},
    {"in_contract_without_mark", Condition::in_contract_without_mark, only_treat},
    {"prechecked", Condition::prechecked, only_treat},
    {"open_source", Condition::open_source, only_treat},
    {"without_document", Condition::without_document, treat_or_warn},
    {"exempt_caller", Condition::exempt_caller, treat_or_unknown, no_figure, false, true, claims},
}};
static_assert(
    [] {
      for (std::size_t i = 0; i < condition_count; ++i) {
        if (conditions[i].condition != static_cast<Condition>(i)) return false;
      }
      return true;
    }(),
    "conditions stand in the order of Condition");

/// nullptr for a word that names none.
constexpr const ConditionWord* condition_named(std::string_view word) {
  for (const ConditionWord& known : conditions) {
    if (known.word == word) return &known;
  }
  return nullptr;
}

/// Whether rows of it are asked by the subscriber's local time.
constexpr bool asks_local_time(std::string_view word) {
  return word == "outside_hours" || word == "over_count";
}

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
constexpr Cover cover_of(Ground ground) {
  constexpr std::array<Cover, ground_count> covers{Cover::advertising, Cover::personal_data,
                                                   Cover::mass_calls, Cover::mailing};
  return covers[static_cast<std::size_t>(ground)];
}

/// Conditions of one consent: their rows feed a row that asks for a consent. The others that treat
/// change what a contact is, and feed any row that can be met.
constexpr bool is_of_consent(Condition condition) {
  return condition >= Condition::without_term && condition < Condition::exempt_caller;
}

}  // namespace consent::decision
