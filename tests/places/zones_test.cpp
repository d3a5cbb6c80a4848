#include "consent/zones.hpp"

#include <date/tz.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "consent/error.hpp"
#include "consent/numbering.hpp"
#include "number/vectors.hpp"
#include "rules_data.hpp"

using consent::Instant;
using consent::parse_instant;
using consent::RegionSet;
using consent::Zones;
using consent::ZoneSet;

static_assert(noexcept(std::declval<const Zones&>().local_offsets(ZoneSet{},
                                                                  std::declval<const Instant&>())));

namespace {

const Zones& russia() { return Zones::russia(); }

std::vector<int> offsets(ZoneSet zones, std::string_view at) {
  const auto found = russia().local_offsets(zones, parse_instant(at));
  return {found.begin(), found.end()};
}

RegionSet region(unsigned code) {
  RegionSet set;
  set.insert(code);
  return set;
}

std::vector<int> hours_of(unsigned code, std::string_view at) {
  auto found = offsets(russia().zones_of(region(code)), at);
  for (int& minutes : found) {
    CHECK(minutes % 60 == 0);
    minutes /= 60;
  }
  return found;
}

std::string names(RegionSet regions) {
  std::string out;
  for (unsigned code = 0; code < 128; ++code) {
    if (!regions.contains(code)) continue;
    if (!out.empty()) out += "; ";
    out += russia().region_name(code);
  }
  return out;
}

}  // namespace

TEST_CASE("a region that changed its time has the offset of the moment asked about", "[zones]") {
  using Hours = std::vector<int>;
  CHECK(hours_of(34, "2018-10-27T22:59:59Z") == Hours{3});  // Volgograd there
  CHECK(hours_of(34, "2018-10-27T23:00:00Z") == Hours{4});
  CHECK(hours_of(34, "2020-12-26T21:59:59Z") == Hours{4});  // and back again
  CHECK(hours_of(34, "2020-12-26T22:00:00Z") == Hours{3});
  CHECK(hours_of(64, "2016-12-01T00:00:00Z") == Hours{3});  // Saratov
  CHECK(hours_of(64, "2016-12-05T00:00:00Z") == Hours{4});
  CHECK(hours_of(54, "2016-07-23T00:00:00Z") == Hours{6});  // Novosibirsk
  CHECK(hours_of(54, "2026-11-22T00:00:00Z") == Hours{7});
}

TEST_CASE("Yakutia without a district has three times, and Baikonur two", "[zones]") {
  CHECK(hours_of(14, "2026-11-22T00:00:00Z") == std::vector{9, 10, 11});
  CHECK(hours_of(99, "2026-11-22T00:00:00Z") == std::vector{3, 5});
}

TEST_CASE("Kazakhstan has one time since March 2024 and two before", "[zones]") {
  const ZoneSet zones = russia().zones_of_country("KZ");
  CHECK(offsets(zones, "2024-02-29T17:59:59Z") == std::vector{300, 360});
  CHECK(offsets(zones, "2024-02-29T18:00:00Z") == std::vector{300});
}

TEST_CASE("several regions have the times of all of them, ascending and none twice", "[zones]") {
  const auto several = region(77) | region(50) | region(39) | region(41);
  CHECK(offsets(russia().zones_of(several), "2026-11-22T00:00:00Z") == std::vector{120, 180, 720});
  CHECK(offsets(russia().zones_of_country("RU"), "2026-11-22T00:00:00Z") ==
        std::vector{120, 180, 240, 300, 360, 420, 480, 540, 600, 660, 720});
}

TEST_CASE("no zone, an unlisted region and a moment before the table have no offset", "[zones]") {
  CHECK(offsets(ZoneSet{}, "2026-11-22T00:00:00Z").empty());
  CHECK(russia().zones_of(region(88)).empty());
  CHECK(russia().zones_of(region(77) | region(88)).empty());  // half a set would be a guess
  CHECK(offsets(russia().zone("Europe/Moscow"), "2014-10-25T21:59:59Z").empty());
  CHECK(offsets(ZoneSet{1U << 31U}, "2026-11-22T00:00:00Z").empty());
  CHECK(russia().zones_of_country("US").empty());
  CHECK(russia().zone("").empty());
}

TEST_CASE("every zone agrees with the time zone database of this machine, hour by hour",
          "[zones]") {
  int zones = 0;
  for (unsigned bit = 0; bit < 32; ++bit) {
    const std::string name{russia().zone_name(bit)};
    if (name.empty()) continue;
    ++zones;
    const auto* zone = date::locate_zone(name);
    Instant known{};
    int wrong = 0;
    for (Instant at = parse_instant("2014-10-25T00:30:00Z");
         at < parse_instant("2027-01-01T00:00:00Z"); at += std::chrono::hours{1}) {
      const auto found = russia().local_offsets(ZoneSet{1U << bit}, at);
      if (found.empty()) continue;
      if (known == Instant{}) known = at;
      const auto expected = zone->get_info(at).offset;
      if (std::chrono::minutes{*found.begin()} != expected) ++wrong;
    }
    INFO(name);
    CHECK(wrong == 0);
    CHECK(known < parse_instant("2014-10-26T00:00:00Z"));
  }
  CHECK(zones == 24);
}

