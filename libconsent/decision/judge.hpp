#pragma once

#include "consent/decision.hpp"
#include "standing/holder.hpp"

/// The decision core, over any source of subjects: judge() gives it vectors, the gate and the audit
/// their tables. Integers only; noexcept, no allocation, no lock; O(clauses).
namespace consent::decision {

/// A number's subjects, wherever they lie: who holds it at a moment.
struct Subjects {
  const void* all;
  standing::Holder (*holder_at)(const void* all, Instant at) noexcept;
};

[[nodiscard]] Judgement judge_erased(const ResolvedQuestion& asked, const Subjects& subjects,
                                     const RulePack& pack, const LogFacts& facts) noexcept;

/// `subjects`: size() and operator[](i) giving a SubjectView, oldest first.
template <typename Source>
[[nodiscard]] Judgement judge_over(const ResolvedQuestion& asked, const Source& subjects,
                                   const RulePack& pack, const LogFacts& facts = {}) noexcept {
  const auto holder_at = [](const void* all, Instant at) noexcept {
    return standing::Holder(*static_cast<const Source*>(all), at);
  };
  return judge_erased(asked, {&subjects, holder_at}, pack, facts);
}

}  // namespace consent::decision
