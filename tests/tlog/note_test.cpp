#include "tlog/note.hpp"

#include "catch.hpp"
#include "consent/error.hpp"
#include "consent/proof.hpp"
#include "vector_files.hpp"

namespace note = consent::note;
using consent::ProofError;
using consent::SigningKey;
using consent_testing::from_hex;
using consent_testing::vectors;

static_assert(!std::is_copy_constructible_v<SigningKey>);

namespace {

consent::SecretKey secret(std::string_view bytes) {
  std::array<std::uint8_t, 32> raw{};
  std::copy(bytes.begin(), bytes.end(), raw.begin());
  return consent::SecretKey::copy_of(raw);
}

std::string_view chars(const auto& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<note::VerifierKey> keys_of(const consent_testing::Vector& vector) {
  std::vector<note::VerifierKey> keys;
  for (const auto& text : vector.texts("keys")) keys.push_back(note::parse_verifier_key(text));
  return keys;
}

const std::string kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";

}  // namespace

TEST_CASE("Ed25519 signs as RFC 8032 section 7.1 does", "[log][sign]") {
  struct Known {
    std::string seed, key, message, signature;
  };
  const auto known =
      GENERATE(Known{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33"
                     "bacc61e39701cf9b46b"
                     "d25bf5f0595bbe24655141438e7a100b"},
               Known{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e159"
                     "96e458f3613d0f11d8c"
                     "387b2eaeb4302aeeb00d291612bb0c00"},
               Known{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f"
                     "290ae67f760984dc659"
                     "4a7c15e9716ed28dc027beceea1ec40a"});
  const auto key = SigningKey::from_seed(secret(from_hex(known.seed)).view());
  const std::string message = from_hex(known.message);
  CHECK(consent::to_hex(chars(key.public_key())) == known.key);
  CHECK(consent::to_hex(chars(key.seed())) == known.seed);
  const auto signature = key.sign(message);
  CHECK(consent::to_hex(chars(signature)) == known.signature);
  CHECK(consent::verify_ed25519(key.public_key(), message, chars(signature)));
  CHECK_FALSE(consent::verify_ed25519(key.public_key(), message + "x", chars(signature)));
  CHECK_FALSE(consent::verify_ed25519(key.public_key(), message, chars(signature).substr(1)));
  CHECK_FALSE(consent::verify_ed25519(key.public_key(), message, ""));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    auto flipped = signature;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << bit % 8));
    REQUIRE_FALSE(consent::verify_ed25519(key.public_key(), message, chars(flipped)));
  }
}

TEST_CASE("a signature with S + L in place of S is refused", "[log][sign]") {
  // RFC 8032 5.1.7: S must be below the order L, or one signature has two spellings.
  const auto key = SigningKey::from_seed(secret(std::string(32, 'k')).view());
  auto signature = key.sign("text");
  const std::string order =
      from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += unsigned{signature[32 + i]} + static_cast<unsigned char>(order[i]);
    signature[32 + i] = static_cast<std::uint8_t>(carry & 0xFF);
    carry >>= 8;
  }
  CHECK_FALSE(consent::verify_ed25519(key.public_key(), "text", chars(signature)));
}

TEST_CASE("note vectors", "[log][note][vectors]") {
  for (const auto& vector : vectors("note", "note-")) {
    INFO(vector.name);
    const auto keys = keys_of(vector);
    const std::string bytes = vector.bytes("note");
    if (vector.accepted()) {
      const auto verified = note::verify(bytes, keys);
      CHECK(verified.signers == vector.texts("signers"));
      CHECK(bytes.starts_with(verified.text + "\n"));
    } else {
      CHECK_THROWS_AS(note::verify(bytes, keys), ProofError);
    }
  }
}

TEST_CASE("key vectors", "[log][note][vectors]") {
  for (const auto& vector : vectors("note", "key-")) {
    INFO(vector.name);
    const auto& text = vector.text("key");
    if (vector.accepted()) {
      CHECK(note::parse_verifier_key(text).text() == text);
    } else {
      CHECK_THROWS_AS(note::parse_verifier_key(text), ProofError);
    }
  }
}

TEST_CASE("no part and no mutation of a verifier key is one", "[log][note]") {
  // As TestNewVerifier of golang.org/x/mod/sumdb/note.
  const std::string key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  for (std::size_t begin = 0; begin < key.size(); ++begin) {
    for (std::size_t length = 0; begin + length <= key.size(); ++length) {
      if (length != key.size())
        REQUIRE_THROWS_AS(note::parse_verifier_key(key.substr(begin, length)), ProofError);
    }
    std::string changed = key;
    ++changed[begin];
    REQUIRE_THROWS_AS(note::parse_verifier_key(changed), ProofError);
  }
}

