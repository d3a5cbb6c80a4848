#include "verify/pack_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/utf8.hpp"
#include "bundle/names.hpp"

namespace consent::bundle {
namespace {

constexpr std::size_t kMaxName = 1024;
constexpr std::size_t kMaxShown = 120;
constexpr std::string_view kAppleDouble{"\x00\x05\x16\x07", 4};

char32_t code_point(std::string_view text, std::size_t at, std::size_t length) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (length == 1) return byte(0);
  char32_t code = byte(0) & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) code = code << 6U | (byte(i) & 0x3FU);
  return code;
}

constexpr bool between(char32_t code, char32_t low, char32_t high) noexcept {
  return low <= code && code <= high;
}

/// Controls, and what changes direction or lines of a text without being seen.
/// python/consent/locale/visible.py has the same.
constexpr bool is_hidden(char32_t code) noexcept {
  return code < 0x20 || between(code, 0x7F, 0x9F) || code == 0x61C ||
         between(code, 0x200B, 0x200F) || between(code, 0x2028, 0x202E) ||
         between(code, 0x2060, 0x2069) || code == 0xFEFF || between(code, 0xFFF9, 0xFFFB) ||
         between(code, 0xE0000, 0xE007F);
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view last_part(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == name.npos ? name : name.substr(slash + 1);
}

std::string_view first_part(std::string_view name) { return name.substr(0, name.find('/')); }

std::string_view without_end(std::string_view part) {
  while (!part.empty() && (part.back() == '.' || part.back() == ' ')) part.remove_suffix(1);
  return part;
}

/// Letters whose case folding or NFC is ASCII; Unicode has no others.
std::string_view ascii_of(char32_t code) noexcept {
  switch (code) {
    case 0x00DF:  // sharp s
    case 0x1E9E:
      return "ss";
    case 0x017F:  // long s
      return "s";
    case 0x212A:  // Kelvin sign
      return "k";
    case 0x037E:  // Greek question mark
      return ";";
    case 0x1FEF:  // Greek varia
      return "`";
    case 0xFB00:
      return "ff";
    case 0xFB01:
      return "fi";
    case 0xFB02:
      return "fl";
    case 0xFB03:
      return "ffi";
    case 0xFB04:
      return "ffl";
    case 0xFB05:
    case 0xFB06:
      return "st";
    default:
      return {};
  }
}

}  // namespace

bool stays_inside(std::string_view name) {
  if (name.size() > kMaxName || !utf8::valid(name)) return false;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t length = utf8::step(name, at).length;
    const char32_t code = code_point(name, at, length);
    if (is_hidden(code) || code == '\\' || code == ':') return false;
    at += length;
  }
  for (std::string_view rest = name;;) {
    const std::string_view part = first_part(rest);
    // A part that Windows would rename, or could not create, has a second spelling.
    if (part.empty() || without_end(part) != part || is_device(part)) return false;
    if (part.size() == rest.size()) return true;
    rest.remove_prefix(part.size() + 1);
  }
}

bool is_litter(std::string_view name, std::string_view bytes) {
  constexpr std::array<std::string_view, 5> files{".ds_store", "thumbs.db", "ehthumbs.db",
                                                  "desktop.ini", ".directory"};
  const std::string last = lowered(last_part(name));
  if (std::find(files.begin(), files.end(), last) != files.end()) return true;
  const bool beside = last.starts_with("._");
  if (runs(name)) return beside && bytes.starts_with(kAppleDouble);
  return first_part(name) == "__MACOSX" || (beside && bytes.starts_with(kAppleDouble));
}

bool is_signature(std::string_view name) {
  const std::string last = lowered(last_part(name));
  return last.ends_with(".sig") || last.ends_with(".p7s");
}

bool runs(std::string_view name) {
  static const std::set<std::string_view> endings{
      "app",  "application", "appref-ms", "bash",  "bat",     "chm",   "class",  "cmd",
      "com",  "command",     "cpl",       "csh",   "desktop", "dll",   "docm",   "dylib",
      "exe",  "fish",        "hta",       "htm",   "html",    "inf",   "iso",    "jar",
      "js",   "jse",         "lnk",       "mht",   "mhtml",   "mjs",   "msc",    "msi",
      "msix", "msp",         "php",       "pif",   "pl",      "ps1",   "psd1",   "psm1",
      "pth",  "py",          "pyc",       "pyd",   "pyo",     "pyw",   "pyz",    "rb",
      "reg",  "scf",         "scr",       "sct",   "sh",      "shtml", "so",     "svg",
      "svgz", "swf",         "terminal",  "url",   "vbe",     "vbs",   "webloc", "workflow",
      "ws",   "wsf",         "wsh",       "xhtml", "xht",     "xlsm",  "xml",    "zsh"};
  const std::string last = lowered(without_end(last_part(name)));
  const std::size_t dot = last.rfind('.');
  return dot != last.npos && endings.contains(std::string_view(last).substr(dot + 1));
}

std::string folded(std::string_view name) {
  std::string out;
  const auto end_part = [&] { out.resize(without_end(out).size()); };
  for (std::size_t at = 0; at < name.size();) {
    const utf8::Step next = utf8::step(name, at);
    if (!next.valid || next.length == 1) {
      if (name[at] == '/') end_part();
      out += lower(name[at]);
      ++at;
      continue;
    }
    const char32_t code = code_point(name, at, next.length);
    if (const std::string_view ascii = ascii_of(code); !ascii.empty()) {
      out += ascii;
    } else if (!is_hidden(code) && code != 0xAD) {
      out += name.substr(at, next.length);
    }
    at += next.length;
  }
  end_part();
  return out;
}

std::string shown(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size() && at < kMaxShown;) {
    const utf8::Step next = utf8::step(name, at);
    if (!next.valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(name[at]));
      ++at;
      continue;
    }
    const char32_t code = code_point(name, at, next.length);
    if (!is_hidden(code)) {
      out += name.substr(at, next.length);
    } else if (code > 0xFFFF) {
      out += fmt::format("\\U{:08x}", static_cast<std::uint32_t>(code));
    } else {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    }
    at += next.length;
  }
  return out;
}

Unwrapped unwrap(std::span<const BundleFile> files) {
  Unwrapped result;
  std::set<std::string_view> folders;
  bool at_top = false;
  for (const BundleFile& file : files) {
    const std::string_view name = file.name;
    at_top = at_top || name == manifest;
    const std::string_view folder = first_part(name);
    if (folder.size() < name.size() && name.substr(folder.size() + 1) == manifest &&
        folder != "__MACOSX" && stays_inside(folder)) {
      folders.insert(folder);
    }
  }
  if (!at_top && folders.size() == 1) result.folder = *folders.begin();
  for (const BundleFile& file : files) {
    const bool inside = !result.folder.empty() && file.name.starts_with(result.folder + "/");
    result.files.emplace_back(inside ? file.name.substr(result.folder.size() + 1) : file.name,
                              &file.bytes);
  }
  return result;
}

}  // namespace consent::bundle
