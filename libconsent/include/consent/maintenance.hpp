#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"

namespace consent {

class Log;

/// Tells the log both clocks of its machine, as often as the caller likes. If the wall clock jumped
/// against the monotonic one, or is behind the last entry, a clock.step entry is recorded.
/// @returns whether one was.
CONSENT_EXPORT bool observe_clock(Log& log, Instant wall, std::chrono::microseconds monotonic);
/// Records that a text is in use from now on, and keeps it. @returns its hash, as events name it.
CONSENT_EXPORT Digest register_wording(Log& log, const Wording& wording, std::string_view language,
                                       Instant now);
/// Records that the log was alive and nothing else happened.
CONSENT_EXPORT void heartbeat(Log& log, Instant now);
/// Folder that the copy of keys made by entry `seq` was written to; "" if this keys.db does not
/// say. It is kept in keys.db alone, which never leaves.
[[nodiscard]] CONSENT_EXPORT std::string keys_copy_place(const Log& log, std::uint64_t seq);

/// A checkpoint that covers entry `seq`: the oldest one kept that does, so that what was recorded
/// together shares a signature; else a new one. @throws as Log::checkpoint().
CONSENT_EXPORT std::string checkpoint_over(Log& log, std::uint64_t seq);
/// The log opened once more, read-only, with what this one was opened with; also in a child of
/// fork(). @throws as Log::open().
[[nodiscard]] CONSENT_EXPORT Log reopened(const Log& log);

}  // namespace consent
