#include "catch.hpp"
#include "decision/decision_vectors.hpp"

using namespace vectors;

namespace {

void come_out(const std::string& folder, std::size_t at_least) {
  const std::vector<Vector> all = read_vectors(folder);
  for (const Vector& vector : all) {
    INFO(vector.file);
    const RulePack pack = vector.rules(russia());
    const Decision decision =
        explain(vector.judged(pack), vector.question, pack, vector.log_size, vector.caller);

    const Value& expected = vector.expected();
    CHECK(std::string(to_word(decision.verdict)) == text(expected, "verdict"));
    if (const Value* findings = expected.find("findings"))
      CHECK(said(decision) == words(*findings));
    if (const Value* some = expected.find("includes")) {
      for (const std::string& finding : words(*some)) {
        CAPTURE(finding, said(decision));
        CHECK(says(decision, finding));
      }
    }
    if (const Value* none = expected.find("lacks")) {
      for (const std::string& finding : words(*none)) {
        CAPTURE(finding, said(decision));
        CHECK_FALSE(says(decision, finding));
      }
    }
    const Value* relied_on = expected.find("relied_on");
    CHECK(decision.relied_on.has_value() == (relied_on != nullptr));
    if (relied_on != nullptr && decision.relied_on) {
      CHECK(static_cast<std::int64_t>(*decision.relied_on) == present(relied_on->integer()));
    }
    const Value* assignment = expected.find("assignment");
    CHECK((decision.assignment ? static_cast<std::int64_t>(*decision.assignment) : -1) ==
          (assignment == nullptr ? -1 : present(assignment->integer())));
    const Value* next = expected.find("next_allowed");
    CHECK((decision.next_allowed ? to_text(*decision.next_allowed) : "") ==
          (next == nullptr ? "" : to_text(parse_instant(word(*next)))));
    if (const Value* worth = expected.find("worth")) {
      REQUIRE(decision.worth);
      CHECK(std::string(to_word(*decision.worth)) == word(*worth));
    }
    // Whoever dials reads one line, in either language, and it names no number.
    for (const char* lang : {"ru", "en"}) {
      const std::string line = one_line(decision, lang);
      CHECK(line.find('\n') == std::string::npos);
      CHECK(line.size() > 20);
      CHECK(line.find(vector.number().substr(2)) == std::string::npos);
    }
  }
  CHECK(all.size() >= at_least);
}

}  // namespace

TEST_CASE("the decision vectors come out as they say", "[decision][vectors]") {
  come_out("decision", 60);
}

TEST_CASE("the scenarios of the sheet and of the cases come out as they say",
          "[decision][vectors][scenario]") {
  come_out("scenarios", 40);
}
