#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/proof.hpp"
#include "event/decode.hpp"
#include "event/rotation.hpp"

/// What the checks of a pack and of a receipt have in common. Nothing here writes, and of what
/// writes entries it shares the hash and the readers of event/: no more.
namespace consent::bundle {

struct Subject {
  std::int64_t prev;
  std::int64_t seq;
  Digest tag;
};

/// An entry whose bytes and envelope a step has checked.
struct Read {
  std::uint64_t seq;
  Digest leaf;
  Digest prev;
  std::string at;  ///< as it is written
  Instant recorded;
  EventType type;
  std::optional<Subject> subject;
  LenientBody body;
  std::optional<KeyRotation> rotation;  ///< of `key.rotated`

  /// What it says, where it is of this type.
  template <typename E>
  [[nodiscard]] const E* says() const noexcept {
    return get_if<E>(body.event);
  }
  /// Whether the body lacks a member that its type needs, or has one of another shape.
  [[nodiscard]] bool broken(std::string_view key) const {
    return std::find(body.broken.begin(), body.broken.end(), key) != body.broken.end();
  }
  /// When it happened; nullopt where the entry does not say.
  [[nodiscard]] std::optional<Instant> happened() const {
    const EventBase* const base = about_subject(body.event);
    if (base == nullptr || broken(field::happened)) return std::nullopt;
    return base->happened;
  }
};

/// Bytes and envelope of entry `seq` of the log `origin`. @throws Failed as `step`.
[[nodiscard]] Read read_entry(int step, std::uint64_t seq, std::string_view origin,
                              std::string_view bytes);

/// The number that an opening (salt in hex, exact details) shows the entry to be about.
/// @throws ProofError where it is the opening of another entry or names no number.
[[nodiscard]] PhoneNumber opened_number(const Read& entry, const std::string* salt,
                                        const std::string* details);

/// A checkpoint that a key of the log has signed.
struct Signed {
  Checkpoint checkpoint;
  note::VerifierKey signer;
};
/// `own`: the key that what is checked names itself; it stands in where `trusted` is empty, and
/// must be the one that signed. @throws Failed as `step`.
[[nodiscard]] Signed open_checkpoint(int step, std::string_view text, const note::VerifierKey& own,
                                     std::span<const note::VerifierKey> trusted);

}  // namespace consent::bundle
