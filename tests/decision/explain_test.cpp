#include "catch.hpp"
#include "decision/story.hpp"
#include "decision/text.hpp"

using namespace story;

TEST_CASE("the words of verdicts are those on the wire", "[decision][words]") {
  CHECK(to_word(Verdict::deny) == "deny");
  CHECK(to_word(Verdict::allow) == "allow");
  CHECK(to_word(Verdict::unknown) == "unknown");
  CHECK(to_word(FindingVerdict::warn) == "warn");
  CHECK(to_word(FindingVerdict::treat) == "treat");
}

TEST_CASE("one line tells whoever dials what and why, in both languages", "[decision][explain]") {
  Story told;
  told.consents(minute(0));
  const Decision yes = answer(told, call_at(minute(1)));
  CHECK(
      one_line(yes, "en") ==
      "ALLOWED: A recorded prior consent of this subscriber to advertising from this distributor "
      "covers this "
      "contact. [38-FZ of 2006-03-13 On Advertising, art. 18 p. 1] Proof of consent: strong. Entry "
      "1.");
  CHECK_THAT(one_line(yes, "ru"), consent_testing::contains("МОЖНО: "));
  told.withdraws(minute(2));
  const Decision no = answer(told, call_at(minute(3)));
  CHECK_THAT(one_line(no, "ru"), consent_testing::contains("НЕЛЬЗЯ: Абонент отказался"));
  CHECK_THAT(one_line(no, "ru"), consent_testing::contains("ст. 18 ч. 1] Запись 2."));
  CHECK(one_line(no, "ru").find('\n') == std::string::npos);
  CHECK(one_line(Decision{}, "en") == "DENIED: no rule was asked.");
}

TEST_CASE("an unconfirmed citation is called so", "[decision][explain]") {
  Story told;
  told.consents(minute(0)).channels = {Channel::email};
  const Decision decision = answer(told, call_at(minute(1)));
  CHECK_THAT(decision::every_line(decision, "en"),
             consent_testing::contains("no decided case found); unconfirmed]"));
  CHECK_THAT(decision::every_line(decision, "ru"), consent_testing::contains("не подтверждено"));
}

TEST_CASE("a decision repeats no number", "[decision][explain]") {
  Story told;
  told.consents(minute(0)).channels = {Channel::email};
  const Decision decision = answer(told, call_at(minute(1)));
  for (const char* lang : {"en", "ru"}) {
    CHECK(decision::every_line(decision, lang).find("9161234567") == std::string::npos);
  }
}

TEST_CASE("built-in findings have both languages and cite no law", "[decision][explain]") {
  std::int16_t i = -1;
  for (; const BuiltinFinding* finding = builtin_finding(i); --i) {
    CHECK(russia().find(finding->rule) == nullptr);
    CHECK_FALSE(finding->why.empty());
    CHECK_FALSE(finding->why_ru.empty());
  }
  CHECK(i == -35);
  CHECK(builtin_finding(0) == nullptr);
  CHECK(builtin_finding(INT16_MIN) == nullptr);
}

TEST_CASE("a judgement of another pack is explained without reading beyond the rows",
          "[decision][explain]") {
  Judgement foreign;
  foreign.count = 255;
  for (auto& item : foreign.items) item = {999, FindingVerdict::deny, 1};
  const Decision decision = explain(foreign, call_at(minute(0)), russia(), 0);
  CHECK(decision.findings.empty());
  CHECK(decision.verdict == Verdict::deny);
}

TEST_CASE("a finding's texts need no judgement", "[decision][explain]") {
  Story told;
  told.consents(minute(0)).channels = {Channel::email};
  const Judgement judgement = ask(told, call_at(minute(1)));
  const Decision decision = answer(told, call_at(minute(1)));
  REQUIRE(judgement.count == decision.findings.size());
  for (std::size_t i = 0; i < judgement.count; ++i) {
    const auto text = finding_text(judgement.items[i].rule, judgement.items[i].verdict, russia());
    REQUIRE(text);
    CHECK(text->rule == decision.findings[i].rule);
    CHECK(text->why_ru == decision.findings[i].why_ru);
    CHECK(text->citation == decision.findings[i].citation);
    CHECK_FALSE(text->seq);
  }
  const auto rows = static_cast<std::int16_t>(russia().rules().size());
  CHECK_FALSE(finding_text(rows, FindingVerdict::deny, russia()));
  CHECK_FALSE(finding_text(-1000, FindingVerdict::deny, russia()));
  // A row that the day closed says so; of itself it says its condition, or that it is met.
  const auto row = [](std::string_view id) {
    std::int16_t place = 0;
    for (const Rule& rule : russia().rules()) {
      if (rule.id == id) break;
      ++place;
    }
    return place;
  };
  const auto consent = row("ru/38-fz/18-1");
  CHECK(finding_text(consent, FindingVerdict::allow, russia())->why ==
        russia().find("ru/38-fz/18-1")->met);
  CHECK(finding_text(consent, FindingVerdict::deny, russia())->why ==
        russia().find("ru/38-fz/18-1")->why);
  CHECK_THAT(finding_text(consent, FindingVerdict::unknown, russia())->why,
             consent_testing::contains("after the last day the rules know"));
}
