// A clock set back revives no consent: order is sequence, and no time is rewritten.
#include "consent/clock.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "catch.hpp"
#include "consent/audit.hpp"
#include "consent/callers.hpp"
#include "consent/deadline.hpp"
#include "consent/gate.hpp"
#include "consent/rebuild.hpp"
#include "consent/verify.hpp"
#include "decision/logs.hpp"
#include "standing/clock.hpp"
#include "standing/holder.hpp"

using namespace story;

namespace {

constexpr std::uint32_t seed = 20261201;
constexpr auto none = ~std::uint64_t{0};

/// What the last entries of a number say, under a clock that runs wrong: recorded as the writer
/// would, with a step wherever the clock stands before the last entry by more than it drifts.
struct Wrong {
  Story told;
  std::vector<ClockSetBack> steps;
  Instant last = Instant::min();

  Clause& add(EventType type, Instant recorded, Instant said) {
    if (last != Instant::min() && standing::sets_back(last, recorded))
      steps.push_back({++told.seq, recorded});
    last = recorded;
    Clause& clause = type == EventType::consent_given     ? told.consents(said)
                     : type == EventType::consent_refused ? told.refuses(said)
                                                          : told.withdraws(said);
    clause.recorded = recorded;
    return clause;
  }
  [[nodiscard]] Judgement at(ResolvedQuestion question) const {
    return judge(question, told.subjects, russia(), {{}, steps});
  }
  [[nodiscard]] Judgement at(Instant moment) const { return at(call_at(moment)); }
};

std::vector<std::string> warnings(const Wrong& wrong, Instant moment) {
  const auto question = call_at(moment);
  std::vector<std::string> found;
  for (const Finding& each : explain(wrong.at(question), question, russia(), 9).findings) {
    if (each.rule == "standing/clock-set-back") found.push_back(std::to_string(each.seq.value()));
  }
  return found;
}

/// Two hours ahead, then corrected: a consent, the step (2), a stop (3).
Wrong two_hours_ahead() {
  Wrong wrong;
  wrong.add(EventType::consent_given, minute(120), minute(120));
  wrong.add(EventType::consent_withdrawn, minute(5), minute(5));
  return wrong;
}

/// As standing was read before it knew of clocks: what histories without a step must still give.
struct Before {
  std::uint64_t live = 0, stop = 0;
};
Before read_before(const standing::Holder& holder, const standing::Contact& contact, Instant at) {
  const Clause* live = nullptr;
  const Clause* late = nullptr;
  const Clause* stop = nullptr;
  Instant stopped{};
  for (const Clause& clause : holder.clauses()) {
    const Instant from = std::min(clause.said, clause.recorded);
    if (standing::is_stop(clause)) {
      if (from > at || !standing::stops(clause, Cover::advertising, contact)) continue;
      if (stop == nullptr || from >= stopped) {
        stop = &clause;
        stopped = from;
      }
    } else if (standing::is_consent(clause) &&
               standing::defects(clause, Cover::advertising, contact, {at, Basis::said},
                                 holder.began()) == 0) {
      const Clause*& best = clause.recorded > at ? late : live;
      if (best == nullptr || clause.said >= best->said) best = &clause;
    }
  }
  const auto ended = [&](const Clause* consent) {
    return consent != nullptr && stop != nullptr && consent->said <= stopped;
  };
  if (ended(live)) live = nullptr;
  if (ended(late)) late = nullptr;
  if (live == nullptr) live = late;
  return {live == nullptr ? 0 : live->seq, live != nullptr || stop == nullptr ? 0 : stop->seq};
}

class Dice {
 public:
  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint32_t>(below)); }

 private:
  std::mt19937 random_{seed};
};

EventType any_type(Dice& dice) {
  constexpr EventType types[]{EventType::consent_given, EventType::consent_given,
                              EventType::consent_refused, EventType::consent_withdrawn};
  return types[dice.pick(4)];
}

/// A random history under a clock that jumps, in real time from minute 0 on.
Wrong history(Dice& dice, std::int64_t& now, std::int64_t& off, bool may_jump) {
  Wrong wrong;
  for (int i = dice.pick(8); i >= 0; --i) {
    now += dice.pick(30);
    if (may_jump && dice.pick(3) == 0) off = dice.pick(400) - 200;
    // Said now, or imported from long before.
    const std::int64_t said = now + off - (dice.pick(3) == 0 ? dice.pick(300) : 0);
    Clause& clause = wrong.add(any_type(dice), minute(now + off), minute(said));
    if (dice.pick(6) == 0) clause.until = minute(now + off + dice.pick(60));
    if (dice.pick(6) == 0) clause.channels = {Channel::sms};
    if (dice.pick(6) == 0) clause.campaign = spring;
  }
  return wrong;
}

}  // namespace

