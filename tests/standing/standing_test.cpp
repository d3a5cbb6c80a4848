#include <type_traits>

#include "catch.hpp"
#include "decision/judge.hpp"
#include "decision/story.hpp"

using namespace story;

static_assert(!std::is_convertible_v<Decision, bool> && !std::is_constructible_v<bool, Decision>);
static_assert(noexcept(judge(std::declval<const ResolvedQuestion&>(), {},
                             std::declval<const RulePack&>())));
static_assert(static_cast<int>(Verdict{}) == 0 && Verdict{} == Verdict::deny);

TEST_CASE("what was never filled in denies", "[decision][default]") {
  CHECK(Decision{}.verdict == Verdict::deny);
  CHECK_FALSE(Decision{}.allowed());
  CHECK(Judgement{}.verdict == Verdict::deny);
  CHECK(Finding{}.verdict == FindingVerdict::deny);
  CHECK(judge(call_at(minute(0)), {}, russia()).verdict == Verdict::deny);
  Story told;
  told.subjects[0].clauses.push_back(Clause{});
  CHECK(verdict(told, call_at(minute(0))) == Verdict::deny);
}

TEST_CASE("no consent: no contact, and the rule that says so", "[decision][default]") {
  const Decision decision = answer(Story{}, call_at(minute(0)));
  CHECK(decision.verdict == Verdict::deny);
  CHECK(said(decision) == Lines{"deny ru/38-fz/18-1"});
  CHECK_FALSE(decision.relied_on);
  CHECK(decision.findings[0].citation == russia().find("AD-001")->citation);
}

TEST_CASE("a prior consent in scope allows and is named", "[decision]") {
  Story told;
  told.consents(minute(0));
  const Judgement judgement = ask(told, call_at(minute(10)));
  CHECK(judgement.verdict == Verdict::allow);
  CHECK(judgement.relied_on == 1);
  CHECK(judgement.reasons.words()[0] == 1);  // AD-001 is the first row
  const Decision decision = answer(told, call_at(minute(10)));
  CHECK(said(decision) == Lines{"allow ru/38-fz/18-1"});
  CHECK(decision.findings[0].why == russia().find("AD-001")->met);
  CHECK(decision.rules == "ru-2026-11-30.1");
  CHECK(decision.log_size == 2);
}

TEST_CASE("purposes treated as advertising need a consent to advertising", "[decision][scope]") {
  Story told;
  told.consents(minute(0));
  auto question = call_at(minute(10));
  question.purpose = GENERATE(Purpose::mixed, Purpose::unknown);
  CHECK(verdict(told, question) == Verdict::allow);
  told.subjects[0].clauses[0].purposes = {Purpose::service, Purpose::survey};
  CHECK(verdict(told, question) == Verdict::deny);
}

TEST_CASE("a consent to something else is not consent to advertising", "[decision][scope]") {
  Story told;
  told.consents(minute(0)).purposes = {Purpose::mixed, Purpose::unknown, Purpose::service};
  auto question = call_at(minute(10));
  question.purpose =
      Purpose::unknown;  // unknown may be advertising, and "unknown" is no express consent to it
  CHECK(verdict(told, question) == Verdict::deny);
  question.purpose = Purpose::mixed;  // said in that very word
  CHECK(verdict(told, question) == Verdict::allow);
  const Decision decision = answer(told, call_at(minute(10)));
  CHECK(said(decision) == Lines{"deny ru/38-fz/18-1", "treat ru/vas-58/15/purpose"});
  CHECK(decision.findings[1].seq == 1);
}

TEST_CASE("a consent that covers only personal data is no consent to contact",
          "[decision][scope]") {
  Story told;
  told.consents(minute(0)).covers = {Cover::personal_data, Cover::mass_calls};
  CHECK(said(answer(told, call_at(minute(10)))) ==
        Lines{"deny ru/38-fz/18-1", "treat standing/other-cover"});
}

