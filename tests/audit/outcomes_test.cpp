#include <set>

#include "catch.hpp"
#include "consent/audit.hpp"
#include "decision/logs.hpp"

using namespace story;

namespace {

const OutcomePack& standard() {
  static const OutcomePack pack = OutcomePack::standard();
  return pack;
}
std::uint16_t place(std::string_view id) { return standard().find(id).value(); }

Event contact(PhoneNumber number, Instant at, std::string outcome, std::string campaign = {}) {
  ContactMade made{{number, at, {}}};
  made.purpose = Purpose::advertising;
  made.outcome = std::move(outcome);
  made.campaign = std::move(campaign);
  return made;
}

struct Asked {
  std::vector<Call> calls;
  std::vector<std::uint16_t> outcomes;
  void call(PhoneNumber number, Instant at, std::string_view outcome = "unknown") {
    calls.push_back({number, at});
    outcomes.push_back(place(outcome));
  }
};

/// "call:rule<call or #seq" for each breach.
std::set<std::string> breaches(const Asked& asked, const Log& log) {
  std::set<std::string> texts;
  const auto found = audit_outcomes(asked.calls, asked.outcomes, log, standard(),
                                    advertising_call(mobile(), minute(0)));
  for (const auto& item : found.items) {
    const std::string because = item.because_call ? std::to_string(*item.because_call)
                                                  : "#" + std::to_string(item.because_seq.value());
    texts.insert(std::to_string(item.call) + ":" +
                 std::string(to_word(standard().rules()[item.rule].condition)) + "<" + because);
  }
  return texts;
}

}  // namespace

TEST_CASE("calls are held against contacts of the log, however the log is read",
          "[audit][outcome]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  const auto gone = log.append(contact(mobile(), minute(10), "no_such_subscriber"), minute(60));
  const auto no = log.append(contact(nth(1), minute(10), "not_interested"), minute(60));
  log.append(contact(nth(2), minute(10), "not_interested", "another"), minute(60));
  log.append(contact(nth(3), minute(10), "a_word_of_their_own"), minute(60));
  log.append(contact(nth(4), minute(10), "do_not_call"), minute(60));
  Asked asked;
  for (const auto number : {mobile(), nth(1), nth(2), nth(3), nth(4), nth(5)}) {
    asked.call(number, minute(30));
  }
  asked.call(mobile(), minute(5));
  const std::set<std::string> expected{"0:contact_after_suspension<#" + std::to_string(gone.seq),
                                       "1:advertising_same_campaign<#" + std::to_string(no.seq)};
  CHECK(breaches(asked, log) == expected);  // one pass over a small log
  for (int i = 0; i < 200; ++i) {
    log.append(yes(nth(static_cast<std::uint64_t>(1000 + i)), minute(20)), minute(61));
  }
  CHECK(breaches(asked, log) == expected);  // number by number
}

TEST_CASE("a contact of the log beside a call is that call and tells how it ended",
          "[audit][outcome]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  const auto first = minute(10);
  log.append(contact(mobile(), first + std::chrono::seconds{40}, "no_such_subscriber"), minute(60));
  Asked asked;
  asked.call(mobile(), first);
  CHECK(breaches(asked, log).empty());
  asked.call(mobile(), minute(20));
  CHECK(breaches(asked, log) == std::set<std::string>{"1:contact_after_suspension<0"});
  const auto found = audit_outcomes(asked.calls, asked.outcomes, log, standard(),
                                    advertising_call(mobile(), minute(0)));
  CHECK(found.outcomes == std::vector<std::uint16_t>{place("no_such_subscriber"), 0});
}

TEST_CASE("a demand not to be called is met by the withdrawal of the log", "[audit][outcome]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  log.append(yes(mobile(), minute(1)), minute(1));
  log.append(yes(nth(1), minute(1)), minute(1));
  log.append(stop(nth(1), minute(10)), minute(12));
  Asked asked;
  asked.call(mobile(), minute(10), "do_not_call");
  asked.call(nth(1), minute(10), "do_not_call");
  CHECK(breaches(asked, log) == std::set<std::string>{"0:withdrawal_not_recorded<0"});
  log.append(stop(mobile(), minute(11)), minute(13));
  CHECK(breaches(asked, log).empty());
}

TEST_CASE("a consent to something else lifts nothing", "[audit][outcome]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  auto service = yes(mobile(), minute(20));
  service.purposes = {Purpose::service};
  auto theirs = yes(nth(1), minute(20));
  theirs.distributors = std::vector<std::string>{other_inn};
  auto spring = yes(nth(2), minute(20));
  spring.campaign = "spring";
  for (const auto& event : {service, theirs, spring}) log.append(event, minute(25));
  Asked asked;
  for (const auto number : {mobile(), nth(1), nth(2)}) {
    asked.call(number, minute(10), "no_such_subscriber");
    asked.call(number, minute(30));
  }
  CHECK(breaches(asked, log).size() == 3);
}

TEST_CASE("a consent after a lost deal is its own", "[audit][outcome]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  log.append(yes(nth(1), minute(20)), minute(20));
  Asked asked;
  for (const auto number : {mobile(), nth(1)}) {
    asked.call(number, minute(10), "lost_deal");
    asked.call(number, minute(30));
  }
  CHECK(breaches(asked, log) == std::set<std::string>{"1:advertising_without_own_consent<0"});
}
