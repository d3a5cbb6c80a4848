#include "consent/rules.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "consent/decision.hpp"
#include "consent/error.hpp"
#include "decision/conditions.hpp"

using namespace consent;

namespace {

const std::string header = R"(
version = "fd-1"
jurisdiction = "RU"
zone = "Europe/Moscow"
read_by = "nobody: Freedonia is invented"
)";
const std::string row = R"(
[[rule]]
id = "fd/act/1"
sheet = "FD-1"
from = 2019-07-01
kind = "law"
condition = "no_consent"
outcome = "deny"
citation = "Freedonia Act, s. 1"
citation_ru = "Закон Фридонии, ст. 1"
why = "No consent."
why_ru = "Нет согласия."
met = "Consent."
met_ru = "Есть согласие."
source = "nowhere"
confidence = "G"
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void refused(const std::string& toml, const std::string& expected) {
  CAPTURE(toml);
  try {
    (void)RulePack::from_toml(toml, "fd.toml");
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::rules);
    CHECK_THAT(std::string(e.what()), consent_testing::contains("fd.toml"));
    CHECK_THAT(std::string(e.what()), consent_testing::contains(expected));
  }
}

}  // namespace

TEST_CASE("the built-in pack is of Russia and says until when it knows the law", "[rules]") {
  const RulePack pack = RulePack::russia();
  CHECK(pack.version() == "ru-2026-11-30.1");
  CHECK(pack.jurisdiction() == "RU");
  REQUIRE(pack.known_until());
  CHECK(to_text(*pack.known_until()) ==
        "2026-11-22T21:00:00.000000Z");  // midnight after the day, Moscow
}

TEST_CASE(
    "every row of the built-in pack names its sheet row, source, confidence and both languages",
    "[rules]") {
  const RulePack pack = RulePack::russia();
  for (const Rule& rule : pack.rules()) {
    CAPTURE(rule.id);
    CHECK_FALSE(rule.sheet.empty());
    CHECK_FALSE(rule.source.empty());
    CHECK_FALSE(rule.citation_ru.empty());
    CHECK_FALSE(rule.why_ru.empty());
    CHECK(rule.read_by == "law sheet");
    CHECK(rule.read_on == "2026-11-22");
    CHECK((rule.confidence == "C1" || rule.confidence == "C2" || rule.confidence == "G"));
  }
}

TEST_CASE("an unconfirmed row denies nothing", "[rules]") {
  const RulePack pack = RulePack::russia();
  for (const Rule& rule : pack.rules()) {
    CAPTURE(rule.id);
    if (rule.confidence == "G") CHECK(rule.outcome != Outcome::deny);
  }
}

TEST_CASE("the rows asked for are there under the names of the sheet", "[rules]") {
  const RulePack pack = RulePack::russia();
  for (const char* sheet :
       {"AD-001",   "AD-002",   "AD-003",  "AD-004",   "AD-005",   "AD-006",   "AD-009",
        "AD-010",   "AD-011",   "AD-012",  "AD-008",   "C-22",     "C-23",     "C-11",
        "S7",       "S10",      "PD-001",  "PD-002",   "PD-003",   "PD-004",   "PD-012",
        "SMS-001",  "SMS-002",  "SMS-003", "CALL-001", "CALL-002", "CALL-003", "CALL-004",
        "CALL-005", "CALL-006", "LBL-001", "LBL-002",  "LBL-003",  "COL-001",  "COL-002",
        "COL-003",  "COL-004",  "TIME-001"}) {
    CAPTURE(sheet);
    REQUIRE(pack.find(sheet) != nullptr);
    CHECK(pack.find(pack.find(sheet)->id)->id == pack.find(sheet)->id);
  }
  CHECK(pack.find("AD-002")->id == "ru/38-fz/18-1/stop");
  CHECK(pack.find("FINE-001") == nullptr);
}

