#include <algorithm>
#include <vector>

#include "consent/callers.hpp"
#include "consent/clock.hpp"
#include "consent/decision.hpp"
#include "consent/history.hpp"
#include "consent/log_standing.hpp"
#include "decision/conditions.hpp"
#include "decision/doubt.hpp"
#include "decision/resolve.hpp"
#include "decision/rule_pack.hpp"
#include "event/decode.hpp"

namespace consent {
namespace {

bool is_message(Channel channel) {
  return channel == Channel::sms || channel == Channel::messenger || channel == Channel::email;
}

/// Contacts that the log itself holds: outgoing, for this distributor and purpose, calls with calls
/// and messages with messages. One whose length was not noted counts as a talk.
std::optional<EarlierContact> read_contact(const Entry& entry, const Question& question,
                                           std::string_view distributor, std::string_view own) {
  const AnyEvent said = decode_event(entry);
  const ContactMade* const contact = get_if<ContactMade>(said);
  if (contact == nullptr || contact->direction != Direction::outgoing ||
      contact->purpose != question.purpose ||
      is_message(contact->channel) != is_message(question.channel)) {
    return std::nullopt;
  }
  const std::string_view made_for = contact->distributor;
  if ((made_for.empty() ? own : made_for) != distributor) return std::nullopt;
  const bool silent = contact->duration_s && *contact->duration_s == 0;
  return EarlierContact{contact->happened, !silent};
}

/// nullopt where no row in force counts contacts: the entries are then not read.
std::optional<ContactCounts> counts_in(const Log& log, const Question& question,
                                       std::string_view distributor, const RulePack& pack) {
  const RuleSet counting = pack.in_force(question.at, question.purpose, question.channel) &
                           pack.impl().rows_of(decision::Condition::over_count);
  if (counting.empty()) return std::nullopt;
  std::vector<EarlierContact> earlier;
  for (const Entry& entry : history_of(log, question.number, Use::proof())) {
    if (entry.type != EventType::contact_made) continue;
    if (const auto contact =
            read_contact(entry, question, distributor, log.identity().distributor)) {
      earlier.push_back(*contact);
    }
  }
  const Whereabouts where =
      question.whereabouts.value_or(whereabouts(question.number, question.numbering));
  return count_contacts(earlier, question.at, where.zones);
}

}  // namespace

Decision may_contact(const Log& log, const RulePack& pack, const Question& question) {
  // What the log knows against itself first, then the size: an entry appended meanwhile may be
  // seen, none before it is missed.
  const Soundness soundness = log.soundness();
  const std::uint64_t size = log.size();
  const auto distributors = distributors_of(log);
  const std::string_view distributor = decision::meant_or_throw(question.distributor, distributors);
  const auto subjects = standing_of(log, question.number);
  Terms terms = terms_of(log);
  std::vector<AssignedCaller> assigned;
  if (!question.caller.id.empty() && question.caller.id != distributor)
    assigned = decision::resolved(assignments(log), terms);
  const std::vector<ClockSetBack> set_back = clock_set_back(log);
  ResolvedQuestion resolved = decision::resolved(question, distributor, terms);
  if (!resolved.counts) resolved.counts = counts_in(log, question, distributor, pack);
  decision::Doubts doubts = decision::doubts_of(soundness);
  doubts.broken = std::any_of(subjects.begin(), subjects.end(),
                              [](const SubjectStanding& each) { return each.broken; });
  return explain(decision::judge_log(resolved, standing::Vectors{subjects}, pack,
                                     {assigned, set_back}, doubts),
                 resolved, pack, size, decision::caller_hash(question), soundness.impairment);
}

}  // namespace consent
