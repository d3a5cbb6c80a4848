#include "consent/event.hpp"

#include <filesystem>

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

namespace {

using consent::EventType;

std::string text(py::handle event, const char* name) {
  return std::string(to_text(event.attr(name)));
}

std::optional<std::vector<std::string>> parties(py::handle event, const char* name) {
  const py::object given = event.attr(name);
  if (given.is_none()) return std::nullopt;
  std::vector<std::string> ids;
  for (const py::handle id : given) ids.emplace_back(to_text(id));
  return ids;
}

std::optional<consent::Instant> moment(py::handle event, const char* name) {
  const py::object given = event.attr(name);
  if (given.is_none()) return std::nullopt;
  return to_instant(given);
}

/// A file whose content the log is to keep: an object with `content` and `kind`.
bool is_file(py::handle given) { return py::hasattr(given, "content"); }

consent::EvidenceFile to_file(py::handle given) {
  consent::EvidenceFile file;
  file.kind = std::string(to_text(given.attr("kind")));
  const py::object content = given.attr("content");
  if (py::isinstance<py::bytes>(content)) {
    file.bytes = content.cast<std::string>();
  } else {
    file.file = content.cast<std::filesystem::path>();
  }
  return file;
}

/// A hash; a file that the log is to keep goes to the event's files.
std::optional<consent::FileHash> file(consent::EventBase& e, py::handle event, const char* name) {
  const py::object given = event.attr(name);
  if (given.is_none()) return std::nullopt;
  if (is_file(given)) {
    e.files.push_back(to_file(given));
    return std::nullopt;
  }
  return consent::FileHash{to_digest(given)};
}

std::vector<consent::FileHash> files(consent::EventBase& e, py::handle event, const char* name) {
  std::vector<consent::FileHash> hashes;
  for (const py::handle given : event.attr(name)) {
    if (is_file(given)) {
      e.files.push_back(to_file(given));
    } else {
      hashes.push_back({to_digest(given)});
    }
  }
  return hashes;
}

consent::Wording wording(py::handle event) {
  const py::object given = event.attr("wording");
  return given.is_none() ? consent::Wording{} : consent::Wording{std::string(to_text(given))};
}

consent::EventBase base(py::handle event) {
  return {to_number(event.attr("number")), to_instant(event.attr("at")), text(event, "source")};
}

/// An event of which only the base is told; what is not told keeps the default of the header.
template <typename E>
E begun(py::handle event) {
  return E{base(event)};
}

/// Scope: the fields that an ask, a yes, a no and a stop share.
template <typename E>
void scope(E& e, py::handle event) {
  e.covers = to_set<consent::Cover>(event.attr("covers"));
  e.purposes = to_set<consent::Purpose>(event.attr("purposes"));
  e.channels = to_set<consent::Channel>(event.attr("channels"));
  e.distributors = parties(event, "distributors");
  e.campaign = text(event, "campaign");
  e.evidence = files(e, event, "evidence");
}

consent::Event asked(py::handle event) {
  auto e = begun<consent::ConsentAsked>(event);
  scope(e, event);
  e.wording = wording(event);
  return e;
}

consent::Event given(py::handle event) {
  auto e = begun<consent::ConsentGiven>(event);
  scope(e, event);
  e.acts_for = parties(event, "acts_for").value_or(std::vector<std::string>{});
  e.acts_for_any = event.attr("acts_for_any").cast<bool>();
  e.advertiser = text(event, "advertiser");
  e.method = to_value<consent::Method>(event.attr("method"));
  e.wording = wording(event);
  e.document = file(e, event, "document");
  e.until = moment(event, "until");
  e.prechecked = event.attr("prechecked").cast<bool>();
  if (const py::object mark = event.attr("in_contract"); !mark.is_none()) {
    e.in_contract = {mark.attr("separate_mark").cast<bool>()};
  }
  if (const py::object code = event.attr("code"); !code.is_none()) {
    e.code = {code.attr("sent_to_this_number").cast<bool>(), code.attr("returned").cast<bool>()};
  }
  e.giver = to_value<consent::Giver>(event.attr("giver"));
  e.authority = text(event, "authority");
  return e;
}

consent::Event refused(py::handle event) {
  auto e = begun<consent::ConsentRefused>(event);
  scope(e, event);
  e.method = to_value<consent::Method>(event.attr("method"));
  e.wording = wording(event);
  return e;
}

consent::Event withdrawn(py::handle event) {
  auto e = begun<consent::ConsentWithdrawn>(event);
  scope(e, event);
  e.means = to_value<consent::Method>(event.attr("means"));
  e.received_at = moment(event, "received_at");
  return e;
}

consent::Event contact(py::handle event) {
  auto e = begun<consent::ContactMade>(event);
  e.direction = to_value<consent::Direction>(event.attr("direction"));
  e.channel = to_value<consent::Channel>(event.attr("channel"));
  e.purpose = to_value<consent::Purpose>(event.attr("purpose"));
  e.requested_by_subscriber = event.attr("requested_by_subscriber").cast<bool>();
  e.dialled_by = to_value<consent::DialledBy>(event.attr("dialled_by"));
  e.distributor = text(event, "distributor");
  e.caller = text(event, "caller");
  e.outcome = text(event, "outcome");
  if (const py::object seconds = event.attr("duration_s"); !seconds.is_none()) {
    e.duration_s = seconds.cast<std::int64_t>();
  }
  e.agent_ref = text(event, "agent_ref");
  e.campaign = text(event, "campaign");
  e.recording = file(e, event, "recording");
  if (const py::object said = event.attr("advertising"); !said.is_none()) {
    e.advertising = consent::Assessment{to_value<consent::IsAdvertising>(said.attr("answer")),
                                        text(said, "pack"), to_digest(said.attr("answers"))};
  }
  return e;
}

consent::Event operator_refusal(py::handle event) {
  auto e = begun<consent::OperatorRefusal>(event);
  e.covers = to_set<consent::Cover>(event.attr("covers"));
  e.operator_id = text(event, "operator_id");
  e.in_force = moment(event, "in_force");
  return e;
}

consent::Event classified(py::handle event) {
  auto e = begun<consent::NumberClassified>(event);
  e.personal_data = to_value<consent::PersonalData>(event.attr("personal_data"));
  e.kind = to_value<consent::SubscriberKind>(event.attr("kind"));
  e.inn = text(event, "inn");
  e.row = text(event, "row");
  return e;
}

std::uint64_t entry_number(py::handle event) {
  const auto of = event.attr("of").cast<std::int64_t>();
  if (of < 0) throw consent::Error(consent::ErrorCode::invalid_argument, "of: below 0");
  return static_cast<std::uint64_t>(of);
}

consent::Event evidence(py::handle event) {
  auto e = begun<consent::EvidenceAdded>(event);
  e.of = entry_number(event);
  e.evidence = files(e, event, "evidence");
  e.kind = text(event, "kind");
  return e;
}

consent::Event corrected(py::handle event) {
  auto e = begun<consent::EntryCorrected>(event);
  e.of = entry_number(event);
  e.reason = text(event, "reason");
  for (const py::handle field : event.attr("fields")) e.fields.emplace_back(to_text(field));
  return e;
}

consent::Event restricted(py::handle event) {
  auto e = begun<consent::SubjectRestricted>(event);
  e.ground = text(event, "ground");
  e.until = moment(event, "until");
  e.released = event.attr("released").cast<bool>();
  e.request = file(e, event, "request");
  return e;
}

consent::Event held(py::handle event) {
  auto e = begun<consent::SubjectHeld>(event);
  e.by = text(event, "by");
  e.ground = text(event, "ground");
  e.until = moment(event, "until");
  e.released = event.attr("released").cast<bool>();
  return e;
}

consent::Event requested(py::handle event) {
  auto e = begun<consent::RequestReceived>(event);
  e.kind = to_value<consent::RequestKind>(event.attr("kind"));
  e.means = to_value<consent::Method>(event.attr("means"));
  e.received_at = moment(event, "received_at");
  e.evidence = files(e, event, "evidence");
  return e;
}

consent::Event answered(py::handle event) {
  auto e = begun<consent::RequestAnswered>(event);
  e.of = entry_number(event);
  e.outcome = to_value<consent::RequestOutcome>(event.attr("outcome"));
  e.evidence = files(e, event, "evidence");
  return e;
}

std::vector<std::string> words(std::string_view name) {
  if (name == name_of<consent::Purpose>) return words_of<consent::Purpose>();
  if (name == name_of<consent::Channel>) return words_of<consent::Channel>();
  if (name == name_of<consent::Cover>) return words_of<consent::Cover>();
  if (name == name_of<consent::Method>) return words_of<consent::Method>();
  if (name == name_of<consent::Giver>) return words_of<consent::Giver>();
  if (name == name_of<consent::Direction>) return words_of<consent::Direction>();
  if (name == name_of<consent::DialledBy>) return words_of<consent::DialledBy>();
  if (name == name_of<consent::RequestKind>) return words_of<consent::RequestKind>();
  if (name == name_of<consent::RequestOutcome>) return words_of<consent::RequestOutcome>();
  if (name == name_of<consent::PersonalData>) return words_of<consent::PersonalData>();
  if (name == name_of<consent::IsAdvertising>) return words_of<consent::IsAdvertising>();
  if (name == name_of<consent::SubscriberKind>) return words_of<consent::SubscriberKind>();
  throw consent::Error(consent::ErrorCode::invalid_argument, "no list of words has this name");
}

}  // namespace

