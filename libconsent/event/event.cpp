#include "consent/event.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "consent/error.hpp"
#include "consent/party.hpp"
#include "event/encode.hpp"

namespace consent {

namespace {

using namespace std::string_view_literals;

// Order is the enumeration's: the index is the value.
constexpr std::array purpose_words{"advertising"sv, "service"sv,         "transactional"sv,
                                   "survey"sv,      "debt_collection"sv, "political"sv,
                                   "social"sv,      "mixed"sv,           "unknown"sv};
constexpr std::array channel_words{"voice"sv, "robot"sv, "sms"sv, "messenger"sv, "email"sv};
constexpr std::array cover_words{"advertising"sv, "personal_data"sv, "mass_calls"sv, "mailing"sv};
constexpr std::array method_words{"unstated"sv,       "paper"sv,       "qualified_signature"sv,
                                  "sms_code"sv,       "call_code"sv,   "authenticated_app"sv,
                                  "recorded_voice"sv, "key_press"sv,   "web_form"sv,
                                  "operator_note"sv,  "open_source"sv, "email_link"sv};
constexpr std::array giver_words{"unstated"sv, "holder"sv, "addressee"sv, "employee"sv};
constexpr std::array direction_words{"outgoing"sv, "incoming"sv};
constexpr std::array dialled_by_words{"unstated"sv, "person"sv, "machine"sv};
constexpr std::array type_words{"log.created"sv,     "consent.asked"sv,     "consent.given"sv,
                                "consent.refused"sv, "consent.withdrawn"sv, "number.reassigned"sv,
                                "contact.made"sv};

template <typename E, std::size_t N>
std::string_view word_of(const std::array<std::string_view, N>& words, E value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? words[index] : std::string_view{};
}

template <typename E, std::size_t N>
std::optional<E> value_of(const std::array<std::string_view, N>& words,
                          std::string_view word) noexcept {
  const auto* const found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<E>(found - words.begin());
}

[[noreturn]] void refuse(std::string_view field, std::string_view rule) {
  throw Error(ErrorCode::invalid_argument, std::string(field).append(": ").append(rule));
}

bool has_digit_run(std::string_view text, int limit) noexcept {
  int run = 0;
  for (const char c : text) {
    run = (c >= '0' && c <= '9') ? run + 1 : 0;
    if (run >= limit) return true;
  }
  return false;
}

// Free text is where personal data leak into entries for ever, so a word has no spaces, is short,
// and has no run of digits that could be a telephone number.
void check_word(std::string_view field, std::string_view word) {
  constexpr std::size_t max_word = 64;
  constexpr int phone_like = 10;
  if (word.size() > max_word) refuse(field, "longer than 64 bytes");
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '"' || c == '\\') {
      refuse(field, "a short word without spaces, quotes and control characters is needed");
    }
  }
  if (has_digit_run(word, phone_like)) {
    refuse(field, "holds ten or more digits in a row: a number has no place in an entry");
  }
}

void check_party(std::string_view field, std::string_view id) {
  if (id.empty()) refuse(field, "an empty name");
  const bool digits =
      std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    const auto problem = check_inn(id);
    if (problem != IdentifierProblem::ok) {
      refuse(field, std::string("not an INN (").append(to_word(problem)).append(")"));
    }
    return;
  }
  check_word(field, id);
}

void check_parties(std::string_view field, const std::vector<std::string>& ids) {
  constexpr std::size_t most = 64;
  if (ids.size() > most) refuse(field, "more than 64 names");
  for (const auto& id : ids) check_party(field, id);
}

void check_wording(const Wording& wording, PhoneNumber number) {
  constexpr std::size_t max_text = 64 * 1024;
  if (wording.text.size() > max_text) refuse("wording", "longer than 64 KiB");
  if (wording.text.empty()) return;
  // Wordings are kept in clear under a bare hash: a personalised text would be personal data.
  std::string digits;
  for (const char c : wording.text) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  const std::string own = std::to_string(number.digits());
  const std::string_view national =
      std::string_view(own).substr(own.size() > 10 ? own.size() - 10 : 0);
  if (digits.find(national) != std::string::npos) {
    refuse("wording", "holds the subscriber's number: keep a personalised text as evidence");
  }
}

template <typename E>
void check_set(std::string_view field, SetOf<E> set, std::size_t count) {
  if (set.bits() >> count != 0) refuse(field, "a value outside the list");
}

void check_scope(Covers covers, Purposes purposes, Channels channels) {
  check_set("covers", covers, cover_words.size());
  check_set("purposes", purposes, purpose_words.size());
  check_set("channels", channels, channel_words.size());
}

