#include <set>
#include <thread>

#include "catch.hpp"
#include "consent/classification.hpp"
#include "consent/error.hpp"
#include "number/personal_data_table.hpp"
#include "number/vectors.hpp"
#include "rules_data.hpp"

using consent::classify;
using consent::NumberUser;
using consent::PartyFacts;
using consent::PersonalData;
using consent::PhoneNumber;
using consent::SubscriberKind;
using consent_testing::vectors;

namespace {

const PhoneNumber kMobile = *PhoneNumber::from_digits(79161234567);
const PhoneNumber kLandline = *PhoneNumber::from_digits(74951112233);
const std::string kInnEntity = "7707083893";
const std::string kInnPerson = "500100732259";
const std::string kOgrn = "1027700132195";
const std::string kOgrnip = "304500116000157";

PartyFacts facts_of(const std::vector<std::string>& row) {
  PartyFacts facts;
  facts.inn = row[1];
  facts.ogrn = row[2];
  facts.holder = consent::subscriber_kind(row[3]).value();
  facts.user = consent::number_user(row[4]).value();
  facts.linked_attributes = row[5] == "1";
  facts.former_subscriber = row[6] == "1";
  return facts;
}

bool warns(const consent::Classification& c, const std::string& part) {
  for (const std::string& w : c.warnings) {
    if (w.find(part) != std::string::npos) return true;
  }
  return false;
}

/// The table's text with one piece replaced.
std::string table_with(const std::string& from, const std::string& to) {
  std::string text(consent::rules_data::ru_personal_data());
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("nothing to replace: " + from);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("each row of the table answers its case", "[classify][vectors]") {
  std::set<std::string> rows;
  for (const auto& row : vectors("party/classify.tsv", 10)) {
    CAPTURE(row);
    const auto answer = classify(*PhoneNumber::from_e164(row[0]), facts_of(row));
    CHECK(answer.row == row[7]);
    CHECK(to_word(answer.personal_data) == row[8]);
    CHECK(answer.confidence == row[9]);
    CHECK_FALSE(answer.basis.empty());
    CHECK_FALSE(answer.basis_ru.empty());
    CHECK(answer.citations.size() == answer.citations_ru.size());
    CHECK(answer.warnings.size() == answer.warnings_ru.size());
    rows.insert(answer.row);
  }
  CHECK(rows.size() == 16);  // all fifteen of numbers, and the answer where none matches
}

TEST_CASE("an unknown says which missing facts settle it, a yes how the person is defined",
          "[classify][vectors]") {
  std::set<std::string> rows;
  for (const auto& row : vectors("party/settled.tsv", 10)) {
    CAPTURE(row);
    PartyFacts facts;
    facts.inn = row[1];
    facts.ogrn = row[2];
    facts.holder = consent::subscriber_kind(row[3]).value();
    facts.user = consent::number_user(row[4]).value();
    facts.name = row[5].find("name") != std::string::npos;
    facts.address = row[5].find("address") != std::string::npos;
    facts.account = row[5].find("account") != std::string::npos;
    facts.device = row[5].find("device") != std::string::npos;
    const auto answer = row[0].front() == '+' ? classify(*PhoneNumber::from_e164(row[0]), facts)
                                              : consent::classify_email(row[0], facts);
    CHECK(answer.row == "ru/pd/" + row[6]);
    CHECK(to_word(answer.personal_data) == row[7]);
    CHECK(to_word(answer.definable) == row[8]);
    CHECK(answer.definable_why.empty() == (row[7] != "yes"));
    std::string settled;
    for (const consent::Settlement& one : answer.settled_by) {
      if (!settled.empty()) settled += ' ';
      for (const auto& [fact, value] : one.facts) {
        if (&fact != &one.facts.front().first) settled += ',';
        settled += fact + "=" + value;
      }
      settled += ":" + std::string(to_word(one.personal_data)) + ":" + one.row.substr(6);
      CHECK_FALSE(one.citations.empty());
      CHECK(one.citations.size() == one.citations_ru.size());
    }
    CHECK(settled == row[9]);
    rows.insert(answer.row);
  }
  for (const std::string email : {"17", "18", "19", "20", "21"}) {
    CHECK(rows.contains("ru/pd/" + email));
  }
}

TEST_CASE("what is no e-mail address is refused, and not repeated", "[classify][errors]") {
  for (const std::string text :
       {"", "@", "ivan", "ivan@", "@example.org", "ivan@example", "ivan@@example.org",
        "ivan ivanov@example.org", "ivan@.org", "ivan@example.", "<ivan@example.org>",
        "ivan@exa\nmple.org", "ivan@example..org"}) {
    CAPTURE(text);
    try {
      static_cast<void>(consent::classify_email(text, {}));
      FAIL("not refused");
    } catch (const consent::Error& e) {
      CHECK(e.code() == consent::ErrorCode::invalid_argument);
      CHECK(std::string(e.what()).find("ivan") == std::string::npos);
    }
  }
  CHECK(consent::classify_email("иван@пример.рф", {}).row == "ru/pd/21");
  CHECK(consent::classify_email("ivan@example.org", {.former_subscriber = true}).row == "ru/pd/16");
}

TEST_CASE("no set of facts escapes: an answer with its reasons, or a contradiction",
          "[classify][property]") {
  std::size_t answers = 0;
  std::size_t contradictions = 0;
  const auto kinds = {SubscriberKind::unknown, SubscriberKind::person, SubscriberKind::sole_trader,
                      SubscriberKind::legal_entity, SubscriberKind::public_body};
  const auto users = {NumberUser::unknown, NumberUser::holder, NumberUser::shared_line,
                      NumberUser::named_employee, NumberUser::employee};
  for (const std::uint64_t digits :
       {79161234567ULL, 74951112233ULL, 78005553535ULL, 78091234567ULL, 77011234567ULL,
        71001234567ULL, 79451234567ULL, 12025550143ULL}) {
    for (const auto& inn : {std::string(), kInnEntity, kInnPerson}) {
      for (const auto& ogrn : {std::string(), kOgrn, kOgrnip}) {
        for (const auto holder : kinds) {
          for (const auto user : users) {
            for (int flags = 0; flags < 4; ++flags) {
              PartyFacts facts{inn, ogrn, holder, user, (flags & 1) != 0, (flags & 2) != 0};
              try {
                const auto answer = classify(*PhoneNumber::from_digits(digits), facts);
                ++answers;
                const bool no = answer.personal_data == PersonalData::no;
                const bool unread = answer.confidence == "G";
                if (answer.row.empty() || answer.basis.empty()) FAIL("no reason");
                if (no != warns(answer, "38-FZ")) FAIL("a 'no' that seems to lift the duty");
                if (unread != warns(answer, "Unconfirmed")) FAIL("unconfirmed and silent");
                if (no && answer.citations.empty()) FAIL("a 'no' on nobody's authority");
                if (no && (facts.linked_attributes || user == NumberUser::named_employee ||
                           facts.former_subscriber || inn != kInnEntity)) {
                  FAIL("a 'no' where a person can be seen");
                }
                if ((holder == SubscriberKind::person || holder == SubscriberKind::sole_trader) &&
                    answer.personal_data != PersonalData::yes) {
                  FAIL("a person's number that is not personal data");
                }
              } catch (const consent::Error& e) {
                ++contradictions;
                if (e.code() != consent::ErrorCode::invalid_argument) throw;
                const std::string what = e.what();
                for (const auto& id :
                     {kInnEntity, kInnPerson, kOgrn, kOgrnip, std::to_string(digits)}) {
                  if (what.find(id) != std::string::npos) FAIL("an identifier in a message");
                }
              }
            }
          }
        }
      }
    }
  }
  CHECK(answers > 1000);
  CHECK(contradictions > 1000);
}

TEST_CASE("facts that cannot be true together are an error", "[classify][errors]") {
  const std::vector<PartyFacts> contradictions = {
      {.inn = kInnEntity, .ogrn = kOgrnip},
      {.inn = kInnPerson, .ogrn = kOgrn},
      {.inn = kInnEntity, .holder = SubscriberKind::person},
      {.inn = kInnEntity, .holder = SubscriberKind::sole_trader},
      {.inn = kInnPerson, .holder = SubscriberKind::legal_entity},
      {.inn = kInnPerson, .holder = SubscriberKind::public_body},
      {.ogrn = kOgrn, .holder = SubscriberKind::person},
      {.ogrn = kOgrnip, .holder = SubscriberKind::legal_entity},
      {.holder = SubscriberKind::legal_entity, .user = NumberUser::holder},
      {.inn = kInnEntity, .user = NumberUser::holder},
      {.inn = "7707083894"},
      {.inn = "0000000000"},
      {.inn = "77070838"},
      {.ogrn = "1027700132196"},
      {.ogrn = "985768585948944"},
      {.ogrn = "1"},
  };
  for (const PartyFacts& facts : contradictions) {
    CAPTURE(facts.inn, facts.ogrn, std::string(to_word(facts.holder)));
    CHECK_THROWS_AS(classify(kMobile, facts), consent::Error);
  }
}

TEST_CASE("an identifier is evidence of kind, and the answer says so", "[classify]") {
  const PartyFacts suggested{.inn = kInnEntity, .ogrn = kOgrn, .user = NumberUser::shared_line};
  PartyFacts stated = suggested;
  stated.holder = SubscriberKind::legal_entity;
  CHECK(warns(classify(kLandline, suggested), "does not prove"));
  CHECK(classify(kLandline, suggested).kind == SubscriberKind::legal_entity);
  CHECK_FALSE(warns(classify(kLandline, stated), "does not prove"));
}

TEST_CASE("a foreign number carries the warning of local law whichever row answers", "[classify]") {
  const PhoneNumber kazakh = *PhoneNumber::from_digits(77011234567);
  CHECK(warns(classify(kazakh, {}), "local law"));
  CHECK(warns(classify(kazakh, {.holder = SubscriberKind::person}), "local law"));
  CHECK_FALSE(warns(classify(kMobile, {}), "local law"));
}

TEST_CASE("citations carry a date and a confidence, in both languages", "[classify]") {
  const auto answer = classify(kMobile, {});
  REQUIRE(answer.row == "ru/pd/09");
  REQUIRE(answer.citations.size() == 4);
  CHECK_THAT(answer.citations[0], consent_testing::contains("2017-09-27 [C2]"));
  CHECK_THAT(answer.citations_ru[0], consent_testing::contains("27.09.2017 [C2]"));
}

TEST_CASE("words and enumerators are one to one", "[party]") {
  using enum SubscriberKind;
  for (const auto kind : {unknown, person, sole_trader, legal_entity, public_body}) {
    CHECK(consent::subscriber_kind(to_word(kind)) == kind);
  }
  for (const auto user : {NumberUser::unknown, NumberUser::holder, NumberUser::shared_line,
                          NumberUser::named_employee, NumberUser::employee}) {
    CHECK(consent::number_user(to_word(user)) == user);
  }
  CHECK_FALSE(consent::subscriber_kind("Person"));
  CHECK_FALSE(consent::subscriber_kind(""));
  CHECK_FALSE(consent::number_user("boss"));
}

TEST_CASE("the built-in table has its rows and reads from any thread", "[classify][rules]") {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] { static_cast<void>(classify(kMobile, {})); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(consent::number::personal_data_table().rows.size() == 21);
}

TEST_CASE("a table with a slip in it is refused, and the message names the row",
          "[classify][rules]") {
  struct Slip {
    std::string from;
    std::string to;
    std::string says;
  };
  const std::vector<Slip> slips = {
      {"schema = 1", "schema = 2", "schema"},
      {"schema = 1", "schema = 1\ncolour = 3", "unknown key 'colour'"},
      {"schema = 1", "schema = = 1", "line "},
      {"id = \"ru/pd/04\"", "id = \"ru/pd/05\"", "expected the id ru/pd/04"},
      {"id = \"ru/pd/07\"", "id = \"ru/pd/07\"\nnote = \"x\"", "row ru/pd/07: unknown key 'note'"},
      {"inn = [12], ogrn = [0]", "inn = [11], ogrn = [0]",
       "row ru/pd/03: 'inn' has no such length"},
      {"inn = [12], ogrn = [0]", "inn = [], ogrn = [0]", "row ru/pd/03: 'inn' must be a list"},
      {"inn = [12], ogrn = [0]", "inn = [\"12\"], ogrn = [0]", "row ru/pd/03: 'inn' holds"},
      {"holder = [\"sole_trader\"]", "holder = [\"trader\"]", "does not know the word 'trader'"},
      {"holder = [\"sole_trader\"]", "owner = [\"sole_trader\"]", "unknown key 'owner'"},
      {"former = true }", "former = \"true\" }", "row ru/pd/13: 'former' must be true or false"},
      {"match = { former = true }", "match = { }", "row ru/pd/13: 'match'"},
      {"authorities = [\"rkn-2017\", ", "authorities = [\"rkn-2018\", ", "no authority rkn-2018"},
      {"[[authority]]\nid = \"152-fz/3\"\n",
       "[[authority]]\nid = \"nobody\"\nen = \"a\"\nru = \"b\"\ndate = 2006-07-27\n"
       "confidence = \"C1\"\nsource = \"c\"\nread = \"d\"\n\n[[authority]]\nid = \"152-fz/3\"\n",
       "authority nobody is cited by no row"},
      {"confidence = \"G\"", "confidence = \"C3\"", "confidence must be"},
      {"date = 2017-09-27", "date = \"2017-09-27\"",
       "authority vs-review-2017: 'date' must be a date"},
      // The law of the table: no yes or no that rests on nothing read.
      {"answer = \"unknown\"\nauthorities = [\"inference\"]",
       "answer = \"no\"\nauthorities = [\"inference\"]",
       "row ru/pd/10: a row without an authority that was read must answer unknown"},
      {"[otherwise]", "[otherwize]", "unknown key 'otherwize'"},
  };
  for (const Slip& slip : slips) {
    CAPTURE(slip.from, slip.to);
    try {
      static_cast<void>(consent::number::read_table("t", table_with(slip.from, slip.to)));
      FAIL_CHECK("not refused");
    } catch (const consent::Error& e) {
      CHECK(e.code() == consent::ErrorCode::rules);
      CHECK_THAT(e.what(), consent_testing::contains(slip.says));
      CHECK_THAT(e.what(), consent_testing::contains("rules/t.toml"));
    }
  }
}
