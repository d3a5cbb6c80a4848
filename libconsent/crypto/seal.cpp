#include "crypto/seal.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <limits>
#include <memory>

#include "consent/error.hpp"

namespace consent {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kTagSize = 16;
constexpr std::array<unsigned char, 12> kNonce{};
constexpr std::string_view kSealLabel = "libconsent/seal/v1\0"sv;

// OpenSSL looks an algorithm up by name on every use unless it is fetched once.
const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (cipher == nullptr) throw Error(ErrorCode::crypto, "OpenSSL has no AES-256-GCM");
  return cipher;
}

/// This thread's context, which wipes the key it holds on leaving the scope.
class Cipher {
 public:
  Cipher() : context_(shared()) {}
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;
  ~Cipher() { EVP_CIPHER_CTX_reset(context_); }
  operator EVP_CIPHER_CTX*() const noexcept {
    return context_;
  }  // NOLINT(google-explicit-constructor)

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
  };
  static EVP_CIPHER_CTX* shared() {
    thread_local const std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
    if (!context) throw Error(ErrorCode::crypto, "OpenSSL cannot make a cipher context");
    return context.get();
  }
  EVP_CIPHER_CTX* context_;
};

const unsigned char* raw(std::string_view bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) noexcept {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

int length(std::string_view bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) - kTagSize) {
    throw Error(ErrorCode::invalid_argument, "too large to seal");
  }
  return static_cast<int>(bytes.size());
}

[[noreturn]] void failed(const char* what) {
  ERR_clear_error();
  throw Error(ErrorCode::crypto, what);
}

/// RFC 5869: extract with the salt that `extract` was made from, expand to one block.
SecretKey hkdf(const HmacKey& extract, std::string_view key, std::string_view info,
               std::string_view more_info) noexcept {
  Digest secret = extract.mac(key);
  const HmacKey expand(secret.view());
  Digest block = expand.mac(info, more_info, "\x01"sv);
  SecretKey result = SecretKey::copy_of(block.bytes);
  wipe(&secret, sizeof secret);
  wipe(&block, sizeof block);
  return result;
}

SecretKey seal_key(SecretKey::View subject_key, std::string_view context) noexcept {
  static const HmacKey extract{std::string_view{}};  // no salt: a block of zeros
  return hkdf(extract, {reinterpret_cast<const char*>(subject_key.data()), subject_key.size()},
              kSealLabel, context);
}

}  // namespace

Digest subject_tag(SecretKey::View subject_key, std::string_view origin) noexcept {
  return HmacKey(subject_key).mac("libconsent/tag/v1"sv, origin);
}

Digest commitment(SecretKey::View salt, std::string_view jcs) noexcept {
  return Sha256()
      .add("libconsent/commit/v1\0"sv)
      .add({reinterpret_cast<const char*>(salt.data()), salt.size()})
      .add(jcs)
      .finish();
}

Digest number_index(SecretKey::View index_key, std::string_view address) noexcept {
  return number_index(HmacKey(index_key), address);
}

Digest number_index(const HmacKey& index_key, std::string_view address) noexcept {
  return index_key.mac("libconsent/index/v1\0"sv, address);
}

SecretKey hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info) noexcept {
  return hkdf(HmacKey(salt), key, info, {});
}

std::string seal(SecretKey::View subject_key, std::string_view context,
                 std::string_view plaintext) {
  const SecretKey key = seal_key(subject_key, context);
  const Cipher cipher;
  std::string out(plaintext.size() + kTagSize, '\0');
  int written = 0;
  int rest = 0;
  if (EVP_EncryptInit_ex2(cipher, aes_256_gcm(), key.view().data(), kNonce.data(), nullptr) != 1 ||
      EVP_EncryptUpdate(cipher, nullptr, &rest, raw(context), length(context)) != 1 ||
      EVP_EncryptUpdate(cipher, raw(out), &written, raw(plaintext), length(plaintext)) != 1 ||
      EVP_EncryptFinal_ex(cipher, raw(out) + written, &rest) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagSize),
                          raw(out) + plaintext.size()) != 1) {
    failed("OpenSSL cannot encrypt with AES-256-GCM");
  }
  return out;
}

std::string open(SecretKey::View subject_key, std::string_view context, std::string_view sealed) {
  if (sealed.size() < kTagSize) throw ProofError("seal: shorter than its tag");
  const SecretKey key = seal_key(subject_key, context);
  const Cipher cipher;
  const std::string_view ciphertext = sealed.substr(0, sealed.size() - kTagSize);
  std::string tag(sealed.substr(ciphertext.size()));
  std::string out(ciphertext.size(), '\0');
  int written = 0;
  int rest = 0;
  if (EVP_DecryptInit_ex2(cipher, aes_256_gcm(), key.view().data(), kNonce.data(), nullptr) != 1 ||
      EVP_DecryptUpdate(cipher, nullptr, &rest, raw(context), length(context)) != 1 ||
      EVP_DecryptUpdate(cipher, raw(out), &written, raw(ciphertext), length(ciphertext)) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagSize), tag.data()) !=
          1) {
    wipe(out.data(), out.size());
    failed("OpenSSL cannot decrypt with AES-256-GCM");
  }
  if (EVP_DecryptFinal_ex(cipher, raw(out) + written, &rest) != 1) {
    wipe(out.data(), out.size());  // decrypted but not authentic: nobody may see it
    ERR_clear_error();
    throw ProofError("seal: the key, the context or the bytes are not those that were sealed");
  }
  return out;
}

SecretKey stretch(std::string_view passphrase, std::string_view salt, unsigned cost) {
  constexpr std::uint64_t block = 8;
  constexpr std::uint64_t lanes = 1;
  const std::uint64_t n = std::uint64_t{1} << cost;
  const std::uint64_t most_memory = 2 * 128 * n * block;
  std::array<std::uint8_t, SecretKey::size> bytes{};
  const int done = EVP_PBE_scrypt(passphrase.data(), passphrase.size(),
                                  reinterpret_cast<const unsigned char*>(salt.data()), salt.size(),
                                  n, block, lanes, most_memory, bytes.data(), bytes.size());
  if (done != 1) throw Error(ErrorCode::crypto, "scrypt: OpenSSL could not derive a key");
  SecretKey key = SecretKey::copy_of(bytes);
  wipe(bytes.data(), bytes.size());
  return key;
}

}  // namespace consent
