#include "bundle/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace consent::bundle {
namespace {

constexpr std::size_t kMaxName = 240;
constexpr std::size_t kMaxPart = 128;
constexpr std::ptrdiff_t kMaxParts = 8;

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_start(char c) noexcept {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_part(std::string_view part) noexcept {
  if (part.empty() || part.size() > kMaxPart || !is_start(part.front()) || part.back() == '.') {
    return false;
  }
  return std::all_of(part.begin(), part.end(),
                     [](char c) { return is_start(c) || c == '.' || c == '-'; }) &&
         !is_device(part);
}

}  // namespace

bool is_parsed(std::string_view name) noexcept {
  return name.starts_with("entries/") || name.starts_with("openings/") ||
         name.starts_with("proofs/") || name == case_file || name == checkpoint || name == manifest;
}

bool is_device(std::string_view part) noexcept {
  constexpr std::array<std::string_view, 6> devices{"con", "prn", "aux", "nul", "com", "lpt"};
  const std::string_view stem = part.substr(0, part.find('.'));
  const auto same = [&](std::string_view device) {
    const bool numbered = device == "com" || device == "lpt";
    if (stem.size() != device.size() + (numbered ? 1 : 0)) return false;
    if (numbered && (stem.back() < '0' || stem.back() > '9')) return false;
    return std::equal(device.begin(), device.end(), stem.begin(),
                      [](char a, char b) { return a == lower(b); });
  };
  return std::any_of(devices.begin(), devices.end(), same);
}

bool is_safe(std::string_view name) noexcept {
  if (name.size() > kMaxName || std::count(name.begin(), name.end(), '/') >= kMaxParts)
    return false;
  for (;;) {
    const std::size_t slash = name.find('/');
    if (!is_part(name.substr(0, slash))) return false;
    if (slash == name.npos) return true;
    name.remove_prefix(slash + 1);
  }
}

std::string signed_text(std::string_view origin, std::string_view manifest_bytes) {
  std::string text(format);
  text.append("\nlog ").append(origin);
  text.append("\nmanifest ").append(to_hex(sha256(manifest_bytes)));
  return text += '\n';
}

std::string entry_file(std::uint64_t seq) { return fmt::format("entries/{:06}.json", seq); }
std::string opening_file(std::uint64_t seq) { return fmt::format("openings/{:06}.json", seq); }
std::string proof_file(std::uint64_t seq) { return fmt::format("proofs/{:06}.tlog-proof", seq); }
std::string wording_file(std::string_view hex) { return fmt::format("wordings/{}.txt", hex); }
std::string evidence_file(std::uint64_t seq, std::uint64_t place) {
  return fmt::format("evidence/{:06}-{}", seq, place);
}

}  // namespace consent::bundle
