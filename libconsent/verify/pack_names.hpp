#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consent/bundle.hpp"

/// Files in the container of a pack that are none of its own. docs/reference/bundle.md,
/// "Container".
namespace consent::bundle {

/// The files by their names inside the pack.
struct Unwrapped {
  std::string folder;  ///< the one folder around the pack, "" where none
  std::vector<std::pair<std::string, const std::string*>> files;
};
/// Takes off the folder that archivers put around a pack: the only one with a manifest in it, if
/// none is at the top.
[[nodiscard]] Unwrapped unwrap(std::span<const BundleFile> files);

/// Whether every system that unpacks the name puts the file below the pack and under this name.
/// Letters of any script may be in it.
[[nodiscard]] bool stays_inside(std::string_view name);

/// What macOS, Windows and desktops leave in folders.
[[nodiscard]] bool is_litter(std::string_view name, std::string_view bytes);

/// A detached signature: *.sig, *.p7s.
[[nodiscard]] bool is_signature(std::string_view name);

/// Whether a double click, a browser, a shell or Python runs such a file.
[[nodiscard]] bool runs(std::string_view name);

/// The name as file systems compare it: NFC and case folded, without characters and ends of parts
/// that some ignore. Exact where the outcome is ASCII, as all names of a pack are.
[[nodiscard]] std::string folded(std::string_view name);

/// The name as it may be printed: `\u202e` for what steers a terminal, `\xa5` for what is no UTF-8.
[[nodiscard]] std::string shown(std::string_view name);

}  // namespace consent::bundle
