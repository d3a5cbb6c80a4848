#include "consent/outcome.hpp"

#include <algorithm>
#include <set>

#include "catch.hpp"
#include "consent/error.hpp"
#include "consent/event.hpp"
#include "consent/rules.hpp"
#include "rules_data.hpp"

using namespace consent;

namespace {

const OutcomePack& standard() {
  static const OutcomePack pack = OutcomePack::standard();
  return pack;
}

Instant minute(int n) { return parse_instant("2026-11-20T09:00:00Z") + std::chrono::minutes{n}; }

EndedContact ended(int at, std::string_view outcome) {
  return {.at = minute(at), .outcome = standard().find(outcome).value()};
}
EndedContact service(EndedContact contact) {
  contact.advertising = false;
  return contact;
}
EndedContact incoming(EndedContact contact) {
  contact.outgoing = false;
  return contact;
}
EndedContact in_campaign(std::uint32_t campaign, EndedContact contact) {
  contact.campaign = campaign;
  return contact;
}

using Contacts = std::vector<EndedContact>;
using Said = std::vector<Expressed>;

/// "contact:condition<because" for each finding.
std::set<std::string> found(const Contacts& contacts, const Said& said = {}) {
  std::set<std::string> texts;
  for (const auto& finding : judge_outcomes(standard(), contacts, said)) {
    texts.insert(std::to_string(finding.contact) + ":" +
                 std::string(to_word(standard().rules()[finding.rule].condition)) + "<" +
                 std::to_string(finding.because));
  }
  return texts;
}
const std::set<std::string> nothing;

}  // namespace

TEST_CASE("every contact after a number that does not exist is found", "[outcome]") {
  CHECK(found({ended(0, "no_such_subscriber"), ended(1, "busy"), service(ended(2, "answered"))}) ==
        std::set<std::string>{"1:contact_after_suspension<0", "2:contact_after_suspension<0"});
  CHECK(found({ended(0, "wrong_person"), ended(1, "busy")}) ==
        std::set<std::string>{"1:contact_after_suspension<0"});
  CHECK(found({ended(0, "busy"), ended(1, "no_answer"), ended(2, "answered")}) == nothing);
}

TEST_CASE("a consent given anew lifts the suspension and an older one does not", "[outcome]") {
  const Contacts contacts{ended(10, "no_such_subscriber"), ended(20, "answered")};
  CHECK(found(contacts, {{minute(15), false}}) == nothing);
  CHECK(found(contacts, {{minute(5), false}}) != nothing);
  CHECK(found(contacts, {{minute(10), false}}) != nothing);
  CHECK(found(contacts, {{minute(25), false}}) != nothing);
}

TEST_CASE("advertising after not interested is found in the same campaign alone", "[outcome]") {
  const EndedContact no = in_campaign(3, ended(0, "not_interested"));
  CHECK(found({no, in_campaign(3, ended(1, "busy"))}) ==
        std::set<std::string>{"1:advertising_same_campaign<0"});
  CHECK(found({no, in_campaign(4, ended(1, "busy"))}) == nothing);
  CHECK(found({no, service(in_campaign(3, ended(1, "busy")))}) == nothing);
}

TEST_CASE("not interested is no withdrawal: none is missed", "[outcome]") {
  CHECK(found({ended(0, "not_interested")}) == nothing);
}

TEST_CASE("warming a lost deal needs a consent given after it", "[outcome]") {
  const Contacts contacts{in_campaign(1, ended(10, "lost_deal")),
                          in_campaign(2, ended(20, "answered"))};
  CHECK(found(contacts, {{minute(5), false}}) ==
        std::set<std::string>{"1:advertising_without_own_consent<0"});
  CHECK(found(contacts, {{minute(15), false}}) == nothing);
  CHECK(found({contacts[0], service(contacts[1])}) == nothing);
}

TEST_CASE("a demand not to be called without a withdrawal is found where it was made",
          "[outcome]") {
  const std::set<std::string> missed{"0:withdrawal_not_recorded<0"};
  const Contacts contacts{ended(10, "do_not_call")};
  CHECK(found(contacts) == missed);
  CHECK(found(contacts, {{minute(10), true}}) == nothing);
  CHECK(found(contacts, {{minute(90), true}}) == nothing);
  CHECK(found(contacts, {{minute(5), true}}) == nothing);
  // An old stop that a later consent ended is no record of this demand.
  CHECK(found(contacts, {{minute(1), true}, {minute(5), false}}) == missed);
  CHECK(found(contacts, {{minute(5), false}}) == missed);
}

