#include <algorithm>
#include <functional>

#include "catch.hpp"
#include "consent/error.hpp"
#include "event/decode.hpp"
#include "event/encode.hpp"
#include "event/random_event.hpp"
#include "standing/standing.hpp"

using namespace consent;
using canonical::Array;
using canonical::Object;
using canonical::Value;
using consent_testing::contains;
using consent_testing::RandomEvents;

namespace {

constexpr std::size_t events = std::variant_size_v<Event>;
constexpr std::size_t log_events = std::variant_size_v<LogEvent>;
const std::string origin = "romashka.example/consent";

struct Written {
  EventType type;
  std::optional<Event> event;  ///< none: of the log itself
  std::string own;             ///< the log's distributor
  std::size_t details_at = 0;
  std::string body;
  std::string bytes;
};

/// Takes a body in as a reader does.
void append(const Entry& entry, const Value& body, Terms& terms, SubjectStanding& standing) {
  const AnyEvent said = decode_body(entry.type, body);
  if (const auto* const event = std::get_if<Event>(&said)) {
    append_clauses(entry, *event, {}, terms, standing);
  }
}

/// An entry that a writer could write.
Written written(RandomEvents& random, std::size_t which) {
  Written made;
  Envelope envelope;
  envelope.at = parse_instant("2060-01-01T00:00:00Z");
  envelope.log = origin;
  envelope.prev = random.digest();
  const std::string salt(random.digest().view().substr(0, 16));
  envelope.salt = salt;
  envelope.seq = (std::uint64_t{1} << 53) - 1;
  if (which < events) {
    Event event = random.event(which);
    if (auto* const e = std::get_if<EvidenceAdded>(&event)) e->of %= envelope.seq;
    if (auto* const e = std::get_if<RequestAnswered>(&event)) e->of %= envelope.seq;
    if (auto* const e = std::get_if<EntryCorrected>(&event)) e->of %= envelope.seq;
    validate(event);
    envelope.type = type_of(event);
    const std::uint64_t count = 1 + random.below(1000);
    envelope.subject = SubjectRef{random.digest(), count,
                                  count == 1 ? -1 : static_cast<std::int64_t>(random.below(1000))};
    made.own = random.maybe() ? "7707083893" : "";
    made.details_at = encode_body(event, made.own, random.digest(), {}, made.body);
    made.event = event;
  } else {
    const LogEvent event = random.log_event(which - events);
    validate(event);
    envelope.type = type_of(event);
    encode_body(event, made.body);
  }
  made.type = envelope.type;
  encode_entry(envelope, made.body, made.bytes);
  return made;
}

std::string refused(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    return error.what();
  }
  return "";
}

Entry entry_of(EventType type) {
  Entry entry;
  entry.type = type;
  entry.recorded = parse_instant("2060-01-01T00:00:00Z");
  entry.seq = 1000;
  return entry;
}

using Members = std::vector<std::pair<std::string, Value>>;

Object object_of(const Members& members) {
  Object object;
  for (const auto& [key, value] : members) canonical::set(object, key, value);
  return object;
}

/// What every subject entry says, and `members`.
Object subject_body(const Members& members) {
  Object object = object_of(members);
  canonical::set(object, "details", std::string(64, 'a'));
  canonical::set(object, "happened", "2026-01-01T00:00:00.000000Z");
  return object;
}

constexpr auto earlier = "2026-01-01T00:00:00.000000Z";
constexpr auto later = "2026-01-02T00:00:00.000000Z";
const std::string id(32, '7');

}  // namespace

TEST_CASE("every type has one word, and its place follows from it", "[event][types]") {
  std::vector<std::string> words;
  for (unsigned i = 0; !to_word(static_cast<EventType>(i)).empty(); ++i) {
    const auto type = static_cast<EventType>(i);
    words.emplace_back(to_word(type));
    CHECK(from_word<EventType>(words.back()) == type);
    CHECK(std::count(words.back().begin(), words.back().end(), '.') == 1);
  }
  CHECK(words.size() == 29);
  CHECK(words.back() == "receipt.issued");
  std::sort(words.begin(), words.end());
  CHECK(std::unique(words.begin(), words.end()) == words.end());
  CHECK(is_about_subject(EventType::subject_held));
  CHECK(is_about_subject(EventType::receipt_issued));
  for (const auto type :
       {EventType::log_created, EventType::wording_registered, EventType::clock_step,
        EventType::log_restored, EventType::log_heartbeat, EventType::log_backed_up,
        EventType::log_backup_destroyed, EventType::caller_assigned, EventType::caller_released,
        EventType::anchor_added, EventType::map_recorded, EventType::key_rotated})
    CHECK_FALSE(is_about_subject(type));
  CHECK(is_reserved(EventType::anchor_added));
  CHECK_FALSE(is_reserved(EventType::log_heartbeat));
}

