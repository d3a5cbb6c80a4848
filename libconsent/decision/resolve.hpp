#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/callers.hpp"
#include "consent/decision.hpp"
#include "consent/error.hpp"
#include "consent/standing.hpp"

/// From words to term ids, once a question, so that judge() compares integers.
namespace consent::decision {

inline constexpr std::uint32_t no_clause_names = ~std::uint32_t{0};

/// The distributor a question means; nullopt where it was left out and the log has not exactly one.
inline std::optional<std::string_view> meant(std::string_view asked,
                                             std::span<const std::string> distributors) noexcept {
  if (!asked.empty()) return asked;
  if (distributors.size() != 1) return std::nullopt;
  return std::string_view(distributors.front());
}

inline std::string_view meant_or_throw(std::string_view asked,
                                       std::span<const std::string> distributors) {
  if (const auto distributor = meant(asked, distributors)) return *distributor;
  throw Error(ErrorCode::invalid_argument,
              distributors.empty()
                  ? Message("distributor: must be given, the log names none")
                  : Message("distributor: must be given, the log has {}", distributors.size()));
}

inline std::uint32_t term(std::string_view word, const Terms& terms) noexcept {
  const std::uint32_t id = terms.find(word);
  return id == 0 ? no_clause_names : id;
}
inline std::uint32_t campaign_term(std::string_view campaign, const Terms& terms) noexcept {
  return campaign.empty() ? 0 : term(campaign, terms);
}

/// The caller's facts as far as a judgement reads them.
[[nodiscard]] CallerFacts facts_of(const Caller& caller, std::string_view serving_operator,
                                   const Terms& terms) noexcept;

inline ResolvedQuestion resolved(const Question& question, std::string_view distributor,
                                 const Terms& terms) {
  CallerFacts caller = facts_of(question.caller, question.serving_operator, terms);
  if (!question.messenger.empty()) caller.messenger = messenger_id(question.messenger);
  return {.number = question.number,
          .distributor = term(distributor, terms),
          .campaign = campaign_term(question.campaign, terms),
          .purpose = question.purpose,
          .channel = question.channel,
          .dialled_by = question.dialled_by,
          .at = question.at,
          .basis = question.basis,
          .caller = caller,
          .counts = question.counts,
          .whereabouts = question.whereabouts,
          .numbering = question.numbering,
          .advertiser = question.advertiser.empty() ? 0 : term(question.advertiser, terms),
          .requested = question.requested};
}

/// Who dials for whom. A caller that no clause names gets an id here, which is why this goes before
/// the question is resolved. `terms` is the asker's own copy.
inline std::vector<AssignedCaller> resolved(std::span<const CallerAssignment> assignments,
                                            Terms& terms) {
  std::vector<AssignedCaller> out;
  out.reserve(assignments.size());
  for (const CallerAssignment& each : assignments) {
    out.push_back({.distributor = terms.id_of(each.distributor),
                   .caller = terms.id_of(each.caller),
                   .campaign = each.campaign.empty() ? 0 : terms.id_of(each.campaign),
                   .purposes = each.purposes,
                   .channels = each.channels,
                   .from = each.from,
                   .until = each.until,
                   .recorded = each.recorded,
                   .seq = each.seq});
  }
  return out;
}

inline std::optional<Digest> caller_hash(const Question& question) {
  if (!question.caller.stated()) return std::nullopt;
  return hash_of(question.caller);
}

}  // namespace consent::decision
