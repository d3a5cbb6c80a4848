#include "consent/event.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "consent/party.hpp"

namespace consent {

namespace {

using namespace std::string_view_literals;

// Order is the enumeration's: the index is the value.
constexpr std::array purpose_words{
    "advertising"sv, "service"sv, "transactional"sv, "survey"sv,  "debt_collection"sv,
    "political"sv,   "social"sv,  "mixed"sv,         "unknown"sv, "reference"sv};
constexpr std::array channel_words{"voice"sv, "robot"sv, "sms"sv, "messenger"sv, "email"sv};
constexpr std::array cover_words{"advertising"sv, "personal_data"sv, "mass_calls"sv, "mailing"sv};
constexpr std::array method_words{"unstated"sv,       "paper"sv,       "qualified_signature"sv,
                                  "sms_code"sv,       "call_code"sv,   "authenticated_app"sv,
                                  "recorded_voice"sv, "key_press"sv,   "web_form"sv,
                                  "operator_note"sv,  "open_source"sv, "email_link"sv,
                                  "sms_reply"sv,      "message"sv};
constexpr std::array giver_words{"unstated"sv, "holder"sv, "addressee"sv, "employee"sv};
constexpr std::array direction_words{"outgoing"sv, "incoming"sv};
constexpr std::array dialled_by_words{"unstated"sv, "person"sv, "machine"sv};
constexpr std::array heard_as_words{"unclear"sv, "person"sv, "robot"sv};
constexpr std::array yes_no_words{"unknown"sv, "yes"sv, "no"sv};
constexpr std::array consent_claim_words{"never"sv, "withdrawn"sv};
constexpr std::array is_advertising_words{"unclear"sv, "yes"sv, "no"sv};
constexpr std::array request_words{"access"sv, "correction"sv, "stop_processing"sv,
                                   "unlawful_processing"sv, "purpose_reached"sv};
constexpr std::array outcome_words{"done"sv, "refused"sv, "extended"sv};
constexpr std::array type_words{
    "log.created"sv,        "consent.asked"sv,      "consent.given"sv,        "consent.refused"sv,
    "consent.withdrawn"sv,  "number.reassigned"sv,  "contact.made"sv,         "operator.refusal"sv,
    "number.classified"sv,  "evidence.added"sv,     "entry.corrected"sv,      "subject.erased"sv,
    "subject.restricted"sv, "subject.held"sv,       "request.received"sv,     "request.answered"sv,
    "contact.received"sv,   "wording.registered"sv, "clock.step"sv,           "log.restored"sv,
    "log.heartbeat"sv,      "log.backed_up"sv,      "log.backup_destroyed"sv, "caller.assigned"sv,
    "caller.released"sv,    "anchor.added"sv,       "map.recorded"sv,         "key.rotated"sv,
    "receipt.issued"sv};

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

}  // namespace

bool is_reserved(EventType type) noexcept {
  return type >= EventType::anchor_added && type <= EventType::receipt_issued;
}

bool is_about_subject(EventType type) noexcept {
  return (type >= EventType::consent_asked && type <= EventType::contact_received) ||
         type == EventType::receipt_issued;
}

EventType type_of(const Event& event) noexcept {
  // The alternatives stand in the order of the types.
  static_assert(std::variant_size_v<Event> ==
                static_cast<std::size_t>(EventType::contact_received));
  return static_cast<EventType>(event.index() + static_cast<std::size_t>(EventType::consent_asked));
}

EventType type_of(const LogEvent& event) noexcept {
  return static_cast<EventType>(event.index() +
                                static_cast<std::size_t>(EventType::wording_registered));
}

std::optional<std::uint64_t> refers_to(const Event& event) noexcept {
  if (const auto* const e = std::get_if<EvidenceAdded>(&event)) return e->of;
  if (const auto* const e = std::get_if<EntryCorrected>(&event)) return e->of;
  if (const auto* const e = std::get_if<RequestAnswered>(&event)) return e->of;
  return std::nullopt;
}

const EventBase& base_of(const Event& event) noexcept {
  return std::visit([](const auto& e) -> const EventBase& { return e; }, event);
}
EventBase& base_of(Event& event) noexcept {
  return std::visit([](auto& e) -> EventBase& { return e; }, event);
}
const EventBase* about_subject(const AnyEvent& event) noexcept {
  if (const auto* const told = std::get_if<Event>(&event)) return &base_of(*told);
  return std::get_if<ReceiptIssued>(&event);
}

Channel channel_asked(const ContactReceived& contact) noexcept {
  const bool robot = contact.channel == Channel::voice && contact.heard == HeardAs::robot;
  return robot ? Channel::robot : contact.channel;
}

Digest hash_of(const Wording& wording) noexcept {
  return wording.sha256 ? *wording.sha256 : sha256(wording.text);
}

namespace {

template <typename Variant>
const Wording* wording_in(const Variant& event) noexcept {
  return std::visit(
      [](const auto& e) -> const Wording* {
        if constexpr (requires { e.wording; }) {
          return &e.wording;
        } else {
          return nullptr;
        }
      },
      event);
}

}  // namespace

const Wording* wording_of(const Event& event) noexcept { return wording_in(event); }
const Wording* wording_of(const AnyEvent& event) noexcept {
  if (const auto* const told = std::get_if<Event>(&event)) return wording_in(*told);
  const auto* const told = std::get_if<LogEvent>(&event);
  return told == nullptr ? nullptr : wording_in(*told);
}

std::string_view to_word(Purpose v) noexcept { return word_of(purpose_words, v); }
std::string_view to_word(Channel v) noexcept { return word_of(channel_words, v); }
std::string_view to_word(Cover v) noexcept { return word_of(cover_words, v); }
std::string_view to_word(Method v) noexcept { return word_of(method_words, v); }
std::string_view to_word(Giver v) noexcept { return word_of(giver_words, v); }
std::string_view to_word(Direction v) noexcept { return word_of(direction_words, v); }
std::string_view to_word(DialledBy v) noexcept { return word_of(dialled_by_words, v); }
std::string_view to_word(HeardAs v) noexcept { return word_of(heard_as_words, v); }
std::string_view to_word(YesNo v) noexcept { return word_of(yes_no_words, v); }
std::string_view to_word(ConsentClaim v) noexcept { return word_of(consent_claim_words, v); }
std::string_view to_word(IsAdvertising v) noexcept { return word_of(is_advertising_words, v); }
std::string_view to_word(RequestKind v) noexcept { return word_of(request_words, v); }
std::string_view to_word(RequestOutcome v) noexcept { return word_of(outcome_words, v); }
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
std::optional<HeardAs> from_word(std::string_view w) noexcept {
  return value_of<HeardAs>(heard_as_words, w);
}
template <>
std::optional<YesNo> from_word(std::string_view w) noexcept {
  return value_of<YesNo>(yes_no_words, w);
}
template <>
std::optional<ConsentClaim> from_word(std::string_view w) noexcept {
  return value_of<ConsentClaim>(consent_claim_words, w);
}
template <>
std::optional<IsAdvertising> from_word(std::string_view w) noexcept {
  return value_of<IsAdvertising>(is_advertising_words, w);
}
template <>
std::optional<RequestKind> from_word(std::string_view w) noexcept {
  return value_of<RequestKind>(request_words, w);
}
template <>
std::optional<RequestOutcome> from_word(std::string_view w) noexcept {
  return value_of<RequestOutcome>(outcome_words, w);
}
template <>
std::optional<PersonalData> from_word(std::string_view w) noexcept {
  using enum PersonalData;
  for (const auto answer : {unknown, yes, no}) {
    if (to_word(answer) == w) return answer;
  }
  return std::nullopt;
}
template <>
std::optional<SubscriberKind> from_word(std::string_view w) noexcept {
  return subscriber_kind(w);
}
template <>
std::optional<EventType> from_word(std::string_view w) noexcept {
  return value_of<EventType>(type_words, w);
}

}  // namespace consent
