#include "log/evidence.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include "consent/error.hpp"
#include "crypto/seal.hpp"

namespace consent {

namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::size_t piece = std::size_t{64} << 10U;
constexpr std::size_t sealed_piece = piece + 16;
constexpr std::uint64_t most_bytes = std::uint64_t{16} << 30U;

[[noreturn]] void unreadable(const char* what) {
  throw Error(ErrorCode::invalid_argument, Message("files: {}", Message(what)));
}

/// A file descriptor that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }

  /// As many bytes as there are, up to the size of `into`. -1 on failure.
  [[nodiscard]] ssize_t read(std::string& into) const {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = ::read(fd_, into.data() + done, into.size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return -1;
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return static_cast<ssize_t>(done);
  }
  [[nodiscard]] bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }

 private:
  int fd_;
};

/// The content, from memory or from a file, as often as it is asked for.
class Source {
 public:
  explicit Source(const EvidenceFile& file) : bytes_(file.bytes) {
    if (file.file.empty()) {
      size_ = bytes_.size();
      return;
    }
    file_ = std::make_unique<File>(::open(file.file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat about {};
    if (!file_->is_open() || ::fstat(file_->fd(), &about) != 0) unreadable("one cannot be read");
    if (!S_ISREG(about.st_mode)) unreadable("one is not a regular file");
    if (about.st_size == 0) unreadable("one is empty");
    size_ = static_cast<std::uint64_t>(about.st_size);
    if (size_ > most_bytes) unreadable("one is larger than 16 GiB");
  }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Calls `take(piece, last)` for each piece in order.
  template <typename Take>
  void each(const Take& take) const {
    if (!file_) {
      for (std::size_t at = 0; at < bytes_.size(); at += piece) {
        take(bytes_.substr(at, piece), at + piece >= bytes_.size());
      }
      return;
    }
    if (::lseek(file_->fd(), 0, SEEK_SET) != 0) unreadable("one cannot be read twice");
    std::string buffer(piece, '\0');
    for (std::uint64_t at = 0; at < size_; at += piece) {
      buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece, size_ - at)));
      if (file_->read(buffer) != static_cast<ssize_t>(buffer.size())) changed();
      take(buffer, at + piece >= size_);
    }
    std::string more(1, '\0');
    if (file_->read(more) != 0) changed();
    wipe(buffer.data(), buffer.size());
  }
  [[noreturn]] static void changed() { unreadable("one changed while it was read"); }

 private:
  std::string_view bytes_;
  std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
};

SecretKey::View as_key(std::string_view bytes) {
  return SecretKey::View(reinterpret_cast<const std::uint8_t*>(bytes.data()), SecretKey::size);
}

/// The context of a piece: its place, and whether it is the last. So none can be left out, doubled
/// or moved, nor the end cut off, and under one key no context meets a second text.
std::string context_of(std::uint64_t index, bool last) {
  std::string context = "evidence";
  for (int shift = 56; shift >= 0; shift -= 8) {
    context.push_back(static_cast<char>((index >> static_cast<unsigned>(shift)) & 0xffU));
  }
  context.push_back(last ? '\1' : '\0');
  return context;
}

/// As commitment(), of content that does not fit into memory.
Sha256 begin_commitment(std::string_view salt) {
  Sha256 state;
  state.add("libconsent/commit/v1\0"sv).add(salt.substr(0, SecretKey::size));
  return state;
}

void sync_directory(const fs::path& folder) {
  const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open()) ::fsync(directory.fd());
}

fs::path make_private(const fs::path& folder) {
  std::error_code code;
  if (fs::create_directory(folder, code)) {
    fs::permissions(folder, fs::perms::owner_all, code);
    sync_directory(folder.parent_path());
  }
  if (code)
    throw Error(ErrorCode::storage,
                Message("evidence: cannot be made: {}", Message(code.message())));
  return folder;
}

}  // namespace

