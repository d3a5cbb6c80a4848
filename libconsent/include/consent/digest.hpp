#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "consent/export.hpp"

namespace consent {

using Bytes =
    std::basic_string<char>;  ///< raw bytes; std::string so that SQLite and files share it

/// A SHA-256 value. Zero is "no hash": no input is known to hash to it.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  friend constexpr auto operator<=>(const Digest&, const Digest&) = default;
  [[nodiscard]] std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// Lower-case hex, two characters a byte.
[[nodiscard]] CONSENT_EXPORT std::string to_hex(const Digest& digest);
[[nodiscard]] CONSENT_EXPORT std::string to_hex(std::string_view bytes);
/// nullopt unless exactly 64 lower-case hex digits.
[[nodiscard]] CONSENT_EXPORT std::optional<Digest> digest_from_hex(std::string_view text) noexcept;
/// nullopt unless exactly 32 bytes.
[[nodiscard]] CONSENT_EXPORT std::optional<Digest> digest_from_bytes(
    std::string_view bytes) noexcept;

[[nodiscard]] CONSENT_EXPORT Digest sha256(std::string_view data) noexcept;
[[nodiscard]] CONSENT_EXPORT Digest hmac_sha256(std::string_view key,
                                                std::string_view data) noexcept;

/// SHA-256 over several pieces without joining them. A value: a copy continues from the same
/// prefix, allocates nothing and cannot fail. finish() leaves it as new.
class CONSENT_EXPORT Sha256 {
 public:
  Sha256() noexcept;
  Sha256& add(std::string_view piece) noexcept;
  [[nodiscard]] Digest finish() noexcept;

 private:
  alignas(8) std::array<unsigned char, 112> state_;  ///< OpenSSL's SHA256_CTX
};

/// Where randomness comes from: an argument like time. fill() fills `out` entirely or throws.
class CONSENT_EXPORT Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// OpenSSL's generator, seeded by the operating system. Safe from any thread and after fork().
/// fill() @throws Error (crypto) where it cannot be seeded.
[[nodiscard]] CONSENT_EXPORT Entropy& system_entropy() noexcept;

/// Hash of a leaf of an RFC 6962 tree: SHA-256(0x00 || bytes). The tree itself: consent/proof.hpp.
namespace merkle {
[[nodiscard]] CONSENT_EXPORT Digest leaf_hash(std::string_view bytes) noexcept;
}  // namespace merkle

}  // namespace consent
