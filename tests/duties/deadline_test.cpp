#include "consent/deadline.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "log/log_fixture.hpp"

namespace {

using namespace consent;
using consent::test::at;
using consent::test::number;
using std::chrono::year;

constexpr const char* kWho = "+79161234567";

struct Story {
  test::Scratch scratch;
  Log log = consent::create_log(scratch / "log", test::romashka(), at("2026-01-12T09:00:00+03:00"));

  std::uint64_t tell(const Event& event) {
    return log.append(event, at("2026-11-01T00:00:00+03:00")).seq;
  }
  std::uint64_t request(RequestKind kind, std::string_view when) {
    RequestReceived event{{number(kWho), at(when)}};
    event.kind = kind;
    return tell(event);
  }
  void answer(std::uint64_t of, RequestOutcome outcome, std::string_view when) {
    RequestAnswered event{{number(kWho), at(when)}};
    event.of = of;
    event.outcome = outcome;
    tell(event);
  }
  [[nodiscard]] std::map<std::string, Due> due(std::string_view when) const {
    std::map<std::string, Due> found;
    for (Due& each : consent::due(log, DeadlineRows::russia(), Calendar::russia(), at(when))) {
      found.emplace(each.row ? each.row->id : "hold", std::move(each));
    }
    return found;
  }
};

ConsentWithdrawn withdrawal(Covers covers, std::string_view when) {
  ConsentWithdrawn event = test::withdrawn(kWho, when);
  event.covers = covers;
  return event;
}

constexpr std::string_view kLate = "2026-11-02T00:00:00+03:00";

}  // namespace

TEST_CASE("deadline: an access request is answered in ten working days, holidays left out",
          "[deadline]") {
  Story story;
  // 29 April 2026 is a Wednesday; 1 and 11 May are days off.
  const auto seq = story.request(RequestKind::access, "2026-04-29T23:30:00+03:00");
  const auto found = story.due(kLate);
  REQUIRE(found.size() == 1);
  const Due& due = found.at("ru/152-fz/20-1");
  CHECK(due.state == DueState::overdue);
  CHECK(due.seq == seq);
  CHECK(due.number->e164() == kWho);
  REQUIRE(due.last_day);
  CHECK(*due.last_day == year{2026} / 5 / 15);
  CHECK(due.ends == at("2026-05-16T00:00:00+03:00"));
}

TEST_CASE("deadline: a demand that arrives after midnight in Moscow starts on that day there",
          "[deadline]") {
  Story story;
  story.request(RequestKind::correction, "2026-06-01T21:30:00Z");  // 2 June, 00:30 in Moscow
  CHECK(*story.due(kLate).at("ru/152-fz/21-2").last_day == year{2026} / 6 / 11);
}

TEST_CASE("deadline: five more working days only where the subject was told why", "[deadline]") {
  Story story;
  const auto seq = story.request(RequestKind::stop_processing, "2026-09-01T10:00:00+03:00");
  CHECK(*story.due(kLate).at("ru/152-fz/21-5-1").last_day == year{2026} / 9 / 15);
  story.answer(seq, RequestOutcome::extended, "2026-09-10T10:00:00+03:00");
  const auto found = story.due(kLate);
  CHECK(*found.at("ru/152-fz/21-5-1").last_day == year{2026} / 9 / 22);
  CHECK(found.at("ru/152-fz/21-5-1").extended);
  story.answer(seq, RequestOutcome::extended, "2026-09-11T10:00:00+03:00");
  CHECK(*story.due(kLate).at("ru/152-fz/21-5-1").last_day == year{2026} / 9 / 22);
  story.answer(seq, RequestOutcome::done, "2026-09-12T10:00:00+03:00");
  CHECK(story.due(kLate).empty());
}

TEST_CASE("deadline: an answer to another request ends nothing", "[deadline]") {
  Story story;
  const auto access = story.request(RequestKind::access, "2026-09-01T10:00:00+03:00");
  const auto other = story.request(RequestKind::correction, "2026-09-01T11:00:00+03:00");
  story.answer(other, RequestOutcome::refused, "2026-09-02T10:00:00+03:00");
  const auto found = story.due(kLate);
  REQUIRE(found.size() == 1);
  CHECK(found.begin()->second.seq == access);
}

