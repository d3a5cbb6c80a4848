#include "decision/judge.hpp"

namespace consent {
namespace {

struct Vectors {
  std::span<const SubjectStanding> subjects;
  [[nodiscard]] std::size_t size() const noexcept { return subjects.size(); }
  decision::SubjectView operator[](std::size_t i) const noexcept {
    return {subjects[i].closed, subjects[i].clauses};
  }
};

}  // namespace

Judgement judge(const ResolvedQuestion& question, std::span<const SubjectStanding> subjects,
                const RulePack& pack) noexcept {
  return decision::judge_over(question, Vectors{subjects}, pack);
}

}  // namespace consent