consent::Event to_event(py::handle event) {
  if (!py::hasattr(event, "type") || !py::isinstance<py::str>(event.attr("type"))) {
    throw py::type_error("an event must be one of the classes of consent.event");
  }
  switch (
      consent::from_word<EventType>(to_text(event.attr("type"))).value_or(EventType::log_created)) {
    case EventType::consent_asked:
      return asked(event);
    case EventType::consent_given:
      return given(event);
    case EventType::consent_refused:
      return refused(event);
    case EventType::consent_withdrawn:
      return withdrawn(event);
    case EventType::number_reassigned:
      return consent::NumberReassigned{base(event)};
    case EventType::contact_made:
      return contact(event);
    case EventType::operator_refusal:
      return operator_refusal(event);
    case EventType::number_classified:
      return classified(event);
    case EventType::evidence_added:
      return evidence(event);
    case EventType::entry_corrected:
      return corrected(event);
    case EventType::subject_restricted:
      return restricted(event);
    case EventType::subject_held:
      return held(event);
    case EventType::request_received:
      return requested(event);
    case EventType::request_answered:
      return answered(event);
    default:  // what only a log writes of itself
      break;
  }
  throw py::type_error("an event must be one of the classes of consent.event");
}

void bind_event(py::module_& m) {
  m.def(
      "words", [](py::handle name) { return words(to_text(name)); }, py::arg("name"),
      "The words that may stand for a purpose, channel, cover, method, giver, direction or "
      "dialled_by.");
  m.def("validate", py::overload_cast<const consent::Event&>(&consent::validate), py::arg("event"),
        "Refuses what no log may hold; the message names the field, never its content.");
  m.def(
      "check_entry", [](const py::bytes& entry) { consent::check_entry(std::string_view(entry)); },
      py::arg("entry"),
      "Refuses bytes that are no entry: not canonical, an envelope of another version, a known "
      "member of another shape.");
}

}  // namespace consent_python
