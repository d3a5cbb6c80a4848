#include "consent/event.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "consent/error.hpp"
#include "consent/party.hpp"
#include "event/canonical.hpp"
#include "event/encode.hpp"
#include "event/words.hpp"

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
                                  "operator_note"sv,  "open_source"sv, "email_link"sv,
                                  "sms_reply"sv,      "message"sv};
constexpr std::array giver_words{"unstated"sv, "holder"sv, "addressee"sv, "employee"sv};
constexpr std::array direction_words{"outgoing"sv, "incoming"sv};
constexpr std::array dialled_by_words{"unstated"sv, "person"sv, "machine"sv};
constexpr std::array is_advertising_words{"unclear"sv, "yes"sv, "no"sv};
constexpr std::array request_words{"access"sv, "correction"sv, "stop_processing"sv,
                                   "unlawful_processing"sv, "purpose_reached"sv};
constexpr std::array outcome_words{"done"sv, "refused"sv, "extended"sv};
constexpr std::array type_words{
    "log.created"sv,        "consent.asked"sv,        "consent.given"sv,    "consent.refused"sv,
    "consent.withdrawn"sv,  "number.reassigned"sv,    "contact.made"sv,     "operator.refusal"sv,
    "number.classified"sv,  "evidence.added"sv,       "entry.corrected"sv,  "subject.erased"sv,
    "subject.restricted"sv, "subject.held"sv,         "request.received"sv, "request.answered"sv,
    "wording.registered"sv, "clock.step"sv,           "log.restored"sv,     "log.heartbeat"sv,
    "log.backed_up"sv,      "log.backup_destroyed"sv, "caller.assigned"sv,  "caller.released"sv,
    "anchor.added"sv,       "map.recorded"sv,         "key.rotated"sv,      "receipt.issued"sv};

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

[[noreturn]] void refuse(std::string_view field, const Message& rule) {
  throw Error(ErrorCode::invalid_argument, Message("{}: {}", field, rule));
}

/// The ten digits that a number's spellings share, whatever stands before and between them.
std::string national_digits(PhoneNumber number) {
  constexpr std::size_t length = 10;
  std::string digits = std::to_string(number.digits());
  if (digits.size() > length) digits.erase(0, digits.size() - length);
  return digits;
}

bool holds(std::string_view text, std::string_view national) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  return digits.find(national) != std::string::npos;
}

/// What stands in an entry in clear.
struct Words {
  std::string national;  ///< of the subscriber's number; empty where there is none

  void check_word(std::string_view field, std::string_view word) const {
    if (const auto problem = words::word_problem(word); !problem.empty()) refuse(field, problem);
    // Dashes and brackets hide ten digits in a row from the rule above.
    if (!national.empty() && word.size() >= national.size() && holds(word, national)) {
      refuse(field, "holds the subscriber's number, which has no place in an entry");
    }
  }

  void need_word(std::string_view field, std::string_view word) const {
    if (word.empty()) refuse(field, "is needed");
    check_word(field, word);
  }

  void check_party(std::string_view field, std::string_view id) const {
    if (const auto problem = words::party_problem(id); !problem.empty()) refuse(field, problem);
    const bool is_inn = id.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_inn) check_word(field, id);
  }

  void check_parties(std::string_view field, const std::vector<std::string>& ids) const {
    constexpr std::size_t most = 64;
    if (ids.size() > most) refuse(field, "more than 64 names");
    for (const auto& id : ids) check_party(field, id);
  }

  void check_files(const std::vector<EvidenceFile>& files) const {
    constexpr std::size_t most = 32;
    if (files.size() > most) refuse("files", "more than 32");
    for (const EvidenceFile& each : files) {
      need_word("files: kind", each.kind);
      if (each.bytes.empty() == each.file.empty()) {
        refuse("files", "each needs its bytes or the place it is read from, and not both");
      }
    }
  }
};

void check_text(const Wording& wording) {
  constexpr std::size_t max_text = 64 * 1024;
  if (wording.text.size() > max_text) refuse("wording", "longer than 64 KiB");
}

