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
  // Of the contact.
  no_consent,
  stop_demand,
  without_human,
  machine_dialled_person,
  // Of one consent.
  other_distributor,
  not_prior,
  other_purpose,
  other_channel,
  earlier_holder,
  form_without_number_proof,
  in_contract_without_mark,
  prechecked,
  open_source,
};
inline constexpr std::size_t condition_count = 13;

struct ConditionWord {
  std::string_view word;
  Condition condition;
  std::uint8_t outcomes;  ///< bit a consent::Outcome that makes sense for it
};

constexpr std::uint8_t bit(Outcome outcome) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(outcome));
}
inline constexpr std::uint8_t only_deny = bit(Outcome::deny);
inline constexpr std::uint8_t deny_or_warn = bit(Outcome::deny) | bit(Outcome::warn);
inline constexpr std::uint8_t only_treat = bit(Outcome::treat);

inline constexpr std::array<ConditionWord, condition_count> conditions{{
    {"no_consent", Condition::no_consent, only_deny},
    {"stop_demand", Condition::stop_demand, only_deny},
    {"without_human", Condition::without_human, deny_or_warn},
    {"machine_dialled_person", Condition::machine_dialled_person, deny_or_warn},
    {"consent_for_other_distributor", Condition::other_distributor, only_treat},
    {"consent_not_prior", Condition::not_prior, only_treat},
    {"consent_for_other_purpose", Condition::other_purpose, only_treat},
    {"consent_for_other_channel", Condition::other_channel, only_treat},
    {"consent_of_earlier_holder", Condition::earlier_holder, only_treat},
    {"form_without_number_proof", Condition::form_without_number_proof, only_treat},
    {"in_contract_without_mark", Condition::in_contract_without_mark, only_treat},
    {"prechecked", Condition::prechecked, only_treat},
    {"open_source", Condition::open_source, only_treat},
}};

}  // namespace consent::decision
