// Reads the rows of a file in rules/ strictly: whatever is missing, misspelt or of another type is
// an error with its place. For the readers of tables in number/ and decision/.
#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consent/error.hpp"

namespace consent::number {

class RowsReader {
 public:
  /// `file` is for messages.
  explicit RowsReader(std::string file) : file_(std::move(file)) {}

  [[noreturn]] void fail(const Message& why) const {
    throw Error(ErrorCode::rules, Message("{}, {}: {}", file_, where_, why));
  }

  /// What the next messages name.
  void at(std::string where) { where_ = std::move(where); }

  [[nodiscard]] toml::table parse(std::string_view text) {
    try {
      return toml::parse(text);
    } catch (const toml::parse_error& e) {
      at("line " + std::to_string(e.source().begin.line));
      fail(std::string(e.description()));
    }
  }

  void only(const toml::table& t, std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : t) {
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
        fail(Message("unknown key '{}'", key.str()));
      }
    }
  }

  template <typename Use>
  void for_each(const toml::table& root, std::string_view name, const Use& use) {
    at("[[" + std::string(name) + "]]");
    const toml::array* list = root[name].as_array();
    if (list == nullptr) fail("missing");
    std::size_t index = 0;
    for (const toml::node& node : *list) {
      at("[[" + std::string(name) + "]] " + std::to_string(++index));
      if (!node.is_table()) fail("not a table");
      use(*node.as_table());
    }
  }

  [[nodiscard]] std::string word(const toml::table& t, std::string_view key) const {
    const auto value = t[key].value_exact<std::string>();
    if (!value || value->empty()) fail(Message("'{}' must be a text", key));
    return *value;
  }

  [[nodiscard]] std::int64_t whole(const toml::table& t, std::string_view key) const {
    const auto value = t[key].value_exact<std::int64_t>();
    if (!value) fail(Message("'{}' must be a whole number", key));
    return *value;
  }

  [[nodiscard]] toml::date date(const toml::table& t, std::string_view key) const {
    const auto value = t[key].value_exact<toml::date>();
    if (!value) fail(Message("'{}' must be a date", key));
    return *value;
  }

  [[nodiscard]] std::optional<bool> flag(const toml::table& t, std::string_view key) const {
    if (!t.contains(key)) return std::nullopt;
    const auto value = t[key].value_exact<bool>();
    if (!value) fail(Message("'{}' must be true or false", key));
    return value;
  }

  /// The list under `key`, empty where there is none. An empty list would match nothing or
  /// everything, depending on the reader's mood: refused.
  template <typename T>
  [[nodiscard]] std::vector<T> list(const toml::table& t, std::string_view key,
                                    bool may_be_empty = false) const {
    std::vector<T> out;
    if (!t.contains(key)) return out;
    const toml::array* values = t[key].as_array();
    if (values == nullptr || (values->empty() && !may_be_empty)) {
      fail(Message("'{}' must be a list with something in it", key));
    }
    for (const toml::node& node : *values) {
      const auto value = node.value_exact<T>();
      if (!value) fail(Message("'{}' holds a value of a wrong type", key));
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
      if (!value) fail(Message("'{}' does not know the word '{}'", key, w));
      out.push_back(*value);
    }
    return out;
  }

  /// C1, C2 or G.
  [[nodiscard]] std::string confidence(const toml::table& t) const {
    std::string value = word(t, "confidence");
    if (value != "C1" && value != "C2" && value != "G") fail("confidence must be C1, C2 or G");
    return value;
  }

 private:
  std::string file_;
  std::string where_ = "top level";
};

}  // namespace consent::number
