#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "consent/rules.hpp"
#include "consent/zones.hpp"
#include "decision/local_time.hpp"

namespace consent::decision {

/// Which of a pack's windows are open in a set of zones, worked out once for each set and minute:
/// windows and offsets are whole minutes. Any thread may ask; an entry is one word, so that a
/// reader sees a whole answer or another question's. No lock, no allocation.
class OpenHours {
 public:
  /// Windows whose answers are kept; those beyond are worked out each time.
  static constexpr std::size_t kept = 10;

  struct Answer {
    bool known = false;      ///< whether the clocks are
    std::uint16_t open = 0;  ///< a bit a window: open by every clock
  };

  [[nodiscard]] Answer at(ZoneSet zones, Instant at,
                          std::span<const RuleFigures> windows) const noexcept {
    const auto minute = std::chrono::floor<std::chrono::minutes>(at.time_since_epoch()).count();
    if (minute < 0 || minute >= std::int64_t{1} << 28) return work_out(zones, at, windows);
    const auto low = static_cast<std::uint32_t>(minute) & 0xFF;
    const auto high = static_cast<std::uint64_t>(minute) >> 8;
    auto& entry = entries_[low ^ ((zones.bits() * 0x9E3779B1U) >> 24)];
    const std::uint64_t key = std::uint64_t{zones.bits()} << 32 | high << 12 | 1;
    const std::uint64_t word = entry.load(std::memory_order_relaxed);
    if ((word & ~answer_bits) == key)
      return {(word & 2) != 0, static_cast<std::uint16_t>((word & answer_bits) >> 2)};
    const Answer answer = work_out(zones, at, windows);
    entry.store(key | (answer.known ? 2U : 0U) | std::uint64_t{answer.open} << 2,
                std::memory_order_relaxed);
    return answer;
  }

  /// The same without looking at what is kept.
  [[nodiscard]] static Answer work_out(ZoneSet zones, Instant at,
                                       std::span<const RuleFigures> windows) noexcept {
    const LocalOffsets offsets = Zones::russia().local_offsets(zones, at);
    const Clocks clocks(offsets.begin(), offsets.size());
    Answer answer{!offsets.empty(), 0};
    for (std::size_t i = 0; answer.known && i < windows.size() && i < kept; ++i) {
      if (inside_hours(at, clocks, windows[i]))
        answer.open = static_cast<std::uint16_t>(answer.open | 1U << i);
    }
    return answer;
  }

 private:
  static constexpr std::uint64_t answer_bits = 0xFFE;  // known, and a bit a window
  mutable std::array<std::atomic<std::uint64_t>, 256> entries_{};
};

}  // namespace consent::decision
