#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "consent/digest.hpp"

namespace consent {

/// A Bloom filter of digests, in blocks of a cache line: of nearly all digests that were never
/// added it says so (of 199 in 200 where it is full), and of none that was.
class Filter {
 public:
  /// `capacity`: how many digests it is meant for; 2 bytes each.
  explicit Filter(std::size_t capacity) : capacity_(capacity), blocks_(capacity / a_block + 1) {}

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  void add(const Digest& digest) noexcept {
    const Place place(digest, blocks_.size());
    for (const unsigned bit : place.bits) blocks_[place.block][bit / 64] |= mask(bit);
  }
  [[nodiscard]] bool may_hold(const Digest& digest) const noexcept {
    const Place place(digest, blocks_.size());
    std::uint64_t all = ~std::uint64_t{0};
    for (const unsigned bit : place.bits) all &= blocks_[place.block][bit / 64] >> (bit % 64);
    return (all & 1U) != 0;
  }

 private:
  static constexpr std::size_t a_block = 32;  // 512 bits at 16 each
  static std::uint64_t mask(unsigned bit) noexcept { return std::uint64_t{1} << (bit % 64); }

  // A digest is random already: its own bits say where it goes.
  struct Place {
    Place(const Digest& digest, std::size_t blocks) noexcept {
      std::array<std::uint64_t, 2> words{};
      std::memcpy(words.data(), digest.bytes.data(), sizeof words);
      block = words[0] % blocks;
      for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = (words[1] >> (16 * i)) % 512;
    }
    std::size_t block = 0;
    std::array<unsigned, 4> bits{};
  };

  std::size_t capacity_;
  std::vector<std::array<std::uint64_t, 8>> blocks_;
};

}  // namespace consent
