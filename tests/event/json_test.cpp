#include "event/json.hpp"

#include "catch.hpp"
#include "consent/error.hpp"

namespace json = consent::json;

TEST_CASE("every kind of value is read", "[bundle][json]") {
  const auto value =
      json::parse(R"({"a":[1,-2,9007199254740991],"b":null,"c":"é\n\u0001","d":{}})");
  REQUIRE(value.find("a")->array()->size() == 3);
  CHECK(*value.find("a")->array()->at(1).integer() == -2);
  CHECK(value.find("b")->null());
  CHECK(*value.find("c")->string() == "é\n\x01");
  CHECK(value.find("d")->object()->empty());
  CHECK(value.find("e") == nullptr);
}

TEST_CASE("bytes that a canonical writer would not write are refused", "[bundle][json]") {
  const auto text =
      GENERATE(as<std::string>{}, "", " {}", "{} ", "{ }", "[1, 2]", "[1,]", "[,1]", "{\"a\":1,}",
               "{\"a\"}", "{\"b\":1,\"a\":1}", "{\"a\":1,\"a\":1}", "{\"A\":1}", "{\"\":1}",
               "{a:1}", "01", "-0", "+1", "1.0", "1e3", "9007199254740992", "-9007199254740992",
               "99999999999999999999", "NaN", "nul", "\"", "\"a", "\"\\", "\"\\u00", "\"\\u0041\"",
               "\"\\/\"", "\"\\u000A\"", "\"\\u000a\"", "\"\\ud800\"", "\"\n\"", "\"\xFF\"",
               "\"\xED\xA0\x80\"", "[[[[[[[[[]]]]]]]]]", "[", "{", "{\"a\":");
  CAPTURE(text);
  CHECK_THROWS_AS(json::parse(text), consent::ParseError);
}

TEST_CASE("a text without end is refused before the stack is", "[bundle][json]") {
  CHECK_THROWS_AS(json::parse(std::string(1'000'000, '[')), consent::ParseError);
}