TEST_CASE("a stop recorded after the clock was set back ends a consent from before it",
          "[standing][clock]") {
  const Wrong wrong = two_hours_ahead();
  for (const int after : {5, 60, 119, 120, 121, 180, 10'000}) {
    CAPTURE(after);
    const Judgement judgement = wrong.at(minute(after));
    CHECK(judgement.verdict == Verdict::deny);
    CHECK(judgement.relied_on == 3);
  }
  CHECK(warnings(wrong, minute(180)) == Lines{"2"});
  // Before the stop, and before the consent, nothing changed.
  CHECK(wrong.at(minute(4)).verdict == Verdict::deny);
  CHECK(wrong.at(minute(4)).relied_on == none);
}

TEST_CASE("a doubtful consent that no later stop reaches still allows, and the answer warns",
          "[standing][clock]") {
  Wrong wrong = two_hours_ahead();
  wrong.told.subjects.back().clauses.back().channels = {Channel::sms};
  const Judgement judgement = wrong.at(minute(180));
  CHECK(judgement.verdict == Verdict::allow);
  CHECK(judgement.relied_on == 1);
  CHECK(warnings(wrong, minute(180)) == Lines{"2"});
}

TEST_CASE("a consent given after the correction is not doubtful", "[standing][clock]") {
  Wrong wrong = two_hours_ahead();
  wrong.add(EventType::consent_given, minute(10), minute(10));
  CHECK(wrong.at(minute(60)).verdict == Verdict::allow);
  CHECK(wrong.at(minute(60)).relied_on == 4);
}

TEST_CASE("a stop in doubtful order also ends when the clock has gone forward again",
          "[standing][clock]") {
  Wrong wrong;
  wrong.add(EventType::consent_given, minute(120), minute(120));
  // Said after the correction, recorded when the clock has passed the consent.
  wrong.steps.push_back({++wrong.told.seq, minute(1)});
  wrong.last = minute(1);
  wrong.add(EventType::consent_withdrawn, minute(150), minute(5));
  CHECK(wrong.at(minute(4)).relied_on == none);
  CHECK(wrong.at(minute(180)).verdict == Verdict::deny);
  CHECK(wrong.at(minute(180)).relied_on == 3);
}

TEST_CASE("a release that the clock makes doubtful is named, and ended by a later restriction",
          "[standing][clock]") {
  Wrong wrong;
  wrong.add(EventType::consent_given, minute(0), minute(0));
  auto& release = wrong.add(EventType::consent_refused, minute(120), minute(120));
  release.type = EventType::subject_restricted;
  release.flags = Clause::released;
  auto& again = wrong.add(EventType::consent_refused, minute(5), minute(5));
  again.type = EventType::subject_restricted;
  CHECK(wrong.at(minute(180)).verdict == Verdict::deny);
  CHECK(wrong.at(minute(60)).verdict == Verdict::deny);
  CHECK(warnings(wrong, minute(180)) == Lines{"3"});
}

TEST_CASE("no clock turns a number stopped last into a yes", "[standing][clock][property]") {
  CAPTURE(seed);
  Dice dice;
  int would_allow = 0, steps = 0;
  for (int i = 0; i < 20'000; ++i) {
    CAPTURE(i);
    std::int64_t now = 0, off = 0;
    Wrong before = history(dice, now, off, true);
    Wrong after = before;
    now += dice.pick(30);
    if (dice.pick(3) == 0) off = dice.pick(400) - 200;
    const std::int64_t said = now + off - (dice.pick(4) == 0 ? dice.pick(10) : 0);
    Clause& stop =
        after.add(dice.pick(2) == 0 ? EventType::consent_refused : EventType::consent_withdrawn,
                  minute(now + off), minute(said));
    stop.distributor = nobody;
    const Instant from = standing::forbids_from(stop);
    const Clause last = stop;
    steps += static_cast<int>(after.steps.size());
    for (int more = 0; more < 4; ++more) {
      const auto question = call_at(from + std::chrono::minutes(dice.pick(600)));
      const Judgement judgement = after.at(question);
      // A consent said after the stop, and recorded before it, is a stop told late: not stopped
      // last. Without a wrong clock such a consent still ends the stop, as it did.
      const auto& clauses = after.told.subjects.back().clauses;
      const bool told_late = std::any_of(clauses.begin(), clauses.end(), [&](const Clause& each) {
        return each.type == EventType::consent_given && each.said > from &&
               each.recorded <= last.recorded &&
               standing::doubt(after.steps, each.seq, each.recorded) == nullptr;
      });
      if (!told_late) REQUIRE(judgement.verdict == Verdict::deny);
      if (before.at(question).verdict == Verdict::allow) ++would_allow;
    }
    // As of moments before the stop, the answers stay.
    for (int more = 0; more < 4; ++more) {
      const auto question = call_at(from - std::chrono::minutes(1 + dice.pick(600)));
      const Judgement a = before.at(question), b = after.at(question);
      REQUIRE(a.verdict == b.verdict);
      REQUIRE(a.relied_on == b.relied_on);
      REQUIRE(a.reasons == b.reasons);
    }
  }
  CHECK(would_allow > 1000);
  CHECK(steps > 5000);
}

TEST_CASE("without a step, imports of history give the answers they gave",
          "[standing][clock][property]") {
  CAPTURE(seed);
  Dice dice;
  int live = 0;
  for (int i = 0; i < 20'000; ++i) {
    CAPTURE(i);
    std::int64_t now = 0, off = 0;
    const Wrong told = history(dice, now, off, false);
    REQUIRE(told.steps.empty());
    const Instant at = minute(dice.pick(300) - 20);
    const standing::Vectors all{told.told.subjects};
    const standing::Holder holder(all, at);
    const standing::Contact contact{romashka, dice.pick(2) == 0 ? spring : 0, Purpose::advertising,
                                    Channel::voice};
    const auto read =
        standing::read(holder, Cover::advertising, contact, at, [&](const Clause& consent) {
          return standing::defects(consent, Cover::advertising, contact, {at, Basis::said},
                                   holder.began()) == 0;
        });
    const Before before = read_before(holder, contact, at);
    REQUIRE((read.live == nullptr ? 0 : read.live->seq) == before.live);
    REQUIRE((read.stop == nullptr ? 0 : read.stop->seq) == before.stop);
    live += read.live == nullptr ? 0 : 1;
  }
  CHECK(live > 3000);
}

TEST_CASE("every interface over a log hears of the clock", "[standing][clock]") {
  const Scratch scratch;
  Log log = new_log(scratch / "log");
  const std::uint64_t consent = log.append(yes(nth(1), minute(120)), minute(120)).seq;
  const std::uint64_t stopped = log.append(stop(nth(1), minute(5)), minute(5)).seq;
  REQUIRE(stopped == consent + 2);
  const auto steps = clock_set_back(log);
  REQUIRE(steps.size() == 1);
  CHECK(steps.front() == ClockSetBack{consent + 1, minute(5)});
  CHECK(clock_set_back(log, consent + 1).empty());

  const Question asked = advertising_call(nth(1), minute(180));
  const auto denies = [&](const Decision& decision) {
    CHECK(decision.verdict == Verdict::deny);
    CHECK(decision.relied_on == stopped);
    CHECK(says(decision, "warn standing/clock-set-back"));
  };
  denies(may_contact(log, russia(), asked));
  denies(Gate::load(log, russia(), minute(180)).may_contact(asked));
  const Call call{asked.number, asked.at, asked.purpose, asked.channel, asked.dialled_by, true};
  const AuditResult audited = audit({&call, 1}, log, russia(), asked);
  CHECK(audited.judgements.front().verdict == Verdict::deny);
  CHECK(audited.judgements.front().relied_on == stopped);

  auto made = event_of<ContactMade>(nth(1), minute(180));
  made.purpose = Purpose::advertising;
  const std::uint64_t contact = log.append(made, minute(181)).seq;
  const auto found = due(log, DeadlineRows::russia(), Calendar::russia(), minute(200));
  REQUIRE_FALSE(found.empty());
  CHECK(found.front().seq == stopped);
  CHECK(found.front().broken_by == contact);

  SECTION("a rebuild finds the steps again, and verify agrees with them") {
    log = new_log(scratch / "other");
    CHECK_FALSE(rebuild(scratch / "log").differed);
    CHECK(clock_set_back(Log::open(scratch / "log", Access::read_only)).size() == 1);
    CHECK(verify_log(scratch / "log", {}).verdict == ProofVerdict::proven);
  }
}
