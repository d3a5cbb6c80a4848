#include "bundle/contact_answer.hpp"

#include <algorithm>
#include <utility>

namespace consent {

namespace {

/// Stands for a distributor whom nobody knows: no consent and no stop names it.
constexpr std::string_view nobody_known = "not-established";

bool is_diary(const Log& log) { return log.identity().subscriber.has_value(); }

/// Whether a consent given by then might be the unknown distributor's.
bool holds_consent(std::span<const OpenedEntry> entries, Instant at) {
  return std::any_of(entries.begin(), entries.end(), [at](const OpenedEntry& each) {
    const AnyEvent said = decode_event(each.entry);
    const auto* const given = get_if<ConsentGiven>(said);
    return given != nullptr && given->happened <= at;
  });
}

Finding not_established(bool consents) {
  Finding finding;
  finding.rule = "distributor/not-established";
  finding.verdict = FindingVerdict::warn;
  finding.why = consents
                    ? "For whom the contact was made is not established, and one of the consents "
                      "recorded here might be theirs."
                    : "For whom the contact was made is not established: whoever it was must prove "
                      "a consent, and none is recorded here.";
  finding.why_ru = consents
                       ? "Для кого обращались, не установлено, и одно из записанных здесь согласий "
                         "может оказаться их."
                       : "Для кого обращались, не установлено: кто бы это ни был, согласие "
                         "доказывает он, а здесь его не записано.";
  return finding;
}

}  // namespace

Answered answer(const Log& log, const RulePack& pack, Question question,
                std::span<const OpenedEntry> entries) {
  if (!question.distributor.empty() || !is_diary(log)) {
    Decision decision = may_contact(log, pack, question);
    return {std::move(question), std::move(decision)};
  }
  Question asked = question;
  asked.distributor = nobody_known;
  Decision decision = may_contact(log, pack, asked);
  const bool consents = holds_consent(entries, question.at);
  if (consents && decision.verdict == Verdict::deny && !decision.relied_on) {
    decision.verdict = Verdict::unknown;
  }
  decision.findings.insert(decision.findings.begin(), not_established(consents));
  return {std::move(question), std::move(decision)};
}

std::optional<Question> question_of(const Log& log, const OpenedEntry& entry,
                                    const Question& base) {
  const AnyEvent said = decode_event(entry);
  Question question = base;
  question.counts.reset();
  if (const auto* const made = get_if<ContactMade>(said)) {
    question.at = made->happened;
    question.purpose = made->purpose;
    question.channel = made->channel;
    question.dialled_by = made->dialled_by;
    question.distributor =
        made->distributor.empty() ? log.identity().distributor : made->distributor;
    question.campaign = made->campaign;
    question.caller.id = made->caller;
    return question;
  }
  if (const auto* const received = get_if<ContactReceived>(said)) {
    question.at = received->happened;
    question.purpose = received->purpose;
    question.channel = channel_asked(*received);
    // A person who talks may have been dialled by a machine.
    question.dialled_by =
        received->heard == HeardAs::robot ? DialledBy::machine : DialledBy::unstated;
    question.distributor = received->distributor;
    question.campaign.clear();
    question.caller.id.clear();
    return question;
  }
  return std::nullopt;
}

std::vector<std::uint64_t> contacts_among(std::span<const OpenedEntry> entries) {
  std::vector<std::uint64_t> contacts;
  for (const OpenedEntry& each : entries) {
    if (each.entry.type == EventType::contact_made ||
        each.entry.type == EventType::contact_received) {
      contacts.push_back(each.entry.seq);
    }
    if (each.entry.type != EventType::entry_corrected) continue;
    const AnyEvent said = decode_event(each.entry);
    const auto* const corrected = get_if<EntryCorrected>(said);
    if (corrected != nullptr && corrected->fields.empty()) std::erase(contacts, corrected->of);
  }
  return contacts;
}

}  // namespace consent
