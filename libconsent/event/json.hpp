#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "event/canonical.hpp"

/// Reader of case.json: canonical JSON as entries are, but with null and longer than 16 KiB.
/// docs/reference/bundle.md, "case.json".
namespace consent::json {

using canonical::Array;
using canonical::Object;
using canonical::Value;

/// Refuses every byte that a canonical writer would not have written.
/// @throws ParseError with the byte offset and the rule that was broken.
[[nodiscard]] inline Value parse(std::string_view bytes) {
  return canonical::decode(bytes, canonical::Profile::pack);
}

inline bool is_hash(const std::string* text) { return text != nullptr && digest_from_hex(*text); }

/// A member; nullptr where absent or of another type.
inline const std::string* text_of(const Value& object, std::string_view key) {
  const Value* member = object.find(key);
  return member == nullptr ? nullptr : member->string();
}
inline const std::int64_t* integer_of(const Value& object, std::string_view key) {
  const Value* member = object.find(key);
  return member == nullptr ? nullptr : member->integer();
}

}  // namespace consent::json
