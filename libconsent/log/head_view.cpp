#include "log/head_view.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "consent/error.hpp"

namespace consent {

namespace {

constexpr std::size_t head_bytes = 256;

/// Closes when left.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::storage,
              Message("head: {}: {}", Message(what), Message(std::strerror(errno))));
}

}  // namespace

bool is_shared_file_system(std::int64_t type) noexcept {
  constexpr std::array<std::int64_t, 13> shared{
      0x6969,      // NFS
      0x517B,      // SMB
      0xFF534D42,  // CIFS
      0xFE534D42,  // SMB2
      0x5346414F,  // AFS
      0x6B414653,  // AFS of the kernel
      0x73757245,  // Coda
      0x00C36400,  // Ceph
      0x0BD00BD0,  // Lustre
      0x01161970,  // GFS2
      0x7461636F,  // OCFS2
      0x01021997,  // 9P: a folder of a virtual machine's host
      0x65735546,  // FUSE: sshfs, virtiofs; which one cannot be told
  };
  // A 32-bit number that some platforms hand out with its sign.
  const auto wanted = type & 0xFFFFFFFF;
  return std::find(shared.begin(), shared.end(), wanted) != shared.end();
}

std::optional<HeadView> HeadView::open(const std::filesystem::path& file) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail("cannot be opened");
  }
  struct statfs system {};
  if (::fstatfs(fd.get(), &system) != 0) fail("cannot be asked for its file system");
  if (is_shared_file_system(static_cast<std::int64_t>(system.f_type))) {
    throw Error(
        ErrorCode::storage,
        "head: lies on a network file system, where a gate would not see what others write");
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) fail("cannot be asked for its size");
  // What is mapped must be there, or reading it is a fault.
  if (!S_ISREG(status.st_mode) || status.st_size < static_cast<off_t>(head_bytes))
    return std::nullopt;
  void* const mapped = ::mmap(nullptr, head_bytes, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (mapped == MAP_FAILED) fail("cannot be mapped");
  return HeadView(static_cast<const std::uint64_t*>(mapped), status.st_dev, status.st_ino);
}

HeadView::HeadView(HeadView&& other) noexcept
    : mapped_(std::exchange(other.mapped_, nullptr)),
      device_(other.device_),
      inode_(other.inode_) {}

HeadView& HeadView::operator=(HeadView&& other) noexcept {
  if (this != &other) {
    unmap();
    mapped_ = std::exchange(other.mapped_, nullptr);
    device_ = other.device_;
    inode_ = other.inode_;
  }
  return *this;
}

HeadView::~HeadView() { unmap(); }

void HeadView::unmap() noexcept {
  if (mapped_ != nullptr) {
    ::munmap(const_cast<std::uint64_t*>(std::exchange(mapped_, nullptr)), head_bytes);
  }
}

HeadView::Mark HeadView::mark() const noexcept {
  Mark mark{};
  for (std::size_t i = 0; i < words; ++i) mark[i] = word(i);
  return mark;
}

std::optional<HeadState> HeadView::state() const {
  // While one slot is written the other is whole; where the writer came round to it meanwhile, both
  // looked torn, and are read again.
  constexpr int tries = 64;
  for (int i = 0; i < tries; ++i) {
    std::array<std::uint64_t, head_bytes / sizeof(std::uint64_t)> copy{};
    for (std::size_t word = 0; word < copy.size(); ++word)
      copy[word] = __atomic_load_n(mapped_ + word, __ATOMIC_ACQUIRE);
    if (auto state = newest_head({reinterpret_cast<const char*>(copy.data()), head_bytes}))
      return state;
  }
  return std::nullopt;
}

bool HeadView::is(const std::filesystem::path& file) const noexcept {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 && status.st_dev == device_ &&
         status.st_ino == inode_ && status.st_size >= static_cast<off_t>(head_bytes);
}

}  // namespace consent