TEST_CASE("a consent limited to a campaign holds for it alone", "[decision][scope]") {
  Story told;
  told.consents(minute(0)).campaign = spring;
  auto question = call_at(minute(10));
  CHECK(said(answer(told, question)) ==
        Lines{"deny ru/38-fz/18-1", "treat standing/other-campaign"});
  question.campaign = autumn;
  CHECK(verdict(told, question) == Verdict::deny);
  question.campaign = spring;
  CHECK(verdict(told, question) == Verdict::allow);
  told.subjects[0].clauses[0].campaign = 0;
  CHECK(verdict(told, question) == Verdict::allow);
}

TEST_CASE("a consent must be earlier than the contact, not as early", "[decision][time]") {
  Story told;
  told.consents(minute(10));
  CHECK(said(answer(told, call_at(minute(10)))) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/38-fz/18-1/prior"});
  CHECK(verdict(told, call_at(minute(9))) == Verdict::deny);
  CHECK(verdict(told, call_at(minute(10) + std::chrono::microseconds(1))) == Verdict::allow);
}

TEST_CASE("a consent holds until its end, which it does not reach", "[decision][time]") {
  Story told;
  told.consents(minute(0)).until = minute(60);
  CHECK(verdict(told, call_at(minute(60) - std::chrono::microseconds(1))) == Verdict::allow);
  CHECK(said(answer(told, call_at(minute(60)))) ==
        Lines{"deny ru/38-fz/18-1", "treat standing/expired"});
}

TEST_CASE("a consent recorded after the contact counts, and the answer says it was recorded late",
          "[decision][time]") {
  Story told;
  told.consents(minute(0)).recorded = minute(60);
  auto question = call_at(minute(30));
  CHECK(said(answer(told, question)) ==
        Lines{"allow ru/38-fz/18-1", "warn standing/recorded-late"});
  question.at = minute(61);
  CHECK(said(answer(told, question)) == Lines{"allow ru/38-fz/18-1"});
  question.at = minute(30);
  question.basis = Basis::recorded;
  CHECK(said(answer(told, question)) == Lines{"deny ru/38-fz/18-1", "treat standing/not-recorded"});
  question.at = minute(60);
  CHECK(verdict(told, question) == Verdict::deny);
  question.at = minute(61);
  CHECK(said(answer(told, question)) == Lines{"allow ru/38-fz/18-1"});
}

TEST_CASE("of two consents the one the log could show then is relied on", "[decision][time]") {
  Story told;
  told.consents(minute(0));
  told.consents(minute(5)).recorded = minute(60);
  CHECK(ask(told, call_at(minute(30))).relied_on == 1);
  CHECK(said(answer(told, call_at(minute(30)))) == Lines{"allow ru/38-fz/18-1"});
  CHECK(ask(told, call_at(minute(61))).relied_on == 2);
}

TEST_CASE("a stop demand ends a consent at once", "[decision][stop]") {
  Story told;
  told.consents(minute(0));
  if (GENERATE(true, false)) {
    told.withdraws(minute(30));
  } else {
    told.refuses(minute(30));
  }
  CHECK(verdict(told, call_at(minute(30) - std::chrono::microseconds(1))) == Verdict::allow);
  const Decision decision = answer(told, call_at(minute(30)));
  CHECK(said(decision) == Lines{"deny ru/38-fz/18-1/stop", "treat standing/ended-by-stop"});
  CHECK(decision.relied_on == 2);
}

TEST_CASE("a stop without any consent breaks both rules", "[decision][stop]") {
  Story told;
  told.refuses(minute(0));
  CHECK(said(answer(told, call_at(minute(1)))) ==
        Lines{"deny ru/38-fz/18-1/stop", "deny ru/38-fz/18-1"});
}

TEST_CASE("a stop counts from the earlier of said and recorded", "[decision][stop]") {
  Story told;
  told.consents(minute(0));
  auto& stop = told.withdraws(minute(30));
  auto question = call_at(minute(35));
  question.basis = GENERATE(Basis::said, Basis::recorded);
  stop.recorded = minute(60);
  CHECK(verdict(told, question) == Verdict::deny);
  stop.said = minute(60);
  stop.recorded = minute(30);
  CHECK(verdict(told, question) == Verdict::deny);
}

TEST_CASE("a tie of stop and consent is a stop", "[decision][stop]") {
  Story told;
  if (GENERATE(true, false)) {
    told.consents(minute(5));
    told.withdraws(minute(5));
  } else {
    told.withdraws(minute(5));
    told.consents(minute(5));
  }
  CHECK(verdict(told, call_at(minute(10))) == Verdict::deny);
}

TEST_CASE("a later proven consent ends a stop demand", "[decision][stop]") {
  Story told;
  told.withdraws(minute(0));
  auto& later = told.consents(minute(10));
  CHECK(verdict(told, call_at(minute(20))) == Verdict::allow);
  later.method = Method::web_form;  // not proven: the number's holder returned no code
  const Decision decision = answer(told, call_at(minute(20)));
  CHECK(decision.relied_on == 1);
  CHECK(said(decision) ==
        Lines{"deny ru/38-fz/18-1/stop", "deny ru/38-fz/18-1", "treat ru/fas/ak-65823-17"});
}

TEST_CASE("a stop holds in its scope, read the stricter way", "[decision][stop][scope]") {
  Story told;
  told.consents(minute(0)).channels = {Channel::voice, Channel::sms};
  auto& stop = told.withdraws(minute(5));
  auto question = call_at(minute(10));
  SECTION("another distributor's stop") {
    stop.distributor = other_bank;
    CHECK(verdict(told, question) == Verdict::allow);
  }
  SECTION("a stop to everybody") {
    stop.distributor = nobody;
    CHECK(verdict(told, question) == Verdict::deny);
  }
  SECTION("another channel") {
    stop.channels = {Channel::sms};
    CHECK(verdict(told, question) == Verdict::allow);
    question.channel = Channel::sms;
    CHECK(verdict(told, question) == Verdict::deny);
  }
  SECTION("a stop of calls is one of robots") {
    told.subjects[0].clauses[0].channels = {Channel::robot};
    stop.channels = {Channel::voice};
    question.channel = Channel::robot;
    CHECK(says(answer(told, question), "deny ru/38-fz/18-1/stop"));
  }
  SECTION("another purpose") {
    stop.purposes = {Purpose::survey};
    CHECK(verdict(told, question) == Verdict::allow);
  }
  SECTION("mixed is advertising") {
    stop.purposes = {Purpose::mixed};
    CHECK(verdict(told, question) == Verdict::deny);
    stop.purposes = {Purpose::advertising};
    question.purpose = Purpose::unknown;
    CHECK(verdict(told, question) == Verdict::deny);
  }
  SECTION("of personal data only: their use for promotion stops") {
    stop.covers = {Cover::personal_data};
    CHECK(says(answer(told, question), "deny ru/152-fz/15-2/stop"));
    stop.covers = {Cover::personal_data, Cover::advertising};
    CHECK(verdict(told, question) == Verdict::deny);
  }
  SECTION("of one campaign") {
    stop.campaign = spring;
    question.campaign = autumn;
    CHECK(verdict(told, question) == Verdict::allow);
    question.campaign = spring;
    CHECK(verdict(told, question) == Verdict::deny);
    question.campaign = 0;  // the campaign is not said: it may be that one
    CHECK(verdict(told, question) == Verdict::deny);
  }
}

TEST_CASE("a new holder starts from nothing", "[decision][holder]") {
  Story told;
  told.consents(minute(0));
  told.reassigned(minute(30));
  CHECK(verdict(told, call_at(minute(29))) == Verdict::allow);
  const Decision decision = answer(told, call_at(minute(30)));
  CHECK(said(decision) == Lines{"deny ru/38-fz/18-1", "treat ru/vas-58/15/holder"});
  CHECK(decision.findings[1].confidence == "C1");
  told.consents(minute(40));
  CHECK(verdict(told, call_at(minute(41))) == Verdict::allow);
  CHECK(ask(told, call_at(minute(41))).relied_on == 3);
}

TEST_CASE("a number given away with nobody after it has no consent", "[decision][holder]") {
  Story told;
  told.consents(minute(0));
  told.reassigned(minute(30));
  told.subjects.pop_back();
  CHECK(verdict(told, call_at(minute(29))) == Verdict::allow);
  CHECK(verdict(told, call_at(minute(31))) == Verdict::deny);
}

TEST_CASE("a consent of the new holder said before they held the number does not count",
          "[decision][holder]") {
  Story told;
  told.reassigned(minute(30));
  told.consents(minute(20));
  CHECK(said(answer(told, call_at(minute(40)))) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/vas-58/15/holder"});
}

TEST_CASE("a reassignment noted out of order spares no consent before it", "[decision][holder]") {
  Story told;
  told.consents(minute(0));
  told.reassigned(minute(60));
  told.reassigned(minute(30));  // noted later, but earlier
  CHECK(verdict(told, call_at(minute(20))) == Verdict::allow);
  CHECK(verdict(told, call_at(minute(40))) == Verdict::deny);
}

TEST_CASE("a stop of the old holder does not bind the new one's consent", "[decision][holder]") {
  Story told;
  told.withdraws(minute(0));
  told.reassigned(minute(10));
  told.consents(minute(20));
  CHECK(verdict(told, call_at(minute(30))) == Verdict::allow);
}

TEST_CASE("robots are denied with consent and without", "[decision][robot]") {
  Story told;
  told.consents(minute(0)).channels = {Channel::voice, Channel::robot, Channel::sms};
  auto question = call_at(minute(10));
  question.channel = Channel::robot;
  const Decision decision = answer(told, question);
  CHECK(decision.verdict == Verdict::deny);
  CHECK(said(decision) == Lines{"deny ru/38-fz/18-2", "deny ru/126-fz/44.1-1/1",
                                "unknown ru/126-fz/44.1-1/3/contracts", "allow ru/38-fz/18-1"});
  CHECK_FALSE(decision.relied_on);
  CHECK(said(answer(Story{}, question)) == Lines{"deny ru/38-fz/18-1", "deny ru/38-fz/18-2",
                                                 "deny ru/126-fz/44.1-1/1",
                                                 "unknown ru/126-fz/44.1-1/3/contracts"});
}

TEST_CASE("a message sent by a machine needs the consent to advertising, and that to mailings",
          "[decision][robot]") {
  Story told;
  auto question = call_at(minute(10));
  question.channel = Channel::sms;
  question.dialled_by = DialledBy::machine;
  CHECK(says(answer(told, question), "deny ru/38-fz/18-2/messages"));
  auto& consent = told.consents(minute(0));
  consent.channels = {Channel::sms};
  question.dialled_by = DialledBy::person;
  CHECK(verdict(told, question) == Verdict::allow);
  question.dialled_by = DialledBy::machine;
  question.caller.contract = CallerFacts::Contract::with_it;
  const Decision decision = answer(told, question);
  CHECK(decision.verdict == Verdict::deny);
  CHECK(says(decision, "deny ru/126-fz/44.1/1"));
  CHECK(says(decision, "warn ru/fas/ak-65823-17/mailing"));
  CHECK_FALSE(says(decision, "deny ru/38-fz/18-2/messages"));
  consent.covers.insert(Cover::mailing);
  CHECK(verdict(told, question) == Verdict::allow);
}

TEST_CASE("a machine that dials for a person who talks is a mass call, and a warning",
          "[decision][robot]") {
  Story told;
  auto& consent = told.consents(minute(0));
  auto question = call_at(minute(10));
  question.dialled_by = DialledBy::machine;
  CHECK(said(answer(told, question)) ==
        Lines{"deny ru/126-fz/44.1-1/1", "unknown ru/126-fz/44.1-1/3/contracts",
              "allow ru/38-fz/18-1", "treat ru/practice/mass", "warn ru/38-fz/18-2/person-talks"});
  question.caller.mass = Stated::no;
  CHECK(said(answer(told, question)) ==
        Lines{"allow ru/38-fz/18-1", "warn ru/38-fz/18-2/person-talks"});
  question.caller.mass = Stated::not_stated;
  consent.covers.insert(Cover::mass_calls);
  question.caller.contract = CallerFacts::Contract::with_it;
  CHECK(said(answer(told, question)) == Lines{"allow ru/38-fz/18-1", "allow ru/126-fz/44.1-1/1",
                                              "treat ru/practice/mass",
                                              "warn ru/38-fz/18-2/person-talks"});
}

TEST_CASE("where no rule speaks, a consent is unknown and none is no", "[decision][default]") {
  Story told;
  auto question = call_at(minute(10));
  SECTION("a foreign number") { question.number = *PhoneNumber::from_digits(12025550123); }
  SECTION("a number of Kazakhstan") { question.number = *PhoneNumber::from_digits(77012345678); }
  SECTION("before the law") {
    question.at = parse_instant("2006-07-01T00:00:00+04:00") - std::chrono::microseconds(1);
  }
  CHECK(said(answer(told, question)) == Lines{"deny default/no-consent"});
  told.consents(question.at - std::chrono::hours(1));
  const Decision decision = answer(told, question);
  CHECK(decision.verdict == Verdict::unknown);
  CHECK(said(decision) == Lines{"unknown default/no-rule"});
  CHECK_FALSE(decision.relied_on);
  told.withdraws(question.at);
  CHECK(said(answer(told, question)) == Lines{"deny default/stop", "treat standing/ended-by-stop"});
  CHECK(answer(told, question).relied_on == 2);
}

TEST_CASE("outside advertising no consent is unknown, and a stop is a no", "[decision][default]") {
  Story told;
  auto question = call_at(minute(10));
  SECTION("a survey by a person") { question.purpose = Purpose::survey; }
  SECTION("a robot's survey, before the law on mass calls") {
    question.purpose = Purpose::survey;
    question.channel = Channel::robot;
    question.dialled_by = DialledBy::machine;
    question.at = parse_instant("2025-08-31T23:59:59+03:00");
  }
  CHECK(said(answer(told, question)) == Lines{"unknown default/no-row"});
  auto& consent = told.consents(question.at - std::chrono::hours(1));
  consent.purposes.insert(Purpose::survey);
  consent.channels.insert(Channel::robot);
  const Decision decision = answer(told, question);
  CHECK(said(decision) == Lines{"unknown default/no-rule"});
  CHECK_FALSE(decision.relied_on);
  told.withdraws(question.at);
  CHECK(said(answer(told, question)) == Lines{"deny default/stop", "treat standing/ended-by-stop"});
  CHECK(answer(told, question).relied_on == 2);
}

TEST_CASE("a number in a shared +7 code counts as Russian", "[decision][default]") {
  auto question = call_at(minute(0));
  question.number = *PhoneNumber::from_digits(78005553535);
  CHECK(said(answer(Story{}, question)) == Lines{"deny ru/38-fz/18-1"});
}

TEST_CASE("the first moment of the law is already law", "[decision][time]") {
  CHECK(says(answer(Story{}, call_at(parse_instant("2006-07-01T00:00:00+04:00"))),
             "deny ru/38-fz/18-1"));
}

TEST_CASE("guidance does not reach back before its date", "[decision][time]") {
  Story told;
  told.consents(parse_instant("2024-01-01T12:00:00+03:00")).channels = {Channel::messenger};
  auto question = call_at(parse_instant("2024-06-19T23:59:59+03:00"));
  question.channel = Channel::messenger;
  CHECK_FALSE(says(answer(told, question), "allow ru/fas/410-24/messenger"));
  question.at += std::chrono::seconds(1);
  CHECK(says(answer(told, question), "allow ru/fas/410-24/messenger"));
}

TEST_CASE("a reading of the law holds from the day of the law, not of the letter",
          "[decision][time]") {
  Story told;
  told.consents(parse_instant("2006-07-01T00:00:00+04:00")).method = Method::web_form;
  const Decision decision = answer(told, call_at(parse_instant("2006-07-02T12:00:00+04:00")));
  CHECK(said(decision) == Lines{"deny ru/38-fz/18-1", "treat ru/fas/ak-65823-17"});
}

TEST_CASE("after the last day the rules know every answer carries a warning", "[decision][time]") {
  Story told;
  told.consents(minute(0));
  const Instant last = parse_instant("2026-11-22T23:59:59+03:00");
  CHECK(said(answer(told, call_at(last))) == Lines{"allow ru/38-fz/18-1"});
  CHECK(said(answer(told, call_at(last + std::chrono::seconds(1)))) ==
        Lines{"allow ru/38-fz/18-1", "warn rules/known-until"});
  CHECK(said(answer(Story{}, call_at(last + std::chrono::seconds(1)))) ==
        Lines{"deny ru/38-fz/18-1", "warn rules/known-until"});
}

TEST_CASE("an entry that names several distributors speaks for each it names",
          "[decision][scope]") {
  Story told;
  Clause both = told.consents(minute(0));
  both.distributor = other_bank;
  told.subjects[0].clauses.push_back(both);  // one entry, a clause a distributor
  auto question = call_at(minute(10));
  CHECK(verdict(told, question) == Verdict::allow);
  question.distributor = other_bank;
  CHECK(verdict(told, question) == Verdict::allow);
  question.at = minute(-1);
  CHECK(said(answer(told, question)) == Lines{"deny ru/38-fz/18-1", "treat ru/38-fz/18-1/prior"});
  question.at = minute(10);
  question.distributor = ~std::uint32_t{0};  // no clause names it
  CHECK(said(answer(told, question)) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/vas-58/15/distributor"});
}

TEST_CASE("a code of which only the sending is noted proves nothing", "[decision][evidence]") {
  Story told;
  auto& code = told.consents(minute(0));
  code.method = GENERATE(Method::sms_code, Method::call_code);
  CHECK(verdict(told, call_at(minute(1))) ==
        Verdict::allow);  // nothing said against the method's own word
  code.flags |= Clause::code_sent_here;
  CHECK(said(answer(told, call_at(minute(1)))) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/fas/ak-65823-17"});
  code.flags |= Clause::code_returned;
  CHECK(verdict(told, call_at(minute(1))) == Verdict::allow);
}

TEST_CASE("a question for nobody is answered by no consent that names nobody",
          "[decision][bounds]") {
  Story told;
  told.consents(minute(0)).distributor = nobody;
  auto question = call_at(minute(1));
  question.distributor = nobody;
  CHECK(verdict(told, question) == Verdict::deny);
}

TEST_CASE("a consent of which nothing is kept is weak, and without a method it is none",
          "[decision][evidence]") {
  Story told;
  auto& consent = told.consents(minute(0));
  consent.flags = 0;
  CHECK(said(answer(told, call_at(minute(1)))) ==
        Lines{"unknown ru/policy/weak-consent", "allow ru/38-fz/18-1", "warn evidence/none-kept"});
  CHECK_FALSE(answer(told, call_at(minute(1))).relied_on);
  consent.method = Method::unstated;
  CHECK(said(answer(told, call_at(minute(1)))) ==
        Lines{"deny ru/38-fz/18-1", "treat evidence/not-proven"});
}

TEST_CASE("a long history is cut, the latest kept, and the answer says so", "[decision][bounds]") {
  Story told;
  for (int i = 0; i < 1000; ++i) {
    auto& consent = told.consents(minute(i));
    consent.channels = {Channel::email};
    consent.method = Method::web_form;
    consent.flags = Clause::prechecked;
  }
  const Decision decision = answer(told, call_at(minute(2000)));
  CHECK(decision.findings.size() <= Judgement::max_findings);
  CHECK(decision.findings[0].rule == "ru/38-fz/18-1");
  CHECK(decision.findings[1].seq == 1000);
  CHECK(decision.findings.back().rule == "findings/more");
}

TEST_CASE("values outside the enumerations deny and touch nothing", "[decision][bounds]") {
  Story told;
  auto& consent = told.consents(minute(0));
  consent.purposes = Purposes::from_bits(0xFFFF);
  consent.channels = Channels::from_bits(0xFFFF);
  auto question = call_at(minute(10));
  question.channel = static_cast<Channel>(250);
  CHECK(verdict(told, question) == Verdict::deny);
  question = call_at(minute(10));
  question.purpose = static_cast<Purpose>(99);
  CHECK(verdict(told, question) == Verdict::allow);  // read as unknown, which needs advertising
  question = call_at(Instant::min());
  CHECK(verdict(told, question) == Verdict::deny);
  question = call_at(Instant::max());
  CHECK(verdict(told, question) == Verdict::deny);  // nothing holds for ever
}

TEST_CASE("a rule that warns of robots instead of denying is a pack of one's own",
          "[decision][rules]") {
  std::string toml = R"(
version = "own-1"
jurisdiction = "RU"
zone = "Europe/Moscow"
read_by = "test"
[[rule]]
id = "own/1"
sheet = "X-1"
kind = "law"
condition = "no_consent"
outcome = "deny"
citation = "c"
citation_ru = "c"
why = "w"
why_ru = "w"
met = "m"
met_ru = "m"
source = "s"
confidence = "G"
[[rule]]
id = "own/2"
sheet = "X-2"
kind = "policy"
condition = "without_human"
outcome = "warn"
citation = "c"
citation_ru = "c"
why = "w"
why_ru = "w"
source = "s"
confidence = "G"
)";
  const RulePack own = RulePack::from_toml(toml, "own.toml");
  Story told;
  told.consents(minute(0)).channels = {Channel::robot};
  auto question = call_at(minute(10));
  question.channel = Channel::robot;
  CHECK(said(answer(told, question, own)) == Lines{"allow own/1", "warn own/2"});
}

TEST_CASE("a refusal told to the operator is no stop to advertising, nor a consent",
          "[decision][scope]") {
  Story told;
  Clause barred;
  barred.type = EventType::operator_refusal;
  barred.covers = {Cover::mass_calls, Cover::mailing};
  barred.said = barred.recorded = minute(5);
  barred.seq = 9;
  told.subjects[0].clauses.push_back(barred);
  // Of one call that a person dials it is told, and decides nothing.
  const std::string told_of = "warn ru/126-fz/44.1-1/2";
  const Instant day_after = parse_instant("2026-03-03T12:00:00+03:00");
  CHECK(said(answer(told, call_at(minute(10)))) == Lines{"deny ru/38-fz/18-1"});
  CHECK(said(answer(told, call_at(day_after))) == Lines{"deny ru/38-fz/18-1", told_of});
  told.consents(minute(0));
  CHECK(said(answer(told, call_at(day_after))) == Lines{"allow ru/38-fz/18-1", told_of});
  told.subjects[0].clauses.push_back(barred);  // after the consent too
  CHECK(said(answer(told, call_at(day_after))) == Lines{"allow ru/38-fz/18-1", told_of});
  told.withdraws(minute(6));
  const Decision stopped = answer(told, call_at(minute(10)));
  CHECK(stopped.verdict == Verdict::deny);
  CHECK(stopped.relied_on != 9);
}
