#include "consent/advertising.hpp"

#include <algorithm>
#include <random>
#include <set>

#include "catch.hpp"
#include "consent/error.hpp"
#include "rules_data.hpp"
#include "vector_files.hpp"

using namespace consent;
using consent_testing::vectors;

namespace {

const AdvertisingPack& russia() {
  static const AdvertisingPack pack = AdvertisingPack::russia();
  return pack;
}

Instant moment(std::string_view text) { return parse_instant(text); }

const Instant usual = moment("2026-07-01T00:00:00Z");

Answers answers_of(const canonical::Value& object) {
  Answers answers;
  for (const auto& [key, value] : *object.object()) {
    answers.emplace_back(key, from_word<Said>(*value.string()).value());
  }
  return answers;
}

std::string edited(std::string_view from, std::string_view to) {
  std::string text(rules_data::ru_advertising());
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  return text;
}

Answers any_answers(std::mt19937& random) {
  Answers answers;
  for (const auto& question : russia().questions()) {
    const auto roll = random() % 5;
    if (roll < 3) answers.emplace_back(question.key, static_cast<Said>(roll));
  }
  return answers;
}

}  // namespace

TEST_CASE("each vector gets the answer that the law sheet gives", "[advertising]") {
  std::set<std::string> decided;
  for (const auto& vector : vectors("advertising")) {
    INFO(vector.name);
    std::optional<Digest> text;
    if (vector.fields.find("text") != nullptr) text = sha256(vector.text("text"));
    const Advertising found = is_advertising(russia(), answers_of(*vector.fields.find("answers")),
                                             moment(vector.text("at")), text);
    CHECK(to_word(found.answer) == vector.text("answer"));
    CHECK(found.missing == vector.texts("missing"));
    CHECK((found.purpose ? to_word(*found.purpose) : "") == vector.text("purpose"));
    CHECK(to_hex(found.digest) == vector.text("digest"));
    const std::string& by = vector.text("by");
    std::vector<std::string> also;
    for (const auto& finding : found.findings) {
      if (&finding != &found.findings.front() || by.empty()) also.push_back(finding.rule);
    }
    if (!by.empty()) {
      REQUIRE_FALSE(found.findings.empty());
      CHECK(found.findings.front().rule == by);
      decided.insert(by);
    }
    std::sort(also.begin(), also.end());
    CHECK(also == vector.texts("also"));
    for (const auto& rule : also) decided.insert(rule);
  }
  // No row without a vector.
  std::string_view text = rules_data::ru_advertising();
  constexpr std::string_view mark = "\nid = \"";
  for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    const std::string id(text.substr(begin, text.find('"', begin) - begin));
    INFO(id);
    CHECK(decided.contains(id));
  }
}

TEST_CASE("a key that is no question is refused and not repeated", "[advertising]") {
  try {
    static_cast<void>(is_advertising(russia(), {{"79161234567", Said::yes}}, usual));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    CHECK(std::string(error.what()).find("7916") == std::string::npos);
    CHECK(std::string(error.what()).find("promotion") != std::string::npos);
  }
}

TEST_CASE("a question answered twice is refused", "[advertising]") {
  CHECK_THROWS_AS(static_cast<void>(is_advertising(
                      russia(), {{"promotion", Said::yes}, {"promotion", Said::no}}, usual)),
                  Error);
}

TEST_CASE("what is not known never turns a yes into a no", "[advertising]") {
  std::mt19937 random{11};
  int sure = 0;
  for (int i = 0; i < 20000; ++i) {
    Answers answers = any_answers(random);
    const auto before = is_advertising(russia(), answers, usual).answer;
    if (answers.empty()) continue;
    answers[random() % answers.size()].second = Said::unknown;
    const auto after = is_advertising(russia(), answers, usual).answer;
    INFO(i);
    // Less knowledge: the same answer, or an unclear one; a reminder may fill in what is unknown.
    const bool reminded = std::any_of(answers.begin(), answers.end(), [](const auto& answer) {
      return answer.first == "reminder" && answer.second == Said::yes;
    });
    if (before == IsAdvertising::yes) CHECK(after != IsAdvertising::no);
    if (before == IsAdvertising::no && !reminded) CHECK(after != IsAdvertising::yes);
    sure += before == IsAdvertising::unclear ? 0 : 1;
  }
  CHECK(sure > 1000);
}

TEST_CASE("whatever is unclear says what would tell, or which row is open", "[advertising]") {
  std::mt19937 random{12};
  int unclear = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto found = is_advertising(russia(), any_answers(random), usual);
    if (found.answer != IsAdvertising::unclear) continue;
    ++unclear;
    const bool open =
        !found.findings.empty() && found.findings.front().outcome == AdvertisingOutcome::unclear;
    CHECK((open || !found.missing.empty()));
    CHECK(found.treat_as_advertising());
    CHECK(found.purpose == Purpose::unknown);
  }
  CHECK(unclear > 1000);
}