TEST_CASE("what is written is read, and written again the same", "[event][entry][property]") {
  const auto seed = GENERATE(std::uint64_t{1}, std::uint64_t{20261122});
  RandomEvents random(seed);
  for (int round = 0; round < 400; ++round) {
    for (std::size_t which = 0; which < events + log_events; ++which) {
      const Written made = written(random, which);
      CAPTURE(seed, round, made.bytes);
      REQUIRE(made.bytes.size() <= canonical::max_bytes);
      const DecodedEntry read = decode_entry(made.bytes);
      REQUIRE(read.entry.type == made.type);
      REQUIRE(read.entry.bytes == made.bytes);
      REQUIRE(read.entry.leaf == merkle::leaf_hash(made.bytes));
      REQUIRE(canonical::encode(canonical::decode(made.bytes)) == made.bytes);
      REQUIRE(canonical::encode(read.body) == made.body);
      REQUIRE_NOTHROW(check_body(read.entry, read.body));
      REQUIRE_NOTHROW(check_entry(made.bytes));
      const AnyEvent said = decode_event(read);
      std::string again;
      if (const auto* const event = std::get_if<Event>(&said)) {
        REQUIRE(type_of(*event) == made.type);
        (void)encode_body(*event, {}, base_of(*event).details, {}, again);
      } else {
        encode_body(std::get<LogEvent>(said), again);
      }
      REQUIRE(again == made.body);
    }
  }
}

TEST_CASE("what an event adds to standing is what its bytes add", "[event][standing][property]") {
  RandomEvents random(11);
  for (int round = 0; round < 400; ++round) {
    for (std::size_t which = 0; which < events; ++which) {
      const Written made = written(random, which);
      CAPTURE(round, made.bytes);
      const Entry entry = decode_entry(made.bytes).entry;
      Terms told_terms, read_terms;
      SubjectStanding told, read;
      append_clauses(entry, *made.event, made.own, told_terms, told);
      append_clauses(entry, read_terms, read);
      REQUIRE(told.clauses == read.clauses);
      REQUIRE(told.closed == read.closed);
      REQUIRE(told_terms.size() == read_terms.size());
      for (std::uint32_t id = 1; id <= told_terms.size(); ++id) {
        REQUIRE(told_terms.text(id) == read_terms.text(id));
      }
    }
  }
}

TEST_CASE("two events are the same where all but what is sealed is", "[event][once][property]") {
  RandomEvents random(12);
  for (int round = 0; round < 200; ++round) {
    for (std::size_t which = 0; which < events; ++which) {
      const Written made = written(random, which);
      CAPTURE(made.bytes);
      const Digest first = fingerprint(made.type, made.body, made.details_at);
      const auto same = [&](const std::string& body) {
        const AnyEvent said = decode_body(made.type, canonical::decode(body));
        return fingerprint(std::get<Event>(said)) == first;
      };
      REQUIRE(same(made.body));
      // Said again, it has another commitment; an unknown member says nothing.
      Object body = *canonical::decode(made.body).object();
      canonical::set(body, "details", to_hex(random.digest()));
      canonical::set(body, "zz_not_known", "x");
      REQUIRE(same(canonical::encode(body)));
      // Each member that the table knows counts.
      const Object members = body;
      for (const auto& [key, value] : members) {
        if (key == "details" || key == "zz_not_known") continue;
        Object other = body;
        std::erase_if(other, [&](const auto& member) { return member.first == key; });
        std::optional<bool> answer;
        try {
          answer = same(canonical::encode(other));
        } catch (const Error&) {  // it is needed
          continue;
        }
        CAPTURE(key);
        REQUIRE(answer == false);
      }
    }
  }
}

