// tests/vectors/decision and tests/vectors/scenarios: canonical JSON, indented; shared with Python.
// Events -> bodies -> clauses by the log's own encoder and reader, then judge().
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "consent/callers.hpp"
#include "decision/resolve.hpp"
#include "decision/story.hpp"
#include "event/canonical.hpp"
#include "event/encode.hpp"
#include "standing/standing.hpp"

namespace vectors {

using namespace story;
using canonical::Value;

inline std::string without_layout(const std::string& json) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (quoted && json[i] == '\\') {
      out += json[i++];
    } else if (json[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (json[i] == ' ' || json[i] == '\n')) {
      continue;
    }
    out += json[i];
  }
  return out;
}

template <typename T>
const T& present(const T* value) {
  if (value == nullptr) throw std::runtime_error("a vector is not of its shape");
  return *value;
}
inline const Value& member(const Value& value, std::string_view key) {
  return present(value.find(key));
}
inline const std::string& word(const Value& value) { return present(value.string()); }

inline std::string text(const Value& value, std::string_view key,
                        const std::string& otherwise = {}) {
  const Value* found = value.find(key);
  return found == nullptr ? otherwise : word(*found);
}
inline bool flag(const Value& value, std::string_view key) {
  const Value* found = value.find(key);
  return found != nullptr && present(found->boolean());
}
inline std::vector<std::string> words(const Value& value) {
  std::vector<std::string> out;
  for (const Value& item : present(value.array())) out.push_back(word(item));
  return out;
}
template <typename E>
SetOf<E> set(const Value& value, std::string_view key) {
  SetOf<E> out;
  if (const Value* found = value.find(key)) {
    for (const std::string& item : words(*found)) out.insert(from_word<E>(item).value());
  }
  return out;
}
inline ContactCounts::In three(const Value& counts, std::string_view key) {
  const auto& list = present(member(counts, key).array());
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(present(list.at(i).integer()));
  };
  return {at(0), at(1), at(2)};
}
inline std::optional<std::vector<std::string>> names(const Value& value) {
  const Value* found = value.find("distributors");
  if (found == nullptr) return std::nullopt;
  return words(*found);
}

template <typename E>
void scope(E& event, const Value& from, PhoneNumber number) {
  event.number = number;
  event.happened = parse_instant(text(from, "happened"));
  event.purposes = set<Purpose>(from, "purposes");
  event.channels = set<Channel>(from, "channels");
  event.covers = set<Cover>(from, "covers");
  event.distributors = names(from);
  event.campaign = text(from, "campaign");
}

inline Event read_event(const Value& from, PhoneNumber number) {
  const std::string type = text(from, "event");
  const EventBase base{number, parse_instant(text(from, "happened")), ""};
  if (type == "number.reassigned") return NumberReassigned{base};
  if (type == "number.classified") {
    return NumberClassified{base, from_word<PersonalData>(text(from, "personal_data")).value(),
                            from_word<SubscriberKind>(text(from, "kind", "unknown")).value(), "",
                            "ru/pd/09"};
  }
  if (type == "operator.refused") {
    OperatorRefusal event{base, {}, {}, {}};
    event.covers = set<Cover>(from, "covers");
    if (from.find("in_force") != nullptr) event.in_force = parse_instant(text(from, "in_force"));
    return event;
  }
  if (type == "consent.withdrawn") {
    ConsentWithdrawn event{base, {}, {}, {}, {}, {}, {}, {}, {}};
    scope(event, from, number);
    if (from.find("received_at") != nullptr)
      event.received_at = parse_instant(text(from, "received_at"));
    return event;
  }
  if (type == "consent.refused") {
    ConsentRefused event{base, {}, {}, {}, {}, {}, {}, {}, {}};
    scope(event, from, number);
    return event;
  }
  if (type == "contact.made") {
    ContactMade event{base};
    event.purpose = from_word<Purpose>(text(from, "purpose", "advertising")).value();
    event.channel = from_word<Channel>(text(from, "channel", "voice")).value();
    event.campaign = text(from, "campaign");
    event.distributor = text(from, "distributor");
    event.outcome = text(from, "outcome");
    return event;
  }
  if (type == "evidence.added") {
    EvidenceAdded event{base, static_cast<std::uint64_t>(*member(from, "of").integer()), {}, {}};
    event.kind = text(from, "kind", "recording");
    if (text(from, "evidence", "file") == "hash") {
      event.evidence.push_back({sha256("a recording that others hold")});
    } else {
      event.files.push_back({event.kind, "RIFF"});
    }
    return event;
  }
  if (type != "consent.given") throw std::runtime_error("a vector has an event of no known type");
  ConsentGiven event{base};
  scope(event, from, number);
  if (event.covers.empty()) event.covers = {Cover::advertising};
  event.method = from_word<Method>(text(from, "method", "recorded_voice")).value();
  event.wording.text = text(from, "wording", "Согласен на рекламу.");
  if (from.find("until") != nullptr) event.until = parse_instant(text(from, "until"));
  event.prechecked = flag(from, "prechecked");
  event.giver = from_word<Giver>(text(from, "giver", "unstated")).value();
  event.authority = text(from, "authority");
  if (const Value* callers = from.find("acts_for")) event.acts_for = words(*callers);
  event.acts_for_any = flag(from, "acts_for_any");
  // A consent whose method no vector names is a recorded call whose file the log keeps.
  const std::string shown = text(from, "evidence", from.find("method") == nullptr ? "file" : "");
  if (shown == "file") event.files.push_back({"recording", "RIFF"});
  if (shown == "hash") event.evidence.push_back({sha256("a recording that others hold")});
  event.advertiser = text(from, "advertiser");
  if (flag(from, "document")) event.document = FileHash{sha256("a document of its own")};
  if (const Value* contract = from.find("in_contract")) {
    event.in_contract = ConsentGiven::InContract{flag(*contract, "separate_mark")};
  }
  if (const Value* code = from.find("code")) {
    event.code = ConsentGiven::Code{flag(*code, "sent_to_this_number"), flag(*code, "returned")};
  }
  return event;
}

