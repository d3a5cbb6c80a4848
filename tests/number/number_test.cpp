#include "consent/number.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <type_traits>

#include "base/text.hpp"
#include "catch.hpp"
#include "consent/error.hpp"
#include "number/country_codes.hpp"
#include "number/scan.hpp"
#include "number/vectors.hpp"

using consent::DefaultCountry;
using consent::ParseError;
using consent::PhoneNumber;
using consent::number::Problem;
using consent_testing::unescape;
using consent_testing::vectors;

static_assert(!std::is_default_constructible_v<PhoneNumber>);
static_assert(!std::is_convertible_v<const char*, PhoneNumber>);
static_assert(!std::is_convertible_v<std::uint64_t, PhoneNumber>);
static_assert(std::is_trivially_copyable_v<PhoneNumber>);
static_assert(sizeof(PhoneNumber) == 8);
static_assert(noexcept(PhoneNumber::try_parse("")));

namespace {

DefaultCountry country_of(const std::string& iso) {
  if (iso.empty()) return DefaultCountry::none;
  const auto country = consent::default_country(iso);
  if (!country) throw std::runtime_error("a vector names an unknown country");
  return *country;
}

}  // namespace

TEST_CASE("every form that people write is read as the number it means", "[number][vectors]") {
  for (const auto& row : vectors("number/accepted.tsv", 4)) {
    const std::string text = unescape(row[0]);
    const DefaultCountry country = country_of(row[1]);
    CAPTURE(row[0], row[1]);
    const auto parsed = consent::parse_number(text, country);
    CHECK(parsed.number.e164() == row[2]);
    CHECK(parsed.extension == row[3]);
    CHECK(PhoneNumber::parse(text, country) == parsed.number);
    CHECK(PhoneNumber::try_parse(text, country) == parsed.number);
    CHECK(PhoneNumber::from_e164(row[2]) == parsed.number);
  }
}

TEST_CASE("what is no telephone number is refused at its first wrong byte", "[number][vectors]") {
  for (const auto& row : vectors("number/refused.tsv", 3)) {
    const std::string text = unescape(row[0]);
    const DefaultCountry country = country_of(row[1]);
    CAPTURE(row[0], row[1]);
    CHECK_FALSE(PhoneNumber::try_parse(text, country));
    CHECK_THROWS_AS(consent::parse_number(text, country), ParseError);
    try {
      static_cast<void>(PhoneNumber::parse(text, country));
      FAIL("not refused");
    } catch (const ParseError& e) {
      CHECK(e.offset() == std::stoul(row[2]));
      CHECK(e.code() == consent::ErrorCode::invalid_argument);
    }
  }
}

TEST_CASE("what people write around a number is read with it", "[number][vectors]") {
  for (const auto& row : vectors("number/read.tsv", 5)) {
    const std::string text = unescape(row[0]);
    const DefaultCountry country = country_of(row[1]);
    CAPTURE(row[0], row[1]);
    const auto read = consent::read_number(text, country);
    CHECK(read.number.e164() == row[2]);
    CHECK(read.extension == row[3]);
    CHECK(read.service_code == row[4]);
    CHECK(PhoneNumber::read(text, country) == read.number);
    CHECK(PhoneNumber::try_read(text, country) == read.number);
    CHECK_FALSE(PhoneNumber::try_parse(text, country));  // a gate is not lenient
  }
}

TEST_CASE("what could be another person's number is refused with the reason", "[number][vectors]") {
  for (const auto& row : vectors("number/unread.tsv", 3)) {
    const std::string text = unescape(row[0]);
    const DefaultCountry country = country_of(row[1]);
    CAPTURE(row[0], row[1]);
    CHECK_FALSE(PhoneNumber::try_read(text, country));
    CHECK_FALSE(PhoneNumber::try_parse(text, country));
    try {
      static_cast<void>(consent::read_number(text, country));
      FAIL("not refused");
    } catch (const ParseError& e) {
      const std::string what = e.what();
      CHECK(what.substr(what.find(": ") + 2) == row[2]);
      CHECK(e.offset() <= text.size());
    }
  }
}

