#include <cstdio>
#include <ctime>
#include <random>

#include "catch.hpp"
#include "decision/story.hpp"
#include "gate/standing_table.hpp"

using namespace story;
using consent::decision::judge_over;
using consent::decision::StandingTable;

namespace {

bool same(const Judgement& a, const Judgement& b) {
  if (a.verdict != b.verdict || a.count != b.count || a.relied_on != b.relied_on ||
      a.reasons != b.reasons)
    return false;
  for (std::size_t i = 0; i < a.count; ++i) {
    if (a.items[i].rule != b.items[i].rule || a.items[i].seq != b.items[i].seq) return false;
  }
  return true;
}

Story any_story(std::mt19937& random) {
  Story told;
  for (auto n = random() % 4; n > 0; --n) {
    if (random() % 5 == 0) told.reassigned(minute(static_cast<int>(random() % 50)));
    if (random() % 3 == 0) {
      told.withdraws(minute(static_cast<int>(random() % 50)));
    } else {
      told.consents(minute(static_cast<int>(random() % 50)));
    }
  }
  return told;
}

}  // namespace

TEST_CASE("the table answers as the standings do, for every number", "[gate][table]") {
  std::mt19937 random{7};
  StandingTable table;
  std::vector<std::pair<PhoneNumber, Story>> all;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    all.emplace_back(*PhoneNumber::from_digits(79000000000 + i * 9973), any_story(random));
    table.fill(table.insert(all.back().first), all.back().second.subjects);
  }
  CHECK(table.size() == 5000);
  int allowed = 0;
  for (const auto& [number, told] : all) {
    auto question = call_at(minute(static_cast<int>(random() % 60)));
    question.number = number;
    const Judgement ours = judge_over(question, table.run(table.find(number)), russia());
    REQUIRE(same(ours, ask(told, question)));
    allowed += ours.verdict == Verdict::allow ? 1 : 0;
  }
  CHECK(allowed > 100);
  CHECK(table.find(*PhoneNumber::from_digits(79999999999)) == nullptr);
}

TEST_CASE("clauses of entries beyond the state asked about are left out", "[gate][table]") {
  Story told;
  told.consents(minute(0));
  told.withdraws(minute(1));
  StandingTable table;
  table.fill(table.insert(mobile()), told.subjects, 2);
  const auto question = call_at(minute(2));
  CHECK(judge_over(question, table.run(table.find(mobile())), russia()).verdict == Verdict::allow);
}
