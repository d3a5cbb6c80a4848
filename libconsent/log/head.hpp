#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "crypto/secret.hpp"

namespace consent {

/// What the head file says of the log: written after each commit and before it is acknowledged,
/// outside the database, so that a shorter or swapped log.db is noticed at open.
struct HeadState {
  std::uint64_t size = 0;
  Digest root;
  std::string incarnation;  ///< 16 raw bytes
  std::uint64_t counter = 0;
  std::string mac{};  ///< 16 raw bytes; zeros: written without keys.db

  friend bool operator==(const HeadState&, const HeadState&) = default;
};

/// Whether this head was written with the key of keys.db: nobody without it can make one.
[[nodiscard]] bool is_authentic(const HeadState& head, const HmacKey& key) noexcept;

/// What the newer whole slot of a head file's bytes says; nullopt where none is whole.
[[nodiscard]] std::optional<HeadState> newest_head(std::string_view bytes);

/// Two checksummed slots of 128 bytes, written in turn and in place. A torn write leaves the other
/// slot, which is at most one commit older. Format: docs/reference/format.md, "Head".
/// Holding one for writing also holds the writer's place over all processes (flock).
class HeadFile {
 public:
  HeadFile() = default;
  /// @throws Error (storage); (locked) where another Log writes.
  static HeadFile create(const std::filesystem::path& file);
  /// Waits up to `wait` for the writer's place.
  static HeadFile open_for_writing(const std::filesystem::path& file,
                                   std::chrono::milliseconds wait = {});
  /// Reads without locking; nullopt where the file is absent or no slot is whole.
  static std::optional<HeadState> read(const std::filesystem::path& file);

  HeadFile(HeadFile&& other) noexcept;
  HeadFile& operator=(HeadFile&& other) noexcept;
  ~HeadFile();

  /// Every write from here on carries a MAC under `key`, which must outlive this.
  void authenticate_with(const HmacKey& key) noexcept { key_ = &key; }
  [[nodiscard]] const std::optional<HeadState>& last() const noexcept { return last_; }
  void write(std::uint64_t size, const Digest& root, const std::string& incarnation);
  /// Changes the older slot alone: gates that mapped the file see that it moved, and look where it
  /// lies.
  void touch();
  /// fdatasync. Safe from another thread than write().
  void sync() const;
  void close() noexcept;
  void abandon() noexcept { fd_ = -1; }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
  const HmacKey* key_ = nullptr;
  std::string name_;
  std::optional<HeadState> last_;
};

}  // namespace consent
