#include "event/canonical.hpp"

#include <random>

#include "base/utf8.hpp"
#include "catch.hpp"
#include "consent/error.hpp"
#include "event/naive_json.hpp"
#include "vector_files.hpp"

namespace canonical = consent::canonical;
using canonical::Array;
using canonical::decode;
using canonical::encode;
using canonical::Object;
using canonical::Value;
using consent_testing::vectors;

namespace {

std::optional<std::size_t> refused_at(std::string_view bytes) {
  try {
    (void)decode(bytes);
    return std::nullopt;
  } catch (const consent::ParseError& error) {
    return error.offset();
  }
}

/// The offset is the first byte that is wrong: what stands before it is only unfinished, and with
/// it nothing that follows can help.
void check_offset(std::string_view bytes, std::size_t offset) {
  REQUIRE(offset <= bytes.size());
  const auto before = refused_at(bytes.substr(0, offset));
  CHECK((!before || *before == offset));
  if (offset < bytes.size()) CHECK(refused_at(bytes.substr(0, offset + 1)) == offset);
}

const Value& member(const Value& object, std::string_view key) {
  const Value* value = object.find(key);
  if (value == nullptr) throw std::runtime_error("absent");
  return *value;
}

std::string entry() {
  return R"({"at":"2026-01-01T00:00:00.000000Z","body":{"note":"она сказала \"да\"\n","ok":true},)"
         R"("seq":41,"tags":["a",-7,[],{}],"v":1})";
}

}  // namespace

TEST_CASE("canonical vectors are accepted and refused where they say", "[event][canonical]") {
  for (const auto& vector : vectors("canonical")) {
    INFO(vector.name);
    const std::string bytes = consent_testing::from_hex(vector.text("bytes"));
    if (vector.accepted()) {
      CHECK(encode(decode(bytes)) == bytes);
    } else {
      const auto offset = refused_at(bytes);
      REQUIRE(offset);
      CHECK(*offset == static_cast<std::size_t>(vector.integer("offset")));
      check_offset(bytes, *offset);
    }
  }
}

TEST_CASE("decode keeps what was written", "[event][canonical]") {
  const Value value = decode(entry());
  CHECK(member(value, "seq") == Value(std::int64_t{41}));
  CHECK(member(member(value, "body"), "note") == Value("она сказала \"да\"\n"));
  CHECK(member(member(value, "body"), "ok") == Value(true));
  CHECK(member(value, "tags") == Value(Array{"a", std::int64_t{-7}, Array{}, Object{}}));
  CHECK(value.find("absent") == nullptr);
  CHECK(member(value, "seq").find("x") == nullptr);
  CHECK(member(value, "seq").string() == nullptr);
  CHECK(value.object() != nullptr);
}

TEST_CASE("a text of 16 KiB is the largest", "[event][canonical]") {
  const std::string largest = '"' + std::string(canonical::max_bytes - 2, 'x') + '"';
  CHECK(decode(largest) == Value(std::string(canonical::max_bytes - 2, 'x')));
  CHECK(encode(decode(largest)) == largest);
  CHECK(refused_at('"' + std::string(canonical::max_bytes - 1, 'x') + '"') == canonical::max_bytes);
  CHECK_THROWS_AS(encode(Value(std::string(canonical::max_bytes - 1, 'x'))), consent::Error);
  // Depth is refused long before a stack could be exhausted.
  CHECK(refused_at(std::string(canonical::max_bytes, '[')) == 8);
}