TEST_CASE("what is sealed is opened, and nothing of it is in the body", "[event][entry][privacy]") {
  RandomEvents random(13);
  for (int round = 0; round < 100; ++round) {
    const Written made = written(random, 5);
    ContactMade contact = std::get<ContactMade>(*made.event);
    contact.organisation = "ООО «Ромашка»";
    contact.decision_maker = "Мария \"Маша\" Иванова";
    contact.note = "Просила\nперезвонить";
    const std::string details = encode_details(Event(contact));
    Event opened(ContactMade{});
    open_details(details, opened);
    const auto& read = std::get<ContactMade>(opened);
    CHECK(read.number == contact.number);
    CHECK(read.organisation == contact.organisation);
    CHECK(read.decision_maker == contact.decision_maker);
    CHECK(read.note == contact.note);
    CHECK(number_in(details) == contact.number);
    std::string body;
    (void)encode_body(Event(contact), {}, Digest{}, {}, body);
    const Object clear = *canonical::decode(body).object();
    const Object sealed = *canonical::decode(details).object();
    for (const auto& [key, value] : sealed) {
      CHECK(std::none_of(clear.begin(), clear.end(),
                         [&](const auto& member) { return member.first == key; }));
    }
  }
  CHECK(encode_details(Event(NumberReassigned{{*PhoneNumber::from_digits(79161234567), {}}})) ==
        R"({"number":"+79161234567"})");
  CHECK(number_in("{}") == std::nullopt);
  CHECK(number_in(R"({"number":"8 916"})") == std::nullopt);
}

TEST_CASE("a known member of another kind is refused, an unknown one is not",
          "[event][entry][property]") {
  RandomEvents random(7);
  const std::vector<Value> others{true,
                                  std::int64_t{-1},
                                  "",
                                  "two words",
                                  Array{},
                                  Array{"zz zz"},
                                  Object{},
                                  Array{"web", "app"},
                                  Array{std::int64_t{1}}};
  for (int round = 0; round < 60; ++round) {
    for (std::size_t which = 0; which < events + log_events; ++which) {
      const Written made = written(random, which);
      const Object body = *canonical::decode(made.body).object();
      for (const auto& [key, value] : body) {
        CAPTURE(made.body, key);
        for (const Value& other : others) {
          // The one kind of value that may stand there is left out.
          const bool same_kind = (value.boolean() != nullptr && other.boolean() != nullptr) ||
                                 (key == "distributors" && other == Value(Array{}));
          if (same_kind) continue;
          Object changed = body;
          canonical::set(changed, key, other);
          REQUIRE(refused([&] { check_body(made.type, changed); }).find("'" + key + "'") !=
                  std::string::npos);
        }
        if (value.array() != nullptr && value.array()->size() > 1) {
          Array items = *value.array();
          std::swap(items.front(), items.back());
          Object changed = body;
          canonical::set(changed, key, items);
          REQUIRE_THROWS_AS(check_body(made.type, changed), Error);
          items.assign(2, items.front());
          canonical::set(changed, key, items);
          REQUIRE_THROWS_AS(check_body(made.type, changed), Error);
        }
      }
      Object changed = body;
      for (const Value& other : others) {
        canonical::set(changed, "zz_not_known", other);
        REQUIRE_NOTHROW(check_body(made.type, changed));
      }
    }
  }
}

TEST_CASE("what a file is called is sealed, and opened in its order", "[event][entry][privacy]") {
  ContactReceived contact{EventBase{*PhoneNumber::from_digits(79161234567), Instant{}}};
  contact.sender = "+74950000017";
  contact.files.push_back({"recording", "voice", {}, {}, "recording.m4a", "audio/mp4"});
  contact.files.push_back({"picture", "screen", {}, {}, "", ""});
  CHECK_NOTHROW(validate(Event(contact)));
  const std::string details = encode_details(Event(contact));
  CHECK(details.find("\"file_names\":[{\"name\":\"recording.m4a\",\"type\":\"audio/mp4\"},{}]") !=
        std::string::npos);
  ContactReceived read{EventBase{std::nullopt, Instant{}}};
  read.files.resize(2);
  Event opened(read);
  open_details(details, opened);
  CHECK(base_of(opened).files[0].name == "recording.m4a");
  CHECK(base_of(opened).files[1].type.empty());
  CHECK(std::get<ContactReceived>(opened).sender == contact.sender);
  // Names of other files than those of the entry.
  read.files.resize(1);
  Event other(read);
  CHECK_THROWS_AS(open_details(details, other), Error);
}

