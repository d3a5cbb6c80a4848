#include "consent/instant.hpp"

#include <random>

#include "catch.hpp"
#include "consent/error.hpp"
#include "number/vectors.hpp"

using consent::Instant;
using consent::parse_instant;
using consent::parse_stored_instant;
using consent::to_text;
using consent::try_parse_instant;
using consent_testing::unescape;
using consent_testing::vectors;
using std::chrono::microseconds;

static_assert(noexcept(try_parse_instant("")));
static_assert(noexcept(parse_stored_instant("")));

TEST_CASE("RFC 3339 with an offset is read as the moment it names", "[instant][vectors]") {
  for (const auto& row : vectors("number/instants-accepted.tsv", 2)) {
    CAPTURE(row[0]);
    const auto at = try_parse_instant(row[0]);
    REQUIRE(at);
    CHECK(parse_instant(row[0]) == *at);
    CHECK(to_text(*at) == row[1]);
    CHECK(parse_stored_instant(row[1]) == at);
    CHECK(parse_stored_instant(row[0]).has_value() == (row[0] == row[1]));
  }
}

TEST_CASE("a moment that is not fully said is refused where it breaks", "[instant][vectors]") {
  for (const auto& row : vectors("number/instants-refused.tsv", 2)) {
    const std::string text = unescape(row[0]);
    CAPTURE(text);
    CHECK_FALSE(try_parse_instant(text));
    CHECK_FALSE(parse_stored_instant(text));
    try {
      static_cast<void>(parse_instant(text));
      FAIL("not refused");
    } catch (const consent::ParseError& e) {
      CHECK(e.offset() == std::stoul(row[1]));
      CHECK(e.code() == consent::ErrorCode::invalid_argument);
    }
  }
}

TEST_CASE("text order is time order, and writing and reading are inverse", "[instant][property]") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  const Instant first = *try_parse_instant("0000-01-01T00:00:00Z");
  const Instant last = *try_parse_instant("9999-12-31T23:59:59.999999Z");
  std::uniform_int_distribution<std::int64_t> any(first.time_since_epoch().count(),
                                                  last.time_since_epoch().count());
  Instant before = first;
  for (int i = 0; i < 50'000; ++i) {
    const Instant at{microseconds{any(random)}};
    const std::string text = to_text(at);
    if (text.size() != 27 || parse_stored_instant(text) != at || parse_instant(text) != at) {
      FAIL("not inverse: " << text);
    }
    if ((at < before) != (text < to_text(before))) FAIL("not in order: " << text);
    before = at;
  }
  CHECK(to_text(first) == "0000-01-01T00:00:00.000000Z");
  CHECK(to_text(last) == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("what four digits of a year cannot write is an error", "[instant]") {
  CHECK_THROWS_AS(to_text(*try_parse_instant("0000-01-01T00:00:00Z") - microseconds{1}),
                  consent::Error);
  CHECK_THROWS_AS(to_text(*try_parse_instant("9999-12-31T23:59:59.999999Z") + microseconds{1}),
                  consent::Error);
  CHECK_THROWS_AS(to_text(Instant::max()), consent::Error);
  CHECK_THROWS_AS(to_text(Instant::min()), consent::Error);
}

TEST_CASE("no byte of a good moment can be replaced by a wrong one unnoticed",
          "[instant][property]") {
  const std::string good = "2026-11-22T17:31:18.000001Z";
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = good;
      text[i] = static_cast<char>(byte);
      const auto at = parse_stored_instant(text);
      if (at && to_text(*at) != text) FAIL("stored form is not unique at byte " << i);
      if (const auto loose = try_parse_instant(text); loose && at && *loose != *at) {
        FAIL("two readers, two moments");
      }
    }
  }
}
