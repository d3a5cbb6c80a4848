// Packs of one's own: what they may say, what they change, and what becomes of an answer after the
// last day that the rules know.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "consent/error.hpp"
#include "decision/conditions.hpp"
#include "decision/resolve.hpp"
#include "decision/story.hpp"
#include "decision/text.hpp"

using namespace story;

namespace {

const std::string head = "version = \"own-1\"\nread_by = \"test\"\n";

std::string row(const std::string& condition, const std::string& outcome,
                const std::string& more = {}) {
  return "[[rule]]\nid = \"own/1\"\nsheet = \"own\"\nkind = \"policy\"\ncondition = \"" +
         condition + "\"\noutcome = \"" + outcome + "\"\n" + more +
         "citation = \"c\"\ncitation_ru = \"c\"\nwhy = \"w\"\nwhy_ru = \"w\"\nsource = \"s\"\n"
         "confidence = \"G\"\n";
}

void refused(const std::string& toml, const std::string& expected) {
  CAPTURE(toml);
  try {
    (void)russia().with_policy(toml, "own.toml");
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::rules);
    CHECK_THAT(std::string(e.what()), consent_testing::contains("own.toml"));
    CHECK_THAT(std::string(e.what()), consent_testing::contains(expected));
  }
}

}  // namespace

TEST_CASE("a policy file tightens the pack it extends, and the answer names both versions",
          "[rules][policy]") {
  const RulePack own = RulePack::from_toml(
      "extends = \"russia\"\n" + head +
          row("machine_dialled_person", "deny", "purposes = [\"advertising\"]\n"),
      "own.toml");
  CHECK(own.version() == std::string(russia().version()) + "+own-1");
  CHECK(own.known_until() == russia().known_until());
  Story told;
  told.consents(minute(0));
  auto question = call_at(minute(10));
  question.dialled_by = DialledBy::machine;
  question.caller.mass = Stated::no;
  CHECK(verdict(told, question) == Verdict::allow);
  const Decision decision = answer(told, question, own);
  CHECK(says(decision, "deny own/1"));
  CHECK(decision.rules == own.version());
}

TEST_CASE("a policy file that could allow more is refused", "[rules][policy][errors]") {
  refused(head + row("exempt_caller", "treat", "feeds = \"CALL-001\"\n"), "may only tighten");
  refused(head + row("consent_stands", "allow"), "may only tighten");
  std::string law = row("stop_demand", "deny");
  law.replace(law.find("policy"), 6, "law");
  refused(head + law, "kind 'policy' only");
  std::string same = row("stop_demand", "deny");
  same.replace(same.find("own/1"), 5, "ru/38-fz/18-1");
  refused(head + same, "has a rule of this id");
  refused(head, "neither rules nor options");
  refused(head + row("stop_demand", "deny", "met = \"m\"\nmet_ru = \"m\"\n"), "'met'");
  refused(head + row("no_consent", "deny", "met = \"m\"\nmet_ru = \"m\"\n"), "'met'");
  CHECK_NOTHROW(russia().with_policy(head + row("no_consent", "deny"), "own.toml"));
}

TEST_CASE("an option takes one of its choices and says so in every answer", "[rules][policy]") {
  refused(head + "[options]\nrobot_with_consent = \"treat\"\n", "does not offer");
  refused(head + "[options]\nmoon = \"deny\"\n", "no rule has the option");
  refused(head + "[options]\nrobot_with_consent = \"maybe\"\n", "does not know the word");
  const RulePack own =
      russia().with_policy(head + "[options]\nrobot_with_consent = \"warn\"\n", "own.toml");
  REQUIRE(own.options().size() == 1);
  CHECK(own.options()[0] == "robot_with_consent=warn");
  CHECK_THAT(answer(Story{}, call_at(minute(0)), own).rules,
             consent_testing::contains("robot_with_consent=warn"));
  const RulePack back =
      own.with_policy(head + "[options]\nrobot_with_consent = \"deny\"\n", "own.toml");
  CHECK(back.options()[0] == "robot_with_consent=deny");
}

