#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "consent/event.hpp"
#include "consent/instant.hpp"
#include "consent/standing.hpp"

/// Which contact a recorded word reaches. The one copy of these rules: decisions, deadlines,
/// erasure, packs and pages call it. Integers only; noexcept, no allocation.
namespace consent::standing {

/// Purposes that are advertising or treated as it (law sheet 1.1, design note; house.md).
inline constexpr Purposes advertising_family{Purpose::advertising, Purpose::mixed,
                                             Purpose::unknown};

[[nodiscard]] constexpr bool in_family(Purpose purpose) noexcept {
  return advertising_family.contains(purpose);
}

/// A contact, as far as a scope can name it. Ids of Terms; ~0: one that no clause names.
struct Contact {
  std::uint32_t distributor = 0;
  std::uint32_t campaign = 0;  ///< 0: none
  Purpose purpose{};
  Channel channel{};
};

[[nodiscard]] constexpr bool is_stop(EventType type) noexcept {
  return type == EventType::consent_refused || type == EventType::consent_withdrawn ||
         type == EventType::subject_erased;
}
[[nodiscard]] constexpr bool is_stop(const Clause& clause) noexcept { return is_stop(clause.type); }

/// A consent_given that covers nothing names a caller.
[[nodiscard]] constexpr bool is_consent(const Clause& clause) noexcept {
  return clause.type == EventType::consent_given && !clause.covers.empty();
}

/// From when a stop or a restriction counts: the earlier of said and recorded, without grace.
[[nodiscard]] inline Instant forbids_from(const Clause& clause) noexcept {
  return std::min(clause.said, clause.recorded);
}

/// Does a stop with these scopes bear on the contact? Scopes that overlap: the least permissive.
[[nodiscard]] constexpr bool stops(const Clause& stop, Cover cover,
                                   const Contact& contact) noexcept {
  if (!stop.covers.empty() && !stop.covers.contains(cover)) return false;
  if (stop.distributor != 0 && stop.distributor != contact.distributor) return false;
  // A contact that names no campaign may belong to the one that was stopped.
  if (stop.campaign != 0 && contact.campaign != 0 && stop.campaign != contact.campaign)
    return false;
  if (!stop.purposes.empty() && !stop.purposes.contains(contact.purpose) &&
      !(in_family(contact.purpose) && (stop.purposes.bits() & advertising_family.bits()) != 0)) {
    return false;
  }
  // "Do not call me" is said of robots too.
  return stop.channels.empty() || stop.channels.contains(contact.channel) ||
         (contact.channel == Channel::robot && stop.channels.contains(Channel::voice));
}

/// Unknown is treated as advertising; a consent to "unknown" is express consent to nothing.
[[nodiscard]] constexpr bool consents_to(Purposes named, Purpose purpose) noexcept {
  if (in_family(purpose) && named.contains(Purpose::advertising)) return true;
  return purpose != Purpose::unknown && named.contains(purpose);
}

/// Why one consent does not count. Bits of one word, so that "counts" is "== 0".
namespace defect {
inline constexpr std::uint32_t other_cover = 1U << 0;
inline constexpr std::uint32_t other_distributor = 1U << 1;
inline constexpr std::uint32_t earlier_holder = 1U << 2;
inline constexpr std::uint32_t not_prior = 1U << 3;
inline constexpr std::uint32_t not_recorded = 1U << 4;
inline constexpr std::uint32_t expired = 1U << 5;
inline constexpr std::uint32_t other_purpose = 1U << 6;
inline constexpr std::uint32_t other_channel = 1U << 7;
inline constexpr std::uint32_t other_campaign = 1U << 8;
inline constexpr std::uint32_t first_of_worth = 1U << 9;  ///< free for what rules hold against one
}  // namespace defect

/// Does the assignment of a caller cover the contact?
[[nodiscard]] constexpr bool assigns(const AssignedCaller& each, const Contact& contact) noexcept {
  if (each.distributor != contact.distributor) return false;
  if (each.campaign != 0 && each.campaign != contact.campaign) return false;
  if (!each.channels.empty() && !each.channels.contains(contact.channel)) return false;
  return each.purposes.empty() || each.purposes.contains(contact.purpose) ||
         (in_family(contact.purpose) && each.purposes.contains(Purpose::advertising));
}

/// What says that this caller dials for the distributor at the moment; one that the log could show
/// then is preferred. nullptr: nothing.
[[nodiscard]] inline const AssignedCaller* assignment_of(std::uint32_t caller,
                                                         std::span<const AssignedCaller> assigned,
                                                         const Contact& contact, Instant at,
                                                         Basis basis) noexcept {
  const AssignedCaller* late = nullptr;
  for (const AssignedCaller& each : assigned) {
    if (each.caller != caller || each.from > at || each.until <= at || !assigns(each, contact))
      continue;
    if (each.recorded <= at) return &each;
    if (basis == Basis::said) late = &each;
  }
  return late;
}

}  // namespace consent::standing
