#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"

namespace consent {

class Log;

/// Somebody who dials for a distributor, as the log's entries say.
struct CallerAssignment {
  std::uint64_t seq = 0;  ///< of the entry that assigned
  std::string distributor;
  std::string caller;
  Instant from{};                  ///< first moment at which it holds
  Instant until = Instant::max();  ///< first moment at which it no longer does, releases included
  Purposes purposes;               ///< empty: all
  Channels channels;               ///< empty: all
  std::string campaign;            ///< "": not limited to one
  Instant recorded{};
  std::optional<Digest> document;         ///< SHA-256 of what shows it
  std::vector<std::uint64_t> released{};  ///< seq of the entries that end it, in order
};

/// Records that somebody dials for a distributor; `distributor` "" is the log's own. A consent
/// that lets "persons acting for" the distributor call lets them, while it holds.
/// @returns the entry's seq. @throws Error (invalid_argument) for what validate() refuses, and
/// if the log has no distributor of its own.
CONSENT_EXPORT std::uint64_t assign_caller(Log& log, CallerAssigned assigned, Instant now);
/// Records the end of an assignment, which may lie ahead or have been earlier.
/// @throws Error (invalid_argument) if entry `of` assigns nobody.
CONSENT_EXPORT std::uint64_t release_caller(Log& log, const CallerReleased& released, Instant now);
/// Who was assigned, in order of seq, as the first `size` entries say.
[[nodiscard]] CONSENT_EXPORT std::vector<CallerAssignment> assignments(
    const Log& log, std::uint64_t size = ~std::uint64_t{0});

}  // namespace consent
