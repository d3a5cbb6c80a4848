// SHA-256, HMAC and randomness over OpenSSL.
//
// SHA256_Init/Update/Final are deprecated in OpenSSL 3, and measured the best: 92 ns for a tree
// node and 198 ns for 300 bytes, against 122 and 226 ns with a fetched EVP_MD and a reused context
// (335 and 440 ns one-shot). They cannot fail, and their state is a plain struct: a copy of it is
// the HMAC key prepared, and nothing lives per thread. The same assembly runs beneath both.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "consent/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include "consent/error.hpp"
#include "crypto/secret.hpp"

#ifdef OPENSSL_NO_DEPRECATED_3_0
#error "this OpenSSL was built without deprecated functions: SHA256_Init and others are needed"
#endif

namespace consent {
namespace {

static_assert(std::is_trivially_copyable_v<SHA256_CTX>);

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kBlock = 64;

// A verifier reads four digests of every entry: a table, not branches.
constexpr std::array<std::int8_t, 256> kHexValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kHexDigits.size(); ++i) {
    values[static_cast<unsigned char>(kHexDigits[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

int hex_value(char c) noexcept { return kHexValues[static_cast<unsigned char>(c)]; }

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out[2 * i] = kHexDigits[byte >> 4];
    out[2 * i + 1] = kHexDigits[byte & 15];
  }
  return out;
}

std::string to_hex(const Digest& digest) { return to_hex(digest.view()); }

std::optional<Digest> digest_from_hex(std::string_view text) noexcept {
  Digest digest;
  if (text.size() != 2 * digest.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return digest;
}

std::optional<Digest> digest_from_bytes(std::string_view bytes) noexcept {
  Digest digest;
  if (bytes.size() != digest.bytes.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

// SHA256_Init writes all of it.
Sha256::Sha256() noexcept {  // NOLINT(cppcoreguidelines-pro-type-member-init)
  static_assert(sizeof(state_) == sizeof(SHA256_CTX) && alignof(SHA256_CTX) <= 8,
                "the state in the header holds OpenSSL's");
  SHA256_Init(reinterpret_cast<SHA256_CTX*>(state_.data()));
}

Sha256& Sha256::add(std::string_view piece) noexcept {
  SHA256_Update(reinterpret_cast<SHA256_CTX*>(state_.data()), piece.data(), piece.size());
  return *this;
}

Digest Sha256::finish() noexcept {
  Digest digest;
  auto* const state = reinterpret_cast<SHA256_CTX*>(state_.data());
  SHA256_Final(digest.bytes.data(), state);
  SHA256_Init(state);
  return digest;
}

Digest sha256(std::string_view data) noexcept {
  Digest digest;
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, data.data(), data.size());
  SHA256_Final(digest.bytes.data(), &state);
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view data) noexcept {
  return HmacKey(key).mac(data);
}

HmacKey::HmacKey(std::string_view key) noexcept {
  std::array<char, kBlock> block{};
  if (key.size() > kBlock) {
    Digest shorter = sha256(key);  // RFC 2104: a longer key is its hash
    std::copy(shorter.bytes.begin(), shorter.bytes.end(), block.begin());
    wipe(&shorter, sizeof shorter);
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  for (char& c : block) c = static_cast<char>(c ^ 0x36);
  inner_.add({block.data(), block.size()});
  for (char& c : block) c = static_cast<char>(c ^ 0x36 ^ 0x5c);
  outer_.add({block.data(), block.size()});
  wipe(block.data(), block.size());
}

HmacKey::HmacKey(SecretKey::View key) noexcept
    : HmacKey(std::string_view(reinterpret_cast<const char*>(key.data()), key.size())) {}

HmacKey::~HmacKey() {
  wipe(&inner_, sizeof inner_);
  wipe(&outer_, sizeof outer_);
}

Digest HmacKey::mac(std::string_view first, std::string_view second,
                    std::string_view third) const noexcept {
  Sha256 state = inner_;
  const Digest inside = state.add(first).add(second).add(third).finish();
  state = outer_;
  return state.add(inside.view()).finish();
}

void wipe(void* memory, std::size_t size) noexcept { OPENSSL_cleanse(memory, size); }

SecretKey::SecretKey(View bytes) noexcept : bytes_{} {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

SecretKey SecretKey::generate(Entropy& entropy) {
  SecretKey key;
  entropy.fill(key.bytes_);
  return key;
}

Entropy& system_entropy() noexcept {
  class System final : public Entropy {
   public:
    void fill(std::span<std::uint8_t> out) override {
      while (!out.empty()) {
        const auto some = out.first(std::min<std::size_t>(out.size(), 1U << 20));
        if (RAND_bytes(some.data(), static_cast<int>(some.size())) != 1) {
          throw Error(ErrorCode::crypto, "OpenSSL has no randomness to give");
        }
        out = out.subspan(some.size());
      }
    }
  };
  static System system;
  return system;
}

Digest merkle::leaf_hash(std::string_view bytes) noexcept {
  return Sha256().add({"\x00", 1}).add(bytes).finish();
}

}  // namespace consent
