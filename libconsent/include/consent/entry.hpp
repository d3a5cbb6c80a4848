#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/export.hpp"
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

/// An entry with the details that its subject's key opens.
struct OpenedEntry {
  Entry entry;
  std::string salt;     ///< 32 bytes
  std::string details;  ///< canonical JSON; commitment(salt, details) stands in the entry
};

/// What an entry says. Members of the body that the table of its type does not know are ignored.
/// The number and all else that is sealed stays unset.
/// @throws BrokenLog naming the entry and the member that is absent though needed, or not of the
/// shape that docs/reference/format.md gives it.
[[nodiscard]] CONSENT_EXPORT AnyEvent decode_event(const Entry& entry);
/// The same with what is sealed.
[[nodiscard]] CONSENT_EXPORT AnyEvent decode_event(const OpenedEntry& opened);

/// The body as it is stored, canonical JSON: for whoever shows or copies all of it.
/// @throws BrokenLog where the bytes are no entry.
[[nodiscard]] CONSENT_EXPORT std::string body_of(const Entry& entry);
/// An entry from its bytes: hashed, then read. Whether it stands where it says, only a log shows.
/// @throws ParseError, Error (invalid_argument)
[[nodiscard]] CONSENT_EXPORT Entry parse_entry(std::string_view bytes);

}  // namespace consent