TEST_CASE("a reader of lists takes what a gate takes, as the same number", "[number][property]") {
  for (const auto& row : vectors("number/accepted.tsv", 4)) {
    CAPTURE(row[0], row[1]);
    const auto read = consent::read_number(unescape(row[0]), country_of(row[1]));
    CHECK(read.number.e164() == row[2]);
    CHECK(read.extension == row[3]);
  }
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  constexpr std::string_view alphabet = "0123456789+78()-., ;#*'\"xE:/";
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (auto n = random() % 18; n > 0; --n) text += alphabet[random() % alphabet.size()];
    for (const auto country :
         {DefaultCountry::none, DefaultCountry::russia, DefaultCountry::international}) {
      const auto strict = PhoneNumber::try_parse(text, country);
      const auto read = PhoneNumber::try_read(text, country);
      if (strict && strict != read) FAIL("parse and read differ: " << text);
      if (read &&
          !std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        FAIL("a number without a digit: " << text);
      }
    }
  }
}

TEST_CASE("no digit that was typed is dropped unseen", "[number][property]") {
  // A letter typed for a digit, or a digit of another script, anywhere in a number: refused, or
  // read as what was typed before it was spoilt.
  for (const std::string typed : {"+442079460958", "+375291234567", "89161234567"}) {
    const auto meant = PhoneNumber::read(typed);
    for (std::size_t i = 2; i < typed.size(); ++i) {
      for (const std::string_view slip : {"O", "О", "З", "l", "\u0667", "b"}) {
        std::string text = typed;
        text.replace(i, 1, slip);
        CAPTURE(text);
        CHECK_FALSE(PhoneNumber::try_read(text));
        text = typed.substr(0, i) + " " + std::string(slip) + typed.substr(i + 1);
        CHECK_FALSE(PhoneNumber::try_read(text));
      }
    }
    CHECK(meant.e164().size() >= 12);
  }
}

TEST_CASE("a refusal does not repeat the text: its message is one of a fixed few",
          "[number][errors]") {
  std::set<std::string> known;
  for (std::uint8_t i = 1; i <= static_cast<std::uint8_t>(Problem::after_extension); ++i) {
    known.emplace(consent::number::describe(static_cast<Problem>(i)));
  }
  CHECK(known.size() == static_cast<std::size_t>(Problem::after_extension));
  std::set<std::string> seen;
  for (const auto& row : vectors("number/refused.tsv", 3)) {
    try {
      static_cast<void>(PhoneNumber::parse(unescape(row[0]), country_of(row[1])));
    } catch (const ParseError& e) {
      const std::string head = "telephone number, byte " + std::to_string(e.offset()) + ": ";
      const std::string what = e.what();
      CAPTURE(row[0], what);
      REQUIRE(what.rfind(head, 0) == 0);
      CHECK(known.contains(what.substr(head.size())));
      seen.insert(what.substr(head.size()));
    }
  }
  CHECK(seen == known);  // every reason has a vector
}

TEST_CASE("the written form of any number is read as that number", "[number][property]") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::uint64_t> any(0, 2'000'000'000'000'000);
  std::size_t numbers = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto number = PhoneNumber::from_digits(any(random) / (1ULL << (random() % 30)));
    if (!number) continue;
    ++numbers;
    const std::string text = number->e164();
    if (PhoneNumber::from_e164(text) != number) FAIL("from_e164 is not the inverse of e164");
    if (PhoneNumber::from_digits(number->digits()) != number) FAIL("from_digits of digits");
    const std::string digits = text.substr(1);
    const auto& reach = consent::number::kCountryPrefix;
    const bool assigned = reach[std::stoul(digits.substr(0, 3))] == 3;
    const bool area = digits[0] == '1' ? digits[1] > '1' : digits[0] != '7' || digits[1] != '0';
    if (PhoneNumber::try_parse(text).has_value() != (assigned && area)) {
      FAIL("parse takes what no country has, or refuses what one has: " << text.substr(0, 4));
    }
  }
  CHECK(numbers > 10'000);
}

TEST_CASE("separators between the digits change nothing", "[number][property]") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const std::vector<std::string> separators = {
      " ",      "  ",     "-",      ".",      "(",      ")",      "/",      "~",
      "\t",     "\u00a0", "\u202f", "\u2011", "\u2013", "\u2212", "\u00ad", "\u200b",
      "\ufeff", "\u2007", "\u2060", "\u3000", "[",      "]"};
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t national = 2'000'000'000 + random() % 8'000'000'000;
    const std::string digits = std::to_string(national);
    const std::string head = std::vector<std::string>{"+7", "8", "7"}[random() % 3];
    std::string text = head;
    for (const char c : digits) {
      if (random() % 2 == 0) text += separators[random() % separators.size()];
      text += c;
    }
    CAPTURE(text);
    const auto number = PhoneNumber::try_parse(text);
    // "( 0 )" is the trunk zero that is dialled at home only: the one bracket that means something.
    if (!number && text.find('0') != std::string::npos) continue;
    REQUIRE(number);
    REQUIRE(number->e164() == "+7" + digits);
  }
}

