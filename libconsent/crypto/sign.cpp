#include "crypto/sign.hpp"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>

#include "consent/error.hpp"
#include "crypto/public_key.hpp"

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

struct FreeNumber {
  void operator()(BIGNUM* number) const noexcept { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

Number number_of(const char* hex) {
  BIGNUM* number = nullptr;
  if (BN_hex2bn(&number, hex) == 0) failed("OpenSSL cannot read a number");
  return Number(number);
}

/// The y of the points whose order divides 8, as they are encoded, without the sign of x. At 1 and
/// -1, x is 0: what a sign bit there would say is refused with them.
constexpr std::array<std::string_view, 5> kSmallOrder{
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"};

/// Whether x^2 = (y^2 - 1) / (d y^2 + 1) has a root modulo p (RFC 8032, 5.1.3).
bool is_on_curve(const BIGNUM* y, const BIGNUM* p) {
  struct FreeScratch {
    void operator()(BN_CTX* scratch) const noexcept { BN_CTX_free(scratch); }
  };
  const Number d = number_of("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
  const std::unique_ptr<BN_CTX, FreeScratch> scratch(BN_CTX_new());
  const Number square(BN_new());
  const Number above(BN_new());
  const Number below(BN_new());
  if (!scratch || !square || !above || !below ||
      BN_mod_sqr(square.get(), y, p, scratch.get()) != 1 ||
      BN_mod_sub(above.get(), square.get(), BN_value_one(), p, scratch.get()) != 1 ||
      BN_mod_mul(below.get(), square.get(), d.get(), p, scratch.get()) != 1 ||
      BN_mod_add(below.get(), below.get(), BN_value_one(), p, scratch.get()) != 1 ||
      BN_mod_mul(above.get(), above.get(), below.get(), p, scratch.get()) != 1) {
    failed("OpenSSL cannot calculate");
  }
  // A quotient is a square exactly if the product is.
  const int symbol = BN_kronecker(above.get(), p, scratch.get());
  if (symbol < -1) failed("OpenSSL cannot calculate");
  return symbol >= 0;
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

bool is_proper(const PublicKey& key) {
  constexpr std::uint8_t without_sign = 0x7F;
  PublicKey y = key;
  y.back() &= without_sign;
  const std::string text = to_hex({reinterpret_cast<const char*>(y.data()), y.size()});
  if (std::find(kSmallOrder.begin(), kSmallOrder.end(), text) != kSmallOrder.end()) return false;
  const Number p = number_of("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
  const Number number(BN_lebin2bn(y.data(), static_cast<int>(y.size()), nullptr));
  if (!number) failed("OpenSSL cannot read a number");
  return BN_cmp(number.get(), p.get()) < 0 && is_on_curve(number.get(), p.get());
}

// OpenSSL refuses S >= L and compares R as bytes, so that only its one encoding passes; of keys it
// takes other encodings and points of small order.
bool verify_ed25519(const PublicKey& key, std::string_view message, std::string_view signature) {
  if (signature.size() != Signature().size() || !is_proper(key)) return false;
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
