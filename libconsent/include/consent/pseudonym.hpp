#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "consent/export.hpp"

namespace consent {

/// Names for values, so that a table can be shared without them: one value is one name under one
/// key, and without the key nobody finds the value, not even by trying them all.
///
/// A name is "p_" and 32 hex digits: the first 16 bytes of HMAC-SHA256 under the key of
/// "libconsent/pseudonym/v1" 0x00 kind 0x00 value. Kinds keep an INN and a telephone number of the
/// same digits apart. The key finds a number by trying all of them: keep it as the table itself was
/// kept. Telephone numbers: pseudonym_of() in consent/number.hpp.
/// Thread safety: const members may be called at once.
class CONSENT_EXPORT Pseudonyms {
 public:
  /// `key`: 32 random bytes. @throws Error (invalid_argument) for any other size.
  explicit Pseudonyms(std::string_view key);
  Pseudonyms(Pseudonyms&&) noexcept;
  Pseudonyms& operator=(Pseudonyms&&) noexcept;
  ~Pseudonyms();

  /// "" for an empty value: that nothing stood there is no secret.
  [[nodiscard]] std::string of(std::string_view kind, std::string_view value) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace consent
