// How a contact ended is recorded with what it says of contacts after it: both or neither.
#include <utility>
#include <vector>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/decision.hpp"
#include "consent/error.hpp"
#include "consent/log.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace {

constexpr auto alice = "+79161234567";
constexpr auto boris = "+79031112233";
const Instant noon = at("2026-11-20T12:00:00Z");

ContactMade ended(std::string_view with, std::string_view outcome,
                  std::string_view when = "2026-11-03T10:00:00Z") {
  ContactMade event{{number(with), at(when), ""}};
  event.purpose = Purpose::advertising;
  event.outcome = outcome;
  return event;
}

Verdict asked(const Log& log, std::string_view of, std::string_view when = "2026-11-05T10:00:00Z") {
  Question question{.number = number(of)};
  question.purpose = Purpose::advertising;
  question.channel = Channel::voice;
  question.dialled_by = DialledBy::person;
  question.at = at(when);
  question.caller = Caller::from_toml("mass = false\n", "caller.toml");
  return may_contact(log, RulePack::russia(), question).verdict;
}

Log consented(const Scratch& scratch) {
  Log log = create_log(scratch / "romashka", romashka(), at("2026-11-01T00:00:00Z"));
  log.append(given(alice, "2026-11-02T10:00:00Z"), at("2026-11-02T10:00:01Z"));
  return log;
}

}  // namespace

TEST_CASE("a contact that ended in do_not_call records the stop right behind it",
          "[log][disposition]") {
  const Scratch scratch;
  Log log = consented(scratch);
  CHECK(asked(log, alice) != Verdict::deny);
  const Appended done = log.append(ended(alice, "do_not_call"), noon);
  CHECK(done.seq == 2);
  REQUIRE(log.size() == 4);
  CHECK(log.entry(2).type == EventType::contact_made);
  CHECK(log.entry(3).type == EventType::consent_withdrawn);
  CHECK(log.entry(3).subject->tag == log.entry(2).subject->tag);
  CHECK(asked(log, alice) == Verdict::deny);
  CHECK(verify_log(log.folder(), {}).verdict == ProofVerdict::proven);
}

TEST_CASE("the answers to a batch are those to its events, whatever stops stand between",
          "[log][disposition]") {
  const Scratch scratch;
  Log log = consented(scratch);
  const std::vector<Event> events{ended(alice, "do_not_call"), ended(boris, "busy"),
                                  ended(boris, "do_not_call"),
                                  given(boris, "2026-11-04T10:00:00Z")};
  const auto done = log.append_many(events, noon);
  REQUIRE(done.size() == events.size());
  for (std::size_t i = 0; i < events.size(); ++i)
    CHECK(log.entry(done[i].seq).type == type_of(events[i]));
  CHECK(log.size() == 2 + events.size() + 2);
}

TEST_CASE("an import of a contact records its stop too, and twice is once", "[log][disposition]") {
  const Scratch scratch;
  Log log = consented(scratch);
  const std::vector<Event> events{ended(alice, "do_not_call"), ended(boris, "busy")};
  const auto done = log.append_once(events, noon);
  REQUIRE(done.size() == 2);
  CHECK(done[0].once == Once::recorded);
  CHECK(done[1].once == Once::recorded);
  CHECK(log.size() == 5);
  CHECK(asked(log, alice) == Verdict::deny);
  for (int again = 0; again < 2; ++again) {
    const auto offered = log.append_once(log.offer(events), noon);
    REQUIRE(offered.size() == 2);
    CHECK(offered[0].once == Once::already_there);
    CHECK(offered[0].seq == done[0].seq);
    CHECK(offered[1].seq == done[1].seq);
    CHECK(log.size() == 5);
  }
}

TEST_CASE("an offer of contacts records their stops", "[log][disposition]") {
  const Scratch scratch;
  Log log = consented(scratch);
  const auto done = log.append_once(log.offer({ended(alice, "do_not_call")}), noon);
  REQUIRE(done.size() == 1);
  CHECK(log.size() == 4);
  CHECK(asked(log, alice) == Verdict::deny);
}

TEST_CASE("no way a contact ends undoes a stop; a later proven consent does",
          "[log][disposition]") {
  const Scratch scratch;
  Log log = consented(scratch);
  log.append(ended(alice, "do_not_call"), noon);
  for (const char* outcome : {"sale", "interested", "next_contact_agreed", "answered", "lost_deal",
                              "wrong_person", "no_such_subscriber", "not_interested"}) {
    INFO(outcome);
    log.append(ended(alice, outcome, "2026-11-04T10:00:00Z"), noon);
    CHECK(asked(log, alice) == Verdict::deny);
  }
  log.append(given(alice, "2026-11-04T12:00:00Z"), noon);
  CHECK(asked(log, alice) != Verdict::deny);
}

TEST_CASE("after wrong_person the answer is unknown until a later consent or a reassignment",
          "[log][disposition]") {
  const Scratch scratch;
  Log log = consented(scratch);
  CHECK(asked(log, alice) == Verdict::allow);
  log.append(ended(alice, "wrong_person"), noon);
  CHECK(asked(log, alice) == Verdict::unknown);
  CHECK(asked(log, alice, "2026-11-03T09:59:59Z") == Verdict::allow);
  SECTION("consent") { log.append(given(alice, "2026-11-04T10:00:00Z"), noon); }
  SECTION("reassignment") {
    log.append(NumberReassigned{{number(alice), at("2026-11-04T09:00:00Z"), ""}}, noon);
    CHECK(asked(log, alice) == Verdict::deny);  // nobody has asked whoever holds it now
    log.append(given(alice, "2026-11-04T10:00:00Z"), noon);
  }
  CHECK(asked(log, alice) == Verdict::allow);
}

TEST_CASE("a gate is told of subjects whose contacts ended so, and of no other contact",
          "[log][disposition]") {
  const Scratch scratch;
  Log log = consented(scratch);
  const std::uint64_t before = log.size();
  log.append(ended(alice, "busy"), noon);
  CHECK(log.added_since(before).numbers.empty());
  log.append(ended(alice, "wrong_person"), noon);
  CHECK(log.added_since(before).numbers.size() == 1);
}