void check_wording(const Wording& wording, PhoneNumber number) {
  check_text(wording);
  // Wordings are kept in clear under a bare hash: a personalised text would be personal data.
  if (!wording.text.empty() && holds(wording.text, national_digits(number))) {
    refuse(
        "wording",
        "holds the subscriber's number: a personalised text is kept sealed, as a file of the kind "
        "wording");
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

struct Check : Words {
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
    if (e.advertising) {
      if (to_word(e.advertising->answer).empty()) refuse("advertising", "no such answer");
      need_word("advertising.pack", e.advertising->pack);
    }
  }
  void operator()(const OperatorRefusal& e) const {
    constexpr Covers may{Cover::mass_calls, Cover::mailing};
    if (e.covers.empty()) refuse("covers", "a refusal must say what of");
    if ((e.covers.bits() & ~may.bits()) != 0) {
      refuse("covers", "an operator is told of mass_calls and mailing alone");
    }
    if (!e.operator_id.empty()) check_party("operator_id", e.operator_id);
  }
  void operator()(const NumberClassified& e) const {
    if (to_word(e.personal_data).empty()) refuse("personal_data", "a value outside the list");
    if (to_word(e.kind).empty()) refuse("kind", "a value outside the list");
    check_word("row", e.row);
    if (e.inn.empty()) return;
    if (!words::is_organisation_inn(e.inn)) refuse("inn", "not the INN of an organisation");
    if (e.kind == SubscriberKind::person || e.kind == SubscriberKind::sole_trader) {
      refuse("inn", "a person has no organisation's INN");
    }
  }
  void operator()(const EvidenceAdded& e) const {
    check_of(e.of);
    if (e.evidence.empty() && e.files.empty()) refuse("evidence", "at least one file is needed");
    check_word("kind", e.kind);
  }
  void operator()(const EntryCorrected& e) const {
    check_of(e.of);
    need_word("reason", e.reason);
    constexpr std::size_t most = 64;
    if (e.fields.size() > most) refuse("fields", "more than 64 names");
    for (const auto& field : e.fields) need_word("fields", field);
  }
  void operator()(const SubjectErased& e) const {
    need_word("ground", e.ground);
    check_word("scope", e.scope);
  }
  void operator()(const SubjectRestricted& e) const {
    need_word("ground", e.ground);
    if (e.until && *e.until <= e.happened) refuse("until", "not after the beginning");
  }
  void operator()(const SubjectHeld& e) const {
    check_party("by", e.by);
    check_word("ground", e.ground);
    if (e.until && *e.until <= e.happened) refuse("until", "not after the beginning");
  }

  void operator()(const RequestReceived& e) const {
    if (to_word(e.kind).empty()) refuse("kind", "a value outside the list");
    if (to_word(e.means).empty()) refuse("means", "a value outside the list");
  }
  void operator()(const RequestAnswered& e) const {
    check_of(e.of);
    if (to_word(e.outcome).empty()) refuse("outcome", "a value outside the list");
  }

  void operator()(const WordingRegistered& e) const {
    if (e.wording.text.empty()) refuse("wording", "a text is needed");
    check_text(e.wording);
    check_word("language", e.language);
  }
  void operator()(const ClockStep& e) const {
    if (e.before == e.after) refuse("after", "the clock made no step");
  }
  void operator()(const LogRestored& e) const {
    constexpr std::size_t incarnation_bytes = 16;
    if (e.lost_to < e.lost_from) refuse("lost_to", "before lost_from");
    if (e.lost_to > std::uint64_t{canonical::max_integer}) refuse("lost_to", "above 2^53-1");
    need_word("reason", e.reason);
    if (e.incarnation.size() != incarnation_bytes) refuse("incarnation", "not 16 bytes");
  }
  void operator()(const LogHeartbeat& /*e*/) const {}
  void operator()(const LogBackedUp& e) const {
    if (e.size == 0) refuse("size", "a log holds an entry at least");
    if (e.size > std::uint64_t{canonical::max_integer}) refuse("size", "above 2^53-1");
  }
  void operator()(const LogBackupDestroyed& e) const { check_of(e.of); }
  void operator()(const CallerAssigned& e) const {
    check_party("caller", e.caller);
    check_party("distributor", e.distributor);
    if (e.caller == e.distributor) refuse("caller", "the distributor itself needs no assignment");
    check_set("purposes", e.purposes, purpose_words.size());
    check_set("channels", e.channels, channel_words.size());
    check_word("campaign", e.campaign);
    if (e.until && *e.until <= e.from) refuse("until", "not after the beginning");
  }
  void operator()(const CallerReleased& e) const { check_of(e.of); }

 private:
  static void check_of(std::uint64_t of) {
    if (of > std::uint64_t{canonical::max_integer}) refuse("of", "above 2^53-1");
  }
};

}  // namespace

std::string_view words::word_problem(std::string_view word) noexcept {
  constexpr std::size_t max_word = 64;
  constexpr int phone_like = 10;
  if (word.size() > max_word) return "longer than 64 bytes";
  int digits = 0;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '"' || c == '\\') {
      return "a short word without spaces, quotes and control characters is needed";
    }
    digits = (c >= '0' && c <= '9') ? digits + 1 : 0;
    if (digits >= phone_like) {
      return "holds ten or more digits in a row: a number has no place in an entry";
    }
  }
  return {};
}

Message words::party_problem(std::string_view id) {
  if (id.empty()) return "an empty name";
  if (!std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return word_problem(id);
  }
  const auto problem = check_inn(id);
  if (problem == IdentifierProblem::ok) return {};
  return Message("not an INN ({})", Message(to_word(problem)));
}

bool words::is_organisation_inn(std::string_view text) noexcept {
  constexpr std::size_t digits = 10;
  return text.size() == digits && check_inn(text) == IdentifierProblem::ok;
}

bool is_reserved(EventType type) noexcept {
  return type >= EventType::anchor_added && type <= EventType::receipt_issued;
}

bool is_about_subject(EventType type) noexcept {
  return (type >= EventType::consent_asked && type <= EventType::request_answered) ||
         type == EventType::receipt_issued;
}

EventType type_of(const Event& event) noexcept {
  // The alternatives stand in the order of the types.
  static_assert(std::variant_size_v<Event> ==
                static_cast<std::size_t>(EventType::request_answered));
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

std::string_view to_word(Purpose v) noexcept { return word_of(purpose_words, v); }
std::string_view to_word(Channel v) noexcept { return word_of(channel_words, v); }
std::string_view to_word(Cover v) noexcept { return word_of(cover_words, v); }
std::string_view to_word(Method v) noexcept { return word_of(method_words, v); }
std::string_view to_word(Giver v) noexcept { return word_of(giver_words, v); }
std::string_view to_word(Direction v) noexcept { return word_of(direction_words, v); }
std::string_view to_word(DialledBy v) noexcept { return word_of(dialled_by_words, v); }
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

void validate(const Event& event) {
  const EventBase& base = base_of(event);
  const Check check{{national_digits(base.number)}};
  check.check_word("source", base.source);
  check.check_files(base.files);
  std::visit(check, event);
}

void validate(const LogEvent& event) { std::visit(Check{}, event); }

}  // namespace consent
