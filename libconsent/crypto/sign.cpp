#include "crypto/sign.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>

#include "consent/error.hpp"

namespace consent {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

[[noreturn]] void failed(const char* what) {
  ERR_clear_error();  // OpenSSL's queue is per thread: leave nothing to whoever asks it next
  throw Error(ErrorCode::crypto, what);
}

const unsigned char* raw(std::string_view bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

void SigningKey::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

SigningKey::SigningKey(SecretKey seed)
    : seed_(std::move(seed)),
      key_(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seed_.view().data(),
                                           SecretKey::size)) {
  std::size_t size = public_key_.size();
  if (!key_ || EVP_PKEY_get_raw_public_key(key_.get(), public_key_.data(), &size) != 1 ||
      size != public_key_.size()) {
    failed("OpenSSL cannot make an Ed25519 key");
  }
}

SigningKey SigningKey::generate(Entropy& entropy) {
  return SigningKey(SecretKey::generate(entropy));
}

SigningKey SigningKey::from_seed(SecretKey::View seed) {
  return SigningKey(SecretKey::copy_of(seed));
}

Signature SigningKey::sign(std::string_view message) const {
  Signature signature{};
  std::size_t size = signature.size();
  const Context context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, raw(message), message.size()) != 1 ||
      size != signature.size()) {
    failed("OpenSSL cannot sign with Ed25519");
  }
  return signature;
}

bool verify_ed25519(const PublicKey& key, std::string_view message, std::string_view signature) {
  if (signature.size() != Signature().size()) return false;
  struct FreeKey {
    void operator()(EVP_PKEY* k) const noexcept { EVP_PKEY_free(k); }
  };
  const std::unique_ptr<EVP_PKEY, FreeKey> pkey(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, key.data(), key.size()));
  const Context context(EVP_MD_CTX_new());
  if (!pkey || !context ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) != 1) {
    failed("OpenSSL cannot verify Ed25519");
  }
  const int answer = EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message),
                                      message.size());
  ERR_clear_error();
  return answer == 1;
}

}  // namespace consent