TEST_CASE("checkpoint vectors", "[log][checkpoint][vectors]") {
  for (const auto& vector : vectors("note", "checkpoint-")) {
    INFO(vector.name);
    const auto& text = vector.text("text");
    if (vector.accepted()) {
      const auto checkpoint = consent::parse_checkpoint(text);
      CHECK(checkpoint.origin == vector.text("log"));
      CHECK(checkpoint.size == vector.number("size"));
      CHECK(to_hex(checkpoint.root) == vector.text("root"));
      CHECK(text.starts_with(checkpoint.text()));
    } else {
      CHECK_THROWS_AS(consent::parse_checkpoint(text), ProofError);
    }
  }
}

TEST_CASE("inclusion proof file vectors", "[log][proof][vectors]") {
  for (const auto& vector : vectors("note", "proof-")) {
    INFO(vector.name);
    const auto keys = keys_of(vector);
    const auto& text = vector.text("proof");
    const auto leaf = consent_testing::digest(vector.text("leaf"));
    const auto check = [&] {
      consent::verify_inclusion_proof(consent::parse_inclusion_proof(text), leaf, keys);
    };
    if (vector.accepted()) {
      CHECK_NOTHROW(check());
      if (text.find("extra") == std::string::npos)
        CHECK(consent::parse_inclusion_proof(text).text() == text);
    } else {
      CHECK_THROWS_AS(check(), ProofError);
    }
  }
}

TEST_CASE("sign_note writes the note that the Go project has", "[log][note]") {
  // The private key is public test data of golang.org/x/mod/sumdb/note, note_test.go.
  const auto key = SigningKey::from_seed(secret(from_hex("810a1402d5146c8d84f2443330f5408"
                                                         "0ebf98ee17d9c74f6252fc5d5c7283173"))
                                             .view());
  const auto peter = note::verifier_key("PeterNeumann", key.public_key());
  CHECK(peter.text() == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  const std::string signed_note = note::sign_note(kText, "PeterNeumann", key);
  CHECK(signed_note ==
        kText +
            "\n\xE2\x80\x94 PeterNeumann "
            "x08go/ZJkuBS9UG/"
            "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n");
}

TEST_CASE("what is signed verifies, and nothing else does", "[log][note][property]") {
  const auto key = SigningKey::generate(consent::system_entropy());
  const std::vector<note::VerifierKey> keys{
      note::verifier_key("romashka.example/consent", key.public_key())};
  const consent::Checkpoint checkpoint{"romashka.example/consent", 3, consent::sha256("root")};
  const std::string text = checkpoint.text();
  const std::string bytes = note::sign_note(text, keys[0].name, key);
  CHECK(note::verify(bytes, keys).text == text);
  CHECK(consent::parse_checkpoint(note::verify(bytes, keys).text).root == checkpoint.root);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ 1 << bit);
      REQUIRE_THROWS_AS(note::verify(flipped, keys), ProofError);
    }
    REQUIRE_THROWS_AS(note::verify(bytes.substr(0, i), keys), ProofError);
    REQUIRE_THROWS_AS(note::verify(std::string(bytes).insert(i, 1, '\n'), keys), ProofError);
  }
}

TEST_CASE("sign_note refuses what no note may hold", "[log][note]") {
  const auto key = SigningKey::from_seed(secret(std::string(32, 'k')).view());
  for (const std::string text : {"", "no newline", "tab\t\n", "nul\x01\n", "\xff\n"}) {
    CHECK_THROWS_AS(note::sign_note(text, "name", key), consent::Error);
  }
  for (const std::string name : {"", "a b", "a+b", "a\nb",
                                 "a\xC2\xA0"
                                 "b",
                                 "a\xE3\x80\x80", "\xff", "a\tb"}) {
    CHECK_THROWS_AS(note::sign_note("text\n", name, key), consent::Error);
  }
}

TEST_CASE("two keys under one name and id are refused, one key twice is not", "[log][note]") {
  const auto key = SigningKey::from_seed(secret(std::string(32, 'k')).view());
  const auto good = note::verifier_key("name", key.public_key());
  auto colliding = good;
  colliding.key[0] ^= 1;
  const std::string bytes = note::sign_note("text\n", "name", key);
  CHECK(note::verify(bytes, std::vector{good, good}).signers == std::vector<std::string>{"name"});
  CHECK_THROWS_AS(note::verify(bytes, std::vector{good, colliding}), ProofError);
}

TEST_CASE("a note may have 16 signatures of 5 kB and not be larger than 128 KiB", "[log][note]") {
  const auto key = SigningKey::from_seed(secret(std::string(32, 'k')).view());
  const std::vector<note::VerifierKey> keys{note::verifier_key("name", key.public_key())};
  const std::string bytes = note::sign_note("text\n", "name", key);
  std::string witnessed = bytes;
  for (int i = 0; i < 15; ++i) {
    witnessed +=
        "\xE2\x80\x94 witness" + std::to_string(i) + ".example " + std::string(6668, 'A') + '\n';
  }
  CHECK(note::verify(witnessed, keys).signers.size() == 1);
  const std::string text = std::string(note::max_bytes, 'x') + '\n';
  CHECK_THROWS_AS(note::verify(note::sign_note(text, "name", key), keys), ProofError);
}
