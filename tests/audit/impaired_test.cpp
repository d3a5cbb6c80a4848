// Damage is never a yes: what every way to ask answers over a log that knows that it lost
// something.
#include <filesystem>

#include "catch.hpp"
#include "consent/audit.hpp"
#include "consent/error.hpp"
#include "consent/gate.hpp"
#include "consent/rebuild.hpp"
#include "consent/restore.hpp"
#include "decision/logs.hpp"
#include "log/log_fixture.hpp"

using namespace story;

namespace fs = std::filesystem;

namespace {

/// An advertising call; a call says itself who dialled.
Call by_person(PhoneNumber number, Instant at) {
  return {number, at, Purpose::advertising, Channel::voice, DialledBy::person};
}

constexpr int after = 100;  // minutes: all is asked about then

/// Each way to ask the core, about one number.
std::vector<Decision> everywhere(const Log& log, PhoneNumber number) {
  const Question question = advertising_call(number, minute(after));
  const Gate gate = Gate::load(log, russia(), minute(after));
  std::vector<Decision> out{may_contact(log, russia(), question), gate.may_contact(question)};
  const std::array numbers{number};
  std::array verdicts{Verdict::allow};
  gate.ask_many(numbers, gate.resolve(question), verdicts);
  CHECK(verdicts[0] == out[0].verdict);
  const std::array calls{by_person(number, minute(after))};
  const AuditResult audited = audit(calls, log, russia(), question);
  out.push_back(explain(audited.judgements[0], gate.resolve(question), russia(), audited.log_size,
                        std::nullopt, audited.soundness.impairment));
  return out;
}

std::size_t count(const Decision& decision, std::string_view rule, FindingVerdict verdict) {
  return static_cast<std::size_t>(std::count_if(
      decision.findings.begin(), decision.findings.end(),
      [&](const Finding& each) { return each.rule == rule && each.verdict == verdict; }));
}

void put_back(const fs::path& from, const fs::path& folder, const char* name) {
  fs::copy(from / name, folder / name, fs::copy_options::overwrite_existing);
}

/// A log in which nth(1) consented and nth(2) demanded a stop, as it was in `old`; since then
/// nth(1) demanded a stop as well, and nth(3) consented.
fs::path log_with_old_copy(const Scratch& scratch) {
  const fs::path folder = scratch / "log";
  {
    Log log = new_log(folder);
    log.append(yes(nth(1), minute(0)), minute(1));
    log.append(yes(nth(2), minute(0)), minute(1));
    log.append(stop(nth(2), minute(2)), minute(2));
  }
  fs::copy(folder, scratch / "old");
  Log log = Log::open(folder, Access::write);
  log.append(stop(nth(1), minute(3)), minute(3));
  log.append(yes(nth(3), minute(3)), minute(3));
  return folder;
}

void is_impaired(const Log& log, std::string_view what) {
  CAPTURE(what);
  CHECK(log.impairment().text().find(what) != std::string::npos);
  for (const Decision& decision : everywhere(log, nth(1))) {
    CHECK(decision.verdict == Verdict::unknown);
    REQUIRE_FALSE(decision.findings.empty());
    CHECK(decision.findings.front().rule == "log/impaired");
    CHECK(decision.findings.front().verdict == FindingVerdict::unknown);
    CHECK(decision.findings.front().why.find(what) != std::string::npos);
    CHECK(decision.impaired.text().find(what) != std::string::npos);
    CHECK_FALSE(decision.relied_on);
    CHECK_FALSE(decision.next_allowed);
    CHECK_FALSE(decision.worth);
  }
  for (const Decision& decision : everywhere(log, nth(2))) {
    CHECK(decision.verdict == Verdict::deny);
    CHECK(count(decision, "log/impaired", FindingVerdict::warn) == 1);
    CHECK_FALSE(decision.impaired.empty());
  }
}

}  // namespace

TEST_CASE("a log that is whole answers yes, and no finding speaks of the log", "[impaired]") {
  const Scratch scratch;
  const Log log = Log::open(log_with_old_copy(scratch), Access::read_only);
  CHECK(log.impairment().empty());
  for (const Decision& decision : everywhere(log, nth(3))) {
    CHECK(decision.allowed());
    CHECK(decision.impaired.empty());
    for (const Finding& finding : decision.findings) CHECK(finding.rule.find("log/") != 0);
  }
}