TEST_CASE(
    "deadline: a withdrawal of the consent to personal data starts thirty days, one of "
    "advertising alone does not",
    "[deadline]") {
  Story story;
  story.tell(withdrawal({Cover::advertising}, "2026-10-01T10:00:00+03:00"));
  CHECK(story.due(kLate).empty());
  auto event = withdrawal({Cover::personal_data}, "2026-10-01T10:00:00+03:00");
  event.received_at = at("2026-10-03T10:00:00+03:00");
  story.tell(event);
  const auto found = story.due(kLate);
  REQUIRE(found.size() == 1);
  const Due& due = found.at("ru/152-fz/21-5");
  CHECK(*due.last_day == year{2026} / 11 / 2);
  CHECK(due.state == DueState::open);
  CHECK(story.due("2026-11-03T00:00:00+03:00").at("ru/152-fz/21-5").state == DueState::overdue);
  CHECK(story.due("2026-11-02T23:59:59+03:00").at("ru/152-fz/21-5").state == DueState::open);
}

TEST_CASE(
    "deadline: a withdrawal of everything covers personal data, a later consent to their "
    "processing ends the term, an earlier one does not",
    "[deadline]") {
  Story story;
  auto early = test::given(kWho, "2026-09-01T10:00:00+03:00");
  early.covers = {Cover::personal_data};
  story.tell(withdrawal({}, "2026-10-01T10:00:00+03:00"));
  story.tell(early);  // imported after
  CHECK(story.due(kLate).count("ru/152-fz/21-5") == 1);
  auto later = test::given(kWho, "2026-10-05T10:00:00+03:00");
  story.tell(later);  // to advertising alone
  CHECK(story.due(kLate).count("ru/152-fz/21-5") == 1);
  later.covers = {Cover::personal_data};
  story.tell(later);
  CHECK(story.due(kLate).empty());
}

TEST_CASE("deadline: a stop is kept until an advertising contact breaks it", "[deadline]") {
  Story story;
  story.tell(withdrawal({Cover::advertising}, "2026-10-01T10:00:00+03:00"));
  ContactMade call{{number(kWho), at("2026-09-30T10:00:00+03:00")}};
  call.purpose = Purpose::advertising;
  story.tell(call);  // before the stop
  call.happened = at("2026-10-02T10:00:00+03:00");
  call.purpose = Purpose::service;
  story.tell(call);
  call.direction = Direction::incoming;
  call.purpose = Purpose::advertising;
  story.tell(call);
  CHECK(story.due(kLate).empty());
  call.direction = Direction::outgoing;
  const auto seq = story.tell(call);
  const auto found = story.due(kLate);
  REQUIRE(found.size() == 2);
  CHECK(found.at("ru/38-fz/18-1/stop").broken_by == seq);
  CHECK(found.at("ru/152-fz/15-2").state == DueState::overdue);
}

TEST_CASE("deadline: a stop of another channel or distributor is not broken", "[deadline]") {
  Story story;
  auto stop = withdrawal({Cover::advertising}, "2026-10-01T10:00:00+03:00");
  stop.channels = {Channel::sms};
  story.tell(stop);
  stop.channels = {};
  stop.distributors = {"7736050003"};
  story.tell(stop);
  ContactMade call{{number(kWho), at("2026-10-02T10:00:00+03:00")}};
  call.purpose = Purpose::advertising;
  story.tell(call);
  CHECK(story.due(kLate).empty());
}

TEST_CASE("deadline: a stop of calls is broken by a robot's call", "[deadline][standing]") {
  Story story;
  auto stop = withdrawal({Cover::advertising}, "2026-10-01T10:00:00+03:00");
  stop.channels = {Channel::voice};
  story.tell(stop);
  ContactMade call{{number(kWho), at("2026-10-02T10:00:00+03:00")}};
  call.purpose = Purpose::advertising;
  call.channel = Channel::robot;
  const auto seq = story.tell(call);
  CHECK(story.due(kLate).at("ru/38-fz/18-1/stop").broken_by == seq);
}

