#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "consent/decision.hpp"
#include "consent/rules.hpp"
#include "decision/conditions.hpp"
#include "decision/open_hours.hpp"

namespace consent {

/// The rows, and the same rows as masks: which of them are in force at a moment for a purpose and a
/// channel is one look-up, so that judge() compares integers only.
struct RulePack::Impl {
  static constexpr std::size_t purposes = 10, channels = 5;
  using Mask = RuleSet;

  /// What is in force at one time for one purpose and channel.
  struct InForce {
    Mask rows;
    std::uint64_t conditions = 0;  ///< a bit a condition that has a row
    /// Defects of worth that count against a consent, a ground each.
    std::array<std::uint32_t, decision::ground_count> defects{};
  };

  std::string version, jurisdiction, zone;
  std::optional<Instant> known_until;  ///< first moment the pack does not know
  std::vector<Rule> rows;
  std::vector<std::string> options;  ///< "name=word", in byte order

  bool shares_plus7 = false;  ///< jurisdiction RU: numbers in shared +7 codes count as its own
  std::vector<Instant>
      begins;  ///< moments at which the set in force changes; begins[0]: the beginning
  std::vector<std::array<InForce, purposes * channels>> in_force;  ///< one a period
  std::array<Mask, decision::condition_count> of_condition{};
  std::array<Mask, decision::ground_count> feeding{};  ///< treat rows that feed a row of the ground
  Mask warns, unknowns, treats, denies, allows;        ///< rows by outcome
  Mask met;                                            ///< rows that allow where they are met
  Mask closing;                                        ///< rows marked fails_closed
  std::vector<RuleFigures> figures;                    ///< one a row
  std::vector<std::optional<Instant>> ends;            ///< Rule::to, one a row
  /// Windows of local time, each once, and which of them a row has.
  std::vector<RuleFigures> windows;
  std::vector<std::uint16_t> window_of;  ///< one a row
  decision::OpenHours open_hours;
  /// Messengers of foreign services, by messenger_id().
  struct Messenger {
    std::uint64_t id = 0;
    std::optional<Instant> from, to;
  };
  std::vector<Messenger> messengers;
  /// Offsets of the pack's zone, minutes east, from a moment on; ascending.
  std::vector<std::pair<Instant, std::int16_t>> offsets;

  /// At `at` for a purpose and channel, both within their enumerations.
  [[nodiscard]] const InForce& active(Instant at, Purpose purpose, Channel channel) const noexcept {
    const auto period = std::upper_bound(begins.begin() + 1, begins.end(), at) - begins.begin() - 1;
    return in_force[static_cast<std::size_t>(period)][static_cast<std::size_t>(purpose) * channels +
                                                      static_cast<std::size_t>(channel)];
  }
  [[nodiscard]] const Mask& rows_of(decision::Condition condition) const noexcept {
    return of_condition[static_cast<std::size_t>(condition)];
  }
  /// Whether a service is on the list of foreign ones at a moment; not_stated where it was not
  /// named or the list does not know it.
  [[nodiscard]] Stated foreign_messenger(std::uint64_t id, Instant at) const noexcept {
    Stated found = Stated::not_stated;
    for (const Messenger& known : messengers) {
      if (id == 0 || known.id != id) continue;
      const bool listed = (!known.from || at >= *known.from) && (!known.to || at < *known.to);
      if (listed) return Stated::yes;
      found = Stated::no;
    }
    return found;
  }
  /// Minutes east in the pack's zone.
  [[nodiscard]] std::int16_t offset(Instant at) const noexcept {
    const auto after =
        std::upper_bound(offsets.begin(), offsets.end(), at,
                         [](Instant moment, const auto& change) { return moment < change.first; });
    return after == offsets.begin() ? std::int16_t{0} : (after - 1)->second;
  }
};

}  // namespace consent
