#include "log/head.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include "consent/error.hpp"

namespace consent {

namespace {

constexpr std::size_t slot_bytes = 128;
constexpr std::size_t magic_bytes = 16;
constexpr std::size_t payload_bytes = slot_bytes - 32;

void put_u64(char* out, std::uint64_t value) {
  for (int i = 7; i >= 0; --i)
    *out++ = static_cast<char>((value >> (8U * static_cast<unsigned>(i))) & 0xffU);
}

std::uint64_t take_u64(const char* in) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = (value << 8U) | static_cast<std::uint8_t>(in[i]);
  return value;
}

constexpr std::size_t mac_bytes = 16;
constexpr std::size_t mac_at = 80;

std::string mac_of(std::string_view slot, const HmacKey& key) {
  const Digest mac = key.mac("libconsent/head/v1", slot.substr(magic_bytes, mac_at - magic_bytes));
  return std::string(mac.view().substr(0, mac_bytes));
}

// magic 16 | counter 8 | size 8 | root 32 | incarnation 16 | MAC 16 | SHA-256 of all before 32
std::array<char, slot_bytes> encode(const HeadState& state, const HmacKey* key) {
  std::array<char, slot_bytes> slot{};
  std::memcpy(slot.data(), "consent-head-1\n", 15);
  put_u64(slot.data() + 16, state.counter);
  put_u64(slot.data() + 24, state.size);
  std::memcpy(slot.data() + 32, state.root.bytes.data(), 32);
  std::memcpy(slot.data() + 64, state.incarnation.data(),
              std::min<std::size_t>(16, state.incarnation.size()));
  if (key != nullptr) {
    const std::string mac = mac_of({slot.data(), slot.size()}, *key);
    std::memcpy(slot.data() + mac_at, mac.data(), mac_bytes);
  }
  const Digest sum = sha256({slot.data(), payload_bytes});
  std::memcpy(slot.data() + payload_bytes, sum.bytes.data(), 32);
  return slot;
}

std::optional<HeadState> decode(std::string_view slot) {
  if (slot.size() != slot_bytes || std::memcmp(slot.data(), "consent-head-1\n", magic_bytes) != 0) {
    return std::nullopt;
  }
  const Digest sum = sha256(slot.substr(0, payload_bytes));
  if (std::memcmp(sum.bytes.data(), slot.data() + payload_bytes, 32) != 0) return std::nullopt;
  HeadState state;
  state.counter = take_u64(slot.data() + 16);
  state.size = take_u64(slot.data() + 24);
  std::memcpy(state.root.bytes.data(), slot.data() + 32, 32);
  state.incarnation.assign(slot.data() + 64, 16);
  state.mac.assign(slot.data() + mac_at, mac_bytes);
  return state;
}

std::optional<HeadState> newest(int fd) {
  // A writer that came round to the other slot meanwhile makes both look torn: read again.
  constexpr int tries = 64;
  for (int i = 0; i < tries; ++i) {
    std::array<char, 2 * slot_bytes> bytes{};
    const ssize_t got = pread(fd, bytes.data(), bytes.size(), 0);
    if (got < static_cast<ssize_t>(slot_bytes)) return std::nullopt;
    if (auto state = newest_head({bytes.data(), static_cast<std::size_t>(got)})) return state;
  }
  return std::nullopt;
}

[[noreturn]] void fail(const std::string& name, const char* what) {
  throw Error(ErrorCode::storage,
              Message("{}: {}: {}", Message(name), Message(what), Message(std::strerror(errno))));
}

void lock(int fd, const std::string& name, std::chrono::milliseconds wait) {
  constexpr auto step = std::chrono::milliseconds(20);
  for (auto left = wait;; left -= step) {
    // flock, not fcntl: closing another descriptor of the same file must not drop it.
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return;
    if (errno != EWOULDBLOCK) fail(name, "cannot be locked");
    if (left <= std::chrono::milliseconds::zero()) {
      throw Error(ErrorCode::locked,
                  Message("{}: another process or Log writes this log", Message(name)));
    }
    std::this_thread::sleep_for(std::min(step, left));
  }
}

}  // namespace

bool is_authentic(const HeadState& head, const HmacKey& key) noexcept {
  const auto slot = encode(head, nullptr);
  const std::string expected = mac_of({slot.data(), slot.size()}, key);
  unsigned differs = head.mac.size() == mac_bytes ? 0U : 1U;
  for (std::size_t i = 0; i < mac_bytes && differs == 0; ++i) {
    differs |= static_cast<unsigned>(static_cast<unsigned char>(expected[i])) ^
               static_cast<unsigned>(static_cast<unsigned char>(head.mac[i]));
  }
  return differs == 0;
}

std::optional<HeadState> newest_head(std::string_view bytes) {
  auto first = decode(bytes.substr(0, slot_bytes));
  auto second = decode(bytes.substr(std::min(slot_bytes, bytes.size()), slot_bytes));
  if (!first) return second;
  if (!second) return first;
  return second->counter > first->counter ? second : first;
}

HeadFile HeadFile::create(const std::filesystem::path& file) {
  HeadFile head;
  head.name_ = file.filename().string();
  head.fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (head.fd_ < 0) fail(head.name_, "cannot be made");
  lock(head.fd_, head.name_, {});
  return head;
}

HeadFile HeadFile::open_for_writing(const std::filesystem::path& file,
                                    std::chrono::milliseconds wait) {
  HeadFile head;
  head.name_ = file.filename().string();
  head.fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (head.fd_ < 0) fail(head.name_, "cannot be opened for writing");
  lock(head.fd_, head.name_, wait);
  head.last_ = newest(head.fd_);
  return head;
}

std::optional<HeadState> HeadFile::read(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  auto state = newest(fd);
  ::close(fd);
  return state;
}

HeadFile::HeadFile(HeadFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      key_(other.key_),
      name_(std::move(other.name_)),
      last_(other.last_) {}

HeadFile& HeadFile::operator=(HeadFile&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
    key_ = other.key_;
    name_ = std::move(other.name_);
    last_ = other.last_;
  }
  return *this;
}

HeadFile::~HeadFile() { close(); }

void HeadFile::close() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void HeadFile::write(std::uint64_t size, const Digest& root, const std::string& incarnation) {
  HeadState state{size, root, incarnation, last_ ? last_->counter + 1 : 1, {}};
  const auto slot = encode(state, key_);
  const auto offset = static_cast<off_t>((state.counter % 2) * slot_bytes);
  const ssize_t put = pwrite(fd_, slot.data(), slot.size(), offset);
  if (put != static_cast<ssize_t>(slot.size())) fail(name_, "cannot be written");
  last_ = state;
}

void HeadFile::touch() {
  // The newer slot stays as it was written; the other one says nothing any more.
  const std::uint64_t counter = last_ ? last_->counter : 1;
  const auto offset = static_cast<off_t>(((counter + 1) % 2) * slot_bytes);
  std::array<char, slot_bytes> slot{};
  (void)pread(fd_, slot.data(), slot.size(), offset);
  slot.fill(static_cast<char>(~slot.back()));
  const ssize_t put = pwrite(fd_, slot.data(), slot.size(), offset);
  if (put != static_cast<ssize_t>(slot.size())) fail(name_, "cannot be written");
}

void HeadFile::sync() const {
  if (fd_ >= 0 && fdatasync(fd_) != 0) fail(name_, "cannot be synced");
}

}  // namespace consent
