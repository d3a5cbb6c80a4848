#include "decision/doubt.hpp"

namespace consent::decision {

namespace {

bool says(const Judgement& judgement, std::int16_t rule) noexcept {
  return std::any_of(judgement.items.begin(), judgement.items.begin() + judgement.count,
                     [rule](const Judgement::Item& item) { return item.rule == rule; });
}

}  // namespace

bool impaired(const Judgement& judgement) noexcept {
  return says(judgement, number_of(Builtin::log_impaired)) ||
         says(judgement, number_of(Builtin::record_damaged));
}

bool names_changed(const Judgement& judgement) noexcept {
  return says(judgement, number_of(Builtin::names_changed));
}

void warn(Judgement& judgement, Builtin why, std::uint64_t seq) noexcept {
  const auto rule = number_of(why);
  if (says(judgement, rule)) return;
  // A warning of this kind is worth more than the last of the others.
  if (judgement.count == judgement.items.size()) --judgement.count;
  judgement.items[judgement.count++] = {rule, FindingVerdict::warn, seq};
}

void doubt(Judgement& judgement, Builtin why, std::uint64_t seq) noexcept {
  if (judgement.verdict == Verdict::deny) {
    warn(judgement, why, seq);
    return;
  }
  judgement.verdict = Verdict::unknown;
  judgement.relied_on = no_seq;
  judgement.assignment = no_seq;
  judgement.worth = {};
  judgement.has_worth = false;
  judgement.reasons = {};
  const auto rule = number_of(why);
  if (says(judgement, rule)) return;
  if (judgement.count == judgement.items.size()) --judgement.count;
  std::copy_backward(judgement.items.begin(), judgement.items.begin() + judgement.count,
                     judgement.items.begin() + judgement.count + 1);
  judgement.items[0] = {rule, FindingVerdict::unknown, seq};
  ++judgement.count;
}

}  // namespace consent::decision
