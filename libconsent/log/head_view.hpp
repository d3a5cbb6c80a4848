#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "log/head.hpp"

namespace consent {

/// The head file mapped read-only: a commit of another process shows in it before it is
/// acknowledged, without a system call. Any number of threads; lives through fork().
class HeadView {
 public:
  /// What is compared to see that the head moved: counter and checksum of both slots. Every write
  /// changes them.
  static constexpr std::size_t words = 10;
  using Mark = std::array<std::uint64_t, words>;

  /// nullopt where there is no head, or it is too short to be one.
  /// @throws Error (storage) where it cannot be opened or mapped, or lies on a file system that
  /// other machines write too: there a mapping does not show what they do.
  static std::optional<HeadView> open(const std::filesystem::path& file);

  HeadView(HeadView&& other) noexcept;
  HeadView& operator=(HeadView&& other) noexcept;
  ~HeadView();

  /// No lock, no allocation, no system call.
  [[nodiscard]] Mark mark() const noexcept;
  /// One word of mark(), by its place.
  [[nodiscard]] std::uint64_t word(std::size_t place) const noexcept {
    return __atomic_load_n(mapped_ + place_of[place], __ATOMIC_ACQUIRE);
  }
  /// nullopt where no slot is whole.
  [[nodiscard]] std::optional<HeadState> state() const;
  /// Whether `file` is still what is mapped; false where it was replaced or is gone.
  [[nodiscard]] bool is(const std::filesystem::path& file) const noexcept;

 private:
  // 128 bytes a slot, 16 words: the counter is word 2, the checksum words 12 to 15.
  static constexpr std::array<std::size_t, words> place_of{2, 18, 12, 28, 13, 29, 14, 30, 15, 31};

  HeadView(const std::uint64_t* mapped, std::uint64_t device, std::uint64_t inode) noexcept
      : mapped_(mapped), device_(device), inode_(inode) {}
  void unmap() noexcept;

  const std::uint64_t* mapped_ = nullptr;
  std::uint64_t device_ = 0, inode_ = 0;
};

/// Whether a file system of this type (statfs) is one that other machines write too.
[[nodiscard]] bool is_shared_file_system(std::int64_t type) noexcept;

}  // namespace consent
