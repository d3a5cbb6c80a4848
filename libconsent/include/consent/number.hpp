#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "consent/export.hpp"

namespace consent {

/// Where a number without a country code is assumed to be. Stated by the caller, never guessed.
/// It names the country whose national form and dialling prefixes the text is written in.
enum class DefaultCountry : std::uint8_t {
  none,    ///< only forms that carry their own country code (or 8…, 8-10-… as Russians dial)
  russia,  ///< 10 national digits; trunk prefix 8, international 8-10
  kazakhstan,     ///< the same plan as Russia: +7 6xx/7xx
  north_america,  ///< NANP: 10 national digits, trunk 1, international 011
  international,  ///< the digits begin with the country code, without '+'
};

/// nullopt unless an ISO 3166 code that has a DefaultCountry, or "international": "RU", "KZ", "US",
/// "CA".
[[nodiscard]] CONSENT_EXPORT std::optional<DefaultCountry> default_country(
    std::string_view iso) noexcept;

/// A telephone number in E.164 form: digits packed into one integer, no '+'.
///
/// Invariant: 7 to 15 digits, the first not 0; exactly 11 where it begins with 7 or 1, whose plans
/// have one length. No empty or half-parsed PhoneNumber exists, so nothing downstream checks again.
/// Source: ITU-T E.164 for the limit of 15; the floor of 7 is ours. Whether somebody holds the
/// number, or its area code exists, is no question of form: see numbering_facts().
class CONSENT_EXPORT PhoneNumber {
 public:
  /// Reads UTF-8 `text` as a person writes it: "+7 (916) 123-45-67", "8 916…", "7916…", "8-10-7-…",
  /// "tel:+7…". Spaces and dashes of any kind, '.', '/', '~' and brackets are skipped. "доб. 123",
  /// "доп.", "вн.", "д.", "ext", "x", "#", ",", ";ext=" split an extension off, which ParsedNumber
  /// keeps. Refused: letters for digits, two numbers in one text, "00…", national digits without a
  /// stated country, country codes that nobody has. The forms that could be read in two ways, and
  /// what was decided about each, stand in docs/reference/number.md. For gates and programs; read()
  /// is for people and their files.
  /// Where Russia or Kazakhstan is stated, what is likely another person's number is refused: ten
  /// digits whose code no plan gives out, a national number behind '+', digits of an INN.
  /// @throws ParseError with the byte offset of the first character that cannot belong to a number;
  ///         offset == text.size() where the text ends too early. The message never repeats the
  ///         text.
  [[nodiscard]] static PhoneNumber parse(std::string_view text,
                                         DefaultCountry country = DefaultCountry::none);
  /// As parse(), with nullopt where it would throw. noexcept, no allocation.
  [[nodiscard]] static std::optional<PhoneNumber> try_parse(
      std::string_view text, DefaultCountry country = DefaultCountry::none) noexcept;
  /// Reads what parse() reads, as the same number, and what people write around one: labels before
  /// ("тел.", "WhatsApp:", "sip:…@host"), words behind, quotes, an apostrophe or ".0" of a
  /// spreadsheet, "*123" and "доб.№123#", a service code ("*67*").
  /// @throws ParseError as parse() does.
  [[nodiscard]] static PhoneNumber read(std::string_view text,
                                        DefaultCountry country = DefaultCountry::none);
  /// As read(), with nullopt where it would throw. noexcept, no allocation.
  [[nodiscard]] static std::optional<PhoneNumber> try_read(
      std::string_view text, DefaultCountry country = DefaultCountry::none) noexcept;
  /// Strictly '+' and ASCII digits; the inverse of e164(). Asks for the invariant alone, not for an
  /// assigned country code, so that what was stored once can be read for ever.
  [[nodiscard]] static std::optional<PhoneNumber> from_e164(std::string_view text) noexcept;
  /// From the digits as one integer (79161234567); nullopt where the invariant would not hold.
  [[nodiscard]] static std::optional<PhoneNumber> from_digits(std::uint64_t digits) noexcept;

  /// "+79161234567"
  [[nodiscard]] std::string e164() const;
  /// 79161234567: what tables key on.
  [[nodiscard]] constexpr std::uint64_t digits() const noexcept { return digits_; }
  /// Of ITU-T E.164: 7, 49, 375. Several countries may share one.
  [[nodiscard]] std::uint16_t country_code() const noexcept;

  friend constexpr auto operator<=>(const PhoneNumber&, const PhoneNumber&) = default;

 private:
  explicit constexpr PhoneNumber(std::uint64_t digits) noexcept : digits_(digits) {}
  std::uint64_t digits_;
};

class Pseudonyms;
/// The name of a telephone number: of its E.164 form, kind "phone", so that each way of writing it
/// gives one name. A text that is no number is named as it stands, kind "text".
[[nodiscard]] CONSENT_EXPORT std::string pseudonym_of(const Pseudonyms& names,
                                                      std::string_view text,
                                                      DefaultCountry country);

/// What a number is used for, as its code says.
enum class NumberKind : std::uint8_t {
  unknown,     ///< the plan says nothing, or the code is shared
  mobile,      ///< non-geographic DEF code
  geographic,  ///< ABC code
  free_call,   ///< 800, 804
  premium,     ///< 803, 809
  personal,    ///< 808
  service,     ///< another non-geographic service code
  foreign,     ///< not +7
  reserve,     ///< a code of +7 that neither country uses
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(NumberKind kind) noexcept;

/// A number and the extension that stood behind it ("" where none).
struct ParsedNumber {
  PhoneNumber number;
  std::string extension;     ///< 1 to 11 digits
  std::string service_code;  ///< what was dialled in front: "*67*", "#31#"; read_number() only
};

/// As PhoneNumber::parse(), keeping the extension.
[[nodiscard]] CONSENT_EXPORT ParsedNumber
parse_number(std::string_view text, DefaultCountry country = DefaultCountry::none);

/// As PhoneNumber::read(), keeping the extension and the service code.
[[nodiscard]] CONSENT_EXPORT ParsedNumber
read_number(std::string_view text, DefaultCountry country = DefaultCountry::none);

/// Why PhoneNumber::read() refuses a text, where the owner of a list can do something about it.
enum class NumberDefect : std::uint8_t {
  none,
  series,          ///< a number and the ending of a second one
  code_not_given,  ///< ten digits whose code no plan gives out: a digit is missing
  bare_plus,       ///< a national number behind '+'
  inn,             ///< digits of a taxpayer number
  other,
};
[[nodiscard]] CONSENT_EXPORT NumberDefect
defect_of(std::string_view text, DefaultCountry country = DefaultCountry::none) noexcept;

}  // namespace consent
