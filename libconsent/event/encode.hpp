#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/instant.hpp"
#include "event/decode.hpp"

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
/// files, one each. @returns where in the body the 64 digits of `details` begin.
std::size_t encode_body(const Event& event, std::string_view own_distributor, const Digest& details,
                        std::span<const Digest> files, std::string& out);

/// Appends the canonical body of what the log says of itself: no subject, nothing sealed.
void encode_body(const LogEvent& event, std::string& out);
void encode_body(const LogCreated& event, std::string& out);

/// Canonical JSON of what is sealed for a subject: {"number":"+7…"} and, of some types, more.
[[nodiscard]] std::string encode_details(const Event& event);
[[nodiscard]] std::string encode_details(const LogCreated& event);

/// The items of a list as a body has them: sorted, each once.
[[nodiscard]] std::vector<std::string_view> in_writing(std::span<const std::string> list);

/// Two events say the same where these are equal: type and body without the commitment to the
/// details, whose salt is new each time. What is sealed is for the caller to compare.
/// @param details_at What encode_body() returned.
[[nodiscard]] Digest fingerprint(EventType type, std::string_view body, std::size_t details_at);
/// The same of an event that was read back; members that its table does not know do not count.
[[nodiscard]] Digest fingerprint(const Event& read_back);

}  // namespace consent