TEST_CASE("local dates become moments of their zone, with the offset of that year", "[rules]") {
  const RulePack pack = RulePack::russia();
  CHECK(to_text(*pack.find("AD-001")->from) == "2006-06-30T20:00:00.000000Z");  // summer time, +04
  CHECK(to_text(*pack.find("AD-004")->from) ==
        "2012-10-07T20:00:00.000000Z");  // +04 all year, 2011-2014
  CHECK(to_text(*pack.find("COL-001")->from) == "2016-12-31T21:00:00.000000Z");
  CHECK_FALSE(pack.find("AD-011")->from);
  const RulePack closed =
      RulePack::from_toml(header + with(row, "kind =", "to = 2019-07-01\nkind ="), "fd.toml");
  CHECK(*closed.rules()[0].to - *closed.rules()[0].from ==
        std::chrono::hours(24));  // the last day counts
}

TEST_CASE("each row holds from the first moment of its first day to the last of its last",
          "[rules][time]") {
  // Typed from table A of the law sheet and its section D, local days of Moscow, both inclusive;
  // "": no limit.
  struct Dated {
    std::string_view sheet, from, to;
  };
  constexpr auto table = std::to_array<Dated>({
      {"AD-001", "2006-07-01", ""},
      {"AD-002", "2006-07-01", ""},
      {"AD-003", "2006-07-01", ""},
      {"AD-004", "2012-10-08", ""},
      {"AD-003m", "2006-07-01", ""},
      {"AD-005", "2006-07-01", ""},
      {"AD-006", "2006-07-01", ""},
      {"AD-008", "2024-06-20", ""},
      {"AD-009", "2012-10-08", ""},
      {"AD-010", "2006-07-01", ""},
      {"AD-011", "", ""},
      {"AD-012", "2006-07-01", ""},
      {"PD-001", "2011-07-27", ""},
      {"PD-002", "2011-07-27", ""},
      {"PD-003", "2025-09-01", ""},
      {"PD-004", "", "2025-08-31"},
      {"PD-012", "2021-03-01", ""},
      {"SMS-001", "2014-10-20", ""},
      {"SMS-002", "2025-08-01", ""},
      {"SMS-003", "2014-10-20", ""},
      {"CALL-001", "2025-09-01", ""},
      {"CALL-002", "2025-09-01", ""},
      {"CALL-003", "2025-09-01", ""},
      {"CALL-004", "2025-09-01", "2027-02-28"},
      {"CALL-005", "2027-03-01", ""},
      {"LBL-001", "2025-09-01", ""},
      {"LBL-002", "2025-09-01", "2031-08-31"},
      {"LBL-003", "2025-09-01", ""},
      {"COL-001", "2017-01-01", ""},
      {"COL-002", "2017-01-01", ""},
      {"COL-003", "2024-02-01", ""},
      {"COL-004", "2025-09-01", ""},
      {"MSG-001", "2023-03-01", ""},
      {"MSG-002", "2025-06-01", ""},
      {"MSG-003", "2023-03-01", ""},
      {"TIME-001", "", ""},
  });
  // Moscow's offset on that day: +04 in the summers until 2010 and all year from 2011 to 2014.
  const auto midnight = [](std::string_view day) {
    const bool four =
        day == "2006-07-01" || day == "2011-07-27" || day == "2012-10-08" || day == "2014-10-20";
    return parse_instant(std::string(day) + "T00:00:00" + (four ? "+04:00" : "+03:00"));
  };
  const RulePack pack = RulePack::russia();
  const auto rules = pack.rules();
  for (const Dated& row : table) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (rules[i].sheet != row.sheet) continue;
      ++found;
      CAPTURE(rules[i].id);
      const auto purpose = rules[i].purposes.contains(Purpose::debt_collection)
                               ? Purpose::debt_collection
                               : Purpose::advertising;
      const auto channel = rules[i].channels.empty() || rules[i].channels.contains(Channel::voice)
                               ? Channel::voice
                           : rules[i].channels.contains(Channel::sms)   ? Channel::sms
                           : rules[i].channels.contains(Channel::robot) ? Channel::robot
                                                                        : Channel::messenger;
      const auto holds = [&](Instant at) {
        return pack.in_force(at, purpose, channel).contains(i);
      };
      constexpr auto least = std::chrono::microseconds(1);
      if (row.from.empty()) {
        CHECK_FALSE(rules[i].from);
      } else {
        CHECK(holds(midnight(row.from)));
        CHECK_FALSE(holds(midnight(row.from) - least));
      }
      if (row.to.empty()) {
        CHECK_FALSE(rules[i].to);
      } else {
        const Instant over = midnight(row.to) + std::chrono::hours(24);
        CHECK(holds(over - least));
        CHECK_FALSE(holds(over));
      }
    }
    CAPTURE(row.sheet);
    CHECK(found > 0);
  }
}

