#include "consent/cosign.hpp"

#include "catch.hpp"
#include "consent/error.hpp"
#include "consent/proof.hpp"
#include "crypto/base64.hpp"
#include "crypto/sign.hpp"
#include "tlog/note.hpp"

namespace cosign = consent::cosign;
namespace note = consent::note;
using consent::ProofError;

namespace {

constexpr std::string_view origin = "romashka.example/consent";
constexpr std::string_view witness = "witness.example/w1";

cosign::Seed seed_of(std::uint8_t fill) {
  cosign::Seed seed{};
  seed.fill(fill);
  return seed;
}

/// A checkpoint that its log has signed.
std::string checkpoint() {
  const consent::Checkpoint made{std::string(origin), 3, consent::Digest{}};
  const auto seed = seed_of(1);
  return note::sign_note(made.text(), origin, consent::SigningKey::from_seed(seed));
}

std::string text_of(std::string_view signed_note) { return note::split(signed_note).text; }

}  // namespace

TEST_CASE("a cosignature gives the time that the witness signed", "[tlog][cosign]") {
  const auto seed = seed_of(7);
  const std::vector keys{cosign::verifier_key(witness, seed)};
  const std::string whole =
      checkpoint() + cosign::sign(text_of(checkpoint()), witness, seed, 1'800'000'000);
  CHECK(cosign::verify(whole, keys) == std::vector<std::optional<std::uint64_t>>{1'800'000'000});
  CHECK(cosign::verify(checkpoint(), keys) ==
        std::vector<std::optional<std::uint64_t>>{std::nullopt});
}

TEST_CASE("of several cosignatures of one witness the newest counts", "[tlog][cosign]") {
  const auto seed = seed_of(7);
  const std::vector keys{cosign::verifier_key(witness, seed)};
  const std::string text = text_of(checkpoint());
  const std::string whole = checkpoint() + cosign::sign(text, witness, seed, 9) +
                            cosign::sign(text, witness, seed, 12) +
                            cosign::sign(text, witness, seed, 11);
  CHECK(cosign::verify(whole, keys).front() == 12U);
}

TEST_CASE("a cosignature of another text, time or key refuses the note", "[tlog][cosign]") {
  const auto seed = seed_of(7);
  const std::vector keys{cosign::verifier_key(witness, seed)};
  const std::string line = cosign::sign(text_of(checkpoint()), witness, seed, 1'800'000'000);
  CHECK_THROWS_AS(cosign::verify(checkpoint() + cosign::sign("another\n", witness, seed, 1), keys),
                  ProofError);
  // The same signature under another time: the last byte of the time is the 12th of the blob.
  auto blob =
      *consent::base64::decode(line.substr(line.rfind(' ') + 1, line.size() - line.rfind(' ') - 2));
  blob[11] = static_cast<char>(blob[11] ^ 1);
  const std::string moved =
      line.substr(0, line.rfind(' ') + 1) + consent::base64::encode(blob) + "\n";
  CHECK_THROWS_AS(cosign::verify(checkpoint() + moved, keys), ProofError);
  // A time without a signature.
  const std::string cut =
      line.substr(0, line.rfind(' ') + 1) + consent::base64::encode(blob.substr(0, 12)) + "\n";
  CHECK_THROWS_AS(cosign::verify(checkpoint() + cut, keys), ProofError);
  // A line of a witness that nobody asked about says nothing.
  const std::vector others{cosign::verifier_key(witness, seed_of(8))};
  CHECK(cosign::verify(checkpoint() + moved, others).front() == std::nullopt);
}

TEST_CASE("a log's key and a witness's key are not each other's", "[tlog][cosign]") {
  const auto seed = seed_of(7);
  const std::string mine = cosign::verifier_key(witness, seed);
  CHECK_THROWS_AS(note::parse_verifier_key(mine), ProofError);
  const std::vector keys{
      note::verifier_key(witness, consent::SigningKey::from_seed(seed).public_key()).text()};
  CHECK_THROWS_AS(cosign::verify(checkpoint(), keys), ProofError);
  // A checkpoint that a witness alone has signed is nobody's.
  const std::string line = cosign::sign(text_of(checkpoint()), witness, seed, 5);
  const std::string alone = text_of(checkpoint()) + "\n" + line;
  const std::vector<note::VerifierKey> logs{
      note::verifier_key(origin, consent::SigningKey::from_seed(seed_of(1)).public_key())};
  CHECK_THROWS_AS(note::verify(alone, logs), ProofError);
}

TEST_CASE("impossible names and texts are refused before anything is signed", "[tlog][cosign]") {
  const auto seed = seed_of(7);
  CHECK_THROWS_AS(cosign::verifier_key("a b", seed), consent::Error);
  CHECK_THROWS_AS(cosign::sign("text\n", "", seed, 1), consent::Error);
  CHECK_THROWS_AS(cosign::sign("no newline", witness, seed, 1), consent::Error);
}
