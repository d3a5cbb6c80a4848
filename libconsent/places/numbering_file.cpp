#include "places/numbering_file.hpp"

namespace consent::number {

Message FileView::open(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(FileHeader)) return "too short for a numbering file";
  FileHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kFileMagic) return "not a numbering file";
  if (header.version != kFileVersion) {
    return Message("format {}, and this library reads format {}: import the register again",
                   header.version, kFileVersion);
  }
  const FileLayout layout(header);
  if (header.header_bytes != sizeof(FileHeader) || header.file_bytes != bytes.size() ||
      layout.end != bytes.size() || header.text_bytes % 8 != 0 || header.ranges == 0) {
    return "damaged: its size is not what its header says";
  }
  if (file_checksum(bytes.data() + kChecksumFrom, bytes.size() - kChecksumFrom) !=
      header.checksum) {
    return "damaged: its checksum does not agree";
  }
  bytes_ = bytes;
  header_ = header;
  layout_ = layout;
  return {};
}

std::optional<FileView::Found> FileView::find(std::uint32_t code,
                                              std::uint32_t rest) const noexcept {
  const auto block = read<std::uint32_t>(layout_.code, code);
  if (block == 0 || block > header_.codes) return std::nullopt;
  const std::uint64_t counts = (block - 1) * std::uint64_t{kCountsOfCode};
  const std::uint32_t begin = before(counts + rest / kPerWindow);
  const std::uint32_t end = before(counts + rest / kPerWindow + 1);
  const auto begins_by = [&](std::uint32_t row) {
    // Of a row that is not there the last is read: the file has one.
    const std::uint64_t there = row < header_.ranges ? row : header_.ranges - 1;
    return static_cast<std::uint32_t>(
        read<std::uint32_t>(layout_.range, there * (sizeof(FileRange) / 4)) <= rest);
  };
  // How many ranges of the window begin at or before the number, without a branch that nobody could
  // predict. Few are counted side by side; in many it is the half that is chosen.
  const std::uint32_t all = end > begin ? end - begin : 0;
  std::uint32_t count = 0;
  constexpr std::uint32_t few = 4;
  if (all <= few) {
    for (std::uint32_t i = 0; i < few; ++i) {
      const bool there = i < all;
      count += static_cast<std::uint32_t>(there) & begins_by(begin + (there ? i : 0));
    }
  } else {
    std::uint32_t left = all;
    while (left > 1) {
      const std::uint32_t half = left / 2;
      count += half & (0U - begins_by(begin + count + half - 1));
      left -= half;
    }
    count += begins_by(begin + count);
  }
  // None: the last range of an earlier window may reach so far.
  if (begin + count <= before(counts)) return std::nullopt;
  const std::uint32_t row = begin + count - 1;
  const auto range = read<FileRange>(layout_.range, row);
  if (range.first > rest || range.last < rest || range.operator_row >= header_.operators ||
      range.place_row >= header_.places) {
    return std::nullopt;
  }
  const auto holder = read<FileOperator>(layout_.operators, range.operator_row);
  Found found;
  found.place = read<FilePlace>(layout_.places, range.place_row);
  found.place_text = text(found.place.text);
  found.operator_name = text(holder.name);
  found.operator_inn = text(holder.inn);
  return found;
}

std::string_view FileView::source(std::uint32_t row) const noexcept {
  return row < header_.sources ? text(read<FileText>(layout_.sources, row)) : std::string_view{};
}

std::string_view FileView::text(FileText text) const noexcept {
  if (text.at > header_.text_bytes || text.bytes > header_.text_bytes - text.at) return {};
  return {reinterpret_cast<const char*>(bytes_.data()) + layout_.text + text.at, text.bytes};
}

}  // namespace consent::number
