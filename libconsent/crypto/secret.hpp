#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "consent/digest.hpp"

namespace consent {

/// Overwrites memory so that the compiler cannot leave it out.
void wipe(void* memory, std::size_t size) noexcept;

/// 32 secret bytes: move-only, never printed, overwritten when moved from and when destroyed.
class SecretKey {
 public:
  static constexpr std::size_t size = 32;
  using View = std::span<const std::uint8_t, size>;

  [[nodiscard]] static SecretKey generate(Entropy& entropy);
  [[nodiscard]] static SecretKey copy_of(View bytes) noexcept { return SecretKey(bytes); }

  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { other.clear(); }
  SecretKey& operator=(SecretKey&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      other.clear();
    }
    return *this;
  }
  ~SecretKey() { clear(); }

  [[nodiscard]] View view() const noexcept { return bytes_; }
  /// For files and HMAC input. The caller wipes whatever it copies.
  [[nodiscard]] std::string_view chars() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }
  void clear() noexcept { wipe(bytes_.data(), bytes_.size()); }

 private:
  SecretKey() noexcept : bytes_{} {}
  explicit SecretKey(View bytes) noexcept;
  std::array<std::uint8_t, size> bytes_;
};

/// HMAC-SHA256 with the key's two blocks hashed beforehand: half the price of a short message.
/// Safe from several threads; overwritten when destroyed.
class HmacKey {
 public:
  explicit HmacKey(std::string_view key) noexcept;
  explicit HmacKey(SecretKey::View key) noexcept;
  HmacKey(const HmacKey&) = delete;
  HmacKey& operator=(const HmacKey&) = delete;
  ~HmacKey();

  /// HMAC of the pieces joined.
  [[nodiscard]] Digest mac(std::string_view first, std::string_view second = {},
                           std::string_view third = {}) const noexcept;

 private:
  Sha256 inner_;  ///< has taken key ^ ipad
  Sha256 outer_;  ///< has taken key ^ opad
};

}  // namespace consent
