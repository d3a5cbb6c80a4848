#include "duties/broken_stops.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "consent/error.hpp"
#include "event/decode.hpp"
#include "standing/holder.hpp"
#include "standing/standing.hpp"

namespace consent {
namespace {

/// A key that is gone leaves no number. One of the country then: its rules ask the most of a
/// consent, so that no breach goes unseen.
PhoneNumber number_of(const Log& log, std::uint64_t seq) {
  static const PhoneNumber some = *PhoneNumber::from_digits(79000000000);
  try {
    const OpenedEntry opened = log.open_entry(seq);
    return number_in(opened.details).value_or(some);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found && error.code() != ErrorCode::storage) throw;
    return some;
  }
}

/// Of each subject whose number had several, the tags of all, oldest first.
std::map<Digest, std::vector<Digest>> siblings(const Log& log) {
  std::map<Digest, std::vector<Digest>> found;
  try {
    log.for_each_standing([&](PhoneNumber, std::span<const SubjectStanding> subjects) {
      if (subjects.size() < 2) return;
      std::vector<Digest> tags;
      for (const SubjectStanding& each : subjects) tags.push_back(each.tag);
      for (const Digest& tag : tags) found.emplace(tag, tags);
    });
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found && error.code() != ErrorCode::storage) throw;
  }
  return found;
}

}  // namespace

void BrokenStops::take(const Entry& entry, const AnyEvent& said) {
  if (const auto* const step = get_if<ClockStep>(said)) {
    if (standing::sets_back(step->before, step->after))
      set_back_.push_back({entry.seq, step->after});
    return;
  }
  const auto* const event = std::get_if<Event>(&said);
  if (event == nullptr || !entry.subject) return;
  const Digest& tag = entry.subject->tag;
  if (speaks_to_standing(entry.type)) {
    SubjectStanding& standing = standings_[tag];
    standing.tag = tag;
    append_clauses(entry, *event, {}, terms_, standing);
    stopped_ = stopped_ || standing::is_stop(entry.type);
    passed_on_ = passed_on_ || standing.closed.has_value();
  }
  const auto* const made = std::get_if<ContactMade>(event);
  if (made == nullptr || made->direction != Direction::outgoing ||
      !standing::in_family(made->purpose)) {
    return;
  }
  const std::string& made_for = made->distributor.empty() ? own_ : made->distributor;
  contacts_.push_back({entry.seq, tag, made_for.empty() ? 0 : terms_.id_of(made_for),
                       made->campaign.empty() ? 0 : terms_.id_of(made->campaign), made->purpose,
                       made->channel, made->happened});
}

std::map<std::uint64_t, std::uint64_t> BrokenStops::find(const Log& log, const RulePack& pack) {
  std::map<std::uint64_t, std::uint64_t> broken;
  if (!stopped_ || contacts_.empty()) return broken;
  const auto others = passed_on_ ? siblings(log) : std::map<Digest, std::vector<Digest>>{};
  for (const Contact& contact : contacts_) {
    const auto several = others.find(contact.tag);
    const std::vector<Digest> tags =
        several == others.end() ? std::vector<Digest>{contact.tag} : several->second;
    std::vector<SubjectStanding> subjects;
    bool stopped = false;
    for (const Digest& tag : tags) {
      const auto known = standings_.find(tag);
      subjects.push_back(known == standings_.end() ? SubjectStanding{} : known->second);
      const auto& clauses = subjects.back().clauses;
      stopped = stopped || std::any_of(clauses.begin(), clauses.end(), [](const Clause& clause) {
                  return standing::is_stop(clause);
                });
    }
    if (!stopped) continue;
    const ResolvedQuestion question{.number = number_of(log, contact.seq),
                                    .distributor = contact.distributor,
                                    .campaign = contact.campaign,
                                    .purpose = contact.purpose,
                                    .channel = contact.channel,
                                    .dialled_by = DialledBy::unstated,
                                    .at = contact.at,
                                    .basis = Basis::said};
    if (const auto stop = standing_at(question, subjects, pack, {{}, set_back_}).stop)
      broken.emplace(*stop, contact.seq);
  }
  return broken;
}

bool BrokenStops::restricted(const Digest& tag, Instant at) const {
  const auto found = standings_.find(tag);
  return found != standings_.end() && standing::restriction(found->second.clauses, at) != nullptr;
}

}  // namespace consent
