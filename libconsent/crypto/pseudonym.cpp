#include "consent/pseudonym.hpp"

#include "consent/digest.hpp"
#include "consent/error.hpp"
#include "crypto/secret.hpp"

namespace consent {

struct Pseudonyms::Impl {
  explicit Impl(std::string_view key) : mac(key) {}
  HmacKey mac;
};

Pseudonyms::Pseudonyms(std::string_view key) {
  if (key.size() != SecretKey::size) {
    throw Error(ErrorCode::invalid_argument, "pseudonyms: the key must be 32 bytes");
  }
  impl_ = std::make_unique<const Impl>(key);
}
Pseudonyms::Pseudonyms(Pseudonyms&&) noexcept = default;
Pseudonyms& Pseudonyms::operator=(Pseudonyms&&) noexcept = default;
Pseudonyms::~Pseudonyms() = default;

std::string Pseudonyms::of(std::string_view kind, std::string_view value) const {
  if (value.empty()) return {};
  std::string context("libconsent/pseudonym/v1");
  context.push_back('\0');
  context.append(kind).push_back('\0');
  constexpr std::size_t digits = 32;
  return "p_" + to_hex(impl_->mac.mac(context, value)).substr(0, digits);
}

}  // namespace consent
