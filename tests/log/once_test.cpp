#include <vector>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/erasure.hpp"
#include "consent/error.hpp"
#include "consent/intake.hpp"
#include "consent/log.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace {

constexpr auto alice = "+79161234567";
constexpr auto boris = "+79031112233";
const Instant noon = at("2026-11-20T12:00:00Z");

std::vector<Once> answers(Log& log, const std::vector<Event>& events) {
  std::vector<Once> out;
  for (const Appended& done : log.append_once(events, noon)) out.push_back(done.once);
  return out;
}

}  // namespace

TEST_CASE("what a log says already is not recorded again, in one commit or in two", "[log][once]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "romashka", romashka(), at("2026-11-01T00:00:00Z"));
  const Event yes = given(alice, "2026-11-02T10:00:00Z");
  const Event stop = withdrawn(alice, "2026-11-03T10:00:00Z");
  CHECK(answers(log, {yes, yes, stop}) ==
        std::vector{Once::recorded, Once::already_there, Once::recorded});
  CHECK(log.size() == 3);
  const auto again =
      log.append_once(std::vector<Event>{stop, given(boris, "2026-11-02T10:00:00Z")}, noon);
  CHECK(again[0].once == Once::already_there);
  CHECK(again[0].seq == 2);
  CHECK(again[0].tag == log.entry(2).subject->tag);
  CHECK(again[1].once == Once::recorded);
  CHECK(log.size() == 4);
  CHECK(verify_log(log.folder(), {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a log opened again remembers what it says", "[log][once]") {
  const Scratch scratch;
  const Event yes = given(alice, "2026-11-02T10:00:00Z");
  consent::create_log(scratch / "romashka", romashka(), at("2026-11-01T00:00:00Z"))
      .append(yes, noon);
  Log log = Log::open(scratch / "romashka", Access::write);
  CHECK(answers(log, {yes}) == std::vector{Once::already_there});
}

TEST_CASE("two contacts of one instant by other callers are two, and each is met again",
          "[log][once]") {
  const Scratch scratch;
  const auto received = [](std::string_view sender, std::string_view said) {
    ContactReceived event;
    event.number = number(alice);
    event.happened = at("2026-11-02T10:00:00Z");
    event.sender = sender;
    event.said = said;
    return Event(event);
  };
  const std::vector<Event> all{received("SHOP", "5 %"), received("BANK", "5 %"),
                               received("SHOP", "9 %")};
  const std::vector<Once> new_each(3, Once::recorded);
  const std::vector<Once> there(3, Once::already_there);
  {
    Log log = consent::create_log(scratch / "romashka", romashka(), at("2026-11-01T00:00:00Z"));
    CHECK(answers(log, all) == new_each);
    CHECK(answers(log, all) == there);
    CHECK(log.size() == 4);
  }
  Log log = Log::open(scratch / "romashka", Access::write);
  CHECK(answers(log, all) == there);
  CHECK(answers(log, {received("CAFE", "5 %")}) == std::vector{Once::recorded});
}

TEST_CASE("an event said before the reassignment is neither doubled nor given to a stranger",
          "[log][once]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "romashka", romashka(), at("2026-11-01T00:00:00Z"));
  const Event yes = given(alice, "2026-11-02T10:00:00Z");
  const Event gone = NumberReassigned{{number(alice), at("2026-11-05T10:00:00Z"), ""}};
  const Event late = given(alice, "2026-11-04T10:00:00Z");
  const Event fresh = given(alice, "2026-11-06T10:00:00Z");
  CHECK(answers(log, {yes, gone, yes, gone, late, fresh, yes, late}) ==
        std::vector{Once::recorded, Once::recorded, Once::already_there, Once::already_there,
                    Once::before_reassignment, Once::recorded, Once::already_there,
                    Once::before_reassignment});
  CHECK(answers(log, {yes, gone, late, fresh}) ==
        std::vector{Once::already_there, Once::already_there, Once::before_reassignment,
                    Once::already_there});
}

TEST_CASE("a batch of which one event cannot be recorded leaves nothing behind", "[log][once]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "romashka", romashka(), at("2026-11-01T00:00:00Z"));
  const std::vector<Event> events{given(alice, "2026-11-02T10:00:00Z"),
                                  given(boris, "2027-01-01T00:00:00Z")};
  CHECK_THROWS_AS(log.append_once(events, noon), Error);
  CHECK(log.size() == 1);
}

TEST_CASE("a row of text becomes an event, or says why not", "[log][intake]") {
  Intake intake(
      DefaultCountry::russia,
      [](std::string_view, bool, RowProblem& problem) -> std::optional<Instant> {
        problem = RowProblem::bad_time;
        return std::nullopt;
      },
      nullptr);
  const std::size_t yes = intake.add_pattern(given(boris, "2026-11-01T00:00:00Z"));
  const std::size_t stop = intake.add_pattern(withdrawn(boris, "2026-11-01T00:00:00Z"));
  struct Case {
    std::string_view number, at;
    bool is_stop;
    RowProblem problem;
  };
  const auto row = GENERATE(
      Case{"916 123-45-67", "2026-11-02T10:00:00Z", false, RowProblem::none},
      Case{"'8 916 123 45 67", "2026-11-02 13:00:00+03:00", false, RowProblem::none},
      Case{"79161234567.0", "2026-11-02T10:00Z", false, RowProblem::bad_time},
      Case{"7.9161234567E+10", "2026-11-02T10:00:00Z", false, RowProblem::none},
      Case{"7.91612345E+10", "2026-11-02T10:00:00Z", false, RowProblem::digits_lost},
      Case{"7.9E+99", "2026-11-02T10:00:00Z", false, RowProblem::digits_lost},
      Case{"", "2026-11-02T10:00:00Z", false, RowProblem::no_number},
      Case{"+79161234567, +79161234568", "2026-11-02T10:00:00Z", false, RowProblem::two_numbers},
      Case{"+79161234567 доб. 5", "2026-11-02T10:00:00Z", false, RowProblem::extension},
      Case{"+79161234567 доб. 5", "2026-11-02T10:00:00Z", true, RowProblem::none},
      Case{alice, "2026-11-20T12:00:00.000001Z", false, RowProblem::in_the_future},
      Case{alice, "", false, RowProblem::no_time},
      Case{alice, "soon", false, RowProblem::bad_time});
  CAPTURE(row.number, row.at);
  RowProblem problem{};
  const auto event =
      intake.make({row.number, row.at, "", "", ""}, row.is_stop ? stop : yes, noon, problem);
  CHECK(to_word(problem) == to_word(row.problem));
  REQUIRE(event.has_value() == (row.problem == RowProblem::none));
  if (event) {
    CHECK(base_of(*event).number == number(alice));
    CHECK(base_of(*event).happened == at("2026-11-02T10:00:00Z"));
  }
}

TEST_CASE("a list read in after an erasure brings nothing back, and says so row by row",
          "[log][once][erasure]") {
  const Scratch scratch;
  const Instant now = at("2026-11-20T12:00:00Z");
  Log log = consent::create_log(scratch / "log", romashka(), now);
  const std::vector<Event> list{given("+79161234567", "2026-11-02T10:00:00Z"),
                                given("+79031112233", "2026-11-02T10:00:00Z")};
  log.append_once(list, now);
  ErasureOrder order;
  order.ground = "152-fz/21-5";
  order.needed_since = now;
  REQUIRE(consent::erase(log, number("+79161234567"), order, now).erased);
  const auto again = log.append_once(list, now);
  CHECK(again[0].once == Once::erased);
  CHECK(again[1].once == Once::already_there);
  CHECK(log.subjects_of(number("+79161234567")).empty());
}
