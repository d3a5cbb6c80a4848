#include "consent/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>

#include "base/toml_reader.hpp"
#include "consent/error.hpp"
#include "rules_data.hpp"

namespace consent {

struct OutcomePack::Impl {
  std::string version;
  std::vector<CallOutcome> outcomes;
  std::vector<OutcomeRule> rules;
};

namespace {

using Words = std::span<const std::string_view>;
constexpr std::array<std::string_view, 5> reached_words{"unknown", "nobody", "machine", "somebody",
                                                        "decision_maker"};
constexpr std::array<std::string_view, 4> retry_words{"unknown", "no", "within_cap", "when_asked"};
constexpr std::array<std::string_view, 4> further_words{"unchanged", "not_this_campaign",
                                                        "own_consent", "stopped"};
constexpr std::array<std::string_view, 4> record_words{"", "withdrawal", "consent", "call_back"};
constexpr std::array<std::string_view, 4> condition_words{
    "contact_after_suspension", "advertising_same_campaign", "advertising_without_own_consent",
    "withdrawal_not_recorded"};

template <typename E>
std::string_view word_of(Words words, E value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < words.size() ? words[index] : std::string_view{};
}

/// Reads the file from top to bottom; every refusal names it and the row.
class Reader : TomlReader {
 public:
  explicit Reader(std::string file) : TomlReader(std::move(file)) {}

  template <typename Pack>
  void read(std::string_view toml, Pack& pack) {
    const toml::table root = parse(toml);
    only(root, {"schema", "version", "kind", "read_by", "read_on", "outcome", "rule"});
    if (root["schema"].template value_exact<std::int64_t>() != 1) fail("'schema' is not 1");
    pack.version = text(root, "version");
    if (text(root, "kind") != "policy") fail("'kind' must be policy: no law lists outcomes");
    static_cast<void>(text(root, "read_by"));
    if (!root["read_on"].is_date()) fail("'read_on' must be a local date");
    for_each(root, "outcome", [&](const toml::table& t) {
      CallOutcome outcome = read_outcome(t);
      for (const auto& other : pack.outcomes) {
        if (other.id == outcome.id) fail("listed twice");
      }
      pack.outcomes.push_back(std::move(outcome));
    });
    if (pack.outcomes.front().id != "unknown") fail("the first outcome must be unknown");
    if (pack.outcomes.size() > most) fail("too many outcomes");
    for_each(root, "rule", [&](const toml::table& t) {
      OutcomeRule rule = read_rule(t);
      for (const auto& other : pack.rules) {
        if (other.id == rule.id || other.condition == rule.condition) fail("listed twice");
      }
      pack.rules.push_back(std::move(rule));
    });
  }

 private:
  static constexpr std::size_t most = 1000;

  [[nodiscard]] std::string text(const toml::table& t, std::string_view key,
                                 bool needed = true) const {
    return needed ? word(t, key) : optional_word(t, key);
  }
  template <typename E>
  [[nodiscard]] E one_of(const toml::table& t, std::string_view key, Words words,
                         bool needed = true) const {
    const std::string value = text(t, key, needed);
    const auto found = std::find(words.begin(), words.end(), value);
    if (found == words.end()) fail(Message("'{}' does not know the word '{}'", key, value));
    return static_cast<E>(found - words.begin());
  }

  CallOutcome read_outcome(const toml::table& t) {
    CallOutcome outcome;
    outcome.id = text(t, "id");
    at(fmt::format("outcome {}", outcome.id));
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_";
    constexpr std::size_t longest = 32;
    if (outcome.id.size() > longest || outcome.id.find_first_not_of(letters) != std::string::npos) {
      fail("'id' must be a short word of a-z and _");
    }
    only(t, {"id", "name", "name_ru", "reached", "retry", "consent", "advertising", "record",
             "leans_on", "why", "why_ru", "source"});
    outcome.name = text(t, "name");
    outcome.name_ru = text(t, "name_ru");
    outcome.reached = one_of<Reached>(t, "reached", reached_words);
    outcome.retry = one_of<Retry>(t, "retry", retry_words);
    constexpr std::array<std::string_view, 2> consents{"unchanged", "suspended"};
    outcome.suspends = one_of<int>(t, "consent", consents) == 1;
    outcome.advertising = one_of<Further>(t, "advertising", further_words);
    outcome.record = one_of<ToRecord>(t, "record", record_words, false);
    outcome.leans_on = text(t, "leans_on", false);
    outcome.why = text(t, "why");
    outcome.why_ru = text(t, "why_ru");
    outcome.source = text(t, "source");
    if (outcome.suspends && outcome.record == ToRecord::withdrawal) {
      fail("a suspended consent is no withdrawal");
    }
    if ((outcome.advertising == Further::stopped) != (outcome.record == ToRecord::withdrawal)) {
      fail("advertising is stopped by a withdrawal that is recorded, and by nothing else");
    }
    return outcome;
  }

