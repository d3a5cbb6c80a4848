#pragma once

#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "crypto/secret.hpp"

/// What keeps a person out of the log and lets the log still prove things about them.
/// docs/reference/format.md, "Tag, commitment, seal, index", is normative.
namespace consent {

/// HMAC-SHA256(subject_key, "libconsent/tag/v1" || origin): the subject in one log. It leads to no
/// other log, and to nobody once the key is gone.
[[nodiscard]] Digest subject_tag(SecretKey::View subject_key, std::string_view origin) noexcept;

/// SHA-256("libconsent/commit/v1" || 0x00 || salt || jcs): binds the entry to details it hides.
[[nodiscard]] Digest commitment(SecretKey::View salt, std::string_view jcs) noexcept;

/// HMAC-SHA256(index_key, "libconsent/index/v1" || 0x00 || address): where keys.db finds a
/// subject by its address ("tel:+79161234567", normalised before it comes here).
[[nodiscard]] Digest number_index(SecretKey::View index_key, std::string_view address) noexcept;
/// The same with the key prepared once: for the second look-up and all that follow.
[[nodiscard]] Digest number_index(const HmacKey& index_key, std::string_view address) noexcept;

/// AES-256-GCM under HKDF-SHA256(subject_key, "libconsent/seal/v1" || 0x00 || context), with
/// `context` authenticated: ciphertext, then a tag of 16 bytes.
///
/// The nonce is zero because a key serves one text. REQUIRES: under one subject_key a context
/// never meets a second plaintext, also after a crash or a restored backup. The commitment of
/// the plaintext is such a context; a bare seq is not. @throws Error (crypto)
[[nodiscard]] std::string seal(SecretKey::View subject_key, std::string_view context,
                               std::string_view plaintext);

/// @throws ProofError where key, context or bytes are not those that were sealed.
[[nodiscard]] std::string open(SecretKey::View subject_key, std::string_view context,
                               std::string_view sealed);

/// RFC 5869 with SHA-256, the first 32 bytes of its output.
[[nodiscard]] SecretKey hkdf_sha256(std::string_view key, std::string_view salt,
                                    std::string_view info) noexcept;

/// scrypt (RFC 7914) with N = 2^cost, r = 8, p = 1. 17: about half a second and 128 MiB a guess.
/// @throws Error (crypto)
[[nodiscard]] SecretKey stretch(std::string_view passphrase, std::string_view salt, unsigned cost);

}  // namespace consent
