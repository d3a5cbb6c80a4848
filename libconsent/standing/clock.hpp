#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "consent/instant.hpp"
#include "consent/standing.hpp"

/// What a clock that was set back makes doubtful. No time is rewritten: only the order of entries
/// says what came after what.
namespace consent::standing {

/// Row of the table `state`: the seq of every clock.step, as callers.hpp keeps them.
inline constexpr std::string_view clock_key = "clock_steps";

/// More than this is no drift: the writer then records a clock.step.
inline constexpr std::chrono::seconds most_clock_drift{2};

/// Whether a step sets the clock back. `before`: what it should have shown; `after`: what it did.
[[nodiscard]] constexpr bool sets_back(Instant before, Instant after) noexcept {
  return before - after > most_clock_drift;
}

/// The first step that makes an entry doubtful: recorded after it, it shows an earlier time than
/// the entry does. nullptr: none. `steps` in order of seq.
[[nodiscard]] inline const ClockSetBack* doubt(std::span<const ClockSetBack> steps,
                                               std::uint64_t seq, Instant recorded) noexcept {
  const auto* step = std::upper_bound(
      steps.data(), steps.data() + steps.size(), seq,
      [](std::uint64_t entry, const ClockSetBack& each) { return entry < each.seq; });
  for (; step != steps.data() + steps.size(); ++step) {
    if (recorded > step->to) return step;
  }
  return nullptr;
}

}  // namespace consent::standing