  OutcomeRule read_rule(const toml::table& t) {
    OutcomeRule rule;
    rule.id = text(t, "id");
    at(fmt::format("rule {}", rule.id));
    only(t, {"id", "condition", "leans_on", "why", "why_ru", "source"});
    rule.condition = one_of<OutcomeCondition>(t, "condition", condition_words);
    rule.leans_on = text(t, "leans_on", false);
    rule.why = text(t, "why");
    rule.why_ru = text(t, "why_ru");
    rule.source = text(t, "source");
    return rule;
  }

  std::string file_, where_;
};

/// Whether a consent was given after one moment and before another.
bool consented_between(std::span<const Expressed> expressed, Instant after, Instant before) {
  return std::any_of(expressed.begin(), expressed.end(), [&](const Expressed& e) {
    return !e.stop && e.said > after && e.said < before;
  });
}

/// Whether the log holds a stop that was said in that contact or later, or one that stood already.
bool stop_recorded(std::span<const Expressed> expressed, Instant at) {
  std::optional<Instant> stopped;
  for (const Expressed& e : expressed) {
    if (!e.stop) continue;
    if (e.said >= at) return true;
    if (!stopped || e.said > *stopped) stopped = e.said;
  }
  return stopped && !std::any_of(expressed.begin(), expressed.end(), [&](const Expressed& e) {
           return !e.stop && e.said > *stopped && e.said <= at;
         });
}

}  // namespace

std::string_view to_word(Reached value) noexcept { return word_of(reached_words, value); }
std::string_view to_word(Retry value) noexcept { return word_of(retry_words, value); }
std::string_view to_word(Further value) noexcept { return word_of(further_words, value); }
std::string_view to_word(ToRecord value) noexcept { return word_of(record_words, value); }
std::string_view to_word(OutcomeCondition value) noexcept {
  return word_of(condition_words, value);
}

OutcomePack OutcomePack::from_toml(std::string_view toml, const std::string& name) {
  auto impl = std::make_shared<Impl>();
  Reader(name).read(toml, *impl);
  return OutcomePack(std::move(impl));
}
OutcomePack OutcomePack::standard() {
  static const OutcomePack pack = from_toml(rules_data::outcomes(), "outcomes.toml");
  return pack;
}
std::string_view OutcomePack::version() const noexcept { return impl_->version; }
std::span<const CallOutcome> OutcomePack::outcomes() const& noexcept { return impl_->outcomes; }
std::span<const OutcomeRule> OutcomePack::rules() const& noexcept { return impl_->rules; }
std::optional<std::uint16_t> OutcomePack::find(std::string_view id) const noexcept {
  for (std::size_t i = 0; i < impl_->outcomes.size(); ++i) {
    if (impl_->outcomes[i].id == id) return static_cast<std::uint16_t>(i);
  }
  return std::nullopt;
}

std::vector<OutcomeFinding> judge_outcomes(const OutcomePack& pack,
                                           std::span<const EndedContact> contacts,
                                           std::span<const Expressed> expressed) {
  std::vector<OutcomeFinding> found;
  const auto outcomes = pack.outcomes();
  const auto rules = pack.rules();
  const auto say = [&](std::size_t contact, OutcomeCondition condition, std::size_t because) {
    for (std::size_t rule = 0; rule < rules.size(); ++rule) {
      if (rules[rule].condition == condition) found.push_back({contact, rule, because});
    }
  };
  // What an earlier contact left behind holds until a consent given after it.
  std::optional<std::size_t> suspended, lost;
  std::map<std::uint32_t, std::size_t> declined;  // by campaign
  const auto holds = [&](std::size_t earlier, const EndedContact& now) {
    return contacts[earlier].at < now.at &&
           !consented_between(expressed, contacts[earlier].at, now.at);
  };
  for (std::size_t i = 0; i < contacts.size(); ++i) {
    const EndedContact& contact = contacts[i];
    if (contact.outgoing) {
      using enum OutcomeCondition;
      if (suspended && holds(*suspended, contact)) say(i, contact_after_suspension, *suspended);
      if (contact.advertising) {
        const auto no = declined.find(contact.campaign);
        if (no != declined.end() && holds(no->second, contact)) {
          say(i, advertising_same_campaign, no->second);
        }
        if (lost && holds(*lost, contact)) say(i, advertising_without_own_consent, *lost);
      }
    }
    const CallOutcome& outcome = outcomes[contact.outcome < outcomes.size() ? contact.outcome : 0];
    if (outcome.suspends) suspended = i;
    if (outcome.advertising == Further::not_this_campaign) declined[contact.campaign] = i;
    if (outcome.advertising == Further::own_consent) lost = i;
    if (outcome.record == ToRecord::withdrawal && !stop_recorded(expressed, contact.at)) {
      say(i, OutcomeCondition::withdrawal_not_recorded, i);
    }
  }
  return found;
}

}  // namespace consent
