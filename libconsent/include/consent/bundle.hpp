#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "consent/decision.hpp"
#include "consent/export.hpp"
#include "consent/log.hpp"
#include "consent/rules.hpp"

namespace consent {

/// One file of a pack, by its path inside ("entries/000041.json").
struct BundleFile {
  std::string name;
  std::string bytes;
};

/// What a pack answers of contacts, and which files go along.
struct Asked {
  /// The entry of one contact, alone: it is then the question, at its own moment.
  std::optional<std::uint64_t> call{};
  /// Entries whose files go along although such files stay in the log (is_kept_back()).
  std::vector<std::uint64_t> with{};
  /// Contacts received whose files go along; the notes of the others are there without their files.
  /// Empty: all, or `call` alone.
  std::vector<std::uint64_t> only{};
};

/// What shows one number's events to a stranger: the exact entries of its subject, their openings
/// (salt and details, so that the reader can see that they speak of this number), an inclusion
/// proof each, one signed checkpoint, the wordings, and case.json with the question and the answer.
/// Of other people only hashes leave. The report and verify.py are added by the packer, which also
/// writes the container; sign_pack() makes manifest and signature.
/// Where the number had other holders before, the entry that ended each one's holding is there too,
/// and nothing else of them; `also` names tags of holders since erased, whose erasure is to be
/// shown. `question` holds number and moment; its scope is answered in case.json. So is each
/// contact that the subject's entries record, as of its own moment; where a diary does not know for
/// whom it was made, as of somebody whom no consent names.
/// @throws Error (not_found) where the log never met the number, or `call` is no contact of it.
[[nodiscard]] CONSENT_EXPORT std::vector<BundleFile> assemble_bundle(
    Log& log, const RulePack& pack, const Question& question, std::span<const Digest> also = {},
    const Asked& asked = {});

/// "<hex>  <name>\n" for every file but itself and the signature, sorted by name: `sha256sum -c`
/// reads it.
[[nodiscard]] CONSENT_EXPORT BundleFile manifest_of(std::span<const BundleFile> files);

/// The manifest of `files` and its signature by the log's key: the last two files of a pack.
/// Nothing may be left out, added or changed afterwards.
/// @throws Error (invalid_argument) where case.json is not of this log; (storage) without keys.db.
[[nodiscard]] CONSENT_EXPORT std::vector<BundleFile> sign_pack(const Log& log,
                                                               std::span<const BundleFile> files);

}  // namespace consent
