#include "crypto/seal.hpp"

#include <thread>

#include "catch.hpp"
#include "consent/error.hpp"
#include "consent/locked.hpp"
#include "vector_files.hpp"

using consent::SecretKey;
using consent_testing::from_hex;

namespace {

SecretKey counting_key() {  // 00 01 02 ... 1f
  std::array<std::uint8_t, 32> bytes{};
  for (std::uint8_t i = 0; i < 32; ++i) bytes[i] = i;
  return SecretKey::copy_of(bytes);
}

const std::string kPlain = R"({"number":"+79161234567"})";

}  // namespace

TEST_CASE("HKDF gives the first 32 bytes of RFC 5869 A.1 to A.3", "[log][seal]") {
  const auto range = [](int begin, int end) {
    std::string out;
    for (int i = begin; i < end; ++i) out += static_cast<char>(static_cast<unsigned char>(i));
    return out;
  };
  const auto okm = [](const std::string& key, const std::string& salt, const std::string& info) {
    return consent::to_hex(consent::hkdf_sha256(key, salt, info).chars());
  };
  CHECK(okm(std::string(22, '\x0b'), range(0, 13), range(0xf0, 0xfa)) ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  CHECK(okm(range(0, 0x50), range(0x60, 0xb0), range(0xb0, 0x100)) ==
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
  CHECK(okm(std::string(22, '\x0b'), "", "") ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST_CASE("tag, commitment, index and seal are what another implementation computes",
          "[log][seal]") {
  // By Python's hmac and hashlib and by pyca/cryptography 48 (HKDF, AESGCM), 2026-11-22.
  const auto key = counting_key();
  CHECK(to_hex(consent::subject_tag(key.view(), "romashka.example/consent")) ==
        "ff470e28ec07932a4c705f67c12788c47e143e609c8241b917579104422e483d");
  CHECK(to_hex(consent::commitment(key.view(), kPlain)) ==
        "1869dac2de2583839e874f0e8c0827b60b3c33add9c7ae729551b0d1973b554e");
  CHECK(to_hex(consent::number_index(key.view(), "tel:+79161234567")) ==
        "49358347cc58a631e6d67ea58562781c8e3b802b6136cf7c370543d4960d8055");
  CHECK(consent::to_hex(consent::seal(key.view(), "context", kPlain)) ==
        "df4efc6b0ef7b986bd1b2d8ca55639db48193c220e9832f45e76cd0df3aa51fc0cb52cefa8531fe563");
  CHECK(consent::to_hex(consent::seal(key.view(), "", "")) == "8ebcdfe5e73e8d546eb6132c78ee099e");
}

TEST_CASE("what is sealed opens, whatever its size", "[log][seal]") {
  const auto key = SecretKey::generate(consent::system_entropy());
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 100U, 16384U, 100000U}) {
    const std::string plain(size, 'p');
    const std::string sealed = consent::seal(key.view(), "entry", plain);
    CHECK(sealed.size() == size + 16);
    CHECK(consent::open(key.view(), "entry", sealed) == plain);
  }
}

TEST_CASE("a seal opens with no other key, context or bytes", "[log][seal]") {
  const auto key = counting_key();
  const auto other = SecretKey::generate(consent::system_entropy());
  const std::string sealed = consent::seal(key.view(), "context", kPlain);
  const auto refused = [](const SecretKey& k, std::string_view context, std::string_view bytes) {
    CHECK_THROWS_AS(consent::open(k.view(), context, bytes), consent::ProofError);
  };
  refused(other, "context", sealed);
  refused(key, "contexu", sealed);
  refused(key, "", sealed);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string flipped = sealed;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    refused(key, "context", flipped);
    refused(key, "context", std::string_view(sealed).substr(0, i));
  }
  refused(key, "context", sealed + '\0');
  refused(key, "context", "");
}

TEST_CASE("one context never seals under the key of another", "[log][seal]") {
  const auto key = counting_key();
  const std::string first = consent::seal(key.view(), "1", std::string(64, '\0'));
  const std::string second = consent::seal(key.view(), "2", std::string(64, '\0'));
  CHECK(first != second);  // zeros sealed are the key stream itself
}

TEST_CASE("threads seal beside each other", "[log][seal]") {
  const auto key = counting_key();
  std::vector<std::thread> threads;
  std::array<bool, 4> right{};
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&, t] {
      bool all = true;
      for (int i = 0; i < 200; ++i) {
        const std::string context = std::to_string(t) + '/' + std::to_string(i);
        all = all && consent::open(key.view(), context,
                                   consent::seal(key.view(), context, kPlain)) == kPlain;
      }
      right[t] = all;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == std::array<bool, 4>{true, true, true, true});
}

TEST_CASE("a text under a passphrase opens with that passphrase and that salt alone",
          "[log][seal]") {
  const std::string salt(16, 's');
  const std::string locked = consent::lock_text("correct horse", salt, kPlain);
  CHECK(locked.find("7916") == std::string::npos);
  CHECK(consent::unlock_text("correct horse", salt, locked) == kPlain);
  CHECK_THROWS_AS(consent::unlock_text("another", salt, locked), consent::Error);
  CHECK_THROWS_AS(consent::unlock_text("correct horse", std::string(16, 't'), locked),
                  consent::Error);
  std::string changed = locked;
  changed[3] = static_cast<char>(changed[3] ^ 1);
  CHECK_THROWS_AS(consent::unlock_text("correct horse", salt, changed), consent::Error);
  CHECK_THROWS_AS(consent::lock_text("", salt, kPlain), consent::Error);
  CHECK_THROWS_AS(consent::lock_text("p", "short", kPlain), consent::Error);
}
