#include "decision/local_time.hpp"

#include "consent/numbering.hpp"

namespace consent {

Whereabouts whereabouts(PhoneNumber number, const std::optional<Numbering>& numbering) noexcept {
  static const Numbering plan = Numbering::built_in();
  const NumberFacts facts = numbering ? numbering->lookup(number) : plan.lookup(number);
  return {facts.zones, facts.kind == NumberKind::mobile};
}

ContactCounts count_contacts(std::span<const EarlierContact> earlier, Instant at,
                             ZoneSet zones) noexcept {
  using decision::Period;
  const LocalOffsets offsets = decision::clocks_or_all(zones, at);
  ContactCounts most;
  for (const std::int16_t clock : offsets) {
    const std::span<const std::int16_t> one(&clock, 1);
    ContactCounts counts;
    for (const EarlierContact& contact : earlier) {
      if (contact.at >= at) continue;
      const auto add = [&](ContactCounts::In& in) {
        if (decision::same_period(contact.at, at, Period::day, one)) ++in.day;
        if (decision::same_period(contact.at, at, Period::week, one)) ++in.week;
        if (decision::same_period(contact.at, at, Period::month, one)) ++in.month;
      };
      add(counts.attempts);
      if (contact.talk) add(counts.talks);
    }
    const auto widen = [](ContactCounts::In& in, const ContactCounts::In& by) {
      in.day = std::max(in.day, by.day);
      in.week = std::max(in.week, by.week);
      in.month = std::max(in.month, by.month);
    };
    widen(most.attempts, counts.attempts);
    widen(most.talks, counts.talks);
  }
  return most;
}

}  // namespace consent