TEST_CASE("the place of a zone in a set never changes", "[zones]") {
  CHECK(russia().zone("Europe/Kaliningrad").bits() == 1U << 0U);
  CHECK(russia().zone("Europe/Moscow").bits() == 1U << 1U);
  CHECK(russia().zone("Asia/Yekaterinburg").bits() == 1U << 7U);
  CHECK(russia().zone("Asia/Kamchatka").bits() == 1U << 21U);
  CHECK(russia().zone("Asia/Aqtobe").bits() == 1U << 23U);
}

TEST_CASE("all 89 subjects of the Federation and Baikonur have a zone", "[zones]") {
  CHECK(russia().all_regions().size() == 90);
  for (unsigned code = 0; code < 128; ++code) {
    if (!russia().all_regions().contains(code)) continue;
    CHECK_FALSE(russia().zones_of(region(code)).empty());
  }
}

TEST_CASE("a region column is read as lists write it", "[zones][place]") {
  struct Spelling {
    std::string_view text, regions;
  };
  const auto spellings = {
      Spelling{"Москва", "Москва"},
      Spelling{"г. Москва", "Москва"},
      Spelling{"Город Москва", "Москва"},
      Spelling{"МОСКВА", "Москва"},
      Spelling{"Москва и Московская область", "Московская область; Москва"},
      Spelling{"г. Москва * Московская область", "Московская область; Москва"},
      Spelling{"Город Москва, Московская область", "Московская область; Москва"},
      Spelling{"Московская область, Город Москва", "Московская область; Москва"},
      Spelling{"Московская область * Москва|Московская область * Москва",
               "Московская область; Москва"},
      Spelling{"Санкт - Петербург", "Санкт-Петербург"},
      Spelling{"Санкт-Петербург г", "Санкт-Петербург"},
      Spelling{"Ханты - Мансийский - Югра АО", "Ханты-Мансийский автономный округ - Югра"},
      Spelling{"Ханты-Мансийский Автономный округ - Югра АО",
               "Ханты-Мансийский автономный округ - Югра"},
      Spelling{"Республика Саха /Якутия/", "Республика Саха (Якутия)"},
      Spelling{"Якутия", "Республика Саха (Якутия)"},
      Spelling{"Республика Татарстан (Татарстан)", "Республика Татарстан"},
      Spelling{"Кемеровская область - Кузбасс обл.", "Кемеровская область"},
      Spelling{"Республика Донецкая Народная", "Донецкая Народная Республика"},
      Spelling{"Республика Удмуртская", "Удмуртская Республика"},
      Spelling{"Чувашская Республика - Чувашия", "Чувашская Республика"},
      Spelling{"Еврейская Аобл", "Еврейская автономная область"},
      Spelling{"Читинская область", "Забайкальский край"},
      Spelling{"Улан - Удэ |Республика Бурятия", "Республика Бурятия"},
      Spelling{"г. Улан-Удэ|г.о. город Улан-Удэ|Республика Бурятия", "Республика Бурятия"},
      Spelling{"г. Норильск|Красноярский край", "Красноярский край"},
      Spelling{"Архангельская область и Ненецкий автономный округ",
               "Архангельская область; Ненецкий автономный округ"},
      Spelling{"Алтайский край", "Алтайский край"},
      Spelling{"Республика Алтай", "Республика Алтай"},
  };
  for (const auto& [text, regions] : spellings) {
    INFO(text);
    const auto place = russia().place(text);
    CHECK(names(place.regions) == regions);
    CHECK(place.zones == russia().zones_of(place.regions));
  }
}

namespace {

std::string codes_of(RegionSet regions) {
  std::string out;
  for (unsigned code = 1; code < 100; ++code) {
    if (!regions.contains(code)) continue;
    if (!out.empty()) out += ' ';
    out += static_cast<char>('0' + code / 10);
    out += static_cast<char>('0' + code % 10);
  }
  return out;
}

}  // namespace

TEST_CASE("a district that is called like a region is none", "[zones][place][vectors]") {
  for (const auto& row : consent_testing::vectors("places/places.tsv", 2)) {
    CAPTURE(row[0]);
    CHECK(codes_of(russia().place(row[0]).regions) == row[1]);
  }
}

TEST_CASE("a code of the built-in plan lies in its regions and no others",
          "[zones][place][vectors]") {
  const auto plan = consent::Numbering::built_in();
  for (const auto& row : consent_testing::vectors("places/codes.tsv", 3)) {
    CAPTURE(row[0]);
    const auto found = plan.lookup(*consent::PhoneNumber::from_e164("+7" + row[0] + "1234567"));
    CHECK(codes_of(found.regions) == row[1]);
    std::string hours;
    for (const int minutes : offsets(found.zones, "2026-11-30T00:00:00Z")) {
      hours += (hours.empty() ? "" : " ") + std::to_string(minutes / 60);
    }
    CHECK(hours == row[2]);
  }
}

