#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "consent/entry.hpp"
#include "consent/event.hpp"
#include "event/canonical.hpp"

/// Bytes of an entry become structs here, once.
namespace consent {

/// Envelope and body of stored bytes. The body is any object: decode_event() reads it.
struct DecodedEntry {
  Entry entry;
  canonical::Value body;
};

/// Hashes, then parses with refusal, then reads: an unknown envelope field, type or `v` is refused,
/// and a subject that is missing or has no place.
/// @throws ParseError (from the reader) or Error (invalid_argument) naming the field.
[[nodiscard]] DecodedEntry decode_entry(std::string_view bytes);

/// As decode_event() of an Entry, and what body and envelope say together: nothing happened after
/// it was recorded, and an entry points only at one before it. @throws Error (invalid_argument),
/// naming the member.
[[nodiscard]] AnyEvent decode_event(const DecodedEntry& decoded);
/// A body alone. @throws as above
[[nodiscard]] AnyEvent decode_body(EventType type, const canonical::Value& body);

/// Keys that a checker of broken bodies asks for, as the tables have them.
namespace field {
inline constexpr std::string_view campaign = "campaign", channels = "channels", files = "files",
                                  from = "from", happened = "happened", of = "of",
                                  purposes = "purposes", until = "until", wording = "wording";
}  // namespace field

/// A body of which each member is read that can be, for a checker that says in its own words what
/// is wrong.
struct LenientBody {
  AnyEvent event;
  /// Keys of members that are absent though needed, or of another shape, in order.
  std::vector<std::string_view> broken;
  std::optional<Digest> details;  ///< commitment to what is sealed, whatever the type
};
[[nodiscard]] LenientBody decode_leniently(EventType type, const canonical::Value& body);

/// Fills in what was sealed. @throws ParseError, Error (invalid_argument)
void open_details(std::string_view details, Event& event);
void open_details(std::string_view details, LogCreated& event);

/// The number among what was sealed; nullopt where none is there. @throws ParseError
[[nodiscard]] std::optional<PhoneNumber> number_in(std::string_view details);

/// Refuses what decode_body() would.
void check_body(EventType type, const canonical::Value& body);
/// Refuses what decode_event() would.
void check_body(const Entry& entry, const canonical::Value& body);

}  // namespace consent