TEST_CASE("a robot is heard over voice alone", "[event]") {
  ContactReceived contact{EventBase{*PhoneNumber::from_digits(79161234567), Instant{}}};
  CHECK(channel_asked(contact) == Channel::voice);
  contact.heard = HeardAs::robot;
  CHECK(channel_asked(contact) == Channel::robot);
  contact.channel = Channel::sms;
  CHECK(channel_asked(contact) == Channel::sms);
}

TEST_CASE("a member that a type needs is missed", "[event][entry]") {
  struct Row {
    EventType type;
    Object body;
  };
  const std::int64_t three = 3;
  const Array words{"survey"};
  // Every member here is one that the type needs.
  const std::vector<Row> rows{
      {EventType::number_reassigned, subject_body({})},
      {EventType::receipt_issued, subject_body({})},
      {EventType::consent_asked, subject_body({})},
      {EventType::consent_refused, subject_body({})},
      {EventType::consent_withdrawn, subject_body({})},
      {EventType::consent_given, subject_body({{"channels", Array{"sms"}},
                                               {"covers", Array{"advertising"}},
                                               {"distributors", Array{}},
                                               {"purposes", words}})},
      {EventType::contact_made,
       subject_body({{"channel", "sms"}, {"direction", "incoming"}, {"purpose", "survey"}})},
      {EventType::contact_received, subject_body({{"channel", "sms"}, {"purpose", "survey"}})},
      {EventType::operator_refusal, subject_body({{"covers", Array{"mailing", "mass_calls"}}})},
      {EventType::number_classified, subject_body({{"personal_data", "yes"}})},
      {EventType::evidence_added,
       subject_body({{"evidence", Array{std::string(64, 'e')}}, {"of", three}})},
      {EventType::entry_corrected, subject_body({{"of", three}, {"reason", "typed_twice"}})},
      {EventType::subject_erased, subject_body({{"ground", "152-fz/21"}})},
      {EventType::subject_restricted, subject_body({{"ground", "152-fz/21"}})},
      {EventType::subject_held, subject_body({{"by", "7707083893"}})},
      {EventType::wording_registered, object_of({{"wording", std::string(64, 'e')}})},
      {EventType::clock_step, object_of({{"after", earlier}, {"before", later}, {"kind", "back"}})},
      {EventType::log_restored, object_of({{"incarnation", id},
                                           {"lost_from", three},
                                           {"lost_to", std::int64_t{9}},
                                           {"reason", "disk"}})},
      {EventType::log_backed_up,
       object_of(
           {{"file", std::string(64, 'e')}, {"root", std::string(64, 'e')}, {"size", three}})},
      {EventType::log_backup_destroyed, object_of({{"of", three}})},
      {EventType::caller_assigned,
       object_of({{"caller", "call-centre"}, {"distributor", "7707083893"}, {"from", earlier}})},
      {EventType::caller_released, object_of({{"of", three}, {"until", later}})},
      {EventType::log_created,
       object_of({{"format", "v1"}, {"incarnation", id}, {"key", "name+01+key"}})},
  };
  for (const Row& row : rows) {
    CAPTURE(to_word(row.type));
    REQUIRE_NOTHROW(check_body(row.type, row.body));
    for (const auto& [key, value] : row.body) {
      Object without = row.body;
      std::erase_if(without, [&](const auto& member) { return member.first == key; });
      CHECK(refused([&] { check_body(row.type, without); }) == "entry: '" + key + "' is missing");
    }
  }
}