TEST_CASE("encode refuses what is outside the profile", "[event][canonical]") {
  const auto refuses = [](const Value& value) { CHECK_THROWS_AS(encode(value), consent::Error); };
  refuses(Value(canonical::max_integer + 1));
  refuses(Value(-canonical::max_integer - 1));
  refuses(Value(std::numeric_limits<std::int64_t>::min()));
  refuses(Value("\xff"));
  refuses(Value("\xed\xa0\x80"));
  refuses(Value("cut \xe2\x80"));
  refuses(Value(Object{{"", true}}));
  refuses(Value(Object{{"A", true}}));
  refuses(Value(Object{{"a b", true}}));
  refuses(Value(Object{{std::string(33, 'k'), true}}));
  refuses(Value(Object{{"b", true}, {"a", true}}));
  refuses(Value(Object{{"a", true}, {"a", true}}));
  Value nested{Array{}};
  for (int depth = 1; depth < canonical::max_depth; ++depth) nested = Value(Array{nested});
  CHECK(encode(nested) == "[[[[[[[[]]]]]]]]");
  refuses(Value(Array{nested}));
}

TEST_CASE("no message of a refusal repeats what it refused", "[event][canonical][privacy]") {
  const std::string secret = "79161234567";
  for (const std::string& bytes : {"{\"" + secret + "\":1}", "{\"a\":\"" + secret + "\xff\"}",
                                   secret + secret, "\"" + secret}) {
    try {
      (void)decode(bytes);
      FAIL("accepted");
    } catch (const consent::Error& error) {
      CHECK(std::string(error.what()).find("916") == std::string::npos);
    }
  }
}

TEST_CASE("set keeps keys in order and replaces", "[event][canonical]") {
  Object object;
  canonical::set(object, "b", std::int64_t{1});
  canonical::set(object, "a", "x");
  canonical::set(object, "c", true);
  canonical::set(object, "b", std::int64_t{2});
  CHECK(encode(Value(object)) == R"({"a":"x","b":2,"c":true})");
}

TEST_CASE("the streaming writer writes what encode writes", "[event][canonical]") {
  std::string out;
  canonical::Writer writer(out);
  writer.begin_object();
  writer.key("a").begin_array().end_array();
  writer.key("b")
      .begin_array()
      .number(-1)
      .text("\"\\\x01\n/é")
      .boolean(false)
      .begin_object()
      .end_object();
  writer.raw("[1]").end_array();
  writer.key("c")
      .begin_object()
      .key("x")
      .hex(std::string_view("\x00\xff", 2))
      .key("y")
      .plain("z")
      .end_object();
  writer.key("d").number(canonical::max_integer);
  writer.end_object();
  CHECK(
      out ==
      R"({"a":[],"b":[-1,"\"\\\u0001\n/é",false,{},[1]],"c":{"x":"00ff","y":"z"},"d":9007199254740991})");
  CHECK(encode(decode(out)) == out);
  CHECK_THROWS_AS(writer.number(canonical::max_integer + 1), consent::Error);
  CHECK_THROWS_AS(writer.text("\x80"), consent::Error);
}

TEST_CASE("every byte of a string stands for itself, is escaped or is refused",
          "[event][canonical]") {
  for (int c = 0; c < 128; ++c) {
    for (const std::size_t before : {0U, 1U, 7U, 8U, 9U}) {  // the eight-byte step and its edges
      CAPTURE(c, before);
      const std::string text =
          std::string(before, 'x') + static_cast<char>(c) + std::string(20 - before, 'y');
      const std::string bytes = encode(Value(text));
      CHECK(decode(bytes) == Value(text));
      const std::string bare = '"' + text + '"';
      const bool stands = c >= 0x20 && c != '"' && c != '\\';
      CHECK((bytes == bare) == stands);
      if (!stands) CHECK(refused_at(bare));
    }
  }
}

