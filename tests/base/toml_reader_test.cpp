#include "base/toml_reader.hpp"

#include <string>

#include "catch.hpp"

using consent::Error;
using consent::TomlReader;

namespace {

std::string problem(const std::string& text) {
  try {
    (void)TomlReader("mine.toml").parse(text);
  } catch (const Error& error) {
    CHECK(error.code() == consent::ErrorCode::rules);
    return error.what();
  }
  return {};
}

std::string repeated(std::size_t times, const std::string& text) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

}  // namespace

TEST_CASE("a broken file is an error with file, line and column, and never an abort", "[toml]") {
  const std::string text = GENERATE(
      "[\r", "[[\r", "[ \r", "[\v", "[\f", "[\n", "[\r\n", "[", "[[", "[]", "[[]]", "[\xC2\xA0",
      "a = \r", "a\r= 1", "\r", "a = [\r1]", "[[a]]\r", "a = {\r}", "[a.\r", "a.\r\n", "= 1",
      "a = \"", "a = '''", "a = \"\\", "[a]\n[\r", "a = 1\n[ # c", "\x01[");
  const std::string said = problem("b = 1\n" + text);
  INFO(said);
  CHECK(said.starts_with("mine.toml: line "));
  CHECK(said.find(", column ") != std::string::npos);
}

TEST_CASE("deep nesting is an error, and never a stack overflow", "[toml]") {
  constexpr std::size_t many = 200'000;
  const std::string text =
      GENERATE("a = " + repeated(many, "["), "a = " + repeated(many, "{a="),
               "a" + repeated(many, ".a") + " = 1", "[a" + repeated(many, ".a") + "]",
               "[[a" + repeated(many, ".'x'") + "]]", "a = {b" + repeated(many, ".a") + " = 1}",
               "a" + repeated(many, " . a") + " = 1");
  CHECK(problem(text).starts_with("mine.toml: line 1, column "));
}

TEST_CASE("what looks like the broken and is whole is read", "[toml]") {
  const std::string text = GENERATE(
      "a = [\n[1],\n[ 2 ]\n]\n", "# [\r\n[a]\r\nb = 1\r\n", "a = \"[\"\n", "a = '''\n[\n'''\n",
      "a = \"\"\"\n[\n\\\"\"\"\"\n", "[ a ]\n", "[[ a ]]\n", "[\"a\"]\n", "a = [1.5,2.5]\n", "");
  CHECK(problem(text).empty());
  CHECK(problem("a = [" + repeated(1000, "1.5, ") + "]").empty());
}

TEST_CASE("an unknown key and a wrong type are named with their place", "[toml]") {
  TomlReader read("mine.toml");
  const auto table = read.parse("a = 1\nb = true\n[[row]]\nc = 2\n  d = \"x\"\n");
  const auto says = [&](const auto& work) -> std::string {
    try {
      work();
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  CHECK(says([&] {
          read.only(table, {"a", "row"});
        }) == "mine.toml: line 2, column 5: top level: unknown key 'b'");
  CHECK(says([&] { (void)read.word(table, "a"); }) ==
        "mine.toml: line 1, column 5: top level: 'a' must be a text");
  CHECK(says([&] {
          read.for_each(table, "row", [&](const toml::table& row) { (void)read.whole(row, "d"); });
        }) == "mine.toml: line 5, column 7: [[row]] 1: 'd' must be a whole number");
}
