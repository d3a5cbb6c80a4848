#include "event/decode.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "consent/digest.hpp"
#include "consent/error.hpp"
#include "event/rotation.hpp"
#include "event/table.hpp"

namespace consent {

namespace {

using canonical::Object;
using canonical::Value;
using fields::Place;

[[noreturn]] void malformed(const Message& what) {
  throw Error(ErrorCode::invalid_argument, Message("entry: {}", what));
}

const std::string& need_text(const Value& object, std::string_view key) {
  const Value* const member = object.find(key);
  if (member == nullptr || member->string() == nullptr) {
    malformed(Message("no text '{}'", key));
  }
  return *member->string();
}

std::int64_t need_integer(const Value& object, std::string_view key) {
  const Value* const member = object.find(key);
  if (member == nullptr || member->integer() == nullptr) {
    malformed(Message("no integer '{}'", key));
  }
  return *member->integer();
}

Digest need_digest(const Value& object, std::string_view key) {
  const auto digest = digest_from_hex(need_text(object, key));
  if (!digest) malformed(Message("'{}' is not 64 lower-case hex digits", key));
  return *digest;
}

void only(const Value& object, std::initializer_list<std::string_view> known,
          std::string_view otherwise) {
  for (const auto& [key, value] : *object.object()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      malformed(otherwise);
    }
  }
}

[[noreturn]] void malformed(std::string_view member, const Message& what) {
  malformed(Message("'{}' {}", member, what));
}

/// What two members of one body say together.
template <typename E>
void check_together(const Object& /*body*/, const E& /*event*/) {}

template <>
void check_together(const Object& /*body*/, const EvidenceAdded& e) {
  if (e.evidence.empty() && e.files.empty()) malformed("evidence", "is missing");
}
void check_stance(std::string_view member, const std::optional<ConsentStance>& stance,
                  Instant happened) {
  if (!stance || !stance->on) return;
  if (stance->claim != ConsentClaim::withdrawn || *stance->on > happened) {
    malformed(member, "has a day of withdrawal that does not fit");
  }
}
template <>
void check_together(const Object& /*body*/, const ContactReceived& e) {
  check_stance("advertising_consent", e.advertising_consent, e.happened);
  check_stance("personal_data_consent", e.personal_data_consent, e.happened);
}
template <>
void check_together(const Object& body, const ClockStep& e) {
  const auto said = std::find_if(body.begin(), body.end(),
                                 [](const auto& member) { return member.first == "kind"; });
  if (e.before == e.after || *said->second.string() != fields::direction_of(e)) {
    malformed("kind", "is not what the two times say");
  }
}
template <>
void check_together(const Object& /*body*/, const LogRestored& e) {
  if (e.lost_to < e.lost_from) malformed("lost_to", "is below 'lost_from'");
}
template <>
void check_together(const Object& /*body*/, const NumberClassified& e) {
  if (!e.inn.empty() &&
      (e.kind == SubscriberKind::person || e.kind == SubscriberKind::sole_trader)) {
    malformed("inn", "is an organisation's, and 'kind' a person");
  }
}
template <>
void check_together(const Object& /*body*/, const CallerAssigned& e) {
  if (e.caller == e.distributor) malformed("caller", "is the distributor itself");
  if (e.until && *e.until <= e.from) malformed("until", "is not after 'from'");
}

/// The struct of a type, begun as nobody filled it in.
template <typename E>
E begun() {
  if constexpr (std::is_base_of_v<EventBase, E>) {
    return E{EventBase{std::nullopt, Instant{}}};
  } else {
    return E{};
  }
}

template <typename E>
E read(const Object& body, std::vector<std::string_view>* broken) {
  E event = begun<E>();
  const fields::Row<E>* const row = fields::read_members(body, event, Place::body, broken);
  if (broken != nullptr) return event;
  if (row != nullptr) {
    const bool there = std::any_of(body.begin(), body.end(),
                                   [&](const auto& member) { return member.first == row->key; });
    if (!there) malformed(row->key, "is missing");
    malformed(row->key, Message("is not {}", Message(row->rule)));
  }
  check_together(body, event);
  return event;
}

using Reader = AnyEvent (*)(const Object&, std::vector<std::string_view>*);

/// A reader for each alternative of Event or LogEvent, in their order, which is that of the types.
template <typename Variant, std::size_t... I>
constexpr auto readers(std::index_sequence<I...> /*each*/) {
  return std::array<Reader, sizeof...(I)>{
      [](const Object& body, std::vector<std::string_view>* broken) -> AnyEvent {
        return Variant(read<std::variant_alternative_t<I, Variant>>(body, broken));
      }...};
}
constexpr auto event_readers =
    readers<Event>(std::make_index_sequence<std::variant_size_v<Event>>());
constexpr auto log_event_readers =
    readers<LogEvent>(std::make_index_sequence<std::variant_size_v<LogEvent>>());

AnyEvent read(EventType type, const Value& value, std::vector<std::string_view>* broken) {
  if (value.object() == nullptr) malformed("body", "is not an object");
  const Object& body = *value.object();
  const auto from = [type](EventType first) {
    return static_cast<std::size_t>(type) - static_cast<std::size_t>(first);
  };
  if (type == EventType::log_created) return read<LogCreated>(body, broken);
  if (type == EventType::receipt_issued) return read<ReceiptIssued>(body, broken);
  if (type == EventType::key_rotated && broken == nullptr) (void)read_rotation(value);
  if (is_reserved(type)) return Reserved{};
  if (is_about_subject(type)) {
    return event_readers.at(from(EventType::consent_asked))(body, broken);
  }
  return log_event_readers.at(from(EventType::wording_registered))(body, broken);
}

/// The entry that this one points at.
std::optional<std::uint64_t> meant_by(const AnyEvent& event) {
  if (const auto* const told = std::get_if<Event>(&event)) return refers_to(*told);
  if (const auto* const e = get_if<LogBackupDestroyed>(event)) return e->of;
  if (const auto* const e = get_if<CallerReleased>(event)) return e->of;
  return std::nullopt;
}

/// What body and envelope say together.
void check_place(const Entry& entry, const AnyEvent& event) {
  const EventBase* const base = about_subject(event);
  if (base != nullptr && base->happened > entry.recorded) {
    malformed("happened", "is after the entry was recorded");
  }
  const auto of = meant_by(event);
  if (of && *of >= entry.seq) malformed("of", "is not an entry before this one");
  if (const auto* const e = get_if<LogRestored>(event); e != nullptr && e->lost_from > entry.seq) {
    malformed("lost_from", "is after this entry");
  }
  if (const auto* const e = get_if<LogBackedUp>(event); e != nullptr && e->size > entry.seq) {
    malformed("size", "is above this entry's place");
  }
}

}  // namespace

