#include "consent/event.hpp"

#include <filesystem>
#include <type_traits>
#include <utility>

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

namespace {

using consent::EventType;

/// A file whose content the log is to keep: an object with `content` and `kind`.
bool is_file(py::handle given) { return py::hasattr(given, "content"); }

consent::EvidenceFile to_file(py::handle given) {
  consent::EvidenceFile file;
  file.kind = std::string(to_text(given.attr("kind")));
  file.name = std::string(to_text(given.attr("name")));
  file.type = std::string(to_text(given.attr("type")));
  const py::object content = given.attr("content");
  if (py::isinstance<py::bytes>(content)) {
    file.bytes = content.cast<std::string>();
  } else {
    file.file = content.cast<std::filesystem::path>();
  }
  return file;
}

/// Raw bytes that are no text.
struct Raw {
  std::string& bytes;
};

/// Fills an event from an object of consent.event.
class FromPython {
 public:
  FromPython(py::handle event, consent::EventBase& base) : event_(event), base_(base) {
    base_.number = to_number(event.attr("number"));
    base_.happened = to_instant(event.attr("at"));
    base_.source = std::string(to_text(event.attr("source")));
  }

  template <typename T>
  void operator()(const char* name, T& member) {
    read(event_.attr(name), member);
  }

 private:
  static void read(py::handle given, std::string& text) { text = std::string(to_text(given)); }
  static void read(py::handle given, bool& flag) { flag = given.cast<bool>(); }
  static void read(py::handle given, std::uint64_t& seq) {
    const auto of = given.cast<std::int64_t>();
    if (of < 0) throw consent::Error(consent::ErrorCode::invalid_argument, "of: below 0");
    seq = static_cast<std::uint64_t>(of);
  }
  static void read(py::handle given, std::optional<std::int64_t>& number) {
    if (!given.is_none()) number = given.cast<std::int64_t>();
  }
  static void read(py::handle given, std::optional<consent::Instant>& at) {
    if (!given.is_none()) at = to_instant(given);
  }
  template <typename E>
  requires std::is_enum_v<E>
  static void read(py::handle given, E& value) { value = to_value<E>(given); }
  template <typename E>
  static void read(py::handle given, consent::SetOf<E>& set) {
    set = to_set<E>(given);
  }
  static void read(py::handle given, std::vector<std::string>& texts) {
    if (given.is_none()) return;
    for (const py::handle each : given) texts.emplace_back(to_text(each));
  }
  static void read(py::handle given, std::optional<std::vector<std::string>>& texts) {
    if (!given.is_none()) read(given, texts.emplace());
  }
  /// A text, or the SHA-256 of one that is kept already.
  static void read(py::handle given, consent::Wording& wording) {
    if (given.is_none()) return;
    if (py::isinstance<py::bytes>(given)) {
      wording.sha256 = to_digest(given);
    } else {
      wording.text = std::string(to_text(given));
    }
  }
  /// A hash; a file that the log is to keep goes to the event's files.
  void read(py::handle given, std::optional<consent::FileHash>& file) {
    if (given.is_none()) return;
    if (is_file(given)) {
      base_.files.push_back(to_file(given));
    } else {
      file = consent::FileHash{to_digest(given)};
    }
  }
  void read(py::handle given, std::vector<consent::FileHash>& files) {
    for (const py::handle each : given) {
      std::optional<consent::FileHash> one;
      read(each, one);
      if (one) files.push_back(*one);
    }
  }
  static void read(py::handle given, std::optional<consent::ConsentGiven::InContract>& mark) {
    if (!given.is_none()) mark = {given.attr("separate_mark").cast<bool>()};
  }
  static void read(py::handle given, std::optional<consent::ConsentGiven::Code>& code) {
    if (given.is_none()) return;
    code = {given.attr("sent_to_this_number").cast<bool>(), given.attr("returned").cast<bool>()};
  }
  static void read(py::handle given, std::optional<consent::ConsentStance>& stance) {
    if (given.is_none()) return;
    stance = consent::ConsentStance{to_value<consent::ConsentClaim>(given.attr("claim"))};
    const py::object on = given.attr("on");
    if (!on.is_none()) stance->on = to_instant(on);
  }
  static void read(py::handle given, std::optional<consent::Assessment>& said) {
    if (given.is_none()) return;
    said = consent::Assessment{to_value<consent::IsAdvertising>(given.attr("answer")),
                               std::string(to_text(given.attr("pack"))),
                               to_digest(given.attr("answers"))};
  }