SealedEvidence EvidenceFolder::take(const EvidenceFile& file, Entropy& entropy) const {
  const Source source(file);
  SealedEvidence sealed;
  sealed.opening.resize(2 * SecretKey::size);
  entropy.fill({reinterpret_cast<std::uint8_t*>(sealed.opening.data()), sealed.opening.size()});
  const std::string_view opening = sealed.opening;
  const SecretKey key = SecretKey::copy_of(as_key(opening.substr(SecretKey::size)));
  Sha256 state = begin_commitment(opening);
  if (source.size() <= most_evidence_inside) {
    source.each([&](std::string_view content, bool last) {
      state.add(content);
      sealed.bytes += seal(key.view(), context_of(0, last), content);
    });
    sealed.commitment = state.finish();
    return sealed;
  }
  // Twice over the content: its name is its commitment, and needs all of it.
  source.each([&](std::string_view content, bool /*last*/) { state.add(content); });
  sealed.commitment = state.finish();
  make_private(folder_);
  const fs::path incoming = make_private(folder_ / "incoming");
  const fs::path place = incoming / to_hex(sealed.commitment);
  const File out(::open(place.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const auto failed = [&] {
    const int error = errno;
    ::unlink(place.c_str());
    throw Error(ErrorCode::storage, Message("evidence: cannot be written: {}",
                                            Message(std::generic_category().message(error))));
  };
  if (!out.is_open()) failed();
  Sha256 again = begin_commitment(opening);
  std::uint64_t index = 0;
  try {
    source.each([&](std::string_view content, bool last) {
      again.add(content);
      if (!out.write(seal(key.view(), context_of(index++, last), content))) failed();
    });
    if (again.finish() != sealed.commitment) Source::changed();
  } catch (...) {
    ::unlink(place.c_str());
    throw;
  }
  if (::fsync(out.fd()) != 0) failed();
  sync_directory(incoming);
  return sealed;
}

void EvidenceFolder::settle(const Digest& commitment) const {
  const std::string name = to_hex(commitment);
  std::error_code code;
  fs::rename(folder_ / "incoming" / name, folder_ / name, code);
  // Where it fails, readers find it in `incoming`, and the next open tries again.
}

bool EvidenceFolder::remove(const Digest& commitment) const noexcept {
  const std::string name = to_hex(commitment);
  std::error_code code;
  const bool settled = fs::remove(folder_ / name, code);
  const bool incoming = fs::remove(folder_ / "incoming" / name, code);
  return settled || incoming;
}

void EvidenceFolder::sweep(const std::function<bool(const Digest&)>& known) const {
  std::error_code code;
  fs::directory_iterator files(folder_ / "incoming", code);
  if (code) return;
  std::vector<Digest> found;
  for (const auto& file : files) {
    const auto commitment = digest_from_hex(file.path().filename().string());
    if (commitment) found.push_back(*commitment);
  }
  for (const Digest& commitment : found) {
    if (known(commitment)) {
      settle(commitment);
    } else {
      remove(commitment);
    }
  }
  if (!found.empty()) sync();
}

fs::path EvidenceFolder::find(const Digest& commitment) const {
  const std::string name = to_hex(commitment);
  std::error_code code;
  for (fs::path place : {folder_ / name, folder_ / "incoming" / name, folder_ / name}) {
    if (fs::is_regular_file(place, code)) return place;  // it may move from the second to the first
  }
  return {};
}

void EvidenceFolder::sync() const {
  sync_directory(folder_ / "incoming");
  sync_directory(folder_);
}

void open_evidence(std::string_view opening, const Digest& commitment, std::string_view bytes,
                   const fs::path& file, const std::function<void(std::string_view)>& take) {
  if (opening.size() != 2 * SecretKey::size) throw ProofError("evidence: its opening is cut");
  const SecretKey key = SecretKey::copy_of(as_key(opening.substr(SecretKey::size)));
  Sha256 state = begin_commitment(opening);
  const auto give = [&](std::uint64_t index, bool last, std::string_view sealed) {
    const std::string content = open(key.view(), context_of(index, last), sealed);
    state.add(content);
    take(content);
  };
  if (!bytes.empty()) {
    give(0, true, bytes);
  } else {
    const File in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.empty() || !in.is_open()) {
      throw Error(ErrorCode::not_found, "evidence: its file is not in the folder 'evidence'");
    }
    struct stat about {};
    if (::fstat(in.fd(), &about) != 0) throw Error(ErrorCode::storage, "evidence: unreadable");
    const auto size = static_cast<std::uint64_t>(about.st_size);
    std::string buffer;
    std::uint64_t index = 0;
    for (std::uint64_t at = 0; at < size || at == 0; at += sealed_piece) {
      buffer.resize(static_cast<std::size_t>(
          std::min<std::uint64_t>(sealed_piece, size - std::min(at, size))));
      if (in.read(buffer) != static_cast<ssize_t>(buffer.size())) {
        throw Error(ErrorCode::storage, "evidence: its file cannot be read");
      }
      give(index++, at + sealed_piece >= size, buffer);
    }
  }
  if (state.finish() != commitment) throw ProofError("evidence: not what its entry committed to");
}

}  // namespace consent
