#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "crypto/secret.hpp"

struct evp_pkey_st;

namespace consent {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// An Ed25519 private key (RFC 8032). Move-only; the seed is overwritten when destroyed.
/// Thread safety: sign() may be called from several threads.
class SigningKey {
 public:
  [[nodiscard]] static SigningKey generate(Entropy& entropy);
  [[nodiscard]] static SigningKey from_seed(SecretKey::View seed);  ///< @throws Error (crypto)

  [[nodiscard]] SecretKey::View seed() const noexcept { return seed_.view(); }
  [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }
  [[nodiscard]] Signature sign(std::string_view message) const;  ///< @throws Error (crypto)

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  explicit SigningKey(SecretKey seed);
  SecretKey seed_;
  PublicKey public_key_{};
  std::unique_ptr<evp_pkey_st, Free> key_;
};

/// False for any wrong signature or impossible key. @throws Error (crypto) when OpenSSL cannot
/// work.
[[nodiscard]] bool verify_ed25519(const PublicKey& key, std::string_view message,
                                  std::string_view signature);

}  // namespace consent
