// The imported register as it lies in its file; docs/reference/numbering.md describes every byte.
// Nothing read from it is trusted: every index is compared with its limit at every lookup, so that
// a damaged or hostile file gives wrong facts at worst. Private to number/.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "consent/message.hpp"

namespace consent::number {

static_assert(std::endian::native == std::endian::little, "the file is mapped as it lies");

inline constexpr std::array<char, 8> kFileMagic = {'C', 'N', 'S', 'N', 'T', 'N', 'U', 'M'};
inline constexpr std::uint32_t kFileVersion = 2;
// Ranges are counted by the code and the next three digits, for the codes that have any: where the
// register gives a window of 10 000 numbers to a few operators, as it mostly does, its ranges lie
// in a cache line or two.
inline constexpr std::uint32_t kFileCodes = 1000;
inline constexpr std::uint32_t kWindows = 1000;  ///< of a code
inline constexpr std::uint32_t kPerWindow = 10'000;
inline constexpr std::uint32_t kCountsOfCode = kWindows + 1;

struct FileHeader {
  std::array<char, 8> magic = kFileMagic;
  std::uint32_t version = kFileVersion;
  std::uint32_t header_bytes = 96;
  std::uint64_t file_bytes = 0;
  std::uint64_t checksum = 0;  ///< of everything behind it
  std::int64_t imported_us = 0;
  std::uint32_t ranges = 0;
  std::uint32_t operators = 0;
  std::uint32_t places = 0;
  std::uint32_t sources = 0;
  std::uint32_t text_bytes = 0;  ///< a multiple of 8
  std::uint32_t codes = 0;
  std::uint64_t zones_table = 0;  ///< which table FilePlace::zones were read from
  std::array<std::uint32_t, 6> zero{};
};
static_assert(sizeof(FileHeader) == 96 && std::is_trivially_copyable_v<FileHeader>);

struct FileRange {
  std::uint32_t first;
  std::uint32_t last;
  std::uint32_t operator_row;
  std::uint32_t place_row;
};
struct FileText {
  std::uint32_t at;
  std::uint32_t bytes;
};
struct FileOperator {
  FileText name;
  FileText inn;
};
struct FilePlace {
  std::uint64_t low;
  std::uint64_t high;
  std::uint32_t zones;  ///< a ZoneSet, by the table that the header names
  FileText text;
  std::uint32_t zero = 0;
};
static_assert(sizeof(FileRange) == 16 && sizeof(FileOperator) == 16 && sizeof(FilePlace) == 32);

/// Where each section begins, by the counts of the header. Every section begins at a multiple of 8.
struct FileLayout {
  std::uint64_t code, window, range, operators, places, sources, text, end;

  explicit constexpr FileLayout(const FileHeader& h) noexcept {
    const auto after = [](std::uint64_t at, std::uint64_t bytes) {
      return at + ((bytes + 7) & ~7ULL);
    };
    code = sizeof(FileHeader);
    window = after(code, kFileCodes * 4ULL);
    range = after(window, h.codes * (kCountsOfCode * 4ULL));
    operators = after(range, h.ranges * std::uint64_t{sizeof(FileRange)});
    places = after(operators, h.operators * std::uint64_t{sizeof(FileOperator)});
    sources = after(places, h.places * std::uint64_t{sizeof(FilePlace)});
    text = after(sources, h.sources * std::uint64_t{sizeof(FileText)});
    end = after(text, h.text_bytes);
  }
};

/// FNV-1a over 64-bit words: against damage, not against forgery. `bytes` is a multiple of 8.
[[nodiscard]] inline std::uint64_t file_checksum(const std::byte* data,
                                                 std::size_t bytes) noexcept {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (std::size_t i = 0; i + 8 <= bytes; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + i, 8);
    sum = (sum ^ word) * 0x100000001b3U;
  }
  return sum;
}
inline constexpr std::size_t kChecksumFrom = 32;  ///< first byte behind FileHeader::checksum

/// The file over bytes that somebody else keeps.
class FileView {
 public:
  FileView() = default;

  /// What is wrong with the bytes; "" where they are a whole file. Fills the view.
  [[nodiscard]] Message open(std::span<const std::byte> bytes);

  [[nodiscard]] const FileHeader& header() const noexcept { return header_; }

  struct Found {
    FilePlace place;
    std::string_view place_text, operator_name, operator_inn;
  };
  /// The range of `code` (below 1000) that `rest` (7 digits) stands in.
  [[nodiscard]] std::optional<Found> find(std::uint32_t code, std::uint32_t rest) const noexcept;
  [[nodiscard]] std::string_view source(std::uint32_t row) const noexcept;

 private:
  template <typename T>
  [[nodiscard]] T read(std::uint64_t section, std::uint64_t row) const noexcept {
    T value;
    std::memcpy(&value, bytes_.data() + section + row * sizeof(T), sizeof(T));
    return value;
  }
  /// Ranges that begin before a window; at most as many as there are.
  [[nodiscard]] std::uint32_t before(std::uint64_t place) const noexcept {
    const auto value = read<std::uint32_t>(layout_.window, place);
    return value < header_.ranges ? value : header_.ranges;
  }
  [[nodiscard]] std::string_view text(FileText text) const noexcept;

  std::span<const std::byte> bytes_;
  FileHeader header_;
  FileLayout layout_{FileHeader{}};
};

}  // namespace consent::number