struct Check {
  void operator()(const ConsentAsked& e) const {
    check_scope(e.covers, e.purposes, e.channels);
    if (e.distributors) check_parties("distributors", *e.distributors);
    check_word("campaign", e.campaign);
    check_wording(e.wording, e.number);
  }
  void operator()(const ConsentGiven& e) const {
    check_scope(e.covers, e.purposes, e.channels);
    if (e.covers.empty()) refuse("covers", "a consent must say what it is given to");
    if (e.purposes.empty()) refuse("purposes", "a consent must name at least one");
    if (e.channels.empty()) refuse("channels", "a consent must name at least one");
    if (e.distributors) check_parties("distributors", *e.distributors);
    check_parties("acts_for", e.acts_for);
    if (!e.advertiser.empty()) check_party("advertiser", e.advertiser);
    check_word("campaign", e.campaign);
    check_wording(e.wording, e.number);
    if (e.until && *e.until <= e.happened) refuse("until", "not after the moment of consent");
    check_word("authority", e.authority);
    if (to_word(e.method).empty()) refuse("method", "a value outside the list");
    if (to_word(e.giver).empty()) refuse("giver", "a value outside the list");
  }
  void operator()(const ConsentRefused& e) const {
    check_scope(e.covers, e.purposes, e.channels);
    if (e.distributors) check_parties("distributors", *e.distributors);
    check_word("campaign", e.campaign);
    check_wording(e.wording, e.number);
    if (to_word(e.method).empty()) refuse("method", "a value outside the list");
  }
  void operator()(const ConsentWithdrawn& e) const {
    check_scope(e.covers, e.purposes, e.channels);
    if (e.distributors) check_parties("distributors", *e.distributors);
    check_word("campaign", e.campaign);
    if (to_word(e.means).empty()) refuse("means", "a value outside the list");
  }
  void operator()(const NumberReassigned& /*e*/) const {}
  void operator()(const ContactMade& e) const {
    if (to_word(e.channel).empty()) refuse("channel", "a value outside the list");
    if (to_word(e.purpose).empty()) refuse("purpose", "a value outside the list");
    if (to_word(e.direction).empty()) refuse("direction", "a value outside the list");
    if (to_word(e.dialled_by).empty()) refuse("dialled_by", "a value outside the list");
    if (!e.distributor.empty()) check_party("distributor", e.distributor);
    if (!e.caller.empty()) check_party("caller", e.caller);
    check_word("outcome", e.outcome);
    check_word("agent_ref", e.agent_ref);
    check_word("campaign", e.campaign);
    constexpr std::int64_t most_seconds = 7 * 24 * 3600;
    if (e.duration_s && (*e.duration_s < 0 || *e.duration_s > most_seconds)) {
      refuse("duration_s", "outside 0 to one week");
    }
  }
};

}  // namespace

EventType type_of(const Event& event) noexcept {
  constexpr std::array types{EventType::consent_asked,     EventType::consent_given,
                             EventType::consent_refused,   EventType::consent_withdrawn,
                             EventType::number_reassigned, EventType::contact_made};
  return types.at(event.index());
}

const EventBase& base_of(const Event& event) noexcept {
  return std::visit([](const auto& e) -> const EventBase& { return e; }, event);
}

std::string_view to_word(Purpose v) noexcept { return word_of(purpose_words, v); }
std::string_view to_word(Channel v) noexcept { return word_of(channel_words, v); }
std::string_view to_word(Cover v) noexcept { return word_of(cover_words, v); }
std::string_view to_word(Method v) noexcept { return word_of(method_words, v); }
std::string_view to_word(Giver v) noexcept { return word_of(giver_words, v); }
std::string_view to_word(Direction v) noexcept { return word_of(direction_words, v); }
std::string_view to_word(DialledBy v) noexcept { return word_of(dialled_by_words, v); }
std::string_view to_word(EventType v) noexcept { return word_of(type_words, v); }

template <>
std::optional<Purpose> from_word(std::string_view w) noexcept {
  return value_of<Purpose>(purpose_words, w);
}
template <>
std::optional<Channel> from_word(std::string_view w) noexcept {
  return value_of<Channel>(channel_words, w);
}
template <>
std::optional<Cover> from_word(std::string_view w) noexcept {
  return value_of<Cover>(cover_words, w);
}
template <>
std::optional<Method> from_word(std::string_view w) noexcept {
  return value_of<Method>(method_words, w);
}
template <>
std::optional<Giver> from_word(std::string_view w) noexcept {
  return value_of<Giver>(giver_words, w);
}
template <>
std::optional<Direction> from_word(std::string_view w) noexcept {
  return value_of<Direction>(direction_words, w);
}
template <>
std::optional<DialledBy> from_word(std::string_view w) noexcept {
  return value_of<DialledBy>(dialled_by_words, w);
}
template <>
std::optional<EventType> from_word(std::string_view w) noexcept {
  return value_of<EventType>(type_words, w);
}

void validate(const Event& event) {
  check_word("source", base_of(event).source);
  std::visit(Check{}, event);
}

}  // namespace consent
