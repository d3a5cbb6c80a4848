#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "event/canonical.hpp"

/// The body of `key.rotated`: from here on another key signs the log. docs/reference/format.md,
/// "Keys over time".
namespace consent {

/// Words of `reason` after which a signature of the old key carries no trust to the new one.
inline constexpr std::string_view reason_compromised = "compromised";
inline constexpr std::string_view reason_lost = "lost";
inline constexpr std::string_view reason_restored = "restored";

struct KeyRotation {
  std::string key{};            ///< verifier key that signs from here on
  std::string replaces{};       ///< the one that signed before
  std::string reason{};         ///< short word
  std::string new_signature{};  ///< 64 raw bytes, by `key`
  std::string old_signature{};  ///< by `replaces`; "": it is lost
};

/// @throws Error (invalid_argument) where a member is missing or of another shape.
[[nodiscard]] KeyRotation read_rotation(const canonical::Value& body);
[[nodiscard]] std::string encode_body(const KeyRotation& rotation);

/// What both keys sign: the rotation and its place, with everything before it by `prev`.
[[nodiscard]] std::string rotation_text(std::string_view origin, std::uint64_t seq,
                                        const Digest& prev, const KeyRotation& rotation);

}  // namespace consent