TEST_CASE("an incoming call is at fault in nothing, and what it said counts", "[outcome]") {
  CHECK(found({ended(0, "no_such_subscriber"), incoming(ended(1, "answered"))}) == nothing);
  CHECK(found({incoming(ended(0, "not_interested")), ended(1, "answered")}) ==
        std::set<std::string>{"1:advertising_same_campaign<0"});
}

TEST_CASE("legs of one moment do not accuse each other", "[outcome]") {
  CHECK(found({ended(0, "no_such_subscriber"), ended(0, "busy")}) == nothing);
}

TEST_CASE("an outcome outside the pack counts as unknown", "[outcome]") {
  EndedContact strange = ended(0, "busy");
  strange.outcome = 60000;
  CHECK(found({strange, ended(1, "busy")}) == nothing);
}

TEST_CASE("every outcome can stand in an entry and leans on rows that are there", "[outcome]") {
  const RulePack law = RulePack::russia();
  for (const auto& outcome : standard().outcomes()) {
    INFO(outcome.id);
    ContactMade contact{{*PhoneNumber::from_digits(79161234567), minute(0), {}}};
    contact.outcome = outcome.id;
    CHECK_NOTHROW(validate(Event(contact)));
    if (!outcome.leans_on.empty()) CHECK(law.find(outcome.leans_on) != nullptr);
  }
  for (const auto& rule : standard().rules()) {
    INFO(rule.id);
    CHECK(rule.id.starts_with("policy/"));
    if (!rule.leans_on.empty()) CHECK(law.find(rule.leans_on) != nullptr);
  }
}

TEST_CASE("the consequences that the statements name are those of the rows", "[outcome]") {
  const auto row = [](std::string_view id) {
    return standard().outcomes()[standard().find(id).value()];
  };
  CHECK(row("busy").retry == Retry::within_cap);
  CHECK(row("no_such_subscriber").suspends);
  CHECK(row("no_such_subscriber").record == ToRecord::nothing);
  CHECK(row("no_such_subscriber").retry == Retry::no);
  CHECK(row("not_interested").record == ToRecord::nothing);
  CHECK(row("not_interested").advertising == Further::not_this_campaign);
  CHECK(row("do_not_call").record == ToRecord::withdrawal);
  CHECK(row("call_back").record == ToRecord::call_back);
  CHECK(row("call_back").retry == Retry::when_asked);
  CHECK(row("lost_deal").advertising == Further::own_consent);
  CHECK(row("next_contact_agreed").record == ToRecord::consent);
  CHECK(row("decision_maker").reached == Reached::decision_maker);
  CHECK_FALSE(standard().find("perhaps").has_value());
}

TEST_CASE("a damaged file of outcomes is refused by name and row", "[outcome][rules]") {
  const auto refused = [](std::string_view from, std::string_view to, std::string_view what) {
    std::string text(rules_data::outcomes());
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    try {
      static_cast<void>(OutcomePack::from_toml(text, "mine.toml"));
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(error.code() == ErrorCode::rules);
      CHECK(std::string(error.what()).starts_with("mine.toml: "));
      CHECK(std::string(error.what()).find(what) != std::string::npos);
      return;
    }
    FAIL("accepted");
  };
  refused("kind = \"policy\"", "kind = \"law\"", "must be policy");
  refused("id = \"first_call\"", "id = \"unknown\"", "listed twice");
  refused("id = \"unknown\"", "id = \"nobody_knows\"", "must be unknown");
  refused("id = \"busy\"", "id = \"busy 1\"", "short word");
  refused("retry = \"no\"", "retry = \"never\"", "'retry' does not know the word 'never'");
  refused("record = \"withdrawal\"\n", "", "advertising is stopped by a withdrawal");
  refused("consent = \"suspended\"", "consent = \"gone\"", "'consent'");
  refused("condition = \"withdrawal_not_recorded\"", "condition = \"contact_after_suspension\"",
          "listed twice");
  refused("\n[[outcome]]", "\n[[outcomes]]", "unknown key");
  refused("schema = 1", "schema = [", "line ");
}
