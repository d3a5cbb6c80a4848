#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "consent/digest.hpp"
#include "consent/export.hpp"
#include "consent/restriction.hpp"

namespace consent {

class Log;

/// One file that the log keeps with an entry.
struct KeptEvidence {
  std::uint64_t seq = 0;    ///< of the entry
  std::uint32_t place = 1;  ///< among the entry's files, from 1
  std::string kind;         ///< short word
  Digest commitment;        ///< SHA-256("libconsent/commit/v1" || 0x00 || salt || content)
  bool beside = false;      ///< a large one, in the folder `evidence`; else inside log.db
  bool there = true;        ///< false: its file is missing
  std::string name{};       ///< what the original is called; "" where unknown or not opened
  std::string type{};       ///< its media type; "" likewise
};

/// Files kept with an entry, in order; none: an empty list. Needs no key, but for
/// their names.
[[nodiscard]] CONSENT_EXPORT std::vector<KeptEvidence> evidence_of(const Log& log,
                                                                   std::uint64_t seq);
/// Opens one: hands its content to `take` piece by piece, and returns its salt (32 bytes).
/// Each piece is authentic; only the return says that they are what the entry committed to.
/// @throws Error (restricted) where `use` may not read the record; (not_found) if there is none,
/// the subject's key is gone or the file is missing; ProofError if the bytes are not those that
/// were sealed.
CONSENT_EXPORT std::string read_evidence(const Log& log, std::uint64_t seq, std::uint32_t place,
                                         Use use,
                                         const std::function<void(std::string_view)>& take);

}  // namespace consent
