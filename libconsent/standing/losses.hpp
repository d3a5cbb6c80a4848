#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "consent/event.hpp"

/// What the entries log.restored amount to: how far down what was said may have been ended by an
/// entry that is lost. A lost entry may be a stop, so what permits and was recorded before the loss
/// no longer carries a yes by itself.
namespace consent::losses {

/// The row of the table `state` that lists these entries, as callers.hpp does the callers'.
inline constexpr std::string_view state_key = "restored";

[[nodiscard]] constexpr bool are_told_by(EventType type) noexcept {
  return type == EventType::log_restored;
}

/// One entry log.restored.
struct Told {
  std::uint64_t seq = 0;
  std::uint64_t lost_from = 0;
  std::uint64_t lost_to = 0;
  bool end_unknown = false;
  bool reviewed = false;
  [[nodiscard]] bool loses() const noexcept { return lost_to > lost_from || end_unknown; }
};
[[nodiscard]] Told told(std::uint64_t seq, const LogRestored& said);

/// Below which seq what permits is in doubt.
struct Doubt {
  std::uint64_t below = 0;           ///< 0: nothing is
  std::uint64_t reviewed_below = 0;  ///< was, and somebody went through it since; 0: nothing
  Told newest{};                     ///< that lost something and nobody reviewed, where `below`
};
/// `all` in order of seq.
[[nodiscard]] Doubt doubt(std::span<const Told> all) noexcept;

}  // namespace consent::losses
