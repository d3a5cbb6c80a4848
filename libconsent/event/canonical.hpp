#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "consent/digest.hpp"

/// Strict-profile JCS (RFC 8785): the one encoder and the one reader of entry bytes.
///
/// Profile (docs/reference/format.md, section "Canonical JSON"): object keys [a-z][a-z0-9_]{0,31};
/// integers within +-(2^53-1); no floats, no null, no exponents; strings valid UTF-8 without lone
/// surrogates; no duplicate keys; depth <= 8; size <= 16 KiB. In it RFC 8785's traps cannot occur.
/// case.json of a pack has a profile of its own: null occurs, and size <= 16 MiB.
namespace consent::canonical {

enum class Profile : std::uint8_t { entry, pack };

inline constexpr std::size_t max_bytes = std::size_t{16} * 1024;
inline constexpr std::size_t max_pack_bytes = std::size_t{16} * 1024 * 1024;
inline constexpr int max_depth = 8;
inline constexpr std::int64_t max_integer = (std::int64_t{1} << 53) - 1;

class Value;
using Null = std::monostate;
using Array = std::vector<Value>;
/// Members in key order, without duplicates: the writer relies on it and the reader proves it.
using Object = std::vector<std::pair<std::string, Value>>;

class Value {
 public:
  Value() : value_(false) {}
  Value(Null v) : value_(v) {}                           // NOLINT(google-explicit-constructor)
  Value(bool v) : value_(v) {}                           // NOLINT(google-explicit-constructor)
  Value(std::int64_t v) : value_(v) {}                   // NOLINT(google-explicit-constructor)
  Value(std::string v) : value_(std::move(v)) {}         // NOLINT(google-explicit-constructor)
  Value(std::string_view v) : value_(std::string(v)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* v) : value_(std::string(v)) {}       // NOLINT(google-explicit-constructor)
  Value(Array v) : value_(std::move(v)) {}               // NOLINT(google-explicit-constructor)
  Value(Object v) : value_(std::move(v)) {}              // NOLINT(google-explicit-constructor)

  /// Profile::pack alone.
  [[nodiscard]] bool null() const noexcept { return std::holds_alternative<Null>(value_); }
  [[nodiscard]] const bool* boolean() const noexcept { return std::get_if<bool>(&value_); }
  [[nodiscard]] const std::int64_t* integer() const noexcept {
    return std::get_if<std::int64_t>(&value_);
  }
  [[nodiscard]] const std::string* string() const noexcept {
    return std::get_if<std::string>(&value_);
  }
  [[nodiscard]] const Array* array() const noexcept { return std::get_if<Array>(&value_); }
  [[nodiscard]] const Object* object() const noexcept { return std::get_if<Object>(&value_); }
  /// Member of an object; nullptr where absent or where this is no object.
  [[nodiscard]] const Value* find(std::string_view key) const noexcept;
  /// Takes a member out of an object and leaves `false` in its place; `false` where absent.
  [[nodiscard]] Value take(std::string_view key);

  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<bool, std::int64_t, std::string, Array, Object, Null> value_;
};

/// Puts or replaces a member, keeping key order.
void set(Object& object, std::string_view key, Value value);

/// The canonical bytes of an entry's profile. @throws Error (invalid_argument) where `value` is
/// outside the profile (null, key shape or order, integer range, invalid UTF-8, depth, size); the
/// message names the rule.
[[nodiscard]] std::string encode(const Value& value);

/// Parses and proves canonical form in one pass: any byte that encode() would not have written is
/// refused. @throws ParseError with the rule that was broken and the byte offset after which no
/// canonical text could go on.
[[nodiscard]] Value decode(std::string_view bytes, Profile profile = Profile::entry);

/// Streaming writer behind encode(), for the hot path: keys must be given in order.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view key);      ///< trusted literal; order is the caller's duty
  Writer& text(std::string_view utf8);    ///< checked UTF-8, escaped. @throws Error
  Writer& plain(std::string_view ascii);  ///< trusted printable ASCII without '"' or '\\'
  Writer& hex(std::string_view raw);      ///< raw bytes as lower-case hex
  Writer& number(std::int64_t value);     ///< @throws Error outside +-max_integer
  Writer& boolean(bool value);
  Writer& raw(std::string_view canonical);  ///< an already canonical value
 private:
  void comma();
  std::string& out_;
  bool first_ = true;
};

}  // namespace consent::canonical