/// Who dials for whom; their entries follow those about the number.
inline std::vector<CallerAssignment> assignments(const Value& vector, const std::string& own,
                                                 std::uint64_t seq) {
  std::vector<CallerAssignment> out;
  const Value* const list = vector.find("assignments");
  if (list == nullptr) return out;
  for (const Value& each : present(list->array())) {
    CallerAssignment made;
    made.seq = seq++;
    made.distributor = text(each, "distributor", own);
    made.caller = text(each, "caller");
    made.from = parse_instant(text(each, "from"));
    if (each.find("until") != nullptr) made.until = parse_instant(text(each, "until"));
    made.recorded = parse_instant(text(each, "recorded", text(each, "from")));
    made.purposes = set<Purpose>(each, "purposes");
    made.channels = set<Channel>(each, "channels");
    made.campaign = text(each, "campaign");
    out.push_back(std::move(made));
  }
  return out;
}

/// One file: a question about what was recorded, and the answer that it expects.
struct Vector {
  std::string file;
  Value document;
  std::vector<SubjectStanding> subjects;
  ResolvedQuestion question;
  std::vector<AssignedCaller> assigned;
  std::optional<Digest> caller;
  std::uint64_t log_size = 0;

  [[nodiscard]] const Value& expected() const { return member(document, "expected"); }
  [[nodiscard]] std::string number() const { return text(member(document, "question"), "number"); }
  /// The rules that it asks: `base`, with its own policy where it has one.
  [[nodiscard]] RulePack rules(const RulePack& base) const {
    const std::string policy = text(document, "rules");
    return policy.empty() ? base : base.with_policy(policy, "rules");
  }
  [[nodiscard]] Judgement judged(const RulePack& pack) const {
    return judge(question, subjects, pack, {assigned, {}});
  }
};

inline Vector read_vector(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream raw;
  raw << in.rdbuf();
  Value document = canonical::decode(without_layout(raw.str()));
  const std::string own = text(document, "distributor");
  const Value& asked = member(document, "question");
  const PhoneNumber number = PhoneNumber::from_e164(text(asked, "number")).value();

  Terms terms;
  std::vector<SubjectStanding> subjects(1);
  std::uint64_t seq = 1;
  for (const Value& from : present(member(document, "events").array())) {
    const Event event = read_event(from, number);
    Entry entry;
    entry.seq = seq++;
    entry.type = type_of(event);
    entry.recorded = parse_instant(text(from, "recorded", text(from, "happened")));
    append_clauses(entry, event, own, terms, subjects.back());
    if (entry.type == EventType::number_reassigned) subjects.emplace_back();
  }

  Question put{.number = number};
  put.campaign = text(asked, "campaign");
  put.purpose = from_word<Purpose>(text(asked, "purpose")).value();
  put.channel = from_word<Channel>(text(asked, "channel")).value();
  put.dialled_by = from_word<DialledBy>(text(asked, "dialled_by", "person")).value();
  put.at = parse_instant(text(asked, "at"));
  put.basis = text(asked, "basis") == "recorded" ? Basis::recorded : Basis::said;
  put.messenger = text(asked, "messenger");
  put.advertiser = text(asked, "advertiser");
  put.requested = flag(asked, "requested");
  put.caller = Caller::from_toml(text(asked, "caller"), "caller.toml");
  put.serving_operator = text(asked, "serving_operator");
  if (const Value* counts = asked.find("counts"))
    put.counts = ContactCounts{three(*counts, "attempts"), three(*counts, "talks")};
  std::vector<AssignedCaller> assigned = decision::resolved(assignments(document, own, seq), terms);
  ResolvedQuestion question = decision::resolved(put, text(asked, "distributor", own), terms);
  if (!flag(asked, "by_plan")) {  // else as the numbering plan says
    const Value none{canonical::Array{}};
    const Value* zones = asked.find("zones");
    if (zones == nullptr) zones = &none;
    Whereabouts where{{}, flag(asked, "home_only")};
    for (const std::string& zone : words(*zones)) where.zones |= Zones::russia().zone(zone);
    question.whereabouts = where;
  }
  return {file.filename().string(),
          std::move(document),
          std::move(subjects),
          question,
          std::move(assigned),
          decision::caller_hash(put),
          seq};
}

/// All of a folder of tests/vectors, by name.
inline std::vector<Vector> read_vectors(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(CONSENT_VECTORS) + "/" + folder)) {
    if (file.path().extension() == ".json") files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Vector> found;
  found.reserve(files.size());
  for (const auto& file : files) found.push_back(read_vector(file));
  return found;
}

}  // namespace vectors
