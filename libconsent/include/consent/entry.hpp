#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/instant.hpp"

namespace consent {

/// Where a subject stands in its own chain.
struct SubjectRef {
  Digest tag;
  std::uint64_t seq = 0;   ///< from 1
  std::int64_t prev = -1;  ///< leaf index of the subject's entry before, -1 for its first
};

/// One stored entry. `bytes` are the hashed bytes and the truth; the rest was read from them.
struct Entry {
  std::uint64_t seq = 0;
  Digest leaf;
  Digest prev;
  Instant recorded{};
  std::string log;  ///< origin
  EventType type{};
  std::optional<SubjectRef> subject;  ///< none for entries about the log itself
  std::string bytes;
};

}  // namespace consent
