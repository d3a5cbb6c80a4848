#pragma once

#include <cstddef>
#include <string_view>

/// Strict UTF-8 (RFC 3629): no overlong forms, no surrogate halves, nothing above U+10FFFF.
namespace consent::utf8 {

/// One code point at `text[at]`; REQUIRES: at < text.size().
struct Step {
  std::size_t length;  ///< bytes that are right: of the whole sequence where `valid`
  bool valid;          ///< otherwise text[at + length] is wrong, or missing
};

[[nodiscard]] constexpr Step step(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {0, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i == text.size()) return {i, false};
    // The second byte's range excludes what is overlong, a surrogate or too large.
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (i == 1) {
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    }
    if (byte(i) < low || byte(i) > high) return {i, false};
  }
  return {length, true};
}

[[nodiscard]] constexpr bool valid(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const Step next = step(text, at);
    if (!next.valid) return false;
    at += next.length;
  }
  return true;
}

}  // namespace consent::utf8
