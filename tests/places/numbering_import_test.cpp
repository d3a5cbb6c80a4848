#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "consent/error.hpp"
#include "consent/numbering.hpp"
#include "places/numbering_file.hpp"

using consent::Numbering;
using consent::NumberingImport;
using consent::NumberKind;
using consent::PhoneNumber;
namespace fs = std::filesystem;

static_assert(
    noexcept(std::declval<const Numbering&>().lookup(std::declval<const PhoneNumber&>())));

namespace {

const consent::Instant kAt = consent::parse_instant("2026-11-22T12:00:00Z");

struct Folder {
  fs::path path = fs::temp_directory_path() / ("consent-numbering-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] fs::path file() const { return path / "numbering.db"; }
};

struct Text {
  std::string code, first, last,
      name = "ООО \"Т2 Мобайл\"", region = "г. Москва * Московская область",
      territory = "Город Москва, Московская область", inn = "7743895280", capacity;
};

NumberingImport imported(const std::vector<Text>& rows) {
  NumberingImport import;
  std::uint32_t line = 1;
  for (const Text& row : rows) {
    import.add({.file = 0,
                .row = ++line,
                .code = row.code,
                .first = row.first,
                .last = row.last,
                .capacity = row.capacity,
                .operator_name = row.name,
                .region = row.region,
                .territory = row.territory,
                .inn = row.inn});
  }
  return import;
}

Numbering written(const Folder& folder, const std::vector<Text>& rows) {
  NumberingImport import = imported(rows);
  import.write(folder.file(), kAt, {"DEF-9xx.csv"});
  return Numbering::open(folder.file());
}

consent::NumberFacts facts(const Numbering& numbering, std::uint64_t digits) {
  return numbering.lookup(PhoneNumber::from_digits(digits).value());
}

std::string refusal(const auto& act) {
  try {
    act();
  } catch (const consent::Error& e) {
    return e.what();
  }
  return "was taken";
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a number is answered by the range it stands in, to its very ends", "[numbering]") {
  const Folder folder;
  const Numbering numbering = written(folder, {{"900", "0000100", "0000199"},
                                               {"900", "0000200", "0000200", "АО \"МТТ\""},
                                               {"999", "9999999", "9999999"}});
  CHECK(numbering.ranges() == 3);
  CHECK(numbering.codes() == 2);
  CHECK(numbering.imported_at() == kAt);
  CHECK(numbering.sources() == std::vector<std::string>{"DEF-9xx.csv"});
  CHECK_FALSE(facts(numbering, 79000000099).in_register);
  CHECK(facts(numbering, 79000000100).in_register);
  CHECK(facts(numbering, 79000000199).operator_name == "ООО \"Т2 Мобайл\"");
  CHECK(facts(numbering, 79000000199).operator_inn == "7743895280");
  CHECK(facts(numbering, 79000000200).operator_name == "АО \"МТТ\"");
  CHECK_FALSE(facts(numbering, 79000000201).in_register);
  CHECK(facts(numbering, 79999999999).in_register);
  CHECK_FALSE(facts(numbering, 79999999998).in_register);
}

TEST_CASE("a number outside every range is answered by the built-in plan and says so",
          "[numbering]") {
  const Folder folder;
  const Numbering numbering = written(folder, {{"900", "0", "99"}});
  for (const std::uint64_t digits : {79000000100U, 74951234567U, 77012345678U, 442079460000U}) {
    const auto ours = facts(numbering, digits);
    const auto plan = facts(Numbering::built_in(), digits);
    CHECK_FALSE(ours.in_register);
    CHECK(ours.operator_name.empty());
    CHECK(ours.country == plan.country);
    CHECK(ours.kind == plan.kind);
    CHECK(ours.zones == plan.zones);
  }
}

TEST_CASE("the built-in plan knows regions and zones by code, and no operator", "[numbering]") {
  const Numbering plan = Numbering::built_in();
  CHECK(plan.ranges() == 0);
  CHECK(plan.version() == "plan-2026-11-22");
  CHECK(facts(plan, 78121234567).regions.contains(78));
  CHECK(facts(plan, 78121234567).regions.size() == 1);
  const auto& zones = consent::Zones::russia();
  CHECK(facts(plan, 73361234567).zones ==
        (zones.zone("Europe/Moscow") | zones.zones_of_country("KZ")));  // Baikonur
  CHECK(facts(plan, 77012345678).zones == zones.zones_of_country("KZ"));
  CHECK(facts(plan, 79161234567).zones == zones.zone("Europe/Moscow"));
  CHECK(facts(plan, 74111234567).zones.size() == 3);  // Yakutia
  for (const std::uint64_t digits :
       {78001234567U, 78041234567U, 78081234567U, 79451234567U, 71001234567U, 78561234567U}) {
    CHECK(facts(plan, digits).zones.empty());
    CHECK(facts(plan, digits).regions.empty());
  }
  CHECK(facts(plan, 442079460000).kind == NumberKind::foreign);
  CHECK(facts(plan, 442079460000).zones.empty());
  CHECK(facts(plan, 78191234567).kind == NumberKind::reserve);
}

TEST_CASE("a region that says nothing gives no zone to a mobile range", "[numbering]") {
  const Folder folder;
  const Numbering numbering =
      written(folder, {{"900", "0", "99", "А", "-", "-"},
                       {"900", "100", "199", "А", "-", "Омская область"},
                       {"900", "200", "299", "А", "Уральский регион", ""},
                       {"900", "300", "399", "А", "Омская область", "Томская область"}});
  CHECK(facts(numbering, 79000000000).in_register);
  CHECK(facts(numbering, 79000000000).zones.empty());
  CHECK(facts(numbering, 79000000150).regions.contains(55));
  CHECK(facts(numbering, 79000000150).place == "Омская область");
  CHECK(facts(numbering, 79000000250).zones.empty());
  CHECK(facts(numbering, 79000000350).regions.size() == 2);  // columns that disagree: both
}

TEST_CASE("a geographic range has its code's home region too", "[numbering]") {
  const Folder folder;
  const Numbering numbering =
      written(folder, {{"385", "2000000", "2000099", "А", "Алтайский край", "Воронежская область"},
                       {"385", "2000100", "2000199", "А", "-", "-"}});
  CHECK(facts(numbering, 73852000000).regions.size() == 2);
  CHECK(facts(numbering, 73852000000).zones.size() == 2);
  CHECK(facts(numbering, 73852000150).regions.contains(22));
}

TEST_CASE("codes 800 to 809 belong to no place whatever their rows say", "[numbering]") {
  const Folder folder;
  const Numbering numbering =
      written(folder, {{"800", "1000000", "1009999", "ПАО \"Ростелеком\"", "Российская Федерация"},
                       {"803", "1000000", "1009999", "ПАО \"Ростелеком\"", "Омская область"},
                       {"900", "1000000", "1009999", "ПАО \"Ростелеком\"", "Омская область"}});
  CHECK(facts(numbering, 79001000000).regions.contains(55));  // the same words, another code
  for (const std::uint64_t digits : {78001000000U, 78031000000U}) {
    CHECK(facts(numbering, digits).operator_name == "ПАО \"Ростелеком\"");
    CHECK(facts(numbering, digits).regions.empty());
    CHECK(facts(numbering, digits).zones.empty());
  }
  CHECK(facts(numbering, 78001000000).kind == NumberKind::free_call);
}

TEST_CASE("a district of Yakutia narrows a range's zones, in either column", "[numbering]") {
  const Folder folder;
  const Numbering numbering =
      written(folder, {{"411", "5000000", "5000099", "А", "Якутия",
                        "Среднеколымский улус|Республика Саха (Якутия)"},
                       {"411", "5000100", "5000199", "А", "Якутия", "Якутия"}});
  CHECK(facts(numbering, 74115000000).zones == consent::Zones::russia().zone("Asia/Srednekolymsk"));
  CHECK(facts(numbering, 74115000100).zones.size() == 3);
}

TEST_CASE("leading zeros that a spreadsheet dropped are put back", "[numbering]") {
  const Folder folder;
  Text row{"900", "0", "99999"};
  row.capacity = "100000";
  row.inn = "278000000";  // of 0278000000, whose check digit is wrong: kept without it
  NumberingImport import = imported({row});
  import.finish();
  REQUIRE(import.problems().size() == 1);
  CHECK(import.problems()[0].column == "inn");
  CHECK(import.problems()[0].kept);
  row.inn = "274018377";  // of 0274018377
  const Numbering numbering = written(folder, {row});
  CHECK(facts(numbering, 79000099999).operator_inn == "0274018377");
}

TEST_CASE("a row that cannot be is left out and its row, column and reason are said",
          "[numbering]") {
  const Text good{"900", "0000000", "0000099"};
  struct Case {
    void (*spoil)(Text&);
    std::string_view column;
  };
  const std::vector<Case> cases = {
      {[](Text& t) { t.code = "90"; }, "code"},
      {[](Text& t) { t.code = "9000"; }, "code"},
      {[](Text& t) { t.code = "９００"; }, "code"},
      {[](Text& t) { t.code = "701"; }, "code"},
      {[](Text& t) { t.code = "112"; }, "code"},
      {[](Text& t) { t.first = ""; }, "first"},
      {[](Text& t) { t.first = "-1"; }, "first"},
      {[](Text& t) { t.first = "12345678"; }, "first"},
      {[](Text& t) { t.last = "9,99E+06"; }, "last"},
      {[](Text& t) { t.first = "100"; }, "last"},
      {[](Text& t) { t.capacity = "99"; }, "capacity"},
      {[](Text& t) { t.capacity = "сто"; }, "capacity"},
      {[](Text& t) { t.name = "\xff\xfe"; }, "operator"},
      {[](Text& t) { t.region = "\xc2"; }, "region"},
      {[](Text& t) { t.territory = "\xed\xa0\x80"; }, "territory"},
  };
  for (const auto& [spoil, column] : cases) {
    Text bad = good;
    spoil(bad);
    NumberingImport import = imported({{"901", "0", "0"}, bad, {"902", "0", "0"}});
    const auto summary = import.finish();
    INFO(column);
    CHECK(summary.rows == 3);
    CHECK(summary.ranges == 2);
    CHECK(summary.rejected == 1);
    REQUIRE(import.problems().size() == 1);
    CHECK(import.problems()[0].row == 3);
    CHECK(import.problems()[0].column == column);
    CHECK_FALSE(import.problems()[0].kept);
  }
}

TEST_CASE("control characters are left out of a name, and the range is in", "[numbering]") {
  const Folder folder;
  NumberingImport import =
      imported({{"900", "0", "9", "ООО \x1b[2J\xc2\x98Ромашка", "Омская\x07 обл."}});
  import.write(folder.file(), kAt, {});
  REQUIRE(import.problems().size() == 2);
  CHECK(import.problems()[0].kept);
  const Numbering numbering = Numbering::open(folder.file());
  CHECK(facts(numbering, 79000000000).operator_name == "ООО [2JРомашка");
  CHECK(facts(numbering, 79000000000).regions.contains(55));
}

TEST_CASE("a name keeps its last letter, whose bytes end as a blank's do", "[numbering]") {
  const Folder folder;
  const Numbering numbering = written(folder, {{"900", "0", "9", "\xc2\xa0 НовоМИР \xc2\xa0"}});
  CHECK(facts(numbering, 79000000000).operator_name == "НовоМИР");
}

TEST_CASE("of two ranges that overlap the first row stays, and a repeated row is no problem",
          "[numbering]") {
  NumberingImport import = imported({{"900", "0000100", "0000199"},
                                     {"900", "0000050", "0000100"},  // touches the first
                                     {"900", "0000120", "0000130"},  // within it
                                     {"900", "0000000", "0009999"},  // over it
                                     {"900", "0000100", "0000199"},  // the same again
                                     {"900", "0000100", "0000199", "Другой"},
                                     {"900", "0000200", "0000299"},
                                     {"901", "0000100", "0000199"}});
  const auto summary = import.finish();
  CHECK(summary.ranges == 3);
  CHECK(summary.repeated == 1);
  CHECK(summary.rejected == 4);
  REQUIRE(import.problems().size() == 4);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(import.problems()[i].row == 3 + i);
    CHECK(import.problems()[i].reason == "overlaps 900 0000100-0000199 of row 2");
  }
}

TEST_CASE("ranges taken in any order are found as a plain search finds them",
          "[numbering][property]") {
  std::mt19937 random{20261122};
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
  std::vector<Text> rows;
  struct Plain {
    std::uint32_t code, first, last;
    std::string name;
  };
  std::vector<Plain> plain;
  // A few ranges in a window, many in one, and ranges that reach over many windows.
  for (const auto& [code, widest, most] : {std::tuple{300U, 9'000U, 1500U},
                                           {499U, 60U, 1500U},
                                           {900U, 900'000U, 100U},
                                           {999U, 2'000U, 1000U}}) {
    std::uint32_t at = below(1000);
    for (std::uint32_t i = 0; i < most && at < 9'000'000; ++i) {
      const std::uint32_t width = below(3) == 0 ? 0 : below(widest);
      plain.push_back({code, at, at + width, "О" + std::to_string(plain.size() % 700)});
      at += width + 1 + (below(2) == 0 ? 0 : below(500));
    }
  }
  for (const Plain& p : plain) {
    rows.push_back(
        {std::to_string(p.code), std::to_string(p.first), std::to_string(p.last), p.name});
  }
  std::shuffle(rows.begin(), rows.end(), random);
  const Folder folder;
  const Numbering numbering = written(folder, rows);
  CHECK(numbering.ranges() == plain.size());
  for (int i = 0; i < 20'000; ++i) {
    const Plain& near = plain[random() % plain.size()];
    const std::uint32_t rest = std::min<std::uint32_t>(9'999'999, near.first + below(10'000));
    const auto found = facts(numbering, 70'000'000'000 + near.code * 10'000'000ULL + rest);
    std::string expected;
    for (const Plain& p : plain) {
      if (p.code == near.code && p.first <= rest && rest <= p.last) expected = p.name;
    }
    CHECK(found.in_register == !expected.empty());
    CHECK(found.operator_name == expected);
  }
}

TEST_CASE("a piece of the register does not replace the register", "[numbering]") {
  const Folder folder;
  std::vector<Text> rows;
  for (int i = 0; i < 12'000; ++i) {
    rows.push_back(
        {std::to_string(900 + i % 60), std::to_string(i * 10), std::to_string(i * 10 + 9)});
  }
  static_cast<void>(written(folder, rows));
  const std::string before = bytes_of(folder.file());
  NumberingImport piece = imported({{"900", "0", "9"}});
  CHECK(refusal([&] { piece.write(folder.file(), kAt, {}); }).find("not replaced") !=
        std::string::npos);
  CHECK(bytes_of(folder.file()) == before);
  rows.resize(9'999);  // below what a whole register has
  NumberingImport smaller = imported(rows);
  CHECK(refusal([&] { smaller.write(folder.file(), kAt, {}); }).find("9999") != std::string::npos);
  smaller.write(folder.file(), kAt, {}, true);
  CHECK(Numbering::open(folder.file()).ranges() == 9'999);
  CHECK_FALSE(fs::exists(folder.file().string() + ".part"));
}

TEST_CASE("a file that is not ours is neither opened nor replaced", "[numbering]") {
  const Folder folder;
  std::ofstream(folder.file()) << std::string(4096, 'x');
  CHECK(refusal([&] {
          static_cast<void>(Numbering::open(folder.file()));
        }).find("not a numbering file") != std::string::npos);
  NumberingImport import = imported({{"900", "0", "9"}});
  CHECK(refusal([&] { import.write(folder.file(), kAt, {}, true); }).find("not replaced") !=
        std::string::npos);
  CHECK(bytes_of(folder.file()) == std::string(4096, 'x'));
  CHECK(refusal([&] { static_cast<void>(Numbering::open(folder.path)); }).find("regular") !=
        std::string::npos);
  CHECK(refusal([&] { static_cast<void>(Numbering::open(folder.path / "absent")); }) !=
        "was taken");
  NumberingImport none;
  CHECK(refusal([&] { none.write(folder.path / "none", kAt, {}); }).find("no range") !=
        std::string::npos);
}

TEST_CASE("every damaged byte and every cut of a numbering file is refused", "[numbering]") {
  const Folder folder;
  static_cast<void>(written(folder, {{"900", "0", "99"}, {"901", "0", "99", "АО"}}));
  const std::string whole = bytes_of(folder.file());
  const auto opens = [](const std::string& bytes) {
    consent::number::FileView view;
    return view.open(std::as_bytes(std::span(bytes))).empty();
  };
  REQUIRE(opens(whole));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
    if (opens(damaged)) FAIL("byte " << i << " damaged and taken");
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (opens(whole.substr(0, size))) FAIL("cut to " << size << " and taken");
  }
  CHECK_FALSE(opens(whole + std::string(8, '\0')));
}
