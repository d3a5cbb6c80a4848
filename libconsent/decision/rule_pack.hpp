#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "consent/rules.hpp"
#include "decision/conditions.hpp"

namespace consent {

/// The rows, and the same rows as masks: which of them are in force at a moment for a purpose and a
/// channel is one look-up, so that judge() compares integers only.
struct RulePack::Impl {
  static constexpr std::size_t max_rows = 64;  ///< a bit a row in Judgement::reasons
  static constexpr std::size_t purposes = 9, channels = 5;
  using Mask = std::uint64_t;

  std::string version, jurisdiction;
  std::optional<Instant> known_until;  ///< first moment the pack does not know
  std::vector<Rule> rows;

  bool shares_plus7 = false;  ///< jurisdiction RU: numbers in shared +7 codes count as its own
  std::vector<Instant>
      begins;  ///< moments at which the set in force changes; begins[0]: the beginning
  std::vector<std::array<Mask, purposes * channels>> in_force;  ///< one a period
  std::array<Mask, decision::condition_count> of_condition{};
  Mask warns = 0;  ///< rows whose outcome is warn

  /// Rows in force at `at` for a purpose and channel, both within their enumerations.
  [[nodiscard]] Mask active(Instant at, Purpose purpose, Channel channel) const noexcept {
    const auto period = std::upper_bound(begins.begin() + 1, begins.end(), at) - begins.begin() - 1;
    return in_force[static_cast<std::size_t>(period)][static_cast<std::size_t>(purpose) * channels +
                                                      static_cast<std::size_t>(channel)];
  }
  [[nodiscard]] Mask rows_of(decision::Condition condition) const noexcept {
    return of_condition[static_cast<std::size_t>(condition)];
  }
};

}  // namespace consent
