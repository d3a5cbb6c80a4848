// The three ways to ask, over a real log: they must agree.
#include "consent/gate.hpp"

#include <map>
#include <random>
#include <thread>

#include "catch.hpp"
#include "consent/callers.hpp"
#include "consent/error.hpp"
#include "decision/logs.hpp"

using namespace story;

TEST_CASE("a recorded consent is answered by log and gate alike", "[gate][log]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  const auto consent = log.append(yes(mobile(), minute(0)), minute(1));
  const Gate gate = Gate::load(log, russia(), minute(5));
  const Question question = advertising_call(mobile(), minute(10));
  for (const Decision& decision :
       {may_contact(log, russia(), question), gate.may_contact(question)}) {
    CHECK(decision.verdict == Verdict::allow);
    CHECK(decision.relied_on == consent.seq);
    CHECK(decision.log_size == log.size());
    CHECK(said(decision) == Lines{"allow ru/38-fz/18-1"});
    CHECK(decision.rules == russia().version());
  }
  CHECK(gate.numbers() == 1);
  CHECK(gate.log_size() == log.size());
  CHECK(gate.loaded_at() == minute(5));
}

TEST_CASE("a gate is fresh at the next question", "[gate][log]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  log.append(yes(mobile(), minute(0)), minute(1));
  const Gate gate = Gate::load(log, russia(), minute(5));
  const Question question = advertising_call(mobile(), minute(10));
  const auto resolved = gate.resolve(question);
  CHECK(gate.may_contact(question).verdict == Verdict::allow);
  log.append(stop(mobile(), minute(6)), minute(6));
  CHECK(gate.ask(resolved).verdict == Verdict::deny);
  CHECK(gate.may_contact(question).verdict == Verdict::deny);
  CHECK(gate.log_size() == log.size());
  CHECK(gate.numbers() == 1);
}

TEST_CASE("a gate opens a closed log read-only", "[gate][log]") {
  const Scratch scratch;
  { new_log(scratch / "log").append(yes(mobile(), minute(0)), minute(1)); }
  const Gate gate = Gate::open(scratch / "log", russia(), minute(5));
  CHECK(gate.may_contact(advertising_call(mobile(), minute(10))).allowed());
  CHECK_THROWS_AS(Gate::open(scratch / "nothing", russia(), minute(5)), Error);
}

