// Laws that hold for every story. The seed is fixed and printed with a failure.
#include <random>
#include <vector>

#include "catch.hpp"
#include "decision/conditions.hpp"
#include "decision/story.hpp"

using namespace story;

namespace {

constexpr std::uint32_t seed = 20261122;
constexpr int stories = 20000;

class Teller {
 public:
  Story tell() {
    Story told;
    const int events = pick(8);
    for (int i = 0; i < events; ++i) add(told);
    return told;
  }

  /// What is neither consent nor stop: told to the operator, or classified.
  void add_fact(Story& told) {
    Clause& fact = told.consents(any_minute());
    Clause plain;
    plain.said = fact.said;
    plain.recorded = fact.said + std::chrono::minutes(pick(3) == 0 ? pick(20) : 0);
    plain.seq = fact.seq;
    if (pick(2) == 0) {
      plain.type = EventType::operator_refusal;
      plain.covers = pick(2) == 0 ? Covers{Cover::mass_calls} : Covers{Cover::mailing};
      if (pick(2) == 0) plain.flags = Clause::in_force_stated;
    } else {
      plain.type = EventType::number_classified;
      plain.flags = static_cast<std::uint16_t>(pick(3));
    }
    fact = plain;
  }

  Clause& add(Story& told) {
    while (pick(8) == 0) told.reassigned(any_minute());
    if (pick(5) == 0) add_fact(told);
    const int what = pick(4);
    Clause& clause = what == 0   ? told.refuses(any_minute())
                     : what == 1 ? told.withdraws(any_minute())
                                 : told.consents(any_minute());
    const bool consent = what > 1;
    clause.recorded = clause.said + std::chrono::minutes(pick(3) == 0 ? pick(20) : 0);
    clause.distributor = static_cast<std::uint32_t>(pick(3));
    clause.campaign = pick(4) == 0 ? spring : 0;
    clause.purposes = Purposes::from_bits(static_cast<std::uint16_t>(pick(512)));
    clause.channels = Channels::from_bits(static_cast<std::uint16_t>(pick(32)));
    if (pick(2) == 0) clause.purposes.insert(Purpose::advertising);
    if (pick(2) == 0) clause.channels.insert(Channel::voice);
    if (!consent && pick(3) == 0) clause.purposes = {};
    if (!consent && pick(3) == 0) clause.channels = {};
    clause.covers = pick(4) == 0 ? Covers{Cover::personal_data} : Covers{Cover::advertising};
    if (pick(3) == 0) clause.covers.insert(Cover::mass_calls);
    if (pick(4) == 0) clause.covers.insert(Cover::mailing);
    if (pick(4) == 0) clause.covers.insert(Cover::personal_data);
    if (!consent && pick(3) == 0) clause.covers = {};
    if (pick(4) == 0) clause.until = any_minute();
    if (pick(4) == 0) clause.method = static_cast<Method>(pick(12));
    if (pick(4) == 0) clause.flags = static_cast<std::uint16_t>(pick(4096));
    return clause;
  }

  ResolvedQuestion question() {
    auto asked = call_at(any_minute());
    asked.purpose = pick(2) == 0 ? Purpose::advertising : static_cast<Purpose>(pick(9));
    asked.channel = pick(2) == 0 ? Channel::voice : static_cast<Channel>(pick(5));
    asked.dialled_by = static_cast<DialledBy>(pick(3));
    asked.campaign = pick(3) == 0 ? spring : 0;
    asked.basis = pick(3) == 0 ? Basis::recorded : Basis::said;
    asked.caller.mass = static_cast<Stated>(pick(3));
    asked.caller.contract = static_cast<CallerFacts::Contract>(pick(5));
    if (pick(4) == 0) asked.caller.exempt = static_cast<Exempt>(pick(5));
    if (pick(4) == 0) asked.caller.caller = other_bank;
    if (pick(3) == 0) asked.counts = ContactCounts{{0, 1, 1}, {0, 0, 1}};
    if (pick(3) == 0) {
      asked.whereabouts = Whereabouts{
          Zones::russia().zone(pick(2) == 0 ? "Europe/Moscow" : "Asia/Kamchatka"), pick(2) == 0};
    }
    if (pick(6) == 0)
      asked.number = *PhoneNumber::from_digits(pick(2) == 0 ? 77012345678U : 12025550123U);
    return asked;
  }

