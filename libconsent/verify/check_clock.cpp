// Of what writes a bundle this file shares the reader of entries alone, as pack_check.cpp.
#include "verify/check_clock.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "consent/event.hpp"
#include "verify/step.hpp"

namespace consent::bundle {
namespace {

/// The time that a step back shows; nullopt for any other entry.
std::optional<Instant> set_back_to(const Read& entry) {
  const auto* const step = entry.says<ClockStep>();
  if (entry.type != EventType::clock_step || entry.subject || step == nullptr ||
      !entry.body.broken.empty() || step->after >= step->before) {
    return std::nullopt;
  }
  return step->after;
}

bool permits(EventType type) {
  return type == EventType::consent_given || type == EventType::subject_restricted ||
         type == EventType::caller_assigned;
}

bool makes_doubtful(const Read& step, const Read& entry) {
  const auto to = set_back_to(step);
  return step.seq > entry.seq && to && entry.recorded > *to;
}

/// What the question names, as far as a stop can.
struct Asked {
  std::optional<Instant> at;
  std::optional<Purpose> purpose;
  std::optional<Channel> channel;
  std::string distributor, campaign;
};

Asked asked_of(const json::Value& of_case) {
  const json::Value& question = *of_case.find("question");
  const auto text = [&](std::string_view key) {
    const std::string* const found = text_of(question, key);
    return found == nullptr ? std::string() : *found;
  };
  return {parse_stored_instant(text("at")), from_word<Purpose>(text("purpose")),
          from_word<Channel>(text("channel")), text("distributor"), text("campaign")};
}

/// Whether a stop had been said by the moment asked about, and covers all that the question and the
/// consent name.
template <typename E>
bool ends(const E& stop, Instant said, const Read& entry, const ConsentGiven& consent,
          const Asked& asked) {
  if (!asked.at || !asked.purpose || !asked.channel || std::min(said, entry.recorded) > *asked.at) {
    return false;
  }
  if (!stop.campaign.empty() && stop.campaign != asked.campaign) return false;
  const auto all_or = [](const auto& set, auto value) {
    return set.empty() || set.contains(value);
  };
  if (!all_or(stop.purposes, *asked.purpose) || !all_or(stop.channels, *asked.channel))
    return false;
  if (stop.distributors && !stop.distributors->empty() &&
      std::find(stop.distributors->begin(), stop.distributors->end(), asked.distributor) ==
          stop.distributors->end()) {
    return false;
  }
  return stop.covers.empty() || (consent.covers.bits() & ~stop.covers.bits()) == 0;
}

bool ends(const Read& entry, const ConsentGiven& consent, const Asked& asked) {
  if (const auto* const refused = entry.says<ConsentRefused>())
    return ends(*refused, refused->happened, entry, consent, asked);
  if (const auto* const taken = entry.says<ConsentWithdrawn>())
    return ends(*taken, taken->received_at.value_or(taken->happened), entry, consent, asked);
  return false;
}

void check_named(const json::Value& answer, std::span<const Read> clock) {
  const json::Value* const findings = answer.find("findings");
  if (findings == nullptr || findings->array() == nullptr) return;
  for (const json::Value& finding : *findings->array()) {
    const std::string* const rule = text_of(finding, "rule");
    if (rule == nullptr || *rule != "standing/clock-set-back") continue;
    const std::int64_t* const seq = integer_of(finding, "seq");
    if (seq == nullptr || std::none_of(clock.begin(), clock.end(), [&](const Read& step) {
          return static_cast<std::int64_t>(step.seq) == *seq;
        })) {
      refute(7, "the answer names a step of the clock that is not here");
    }
  }
}

}  // namespace

void check_clock(const json::Value& of_case, std::span<const Read> entries,
                 std::span<const Read> callers, std::span<const Read> clock) {
  for (const Read& step : clock) {
    if (!set_back_to(step))
      refute(7, Message("entry {} does not set the clock back", step.seq), step.seq);
    const auto doubtful = [&](const Read& entry) {
      return permits(entry.type) && makes_doubtful(step, entry);
    };
    if (std::none_of(entries.begin(), entries.end(), doubtful) &&
        std::none_of(callers.begin(), callers.end(), doubtful)) {
      refute(7, Message("entry {} makes no entry here doubtful", step.seq), step.seq);
    }
  }
  const json::Value& answer = *of_case.find("answer");
  check_named(answer, clock);
  const std::string* const verdict = text_of(answer, "verdict");
  const std::int64_t* const relied_on = integer_of(answer, "relied_on");
  if (relied_on == nullptr || verdict == nullptr || *verdict != "allow") return;
  const Asked asked = asked_of(of_case);
  for (const Read& entry : entries) {
    const auto* const consent = entry.says<ConsentGiven>();
    if (consent == nullptr || static_cast<std::int64_t>(entry.seq) != *relied_on) continue;
    for (const Read& stop : entries) {
      const bool doubtful = std::any_of(clock.begin(), clock.end(), [&](const Read& step) {
        return step.seq < stop.seq && makes_doubtful(step, entry);
      });
      if (doubtful && ends(stop, *consent, asked)) {
        refute(7,
               Message("the answer relies on entry {} over the stop of entry {}, recorded after it",
                       entry.seq, stop.seq),
               stop.seq);
      }
    }
  }
}

}  // namespace consent::bundle
