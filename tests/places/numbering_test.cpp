#include "consent/numbering.hpp"

#include <array>
#include <map>
#include <string>

#include "catch.hpp"

using consent::numbering_facts;
using consent::NumberKind;
using consent::PhoneNumber;

static_assert(noexcept(numbering_facts(*PhoneNumber::from_digits(79161234567))));

namespace {

consent::NumberFacts facts_of_code(std::uint64_t code) {
  return numbering_facts(*PhoneNumber::from_digits(70'000'000'000 + code * 10'000'000 + 1234567));
}

}  // namespace

TEST_CASE("+7 is told apart: Russia, Kazakhstan, shared, reserve", "[numbering]") {
  struct Case {
    std::uint64_t code;
    std::string_view country;
    NumberKind kind;
  };
  using enum NumberKind;
  for (const auto& [code, country, kind] :
       {Case{0, "KZ", unknown},      Case{99, "KZ", unknown},     Case{100, "", unknown},
        Case{199, "", unknown},      Case{200, "RU", unknown},    Case{299, "RU", unknown},
        Case{301, "RU", geographic}, Case{336, "RU", geographic}, Case{365, "RU", geographic},
        Case{495, "RU", geographic}, Case{499, "RU", geographic}, Case{500, "RU", unknown},
        Case{599, "RU", unknown},    Case{600, "KZ", unknown},    Case{699, "KZ", unknown},
        Case{700, "KZ", mobile},     Case{701, "KZ", mobile},     Case{703, "KZ", unknown},
        Case{713, "KZ", geographic}, Case{727, "KZ", geographic}, Case{751, "KZ", service},
        Case{777, "KZ", mobile},     Case{799, "KZ", unknown},    Case{800, "", free_call},
        Case{801, "", service},      Case{803, "", premium},      Case{804, "", free_call},
        Case{807, "", service},      Case{808, "", personal},     Case{809, "", premium},
        Case{810, "RU", geographic}, Case{812, "RU", geographic}, Case{819, "", reserve},
        Case{840, "RU", geographic}, Case{869, "RU", geographic}, Case{880, "RU", geographic},
        Case{881, "", unknown},      Case{899, "", unknown},      Case{900, "RU", mobile},
        Case{916, "RU", mobile},     Case{940, "RU", unknown},    Case{945, "RU", unknown},
        Case{978, "RU", mobile},     Case{998, "RU", unknown},    Case{999, "RU", mobile}}) {
    CAPTURE(code);
    CHECK(facts_of_code(code).country == country);
    CHECK(facts_of_code(code).kind == kind);
  }
}

TEST_CASE("the counts of the plan are those of its sources", "[numbering]") {
  std::map<std::string, int> countries;
  int reserve = 0;
  int mobile = 0;
  for (std::uint64_t code = 0; code < 1000; ++code) {
    const auto facts = facts_of_code(code);
    ++countries[std::string(facts.country)];
    if (facts.kind == NumberKind::reserve) ++reserve;
    if (facts.country == "RU" && facts.kind == NumberKind::mobile) ++mobile;
  }
  CHECK(countries["KZ"] == 300);
  CHECK(countries[""] == 100 + 10 + 19 + 26);  // 100-199, 800-809, 881-899, reserve
  CHECK(reserve == 26);
  CHECK(mobile == 83);  // codes in DEF-9xx of 2026-08-19
}

TEST_CASE("numbers outside +7 are foreign, and no more is said", "[numbering]") {
  for (const std::uint64_t digits : {12025550143ULL, 442079460958ULL, 8613812345678ULL,
                                     9977001234567ULL, 700'000'000'000'000ULL / 10 * 3}) {
    const auto number = PhoneNumber::from_digits(digits);
    if (!number) continue;
    CAPTURE(digits);
    CHECK(numbering_facts(*number).kind == NumberKind::foreign);
    CHECK(numbering_facts(*number).country.empty());
  }
}

TEST_CASE("every kind has its own word", "[numbering]") {
  std::map<std::string_view, int> words;
  using enum NumberKind;
  for (const auto kind :
       {unknown, mobile, geographic, free_call, premium, personal, service, foreign, reserve}) {
    ++words[to_word(kind)];
  }
  CHECK(words.size() == 9);
}
