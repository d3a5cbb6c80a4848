#pragma once

#include <cstdint>
#include <vector>

#include "consent/export.hpp"
#include "consent/standing.hpp"

namespace consent {

class Log;

/// Where the clock was set back by more than it drifts, in order of seq, as the first `size`
/// entries say. What was recorded before with a later time is doubtful: docs/why/clock.md.
[[nodiscard]] CONSENT_EXPORT std::vector<ClockSetBack> clock_set_back(
    const Log& log, std::uint64_t size = ~std::uint64_t{0});

}  // namespace consent
