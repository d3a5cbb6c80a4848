#include "base/toml_reader.hpp"

#include <exception>

namespace consent {

void toml_gave_up() { throw std::bad_exception(); }

namespace {

// A table a dot: toml++ recurses as deep, and no file of ours comes near.
constexpr std::uint32_t most_dots = 64;

bool begins_key(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '"' || c == '\'';
}

}  // namespace

void TomlReader::fail(const toml::source_position& at, const Message& why) const {
  if (at.line == 0) throw Error(code_, Message("{}: {}: {}", file_, where_, why));
  throw Error(code_,
              Message("{}: line {}, column {}: {}: {}", file_, at.line, at.column, where_, why));
}

// toml++ 3.3 asserts on a table header without a key and overflows the stack on thousands of dotted
// keys: both are found by a look at the text outside comments and strings.
void TomlReader::refuse_what_crashes(std::string_view text) {
  toml::source_position at{1, 0};
  std::uint32_t depth = 0;
  std::uint32_t dots = 0;
  bool begins = true;        // nothing but blanks on this line so far
  std::uint32_t header = 0;  // brackets of a header whose key is not there yet
  std::string_view closing;  // of the string that is open
  bool comment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    ++at.column;
    const bool ends_line = c == '\n';
    if (header != 0 && c != ' ' && c != '\t') {
      if (c == '[' && header == 1) {
        header = 2;
      } else {
        if (!begins_key(c)) fail(at, "a table's name is missing");
        header = 0;
      }
    }
    if (ends_line) {
      ++at.line;
      at.column = 0;
    }
    if (comment) {
      comment = !ends_line;
      begins = ends_line;
      continue;
    }
    if (!closing.empty()) {
      if (c == '\\' && closing.front() == '"') {
        ++i;
        ++at.column;
        if (i < text.size() && text[i] == '\n') at = {at.line + 1, 0};
      } else if (text.substr(i).starts_with(closing)) {
        i += closing.size() - 1;
        at.column += static_cast<toml::source_index>(closing.size() - 1);
        closing = {};
      } else if (ends_line && closing.size() == 1) {
        closing = {};  // toml++ says what is wrong with it
      }
      continue;
    }
    if (ends_line) {
      begins = true;
      dots = 0;
      continue;
    }
    if (c == ' ' || c == '\t') continue;
    if (c == '#') {
      comment = true;
    } else if (c == '"' || c == '\'') {
      const std::string_view three = c == '"' ? "\"\"\"" : "'''";
      closing = text.substr(i).starts_with(three) ? three : three.substr(0, 1);
      i += closing.size() - 1;
      at.column += static_cast<toml::source_index>(closing.size() - 1);
    } else if (c == '[' || c == '{') {
      if (c == '[' && begins && depth == 0) header = 1;
      ++depth;
      dots = 0;
    } else if (c == ']' || c == '}') {
      if (depth > 0) --depth;
      dots = 0;
    } else if (c == '=' || c == ',') {
      dots = 0;
    } else if (c == '.' && ++dots > most_dots) {
      fail(at, "tables nest too deep");
    }
    begins = false;
  }
}

toml::table TomlReader::parse(std::string_view text) {
  refuse_what_crashes(text);
  try {
    return toml::parse(text, file_);
  } catch (const toml::parse_error& e) {
    fail(e.source().begin, std::string(e.description()));
  } catch (const std::exception&) {
    fail("is not TOML");
  }
}

}  // namespace consent
