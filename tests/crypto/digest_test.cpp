#include "consent/digest.hpp"

#include <algorithm>

#include "catch.hpp"
#include "crypto/base64.hpp"
#include "crypto/secret.hpp"
#include "vector_files.hpp"

using consent::hmac_sha256;
using consent::Sha256;
using consent::sha256;
using consent::to_hex;
using consent_testing::from_hex;

static_assert(!std::is_copy_constructible_v<consent::SecretKey>);
static_assert(!std::is_default_constructible_v<consent::SecretKey>);
static_assert(std::is_nothrow_move_constructible_v<consent::SecretKey>);
static_assert(!std::is_copy_constructible_v<consent::HmacKey>);

TEST_CASE("SHA-256 gives the values of FIPS 180-4", "[log][digest]") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("pieces hash as the whole does, and a copy goes on from the same prefix",
          "[log][digest]") {
  const std::string text(300, 'x');
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view view(text);
    CHECK(Sha256().add(view.substr(0, cut)).add(view.substr(cut)).finish() == sha256(text));
  }
  Sha256 prefix;
  prefix.add("ab");
  Sha256 copy = prefix;
  CHECK(copy.add("c").finish() == sha256("abc"));
  CHECK(copy.add("abc").finish() == sha256("abc"));  // as new after finish()
  CHECK(prefix.finish() == sha256("ab"));
}

TEST_CASE("HMAC-SHA256 gives the values of RFC 4231", "[log][digest]") {
  CHECK(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  const consent::HmacKey key("Jefe");
  CHECK(key.mac("what do ya ", "want ", "for nothing?") ==
        hmac_sha256("Jefe", "what do ya want for nothing?"));
  CHECK(key.mac("what do ya ", "want ", "for nothing?") == key.mac("what do ya want for nothing?"));
}

TEST_CASE("a digest is read from 64 lower-case hex digits or 32 bytes and nothing else",
          "[log][digest]") {
  const auto digest = sha256("x");
  CHECK(consent::digest_from_hex(to_hex(digest)) == digest);
  CHECK(consent::digest_from_bytes(digest.view()) == digest);
  std::string upper = to_hex(digest);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  for (const auto& text : {upper, to_hex(digest).substr(1), to_hex(digest) + "0",
                           std::string(64, 'g'), std::string()}) {
    CHECK_FALSE(consent::digest_from_hex(text));
  }
  CHECK_FALSE(consent::digest_from_bytes(std::string(31, 'x')));
  CHECK_FALSE(consent::digest_from_bytes(std::string(33, 'x')));
}

TEST_CASE("base64 has one spelling for each value", "[log][base64]") {
  // RFC 4648 section 10.
  const std::vector<std::pair<std::string, std::string>> known{{"", ""},
                                                               {"f", "Zg=="},
                                                               {"fo", "Zm8="},
                                                               {"foo", "Zm9v"},
                                                               {"foob", "Zm9vYg=="},
                                                               {"fooba", "Zm9vYmE="},
                                                               {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : known) {
    CHECK(consent::base64::encode(bytes) == text);
    CHECK(consent::base64::decode(text) == bytes);
  }
  for (const std::string text : {"=", "==", "===", "====", "Zg",
                                 "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "Zm8=Zg==", "Zg==\n",
                                 " Zg==", "Zm9v\n", "Zm-v", "Zm_v", "Zm=v", "Z=9v"}) {
    CAPTURE(text);
    CHECK_FALSE(consent::base64::decode(text));
  }
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(static_cast<unsigned char>(i));
  CHECK(consent::base64::decode(consent::base64::encode(all)) == all);
}

TEST_CASE("system entropy fills every byte it is asked for", "[log][entropy]") {
  std::array<std::uint8_t, 64> first{};
  std::array<std::uint8_t, 64> second{};
  consent::system_entropy().fill(first);
  consent::system_entropy().fill(second);
  CHECK(first != second);
  for (const auto& half : {std::span(first).first(32), std::span(first).last(32)}) {
    CHECK(std::any_of(half.begin(), half.end(), [](auto b) { return b != 0; }));
  }
}

TEST_CASE("a secret key that was moved from holds zeros", "[log][secret]") {
  auto key = consent::SecretKey::generate(consent::system_entropy());
  const std::string bytes(key.chars());
  auto other = std::move(key);
  CHECK(other.chars() == bytes);
  CHECK(key.chars() == std::string(32, '\0'));  // NOLINT(bugprone-use-after-move): the claim itself
  key = std::move(other);
  CHECK(key.chars() == bytes);
  CHECK(other.chars() == std::string(32, '\0'));  // NOLINT(bugprone-use-after-move)
}