TEST_CASE("the questions put one by one lead to an answer and none is idle", "[advertising]") {
  std::mt19937 random{13};
  for (int i = 0; i < 2000; ++i) {
    Answers told;
    std::size_t steps = 0;
    while (const AdvertisingQuestion* next = next_question(russia(), told, usual)) {
      REQUIRE(++steps <= russia().questions().size());
      if (next->after) {
        const auto parent = std::find_if(told.begin(), told.end(), [&](const auto& answer) {
          return answer.first == next->after->first;
        });
        REQUIRE(parent != told.end());
        CHECK(parent->second == next->after->second);
      }
      told.emplace_back(next->key, random() % 2 == 0 ? Said::yes : Said::no);
    }
    // Asked to the end with yes and no alone, only a row that is open leaves it unclear.
    const auto found = is_advertising(russia(), told, usual);
    if (found.answer == IsAdvertising::unclear) {
      REQUIRE_FALSE(found.findings.empty());
      CHECK(found.findings.front().outcome == AdvertisingOutcome::unclear);
    }
  }
}

TEST_CASE("one missing sign ends the questions", "[advertising]") {
  const Answers told{{"territory", Said::yes},
                     {"reminder", Said::no},
                     {"service", Said::no},
                     {"distributed", Said::no}};
  CHECK(next_question(russia(), told, usual) == nullptr);
}

TEST_CASE("a damaged file of rows is refused by name and row", "[advertising][rules]") {
  const auto refused = [](const std::string& text, std::string_view what) {
    try {
      static_cast<void>(AdvertisingPack::from_toml(text, "mine.toml"));
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(error.code() == ErrorCode::rules);
      CHECK(std::string(error.what()).find("mine.toml") == 0);
      CHECK(std::string(error.what()).find(what) != std::string::npos);
      return;
    }
    FAIL("accepted");
  };
  refused("schema = 1\nx = ", "line 2");
  refused(edited("schema = 1", "schema = 2"), "schema");
  refused(edited("key = \"reminder\"", "key = \"territory\""), "asked twice");
  refused(edited("when = { territory = \"no\" }", "when = { territori = \"no\" }"),
          "row ru/38-fz/2-1: 'territori' is no question");
  refused(edited("when = { territory = \"no\" }", "when = { territory = \"never\" }"),
          "must be yes, no or unknown");
  refused(edited("then = \"no\"", "then = \"perhaps\""), "'then' does not know");
  refused(edited("purpose = \"mixed\"", "purpose = \"spam\""), "'purpose'");
  refused(edited("confidence = \"C1\"", "confidence = \"G\""), "may only warn");
  refused(edited("id = \"ru/38-fz/2-2/2\"", "id = \"ru/38-fz/2-2/1\""), "same id");
  refused(edited("from = 2006-07-01", "from = \"2006\""), "'from'");
  refused(edited("overrides = true\n", ""), "'overrides'");
  refused(edited("zone = \"Europe/Moscow\"", "zone = \"Europe/Moskau\""), "time zone database");
  refused(edited("when = { territory = \"no\" }", "when = {}"), "only 'warn'");
  refused(edited("part = \"scope\"", "part = \"sing\""), "'part'");
  refused(edited("sheet = \"1.1\"", "shet = \"1.1\""), "unknown key 'shet'");
}

TEST_CASE("rows of one id may follow one another and not overlap", "[advertising][rules]") {
  const std::string row =
      "[[row]]\nid = \"mine\"\nsheet = \"x\"\nkind = \"policy\"\n{}when = { territory = \"no\" }\n"
      "then = \"warn\"\nwhy = \"a\"\nwhy_ru = \"а\"\ncitation = \"b\"\ncitation_ru = \"б\"\n"
      "source = \"c\"\nconfidence = \"C2\"\n";
  const auto with = [&](const std::string& dates) {
    std::string made = row;
    return made.replace(made.find("{}"), 2, dates);
  };
  const std::string all(rules_data::ru_advertising());
  CHECK_NOTHROW(static_cast<void>(AdvertisingPack::from_toml(
      all + with("to = 2020-12-31\n") + with("from = 2021-01-01\n"), "mine.toml")));
  CHECK_THROWS_AS(static_cast<void>(AdvertisingPack::from_toml(
                      all + with("to = 2021-01-01\n") + with("from = 2021-01-01\n"), "mine.toml")),
                  Error);
}
