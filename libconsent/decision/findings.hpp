#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "consent/decision.hpp"

/// Findings while they are gathered, and those that are no row of a pack.
namespace consent::decision {

inline constexpr std::uint64_t no_seq = ~std::uint64_t{0};

/// Findings that are no rule of law: what house.md calls standing, and the defaults. Rule index -1,
/// -2, …; texts in explain.cpp, in this order.
enum class Builtin : std::int16_t {
  no_consent = -1,  ///< default: nobody said yes
  no_rule = -2,     ///< default: a consent, but no law loaded that says it suffices
  stop = -3,        ///< default: a stop where no row of law speaks
  known_until = -4,
  recorded_late = -5,
  expired = -6,
  not_recorded = -7,
  other_campaign = -8,
  other_cover = -9,
  other_distributor = -10,
  other_purpose = -11,
  other_channel = -12,
  not_prior = -13,
  earlier_holder = -14,
  ended_by_stop = -15,
  nothing_kept = -16,
  more = -17,
  restricted = -18,  ///< kept for proof alone
  erased = -19,      ///< the number's holder was erased, and nobody has consented since
  zone_not_known = -20,
  home_region = -21,
  counts_not_given = -22,
  not_proven = -23,
  caller_assigned = -24,  ///< one whom the consent lets call unnamed
  assigned_late = -25,
  log_impaired = -26,    ///< the log knows that it lost or mixed something
  record_damaged = -27,  ///< what is kept of this number cannot be read
  lost_range = -28,      ///< a stop may be among entries that were lost
  lost_range_reviewed = -29,
  names_changed = -30,   ///< the question was resolved under names that are others now
  clock_set_back = -31,  ///< and what the answer met was recorded before with a later time
  no_row = -32,          ///< default: outside advertising, and no rule loaded forbids or permits it
  held_elsewhere = -33,  ///< of what shows the consent, the log has the hash alone
  not_stated = -34,      ///< who or what contacts was not stated, and a permitted answer denies
  no_law = -35,          ///< default: the number belongs to a country whose law is not loaded
};
inline constexpr std::int16_t builtin_count = 35;

constexpr std::int16_t number_of(Builtin builtin) { return static_cast<std::int16_t>(builtin); }

/// A list of fixed size; what does not fit is left out, and that is remembered.
struct Items {
  static constexpr std::size_t most = 24;
  std::array<Judgement::Item, most> items;
  std::size_t count = 0;
  bool full = false;

  void put(std::int16_t rule, FindingVerdict verdict, std::uint64_t seq) noexcept {
    if (count == most) {
      full = true;
      return;
    }
    items[count++] = {rule, verdict, seq};
  }
  [[nodiscard]] bool empty() const noexcept { return count == 0; }
  [[nodiscard]] const Judgement::Item* begin() const noexcept { return items.data(); }
  [[nodiscard]] const Judgement::Item* end() const noexcept { return items.data() + count; }
};

}  // namespace consent::decision
