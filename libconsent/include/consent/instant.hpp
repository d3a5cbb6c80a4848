#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "consent/export.hpp"

namespace consent {

/// UTC, whole microseconds: what is stored, hashed and compared. Local time lives only inside a
/// rule or an importer, next to the zone it came from.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// The one written form: `YYYY-MM-DDThh:mm:ss.ffffffZ`, exactly 27 bytes, so that text order is
/// time order. @throws Error (invalid_argument) for years outside 0000..9999.
[[nodiscard]] CONSENT_EXPORT std::string to_text(Instant at);

/// Reads RFC 3339 with an offset (`Z` or `+hh:mm`), up to nine fraction digits (digits finer than
/// a microsecond are dropped). A time without an offset is refused: nobody may guess a zone.
/// Leap seconds (60) are refused: they have no Instant. 't' and 'z' are taken, as RFC 3339 allows.
/// @throws ParseError (invalid_argument) with the byte offset of the first character that is wrong;
///         for a value out of range, of its first digit. What was read is always writable.
[[nodiscard]] CONSENT_EXPORT Instant parse_instant(std::string_view text);

/// As parse_instant(), with nullopt where it would throw.
[[nodiscard]] CONSENT_EXPORT std::optional<Instant> try_parse_instant(
    std::string_view text) noexcept;

/// The stored form only: exactly the 27 bytes of to_text(); nullopt for any other spelling.
[[nodiscard]] CONSENT_EXPORT std::optional<Instant> parse_stored_instant(
    std::string_view text) noexcept;

}  // namespace consent
