#include "consent/sender.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace consent {
namespace {

constexpr std::size_t kShort = 6;
constexpr std::size_t kAlpha = 11;

bool is_short(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kShort &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_alpha(std::string_view text) noexcept {
  std::size_t characters = 0;
  bool letter = false;
  for (std::size_t i = 0; i < text.size(); ++characters) {
    const number::Character c = number::decode(text, i);
    if (c.size == 0) return false;
    i += c.size;
    if (number::class_of(c.code) == number::Class::letter) {
      letter = true;
    } else if (c.code >= 0x80 ||
               std::string_view("0123456789 .-_&'+!").find(static_cast<char>(c.code)) ==
                   std::string_view::npos) {
      return false;
    }
  }
  return letter && characters <= kAlpha;
}

}  // namespace

Sender Sender::parse(std::string_view text, DefaultCountry country) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  const std::string_view inner =
      begin == text.npos ? std::string_view{}
                         : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
  if (is_short(inner)) return {SenderKind::short_, std::string(inner)};
  if (const auto number = PhoneNumber::try_parse(text, country)) {
    return {SenderKind::number, number->e164()};
  }
  if (is_alpha(inner)) return {SenderKind::alpha, std::string(inner)};
  return {SenderKind::number, PhoneNumber::parse(text, country).e164()};
}

std::optional<PhoneNumber> Sender::number() const noexcept {
  return kind_ == SenderKind::number ? PhoneNumber::from_e164(text_) : std::nullopt;
}

std::string_view to_word(SenderKind kind) noexcept {
  switch (kind) {
    case SenderKind::number:
      return "number";
    case SenderKind::short_:
      return "short";
    case SenderKind::alpha:
      return "alpha";
  }
  return "number";
}

}  // namespace consent
