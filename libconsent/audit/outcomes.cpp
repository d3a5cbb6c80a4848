#include <algorithm>
#include <map>
#include <unordered_map>

#include "consent/audit.hpp"
#include "consent/history.hpp"
#include "consent/log_standing.hpp"
#include "decision/resolve.hpp"
#include "event/encode.hpp"

namespace consent {
namespace {

/// A contact of the log within so long of a call is that call: two clocks, one conversation.
constexpr std::chrono::minutes same_call{2};
constexpr std::size_t no_call = ~std::size_t{0};
constexpr std::uint32_t other_campaigns = 2;  // 0: the audited calls'; from here on, others

bool is_advertising_purpose(Purpose purpose) noexcept {
  return purpose == Purpose::advertising || purpose == Purpose::mixed ||
         purpose == Purpose::unknown;
}

/// Everything that was read about one number.
struct NumberStory {
  struct Item {
    EndedContact contact;
    std::size_t call = no_call;
    std::uint64_t seq = no_entry;
  };
  static constexpr std::uint64_t no_entry = ~std::uint64_t{0};
  std::vector<Item> items;
  std::vector<Expressed> expressed;
};

class Stories {
 public:
  Stories(const OutcomePack& pack, const Question& scope, std::uint32_t distributor,
          std::uint32_t campaign)
      : pack_(pack), scope_(scope), distributor_(distributor), campaign_(campaign) {}

  NumberStory& of(PhoneNumber number) { return stories_[number.digits()]; }
  [[nodiscard]] NumberStory* find(PhoneNumber number) {
    const auto found = stories_.find(number.digits());
    return found == stories_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::size_t size() const noexcept { return stories_.size(); }

  /// What the standings say of such contacts by this distributor.
  void express(NumberStory& story, std::span<const SubjectStanding> subjects, std::uint64_t size) {
    for (const SubjectStanding& subject : subjects) {
      for (const Clause& clause : subject.clauses) {
        if (clause.seq >= size) continue;
        const bool given = clause.type == EventType::consent_given;
        const bool stop = clause.type == EventType::consent_refused ||
                          clause.type == EventType::consent_withdrawn;
        if (!given && !stop) continue;
        if (given ? clause.distributor != distributor_
                  : clause.distributor != 0 && clause.distributor != distributor_) {
          continue;
        }
        if (clause.campaign != 0 && clause.campaign != campaign_) continue;
        if (!clause.purposes.empty() && !clause.purposes.contains(scope_.purpose)) continue;
        if (!clause.covers.empty() && !clause.covers.contains(Cover::advertising)) continue;
        if (!clause.channels.empty() && !clause.channels.contains(scope_.channel)) continue;
        story.expressed.push_back({clause.said, stop});
      }
    }
  }

  void take(NumberStory& story, const Entry& entry) {
    if (entry.type != EventType::contact_made) return;
    const AnyEvent said = decode_event(entry);
    const ContactMade& contact = *get_if<ContactMade>(said);
    NumberStory::Item item;
    item.seq = entry.seq;
    // A word of somebody's own says nothing here.
    item.contact.outcome = pack_.find(contact.outcome).value_or(0);
    item.contact.at = contact.happened;
    item.contact.outgoing = contact.direction == Direction::outgoing;
    item.contact.advertising = is_advertising_purpose(contact.purpose);
    item.contact.campaign = campaign_of(contact.campaign);
    story.items.push_back(item);
  }

 private:
  std::uint32_t campaign_of(std::string_view word) {
    if (word == scope_.campaign) return 0;
    const auto next = static_cast<std::uint32_t>(other_campaigns + campaigns_.size());
    return campaigns_.try_emplace(std::string(word), next).first->second;
  }

  const OutcomePack& pack_;
  const Question& scope_;
  std::uint32_t distributor_, campaign_;
  std::unordered_map<std::uint64_t, NumberStory> stories_;
  std::map<std::string, std::uint32_t> campaigns_;
};

void read_log(const Log& log, std::uint64_t size, std::span<const PhoneNumber> numbers,
              Stories& stories) {
  // Few numbers of a large log are asked for one by one; many are picked from one pass over it.
  if (numbers.size() < size / 16) {
    for (const PhoneNumber number : numbers) {
      NumberStory& story = stories.of(number);
      stories.express(story, standing_of(log, number), size);
      for (const Entry& entry : history_of(log, number, Use::proof())) {
        if (entry.seq < size) stories.take(story, entry);
      }
    }
    return;
  }
  std::map<Digest, NumberStory*> by_tag;
  for_each_standing(log, [&](PhoneNumber number, std::span<const SubjectStanding> subjects) {
    NumberStory* const story = stories.find(number);
    if (story == nullptr) return;
    stories.express(*story, subjects, size);
    for (const SubjectStanding& subject : subjects) by_tag.emplace(subject.tag, story);
  });
  log.for_each(0, size, [&](const Entry& entry) {
    if (entry.type != EventType::contact_made || !entry.subject) return;
    const auto found = by_tag.find(entry.subject->tag);
    if (found != by_tag.end()) stories.take(*found->second, entry);
  });
}

/// A call that the log holds as a contact is one contact: the call's, with what the log knows of
/// how it ended where the call's record does not.
void join(NumberStory& story) {
  auto& items = story.items;
  const auto is_call = [](const NumberStory::Item& item) { return item.call != no_call; };
  for (auto& item : items) {
    if (is_call(item) || !item.contact.outgoing) continue;
    for (auto& call : items) {
      if (!is_call(call) || std::chrono::abs(call.contact.at - item.contact.at) > same_call) {
        continue;
      }
      if (call.contact.outcome == 0) call.contact.outcome = item.contact.outcome;
      call.seq = item.seq;
      item.seq = NumberStory::no_entry;
      break;
    }
  }
  std::erase_if(
      items, [&](const auto& item) { return !is_call(item) && item.seq == NumberStory::no_entry; });
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return a.contact.at < b.contact.at; });
}

}  // namespace

