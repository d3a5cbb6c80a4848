// The scenarios of the law sheet, 9.3 (derived: no decided case found), by their names there.
#include "catch.hpp"
#include "decision/story.hpp"

using namespace story;

TEST_CASE("S1: a web form with an unverified number is not proven", "[decision][scenario]") {
  Story told;
  told.consents(minute(0)).method = Method::web_form;
  const Decision decision = answer(told, call_at(minute(10)));
  CHECK(said(decision) == Lines{"deny ru/38-fz/18-1", "treat ru/fas/ak-65823-17"});
  CHECK(decision.findings[1].seq == 1);
}

TEST_CASE("S2: the same form with a code sent to this number and returned is a consent",
          "[decision][scenario]") {
  Story told;
  auto& form = told.consents(minute(0));
  form.method = Method::web_form;
  form.flags |= Clause::code_sent_here;
  CHECK(verdict(told, call_at(minute(10))) == Verdict::deny);
  form.flags |= Clause::code_returned;
  CHECK(verdict(told, call_at(minute(10))) == Verdict::allow);
}

TEST_CASE("S3: double opt-in by e-mail identifies the mailbox, not the number",
          "[decision][scenario]") {
  Story told;
  auto& link = told.consents(minute(0));
  link.method = Method::email_link;
  link.channels = {Channel::voice, Channel::sms, Channel::email};
  auto question = call_at(minute(10));
  question.channel = GENERATE(Channel::voice, Channel::sms);
  CHECK(said(answer(told, question)) == Lines{"deny ru/38-fz/18-1", "treat ru/fas/ak-65823-17"});
  question.channel = Channel::email;
  CHECK(verdict(told, question) == Verdict::allow);
}

TEST_CASE("S4: a previous holder's consent is not the present subscriber's",
          "[decision][scenario]") {
  Story told;
  told.consents(minute(0));
  told.reassigned(minute(60));
  CHECK(said(answer(told, call_at(minute(61)))) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/vas-58/15/holder"});
}

TEST_CASE("S5: a consent to bank A does not serve partner B", "[decision][scenario]") {
  Story told;
  told.consents(minute(0)).distributor = GENERATE(other_bank, nobody);
  CHECK(said(answer(told, call_at(minute(10)))) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/vas-58/15/distributor"});
}

TEST_CASE("S6: a consent withdrawn by voice during a call ends at once", "[decision][scenario]") {
  Story told;
  told.consents(minute(0));
  told.withdraws(minute(30)).method = Method::recorded_voice;
  CHECK(verdict(told, call_at(minute(29))) == Verdict::allow);
  CHECK(said(answer(told, call_at(minute(31)))) ==
        Lines{"deny ru/38-fz/18-1/stop", "treat standing/ended-by-stop"});
}

TEST_CASE("S7: a consent to SMS does not cover a robot call", "[decision][scenario]") {
  Story told;
  told.consents(minute(0)).channels = {Channel::sms};
  auto question = call_at(minute(10));
  question.channel = Channel::robot;
  CHECK(said(answer(told, question)) ==
        Lines{"deny ru/38-fz/18-1", "deny ru/38-fz/18-2", "deny ru/126-fz/44.1-1/1",
              "unknown ru/126-fz/44.1-1/3/contracts", "treat ru/derived/channel"});
}

TEST_CASE("S9: advertising to a legal entity's number without consent is denied",
          "[decision][scenario]") {
  auto question = call_at(minute(0));
  question.number = *PhoneNumber::from_digits(74951234567);
  CHECK(said(answer(Story{}, question)) == Lines{"deny ru/38-fz/18-1"});
}

TEST_CASE("S11: a box ticked beforehand is no consent", "[decision][scenario]") {
  Story told;
  told.consents(minute(0)).flags |= Clause::prechecked;
  CHECK(said(answer(told, call_at(minute(10)))) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/practice/prechecked"});
}

TEST_CASE("P13: a contact taken from an open source is no consent", "[decision][scenario]") {
  Story told;
  told.consents(minute(0)).method = Method::open_source;
  CHECK(said(answer(told, call_at(minute(10)))) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/38-fz/18-1/open-source"});
  told.consents(minute(5));  // a consent of one's own besides: no longer an open source only
  CHECK(verdict(told, call_at(minute(10))) == Verdict::allow);
}

TEST_CASE("P17: a signature under a contract is not consent to advertising",
          "[decision][scenario]") {
  Story told;
  auto& signature = told.consents(minute(0));
  signature.method = Method::paper;
  signature.flags |= Clause::in_contract;
  CHECK(said(answer(told, call_at(minute(10)))) ==
        Lines{"deny ru/38-fz/18-1", "treat ru/cbr-fas-2021/contract"});
  signature.flags |= Clause::separate_mark;
  signature.until = minute(100);
  CHECK(verdict(told, call_at(minute(10))) == Verdict::allow);
}