TEST_CASE("every digit lost or doubled is noticed", "[number][property]") {
  const std::string text = "8 (495) 111-22-33";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') continue;
    for (const auto country : {DefaultCountry::none, DefaultCountry::russia}) {
      std::string lost = text;
      lost.erase(i, 1);
      std::string doubled = text;
      doubled.insert(i, 1, text[i]);
      CAPTURE(lost, doubled);
      // Without its 8 the number is complete in national form.
      const bool national = i == 0 && country == DefaultCountry::russia;
      CHECK(PhoneNumber::try_parse(lost, country).has_value() == national);
      CHECK_FALSE(PhoneNumber::try_parse(doubled, country));
    }
  }
}

TEST_CASE("a megabyte of anything is refused, or read, in one pass", "[number]") {
  const std::size_t size = 1 << 20;
  CHECK_FALSE(PhoneNumber::try_parse(std::string(size, '1')));
  CHECK_FALSE(PhoneNumber::try_parse(std::string(size, ' ')));
  CHECK_FALSE(PhoneNumber::try_parse(std::string(size, '(')));
  CHECK_FALSE(PhoneNumber::try_parse(std::string(size, '+')));
  CHECK_FALSE(PhoneNumber::try_parse(std::string(size, 'a')));
  CHECK_FALSE(PhoneNumber::try_parse(std::string(size, '\0')));
  CHECK_FALSE(PhoneNumber::try_parse("+7 916 123-45-67 " + std::string(size, 'a')));
  CHECK_FALSE(PhoneNumber::try_parse("+7 916 123-45-67," + std::string(size, ',')));
  CHECK_FALSE(PhoneNumber::try_parse("+7 916 123-45-67 ext " + std::string(size, '1')));
  const auto padded = PhoneNumber::try_parse(std::string(size, ' ') + "+7 916 123-45-67\n");
  REQUIRE(padded);
  CHECK(padded->digits() == 79161234567);
}

TEST_CASE("from_e164 takes '+' and ASCII digits and nothing else", "[number]") {
  CHECK(PhoneNumber::from_e164("+79161234567")->digits() == 79161234567);
  CHECK(PhoneNumber::from_e164("+2908999")->digits() == 2908999);
  CHECK(PhoneNumber::from_e164("+999999999999999")->digits() == 999999999999999);
  for (const char* text :
       {"", "+", "79161234567", "+7 9161234567", "+7916123456", "+791612345678", "+0916123456",
        "+290899", "+1234567890123456", "+7916123456a", " +79161234567", "+79161234567 ",
        "++7916123456", "\uff0b79161234567", "+1202555014"}) {
    CAPTURE(text);
    CHECK_FALSE(PhoneNumber::from_e164(text));
  }
}