bool fields::Files::take(const Value& json, std::vector<EvidenceFile>& files) {
  if (json.array() == nullptr || json.array()->empty() || json.array()->size() > most) return false;
  for (const Value& item : *json.array()) {
    NamedFile file;
    if (item.object() == nullptr || read_members(*item.object(), file, Place::body) != nullptr) {
      return false;
    }
    files.push_back({std::move(file.kind), {}, {}, file.commitment});
  }
  return true;
}

bool fields::FileNames::take(const Value& json, std::vector<EvidenceFile>& files) {
  if (json.array() == nullptr || json.array()->size() != files.size()) return false;
  auto file = files.begin();
  for (const Value& item : *json.array()) {
    FileName read;
    if (item.object() == nullptr || read_members(*item.object(), read, Place::body) != nullptr) {
      return false;
    }
    file->name = std::move(read.name);
    file->type = std::move(read.type);
    ++file;
  }
  return true;
}

DecodedEntry decode_entry(std::string_view bytes) {
  DecodedEntry decoded;
  decoded.entry.leaf = merkle::leaf_hash(bytes);
  Value value = canonical::decode(bytes);
  if (value.object() == nullptr) malformed("not an object");
  if (need_integer(value, "v") != 1) malformed("a format version this version does not know");
  only(value, {"at", "body", "log", "prev", "salt", "seq", "subject", "type", "v"},
       "an envelope field this version does not know");

  Entry& entry = decoded.entry;
  const auto at = parse_stored_instant(need_text(value, "at"));
  if (!at) malformed("'at' is not a stored time");
  entry.recorded = *at;
  entry.prev = need_digest(value, "prev");
  const std::string& salt = need_text(value, "salt");
  if (salt.size() != 32 || salt.find_first_not_of("0123456789abcdef") != std::string::npos) {
    malformed("'salt' is not 32 lower-case hex digits");
  }
  const std::int64_t seq = need_integer(value, "seq");
  if (seq < 0) malformed("'seq' is negative");
  entry.seq = static_cast<std::uint64_t>(seq);
  const auto type = from_word<EventType>(need_text(value, "type"));
  if (!type) malformed("a type this version does not know");
  entry.type = *type;
  entry.log = need_text(value, "log");
  if (const Value* const subject = value.find("subject")) {
    if (subject->object() == nullptr) malformed("'subject' is not an object");
    only(*subject, {"prev", "seq", "tag"}, "a 'subject' field this version does not know");
    SubjectRef ref;
    ref.tag = need_digest(*subject, "tag");
    const std::int64_t subject_seq = need_integer(*subject, "seq");
    if (subject_seq < 1) malformed("'subject.seq' is below 1");
    ref.seq = static_cast<std::uint64_t>(subject_seq);
    ref.prev = need_integer(*subject, "prev");
    if (ref.prev < -1) malformed("'subject.prev' is below -1");
    entry.subject = ref;
  }
  if (entry.subject.has_value() != is_about_subject(entry.type)) {
    malformed(entry.subject ? "a 'subject' where the log speaks of itself" : "no 'subject'");
  }
  const Value* const body = value.find("body");
  if (body == nullptr || body->object() == nullptr) malformed("no 'body'");
  decoded.body = value.take("body");
  entry.bytes.assign(bytes);
  return decoded;
}