TEST_CASE("where an acknowledged entry is missing every interface answers unknown at most",
          "[impaired]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  put_back(scratch / "old", folder, "log.db");
  is_impaired(Log::open(folder, Access::read_only), "2 are missing");
  is_impaired(Log::open(folder, Access::write), "2 are missing");
}

TEST_CASE("without a head, or with that of another log, every interface answers unknown at most",
          "[impaired]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  for (const char* name : {"log.db", "keys.db", "head"}) put_back(scratch / "old", folder, name);
  CHECK(may_contact(Log::open(folder, Access::read_only), russia(),
                    advertising_call(nth(1), minute(after)))
            .allowed());
  fs::remove(folder / "head");
  is_impaired(Log::open(folder, Access::read_only), "head: missing or unreadable");
  { new_log(scratch / "other").append(yes(nth(1), minute(0)), minute(1)); }
  put_back(scratch / "other", folder, "head");
  is_impaired(Log::open(folder, Access::read_only), "head: belongs to another log");
}

TEST_CASE("a head that falls away, or moves on alone, under a log that is open impairs it",
          "[impaired]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  fs::copy(folder, scratch / "new");
  for (const char* name : {"log.db", "keys.db", "head"}) put_back(scratch / "old", folder, name);
  const Log log = Log::open(folder, Access::read_only);
  CHECK(log.impairment().empty());
  put_back(scratch / "new", folder, "head");
  is_impaired(log, "2 are missing");
  put_back(scratch / "old", folder, "head");
  CHECK(log.impairment().empty());
  fs::remove(folder / "head");
  is_impaired(log, "head: missing or unreadable");
}

TEST_CASE("a second head that is newer, or of another history, impairs; an older one does not",
          "[impaired]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  fs::copy(folder / "head", scratch / "newer");
  fs::copy(scratch / "old" / "head", scratch / "older");
  for (const char* name : {"log.db", "keys.db", "head"}) put_back(scratch / "old", folder, name);
  LogOptions options;
  options.second_head = scratch / "newer";
  is_impaired(Log::open(folder, options), "2 are missing");
  {
    Log log = Log::open(folder, Access::write);
    log.append(yes(nth(4), minute(4)), minute(4));
    log.append(yes(nth(4), minute(5)), minute(5));
    log.append(yes(nth(4), minute(6)), minute(6));
  }
  is_impaired(Log::open(folder, options), "are not those that were acknowledged");
  options.second_head = scratch / "older";
  CHECK(Log::open(folder, options).impairment().empty());
  CHECK(may_contact(Log::open(folder, options), russia(), advertising_call(nth(1), minute(after)))
            .allowed());
}

TEST_CASE("where keys are lost every interface answers unknown at most", "[impaired]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = new_log(folder);
    log.append(yes(nth(1), minute(0)), minute(1));
    log.append(yes(nth(2), minute(0)), minute(1));
    log.append(stop(nth(2), minute(2)), minute(2));
  }
  fs::copy(folder, scratch / "old");
  { Log::open(folder, Access::write).append(stop(nth(3), minute(3)), minute(3)); }
  put_back(scratch / "old", folder, "keys.db");
  is_impaired(Log::open(folder, Access::read_only), "lost their key");
}

TEST_CASE("a subject whose row is damaged is unknown, and nobody else is", "[impaired]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = new_log(folder);
    for (unsigned n = 1; n <= 3; ++n) log.append(yes(nth(n), minute(0)), minute(1));
    log.append(stop(nth(1), minute(2)), minute(2));
  }
  (void)rebuild(folder);  // rows, and nothing behind them
  const auto rows = [&] {
    const Log log = Log::open(folder, Access::read_only);
    return log.subjects_of(nth(1)).front();
  }();
  const auto* const damage = GENERATE("substr(clauses,2)", "x'ff' || substr(clauses,2)",
                                      "clauses || x'00'", "x'636f6e73656e74'");
  REQUIRE(consent::test::foreign_sql(
              folder / "log.db", "UPDATE subject SET clauses=CAST(" + std::string(damage) +
                                     " AS BLOB) WHERE tag=x'" + to_hex(rows) + "'") == SQLITE_OK);
  const Log log = Log::open(folder, Access::read_only);
  CHECK(log.impairment().empty());
  for (const Decision& decision : everywhere(log, nth(1))) {
    CHECK(decision.verdict == Verdict::unknown);
    CHECK(decision.findings.front().rule == "log/impaired");
    CHECK(decision.impaired.text().find("this number is damaged") != std::string::npos);
  }
  for (const Decision& decision : everywhere(log, nth(3))) {
    CHECK(decision.allowed());
    CHECK(decision.impaired.empty());
  }
}

