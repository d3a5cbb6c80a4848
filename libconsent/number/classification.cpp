#include "consent/classification.hpp"

#include <algorithm>
#include <array>

#include "number/code.hpp"

namespace consent {
namespace {

/// classify() knows of a bare number its kind and its country, and asks for no digit more: one
/// answer for each pair that was met.
class Answers {
 public:
  Answers() { known_.fill(ClassifiedNumbers::unread); }

  std::uint8_t of(PhoneNumber number, std::vector<Classification>& answers) {
    const number::CodeFacts facts = number::code_facts(number);
    const std::size_t country = facts.country.empty() ? 0 : facts.country == "RU" ? 1 : 2;
    std::uint8_t& known = known_[static_cast<std::size_t>(facts.kind) * 3 + country];
    if (known == ClassifiedNumbers::unread) {
      known = static_cast<std::uint8_t>(answers.size());
      answers.push_back(classify(number, {}));
    }
    return known;
  }

 private:
  std::array<std::uint8_t, 3 * 16> known_{};
};

}  // namespace

ClassifiedNumbers classify_many(std::span<const std::optional<PhoneNumber>> numbers) {
  ClassifiedNumbers out;
  out.which.reserve(numbers.size());
  Answers answers;
  for (const auto& number : numbers) {
    out.which.push_back(number ? answers.of(*number, out.answers) : ClassifiedNumbers::unread);
  }
  return out;
}

ClassifiedNumbers classify_many(std::span<const std::string_view> texts, DefaultCountry country) {
  ClassifiedNumbers out;
  out.which.reserve(texts.size());
  Answers answers;
  for (const std::string_view text : texts) {
    const auto number = PhoneNumber::try_read(text, country);
    out.which.push_back(number ? answers.of(*number, out.answers) : ClassifiedNumbers::unread);
  }
  return out;
}

std::optional<IdentifierProblem> check_snils(std::string_view text) noexcept {
  std::array<unsigned, 11> digits{};
  std::size_t count = 0;
  for (const char c : text) {
    if (c == '-' || c == ' ') continue;
    if (c < '0' || c > '9') return IdentifierProblem::not_a_digit;
    if (count == digits.size()) return IdentifierProblem::length;
    digits[count++] = static_cast<unsigned>(c - '0');
  }
  if (count != digits.size()) return IdentifierProblem::length;
  if (std::all_of(digits.begin(), digits.end(), [&](unsigned d) { return d == digits[0]; })) {
    return IdentifierProblem::impossible;
  }
  unsigned number = 0;
  unsigned sum = 0;
  for (unsigned i = 0; i < 9; ++i) {
    number = number * 10 + digits[i];
    sum += digits[i] * (9 - i);
  }
  if (number <= 1'001'998) return std::nullopt;
  const unsigned control = sum % 101 % 100;
  return control == digits[9] * 10 + digits[10] ? IdentifierProblem::ok
                                                : IdentifierProblem::check_digit;
}

}  // namespace consent