OutcomeAudit audit_outcomes(std::span<const Call> calls, std::span<const std::uint16_t> outcomes,
                            const Log& log, const OutcomePack& pack, const Question& scope) {
  if (calls.size() != outcomes.size()) {
    throw Error(ErrorCode::invalid_argument, "outcomes: as many as there are calls");
  }
  const auto distributors = distributors_of(log);
  const std::string_view distributor = decision::meant_or_throw(scope.distributor, distributors);
  const std::uint64_t size = log.size();
  const Terms terms = terms_of(log);
  Stories stories(pack, scope, decision::term(distributor, terms),
                  decision::campaign_term(scope.campaign, terms));
  std::vector<PhoneNumber> numbers;  // in order of first call
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::size_t before = stories.size();
    NumberStory& story = stories.of(calls[i].number);
    if (stories.size() != before) numbers.push_back(calls[i].number);
    NumberStory::Item item;
    item.call = i;
    item.contact = {.at = calls[i].at,
                    .outcome = outcomes[i],
                    .campaign = 0,
                    .outgoing = true,
                    .advertising = is_advertising_purpose(calls[i].purpose)};
    story.items.push_back(item);
  }
  read_log(log, size, numbers, stories);

  OutcomeAudit result;
  result.pack = pack.version();
  result.outcomes.assign(outcomes.begin(), outcomes.end());
  for (const PhoneNumber number : numbers) {
    NumberStory& story = stories.of(number);
    join(story);
    std::vector<EndedContact> contacts;
    contacts.reserve(story.items.size());
    for (const auto& item : story.items) {
      contacts.push_back(item.contact);
      if (item.call != no_call) result.outcomes[item.call] = item.contact.outcome;
    }
    for (const OutcomeFinding& finding : judge_outcomes(pack, contacts, story.expressed)) {
      const auto& at_fault = story.items[finding.contact];
      if (at_fault.call == no_call) continue;  // a contact of the log that nobody asked about
      const auto& because = story.items[finding.because];
      OutcomeAudit::Item item;
      item.call = at_fault.call;
      item.rule = finding.rule;
      if (because.call != no_call) item.because_call = because.call;
      if (because.seq != NumberStory::no_entry) item.because_seq = because.seq;
      item.because_outcome = because.contact.outcome;
      result.items.push_back(item);
    }
  }
  std::stable_sort(result.items.begin(), result.items.end(),
                   [](const auto& a, const auto& b) { return a.call < b.call; });
  return result;
}

}  // namespace consent
