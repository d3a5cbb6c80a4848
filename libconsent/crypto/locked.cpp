#include "consent/locked.hpp"

#include "consent/error.hpp"
#include "crypto/seal.hpp"

namespace consent {
namespace {

constexpr std::string_view kContext = "libconsent/locked/v1";
constexpr std::size_t kSaltSize = 16;
constexpr unsigned kCost = 17;  // of scrypt, as in keys.db

SecretKey key_of(std::string_view passphrase, std::string_view salt) {
  if (passphrase.empty()) throw Error(ErrorCode::invalid_argument, "the passphrase is empty");
  if (salt.size() != kSaltSize) throw Error(ErrorCode::invalid_argument, "salt: 16 bytes");
  return stretch(passphrase, salt, kCost);
}

}  // namespace

std::string lock_text(std::string_view passphrase, std::string_view salt, std::string_view text) {
  return seal(key_of(passphrase, salt).view(), kContext, text);
}

std::string unlock_text(std::string_view passphrase, std::string_view salt,
                        std::string_view locked) {
  try {
    return open(key_of(passphrase, salt).view(), kContext, locked);
  } catch (const ProofError&) {
    throw Error(ErrorCode::crypto, "the passphrase is another, or the file was changed");
  }
}

}  // namespace consent
