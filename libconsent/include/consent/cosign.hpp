#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/export.hpp"

/// C2SP tlog-cosignature (Ed25519 with a time, type 0x04): what a witness says of a checkpoint.
/// docs/reference/witness.md is normative.
namespace consent::cosign {

using Seed = std::array<std::uint8_t, 32>;

/// The key that others are given: name+id+base64(0x04 || key).
/// @throws Error (invalid_argument) for an impossible name.
[[nodiscard]] CONSENT_EXPORT std::string verifier_key(std::string_view name, const Seed& seed);

/// One signature line: at `time` (seconds since 1970) the checkpoint in `note_text` was the largest
/// consistent tree that the witness knew. The caller has checked that it is.
/// @throws Error (invalid_argument) for an impossible name or text.
[[nodiscard]] CONSENT_EXPORT std::string sign(std::string_view note_text, std::string_view name,
                                              const Seed& seed, std::uint64_t time);

/// Of each of `keys` the newest time at which it cosigned the note; nullopt where it did not. Lines
/// of other keys are ignored; a wrong line of one of `keys` refuses the note.
/// @throws ProofError; also for a key that is not a witness's, or two under one name and id.
[[nodiscard]] CONSENT_EXPORT std::vector<std::optional<std::uint64_t>> verify(
    std::string_view note, std::span<const std::string> keys);

}  // namespace consent::cosign
