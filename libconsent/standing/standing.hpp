#pragma once

#include <string>
#include <string_view>

#include "consent/entry.hpp"
#include "consent/standing.hpp"

namespace consent {

/// Whether append_clauses() reads entries of this type: the writer need not decode the others.
[[nodiscard]] constexpr bool speaks_to_standing(EventType type) noexcept {
  return type == EventType::consent_given || type == EventType::consent_refused ||
         type == EventType::consent_withdrawn || type == EventType::number_reassigned ||
         type == EventType::operator_refusal || type == EventType::subject_erased ||
         type == EventType::subject_restricted || type == EventType::number_classified ||
         type == EventType::evidence_added || type == EventType::contact_made;
}

/// What is done with the record of somebody who may no longer hold the number.
[[nodiscard]] constexpr bool is_about_record(EventType type) noexcept {
  return type == EventType::subject_erased || type == EventType::subject_restricted ||
         type == EventType::subject_held;
}

/// Whether an entry of this type may speak of the subject as it stands.
[[nodiscard]] inline bool may_follow(const SubjectStanding& standing, EventType type) noexcept {
  return !standing.closed || (is_about_record(type) && !standing.erased());
}

/// append_clauses() where the event was decoded already, or is about to be written: `own` is then
/// the distributor that stands where it leaves its own out.
void append_clauses(const Entry& entry, const Event& event, std::string_view own, Terms& terms,
                    SubjectStanding& standing);

/// What append_clauses() would add for an entry of which only this is known: `seq` and `recorded`
/// of the clauses are unset. nullopt where it would do more than add.
[[nodiscard]] std::optional<std::vector<Clause>> read_clauses(const Event& event,
                                                              std::string_view own, Terms& terms);

/// Clauses as the derived table keeps them: little-endian, fixed width. Rows written before schema
/// 6 are read as they are: without advertisers, and without evidence that came later.
[[nodiscard]] std::string pack_clauses(std::span<const Clause> clauses);
/// @throws Error (storage) where the length is not a whole number of clauses.
[[nodiscard]] std::vector<Clause> unpack_clauses(std::string_view bytes);
/// nullopt where they cannot be what was packed.
[[nodiscard]] std::optional<std::vector<Clause>> try_unpack_clauses(std::string_view bytes);

}  // namespace consent
