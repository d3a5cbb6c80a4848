// Check digits of Russian identifiers. Sources and vectors: law sheet 7.3.
#include <array>
#include <cstddef>
#include <span>

#include "consent/party.hpp"

namespace consent {
namespace {

constexpr std::size_t value(char c) noexcept { return static_cast<std::size_t>(c - '0'); }

bool all_digits(std::string_view text) noexcept {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

bool all_zeros(std::string_view text) noexcept {
  return text.find_first_not_of('0') == std::string_view::npos;
}

/// Weighted sum of the digits in front, modulo 11, modulo 10, against the digit behind them.
bool weighted(std::string_view text, std::span<const std::size_t> weights) noexcept {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * value(text[i]);
  return sum % 11 % 10 == value(text[weights.size()]);
}

/// The number in front of the last digit, modulo `modulus`: the last digit is the remainder's last.
bool remainder(std::string_view text, std::size_t modulus) noexcept {
  std::size_t rest = 0;
  for (const char c : text.substr(0, text.size() - 1)) rest = (rest * 10 + value(c)) % modulus;
  return rest % 10 == value(text.back());
}

constexpr IdentifierProblem verdict(bool right) noexcept {
  return right ? IdentifierProblem::ok : IdentifierProblem::check_digit;
}

}  // namespace

IdentifierProblem check_inn(std::string_view text) noexcept {
  // One row of weights serves all three sums: each takes its end.
  static constexpr std::array<std::size_t, 11> weights = {3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
  const std::span all(weights);
  if (!all_digits(text)) return IdentifierProblem::not_a_digit;
  if (text.size() != 10 && text.size() != 12) return IdentifierProblem::length;
  if (all_zeros(text)) return IdentifierProblem::impossible;
  if (text.size() == 10) return verdict(weighted(text, all.subspan(2)));
  return verdict(weighted(text, all.subspan(1)) && weighted(text, all));
}

IdentifierProblem check_ogrn(std::string_view text) noexcept {
  if (!all_digits(text)) return IdentifierProblem::not_a_digit;
  if (text.size() != 13) return IdentifierProblem::length;
  if (all_zeros(text)) return IdentifierProblem::impossible;
  if (text[0] != '1' && text[0] != '5') return IdentifierProblem::first_digit;
  return verdict(remainder(text, 11));
}

IdentifierProblem check_ogrnip(std::string_view text) noexcept {
  if (!all_digits(text)) return IdentifierProblem::not_a_digit;
  if (text.size() != 15) return IdentifierProblem::length;
  if (all_zeros(text)) return IdentifierProblem::impossible;
  if (text[0] != '3') return IdentifierProblem::first_digit;
  return verdict(remainder(text, 13));
}

std::string_view to_word(IdentifierProblem problem) noexcept {
  switch (problem) {
    case IdentifierProblem::ok:
      return "ok";
    case IdentifierProblem::length:
      return "length";
    case IdentifierProblem::not_a_digit:
      return "not_a_digit";
    case IdentifierProblem::first_digit:
      return "first_digit";
    case IdentifierProblem::check_digit:
      return "check_digit";
    case IdentifierProblem::impossible:
      return "impossible";
  }
  return "impossible";
}

}  // namespace consent
