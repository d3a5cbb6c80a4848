#include "consent/number.hpp"

#include <array>
#include <charconv>

#include "consent/error.hpp"
#include "consent/pseudonym.hpp"
#include "number/code.hpp"
#include "number/country_codes.hpp"
#include "number/read.hpp"
#include "number/scan.hpp"

namespace consent {
namespace {

constexpr std::uint64_t kLeast = 1'000'000;              // 7 digits
constexpr std::uint64_t kMost = 999'999'999'999'999;     // 15 digits
constexpr std::uint64_t kElevenDigits = 10'000'000'000;  // also what one first digit counts for

/// The first `Size` bytes of `text` as one integer; 0 where one of them is no digit. A size known
/// to the compiler makes this one straight line.
template <std::size_t Size>
std::uint64_t value_of(std::string_view text) noexcept {
  std::uint64_t value = 0;
  unsigned wrong = 0;
  for (std::size_t i = 0; i < Size; ++i) {
    const unsigned digit = static_cast<unsigned char>(text[i]) - static_cast<unsigned>('0');
    wrong |= static_cast<unsigned>(digit > 9);
    value = value * 10 + digit;
  }
  return wrong == 0 ? value : 0;
}

/// Digits that need no thought: "+7…" and "7…" with 11 of them, "8…" with 11 and neither 0 nor 1
/// behind, and 10 of a mobile telephone where Russia or Kazakhstan is stated. Most of any list
/// looks so. 0 where thought is needed.
std::uint64_t read_plain(std::string_view text, DefaultCountry country) noexcept {
  const bool plus = !text.empty() && text.front() == '+';
  if (plus) text.remove_prefix(1);
  if (text.size() == 10) {
    const bool stated = country == DefaultCountry::russia || country == DefaultCountry::kazakhstan;
    if (plus || !stated || text[0] != '9') return 0;
    const std::uint64_t national = value_of<10>(text);
    const auto code = static_cast<std::uint32_t>(national / number::kPerCode);
    return number::code_given_out(code) ? national + number::kZone7 : 0;
  }
  if (text.size() != 11) return 0;
  if (text[0] == '7' && text[1] != '0' && (plus || country != DefaultCountry::north_america)) {
    return value_of<11>(text);
  }
  if (plus || country == DefaultCountry::north_america ||
      country == DefaultCountry::international) {
    return 0;
  }
  if (text[0] != '8' || text[1] <= '1') return 0;
  const std::uint64_t value = value_of<11>(text);
  return value == 0 ? 0 : value - kElevenDigits;
}

[[noreturn]] void refuse(const number::Scan& scan) {
  throw ParseError(scan.offset, Message("telephone number, byte {}: {}", scan.offset,
                                        Message(number::describe(scan.problem))));
}

}  // namespace

std::optional<DefaultCountry> default_country(std::string_view iso) noexcept {
  if (iso == "RU") return DefaultCountry::russia;
  if (iso == "KZ") return DefaultCountry::kazakhstan;
  if (iso == "international") return DefaultCountry::international;
  if (iso == "US" || iso == "CA") return DefaultCountry::north_america;
  return std::nullopt;
}

PhoneNumber PhoneNumber::parse(std::string_view text, DefaultCountry country) {
  if (const std::uint64_t plain = read_plain(text, country); plain != 0) return PhoneNumber(plain);
  const number::Scan scan = number::scan(text, country);
  if (scan.problem != number::Problem::none) refuse(scan);
  return PhoneNumber(scan.digits);
}

std::optional<PhoneNumber> PhoneNumber::try_parse(std::string_view text,
                                                  DefaultCountry country) noexcept {
  if (const std::uint64_t plain = read_plain(text, country); plain != 0) return PhoneNumber(plain);
  const number::Scan scan = number::scan(text, country);
  if (scan.problem != number::Problem::none) return std::nullopt;
  return PhoneNumber(scan.digits);
}

PhoneNumber PhoneNumber::read(std::string_view text, DefaultCountry country) {
  if (const std::uint64_t plain = read_plain(text, country); plain != 0) return PhoneNumber(plain);
  const number::Reading reading = number::read(text, country);
  if (reading.scan.problem != number::Problem::none) refuse(reading.scan);
  return PhoneNumber(reading.scan.digits);
}

std::optional<PhoneNumber> PhoneNumber::try_read(std::string_view text,
                                                 DefaultCountry country) noexcept {
  if (const std::uint64_t plain = read_plain(text, country); plain != 0) return PhoneNumber(plain);
  const number::Reading reading = number::read(text, country);
  if (reading.scan.problem != number::Problem::none) return std::nullopt;
  return PhoneNumber(reading.scan.digits);
}

std::optional<PhoneNumber> PhoneNumber::from_e164(std::string_view text) noexcept {
  if (text.size() < 8 || text.size() > 16 || text[0] != '+' || text[1] == '0') return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text.substr(1)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return from_digits(value);
}

std::optional<PhoneNumber> PhoneNumber::from_digits(std::uint64_t digits) noexcept {
  if (digits < kLeast || digits > kMost) return std::nullopt;
  if (digits >= kElevenDigits && digits < 10 * kElevenDigits) return PhoneNumber(digits);
  std::uint64_t first = digits;
  while (first >= 10) first /= 10;
  if (first == 7 || first == 1) return std::nullopt;
  return PhoneNumber(digits);
}

std::string PhoneNumber::e164() const {
  std::array<char, 16> text{'+'};
  const auto end = std::to_chars(text.data() + 1, text.data() + text.size(), digits_).ptr;
  return {text.data(), end};
}

std::uint16_t PhoneNumber::country_code() const noexcept {
  std::uint64_t first = digits_;  // its first three digits
  while (first >= 1000) first /= 10;
  constexpr std::array<std::uint64_t, 4> below{1000, 100, 10, 1};
  return static_cast<std::uint16_t>(first / below[number::country_code_size(first / 10)]);
}

ParsedNumber parse_number(std::string_view text, DefaultCountry country) {
  const number::Scan scan = number::scan(text, country);
  if (scan.problem != number::Problem::none) refuse(scan);
  const auto number = PhoneNumber::from_digits(scan.digits);
  if (!number) throw Error(ErrorCode::internal, "telephone number: the reader broke its promise");
  return {*number, std::string(scan.extension.data(), scan.extension_size), {}};
}

ParsedNumber read_number(std::string_view text, DefaultCountry country) {
  const number::Reading reading = number::read(text, country);
  const number::Scan& scan = reading.scan;
  if (scan.problem != number::Problem::none) refuse(scan);
  const auto number = PhoneNumber::from_digits(scan.digits);
  if (!number) throw Error(ErrorCode::internal, "telephone number: the reader broke its promise");
  return {*number, std::string(scan.extension.data(), scan.extension_size),
          std::string(reading.service_code)};
}

NumberDefect defect_of(std::string_view text, DefaultCountry country) noexcept {
  switch (number::read(text, country).scan.problem) {
    case number::Problem::none:
      return NumberDefect::none;
    case number::Problem::series:
      return NumberDefect::series;
    case number::Problem::code_not_given:
      return NumberDefect::code_not_given;
    case number::Problem::bare_plus:
      return NumberDefect::bare_plus;
    case number::Problem::inn:
      return NumberDefect::inn;
    default:
      return NumberDefect::other;
  }
}

std::string pseudonym_of(const Pseudonyms& names, std::string_view text, DefaultCountry country) {
  if (const auto number = PhoneNumber::try_read(text, country)) {
    return names.of("phone", number->e164());
  }
  return names.of("text", text);
}

}  // namespace consent