TEST_CASE("a row's figures are those its condition needs", "[rules][errors]") {
  refused(head + row("outside_hours", "deny"), "its figures");
  refused(head + row("stop_demand", "deny", "a_day = 1\n"), "its figures");
  refused(head + row("over_count", "deny", "a_day = 0\n"), "'a_day' must be a whole number");
  refused(head + row("over_count", "deny", "a_day = 1\ncounted = \"all\"\n"), "'counted'");
  refused(head + row("outside_hours", "deny", "working_days = \"9-21\"\nother_days = \"9-21\"\n"),
          "'working_days'");
  refused(head + row("outside_hours", "deny",
                     "working_days = \"21:00-09:00\"\nother_days = \"09:00-21:00\"\n"),
          "no part of a day");
  refused(head + row("outside_hours", "deny", "working_days = \"09:00-21:00\"\n"), "go together");
}

TEST_CASE("after the last known day only rows that fail closed turn to unknown, a deny stays",
          "[rules][time]") {
  const RulePack own = russia().with_policy(
      head + row("machine_dialled_person", "warn", "fails_closed = true\n"), "own.toml");
  const Instant after = parse_instant("2026-11-23T12:00:00+03:00");
  Story told;
  told.consents(minute(0));
  auto question = call_at(after);
  CHECK(answer(told, question, own).verdict == Verdict::allow);  // the row does not concern it
  CHECK(says(answer(told, question, own), "warn rules/known-until"));
  question.dialled_by = DialledBy::machine;
  question.caller.mass = Stated::no;
  const Decision unknown = answer(told, question, own);
  CHECK(unknown.verdict == Verdict::unknown);
  CHECK(unknown.findings[0].rule == "own/1");
  CHECK_THAT(unknown.findings[0].why, consent_testing::contains("last day the rules know"));
  question.at = parse_instant("2026-11-22T12:00:00+03:00");
  CHECK(answer(told, question, own).verdict == Verdict::allow);
  question.at = after;
  told.withdraws(minute(5));
  CHECK(answer(told, question, own).verdict == Verdict::deny);
}

TEST_CASE("a deny by a row that ends says when it is allowed", "[rules][time]") {
  const RulePack own = russia().with_policy(
      head + row("no_consent", "deny", "to = 2026-03-10\npurposes = [\"survey\"]\n") +
          row("contracts_not_stated", "deny", "to = 2026-03-05\n")
              .replace(row("contracts_not_stated", "deny").find("own/1"), 5, "own/2") +
          "[options]\ncontracts_not_stated = \"warn\"\n",
      "own.toml");
  Story told;
  auto& consent = told.consents(minute(0));
  consent.covers.insert(Cover::mass_calls);
  auto question = call_at(minute(10));
  question.caller.mass = Stated::yes;
  const Decision decision = answer(told, question, own);
  CHECK(says(decision, "deny own/2"));
  REQUIRE(decision.next_allowed);
  CHECK(to_text(*decision.next_allowed) == "2026-03-05T21:00:00.000000Z");
}

TEST_CASE("a decision names the rows it consulted, the zone data and the caller by its hash",
          "[decision][explain]") {
  Question asked{.number = mobile()};
  asked.purpose = Purpose::advertising;
  asked.at = minute(10);
  asked.caller = Caller::from_toml("mass = false\nkind = \"legal_entity\"\n", "caller.toml");
  const auto question = decision::resolved(asked, "7707083893", Terms{});
  const Decision decision =
      explain(judge(question, {}, russia()), question, russia(), 1, decision::caller_hash(asked));
  CHECK(std::find(decision.consulted.begin(), decision.consulted.end(), "ru/126-fz/44.1-1/1") !=
        decision.consulted.end());
  CHECK(std::find(decision.consulted.begin(), decision.consulted.end(), "ru/230-fz/7-3/hours") ==
        decision.consulted.end());
  CHECK_THAT(decision.zones, consent_testing::contains(std::string(Zones::russia().version())));
  CHECK_THAT(decision.zones,
             consent_testing::contains(std::string(Numbering::built_in().version())));
  REQUIRE(decision.caller);
  CHECK(*decision.caller == sha256(R"({"kind":"legal_entity","mass":false})"));
  CHECK_FALSE(explain(judge(question, {}, russia()), question, russia(), 1,
                      decision::caller_hash(Question{.number = mobile()}))
                  .caller);
}

