#include "decision/judge.hpp"

namespace consent {
Grade Worth::grade() const noexcept { return std::min({identified, expressed, named}); }

std::string_view to_word(Grade grade) noexcept {
  switch (grade) {
    case Grade::weak:
      return "weak";
    case Grade::fair:
      return "fair";
    case Grade::strong:
      return "strong";
    case Grade::not_proven:
      break;
  }
  return "not_proven";
}

Worth worth_of(const Clause& consent, std::uint32_t distributor, Channel channel) noexcept {
  return decision::worth(consent, distributor, channel);
}

Judgement judge(const ResolvedQuestion& question, std::span<const SubjectStanding> subjects,
                const RulePack& pack, std::span<const AssignedCaller> assigned) noexcept {
  return decision::judge_over(question, standing::Vectors{subjects}, pack, assigned);
}

}  // namespace consent
