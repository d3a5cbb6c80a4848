#include "decision/law.hpp"

/// What the consents relied on must be worth: open points of proof, and policy of one's own.
namespace consent::decision::law {

/// What only one's own word shows. Where the option lets it pass, it is still said.
void weak_consent(Case& it, const Rows& rows) noexcept {
  std::uint64_t said = no_seq;
  it.for_each_relied_on([&](const Clause& consent, Ground ground) {
    if (it.worth_of(consent, ground).grade() != Grade::weak || consent.seq == said) return;
    said = consent.seq;
    it.verdict_of(rows, consent.seq);
    it.warn_of(rows & it.pack().allows, consent.seq);
  });
}

namespace {

Grade grade_of(const Worth& worth, std::uint8_t prong) noexcept {
  switch (prong) {
    case 1:
      return worth.identified;
    case 2:
      return worth.expressed;
    case 3:
      return worth.named;
    default:
      return worth.grade();
  }
}

/// Each row for each consent relied on that it holds of.
template <typename Holds>
void for_each_held(Case& it, const Rows& rows, const Holds& holds) noexcept {
  rows.for_each([&](std::size_t row) {
    Rows one;
    one.insert(row);
    std::uint64_t said = no_seq;
    it.for_each_relied_on([&](const Clause& consent, Ground ground) {
      if (consent.seq == said || !holds(it.pack().figures[row], consent, ground)) return;
      said = consent.seq;
      it.verdict_of(one, consent.seq);
    });
  });
}

}  // namespace

void worth_below(Case& it, const Rows& rows) noexcept {
  for_each_held(it, rows, [&](const RuleFigures& figures, const Clause& consent, Ground ground) {
    return grade_of(it.worth_of(consent, ground), figures.prong) <
           static_cast<Grade>(figures.worth);
  });
}

void older_consent(Case& it, const Rows& rows) noexcept {
  for_each_held(it, rows, [&](const RuleFigures& figures, const Clause& consent, Ground) {
    const auto method = 1U << static_cast<unsigned>(consent.method);
    if (figures.methods != 0 && (figures.methods & method) == 0) return false;
    return it.at() - consent.said > std::chrono::days(figures.older_than);
  });
}

void evidence_lacking(Case& it, const Rows& rows) noexcept {
  for_each_held(it, rows, [&](const RuleFigures& figures, const Clause& consent, Ground) {
    return (it.flags_of(consent) & figures.evidence) == 0;
  });
}

}  // namespace consent::decision::law