TEST_CASE("a caller's file is read strictly and never repeats what it says", "[decision][errors]") {
  const auto refuse = [](const std::string& toml, const std::string& expected) {
    CAPTURE(toml);
    try {
      (void)Caller::from_toml(toml, "caller.toml");
      FAIL("accepted");
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::invalid_argument);
      CHECK_THAT(std::string(e.what()), consent_testing::contains("caller.toml"));
      CHECK_THAT(std::string(e.what()), consent_testing::contains(expected));
      CHECK(std::string(e.what()).find("9161234567") == std::string::npos);
    }
  };
  refuse("phone = \"+79161234567\"\n", "'phone'");
  refuse("caller = \"+79161234567\"\n", "'caller'");
  refuse("mass = \"yes\"\n", "'mass'");
  refuse("kind = \"unknown\"\n", "'kind'");
  refuse("exempt_as = \"friend\"\n", "'exempt_as'");
  refuse("calls_a_day = 0\n", "'calls_a_day'");
  refuse("operator_contracts = \"7740000076\"\n", "'operator_contracts'");
  refuse("mass =\n", "line 1");
  const Caller caller = Caller::from_toml(
      "operator_contracts = [\"7812014560\", \"7740000076\", \"7740000076\"]\n", "caller.toml");
  CHECK(canonical_text(caller) == R"({"operator_contracts":["7740000076","7812014560"]})");
  CHECK_FALSE(Caller::from_toml("", "caller.toml").stated());
}

TEST_CASE("counts are taken by the local day, week and month, by the clock that counts most",
          "[decision][counts]") {
  const ZoneSet moscow = Zones::russia().zone("Europe/Moscow");
  const auto at = [](const char* text) { return parse_instant(text); };
  const std::vector<EarlierContact> earlier{{at("2026-03-01T23:30:00+03:00"), true},   // Sunday
                                            {at("2026-03-02T00:30:00+03:00"), false},  // Monday
                                            {at("2026-03-04T12:00:00+03:00"), true},
                                            {at("2026-03-04T13:00:00+03:00"), true}};
  const ContactCounts counts = count_contacts(earlier, at("2026-03-04T13:00:00+03:00"), moscow);
  CHECK(counts.attempts == ContactCounts::In{1, 2, 3});
  CHECK(counts.talks == ContactCounts::In{1, 1, 2});
  // By the clock of Kaliningrad both nights are still Sunday.
  const ContactCounts west = count_contacts(earlier, at("2026-03-04T13:00:00+03:00"),
                                            Zones::russia().zone("Europe/Kaliningrad"));
  CHECK(west.attempts == ContactCounts::In{1, 1, 3});
  const ContactCounts both = count_contacts(earlier, at("2026-03-04T13:00:00+03:00"),
                                            moscow | Zones::russia().zone("Europe/Kaliningrad"));
  CHECK(both.attempts == ContactCounts::In{1, 2, 3});
  CHECK(count_contacts({}, at("2026-03-04T13:00:00+03:00"), {}) == ContactCounts{});
}

TEST_CASE("a consent is worth the least of what it shows", "[decision][worth]") {
  Story told;
  Clause& consent = told.consents(minute(0));
  const auto grade = [&] { return worth_of(consent, romashka, Channel::voice).grade(); };
  CHECK(grade() == Grade::strong);  // recorded voice, its file and its text
  consent.flags = 0;
  CHECK(grade() == Grade::weak);
  consent.method = Method::unstated;
  CHECK(grade() == Grade::not_proven);
  consent.method = Method::operator_note;
  CHECK(grade() == Grade::weak);
  consent.flags = Clause::has_wording | Clause::prechecked;
  CHECK(grade() == Grade::not_proven);
  consent.flags = Clause::has_wording;
  consent.method = Method::web_form;
  CHECK(grade() == Grade::not_proven);
  CHECK(worth_of(consent, romashka, Channel::voice).expressed == Grade::strong);
  consent.flags |= Clause::code_sent_here | Clause::code_returned;
  CHECK(grade() == Grade::strong);
  CHECK(worth_of(consent, other_bank, Channel::voice).named == Grade::not_proven);
}

TEST_CASE("every row of the built-in pack is spoken of by a vector or a scenario",
          "[rules][vectors]") {
  std::string all;
  for (const char* folder : {"decision", "scenarios"}) {
    for (const auto& file :
         std::filesystem::directory_iterator(std::string(CONSENT_VECTORS) + "/" + folder)) {
      std::ifstream in(file.path());
      std::ostringstream text;
      text << in.rdbuf();
      all += text.str();
    }
  }
  for (const Rule& rule : russia().rules()) {
    CAPTURE(rule.id);
    CHECK(all.find(" " + rule.id + "\"") != std::string::npos);
  }
}
