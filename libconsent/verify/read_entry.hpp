#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/proof.hpp"
#include "event/canonical.hpp"

/// What the checks of a bundle and of a receipt have in common. Nothing here writes, and of what
/// writes entries it shares the hash and the canonical reader: no more.
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
  std::string at;
  EventType type;
  std::optional<Subject> subject;
  canonical::Value body;
};

/// Bytes and envelope of entry `seq` of the log `origin`. @throws Failed as `step`.
[[nodiscard]] Read read_entry(int step, std::uint64_t seq, std::string_view origin,
                              std::string_view bytes);

/// The number that an opening (salt in hex, exact details) shows the entry to be about.
/// @throws ProofError where it is the opening of another entry or names no number.
[[nodiscard]] std::string opened_number(const Read& entry, const std::string* salt,
                                        const std::string* details);

/// A checkpoint that a trusted key has signed.
struct Signed {
  Checkpoint checkpoint;
  note::VerifierKey signer;
};
/// `own`: the key that what is checked names itself; it stands in where `trusted` is empty, and
/// must be the one that signed. @throws Failed as `step`.
[[nodiscard]] Signed open_checkpoint(int step, std::string_view text, const note::VerifierKey& own,
                                     std::span<const note::VerifierKey> trusted);

}  // namespace consent::bundle
