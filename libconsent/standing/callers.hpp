#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "consent/event.hpp"

/// Which entries speak of callers: the row `callers` of the table `state`, so that they are found
/// without reading all. What they say is read from the entries themselves.
namespace consent::callers {

inline constexpr std::string_view state_key = "callers";

[[nodiscard]] constexpr bool are_told_by(EventType type) noexcept {
  return type == EventType::caller_assigned || type == EventType::caller_released;
}

/// The value of the row: each seq in decimal, ascending, a space between two.
[[nodiscard]] std::string to_value(const std::vector<std::uint64_t>& seqs);
/// @throws Error (storage) where it is not such a list.
[[nodiscard]] std::vector<std::uint64_t> from_value(std::string_view value);

}  // namespace consent::callers
