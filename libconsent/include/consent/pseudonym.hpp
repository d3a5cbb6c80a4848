#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "consent/export.hpp"
#include "consent/number.hpp"

namespace consent {

/// Names for values, so that a table can be shared without them: one value is one name under one
/// key, and without the key nobody finds the value, not even by trying them all.
///
/// A name is "p_" and 32 hex digits: the first 16 bytes of HMAC-SHA256 under the key of
/// "libconsent/pseudonym/v1" 0x00 kind 0x00 value. A telephone number is read first and named by
/// its E.164 form, so that each way of writing it gives one name; kinds keep an INN and a number of
/// the same digits apart. Whoever holds the key can find a number by trying all of them: it is
/// kept as the table itself was. Thread safety: const members may be called at once.
class CONSENT_EXPORT Pseudonyms {
 public:
  /// `key`: 32 random bytes. @throws Error (invalid_argument) for any other size.
  explicit Pseudonyms(std::string_view key);
  Pseudonyms(Pseudonyms&&) noexcept;
  Pseudonyms& operator=(Pseudonyms&&) noexcept;
  ~Pseudonyms();

  /// "" for an empty value: that nothing stood there is no secret.
  [[nodiscard]] std::string of(std::string_view kind, std::string_view value) const;
  /// As of() with the kind "phone"; a text that is no number is named as it stands, kind "text".
  [[nodiscard]] std::string of_number(std::string_view text, DefaultCountry country) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace consent