TEST_CASE("deadline: a stop of one campaign is broken by a call that names none",
          "[deadline][standing]") {
  Story story;
  auto stop = withdrawal({Cover::advertising}, "2026-10-01T10:00:00+03:00");
  stop.campaign = "spring";
  story.tell(stop);
  ContactMade call{{number(kWho), at("2026-10-02T10:00:00+03:00")}};
  call.purpose = Purpose::advertising;
  call.campaign = "autumn";
  story.tell(call);
  CHECK(story.due(kLate).empty());
  call.campaign = "";
  const auto seq = story.tell(call);
  CHECK(story.due(kLate).at("ru/38-fz/18-1/stop").broken_by == seq);
}

TEST_CASE("deadline: a consent to somebody else does not end a stop", "[deadline][standing]") {
  Story story;
  story.tell(withdrawal({Cover::advertising}, "2026-10-01T10:00:00+03:00"));
  auto other = test::given(kWho, "2026-10-02T10:00:00+03:00");
  other.distributors = {"7736050003"};
  story.tell(other);
  ContactMade call{{number(kWho), at("2026-10-03T10:00:00+03:00")}};
  call.purpose = Purpose::advertising;
  const auto seq = story.tell(call);
  CHECK(story.due(kLate).at("ru/38-fz/18-1/stop").broken_by == seq);
}

TEST_CASE("deadline: a call recorded before the stop that was said before it breaks the stop",
          "[deadline][standing]") {
  Story story;
  ContactMade call{{number(kWho), at("2026-10-03T10:00:00+03:00")}};
  call.purpose = Purpose::advertising;
  const auto seq = story.tell(call);
  CHECK(story.due(kLate).empty());
  story.tell(withdrawal({Cover::advertising}, "2026-10-01T10:00:00+03:00"));
  CHECK(story.due(kLate).at("ru/38-fz/18-1/stop").broken_by == seq);
}

TEST_CASE("deadline: a restriction ends a duty to block only while it stands",
          "[deadline][standing]") {
  Story story;
  story.request(RequestKind::unlawful_processing, "2026-10-01T10:00:00+03:00");
  SubjectRestricted block{{number(kWho), at("2026-10-02T10:00:00+03:00")}};
  block.ground = "demand";
  block.until = at("2026-11-01T12:00:00+03:00");
  story.tell(block);
  CHECK(story.due("2026-11-01T11:00:00+03:00").count("ru/152-fz/21-1") == 0);
  CHECK(story.due("2026-11-01T12:00:00+03:00").count("ru/152-fz/21-1") == 1);
}

TEST_CASE("deadline: unlawful processing is overdue at once until it is blocked", "[deadline]") {
  Story story;
  const auto seq = story.request(RequestKind::unlawful_processing, "2026-10-30T10:00:00+03:00");
  const auto found = story.due(kLate);
  CHECK(found.at("ru/152-fz/21-1").state == DueState::overdue);
  CHECK(*found.at("ru/152-fz/21-3/stop").last_day == year{2026} / 11 / 5);
  CHECK(*found.at("ru/152-fz/21-3/destroy").last_day == year{2026} / 11 / 16);
  story.answer(seq, RequestOutcome::done, "2026-10-31T10:00:00+03:00");
  CHECK(story.due(kLate).empty());
}

TEST_CASE("deadline: what was recorded after the moment asked about does not count", "[deadline]") {
  Story story;
  story.request(RequestKind::access, "2026-09-01T10:00:00+03:00");
  CHECK(story.due("2026-10-31T00:00:00+03:00").empty());  // recorded on 1 November
}

