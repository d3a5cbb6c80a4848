// A COSE receipt: docs/reference/receipt.md, "COSE receipt". Integers, byte strings, arrays and
// maps of CBOR (RFC 8949) in their deterministic form are all it needs.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "consent/error.hpp"
#include "consent/maintenance.hpp"
#include "consent/receipt.hpp"
#include "log/impl.hpp"

namespace consent {
namespace {

constexpr std::int64_t alg = 1, key_id = 4, vds = 395, vdp = 396;
constexpr std::int64_t ed_dsa = -8, rfc9162_sha256 = 1, inclusion_proofs = -1;

/// Major types of CBOR.
enum class Cbor : unsigned {
  positive = 0,
  negative = 1,
  bytes = 2,
  text = 3,
  array = 4,
  map = 5,
  tag = 6
};

/// The head of an item in its shortest form.
std::string head(Cbor type, std::uint64_t value) {
  const unsigned major = static_cast<unsigned>(type) << 5U;
  if (value < 24) return std::string(1, static_cast<char>(major | value));
  unsigned width = 1;
  unsigned form = 24;
  while (width < 8 && value >> (8U * width) != 0) {
    width *= 2;
    ++form;
  }
  std::string out(1, static_cast<char>(major | form));
  while (width > 0) {
    --width;
    out += static_cast<char>(static_cast<unsigned char>(value >> (8U * width) & 0xFFU));
  }
  return out;
}

std::string integer(std::int64_t value) {
  return value >= 0 ? head(Cbor::positive, static_cast<std::uint64_t>(value))
                    : head(Cbor::negative, static_cast<std::uint64_t>(-1 - value));
}

std::string bytes(std::string_view value) {
  return head(Cbor::bytes, value.size()) + std::string(value);
}

std::string text(std::string_view value) {
  return head(Cbor::text, value.size()) + std::string(value);
}

}  // namespace

std::string make_cose_receipt(Log& log, std::uint64_t seq) {
  static_cast<void>(log.entry(seq));  // where there is none, nothing is signed
  const InclusionProof proof = log.prove_inclusion(seq, checkpoint_over(log, seq));
  const note::VerifierKey key = log.verifier_key();
  const std::array keys{key};
  // The log has signed this root as a checkpoint: nothing is signed here that it did not sign
  // there.
  const Checkpoint checkpoint = parse_checkpoint(note::verify(proof.checkpoint, keys).text);

  std::string path;
  for (const Digest& hash : proof.path) path += bytes(hash.view());
  const std::string inclusion =
      head(Cbor::array, 3) + integer(static_cast<std::int64_t>(checkpoint.size)) +
      integer(static_cast<std::int64_t>(proof.index)) + head(Cbor::array, proof.path.size()) + path;
  const std::string headers = head(Cbor::map, 3) + integer(alg) + integer(ed_dsa) +
                              integer(key_id) + bytes(key.text()) + integer(vds) +
                              integer(rfc9162_sha256);
  // Sig_structure of RFC 9052, 4.4: no note begins with these bytes.
  const std::string structure = head(Cbor::array, 4) + text("Signature1") + bytes(headers) +
                                bytes("") + bytes(checkpoint.root.view());
  const Signature signature = LogAccess::of(log).need_keys().signing_key().sign(structure);

  constexpr char nil = '\xF6';  // the payload is detached: whoever checks computes the root
  return head(Cbor::tag, 18) + head(Cbor::array, 4) + bytes(headers) + head(Cbor::map, 1) +
         integer(vdp) + head(Cbor::map, 1) + integer(inclusion_proofs) + head(Cbor::array, 1) +
         bytes(inclusion) + nil +
         bytes({reinterpret_cast<const char*>(signature.data()), signature.size()});
}

}  // namespace consent
