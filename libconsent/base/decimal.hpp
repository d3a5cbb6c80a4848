#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace consent {

/// A count in decimal digits; nullopt where `text` is none.
[[nodiscard]] inline std::optional<std::uint64_t> to_count(std::string_view text) noexcept {
  std::uint64_t count = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), count);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
  return count;
}

}  // namespace consent
