#include "consent/decision.hpp"
#include "decision/resolve.hpp"

namespace consent {

Decision may_contact(const Log& log, const RulePack& pack, const Question& question) {
  // The size first: an entry appended meanwhile may be seen, none before it is missed.
  const std::uint64_t size = log.size();
  const auto distributors = log.distributors();
  const std::string_view distributor = decision::meant_or_throw(question.distributor, distributors);
  const auto subjects = log.standing_of(question.number);
  const ResolvedQuestion resolved = decision::resolved(question, distributor, log.terms());
  return explain(judge(resolved, subjects, pack), resolved, pack, size);
}

}  // namespace consent
