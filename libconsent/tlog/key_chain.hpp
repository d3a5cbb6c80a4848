#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "consent/digest.hpp"
#include "consent/proof.hpp"
#include "crypto/sign.hpp"
#include "event/rotation.hpp"

namespace consent {

/// The keys that signed a log, from the one of entry 0 on.
class KeyChain {
 public:
  /// The row of the table `state` that lists the entries `key.rotated`.
  static constexpr std::string_view state_key = "rotated";
  /// `key`: as entry 0 names it. @throws ProofError where it is none, or of another name.
  KeyChain(std::string_view origin, std::string_view key);

  /// Takes in the `key.rotated` at `seq`, whose `prev` is the leaf before it.
  /// @throws ProofError where it replaces another key than the last, a signature is wrong, or the
  /// log had the new key before.
  void rotate(std::uint64_t seq, const Digest& prev, const KeyRotation& rotation);

  /// Signs a rotation that rotate() takes in: by `next`, and by `old` unless it is lost (null).
  [[nodiscard]] static KeyRotation sign(std::string_view origin, std::uint64_t seq,
                                        const Digest& prev, KeyRotation rotation,
                                        const SigningKey& next, const SigningKey* old);

  /// The key that signs a tree of `size` entries: that of the last rotation among them.
  [[nodiscard]] const note::VerifierKey& at(std::uint64_t size) const;
  [[nodiscard]] const note::VerifierKey& current() const { return keys_.back(); }
  /// In the order of use.
  [[nodiscard]] const std::vector<note::VerifierKey>& keys() const noexcept { return keys_; }
  /// Entries that rotated the key, ascending.
  [[nodiscard]] const std::vector<std::uint64_t>& rotations() const noexcept { return rotations_; }
  [[nodiscard]] bool holds(const note::VerifierKey& key) const;

  /// Whether one who trusts `trusted` trusts `key`: it is among them, or rotations that the old key
  /// signed, and none of which revoked it, lead to it. None trusted: the key of entry 0 is.
  [[nodiscard]] bool is_reached(const note::VerifierKey& key,
                                std::span<const note::VerifierKey> trusted) const;

 private:
  std::string_view origin() const noexcept { return keys_.front().name; }
  std::vector<note::VerifierKey> keys_;
  std::vector<std::uint64_t> rotations_;  ///< rotations_[i] led to keys_[i + 1]
  std::vector<bool> carried_;             ///< whether trust passes through rotations_[i]
};

}  // namespace consent