  Instant any_minute() { return minute(pick(40)); }
  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint32_t>(below)); }

 private:
  std::mt19937 random_{seed};
};

bool same_answer(const Judgement& a, const Judgement& b) {
  return a.verdict == b.verdict && a.relied_on == b.relied_on && a.reasons == b.reasons;
}

}  // namespace

TEST_CASE("one more stop never turns a no into a yes", "[decision][property]") {
  CAPTURE(seed);
  Teller teller;
  for (int i = 0; i < stories; ++i) {
    Story told = teller.tell();
    const auto question = teller.question();
    Clause stop = teller.add(told);
    told.subjects.back().clauses.pop_back();
    const Verdict before = verdict(told, question);
    stop.type = EventType::consent_withdrawn;
    for (auto& subject : told.subjects) {  // whoever said it
      Story more = told;
      auto& clauses =
          more.subjects[static_cast<std::size_t>(&subject - told.subjects.data())].clauses;
      clauses.push_back(stop);
      const Verdict after = verdict(more, question);
      CAPTURE(i);
      if (after == Verdict::allow) REQUIRE(before == Verdict::allow);
      if (after == Verdict::unknown) REQUIRE(before == Verdict::unknown);
    }
  }
}

TEST_CASE("a stop of everything said now leaves nothing but no", "[decision][property]") {
  CAPTURE(seed);
  Teller teller;
  for (int i = 0; i < stories; ++i) {
    Story told = teller.tell();
    const auto question = teller.question();
    auto& stop = told.withdraws(question.at);
    stop.distributor = nobody;
    if (told.subjects.back().closed) continue;
    if (told.subjects.size() > 1) continue;  // it may be another holder's
    REQUIRE(verdict(told, question) == Verdict::deny);
  }
}

TEST_CASE("yes and no carry a reason, and yes the consent it stands on", "[decision][property]") {
  CAPTURE(seed);
  Teller teller;
  int allowed = 0;
  for (int i = 0; i < stories; ++i) {
    const Story told = teller.tell();
    const auto question = teller.question();
    const Judgement judgement = ask(told, question);
    REQUIRE(judgement.count > 0);
    REQUIRE(static_cast<int>(judgement.items[0].verdict) == static_cast<int>(judgement.verdict));
    if (judgement.verdict != Verdict::allow) continue;
    ++allowed;
    if (judgement.relied_on == ~std::uint64_t{0}) {
      const bool exempt =
          question.caller.exempt != Exempt::none && question.purpose != Purpose::advertising &&
          question.purpose != Purpose::mixed && question.purpose != Purpose::unknown;
      REQUIRE((question.purpose == Purpose::debt_collection || exempt));
      continue;
    }
    const Clause* found = nullptr;
    for (const auto& subject : told.subjects) {
      for (const Clause& clause : subject.clauses) {
        if (clause.seq == judgement.relied_on && clause.type == EventType::consent_given)
          found = &clause;
      }
    }
    REQUIRE(found != nullptr);
    REQUIRE(found->said < question.at);
    REQUIRE(question.at < found->until);
    REQUIRE(found->distributor == question.distributor);
    REQUIRE(found->channels.contains(question.channel));
    const bool family = question.purpose == Purpose::advertising ||
                        question.purpose == Purpose::mixed || question.purpose == Purpose::unknown;
    REQUIRE((found->purposes.contains(question.purpose) ||
             (family && found->purposes.contains(Purpose::advertising))));
    REQUIRE((found->flags & Clause::prechecked) == 0);
  }
  CHECK(allowed > stories / 200);  // the stories are not all about nothing
}

