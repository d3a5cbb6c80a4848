#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "consent/digest.hpp"

/// Reader of case.json: canonical JSON as entries are, but with null and longer than 16 KiB.
/// docs/reference/bundle.md, "case.json".
namespace consent::json {

class Value;
using Array = std::vector<Value>;
using Object = std::vector<std::pair<std::string, Value>>;  ///< in key order, no key twice
using Null = std::monostate;

class Value {
 public:
  using Kinds = std::variant<Null, bool, std::int64_t, std::string, Array, Object>;
  Value() = default;
  explicit Value(Kinds kinds) : kinds_(std::move(kinds)) {}

  [[nodiscard]] bool null() const noexcept { return std::holds_alternative<Null>(kinds_); }
  [[nodiscard]] const std::int64_t* integer() const noexcept {
    return std::get_if<std::int64_t>(&kinds_);
  }
  [[nodiscard]] const std::string* string() const noexcept {
    return std::get_if<std::string>(&kinds_);
  }
  [[nodiscard]] const Array* array() const noexcept { return std::get_if<Array>(&kinds_); }
  [[nodiscard]] const Object* object() const noexcept { return std::get_if<Object>(&kinds_); }
  /// Member of an object; nullptr where absent or where this is no object.
  [[nodiscard]] const Value* find(std::string_view key) const noexcept;

 private:
  Kinds kinds_;
};

inline constexpr std::size_t max_bytes = 16 * 1024 * 1024;
inline constexpr int max_depth = 8;

/// Refuses every byte that a canonical writer would not have written.
/// @throws ParseError with the byte offset and the rule that was broken.
[[nodiscard]] Value parse(std::string_view bytes);

inline bool is_hash(const std::string* text) { return text != nullptr && digest_from_hex(*text); }

/// A member of canonical::Value or json::Value; nullptr where absent or of another type.
template <typename Value>
const std::string* text_of(const Value& object, std::string_view key) {
  const Value* member = object.find(key);
  return member == nullptr ? nullptr : member->string();
}
template <typename Value>
const std::int64_t* integer_of(const Value& object, std::string_view key) {
  const Value* member = object.find(key);
  return member == nullptr ? nullptr : member->integer();
}

}  // namespace consent::json