TEST_CASE("members that contradict each other are refused", "[event][entry]") {
  const auto said = [](EventType type, const Object& body) {
    return refused([&] { check_body(entry_of(type), body); });
  };
  CHECK(said(EventType::clock_step,
             object_of({{"after", earlier}, {"before", later}, {"kind", "forward"}})) ==
        "entry: 'kind' is not what the two times say");
  CHECK(said(EventType::clock_step,
             object_of({{"after", later}, {"before", later}, {"kind", "forward"}})) ==
        "entry: 'kind' is not what the two times say");
  const auto lost = [](std::int64_t from, std::int64_t to) {
    return object_of(
        {{"incarnation", id}, {"lost_from", from}, {"lost_to", to}, {"reason", "disk"}});
  };
  CHECK(said(EventType::log_restored, lost(10, 9)) == "entry: 'lost_to' is below 'lost_from'");
  CHECK(said(EventType::log_restored, lost(1001, 1001)) ==
        "entry: 'lost_from' is after this entry");
  CHECK(said(EventType::log_restored, lost(1000, 1000)).empty());
  const auto copied = [](std::int64_t size) {
    return object_of(
        {{"file", std::string(64, 'e')}, {"root", std::string(64, 'e')}, {"size", size}});
  };
  CHECK(said(EventType::log_backed_up, copied(1001)) ==
        "entry: 'size' is above this entry's place");
  CHECK(said(EventType::log_backed_up, copied(1000)).empty());
  CHECK(said(EventType::log_backup_destroyed, object_of({{"of", std::int64_t{1000}}})) ==
        "entry: 'of' is not an entry before this one");
  CHECK(
      said(EventType::caller_released, object_of({{"of", std::int64_t{1000}}, {"until", later}})) ==
      "entry: 'of' is not an entry before this one");
  const auto assigned = [](const char* caller, const char* until) {
    return object_of({{"caller", caller},
                      {"distributor", "7707083893"},
                      {"from", "2026-01-01T00:00:00.000000Z"},
                      {"until", until}});
  };
  CHECK(said(EventType::caller_assigned, assigned("x", "2026-01-01T00:00:00.000001Z")).empty());
  CHECK(said(EventType::caller_assigned, assigned("x", "2026-01-01T00:00:00.000000Z")) ==
        "entry: 'until' is not after 'from'");
  CHECK(said(EventType::caller_assigned, assigned("7707083893", "2027-01-01T00:00:00.000000Z")) ==
        "entry: 'caller' is the distributor itself");
  const auto corrects = [](std::int64_t of) { return subject_body({{"of", of}, {"reason", "x"}}); };
  CHECK(said(EventType::entry_corrected, corrects(1000)) ==
        "entry: 'of' is not an entry before this one");
  CHECK(said(EventType::entry_corrected, corrects(999)).empty());
  CHECK(said(EventType::number_classified,
             subject_body({{"inn", "7707083893"}, {"kind", "person"}, {"personal_data", "yes"}})) ==
        "entry: 'inn' is an organisation's, and 'kind' a person");
  Object late = subject_body({});
  canonical::set(late, "happened", "2060-01-01T00:00:00.000001Z");
  CHECK(said(EventType::number_reassigned, late) ==
        "entry: 'happened' is after the entry was recorded");
}

TEST_CASE("reserved types are read with any body", "[event][entry]") {
  const Members any{{"of", "any"}, {"wording", Array{std::int64_t{1}}}};
  for (const auto type : {EventType::anchor_added, EventType::map_recorded}) {
    CHECK_NOTHROW(check_body(type, Object{}));
    CHECK_NOTHROW(check_body(type, object_of(any)));
    CHECK_THROWS_AS(check_body(type, Value(Array{})), Error);
  }
  CHECK_NOTHROW(check_body(EventType::receipt_issued, subject_body(any)));
}

TEST_CASE("an entry is at most 16 KiB", "[event][entry]") {
  Envelope envelope;
  envelope.log = origin;
  const std::string salt(16, 's');
  envelope.salt = salt;
  envelope.type = EventType::log_heartbeat;
  std::string out;
  encode_entry(envelope, R"({"x":""})", out);
  const std::size_t room = canonical::max_bytes - out.size();
  out.clear();
  encode_entry(envelope, "{\"x\":\"" + std::string(room, 'x') + "\"}", out);
  CHECK(out.size() == canonical::max_bytes);
  CHECK_NOTHROW(check_entry(out));
  std::string more;
  CHECK_THROWS_AS(encode_entry(envelope, "{\"x\":\"" + std::string(room + 1, 'x') + "\"}", more),
                  Error);
  out.insert(out.find("xx"), 1, 'x');
  CHECK_THROWS_AS(check_entry(out), ParseError);
}

