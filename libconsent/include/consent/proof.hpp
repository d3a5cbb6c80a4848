#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/digest.hpp"
#include "consent/export.hpp"

namespace consent {

/// RFC 6962 / RFC 9162 Merkle tree with SHA-256. Small, public, exact; pure functions.
/// docs/reference/format.md, "Merkle tree", is normative.
namespace merkle {

/// One more than the largest size of a tree: sizes fit the signed integers of other languages.
inline constexpr std::uint64_t size_limit = std::uint64_t{1} << 63;

/// SHA-256(0x01 || left || right)
[[nodiscard]] CONSENT_EXPORT Digest node_hash(const Digest& left, const Digest& right) noexcept;
/// MTH of the leaf hashes in order; of none: SHA-256("").
[[nodiscard]] CONSENT_EXPORT Digest root(std::span<const Digest> leaf_hashes) noexcept;

using Path = std::vector<Digest>;

/// @throws ProofError unless `path` proves that the leaf stands at `index` of a tree of `size`.
/// A path of any other length than (index, size) demands is refused, as is index >= size.
CONSENT_EXPORT void verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                     std::span<const Digest> path, const Digest& root);
/// @throws ProofError unless `path` proves that the tree of size1 is a prefix of the tree of size2.
/// size1 == 0 proves nothing: it takes an empty path only, and looks at neither root unless both
/// sizes are 0.
CONSENT_EXPORT void verify_consistency(std::uint64_t size1, std::uint64_t size2,
                                       std::span<const Digest> path, const Digest& root1,
                                       const Digest& root2);

/// Hash of the complete subtree of 2^level leaves that begins at leaf `index << level`.
/// @pre it is complete in the tree of the size asked for.
using NodeReader = std::function<Digest(unsigned level, std::uint64_t index)>;
/// Takes each subtree when it becomes complete, in the numbering of NodeReader; level 0 is a leaf.
using NodeWriter = std::function<void(unsigned level, std::uint64_t index, const Digest& hash)>;

/// The root while leaves arrive: one hash for each set bit of size(), O(log n) memory,
/// amortised one node hash for each append.
class CONSENT_EXPORT Frontier {
 public:
  Frontier() = default;
  /// Goes on from a tree that is stored: one read for each set bit of `size`.
  /// @throws Error (invalid_argument) where size >= size_limit.
  [[nodiscard]] static Frontier resume(std::uint64_t size, const NodeReader& node);
  void append(const Digest& leaf);
  /// As append(leaf), telling `completed` every subtree that this leaf completes, lowest first.
  /// Where `completed` throws, the frontier is as it was.
  void append(const Digest& leaf, const NodeWriter& completed);
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] Digest root() const noexcept;

 private:
  std::uint64_t size_ = 0;
  std::array<Digest, 64> nodes_{};  ///< nodes_[level] is the complete subtree of 2^level where set
};

/// Paths from a reader of complete subtrees: O(log n) reads each.
/// @throws Error (invalid_argument) where index >= size, size1 > size2 or a size >= size_limit.
[[nodiscard]] CONSENT_EXPORT Path inclusion_path(std::uint64_t index, std::uint64_t size,
                                                 const NodeReader& node);
[[nodiscard]] CONSENT_EXPORT Path consistency_path(std::uint64_t size1, std::uint64_t size2,
                                                   const NodeReader& node);
/// Root of the first `size` leaves from complete subtrees.
/// @throws Error (invalid_argument) where size >= size_limit.
[[nodiscard]] CONSENT_EXPORT Digest root_of(std::uint64_t size, const NodeReader& node);

}  // namespace merkle

/// C2SP signed-note, Ed25519 (0x01). docs/reference/format.md, "Checkpoint and signatures".
namespace note {

inline constexpr std::size_t max_bytes =
    std::size_t{128} * 1024;  ///< room for 16 signatures of 5 kB (ML-DSA)
inline constexpr std::size_t max_signatures = 100;

/// "name+hex8(keyid)+base64(type||pubkey)": what a verifier is given to trust.
struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;
  std::array<std::uint8_t, 32> key{};
  [[nodiscard]] CONSENT_EXPORT std::string text() const;
};
/// @throws ProofError for a wrong shape, a wrong key id or an algorithm other than Ed25519 (0x01).
[[nodiscard]] CONSENT_EXPORT VerifierKey parse_verifier_key(std::string_view text);

struct Verified {
  std::string text;                  ///< the signed text, its final newline included
  std::vector<std::string> signers;  ///< names of the given keys that signed it, each once
};
/// Checks every line of a known key; lines of unknown keys are ignored. A line that matches a known
/// key and fails rejects the note; so does the lack of any given key's line.
/// @throws ProofError; also where two different keys are given under one name and id.
[[nodiscard]] CONSENT_EXPORT Verified verify(std::string_view note,
                                             std::span<const VerifierKey> keys);

}  // namespace note

/// First three lines of a tlog-checkpoint.
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  [[nodiscard]] CONSENT_EXPORT std::string text() const;  ///< the note text to sign
};
/// Strict: no leading zeros, exact base64, size < merkle::size_limit, the empty tree's root where
/// size is 0. Extension lines may follow, must not be empty, and are left out. @throws ProofError
[[nodiscard]] CONSENT_EXPORT Checkpoint parse_checkpoint(std::string_view note_text);

/// C2SP tlog-proof: an inclusion proof with the checkpoint it leads to. The optional `extra` line,
/// which nothing authenticates, is read and dropped.
struct InclusionProof {
  std::uint64_t index = 0;
  merkle::Path path;
  std::string checkpoint;  ///< the signed note, verbatim
  [[nodiscard]] CONSENT_EXPORT std::string text() const;
};
/// @throws ProofError
[[nodiscard]] CONSENT_EXPORT InclusionProof parse_inclusion_proof(std::string_view text);
/// Checkpoint signature, origin == name of a key that signed it, then inclusion of the leaf.
/// The caller knows from elsewhere which leaf it asks about. @throws ProofError
CONSENT_EXPORT void verify_inclusion_proof(const InclusionProof& proof, const Digest& leaf,
                                           std::span<const note::VerifierKey> keys);

}  // namespace consent