  py::handle event_;
  consent::EventBase& base_;
};

/// Makes an object of consent.event of what an entry says. What is sealed is unset unless opened.
class ToPython {
 public:
  explicit ToPython(consent::EventType type)
      : classes_(py::module_::import("consent.event")),
        set_(py::module_::import("builtins").attr("object").attr("__setattr__")) {
    const py::object of = classes_.attr("CLASSES")[py::str(std::string(consent::to_word(type)))];
    made_ = of.attr("__new__")(of);
  }

  template <typename T>
  void operator()(const char* name, const T& member) {
    set_(made_, name, written(member));
  }
  void base(const consent::EventBase& base) {
    set_(made_, "number", py::cast(base.number));
    set_(made_, "at", to_datetime(base.happened));
    set_(made_, "source", base.source);
    py::tuple kept(base.files.size());
    for (std::size_t i = 0; i < base.files.size(); ++i) {
      const consent::EvidenceFile& file = base.files[i];
      kept[i] =
          classes_.attr("KeptFile")(file.kind, to_bytes(file.commitment), file.name, file.type);
    }
    set_(made_, "kept", kept);
  }
  [[nodiscard]] py::object made() const { return made_; }

 private:
  static py::object written(const std::string& text) { return py::str(text); }
  static py::object written(const Raw& raw) { return py::bytes(raw.bytes); }
  static py::object written(bool flag) { return py::bool_(flag); }
  static py::object written(std::uint64_t seq) { return py::int_(seq); }
  static py::object written(consent::Instant at) { return to_datetime(at); }
  static py::object written(const consent::Digest& hash) { return to_bytes(hash); }
  static py::object written(const consent::FileHash& file) { return to_bytes(file.sha256); }
  static py::object written(std::int64_t number) { return py::int_(number); }
  static py::object written(const std::vector<std::string>& texts) {
    return py::tuple(py::cast(texts));
  }
  template <typename E>
  requires std::is_enum_v<E>
  static py::object written(E value) { return py::str(std::string(consent::to_word(value))); }
  template <typename E>
  static py::object written(consent::SetOf<E> set) {
    return py::frozenset(py::cast(words_in(set)));
  }
  static py::object written(const std::vector<consent::FileHash>& files) {
    py::tuple hashes(files.size());
    for (std::size_t i = 0; i < files.size(); ++i) hashes[i] = to_bytes(files[i].sha256);
    return hashes;
  }
  static py::object written(const consent::Wording& wording) {
    if (consent::is_empty(wording)) return py::none();
    if (!wording.text.empty()) return py::str(wording.text);
    return to_bytes(*wording.sha256);
  }
  py::object written(const consent::ConsentGiven::InContract& mark) const {
    return classes_.attr("InContract")(mark.separate_mark);
  }
  py::object written(const consent::ConsentGiven::Code& code) const {
    return classes_.attr("Code")(code.sent_to_this_number, code.returned);
  }
  py::object written(const consent::ConsentStance& stance) const {
    return classes_.attr("ConsentStance")(written(stance.claim), written(stance.on));
  }
  py::object written(const consent::Assessment& said) const {
    return classes_.attr("Assessment")(written(said.answer), said.pack, to_bytes(said.answers));
  }
  template <typename T>
  py::object written(const std::optional<T>& member) const {
    return member ? py::object(written(*member)) : py::object(py::none());
  }

