#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/proof.hpp"
#include "crypto/sign.hpp"

namespace consent::note {

struct SignatureLine {
  std::string name;
  std::uint32_t id = 0;   ///< key id, big-endian
  std::string signature;  ///< what follows the id
};
/// A note in its parts, each in form; no signature is checked.
struct Parts {
  std::string text;  ///< what is signed, its final newline included
  std::vector<SignatureLine> lines;
};
/// @throws ProofError
[[nodiscard]] Parts split(std::string_view note);
/// SHA-256(name || 0x0A || type || key)[:4]
[[nodiscard]] std::uint32_t key_id(std::string_view name, char type, const PublicKey& key) noexcept;
/// name+id+base64(type || key)
[[nodiscard]] std::string key_text(std::string_view name, char type, const PublicKey& key);
/// A key of one type in text, its id computed again. @throws ProofError
[[nodiscard]] VerifierKey parse_key(std::string_view text, char type);
/// U+2014, space, name, space, base64(id || signature), newline.
[[nodiscard]] std::string signature_line(std::string_view name, std::uint32_t id,
                                         std::string_view signature);

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