TEST_CASE("validate refuses what the new events may not hold", "[event][validate]") {
  const EventBase base{*PhoneNumber::from_digits(79161234567),
                       parse_instant("2026-11-20T10:00:00Z"), ""};
  const auto said = [](const Event& event) { return refused([&] { validate(event); }); };
  OperatorRefusal barred{base};
  CHECK(said(barred).empty());
  barred.covers = {};
  CHECK_THAT(said(barred), contains("covers: "));
  barred.covers = {Cover::mass_calls, Cover::advertising};
  CHECK_THAT(said(barred), contains("covers: "));
  barred.covers = {Cover::mailing};
  barred.operator_id = "7707083894";
  CHECK_THAT(said(barred), contains("operator_id: not an INN"));

  NumberClassified facts{base};
  CHECK(said(facts).empty());
  facts.inn = "500100732259";  // a person's
  CHECK(said(facts) == "inn: not the INN of an organisation");
  facts.inn = "7707083893";
  CHECK(said(facts).empty());
  facts.kind = SubscriberKind::sole_trader;
  CHECK_THAT(said(facts), contains("inn: "));

  EvidenceAdded file{base};
  CHECK_THAT(said(file), contains("evidence: "));
  file.evidence = {FileHash{}};
  CHECK(said(file).empty());
  file.of = std::uint64_t{1} << 53;
  CHECK_THAT(said(file), contains("of: "));
  CHECK(refers_to(file) == file.of);
  CHECK_FALSE(refers_to(barred));

  EntryCorrected wrong{base};
  CHECK(said(wrong) == "reason: is needed");
  wrong.reason = "ошибка оператора";
  CHECK_THAT(said(wrong), contains("reason: a short word"));
  wrong.reason = "wrong_number";
  CHECK(said(wrong).empty());
  wrong.fields.assign(65, "x");
  CHECK_THAT(said(wrong), contains("fields: "));

  SubjectErased gone{base};
  CHECK(said(gone) == "ground: is needed");
  SubjectRestricted blocked{base};
  CHECK(said(blocked) == "ground: is needed");
  blocked.ground = "152-fz/21";
  blocked.until = base.happened;
  CHECK_THAT(said(blocked), contains("until: "));
  SubjectHeld held{base};
  CHECK(said(held) == "by: an empty name");
  held.by = "79161234567";
  CHECK_THAT(said(held), contains("by: not an INN"));

  const auto logs = [](const LogEvent& event) { return refused([&] { validate(event); }); };
  CHECK_THAT(logs(WordingRegistered{}), contains("wording: "));
  CHECK(logs(WordingRegistered{{"Согласен."}, "ru"}).empty());
  CHECK_THAT(logs(WordingRegistered{{"x"}, "two words"}), contains("language: "));
  CHECK_THAT(logs(WordingRegistered{{std::string(64 * 1024 + 1, 'x')}, ""}), contains("wording: "));
  CHECK_THAT(logs(ClockStep{}), contains("after: "));
  CHECK_THAT(logs(LogRestored{2, 1, "x", std::string(16, 'i')}), contains("lost_to: "));
  CHECK_THAT(logs(LogRestored{1, 2, "", std::string(16, 'i')}), contains("reason: "));
  CHECK_THAT(logs(LogRestored{1, 2, "x", "short"}), contains("incarnation: "));
  CHECK(logs(LogHeartbeat{}).empty());
  CHECK_THAT(logs(LogBackedUp{}), contains("size: "));
  const Instant day = parse_instant("2026-03-01T00:00:00Z");
  CHECK(logs(CallerAssigned{"call-centre", "7707083893", day, {}, {}, {}, {}, {}}).empty());
  CHECK_THAT(logs(CallerAssigned{"", "7707083893", day, {}, {}, {}, {}, {}}), contains("caller: "));
  CHECK_THAT(logs(CallerAssigned{"79161234567", "7707083893", day, {}, {}, {}, {}, {}}),
             contains("caller: "));
  CHECK_THAT(logs(CallerAssigned{"call-centre", "", day, {}, {}, {}, {}, {}}),
             contains("distributor: "));
  CHECK_THAT(logs(CallerAssigned{"7707083893", "7707083893", day, {}, {}, {}, {}, {}}),
             contains("caller: "));
  CHECK_THAT(logs(CallerAssigned{"call-centre", "7707083893", day, day, {}, {}, {}, {}}),
             contains("until: "));
  CHECK_THAT(logs(CallerReleased{std::uint64_t{1} << 60U, day, {}}), contains("of: "));
}

