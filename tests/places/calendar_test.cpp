#include "consent/calendar.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <utility>

#include "catch.hpp"
#include "consent/error.hpp"
#include "rules_data.hpp"

using consent::Calendar;
using consent::DayKind;
using namespace std::chrono;

static_assert(noexcept(std::declval<const Calendar&>().is_working_day(Calendar::Day{})));
static_assert(noexcept(std::declval<const Calendar&>().add_working_days(Calendar::Day{}, 1)));

namespace {

const Calendar& russia() { return Calendar::russia(); }

std::string changed(std::string_view from, std::string_view to) {
  std::string text{consent::rules_data::ru_calendar()};
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a Saturday whose day off was moved away is a working day", "[calendar]") {
  CHECK(russia().is_working_day(2025y / 11 / 1) == true);
  CHECK(russia().is_working_day(2024y / 12 / 28) == true);
  CHECK(russia().is_working_day(2025y / 11 / 8) == false);
}

TEST_CASE("holidays and days off moved to weekdays are told apart from weekends", "[calendar]") {
  CHECK(russia().day(2026y / 5 / 9) == DayKind::holiday);  // also a Saturday
  CHECK(russia().day(2026y / 5 / 11) == DayKind::day_off);
  CHECK(russia().day(2026y / 11 / 22) == DayKind::day_off);
  CHECK(russia().day(2026y / 11 / 23) == DayKind::working);
}

TEST_CASE("a year that has no row is unknown and no date is guessed in it", "[calendar]") {
  for (const auto day : {2012y / 12 / 31, 2028y / 1 / 1, 2028y / 1 / 11}) {
    CHECK(russia().day(day) == DayKind::unknown);
    CHECK_FALSE(russia().is_working_day(day));
    CHECK_FALSE(russia().add_working_days(day, 1));
  }
  CHECK(russia().first_day() == 2013y / 1 / 1);
  CHECK(russia().last_day() == 2027y / 12 / 31);
  CHECK(russia().last_read_day() == 2026y / 12 / 31);
  CHECK_FALSE(russia().add_working_days(2027y / 12 / 31, 1));
  CHECK_FALSE(russia().span_of_working_days(2027y / 12 / 31, 1));
}

TEST_CASE("of a provisional year weekends and holidays are certain, and no other day is",
          "[calendar]") {
  CHECK(russia().day(2027y / 1 / 8) == DayKind::holiday);
  CHECK(russia().day(2027y / 1 / 9) == DayKind::day_off);
  CHECK(russia().day(2027y / 1 / 11) == DayKind::provisional);
  CHECK(russia().is_working_day(2027y / 1 / 9) == false);
  CHECK_FALSE(russia().is_working_day(2027y / 1 / 11));
  CHECK(to_word(DayKind::provisional) == "provisional");
}

TEST_CASE("a term that reaches into a provisional year is a span, by its earliest day",
          "[calendar]") {
  CHECK(russia().add_working_days(2026y / 12 / 29, 2) == 2027y / 1 / 11);
  // 17 December 2026 is a Thursday; nine working days are left of the year, 31 December is off.
  CHECK(russia().span_of_working_days(2026y / 12 / 16, 10) ==
        Calendar::Span{2026y / 12 / 30, 2026y / 12 / 30});
  const auto span = russia().span_of_working_days(2026y / 12 / 17, 10);
  REQUIRE(span);
  CHECK(span->earliest == 2027y / 1 / 11);
  // Of 2027 five holidays fall on weekends, and no year that was read exchanged more than three.
  CHECK(span->latest == 2027y / 1 / 21);
  CHECK(russia().span_of_working_days(2020y / 3 / 27, 3) ==
        Calendar::Span{2020y / 4 / 1, 2020y / 5 / 14});  // days that are argued about
}

// Each year that was read, as if it had not been: the real end must lie within the span. A weekend
// made a working day by a decree is the exception, since weekends are taken for certain.
TEST_CASE("the span of a provisional year holds the day on which a term really ended",
          "[calendar][property]") {
  const std::string text{consent::rules_data::ru_calendar()};
  int terms = 0;
  for (int y = 2014; y <= 2026; ++y) {
    if (y == 2020 || y == 2021) continue;  // days that are argued about
    const auto start = text.find("[[year]]\nyear = " + std::to_string(y));
    const auto next = text.find("[[year]]", start + 1);
    REQUIRE(start != std::string::npos);
    std::string row = text.substr(start, text.find("source = ", start) - start);
    for (const char* key : {"\noff = [", "\nworking = ["}) {
      const auto from = row.find(key);
      if (from != std::string::npos) row.erase(from, row.find(']', from) + 1 - from);
    }
    row.insert(row.find("\nholidays"), "\nprovisional = true");
    row += "source = \"as if it had not been read\"\nconfidence = \"C2\"\nread = 2026-11-30\n";
    (void)next;
    const Calendar guess = Calendar::from_toml(text.substr(0, start) + row, "guess.toml");
    for (sys_days day = sys_days{year{y - 1} / 12 / 10}; day < sys_days{year{y} / 11 / 20};
         day += days{1}) {
      for (const int count : {3, 7, 10, 15}) {
        const auto real = russia().add_working_days(day, count);
        const auto span = guess.span_of_working_days(day, count);
        REQUIRE(real);
        REQUIRE(span);
        ++terms;
        INFO(y << ", " << count << " days");
        CHECK(sys_days{*real} <= sys_days{span->latest});
        bool exchanged = false;
        for (sys_days each = day + days{1}; each <= sys_days{*real}; each += days{1}) {
          const bool weekend = weekday{each} == Saturday || weekday{each} == Sunday;
          exchanged = exchanged || (weekend && russia().day(each) == DayKind::working);
        }
        if (!exchanged) CHECK(sys_days{span->earliest} <= sys_days{*real});
      }
    }
  }
  CHECK(terms > 10000);
}

TEST_CASE("a day that does not exist is unknown", "[calendar]") {
  CHECK(russia().day(2025y / 2 / 29) == DayKind::unknown);
  CHECK_FALSE(russia().add_working_days(2025y / 2 / 29, 1));
}

TEST_CASE("days of the pandemic decrees are neither working days nor days off", "[calendar]") {
  CHECK(russia().day(2020y / 4 / 1) == DayKind::argued);
  CHECK_FALSE(russia().is_working_day(2020y / 4 / 1));
  CHECK(russia().is_working_day(2020y / 4 / 4) == false);  // a Saturday in any case
  CHECK(russia().day(2021y / 11 / 3) == DayKind::argued);
}

TEST_CASE("working days are counted from the day after, and weekends and holidays do not count",
          "[calendar]") {
  CHECK(russia().add_working_days(2026y / 11 / 20, 0) == 2026y / 11 / 20);
  CHECK(russia().add_working_days(2026y / 11 / 20, 1) == 2026y / 11 / 23);
  CHECK(russia().add_working_days(2026y / 11 / 20, 10) == 2026y / 12 / 4);
  CHECK(russia().add_working_days(2025y / 12 / 30, 1) == 2026y / 1 / 12);  // over the New Year
  CHECK(russia().add_working_days(2025y / 10 / 31, 1) == 2025y / 11 / 1);
  CHECK(russia().add_working_days(2025y / 11 / 1, 1) == 2025y / 11 / 5);
  CHECK_FALSE(russia().add_working_days(2026y / 11 / 20, -1));
}

TEST_CASE("the earliest end of a term counts the days that are argued about", "[calendar]") {
  CHECK(russia().add_working_days(2020y / 3 / 27, 3) == 2020y / 4 / 1);
}

TEST_CASE("adding one working day many times is adding them at once", "[calendar][property]") {
  for (sys_days day = 2013y / 1 / 1; day < sys_days{2026y / 11 / 1}; day += days{5}) {
    auto step = std::optional<Calendar::Day>{day};
    for (int i = 0; i < 7; ++i) step = russia().add_working_days(*step, 1);
    CHECK(step == russia().add_working_days(day, 7));
    CHECK(russia().day(*step) != DayKind::day_off);
    CHECK(russia().day(*step) != DayKind::holiday);
  }
}

TEST_CASE("a row that contradicts the week, the year or another row is refused by its place",
          "[calendar]") {
  struct Damage {
    std::string_view from, to, says;
  };
  for (const auto& [from, to, says] : {
           Damage{"off = [2013-05-02", "off = [2013-05-04", "a weekend already"},
           Damage{"working = [2016-02-20]", "working = [2016-02-19]", "not a weekend"},
           Damage{"off = [2013-05-02", "off = [2014-05-02", "not a day of this year"},
           Damage{"off = [2013-05-02", "off = [2013-05-09", "listed twice"},
           Damage{"year = 2014", "year = 2015", "without a gap"},
           Damage{"off = [2013-05-02", "of = [2013-05-02", "unknown key"},
           Damage{"confidence = \"C2\"", "confidence = \"C9\"", "C1, C2 or G"},
           Damage{"source = \"xml", "#", "source"},
           Damage{"argued = [2021", "# argued = [2021", "stand together"},
       }) {
    INFO(from << " -> " << to);
    try {
      static_cast<void>(Calendar::from_toml(changed(from, to), "mine.toml"));
      FAIL("was taken");
    } catch (const consent::Error& e) {
      CHECK(e.code() == consent::ErrorCode::rules);
      const std::string what = e.what();
      CHECK(what.find("mine.toml") == 0);
      CHECK(what.find(says) != std::string::npos);
    }
  }
}

// The published calendars themselves, where they lie beside the source. Types: 1 day off, 2 and 3 a
// working day; holidays above 8 are decrees.
TEST_CASE("every day of the table is what the published calendar of its year says", "[calendar]") {
  const std::filesystem::path folder = CONSENT_SOURCE_DIR "/../shared/data/ru_calendar/ru";
  if (!std::filesystem::exists(folder)) {
    WARN("skipped: ../shared/data/ru_calendar is not here");
    return;
  }
  int years = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const year of{std::stoi(file.path().filename().string())};
    std::map<sys_days, std::pair<char, int>> listed;
    const std::regex row(R"re(<day d="(\d\d)\.(\d\d)" t="(\d)"(?: h="(\d+)")?)re");
    for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) {
      const auto day = of / std::stoi((*it)[1]) / std::stoi((*it)[2]);
      listed[day] = {(*it)[3].str()[0], (*it)[4].matched ? std::stoi((*it)[4]) : 0};
    }
    REQUIRE(listed.size() >= 15);
    for (sys_days day = of / 1 / 1; day <= sys_days{of / 12 / 31}; day += days{1}) {
      const bool weekend = weekday{day} == Saturday || weekday{day} == Sunday;
      auto expected = weekend ? DayKind::day_off : DayKind::working;
      if (const auto it = listed.find(day); it != listed.end()) {
        const auto [type, holiday] = it->second;
        if (type != '1') {
          expected = DayKind::working;
        } else if (holiday >= 1 && holiday <= 8) {
          expected = DayKind::holiday;
        } else {
          expected = holiday > 8 && !weekend ? DayKind::argued : DayKind::day_off;
        }
      }
      INFO(file.path().filename() << " day " << (day - sys_days{of / 1 / 1}).count() + 1);
      CHECK(russia().day(day) == expected);
    }
    ++years;
  }
  CHECK(years == 14);
}