TEST_CASE("deadline: a term that the calendar does not reach is unknown, not open", "[deadline]") {
  Story story;
  story.request(RequestKind::access, "2026-09-01T10:00:00+03:00");
  const auto short_calendar = Calendar::from_toml(
      "id='x'\nversion='x'\njurisdiction='RU'\nreviewed=2026-01-01\n[[year]]\nyear=2025\n"
      "holidays=[2025-01-01]\nsource='x'\nconfidence='C2'\nread=2026-01-01\n",
      "test");
  const auto found = due(story.log, DeadlineRows::russia(), short_calendar, at(kLate));
  REQUIRE(found.size() == 1);
  CHECK(found.front().state == DueState::unknown);
  CHECK_FALSE(found.front().last_day);
}

TEST_CASE("deadline: a term over days that are not known is a span, and goes by its earliest end",
          "[deadline]") {
  Story story;
  RequestReceived event{{number(kWho), at("2026-12-17T12:00:00+03:00")}};
  event.kind = RequestKind::access;
  story.log.append(event, at("2026-12-17T12:00:00+03:00"));
  const Due open = story.due("2027-01-11T23:59:59+03:00").at("ru/152-fz/20-1");
  CHECK(open.state == DueState::open);
  CHECK(open.last_day == year{2027} / 1 / 11);
  REQUIRE(open.latest_day);
  CHECK(std::chrono::sys_days{*open.latest_day} > std::chrono::sys_days{*open.last_day});
  CHECK(open.ends == at("2027-01-12T00:00:00+03:00"));
  CHECK(story.due("2027-01-12T00:00:00+03:00").at("ru/152-fz/20-1").state == DueState::overdue);
  CHECK_FALSE(story.due("2026-12-18T00:00:00+03:00").at("ru/152-fz/20-1").latest_day ==
              std::nullopt);
}

TEST_CASE("deadline: overdue comes first, then what ends sooner", "[deadline]") {
  Story story;
  story.tell(withdrawal({Cover::personal_data}, "2026-10-20T10:00:00+03:00"));
  story.request(RequestKind::access, "2026-10-26T10:00:00+03:00");
  story.request(RequestKind::correction, "2026-09-01T10:00:00+03:00");
  std::vector<std::string> order;
  for (const Due& each : due(story.log, DeadlineRows::russia(), Calendar::russia(), at(kLate))) {
    order.push_back(each.row->id);
  }
  CHECK(order == std::vector<std::string>{"ru/152-fz/21-2", "ru/152-fz/20-1", "ru/152-fz/21-5"});
}

TEST_CASE("deadline: every row names its source and stands on C1 or C2", "[deadline]") {
  for (const DeadlineRow& row : DeadlineRows::russia().rows()) {
    CAPTURE(row.id);
    CHECK((row.confidence == "C1" || row.confidence == "C2"));
    CHECK_FALSE(row.source.empty());
  }
}

TEST_CASE("deadline: a table with a mistake is refused by the place of it", "[deadline]") {
  const std::string head =
      "id='x'\nversion='x'\njurisdiction='RU'\nzone='Europe/Moscow'\nreviewed=2026-01-01\n";
  const std::string row =
      "[[row]]\nid='r'\nsheet='s'\ntrigger='access'\nduty='answer'\nlength=10\n"
      "unit='working_days'\nclosed_by=['answered']\ncitation='c'\ncitation_ru='c'\nwhy='w'\n"
      "why_ru='w'\nsource='s'\nconfidence='C2'\n";
  CHECK_NOTHROW(DeadlineRows::from_toml(head + row, "t"));
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string text = head + row;
    text.replace(text.find(from), from.size(), to);
    INFO(text);
    CHECK_THROWS_AS(DeadlineRows::from_toml(text, "t"), Error);
  };
  refused("length=10", "");
  refused("length=10", "length=0");
  refused("length=10", "lenght=10");
  refused("'working_days'", "'weeks'");
  refused("'access'", "'asked'");
  refused("'access'", "'erased'");
  refused("'access'", "'stop'");
  refused("['answered']", "['done']");
  refused("'C2'", "'C3'");
  refused("Europe/Moscow", "Mars/Olympus");
  CHECK_THROWS_AS(DeadlineRows::from_toml(head + row + row, "t"), Error);
}
