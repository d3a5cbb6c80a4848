#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "consent/digest.hpp"

/// Names of files inside a pack, and what its signature signs. docs/reference/bundle.md, "Files".
namespace consent::bundle {

inline constexpr std::string_view format = "libconsent-pack/v2";
inline constexpr std::string_view receipt_format = "libconsent-receipt/v1";
inline constexpr std::string_view manifest = "manifest-sha256.txt";
inline constexpr std::string_view case_file = "case.json";
inline constexpr std::string_view checkpoint = "checkpoint";
inline constexpr std::string_view signature = "signature";

/// What a pack may hold: unpacked bytes, of one file, and of all that is parsed. A check reads the
/// whole of it into memory, which stays below 300 MB so.
inline constexpr std::size_t most_bytes = std::size_t{128} << 20U;
inline constexpr std::size_t most_of_a_file = std::size_t{64} << 20U;
inline constexpr std::size_t most_proof = std::size_t{4} << 20U;

/// Whether a file is parsed: entries, openings, proofs, case.json, checkpoint, manifest.
[[nodiscard]] bool is_parsed(std::string_view name) noexcept;

/// ASCII letters, digits, '.', '_', '-' in parts divided by '/': no way out of a folder, no second
/// spelling of a name but by case, nothing that a file system reads in its own manner.
[[nodiscard]] bool is_safe(std::string_view name) noexcept;

/// A part of a name that Windows takes for a device: aux, com1.txt.
[[nodiscard]] bool is_device(std::string_view part) noexcept;

/// The text of the note in `signature`. Its second line is no size, so that no reader of
/// checkpoints accepts it.
[[nodiscard]] std::string signed_text(std::string_view origin, std::string_view manifest_bytes);

[[nodiscard]] std::string entry_file(std::uint64_t seq);    ///< "entries/000041.json"
[[nodiscard]] std::string opening_file(std::uint64_t seq);  ///< "openings/000041.json"
[[nodiscard]] std::string proof_file(std::uint64_t seq);    ///< "proofs/000041.tlog-proof"
[[nodiscard]] std::string wording_file(std::string_view hex);
/// "evidence/000041-1": the first file of entry 41.
[[nodiscard]] std::string evidence_file(std::uint64_t seq, std::uint64_t place);

}  // namespace consent::bundle
