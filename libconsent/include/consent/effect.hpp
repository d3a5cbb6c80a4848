#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/standing.hpp"

namespace consent {

/// What an event of somebody's list does to what the log says of the number already.
enum class Effect : std::uint8_t {
  news,          ///< neither of the others
  repeats_stop,  ///< a stop of all that is stopped by then
  ends_stop,     ///< a consent to something that a stop bars until then
};

/// Reads the event against standings that do not hold it.
/// @param own the distributor that an event means which names none
[[nodiscard]] CONSENT_EXPORT Effect effect_of(const Event& event,
                                              std::span<const SubjectStanding> subjects,
                                              const Terms& terms, std::string_view own);

}  // namespace consent
