#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "decision/conditions.hpp"
#include "decision/findings.hpp"
#include "standing/reach.hpp"

/// Why one consent does not count, as bits of one word: "counts" is "== 0". Standing's own come
/// first; the rest counts against a consent only where a row in force says so of its ground.
namespace consent::decision {

namespace defect {
using namespace standing::defect;
inline constexpr std::uint32_t form_without_number_proof = first_of_worth;
inline constexpr std::uint32_t in_contract_without_mark = first_of_worth << 1;
inline constexpr std::uint32_t prechecked = first_of_worth << 2;
inline constexpr std::uint32_t open_source = first_of_worth << 3;
inline constexpr std::uint32_t given_by_addressee = first_of_worth << 4;
inline constexpr std::uint32_t employee_without_authority = first_of_worth << 5;
inline constexpr std::uint32_t without_document = first_of_worth << 6;
inline constexpr std::uint32_t without_term = first_of_worth << 7;
inline constexpr std::uint32_t in_contract_without_term = first_of_worth << 8;
/// Nothing shows who gave it, or that they willed it. Counts whatever the rules say: a consent that
/// nobody can prove is none.
inline constexpr std::uint32_t not_proven = first_of_worth << 9;
}  // namespace defect

/// What each defect is called: by a row of its condition where one is in force, else by a built-in
/// finding. All three have one name.
struct DefectName {
  std::uint32_t defect;
  std::optional<Condition> condition;
  std::optional<Builtin> builtin;  ///< none: worth, which without a row in force is no defect
};
inline constexpr std::array<DefectName, 19> defect_names{{
    {defect::earlier_holder, Condition::earlier_holder, Builtin::earlier_holder},
    {defect::other_distributor, Condition::other_distributor, Builtin::other_distributor},
    {defect::other_cover, std::nullopt, Builtin::other_cover},
    {defect::other_purpose, Condition::other_purpose, Builtin::other_purpose},
    {defect::other_channel, Condition::other_channel, Builtin::other_channel},
    {defect::other_campaign, std::nullopt, Builtin::other_campaign},
    {defect::expired, std::nullopt, Builtin::expired},
    {defect::not_recorded, std::nullopt, Builtin::not_recorded},
    {defect::not_prior, Condition::not_prior, Builtin::not_prior},
    {defect::prechecked, Condition::prechecked, std::nullopt},
    {defect::open_source, Condition::open_source, std::nullopt},
    {defect::form_without_number_proof, Condition::form_without_number_proof, std::nullopt},
    {defect::in_contract_without_mark, Condition::in_contract_without_mark, std::nullopt},
    {defect::in_contract_without_term, Condition::in_contract_without_term, std::nullopt},
    {defect::given_by_addressee, Condition::given_by_addressee, std::nullopt},
    {defect::employee_without_authority, Condition::employee_without_authority, std::nullopt},
    {defect::without_document, Condition::without_document, std::nullopt},
    {defect::without_term, Condition::without_term, std::nullopt},
    {defect::not_proven, std::nullopt, Builtin::not_proven},
}};

}  // namespace consent::decision