TEST_CASE("a distributor may be left out only where the log has exactly one",
          "[gate][log][errors]") {
  const Scratch scratch;
  Log one = new_log(scratch / "one");
  one.append(yes(mobile(), minute(0)), minute(1));
  Question question = advertising_call(mobile(), minute(10));
  CHECK(may_contact(one, russia(), question).allowed());
  question.distributor = own_inn;
  CHECK(may_contact(one, russia(), question).allowed());
  question.distributor = other_inn;
  CHECK(said(may_contact(one, russia(), question)) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/vas-58/15/distributor"});

  Log none = new_log(scratch / "none", "");
  question.distributor.clear();
  CHECK_THROWS_AS(may_contact(none, russia(), question), Error);
  for (const char* inn : {own_inn, other_inn}) {
    auto event = yes(mobile(), minute(0));
    event.distributors = {{inn}};
    none.append(event, minute(1));
  }
  CHECK_THROWS_AS(may_contact(none, russia(), question), Error);
  const Gate gate = Gate::load(none, russia(), minute(5));
  CHECK_THROWS_AS(gate.resolve(question), Error);
  CHECK_FALSE(gate.distributor_id(""));
  question.distributor = other_inn;
  CHECK(may_contact(none, russia(), question).relied_on == 2);
  CHECK(gate.may_contact(question).relied_on == 2);
}

TEST_CASE("scenarios S4 and S6 hold over a real log", "[gate][log][scenario]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  log.append(yes(nth(1), minute(0)), minute(1));
  log.append(passed_on(nth(1), minute(20)), minute(21));
  log.append(yes(nth(2), minute(0)), minute(1));
  log.append(stop(nth(2), minute(20)), minute(25));
  CHECK(may_contact(log, russia(), advertising_call(nth(1), minute(19))).allowed());
  CHECK(said(may_contact(log, russia(), advertising_call(nth(1), minute(20)))) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/vas-58/15/holder"});
  CHECK(may_contact(log, russia(), advertising_call(nth(2), minute(19))).allowed());
  CHECK(said(may_contact(log, russia(), advertising_call(nth(2), minute(20)))) ==
        Lines{"deny ru/38-fz/18-1/stop", "treat standing/ended-by-stop"});
  log.append(yes(nth(1), minute(30)), minute(31));  // the new holder's own
  CHECK(may_contact(log, russia(), advertising_call(nth(1), minute(40))).allowed());
}

TEST_CASE("log, gate and batch agree on every number, from many threads", "[gate][log][threads]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  std::mt19937 random{20261122};
  std::vector<Event> events;
  for (int i = 0; i < 2000; ++i) {
    const PhoneNumber number = nth(random() % 500);
    const Instant at = minute(static_cast<int>(random() % 1000));
    const auto kind = random() % 10;
    if (kind < 6) {
      events.emplace_back(yes(number, at));
    } else if (kind < 9) {
      events.emplace_back(stop(number, at));
    } else {
      events.emplace_back(passed_on(number, at));
    }
  }
  log.append_many(events, minute(1000));
  const Gate gate = Gate::load(log, russia(), minute(1001));
  std::vector<PhoneNumber> numbers;
  std::vector<Verdict> expected;
  for (std::uint64_t n = 0; n < 600; ++n) numbers.push_back(nth(n));
  const Question scope = advertising_call(mobile(), minute(1100));
  int allowed = 0;
  for (const PhoneNumber number : numbers) {
    Question question = scope;
    question.number = number;
    expected.push_back(may_contact(log, russia(), question).verdict);
    allowed += expected.back() == Verdict::allow ? 1 : 0;
  }
  CHECK(allowed > 50);
  CHECK(allowed < 500);
  std::vector<std::thread> threads;
  std::vector<int> same(4, 0);
  for (std::size_t t = 0; t < same.size(); ++t) {
    threads.emplace_back([&, t] {
      auto question = gate.resolve(scope);
      std::vector<Verdict> many(numbers.size(), Verdict::unknown);
      gate.ask_many(numbers, question, many);
      bool equal = many == expected;
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        question.number = numbers[i];
        equal = equal && gate.ask(question).verdict == expected[i];
      }
      same[t] = equal ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(same == std::vector<int>(4, 1));
}

TEST_CASE("a question about the past is answered as it would have been, later entries or not",
          "[gate][log][as-of]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  log.append(yes(mobile(), minute(0)), minute(0));
  const Question question = advertising_call(mobile(), minute(10));
  const Decision before = may_contact(log, russia(), question);
  log.append(stop(mobile(), minute(20)), minute(21));
  log.append(passed_on(mobile(), minute(30)), minute(31));
  log.append(yes(mobile(), minute(40)), minute(41));
  const Decision after = may_contact(log, russia(), question);
  CHECK(after.verdict == before.verdict);
  CHECK(after.relied_on == before.relied_on);
  CHECK(said(after) == said(before));
  CHECK(after.log_size == before.log_size + 3);
}

TEST_CASE("log, gate and bulk answer alike for a caller who is assigned", "[gate][log][callers]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  ConsentGiven named = yes(nth(1), minute(0));
  named.acts_for = {other_inn};
  ConsentGiven any = yes(nth(2), minute(0));
  any.acts_for_any = true;
  for (const ConsentGiven& event : {yes(nth(0), minute(0)), named, any})
    log.append(event, minute(1));
  const std::vector numbers{nth(0), nth(1), nth(2)};
  Question question = advertising_call(nth(0), minute(10));
  question.caller.id = other_inn;
  question.caller.mass = Stated::no;
  const auto verdicts = [&](Instant at) {
    question.at = at;
    const Gate gate = Gate::load(log, russia(), at);
    std::vector<Verdict> bulk(numbers.size());
    gate.ask_many(numbers, gate.resolve(question), bulk);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      question.number = numbers[i];
      const Decision by_log = may_contact(log, russia(), question);
      const Decision by_gate = gate.may_contact(question);
      CHECK(by_log.verdict == bulk[i]);
      CHECK(said(by_log) == said(by_gate));
      CHECK(by_log.assignment == by_gate.assignment);
    }
    return bulk;
  };
  using enum Verdict;
  CHECK(verdicts(minute(10)) == std::vector{unknown, allow, unknown});
  const auto assigned =
      consent::assign_caller(log, {other_inn, "", minute(5), {}, {}, {}, {}, {}}, minute(5));
  CHECK(verdicts(minute(10)) == std::vector{unknown, allow, allow});
  question.number = nth(2);
  CHECK(may_contact(log, russia(), question).assignment == assigned);
  consent::release_caller(log, {assigned, minute(10), {}}, minute(6));
  CHECK(verdicts(minute(9)) == std::vector{unknown, allow, allow});
  CHECK(verdicts(minute(10)) == std::vector{unknown, allow, unknown});
}

TEST_CASE("a gate counts the warnings that say the same of every contact", "[gate][log]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  log.append(yes(mobile(), minute(0)), minute(1));
  const Gate gate = Gate::load(log, russia(), minute(5));
  CHECK(gate.campaign_warnings().empty());
  Question question = advertising_call(mobile(), minute(10));
  (void)gate.may_contact(question);
  (void)gate.may_contact(question);
  question.at = parse_instant("2026-11-23T12:00:00+03:00");  // after the last day of the rules
  (void)gate.may_contact(question);
  std::map<std::string, std::uint64_t> counted;
  for (const auto& [finding, answers] : gate.campaign_warnings()) counted[finding.rule] = answers;
  const std::map<std::string, std::uint64_t> expected{{"rules/known-until", 1},
                                                      {"ru/152-fz/3-1/not-classified", 3}};
  CHECK(counted == expected);
}
