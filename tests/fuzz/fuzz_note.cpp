// Signed notes, verifier keys, checkpoints and inclusion proof files, all from one input.
#include "consent/error.hpp"
#include "consent/proof.hpp"
#include "fuzz/driver.hpp"
#include "vector_files.hpp"

using consent::ProofError;
using consent_testing::promise;

std::vector<std::string> consent_testing::fuzz_seeds() {
  std::vector<std::string> seeds;
  for (const auto& vector : vectors("note", "note-")) seeds.push_back(vector.bytes("note"));
  for (const auto& vector : vectors("note", "key-")) seeds.push_back(vector.text("key"));
  for (const auto& vector : vectors("note", "checkpoint-")) seeds.push_back(vector.text("text"));
  for (const auto& vector : vectors("note", "proof-")) seeds.push_back(vector.text("proof"));
  return seeds;
}

namespace {

/// Nothing but a ProofError says no.
template <class Claim>
void proven_or_refused(Claim claim) {
  try {
    claim();
  } catch (const ProofError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const std::vector<consent::note::VerifierKey> keys{
      consent::note::parse_verifier_key(
          "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
      consent::note::parse_verifier_key(
          "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop")};
  proven_or_refused([&] {
    const auto verified = consent::note::verify(bytes, keys);
    promise(!verified.signers.empty(), "a verified note has a signer");
    promise(bytes.starts_with(verified.text + "\n"), "the signed text stands at the front");
  });
  proven_or_refused([&] {
    promise(consent::note::parse_verifier_key(bytes).text() == bytes,
            "a verifier key has one spelling");
  });
  proven_or_refused([&] {
    promise(bytes.starts_with(consent::parse_checkpoint(bytes).text()),
            "a checkpoint has one spelling");
  });
  proven_or_refused([&] {
    const auto proof = consent::parse_inclusion_proof(bytes);
    const auto again = consent::parse_inclusion_proof(proof.text());
    promise(again.text() == proof.text() && again.path == proof.path,
            "a proof survives being written");
    if (bytes.find("extra ") == bytes.npos)
      promise(proof.text() == bytes, "a proof has one spelling");
    consent::verify_inclusion_proof(proof, consent::Digest{}, keys);
    promise(false, "no input proves the zero leaf");
  });
  return 0;
}
