#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "consent/export.hpp"
#include "consent/log.hpp"
#include "consent/proof.hpp"

namespace consent {

/// What the person an entry is about is handed when it was recorded: the exact entry, its opening,
/// and the proof that the log signed it. The file is a C2SP tlog-proof whose `extra` line carries
/// the rest; docs/reference/receipt.md is normative. It names the person's number.
struct Receipt {
  std::string entry;    ///< exact bytes; they name the subject's tag
  std::string salt;     ///< 64 hex digits
  std::string details;  ///< exact sealed text: {"number":"+7…"}
  note::VerifierKey key;
  InclusionProof proof;
  /// The bytes of the file.
  [[nodiscard]] CONSENT_EXPORT std::string text() const;
};

/// The receipt of entry `seq`. A checkpoint that was signed since the entry was recorded is used
/// again, so that many receipts share one signature.
/// @throws Error (not_found) where there is no such entry, it is about no subject, or its subject's
/// key is gone; (storage) where the log cannot sign.
[[nodiscard]] CONSENT_EXPORT Receipt make_receipt(Log& log, std::uint64_t seq);

/// The proof that entry `seq` is in the log, as a COSE receipt (RFC 9942, RFC9162_SHA256): one
/// COSE_Sign1 whose detached payload is the root. It names nobody and opens nothing.
/// @throws Error (not_found) where there is no such entry; (storage) where the log cannot sign.
[[nodiscard]] CONSENT_EXPORT std::string make_cose_receipt(Log& log, std::uint64_t seq);

/// The parts of the file, its spelling checked and nothing else. @throws ProofError
[[nodiscard]] CONSENT_EXPORT Receipt parse_receipt(std::string_view file);

}  // namespace consent