TEST_CASE("what names no region, or only in part, has no region and no zone", "[zones][place]") {
  for (const std::string_view text :
       {"", "-", " ", "|", "Дальневосточный федеральный округ", "Уральский регион",
        "Москва, Зареченск", "Уральский регион|Москва", "Псков", "Кировский район", "Киров",
        "Орловский р-н", "Московская область и Неведомая область", "\xff\xfe", "12", "область"}) {
    INFO(text);
    CHECK(russia().place(text).regions.empty());
    CHECK(russia().place(text).zones.empty());
  }
}

TEST_CASE("the whole country is every region, whatever is said to be left out", "[zones][place]") {
  for (const std::string_view text :
       {"Российская Федерация", "Российская Федерация, кроме Чеченской Республики (ЧР)",
        "Российская Федерация, кроме Чукотского автономного округа"}) {
    INFO(text);
    CHECK(russia().place(text).regions == russia().all_regions());
    CHECK(russia().place(text).zones == russia().zones_of_country("RU"));
  }
}

TEST_CASE("a district of Yakutia narrows its times, and only where nothing else is named",
          "[zones][place]") {
  const auto at = parse_instant("2026-11-22T00:00:00Z");
  const auto hours = [&](std::string_view text) {
    std::vector<int> out;
    for (const auto minutes : russia().local_offsets(russia().place(text).zones, at)) {
      out.push_back(minutes / 60);
    }
    return out;
  };
  CHECK(hours("Среднеколымский район|Республика Саха (Якутия)") == std::vector{11});
  CHECK(hours("п. Усть-Нера|у. Оймяконский|Республика Саха /Якутия/") == std::vector{10});
  CHECK(hours("Усть-Майский улус|Якутия") == std::vector{9});
  CHECK(hours("Майский улус|Якутия") == std::vector{9, 10, 11});
  CHECK(hours("Момский улус, Якутск|Республика Саха (Якутия)") == std::vector{9, 10, 11});
}

TEST_CASE("a zone row that cannot be is refused by its place", "[zones]") {
  struct Damage {
    std::string_view from, to, says;
  };
  for (const auto& [from, to, says] : {
           Damage{"bit = 1\n", "bit = 0\n", "taken"},
           Damage{"bit = 1\n", "bit = 32\n", "0 to 31"},
           Damage{"name = \"Europe/Moscow\"", "name = \"Europe/Kaliningrad\"", "twice"},
           Damage{"minutes = 120", "minutes = 1200", "no such offset"},
           Damage{"2016-12-03T23:00:00Z", "2013-12-03T23:00:00Z", "out of order"},
           Damage{"2016-12-03T23:00:00Z", "2016-12-03T23:00:00", "offset"},
           Damage{"code = \"01\"", "code = \"1\"", "two digits"},
           Damage{"code = \"01\"", "code = \"02\"", "twice"},
           Damage{"zones = [\"Asia/Omsk\"]", "zones = [\"Asia/Tomks\"]", "no zone"},
           Damage{"name = \"Республика Дагестан\"", "name = \"Республика Бурятия\"", "this name"},
           Damage{"region = \"14\"", "region = \"96\"", "no such region"},
           Damage{"zones = [\"Asia/Srednekolymsk\"]", "zones = [\"Asia/Omsk\"]", "its region"},
       }) {
    INFO(from << " -> " << to);
    std::string text{consent::rules_data::ru_zones()};
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    try {
      static_cast<void>(Zones::from_toml(text, "mine.toml"));
      FAIL("was taken");
    } catch (const consent::Error& e) {
      CHECK(e.code() == consent::ErrorCode::rules);
      const std::string what = e.what();
      CHECK(what.find("mine.toml") == 0);
      INFO(what);
      CHECK(what.find(says) != std::string::npos);
    }
  }
}

// Towns with an offset each, where the list lies beside the source; as of October 2021.
TEST_CASE("every listed town lives by a time of its region", "[zones]") {
  const std::filesystem::path file =
      CONSENT_SOURCE_DIR "/../shared/data/ru_timezones/city_timezone.csv";
  if (!std::filesystem::exists(file)) {
    WARN("skipped: ../shared/data/ru_timezones is not here");
    return;
  }
  const auto at = parse_instant("2021-10-01T00:00:00Z");
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  int towns = 0;
  while (std::getline(in, line)) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    const auto utc = line.find("UTC+");
    REQUIRE(utc != std::string::npos);
    const int hours = std::stoi(line.substr(utc + 4));
    unsigned code = 0;  // the first cell of 13 digits is the KLADR code
    for (const std::string& cell : cells) {
      if (code == 0 && cell.size() == 13 && cell.find_first_not_of("0123456789") == cell.npos) {
        code = static_cast<unsigned>(std::stoi(cell.substr(0, 2)));
      }
    }
    INFO(line);
    bool lives = false;
    for (const auto minutes : russia().local_offsets(russia().zones_of(region(code)), at)) {
      lives = lives || minutes == hours * 60;
    }
    CHECK(lives);
    if (!cells[1].empty()) {
      const auto place = russia().place(cells[0] + " " + cells[1]);
      CHECK(place.regions == region(code));
    }
    ++towns;
  }
  CHECK(towns > 500);
}