TEST_CASE("from_digits keeps the invariant", "[number]") {
  for (const std::uint64_t digits :
       {0ULL, 112ULL, 999'999ULL, 1'000'000ULL, 7'916'123ULL, 9'999'999'999'999'999ULL,
        1'000'000'000'000'000ULL, 18'446'744'073'709'551'615ULL, 791'612'345'678ULL,
        1'202'555'014ULL}) {
    CAPTURE(digits);
    CHECK_FALSE(PhoneNumber::from_digits(digits));
  }
  for (const std::uint64_t digits :
       {2'000'000ULL, 10'000'000'000ULL, 19'999'999'999ULL, 70'000'000'000ULL, 79'999'999'999ULL,
        999'999'999'999'999ULL}) {
    CAPTURE(digits);
    REQUIRE(PhoneNumber::from_digits(digits));
    CHECK(PhoneNumber::from_digits(digits)->digits() == digits);
  }
}

TEST_CASE("numbers order and compare by their digits", "[number]") {
  const auto a = PhoneNumber::parse("+79161234567");
  const auto b = PhoneNumber::parse("8 (916) 123-45-68");
  CHECK(a < b);
  CHECK(a == PhoneNumber::parse("8 (916) 123-45-67"));
}

TEST_CASE("a default country is an upper-case ISO code that the parser knows", "[number]") {
  CHECK(consent::default_country("RU") == DefaultCountry::russia);
  CHECK(consent::default_country("KZ") == DefaultCountry::kazakhstan);
  CHECK(consent::default_country("US") == DefaultCountry::north_america);
  CHECK(consent::default_country("CA") == DefaultCountry::north_america);
  for (const char* iso : {"", "ru", "DE", "RUS", "R", "7"})
    CHECK_FALSE(consent::default_country(iso));
}

TEST_CASE("the country code table holds what the parser needs of it", "[number]") {
  using consent::number::kCountryCodes;
  using consent::number::kCountryPrefix;
  CHECK(std::is_sorted(kCountryCodes.begin(), kCountryCodes.end()));
  for (std::size_t i = 0; i < 100; ++i) CHECK(kCountryPrefix[i] == 0);
  for (const auto code : kCountryCodes) {
    CAPTURE(code);
    for (const auto other : kCountryCodes) {  // no code begins another: decoding is unambiguous
      if (other == code) continue;
      CHECK(std::to_string(other).rfind(std::to_string(code), 0) != 0);
    }
  }
}

TEST_CASE("UTF-8 is decoded strictly", "[number][text]") {
  using consent::number::decode;
  struct Case {
    std::string_view bytes;
    char32_t code;
    std::uint8_t size;
  };
  for (const auto& [bytes, code, size] :
       {Case{"\x7f", 0x7f, 1}, Case{"\xc2\x80", 0x80, 2}, Case{"\xdf\xbf", 0x7ff, 2},
        Case{"\xe0\xa0\x80", 0x800, 3}, Case{"\xef\xbf\xbf", 0xffff, 3},
        Case{"\xf0\x90\x80\x80", 0x10000, 4}, Case{"\xf4\x8f\xbf\xbf", 0x10ffff, 4},
        Case{"\x80", 0, 0}, Case{"\xc0\x80", 0, 0}, Case{"\xc1\xbf", 0, 0}, Case{"\xc3", 0, 0},
        Case{"\xe0\x9f\xbf", 0, 0}, Case{"\xed\xa0\x80", 0, 0}, Case{"\xe2\x80", 0, 0},
        Case{"\xf0\x8f\xbf\xbf", 0, 0}, Case{"\xf4\x90\x80\x80", 0, 0},
        Case{"\xf5\x80\x80\x80", 0, 0}, Case{"\xff", 0, 0}}) {
    const auto c = decode(bytes, 0);
    CAPTURE(static_cast<unsigned>(code), static_cast<unsigned>(size));
    CHECK(c.size == size);
    CHECK(static_cast<std::uint32_t>(c.code) == static_cast<std::uint32_t>(code));
  }
}

TEST_CASE("what is a number in E.164 form is the same for every verifier", "[number][vectors]") {
  for (const std::string& line : consent_testing::split(
           consent_testing::read_file(CONSENT_VECTORS "/number/e164.tsv"), '\n')) {
    const std::size_t tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string::npos) continue;
    INFO(line);
    const bool accepted = line.substr(tab + 1) == "accept";
    const auto number = PhoneNumber::from_e164(line.substr(0, tab));
    CHECK(number.has_value() == accepted);
    if (number) CHECK(number->e164() == line.substr(0, tab));
  }
}

TEST_CASE("messy lists are read but for what cannot be one number", "[number][shared]") {
  const auto data = consent_testing::shared_data();
  if (!data) {
    WARN("SKIPPED: no ../shared; set CONSENT_SHARED");
    return;
  }
  std::size_t read = 0;
  std::vector<std::string> refused;
  auto lines = consent_testing::split(
      consent_testing::read_file(*data / "messy_phones" / "suppliers_phones.csv"), '\n');
  lines.erase(lines.begin());
  for (const std::string& line : lines) {
    if (line.empty()) continue;
    const std::string phone = consent_testing::split(line, ',').at(3);
    if (PhoneNumber::try_parse(phone, DefaultCountry::russia)) {
      ++read;
    } else {
      refused.push_back(phone);
    }
  }
  CHECK(read == 537);
  // A digit missing, three digits missing, Ukraine without '+'.
  std::sort(refused.begin(), refused.end());
  CHECK(refused == std::vector<std::string>{"(495) 107-032", "(495) 971-85-7", "(945) 931-96-31",
                                            "38 (062) 388-16-16"});
}

TEST_CASE("a number's country code is the longest that E.164 assigns, and no longer", "[number]") {
  const auto code = [](std::uint64_t digits) {
    return PhoneNumber::from_digits(digits).value().country_code();
  };
  CHECK(code(79161234567) == 7);
  CHECK(code(77012345678) == 7);
  CHECK(code(12125550100) == 1);
  CHECK(code(493012345678) == 49);
  CHECK(code(442079460000) == 44);
  CHECK(code(375291234567) == 375);
  CHECK(code(998901234567) == 998);
  CHECK(code(2012345) == 20);  // the fewest digits
  CHECK(code(493012345678901) == 49);
}
