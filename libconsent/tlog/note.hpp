#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/proof.hpp"
#include "crypto/sign.hpp"

namespace consent::note {

struct Opened {
  std::string text;                  ///< the signed text, its final newline included
  std::vector<VerifierKey> signers;  ///< of the given keys those that signed it, each once
};

/// As verify(), but a note that none of `keys` has signed is no error: whoever asks tells the two
/// apart. @throws ProofError
[[nodiscard]] Opened open(std::string_view note, std::span<const VerifierKey> keys);

/// Non-empty valid UTF-8 without spaces, '+' and control characters: a key name or an origin.
[[nodiscard]] bool is_name(std::string_view name) noexcept;
/// With its id: SHA-256(name || 0x0A || 0x01 || key)[:4]. @throws Error (invalid_argument) unless
/// is_name().
[[nodiscard]] VerifierKey verifier_key(std::string_view name, const PublicKey& key);
/// The whole note: `text`, an empty line, one signature line.
/// @throws Error (invalid_argument) where `text` or `name` cannot stand in a note.
[[nodiscard]] std::string sign_note(std::string_view text, std::string_view name,
                                    const SigningKey& key);

}  // namespace consent::note