TEST_CASE("a pack with a mistake is refused, naming file and row", "[rules][errors]") {
  refused("version = ", "line 1");
  refused(header, "holds no rules");
  refused(header + "hours = 8\n" + row, "unknown key 'hours'");
  refused(header + with(row, "why =", "reason ="), "rule 1 (fd/act/1): unknown key 'reason'");
  refused(header + row + with(with(row, "fd/act/1", "fd/act/2"), "\"no_consent\"", "\"full_moon\""),
          "rule 2 (fd/act/2): unknown condition 'full_moon'");
  refused(header + row + row, "rule 2 (fd/act/1): in force together with rule 1");
  refused(header + with(row, "kind =", "to = 2019-06-30\nkind ="), "'to' lies before 'from'");
  refused(header + with(row, "2019-07-01", "2019-02-30"), "fd.toml");
  refused(header + with(row, "2019-07-01", "\"2019-07-01\""), "'from' must be a local date");
  refused(header + with(row, "2019-07-01", "2019-07-01T00:00:00Z"), "'from' must be a local date");
  refused(header + with(row, "source = \"nowhere\"", ""), "'source' is missing");
  refused(header + with(row, "\"G\"", "\"sure\""), "'confidence' does not know the word 'sure'");
  refused(header + with(row, "\"law\"", "\"habit\""), "'kind'");
  refused(header + with(row, "\"deny\"", "\"allow\""), "cannot have this outcome");
  refused(header + with(row, "kind =", "feeds = \"FD-1\"\nkind ="), "only 'treat' feeds");
  refused(header + with(row, "kind =", "purposes = [\"adverts\"]\nkind ="),
          "'purposes' holds a word");
  refused(header + with(row, "kind =", "channels = []\nkind ="), "leave it out for all");
  refused(header + with(row, "met = \"Consent.\"", ""), "'met'");
  refused(with(header, "Europe/Moscow", "Europe/Freedonia") + row, "Europe/Freedonia");
  refused(with(header, "\"RU\"", "\"Russia\"") + row, "'jurisdiction'");
  const std::string treat =
      with(with(with(with(row, "fd/act/1", "fd/act/2"), "\"no_consent\"", "\"prechecked\""),
                "\"deny\"", "\"treat\""),
           "met = \"Consent.\"\nmet_ru = \"Есть согласие.\"\n", "");
  refused(header + row + treat, "must say which rule it 'feeds'");
  refused(header + row + with(treat, "kind =", "feeds = \"fd/act/9\"\nkind ="),
          "'feeds' names no row");
  CHECK_NOTHROW(RulePack::from_toml(
      header + row + with(treat, "kind =", "feeds = \"fd/act/1\"\nkind ="), "fd.toml"));
}

TEST_CASE("one id may have rows one after another", "[rules]") {
  const std::string old = with(row, "from = 2019-07-01", "from = 2010-01-01\nto = 2019-06-30");
  const RulePack pack = RulePack::from_toml(header + old + row, "fd.toml");
  CHECK(pack.rules().size() == 2);
  CHECK(pack.find("fd/act/1") == &pack.rules()[1]);
}