AnyEvent decode_body(EventType type, const Value& body) { return read(type, body, nullptr); }

LenientBody decode_leniently(EventType type, const Value& body) {
  std::vector<std::string_view> broken;
  AnyEvent event = read(type, body, &broken);
  const Value* const details = body.find("details");
  const bool is_text = details != nullptr && details->string() != nullptr;
  return {std::move(event), std::move(broken),
          is_text ? digest_from_hex(*details->string()) : std::nullopt};
}

AnyEvent decode_event(const DecodedEntry& decoded) {
  AnyEvent event = decode_body(decoded.entry.type, decoded.body);
  check_place(decoded.entry, event);
  return event;
}

AnyEvent decode_event(const Entry& entry) {
  try {
    const Value whole = canonical::decode(entry.bytes);
    const Value* const body = whole.find("body");
    if (body == nullptr) malformed("body", "is not an object");
    return decode_body(entry.type, *body);
  } catch (const Error& error) {
    throw BrokenLog(entry.seq, Message("entry {}: {}", entry.seq, error));
  }
}

namespace {

template <typename E>
void open(std::string_view details, E& event) {
  const Value value = canonical::decode(details);
  if (value.object() == nullptr) malformed("details", "is not an object");
  const fields::Row<E>* const row = fields::read_members(*value.object(), event, Place::sealed);
  if (row != nullptr) malformed(row->key, Message("is not {}", Message(row->rule)));
}

}  // namespace

void open_details(std::string_view details, Event& event) {
  std::visit([&](auto& e) { open(details, e); }, event);
}
void open_details(std::string_view details, LogCreated& event) { open(details, event); }

std::string body_of(const Entry& entry) {
  try {
    return canonical::encode(decode_entry(entry.bytes).body);
  } catch (const BrokenLog&) {
    throw;
  } catch (const Error& error) {
    throw BrokenLog(entry.seq, Message("entry {}: {}", entry.seq, error));
  }
}

Entry parse_entry(std::string_view bytes) { return decode_entry(bytes).entry; }

AnyEvent decode_event(const OpenedEntry& opened) {
  AnyEvent said = decode_event(opened.entry);
  try {
    if (auto* const event = std::get_if<Event>(&said)) open_details(opened.details, *event);
    if (auto* const created = std::get_if<LogCreated>(&said))
      open_details(opened.details, *created);
  } catch (const Error& error) {
    throw BrokenLog(opened.entry.seq, Message("entry {}: {}", opened.entry.seq, error));
  }
  return said;
}

std::optional<PhoneNumber> number_in(std::string_view details) {
  const Value value = canonical::decode(details);
  if (value.object() == nullptr) return std::nullopt;
  auto any = begun<NumberReassigned>();
  std::vector<std::string_view> broken;
  (void)fields::read_members(*value.object(), any, Place::sealed, &broken);
  return any.number;
}

void check_body(EventType type, const Value& body) { (void)decode_body(type, body); }

void check_body(const Entry& entry, const Value& body) {
  check_place(entry, decode_body(entry.type, body));
}

void check_entry(std::string_view bytes) { (void)decode_event(decode_entry(bytes)); }

}  // namespace consent
