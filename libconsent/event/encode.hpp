#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "consent/entry.hpp"
#include "consent/event.hpp"
#include "consent/instant.hpp"
#include "event/canonical.hpp"

namespace consent {

/// What an entry's envelope says besides its body. Format: docs/reference/format.md, "Entry".
struct Envelope {
  Instant at;
  std::string_view log;
  Digest prev;
  std::string_view salt;  ///< 16 raw bytes
  std::uint64_t seq = 0;
  std::optional<SubjectRef> subject;
  EventType type{};
};

/// Appends the canonical bytes of an entry to `out`. `body` is canonical already.
void encode_entry(const Envelope& envelope, std::string_view body, std::string& out);

/// Appends the canonical body of `event`. `own_distributor` stands where the event leaves the
/// distributor out; `details` is the commitment to what is sealed, `files` those to the event's
/// files, one each.
void encode_body(const Event& event, std::string_view own_distributor, const Digest& details,
                 std::span<const Digest> files, std::string& out);

/// Appends the canonical body of what the log says of itself: no subject, nothing sealed.
void encode_body(const LogEvent& event, std::string& out);

/// Canonical JSON of what is sealed for a subject: {"number":"+7…"}.
[[nodiscard]] std::string encode_details(PhoneNumber number);

/// Envelope and body of stored bytes.
struct DecodedEntry {
  Entry entry;
  canonical::Value body;
};

/// Hashes, then parses with refusal, then reads: an unknown envelope field, type or `v` is refused,
/// and a subject that is missing or has no place. The body is any object: check_body() reads it.
/// @throws ParseError (from the reader) or Error (invalid_argument) naming the field.
[[nodiscard]] DecodedEntry decode_entry(std::string_view bytes);

}  // namespace consent
