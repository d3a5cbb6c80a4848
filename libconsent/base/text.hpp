// What a byte or a code point of a typed telephone number is. Private to number/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace consent::number {

enum class Class : std::uint8_t {
  other,  ///< nothing that people put into a telephone number
  digit,  ///< 0-9, or the full-width form that input methods produce
  plus,
  separator,  ///< space, dash, dot, tilde, or a mark that nobody sees
  slash,      ///< a separator, and sometimes the sign of a second number
  open,       ///< ( or [
  close,
  line,   ///< a line break: ends the number
  pause,  ///< , or ; before an extension, or between two numbers
  hash,
  letter,  ///< Latin or Cyrillic
};

struct Character {
  char32_t code = 0;
  std::uint8_t size = 0;  ///< bytes; 0 where they are not UTF-8
};

/// Decodes the character at `at`, which must lie inside `text`. Overlong forms, surrogates and
/// values above U+10FFFF are not UTF-8.
[[nodiscard]] constexpr Character decode(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) constexpr noexcept->std::uint32_t {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto tail = [&](std::size_t i) constexpr noexcept { return (byte(i) & 0xC0U) == 0x80U; };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead >= 0xC2 && lead <= 0xDF && tail(1)) {
    return {((lead & 0x1FU) << 6U) | (byte(1) & 0x3FU), 2};
  }
  if (lead >= 0xE0 && lead <= 0xEF && tail(1) && tail(2)) {
    const std::uint32_t code =
        ((lead & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
    if (code >= 0x800 && (code < 0xD800 || code > 0xDFFF)) return {code, 3};
  }
  if (lead >= 0xF0 && lead <= 0xF4 && tail(1) && tail(2) && tail(3)) {
    const std::uint32_t code = ((lead & 0x07U) << 18U) | ((byte(1) & 0x3FU) << 12U) |
                               ((byte(2) & 0x3FU) << 6U) | (byte(3) & 0x3FU);
    if (code >= 0x10000 && code <= 0x10FFFF) return {code, 4};
  }
  return {};
}

inline constexpr auto kAscii = [] {
  std::array<Class, 128> table{};
  for (const char c : std::string_view{"0123456789"})
    table[static_cast<std::size_t>(c)] = Class::digit;
  for (const char c : std::string_view{" \t-.~"})
    table[static_cast<std::size_t>(c)] = Class::separator;
  for (const char c : std::string_view{"\n\r\v\f"})
    table[static_cast<std::size_t>(c)] = Class::line;
  for (const char c : std::string_view{"(["}) table[static_cast<std::size_t>(c)] = Class::open;
  for (const char c : std::string_view{")]"}) table[static_cast<std::size_t>(c)] = Class::close;
  for (const char c : std::string_view{",;"}) table[static_cast<std::size_t>(c)] = Class::pause;
  for (char c = 'a'; c <= 'z'; ++c) {
    table[static_cast<std::size_t>(c)] = Class::letter;
    table[static_cast<std::size_t>(c - 'a' + 'A')] = Class::letter;
  }
  table['+'] = Class::plus;
  table['/'] = Class::slash;
  table['#'] = Class::hash;
  return table;
}();

[[nodiscard]] constexpr Class class_of(char32_t c) noexcept {
  if (c < 0x80) return kAscii[c];
  if (c >= 0x0400 && c <= 0x04FF) return Class::letter;
  if (c >= 0x2000 && c <= 0x200E)
    return Class::separator;  // spaces, zero width, left-to-right mark
  if (c >= 0x2010 && c <= 0x2015) return Class::separator;  // hyphens and dashes
  if (c >= 0xFF10 && c <= 0xFF19) return Class::digit;
  switch (c) {
    // Spaces, and dashes that people type or paste.
    case 0x00A0:
    case 0x1680:
    case 0x202F:
    case 0x205F:
    case 0x3000:
    case 0x00AD:
    case 0x2043:
    case 0x2212:
    case 0x223C:
    case 0x30FC:
    case 0xFE58:
    case 0xFE63:
    case 0xFF0D:
    case 0xFF0E:
    case 0xFF5E:
    // Seen by nobody: word joiner, byte order mark, and the left-to-right marks that telephone
    // books wrap a copied number in. Their right-to-left sisters are refused: they make the
    // reader see another number than the one that is dialled.
    case 0x2060:
    case 0xFEFF:
    case 0x202A:
    case 0x202C:
    case 0x202D:
    case 0x2066:
    case 0x2068:
    case 0x2069:
      return Class::separator;
    case 0x0085:
    case 0x2028:
    case 0x2029:
      return Class::line;
    case 0xFF0B:
      return Class::plus;
    case 0xFF0F:
      return Class::slash;
    case 0xFF08:
    case 0xFF3B:
      return Class::open;
    case 0xFF09:
    case 0xFF3D:
      return Class::close;
    default:
      return Class::other;
  }
}

/// 0 to 9; `c` must be a digit by class_of().
[[nodiscard]] constexpr std::uint8_t digit_of(char32_t c) noexcept {
  return static_cast<std::uint8_t>(c - (c >= 0xFF10 ? 0xFF10U : U'0'));
}

/// Small letters for Latin and Russian capitals; anything else as it is.
[[nodiscard]] constexpr char32_t lower(char32_t c) noexcept {
  return (c >= U'A' && c <= U'Z') || (c >= 0x0410 && c <= 0x042F) ? c + 0x20 : c;
}

}  // namespace consent::number
