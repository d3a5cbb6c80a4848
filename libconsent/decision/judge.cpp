#include "decision/judge.hpp"

#include <algorithm>
#include <bit>

#include "decision/answer.hpp"
#include "decision/law.hpp"
#include "decision/worth.hpp"

namespace consent {
namespace decision {
namespace {

using Speak = void (*)(Case&, const RuleSet&) noexcept;

/// What speaks for each condition, in the order of Condition; conditions of one consent or of the
/// caller are asked by others, and have none.
constexpr std::array<Speak, condition_count> speakers{
    law::mass_by_machine,
    law::mass_by_count,
    law::stop_demand,
    law::no_consent,
    law::consent_stands,
    law::requested_contact,
    law::other_advertiser,
    law::without_human,
    law::mailing_with_consent,
    law::machine_dialled_person,
    law::sender_not_stated,
    law::caller_not_named,
    law::personal_data_stop,
    law::no_personal_data_consent,
    law::personal_data_unknown,
    law::no_mass_call_consent,
    law::no_mailing_consent,
    law::mass_not_stated,
    law::operator_refused_calls,
    law::operator_refused_mailing,
    law::no_operator_contract,
    law::contracts_not_stated,
    law::operator_not_known,
    law::no_label_contract,
    law::not_labelled,
    law::label_malformed,
    law::foreign_messenger,
    law::messenger_not_stated,
    law::caller_concealed,
    law::concealment_not_stated,
    law::outside_hours,
    law::over_count,
    law::weak_consent,
    law::worth_below,
    law::older_consent,
    law::evidence_lacking,
    law::without_term,
    law::in_contract_without_term,
    law::given_by_addressee,
    law::employee_without_authority,
};

/// What holds whatever the rules say: a restriction, an erasure, a stop.
void ask_standing(Case& it) noexcept {
  if (const Clause* const restricted = standing::restriction(it.holder().clauses(), it.at())) {
    it.rely_on_stop(restricted);
    it.deny(Builtin::restricted, restricted->seq);
  }
  const Clause* const stop = it.consent().stop;
  if (stop == nullptr) return;
  it.lacking[static_cast<std::size_t>(Ground::advertising)] = true;
  if (stop->type == EventType::subject_erased) {
    it.deny(Builtin::erased, stop->seq);
    return;
  }
  it.rely_on_stop(stop);
  if (it.rows_of(Condition::stop_demand).empty()) it.deny(Builtin::stop, stop->seq);
}

void ask_rules(Case& it) noexcept {
  for (std::uint64_t left = it.in_force().conditions; left != 0; left &= left - 1) {
    const auto condition = static_cast<std::size_t>(std::countr_zero(left));
    if (speakers[condition] != nullptr)
      speakers[condition](it, it.rows_of(static_cast<Condition>(condition)));
  }
}

/// After the last day the rules know, rows that say so speak no more for those they concern.
void close_rules(Case& it) noexcept {
  const RulePack::Impl& pack = it.pack();
  if (!pack.known_until || it.at() < *pack.known_until || pack.closing.empty()) return;
  (it.touched() & it.in_force().rows & pack.closing).for_each([&](std::size_t row) {
    const auto rule = static_cast<std::int16_t>(row);
    const bool said = std::any_of(it.unknowns.begin(), it.unknowns.end(),
                                  [&](const auto& item) { return item.rule == rule; });
    if (!said) it.unknowns.put(rule, FindingVerdict::unknown, no_seq);
  });
}

/// Without a row that asks for a consent, a contact may still stand on another ground that the
/// rules name; where they name none the default decides. What a policy leaves open does not take
/// its place. Where the law of the number's country is not loaded, only stops are known.
void ask_default(Case& it) noexcept {
  if (!it.denies.empty() || !it.allows.empty() || it.ground_open) return;
  const standing::Standing& consent = it.consent();
  const bool outside = it.is_outside_advertising() && !it.in_force().rows.empty();
  if (outside && !it.exemption.empty()) {
    it.allow(it.exemption, no_seq);
    it.exempted = {};
    return;
  }
  if (consent.live != nullptr) {
    it.unknown(it.law_loaded() ? Builtin::no_rule : Builtin::no_law, consent.live->seq);
    return;
  }
  if (consent.stop != nullptr) return;
  it.lacking[static_cast<std::size_t>(Ground::advertising)] = true;
  if (!outside && it.law_loaded()) {
    it.deny(Builtin::no_consent, no_seq);
    return;
  }
  // A demand that the use of the data stop is obeyed whatever the contact is for.
  if (const Clause* const stop = it.standing(Ground::personal_data).named_stop) {
    it.rely_on_stop(stop);
    it.deny(Builtin::stop, stop->seq);
  } else {
    it.unknown(it.law_loaded() ? Builtin::no_row : Builtin::no_law, no_seq);
  }
}

/// Where time alone cures the deny: the moment by which every reason given has passed.
std::optional<Instant> judge_once(const ResolvedQuestion& asked, const Subjects& subjects,
                                  const RulePack::Impl& pack, const LogFacts& facts,
                                  Instant counted_at, Judgement& out) noexcept {
  const bool channel_known = static_cast<unsigned>(asked.channel) < RulePack::Impl::channels;
  standing::Holder holder =
      channel_known ? subjects.holder_at(subjects.all, asked.at) : standing::Holder();
  holder.clock_set_back(facts.set_back);
  Case it(asked, pack, holder, facts, counted_at);
  ask_standing(it);
  ask_rules(it);
  close_rules(it);
  ask_default(it);
  Answer(it, out).write();
  if (out.verdict != Verdict::deny || !it.curable || it.cure <= asked.at) return std::nullopt;
  return it.cure;
}

/// First moment after a deny at which the same question is allowed, where time alone brings it.
std::optional<Instant> next_allowed(const ResolvedQuestion& asked, const Subjects& subjects,
                                    const RulePack::Impl& pack, const LogFacts& facts,
                                    Instant cured) noexcept {
  constexpr int steps = 16;
  ResolvedQuestion later = asked;
  for (int step = 0; step < steps; ++step) {
    later.at = cured;
    Judgement out;
    const auto next = judge_once(later, subjects, pack, facts, asked.at, out);
    if (out.verdict == Verdict::allow) return later.at;
    if (!next) return std::nullopt;
    cured = *next;
  }
  return std::nullopt;
}

}  // namespace

Judgement judge_erased(const ResolvedQuestion& asked, const Subjects& subjects,
                       const RulePack& pack, const LogFacts& facts) noexcept {
  Judgement out;
  if (const auto cured = judge_once(asked, subjects, pack.impl(), facts, asked.at, out))
    out.next_allowed = next_allowed(asked, subjects, pack.impl(), facts, *cured);
  return out;
}

}  // namespace decision

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
  return decision::worth(consent, consent.flags, distributor, channel);
}

Judgement judge(const ResolvedQuestion& question, std::span<const SubjectStanding> subjects,
                const RulePack& pack, const LogFacts& facts) noexcept {
  return decision::judge_over(question, standing::Vectors{subjects}, pack, facts);
}

StandingEntries standing_at(const ResolvedQuestion& question,
                            std::span<const SubjectStanding> subjects, const RulePack& pack,
                            const LogFacts& facts) noexcept {
  const standing::Vectors all{subjects};
  standing::Holder holder(all, question.at);
  holder.clock_set_back(facts.set_back);
  decision::Case it(question, pack.impl(), holder, facts, question.at);
  StandingEntries found;
  const standing::Standing& stands = it.consent();
  if (stands.live != nullptr) found.consent = stands.live->seq;
  if (stands.stop != nullptr && stands.stop->type != EventType::subject_erased)
    found.stop = stands.stop->seq;
  if (const Clause* const restricted = standing::restriction(holder.clauses(), question.at))
    found.restriction = restricted->seq;
  return found;
}

}  // namespace consent