  py::module_ classes_;
  py::object set_, made_;
};

// The members of each event by their names in Python, once: one list reads and writes.

/// Scope: the fields that an ask, a yes, a no and a stop share.
template <typename F, typename E>
void scope(F& f, E& e) {
  f("covers", e.covers);
  f("purposes", e.purposes);
  f("channels", e.channels);
  f("distributors", e.distributors);
  f("campaign", e.campaign);
  f("evidence", e.evidence);
  f("wording", e.wording);
}

template <typename F>
void members(F& f, consent::ConsentAsked& e) {
  scope(f, e);
}
template <typename F>
void members(F& f, consent::ConsentGiven& e) {
  scope(f, e);
  f("acts_for", e.acts_for);
  f("acts_for_any", e.acts_for_any);
  f("advertiser", e.advertiser);
  f("method", e.method);
  f("document", e.document);
  f("until", e.until);
  f("prechecked", e.prechecked);
  f("in_contract", e.in_contract);
  f("code", e.code);
  f("giver", e.giver);
  f("authority", e.authority);
}
template <typename F>
void members(F& f, consent::ConsentRefused& e) {
  scope(f, e);
  f("method", e.method);
}
template <typename F>
void members(F& f, consent::ConsentWithdrawn& e) {
  scope(f, e);
  f("means", e.means);
  f("received_at", e.received_at);
}
template <typename F>
void members(F& /*f*/, consent::NumberReassigned& /*e*/) {}
template <typename F>
void members(F& f, consent::ContactMade& e) {
  f("direction", e.direction);
  f("channel", e.channel);
  f("purpose", e.purpose);
  f("requested_by_subscriber", e.requested_by_subscriber);
  f("dialled_by", e.dialled_by);
  f("distributor", e.distributor);
  f("caller", e.caller);
  f("outcome", e.outcome);
  f("duration_s", e.duration_s);
  f("agent_ref", e.agent_ref);
  f("campaign", e.campaign);
  f("recording", e.recording);
  f("advertising", e.advertising);
  f("wording", e.wording);
  f("next_at", e.next_at);
  f("organisation", e.organisation);
  f("decision_maker", e.decision_maker);
  f("note", e.note);
}
template <typename F>
void members(F& f, consent::OperatorRefusal& e) {
  f("covers", e.covers);
  f("operator_id", e.operator_id);
  f("in_force", e.in_force);
}
template <typename F>
void members(F& f, consent::NumberClassified& e) {
  f("personal_data", e.personal_data);
  f("kind", e.kind);
  f("inn", e.inn);
  f("row", e.row);
}
template <typename F>
void members(F& f, consent::EvidenceAdded& e) {
  f("of", e.of);
  f("evidence", e.evidence);
  f("kind", e.kind);
}
template <typename F>
void members(F& f, consent::EntryCorrected& e) {
  f("of", e.of);
  f("reason", e.reason);
  f("fields", e.fields);
}
template <typename F>
void members(F& f, consent::SubjectErased& e) {
  f("ground", e.ground);
  f("scope", e.scope);
  f("request", e.request);
}
template <typename F>
void members(F& f, consent::SubjectRestricted& e) {
  f("ground", e.ground);
  f("until", e.until);
  f("released", e.released);
  f("request", e.request);
}
template <typename F>
void members(F& f, consent::SubjectHeld& e) {
  f("by", e.by);
  f("ground", e.ground);
  f("until", e.until);
  f("released", e.released);
}
template <typename F>
void members(F& f, consent::RequestReceived& e) {
  f("kind", e.kind);
  f("means", e.means);
  f("received_at", e.received_at);
  f("evidence", e.evidence);
}
template <typename F>
void members(F& f, consent::RequestAnswered& e) {
  f("of", e.of);
  f("outcome", e.outcome);
  f("evidence", e.evidence);
}

template <typename F>
void members(F& f, consent::ContactReceived& e) {
  f("channel", e.channel);
  f("heard", e.heard);
  f("purpose", e.purpose);
  f("distributor", e.distributor);
  f("answered", e.answered);
  f("asked_to_stop", e.asked_to_stop);
  f("called_by_name", e.called_by_name);
  f("duration_s", e.duration_s);
  f("advertising_consent", e.advertising_consent);
  f("personal_data_consent", e.personal_data_consent);
  f("evidence", e.evidence);
  f("sender", e.sender);
  f("label", e.label);
  f("company", e.company);
  f("identified_by", e.identified_by);
  f("said", e.said);
}

// What a log writes of itself is only read.

template <typename F>
void members(F& /*f*/, consent::ReceiptIssued& /*e*/) {}
template <typename F>
void members(F& f, consent::LogCreated& e) {
  f("distributor", e.distributor);
  f("distributor_name", e.distributor_name);
  f("format", e.format);
  f("incarnation", Raw{e.incarnation});
  f("key", e.key);
}
template <typename F>
void members(F& f, consent::WordingRegistered& e) {
  f("wording", e.wording);
  f("language", e.language);
}
template <typename F>
void members(F& f, consent::ClockStep& e) {
  f("before", e.before);
  f("after", e.after);
}
template <typename F>
void members(F& f, consent::LogRestored& e) {
  f("lost_from", e.lost_from);
  f("lost_to", e.lost_to);
  f("reason", e.reason);
  f("incarnation", Raw{e.incarnation});
}
template <typename F>
void members(F& /*f*/, consent::LogHeartbeat& /*e*/) {}
template <typename F>
void members(F& f, consent::LogBackedUp& e) {
  f("size", e.size);
  f("root", e.root);
  f("file", e.file);
  f("expires", e.expires);
}
template <typename F>
void members(F& f, consent::LogBackupDestroyed& e) {
  f("of", e.of);
}
template <typename F>
void members(F& f, consent::CallerAssigned& e) {
  f("caller", e.caller);
  f("distributor", e.distributor);
  f("from_", e.from);
  f("until", e.until);
  f("purposes", e.purposes);
  f("channels", e.channels);
  f("campaign", e.campaign);
  f("document", e.document);
}
template <typename F>
void members(F& f, consent::CallerReleased& e) {
  f("of", e.of);
  f("until", e.until);
  f("document", e.document);
}

template <typename E>
consent::Event told(py::handle event) {
  E e{};
  FromPython read(event, e);
  members(read, e);
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
  if (name == name_of<consent::HeardAs>) return words_of<consent::HeardAs>();
  if (name == name_of<consent::YesNo>) return words_of<consent::YesNo>();
  if (name == name_of<consent::ConsentClaim>) return words_of<consent::ConsentClaim>();
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
      return told<consent::ConsentAsked>(event);
    case EventType::consent_given:
      return told<consent::ConsentGiven>(event);
    case EventType::consent_refused:
      return told<consent::ConsentRefused>(event);
    case EventType::consent_withdrawn:
      return told<consent::ConsentWithdrawn>(event);
    case EventType::number_reassigned:
      return told<consent::NumberReassigned>(event);
    case EventType::contact_made:
      return told<consent::ContactMade>(event);
    case EventType::operator_refusal:
      return told<consent::OperatorRefusal>(event);
    case EventType::number_classified:
      return told<consent::NumberClassified>(event);
    case EventType::evidence_added:
      return told<consent::EvidenceAdded>(event);
    case EventType::entry_corrected:
      return told<consent::EntryCorrected>(event);
    case EventType::subject_restricted:
      return told<consent::SubjectRestricted>(event);
    case EventType::subject_held:
      return told<consent::SubjectHeld>(event);
    case EventType::request_received:
      return told<consent::RequestReceived>(event);
    case EventType::request_answered:
      return told<consent::RequestAnswered>(event);
    case EventType::contact_received:
      return told<consent::ContactReceived>(event);
    default:  // what only a log writes of itself
      break;
  }
  throw py::type_error("an event must be one of the classes of consent.event");
}

py::object from_event(consent::EventType type, consent::AnyEvent said) {
  if (std::holds_alternative<consent::Reserved>(said)) return py::none();
  ToPython write(type);
  const auto fill = [&write](auto& e) {
    if constexpr (std::is_base_of_v<consent::EventBase, std::decay_t<decltype(e)>>) write.base(e);
    members(write, e);
  };
  if (auto* const event = std::get_if<consent::Event>(&said)) std::visit(fill, *event);
  if (auto* const event = std::get_if<consent::LogEvent>(&said)) std::visit(fill, *event);
  if (auto* const created = std::get_if<consent::LogCreated>(&said)) fill(*created);
  if (auto* const issued = std::get_if<consent::ReceiptIssued>(&said)) fill(*issued);
  return write.made();
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
