#include "consent/numbering.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include "consent/error.hpp"
#include "number/code.hpp"
#include "places/numbering_file.hpp"
#include "places/plan.hpp"

namespace consent {
namespace {

using number::FileView;

[[noreturn]] void refuse(const std::filesystem::path& file, const Message& why) {
  throw Error(ErrorCode::storage, Message("numbering file {}: {}", file.string(), why));
}

/// A whole file in memory as it lies; read-only, and gone with the last Numbering that uses it.
class Mapping {
 public:
  explicit Mapping(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);  // NOLINT(*-vararg): POSIX
    if (fd < 0) refuse(file, std::generic_category().message(errno));
    struct stat status {};
    const bool regular = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    if (regular && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    const int error = errno;
    ::close(fd);
    if (!regular) refuse(file, "not a regular file");
    if (size_ == 0) refuse(file, "empty");
    if (data_ == MAP_FAILED) refuse(file, std::generic_category().message(error));
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data_ != MAP_FAILED) ::munmap(data_, size_);
  }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return {static_cast<const std::byte*>(data_), size_};
  }

 private:
  void* data_ = MAP_FAILED;
  std::size_t size_ = 0;
};

std::string hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4U) text[i] = "0123456789abcdef"[value & 15U];
  return text;
}

}  // namespace

struct Numbering::Impl {
  Zones zones = Zones::russia();
  std::array<ZoneSet, number::kCodes> by_code{};
  std::string version = "plan-2026-11-22";
  std::optional<Mapping> mapping;
  FileView file;
  bool same_zones = false;

  Impl() {
    const ZoneSet kazakhstan = zones.zones_of_country("KZ");
    for (std::uint32_t code = 0; code < number::kCodes; ++code) {
      by_code[code] = number::code_facts(code).country == "KZ"
                          ? kazakhstan
                          : zones.zones_of(number::code_regions(code));
    }
  }
};

Numbering Numbering::built_in() {
  static const auto impl = std::make_shared<const Impl>();
  return Numbering(impl);
}

Numbering Numbering::open(const std::filesystem::path& file) {
  auto impl = std::make_shared<Impl>();
  impl->mapping.emplace(file);
  if (const Message problem = impl->file.open(impl->mapping->bytes()); !problem.empty()) {
    refuse(file, problem);
  }
  impl->same_zones = impl->file.header().zones_table == impl->zones.fingerprint();
  impl->version = "register-" + hex(impl->file.header().checksum);
  return Numbering(std::move(impl));
}

NumberFacts Numbering::lookup(PhoneNumber number) const noexcept {
  const auto code = number::code_of(number);
  if (!code) return {"", NumberKind::foreign};
  const Impl& my = *impl_;
  NumberFacts facts = numbering_facts(number);
  std::optional<FileView::Found> found;
  if (my.mapping) {
    const std::uint64_t national = number.digits() - number::kZone7;
    found = my.file.find(
        *code, static_cast<std::uint32_t>(national - std::uint64_t{*code} * number::kPerCode));
  }
  if (!found) {
    facts.regions = number::code_regions(*code);
    facts.zones = my.by_code[*code];
    return facts;
  }
  facts.in_register = true;
  facts.country = "RU";  // the register holds no others
  if (facts.kind == NumberKind::unknown || facts.kind == NumberKind::reserve) {
    facts.kind = *code >= 900 ? NumberKind::mobile : NumberKind::geographic;
  }
  facts.operator_name = found->operator_name;
  facts.operator_inn = found->operator_inn;
  facts.place = found->place_text;
  facts.regions = RegionSet{found->place.low, found->place.high};
  // A file made by another table of zones: its regions are asked again, and its districts are lost.
  facts.zones = my.same_zones ? ZoneSet{found->place.zones} : my.zones.zones_of(facts.regions);
  return facts;
}

std::string_view Numbering::version() const noexcept { return impl_->version; }
std::size_t Numbering::ranges() const noexcept { return impl_->file.header().ranges; }
std::size_t Numbering::codes() const noexcept { return impl_->file.header().codes; }
Instant Numbering::imported_at() const noexcept {
  return Instant{std::chrono::microseconds{impl_->file.header().imported_us}};
}
std::vector<std::string> Numbering::sources() const {
  std::vector<std::string> out;
  for (std::uint32_t row = 0; row < impl_->file.header().sources; ++row) {
    out.emplace_back(impl_->file.source(row));
  }
  return out;
}

}  // namespace consent
