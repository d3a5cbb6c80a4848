#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "crypto/secret.hpp"

/// Files that the log keeps, sealed. docs/reference/format.md, "Evidence", is normative.
namespace consent {

/// One file, sealed under a key of its own, before its subject's key is known: so that no commit
/// waits for a large one.
struct SealedEvidence {
  Digest commitment;    ///< of salt and content; stands in the entry
  std::string opening;  ///< 32 bytes salt, then 32 bytes key: to be sealed under the subject's key
  std::string bytes;    ///< the sealed content; "" where it lies in the folder
};

/// Content of at most this many bytes is kept inside log.db.
inline constexpr std::size_t most_evidence_inside = std::size_t{64} << 10U;

/// The folder beside log.db. A file's name is its commitment in hex: neither a number nor the name
/// that its owner gave it. Until the entry that names it is committed, it lies in `incoming`.
class EvidenceFolder {
 public:
  explicit EvidenceFolder(std::filesystem::path log_folder)
      : folder_(std::move(log_folder) / "evidence") {}

  /// Seals a file. Where it is a large one, its bytes are durable in `incoming` on return.
  /// @throws Error (invalid_argument) where it cannot be read, is empty, larger than 16 GiB or
  /// changes meanwhile; (storage) where it cannot be written.
  [[nodiscard]] SealedEvidence take(const EvidenceFile& file, Entropy& entropy) const;
  /// After the commit: puts it where it stays.
  void settle(const Digest& commitment) const;
  /// Removes it, wherever it lies. @returns whether it was there.
  bool remove(const Digest& commitment) const noexcept;
  /// What a crash left in `incoming`: settled where `known`, else removed.
  void sweep(const std::function<bool(const Digest&)>& known) const;
  /// Where it lies; "" where it does not.
  [[nodiscard]] std::filesystem::path find(const Digest& commitment) const;
  void sync() const;

 private:
  std::filesystem::path folder_;
};

/// Hands the content of sealed evidence out in pieces. Each piece is authentic; that they are what
/// the entry committed to is known only when this returns.
/// `opening` and `commitment` as in SealedEvidence; `bytes` the sealed content, or "" and `file`.
/// @throws ProofError where anything is not what was sealed; Error (not_found) for a missing file.
void open_evidence(std::string_view opening, const Digest& commitment, std::string_view bytes,
                   const std::filesystem::path& file,
                   const std::function<void(std::string_view)>& take);

}  // namespace consent