TEST_CASE("a pack of more rows than an answer has bits is refused", "[rules][errors]") {
  std::string many = header;
  for (int i = 0; i < 257; ++i) many += with(row, "fd/act/1", "fd/act/" + std::to_string(i));
  refused(many, "holds 257 rules");
}

TEST_CASE("the last row of a full pack decides like the first", "[rules]") {
  std::string many = header;
  for (int i = 0; i < 256; ++i) {
    many +=
        with(with(row, "fd/act/1", "fd/act/" + std::to_string(i)), "kind =",
             i == 255 ? "purposes = [\"survey\"]\nkind =" : "purposes = [\"political\"]\nkind =");
  }
  const RulePack pack = RulePack::from_toml(many, "fd.toml");
  ResolvedQuestion question{.number = *PhoneNumber::from_digits(79161234567),
                            .distributor = 1,
                            .campaign = 0,
                            .purpose = Purpose::survey,
                            .channel = Channel::voice,
                            .dialled_by = DialledBy::person,
                            .at = parse_instant("2026-03-02T12:00:00+03:00"),
                            .basis = Basis::said};
  const Judgement judgement = judge(question, {}, pack);
  REQUIRE(judgement.count == 1);
  CHECK(judgement.items[0].rule == 255);
  CHECK(judgement.reasons.contains(255));
  CHECK_FALSE(judgement.reasons.contains(254));
}

TEST_CASE("a file that is not there is an error of rules", "[rules][errors]") {
  CHECK_THROWS_AS(RulePack::from_file("/nonexistent/pack.toml"), Error);
  const RulePack pack =
      RulePack::from_file(std::string(CONSENT_SOURCE_DIR) + "/libconsent/rules/ru_contact.toml");
  CHECK(pack.version() == RulePack::russia().version());
}

TEST_CASE("the reference page describes every condition and every rule", "[rules][docs]") {
  std::ifstream in(std::string(CONSENT_SOURCE_DIR) + "/docs/reference/rules.md");
  std::ostringstream page;
  page << in.rdbuf();
  for (const auto& condition : decision::conditions) {
    CHECK_THAT(page.str(), consent_testing::contains("`" + std::string(condition.word) + "`"));
  }
  const RulePack pack = RulePack::russia();
  for (const Rule& rule : pack.rules()) {
    CHECK_THAT(page.str(), consent_testing::contains("`" + rule.id + "`"));
  }
  for (std::int16_t i = -1; const BuiltinFinding* builtin = builtin_finding(i); --i) {
    CHECK_THAT(page.str(), consent_testing::contains("`" + std::string(builtin->rule) + "`"));
  }
}

TEST_CASE("no hour, cap or article number stands in the sources of the decision", "[rules][docs]") {
  std::vector<std::string> files{"standing/holder.hpp", "standing/reach.hpp", "gate/gate.cpp",
                                 "audit/audit.cpp", "capi/consent_c.cpp"};
  const auto folder = std::filesystem::path(CONSENT_SOURCE_DIR) / "libconsent" / "decision";
  for (const auto& file : std::filesystem::directory_iterator(folder))
    if (file.path().filename() != "CMakeLists.txt")
      files.push_back("decision/" + file.path().filename().string());
  REQUIRE(files.size() > 10);
  for (const std::string& file : files) {
    std::ifstream in(std::string(CONSENT_SOURCE_DIR) + "/libconsent/" + file);
    std::ostringstream text;
    text << in.rdbuf();
    CAPTURE(file);
    REQUIRE_FALSE(text.str().empty());
    for (const char* word : {"38-FZ", "38-ФЗ", "-fz/", "Plenum", "Пленум", "ФАС"}) {
      CAPTURE(word);
      CHECK(text.str().find(word) == std::string::npos);
    }
  }
}