TEST_CASE("what is said and recorded later does not change an earlier answer",
          "[decision][property][as-of]") {
  CAPTURE(seed);
  Teller teller;
  for (int i = 0; i < stories; ++i) {
    Story told = teller.tell();
    const auto question = teller.question();
    const Judgement before = ask(told, question);
    const std::size_t subjects = told.subjects.size();
    const std::size_t clauses = told.subjects.back().clauses.size();
    (void)teller.add(told);
    for (std::size_t s = subjects - 1; s < told.subjects.size(); ++s) {
      auto& added = told.subjects[s].clauses;
      for (std::size_t c = s == subjects - 1 ? clauses : 0; c < added.size(); ++c) {
        // Strictly later: a stop of the same moment counts, without grace.
        added[c].said = question.at + std::chrono::minutes(1 + teller.pick(10));
        added[c].recorded = added[c].said + std::chrono::minutes(teller.pick(10));
      }
    }
    for (std::size_t s = subjects - 1; s + 1 < told.subjects.size();
         ++s) {  // new holders come later too
      told.subjects[s].closed =
          std::max(told.subjects[s].closed.value(), question.at + std::chrono::minutes(1));
    }
    CAPTURE(i);
    REQUIRE(same_answer(before, ask(told, question)));
  }
}

TEST_CASE("a later recording that claims an earlier yes changes only answers by what was said",
          "[decision][property][as-of]") {
  CAPTURE(seed);
  Teller teller;
  int changed = 0;
  for (int i = 0; i < stories; ++i) {
    Story told = teller.tell();
    auto question = teller.question();
    Story more = told;
    auto& claimed = more.consents(question.at - std::chrono::minutes(teller.pick(20)));
    claimed.recorded = question.at + std::chrono::minutes(1);
    question.basis = Basis::recorded;
    CAPTURE(i);
    REQUIRE(same_answer(ask(told, question), ask(more, question)));
    question.basis = Basis::said;
    if (!same_answer(ask(told, question), ask(more, question))) {
      ++changed;
      const Decision decision = answer(more, question);  // and then it says so
      if (decision.allowed()) REQUIRE(says(decision, "warn standing/recorded-late"));
    }
  }
  CHECK(changed > 0);
}

TEST_CASE("by its recording alone nothing allows that by what was said does not",
          "[decision][property][as-of]") {
  CAPTURE(seed);
  Teller teller;
  int allowed = 0;
  for (int i = 0; i < stories; ++i) {
    const Story told = teller.tell();
    auto question = teller.question();
    question.basis = Basis::recorded;
    if (verdict(told, question) != Verdict::allow) continue;
    ++allowed;
    question.basis = Basis::said;
    CAPTURE(i);
    REQUIRE(verdict(told, question) == Verdict::allow);
  }
  CHECK(allowed > stories / 500);
}

TEST_CASE("by its recording alone nothing recorded later makes a yes of a no",
          "[decision][property][as-of]") {
  CAPTURE(seed);
  Teller teller;
  for (int i = 0; i < stories; ++i) {
    Story told = teller.tell();
    auto question = teller.question();
    question.basis = Basis::recorded;
    const Verdict before = verdict(told, question);
    const std::size_t subjects = told.subjects.size();
    const std::size_t clauses = told.subjects.back().clauses.size();
    (void)teller.add(told);
    for (std::size_t s = subjects - 1; s < told.subjects.size(); ++s) {
      auto& added = told.subjects[s].clauses;
      for (std::size_t c = s == subjects - 1 ? clauses : 0; c < added.size(); ++c)
        added[c].recorded = question.at + std::chrono::minutes(1 + teller.pick(10));
    }
    CAPTURE(i);
    // A reassignment says that what was told before was told of somebody else.
    if (told.subjects.size() != subjects) continue;
    if (verdict(told, question) == Verdict::allow) REQUIRE(before == Verdict::allow);
  }
}