TEST_CASE(
    "after a restore what was recorded before the loss allows nothing until it is said again "
    "or reviewed",
    "[impaired][restore]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  const bool no_head = GENERATE(false, true);
  CAPTURE(no_head);
  put_back(scratch / "old", folder, "log.db");
  if (no_head) {
    put_back(scratch / "old", folder, "keys.db");  // nothing tells how much is lost
    fs::remove(folder / "head");
  }
  Log log = restore(folder, "disk", minute(10));
  CHECK(log.access() == Access::write);
  CHECK(log.impairment().empty());
  CHECK(log.soundness().doubtful_below == log.size() - 1);
  const auto in_doubt = [](const std::vector<Decision>& decisions) {
    for (const Decision& decision : decisions) {
      CHECK(decision.verdict == Verdict::unknown);
      CHECK(decision.findings.front().rule == "log/lost-range");
      CHECK(decision.findings.front().seq == 1);
      CHECK(decision.impaired.empty());
    }
  };
  in_doubt(everywhere(log, nth(1)));
  in_doubt(everywhere(Log::open(folder, Access::read_only), nth(1)));
  for (const Decision& decision : everywhere(log, nth(2))) CHECK(decision.verdict == Verdict::deny);
  // Said again, and recorded after the loss.
  log.append(yes(nth(2), minute(20)), minute(20));
  for (const Decision& decision : everywhere(log, nth(2))) CHECK(decision.allowed());
  in_doubt(everywhere(log, nth(1)));
  // Reviewed: the yes is back, and says on what it stands.
  const std::uint64_t review = review_losses(log, "paper-records", minute(30));
  CHECK(log.entry(review).bytes.find(R"("reviewed":true)") != std::string::npos);
  for (const Decision& decision : everywhere(log, nth(1))) {
    CHECK(decision.allowed());
    CHECK(count(decision, "log/lost-range", FindingVerdict::warn) == 1);
  }
  for (const Decision& decision : everywhere(log, nth(2)))
    CHECK(count(decision, "log/lost-range", FindingVerdict::warn) == 0);
  CHECK_THROWS_AS(review_losses(log, "again", minute(31)), Error);
}

TEST_CASE("a contact that needs no consent is in doubt after a loss: the stop may be lost",
          "[impaired][restore]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  Question question = advertising_call(nth(77), minute(after));
  question.purpose = Purpose::transactional;
  const auto before = may_contact(Log::open(folder, Access::read_only), russia(), question);
  put_back(scratch / "old", folder, "log.db");
  const Log log = restore(folder, "disk", minute(10));
  const auto answer = may_contact(log, russia(), question);
  CHECK(answer.verdict != Verdict::allow);
  if (before.allowed()) CHECK(answer.findings.front().rule == "log/lost-range");
}

TEST_CASE("a log that an earlier version restored is in doubt as well", "[impaired][restore]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  put_back(scratch / "old", folder, "log.db");
  { const Log log = restore(folder, "disk", minute(10)); }
  REQUIRE(consent::test::foreign_sql(folder / "log.db", "DELETE FROM state WHERE key='restored'") ==
          SQLITE_OK);
  for (const Access access : {Access::read_only, Access::write}) {
    const Log log = Log::open(folder, access);
    CHECK(log.soundness().doubtful_below == 4);
    for (const Decision& decision : everywhere(log, nth(1)))
      CHECK(decision.verdict == Verdict::unknown);
  }
  // The next such entry lists those before it too.
  Log log = Log::open(folder, Access::write);
  review_losses(log, "paper-records", minute(20));
  CHECK(log.soundness().reviewed_below == 4);
}
