#include "consent/audit.hpp"

#include <chrono>
#include <cstdio>
#include <random>

#include "catch.hpp"
#include "consent/error.hpp"
#include "decision/logs.hpp"

using namespace story;

namespace {

/// An advertising call; a call says itself who dialled.
Call by_person(PhoneNumber number, Instant at) {
  return {number, at, Purpose::advertising, Channel::voice, DialledBy::person};
}

std::vector<Event> any_events(std::mt19937& random, int events, std::uint64_t numbers) {
  std::vector<Event> out;
  for (int i = 0; i < events; ++i) {
    const PhoneNumber number = nth(random() % numbers);
    const Instant at = minute(static_cast<int>(random() % 1000));
    const auto kind = random() % 10;
    if (kind < 7) {
      out.emplace_back(yes(number, at));
    } else if (kind < 9) {
      out.emplace_back(stop(number, at));
    } else {
      out.emplace_back(passed_on(number, at));
    }
  }
  return out;
}

std::vector<Call> any_calls(std::mt19937& random, std::size_t calls, std::uint64_t numbers) {
  std::vector<Call> out;
  for (std::size_t i = 0; i < calls; ++i) {
    out.push_back({nth(random() % numbers), minute(static_cast<int>(random() % 1200)),
                   random() % 4 == 0 ? Purpose::service : Purpose::advertising,
                   random() % 6 == 0 ? Channel::robot : Channel::voice, DialledBy::person});
  }
  return out;
}

bool same(const Judgement& a, const Judgement& b) {
  return a.verdict == b.verdict && a.relied_on == b.relied_on && a.reasons == b.reasons &&
         a.count == b.count;
}

}  // namespace

TEST_CASE("every call is judged as of its start, in the order of the calls", "[audit]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  log.append(yes(mobile(), minute(10)), minute(10));
  log.append(stop(mobile(), minute(30)), minute(30));
  const std::vector<Call> calls{by_person(mobile(), minute(40)), by_person(mobile(), minute(20)),
                                by_person(mobile(), minute(5)),  by_person(mobile(), minute(10)),
                                by_person(mobile(), minute(30)), by_person(nth(1), minute(20))};
  const AuditResult result = audit(calls, log, russia(), advertising_call(mobile(), minute(0)));
  std::vector<Verdict> verdicts;
  for (const Judgement& judgement : result.judgements) verdicts.push_back(judgement.verdict);
  CHECK(verdicts == std::vector<Verdict>{Verdict::deny, Verdict::allow, Verdict::deny,
                                         Verdict::deny, Verdict::deny, Verdict::deny});
  CHECK(result.judgements[0].relied_on == 2);
  CHECK(result.judgements[1].relied_on == 1);
  CHECK(result.log_size == log.size());
  CHECK(result.log_root == log.root());
  CHECK(result.rules == russia().version());
}

TEST_CASE("an audit answers each call as may_contact does, however the standings are read",
          "[audit]") {
  std::mt19937 random{20261122};
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  log.append_many(any_events(random, 3000, 800), minute(1000));
  // Few calls: number by number. Many: one pass over the log.
  const auto calls = any_calls(random, GENERATE(std::size_t{100}, std::size_t{2000}), 900);
  const Question scope = advertising_call(mobile(), minute(0));
  const AuditResult result = audit(calls, log, russia(), scope);
  REQUIRE(result.judgements.size() == calls.size());
  std::size_t visited = 0;
  const AuditResult seen =
      audit_each(calls, log, russia(), scope, [&](std::size_t i, const Judgement& judgement) {
        CHECK(i == visited++);
        REQUIRE(same(judgement, result.judgements[i]));
      });
  CHECK(visited == calls.size());
  CHECK(seen.log_root == result.log_root);
  CHECK(seen.judgements.empty());
  for (std::size_t i = 0; i < std::min<std::size_t>(calls.size(), 200); ++i) {
    Question question = scope;
    question.number = calls[i].number;
    question.at = calls[i].at;
    question.purpose = calls[i].purpose;
    question.channel = calls[i].channel;
    question.dialled_by = calls[i].dialled_by;
    const Decision decision = may_contact(log, russia(), question);
    CAPTURE(i);
    REQUIRE(decision.verdict == result.judgements[i].verdict);
    REQUIRE(decision.findings.size() == result.judgements[i].count);
  }
}

TEST_CASE("an audit twice is the same audit", "[audit]") {
  std::mt19937 random{1};
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  log.append_many(any_events(random, 500, 100), minute(1000));
  const auto calls = any_calls(random, 500, 120);
  const Question scope = advertising_call(mobile(), minute(0));
  const AuditResult one = audit(calls, log, russia(), scope);
  const AuditResult two = audit(calls, log, russia(), scope);
  for (std::size_t i = 0; i < calls.size(); ++i)
    REQUIRE(same(one.judgements[i], two.judgements[i]));
}

TEST_CASE("progress is heard to the end, and nothing is heard of no calls", "[audit]") {
  const Scratch scratch;
  const Log log = new_log(scratch / "log");
  std::mt19937 random{1};
  const auto calls = any_calls(random, 100'000, 1000);
  std::uint64_t last = 0, heard = 0;
  const auto progress = [&](std::uint64_t done, std::uint64_t all) {
    CHECK(done > last);
    CHECK(all == calls.size());
    last = done;
    ++heard;
  };
  const Question scope = advertising_call(mobile(), minute(0));
  (void)audit(calls, log, russia(), scope, progress);
  CHECK(last == calls.size());
  CHECK(heard == 2);
  CHECK(audit({}, log, russia(), scope, progress).judgements.empty());
  CHECK(heard == 2);
}

TEST_CASE("an audit without a distributor of a log that has none is refused", "[audit][errors]") {
  const Scratch scratch;
  const Log log = new_log(scratch / "log", "");
  const std::vector<Call> calls{{mobile(), minute(0)}};
  CHECK_THROWS_AS(audit(calls, log, russia(), advertising_call(mobile(), minute(0))), Error);
}

TEST_CASE("a call-back that was asked for is judged as one, and no other call is", "[audit]") {
  const Scratch scratch;
  const Log log = new_log(scratch / "log");
  std::vector<Call> calls{by_person(mobile(), minute(1)), by_person(mobile(), minute(2)),
                          by_person(mobile(), minute(3))};
  calls[0].purpose = calls[1].purpose = Purpose::service;
  calls[0].requested = calls[2].requested = true;
  Question scope = advertising_call(mobile(), minute(0));
  const AuditResult result = audit(calls, log, russia(), scope);
  CHECK(result.judgements[0].verdict == Verdict::allow);
  CHECK(result.judgements[1].verdict == Verdict::unknown);
  CHECK(result.judgements[2].verdict == Verdict::deny);  // advertising, whoever asked for a call
  scope.requested = true;
  CHECK(audit(calls, log, russia(), scope).judgements[1].verdict == Verdict::allow);
}