TEST_CASE("a wider consent never turns a yes into a no, nor a narrower stop",
          "[decision][property][lattice]") {
  CAPTURE(seed);
  Teller teller;
  for (int i = 0; i < stories; ++i) {
    const Story told = teller.tell();
    const auto question = teller.question();
    if (verdict(told, question) != Verdict::allow) continue;
    Story wider = told;
    for (auto& subject : wider.subjects) {
      for (Clause& clause : subject.clauses) {
        if (clause.type == EventType::consent_given) {
          clause.purposes.insert(static_cast<Purpose>(teller.pick(9)));
          clause.channels.insert(static_cast<Channel>(teller.pick(5)));
          clause.campaign = 0;
        } else if (!clause.channels.empty()) {
          const auto fewer =
              static_cast<std::uint16_t>(clause.channels.bits() & (clause.channels.bits() - 1));
          if (fewer != 0) clause.channels = Channels::from_bits(fewer);
        }
      }
    }
    if (verdict(wider, question) == Verdict::allow) continue;
    CAPTURE(i, said(answer(told, question)), said(answer(wider, question)));
    FAIL("a wider consent is answered worse");
  }
}

TEST_CASE("one more policy row never allows more", "[decision][property][policy]") {
  CAPTURE(seed);
  Teller teller;
  std::vector<RulePack> packs;
  for (const auto& known : decision::conditions) {
    if (known.loosens) continue;
    for (const Outcome outcome : {Outcome::deny, Outcome::warn, Outcome::treat, Outcome::unknown}) {
      if ((known.outcomes & decision::bit(outcome)) == 0) continue;
      std::string toml =
          "version = \"own\"\nread_by = \"test\"\n[[rule]]\nid = \"own/1\"\n"
          "sheet = \"own\"\nkind = \"policy\"\ncitation = \"c\"\n"
          "citation_ru = \"c\"\nwhy = \"w\"\nwhy_ru = \"w\"\nsource = \"s\"\n"
          "confidence = \"G\"\ncondition = \"" +
          std::string(known.word) + "\"\noutcome = \"" + std::string(to_word(outcome)) + "\"\n";
      if (outcome == Outcome::treat) {
        toml += known.condition == decision::Condition::without_document
                    ? "feeds = \"ru/152-fz/15-1\"\n"
                    : "feeds = \"ru/38-fz/18-1\"\n";
      }
      if ((known.figures & decision::day_windows) != 0)
        toml += "working_days = \"12:10-12:20\"\nother_days = \"12:10-12:20\"\n";
      if ((known.figures & decision::counts) != 0) toml += "a_week = 1\n";
      if ((known.figures & decision::at_least) != 0) toml += "at_least = 1\n";
      if ((known.figures & decision::older_than) != 0) toml += "older_than_days = 1\n";
      if ((known.figures & decision::after_days) != 0) toml += "after_days = 1\n";
      if ((known.figures & decision::longest) != 0) toml += "longest = 1\n";
      if ((known.figures & decision::senders) != 0) toml += "senders = [\"bank\"]\n";
      if ((known.figures & decision::least_worth) != 0) toml += "worth = \"strong\"\n";
      if ((known.figures & decision::evidence_kinds) != 0) toml += "evidence = [\"document\"]\n";
      packs.push_back(russia().with_policy(toml, "own.toml"));
    }
  }
  REQUIRE(packs.size() > 40);
  int tightened = 0;
  for (int i = 0; i < stories; ++i) {
    const Story told = teller.tell();
    const auto question = teller.question();
    const RulePack& own = packs[static_cast<std::size_t>(i) % packs.size()];
    const Verdict before = verdict(told, question);
    const Verdict after = ask(told, question, own).verdict;
    CAPTURE(i, own.rules().back().condition);
    if (after == Verdict::allow) REQUIRE(before == Verdict::allow);
    if (after == Verdict::unknown) REQUIRE(before != Verdict::deny);
    if (after != before) ++tightened;
  }
  CHECK(tightened > 10);
}