TEST_CASE("no word of an event spells the subscriber's number", "[event][validate][privacy]") {
  const EventBase base{PhoneNumber::parse("+79161234567"), parse_instant("2026-11-20T00:00:00Z"),
                       ""};
  const auto* const spelled = GENERATE("8-916-123-45-67", "rec_8(916)123.45.67.wav",
                                       "crm:+7/916/1234567", "916-1-2-3-4-5-6-7");
  CAPTURE(spelled);
  const std::string number = "the subscriber's number";
  const auto refuses = [&](const Event& event) {
    CHECK(refused([&] { validate(event); }).find(number) != std::string::npos);
  };
  ContactMade contact{base};
  CHECK(refused([&] { validate(Event(contact)); }).empty());
  contact.agent_ref = spelled;
  refuses(contact);
  contact = ContactMade{base};
  contact.caller = spelled;
  refuses(contact);
  NumberReassigned reassigned{base};
  reassigned.source = spelled;
  refuses(reassigned);
  ConsentWithdrawn withdrawn{base};
  withdrawn.distributors = {"7707083893", spelled};
  refuses(withdrawn);
  withdrawn.distributors = {"7707083893", "spring-2026-11-20.01"};
  CHECK(refused([&] { validate(Event(withdrawn)); }).empty());
  RequestReceived request{base};
  request.files.push_back({spelled, "bytes", {}});
  refuses(request);
}

TEST_CASE("an operator's refusal is one clause, for all who call", "[event][standing]") {
  const Entry entry = entry_of(EventType::operator_refusal);
  Terms terms;
  SubjectStanding standing;
  // Members that other types know mean nothing here.
  append(entry,
         subject_body({{"campaign", std::int64_t{7}},
                       {"covers", Array{"mailing"}},
                       {"distributors", Array{"a", "b"}},
                       {"in_force", "2026-02-01T00:00:00.000000Z"},
                       {"prechecked", std::int64_t{7}},
                       {"purposes", "x"}}),
         terms, standing);
  REQUIRE(standing.clauses.size() == 1);
  Clause expected;
  expected.type = EventType::operator_refusal;
  expected.covers = {Cover::mailing};
  expected.flags = Clause::in_force_stated;
  expected.said = parse_instant("2026-02-01T00:00:00Z");
  expected.recorded = entry.recorded;
  expected.seq = entry.seq;
  CHECK(standing.clauses[0] == expected);
  CHECK(unpack_clauses(pack_clauses(standing.clauses)) == standing.clauses);
  CHECK(terms.size() == 0);
  standing.clauses.clear();
  append(entry, subject_body({{"covers", Array{"mass_calls"}}}), terms, standing);
  REQUIRE(standing.clauses.size() == 1);
  CHECK(standing.clauses[0].said == parse_instant(earlier));
}

TEST_CASE("a correction and its like change no clause and close nothing", "[event][standing]") {
  RandomEvents random(3);
  for (std::size_t which = 0; which < events + log_events; ++which) {
    const Written made = written(random, which);
    const bool speaks =
        made.type == EventType::consent_given || made.type == EventType::consent_refused ||
        made.type == EventType::consent_withdrawn || made.type == EventType::operator_refusal ||
        made.type == EventType::subject_erased || made.type == EventType::subject_restricted ||
        made.type == EventType::number_classified || made.type == EventType::evidence_added;
    const bool closes =
        made.type == EventType::number_reassigned || made.type == EventType::subject_erased;
    CAPTURE(made.bytes);
    const DecodedEntry read = decode_entry(made.bytes);
    Terms terms;
    SubjectStanding standing;
    append(read.entry, read.body, terms, standing);
    CHECK(standing.clauses.empty() != speaks);
    CHECK(standing.closed.has_value() == closes);
  }
}

TEST_CASE("members of another type leave no mark on a withdrawal", "[event][standing]") {
  Terms terms;
  SubjectStanding standing;
  const std::int64_t seven = 7;
  append(entry_of(EventType::consent_withdrawn),
         subject_body({{"code", seven},
                       {"document", seven},
                       {"in_contract", Object{}},
                       {"method", "no such word"},
                       {"prechecked", "x"},
                       {"until", seven},
                       {"wording", std::string(64, 'a')}}),
         terms, standing);
  REQUIRE(standing.clauses.size() == 1);
  CHECK(standing.clauses[0].flags == 0);
  CHECK(standing.clauses[0].until == Instant::max());
}
