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

/// One file of a bundle, by its path inside ("entries/000041.json").
struct BundleFile {
  std::string name;
  std::string bytes;
};

/// What shows one number's events to a stranger: the exact entries of its subject, their openings
/// (salt and details, so that the reader can see that they speak of this number), an inclusion
/// proof each, one signed checkpoint, the wordings, and case.json with the question and the answer.
/// Of other people only hashes leave. Bodies of the report and verify.py are added by the packer,
/// which also writes the container; manifest-sha256.txt is made by finish_manifest().
/// Where the number had other holders before, the entry that ended each one's holding is there too,
/// and nothing else of them; `also` names tags of holders since erased, whose erasure is to be
/// shown. `question` holds number and moment; its scope is answered in case.json.
/// @throws Error (not_found) where the log never met the number.
[[nodiscard]] CONSENT_EXPORT std::vector<BundleFile> assemble_bundle(
    Log& log, const RulePack& pack, const Question& question, std::span<const Digest> also = {});

/// "<hex>  <name>\n" for every file but itself, sorted by name: `sha256sum -c` reads it.
[[nodiscard]] CONSENT_EXPORT BundleFile manifest_of(std::span<const BundleFile> files);

}  // namespace consent
