#include "number/numbering_file.hpp"

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
      layout.end != bytes.size() || header.text_bytes % 8 != 0) {
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
  const std::uint32_t bucket = code * (kBuckets / 1000) + rest / kPerBucket;
  std::uint32_t low = entry(bucket);
  const std::uint32_t end = entry(bucket + 1);
  const auto first_of = [&](std::uint32_t row) {
    return read<std::uint32_t>(layout_.range, row * std::uint64_t{sizeof(FileRange) / 4});
  };
  if (low >= end || first_of(low) > rest) {
    // No range of this bucket begins before the number: one of an earlier bucket may reach so far.
    if (low <= entry(code * (kBuckets / 1000))) return std::nullopt;
    --low;
  } else {
    // The last range that begins at or before `rest`, without a branch: which half it is nobody can
    // predict.
    for (std::uint32_t count = end - low; count > 1;) {
      const std::uint32_t half = count / 2;
      low += half & (0U - static_cast<std::uint32_t>(first_of(low + half) <= rest));
      count -= half;
    }
  }
  const auto range = read<FileRange>(layout_.range, low);
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