TEST_CASE("the next allowed moment is allowed, and none before it", "[decision][property][time]") {
  CAPTURE(seed);
  const RulePack own = russia().with_policy(
      "version = \"own\"\nread_by = \"test\"\n[options]\nadvertising_hours = \"deny\"\n",
      "own.toml");
  Teller teller;
  int found = 0;
  for (int i = 0; i < stories; ++i) {
    Story told = teller.tell();
    told.consents(minute(-1));
    auto question = teller.question();
    question.at = minute(60 * teller.pick(24 * 40));
    question.whereabouts = Whereabouts{
        Zones::russia().zone("Europe/Kaliningrad") | Zones::russia().zone("Asia/Kamchatka"), false};
    const Judgement judgement = ask(told, question, own);
    if (!judgement.next_allowed) continue;
    ++found;
    CAPTURE(i);
    REQUIRE(judgement.verdict == Verdict::deny);
    REQUIRE(*judgement.next_allowed > question.at);
    auto later = question;
    later.at = *judgement.next_allowed;
    // The counts are of the day, week and month of the question.
    if (later.counts) later.counts = ContactCounts{};
    REQUIRE(ask(told, later, own).verdict == Verdict::allow);
    later.counts = question.counts;
    later.at -= std::chrono::microseconds(1);
    REQUIRE(ask(told, later, own).verdict != Verdict::allow);
  }
  CHECK(found > 100);
}

namespace {

Verdict verdict_by(const Story& told, const ResolvedQuestion& question, const RulePack& pack) {
  return ask(told, question, pack).verdict;
}

std::vector<RulePack> packs_with_each_option() {
  std::vector<RulePack> packs{russia()};
  for (const Rule& rule : russia().rules()) {
    for (const Outcome choice : rule.choices) {
      packs.push_back(russia().with_policy(
          "version = \"own\"\nread_by = \"test\"\nread_on = 2026-11-30\n[options]\n" + rule.option +
              " = \"" + std::string(to_word(choice)) + "\"\n",
          "own"));
    }
  }
  return packs;
}

}  // namespace

TEST_CASE("stating the truth is never answered worse than saying nothing", "[decision][property]") {
  CAPTURE(seed);
  // Whoever settles an open point may let silence pass: those options say so in the answer.
  const auto lets_silence_pass = [](const RulePack& pack) {
    for (const std::string& option : pack.options()) {
      for (const char* name :
           {"mass_not_stated=warn", "contracts_not_stated=warn", "concealment_not_stated=warn"}) {
        if (option == name) return true;
      }
    }
    return false;
  };
  Teller teller;
  int held_open = 0;
  const auto packs = packs_with_each_option();
  for (int i = 0; i < stories / 4; ++i) {
    const Story told = teller.tell();
    const RulePack& pack = packs[static_cast<std::size_t>(i) % packs.size()];
    if (lets_silence_pass(pack)) continue;
    auto asked = teller.question();
    asked.at = minute(41);
    const auto holds = [&](auto&& say, std::initializer_list<int> values) {
      auto silent = asked;
      say(silent, 0);
      const Verdict nothing = verdict_by(told, silent, pack);
      for (const int value : values) {
        auto stated = asked;
        say(stated, value);
        CAPTURE(i, value, nothing, pack.options().size(), asked.purpose, asked.channel);
        if (nothing == Verdict::allow) REQUIRE(verdict_by(told, stated, pack) == Verdict::allow);
      }
      held_open += nothing == Verdict::unknown ? 1 : 0;
    };
    holds([](auto& q, int v) { q.dialled_by = static_cast<DialledBy>(v); }, {1, 2});
    // That a person dials says that it is not mass, unless that is stated too.
    if (asked.dialled_by != DialledBy::person)
      holds([](auto& q, int v) { q.caller.mass = static_cast<Stated>(v); }, {1, 2});
    holds([](auto& q, int v) { q.caller.hidden_number = static_cast<Stated>(v); }, {1, 2});
    holds([](auto& q, int v) { q.caller.foreign_number = static_cast<Stated>(v); }, {1, 2});
    holds([](auto& q, int v) { q.caller.creditor_named = static_cast<Stated>(v); }, {1, 2});
    holds([](auto& q, int v) { q.caller.contract = static_cast<CallerFacts::Contract>(v); },
          {1, 3, 4});
  }
  CHECK(held_open > 100);
}
