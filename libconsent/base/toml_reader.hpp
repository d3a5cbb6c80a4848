// Reads a TOML file strictly: what is missing, misspelt or of another type is an error with file,
// line and column. Every TOML file that the core reads comes through here.
#pragma once

// toml++ asserts on some broken input; an assertion must be an error, never the end of a process.
#ifdef TOML_ASSERT
#error "include base/toml_reader.hpp, never toml++ itself"
#endif
#define TOML_ASSERT(expression) \
  (static_cast<bool>(expression) ? static_cast<void>(0) : consent::toml_gave_up())

#include <cstdint>

namespace consent {
[[noreturn]] void toml_gave_up();
}  // namespace consent

#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consent/error.hpp"

namespace consent {

class TomlReader {
 public:
  /// `file` is for messages; `code` that of the errors.
  explicit TomlReader(std::string file, ErrorCode code = ErrorCode::rules)
      : file_(std::move(file)), code_(code) {}

  /// @throws Error naming line and column, for any text whatever: nothing in it aborts.
  [[nodiscard]] toml::table parse(std::string_view text);

  /// An error at the row being read.
  [[noreturn]] void fail(const Message& why) const { fail(position_, why); }
  /// An error at one key of a table: at its value if it has one, else at the table.
  [[noreturn]] void fail(const toml::table& t, std::string_view key, const Message& why) const {
    const toml::node* const node = t.get(key);
    const toml::source_position at = node == nullptr ? t.source().begin : node->source().begin;
    fail(at.line == 0 ? position_ : at, why);
  }

  /// What the next messages name.
  void at(std::string where) { where_ = std::move(where); }

  void only(const toml::table& t, std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : t) {
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
        fail(t, key.str(), Message("unknown key '{}'", key.str()));
      }
    }
  }

  /// Each table of a list of tables, which must not be empty.
  template <typename Use>
  void for_each(const toml::table& root, std::string_view name, const Use& use) {
    at("[[" + std::string(name) + "]]");
    const toml::array* list = root[name].as_array();
    if (list == nullptr || list->empty()) fail(root, name, "missing");
    std::size_t index = 0;
    for (const toml::node& node : *list) {
      position_ = node.source().begin;
      at("[[" + std::string(name) + "]] " + std::to_string(++index));
      if (!node.is_table()) fail("not a table");
      use(*node.as_table());
    }
    position_ = {};
    at("top level");
  }

  [[nodiscard]] std::string word(const toml::table& t, std::string_view key) const {
    const auto value = t[key].value_exact<std::string>();
    if (!value || value->empty()) fail(t, key, Message("'{}' must be a text", key));
    return *value;
  }
  /// As word(); "" where the key is absent.
  [[nodiscard]] std::string optional_word(const toml::table& t, std::string_view key) const {
    return t.contains(key) ? word(t, key) : std::string();
  }

  [[nodiscard]] std::int64_t whole(const toml::table& t, std::string_view key) const {
    const auto value = t[key].value_exact<std::int64_t>();
    if (!value) fail(t, key, Message("'{}' must be a whole number", key));
    return *value;
  }

  /// A date of the calendar.
  [[nodiscard]] toml::date date(const toml::table& t, std::string_view key) const {
    const auto value = t[key].value_exact<toml::date>();
    if (!value) fail(t, key, Message("'{}' must be a date", key));
    return *value;
  }

  [[nodiscard]] std::optional<bool> flag(const toml::table& t, std::string_view key) const {
    if (!t.contains(key)) return std::nullopt;
    const auto value = t[key].value_exact<bool>();
    if (!value) fail(t, key, Message("'{}' must be true or false", key));
    return value;
  }

  /// The list under `key`, empty where there is none. An empty list could mean nothing or
  /// everything: refused.
  template <typename T>
  [[nodiscard]] std::vector<T> list(const toml::table& t, std::string_view key,
                                    bool may_be_empty = false) const {
    std::vector<T> out;
    if (!t.contains(key)) return out;
    const toml::array* values = t[key].as_array();
    if (values == nullptr || (values->empty() && !may_be_empty)) {
      fail(t, key, Message("'{}' must be a list with something in it", key));
    }
    for (const toml::node& node : *values) {
      const auto value = node.value_exact<T>();
      if (!value) fail(t, key, Message("'{}' holds a value of a wrong type", key));
      out.push_back(*value);
    }
    return out;
  }

  /// As list(), each word turned by `parse` (nullopt: unknown word).
  template <typename T, typename Parse>
  [[nodiscard]] std::vector<T> words(const toml::table& t, std::string_view key,
                                     const Parse& parse) const {
    std::vector<T> out;
    for (const std::string& w : list<std::string>(t, key)) {
      const std::optional<T> value = parse(w);
      if (!value) fail(t, key, Message("'{}' does not know the word '{}'", key, w));
      out.push_back(*value);
    }
    return out;
  }

  /// C1, C2 or G.
  [[nodiscard]] std::string confidence(const toml::table& t) const {
    std::string value = word(t, "confidence");
    if (value != "C1" && value != "C2" && value != "G") {
      fail(t, "confidence", "confidence must be C1, C2 or G");
    }
    return value;
  }

 private:
  [[noreturn]] void fail(const toml::source_position& at, const Message& why) const;
  void refuse_what_crashes(std::string_view text);

  std::string file_;
  ErrorCode code_;
  std::string where_ = "top level";
  toml::source_position position_{};  ///< of the row being read; line 0: none
};

}  // namespace consent