TEST_CASE("UTF-8 is exactly what RFC 3629 allows", "[event][utf8]") {
  // Every sequence of one to three bytes, and of four with the last two tried at their edges.
  const auto expect = [](const std::string& s) {
    std::uint32_t code = 0;
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
    if (s.size() == 1) return at(0) < 0x80;
    if (s.size() == 2) {
      code = (at(0) & 0x1FU) << 6 | (at(1) & 0x3FU);
      return (at(0) & 0xE0) == 0xC0 && tail(1) && code >= 0x80;
    }
    if (s.size() == 3) {
      code = (at(0) & 0x0FU) << 12 | (at(1) & 0x3FU) << 6 | (at(2) & 0x3FU);
      return (at(0) & 0xF0) == 0xE0 && tail(1) && tail(2) && code >= 0x800 &&
             (code < 0xD800 || code > 0xDFFF);
    }
    code = (at(0) & 0x07U) << 18 | (at(1) & 0x3FU) << 12 | (at(2) & 0x3FU) << 6 | (at(3) & 0x3FU);
    return (at(0) & 0xF8) == 0xF0 && tail(1) && tail(2) && tail(3) && code >= 0x10000 &&
           code <= 0x10FFFF;
  };
  std::size_t wrong = 0;
  const auto one = [&](std::string s) {
    const auto step = consent::utf8::step(s, 0);
    const bool whole = step.valid && step.length == s.size();
    if (whole != expect(s)) ++wrong;
  };
  const auto byte = [](int b) { return static_cast<char>(static_cast<unsigned char>(b)); };
  for (int a = 0; a < 256; ++a) {
    one({byte(a)});
    for (int b = 0; b < 256; ++b) {
      one({byte(a), byte(b)});
      for (int c = 0; c < 256; ++c) one({byte(a), byte(b), byte(c)});
      for (const int c : {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF}) {
        for (const int d : {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF})
          one({byte(a), byte(b), byte(c), byte(d)});
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("decode accepts exactly the bytes that a naive parser and writer leave unchanged",
          "[event][canonical][property]") {
  const unsigned seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::vector<std::string> texts{entry()};
  for (const auto& vector : vectors("canonical")) {
    texts.push_back(consent_testing::from_hex(vector.text("bytes")));
  }
  const std::vector<std::string> pieces{"{",
                                        "}",
                                        "[",
                                        "]",
                                        "\"",
                                        ":",
                                        ",",
                                        " ",
                                        "\n",
                                        "0",
                                        "-",
                                        ".5",
                                        "e1",
                                        "null",
                                        "true",
                                        "false",
                                        "9007199254740991",
                                        "\"a\":1",
                                        "\"b\":[]",
                                        "\\u0041",
                                        "\\u001f",
                                        "\\n",
                                        "\\/",
                                        "\\ud800",
                                        "\xff",
                                        "\xed\xa0\x80",
                                        "\xc0\xaf",
                                        "é",
                                        "😀",
                                        "\x7f",
                                        std::string(1, '\0')};
  std::size_t accepted = 0;
  for (int round = 0; round < 60000; ++round) {
    std::string bytes = texts[below(texts.size())];
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(bytes.size() + 1);
      switch (below(5)) {
        case 0:
          bytes.insert(at, pieces[below(pieces.size())]);
          break;
        case 1:
          bytes.erase(at, below(4));
          break;
        case 2:
          if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8));
          break;
        case 3:
          if (at < bytes.size()) bytes[at] = pieces[below(pieces.size())][0];
          break;
        default:
          bytes.replace(at, below(6), pieces[below(pieces.size())]);
          break;
      }
    }
    const auto naive = naive_json::parse(bytes);
    const bool expected = naive && naive_json::in_profile(*naive, 0) &&
                          bytes.size() <= canonical::max_bytes &&
                          naive_json::write(*naive) == bytes;
    const auto offset = refused_at(bytes);
    if (offset.has_value() == expected) {
      INFO(consent::to_hex(bytes));
      CHECK(offset.has_value() != expected);
      break;
    }
    if (expected) {
      ++accepted;
      if (encode(decode(bytes)) != bytes) FAIL(consent::to_hex(bytes));
    } else {
      INFO(consent::to_hex(bytes));
      check_offset(bytes, *offset);
    }
  }
  CHECK(accepted > 100);  // or the mutations prove nothing
}
