// tests/vectors/decision/*.json: canonical JSON, indented; shared with Python.
// Events -> bodies -> clauses by the log's own encoder and reader, then judge().
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "catch.hpp"
#include "event/canonical.hpp"
#include "event/encode.hpp"
#include "log/standing.hpp"
#include "story.hpp"

using namespace story;
using canonical::Value;

namespace {

std::string without_layout(const std::string& json) {
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
const Value& member(const Value& value, std::string_view key) { return present(value.find(key)); }
const std::string& word(const Value& value) { return present(value.string()); }

std::string text(const Value& value, std::string_view key, const std::string& otherwise = {}) {
  const Value* found = value.find(key);
  return found == nullptr ? otherwise : word(*found);
}
bool flag(const Value& value, std::string_view key) {
  const Value* found = value.find(key);
  return found != nullptr && present(found->boolean());
}
std::vector<std::string> words(const Value& value) {
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
std::optional<std::vector<std::string>> names(const Value& value) {
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

Event read_event(const Value& from, PhoneNumber number) {
  const std::string type = text(from, "event");
  const EventBase base{number, parse_instant(text(from, "happened")), ""};
  if (type == "number.reassigned") return NumberReassigned{base};
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
  REQUIRE(type == "consent.given");
  ConsentGiven event{base, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  scope(event, from, number);
  if (event.covers.empty()) event.covers = {Cover::advertising};
  event.method = from_word<Method>(text(from, "method", "recorded_voice")).value();
  event.wording.text = text(from, "wording", "Согласен на рекламу.");
  if (from.find("until") != nullptr) event.until = parse_instant(text(from, "until"));
  event.prechecked = flag(from, "prechecked");
  if (const Value* contract = from.find("in_contract")) {
    event.in_contract = ConsentGiven::InContract{flag(*contract, "separate_mark")};
  }
  if (const Value* code = from.find("code")) {
    event.code = ConsentGiven::Code{flag(*code, "sent_to_this_number"), flag(*code, "returned")};
  }
  return event;
}

}  // namespace

TEST_CASE("the decision vectors come out as they say", "[decision][vectors]") {
  std::size_t files = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(CONSENT_VECTORS) + "/decision")) {
    if (file.path().extension() != ".json") continue;
    ++files;
    std::ifstream in(file.path());
    std::ostringstream raw;
    raw << in.rdbuf();
    INFO(file.path().filename().string());
    const Value vector = canonical::decode(without_layout(raw.str()));
    const std::string own = text(vector, "distributor");
    const Value& asked = member(vector, "question");
    const PhoneNumber number = PhoneNumber::from_e164(text(asked, "number")).value();

    Terms terms;
    std::vector<SubjectStanding> subjects(1);
    std::uint64_t seq = 1;
    for (const Value& from : present(member(vector, "events").array())) {
      const Event event = read_event(from, number);
      std::string body;
      encode_body(event, own, Digest{}, {}, body);
      Entry entry;
      entry.seq = seq++;
      entry.type = type_of(event);
      entry.recorded = parse_instant(text(from, "recorded", text(from, "happened")));
      append_clauses(entry, canonical::decode(body), terms, subjects.back());
      if (entry.type == EventType::number_reassigned) subjects.emplace_back();
    }

    const std::string distributor = text(asked, "distributor", own);
    const std::string campaign = text(asked, "campaign");
    const auto term = [&](const std::string& name) {
      const std::uint32_t id = terms.find(name);
      return id == 0 ? ~std::uint32_t{0} : id;
    };
    const ResolvedQuestion question{
        number,
        term(distributor),
        campaign.empty() ? 0 : term(campaign),
        from_word<Purpose>(text(asked, "purpose")).value(),
        from_word<Channel>(text(asked, "channel")).value(),
        from_word<DialledBy>(text(asked, "dialled_by", "person")).value(),
        parse_instant(text(asked, "at")),
        text(asked, "basis") == "recorded" ? Basis::recorded : Basis::said};
    const Decision decision = explain(judge(question, subjects, russia()), question, russia(), seq);

    const Value& expected = member(vector, "expected");
    CHECK(std::string(to_word(decision.verdict)) == text(expected, "verdict"));
    CHECK(said(decision) == words(member(expected, "findings")));
    const Value* relied_on = expected.find("relied_on");
    CHECK(decision.relied_on.has_value() == (relied_on != nullptr));
    if (relied_on != nullptr && decision.relied_on) {
      CHECK(static_cast<std::int64_t>(*decision.relied_on) == present(relied_on->integer()));
    }
  }
  CHECK(files >= 20);
}
