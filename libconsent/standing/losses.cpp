#include "standing/losses.hpp"

namespace consent::losses {

Told told(std::uint64_t seq, const LogRestored& said) {
  return {.seq = seq,
          .lost_from = said.lost_from,
          .lost_to = said.lost_to,
          .end_unknown = said.end_unknown,
          .reviewed = said.reviewed};
}

Doubt doubt(std::span<const Told> all) noexcept {
  Doubt out;
  for (const Told& each : all) {
    if (each.loses() && !each.reviewed) {
      out.below = each.seq;
      out.newest = each;
    }
    if (!each.reviewed) continue;
    // What was recorded between a loss and a later review is touched by neither.
    if (each.loses()) {
      out.reviewed_below = each.seq;
    } else if (out.below != 0) {
      out.reviewed_below = out.below;
    }
    out.below = 0;
  }
  return out;
}

}  // namespace consent::losses
