#include "consent/classification.hpp"

#include <random>
#include <string>
#include <vector>

#include "catch.hpp"

using consent::check_snils;
using consent::ClassifiedNumbers;
using consent::classify;
using consent::classify_many;
using consent::IdentifierProblem;
using consent::PhoneNumber;

TEST_CASE("many numbers are answered as one is, row, kind and warnings", "[party][bulk]") {
  std::mt19937_64 random{20261122};
  std::vector<std::optional<PhoneNumber>> numbers;
  for (std::uint64_t code = 0; code < 1000; ++code) {
    numbers.push_back(
        PhoneNumber::from_digits(70'000'000'000 + code * 10'000'000 + random() % 10'000'000));
  }
  numbers.push_back(PhoneNumber::from_digits(442079460000));
  numbers.push_back(std::nullopt);
  const ClassifiedNumbers found = classify_many(numbers);
  REQUIRE(found.which.size() == numbers.size());
  CHECK(found.which.back() == ClassifiedNumbers::unread);
  for (std::size_t i = 0; i + 1 < numbers.size(); ++i) {
    const auto one = classify(*numbers[i], {});
    const auto& many = found.answers.at(found.which[i]);
    CAPTURE(i);
    CHECK(many.row == one.row);
    CHECK(many.personal_data == one.personal_data);
    CHECK(many.kind == one.kind);
    CHECK(many.warnings == one.warnings);
    CHECK(many.confidence == one.confidence);
  }
  CHECK(found.answers.size() < 30);
}

TEST_CASE("a text that is no number is unread and its neighbours are answered", "[party][bulk]") {
  const std::vector<std::string_view> texts = {"+7 916 123-45-67", "", "нет", "8 495 123 45 67",
                                               "9161234567"};
  const auto strict = classify_many(texts);
  CHECK(strict.which[0] == 0);
  CHECK(strict.which[1] == ClassifiedNumbers::unread);
  CHECK(strict.which[2] == ClassifiedNumbers::unread);
  CHECK(strict.which[3] == 1);
  CHECK(strict.which[4] == ClassifiedNumbers::unread);
  CHECK(strict.answers[0].row == "ru/pd/09");
  CHECK(strict.answers[1].row == "ru/pd/11");
  CHECK(classify_many(texts, consent::DefaultCountry::russia).which[4] == 0);
}

TEST_CASE("a SNILS passes and fails as its source says", "[party]") {
  CHECK(check_snils("112-233-445 95") == IdentifierProblem::ok);
  CHECK(check_snils("11223344595") == IdentifierProblem::ok);
  CHECK(check_snils("112-233-445 00") == IdentifierProblem::check_digit);
  CHECK(check_snils("112-233-445 9") == IdentifierProblem::length);
  CHECK(check_snils("112-233-445 955") == IdentifierProblem::length);
  CHECK(check_snils("112-233-44x 95") == IdentifierProblem::not_a_digit);
  CHECK(check_snils("000-000-000 00") == IdentifierProblem::impossible);
  CHECK(check_snils("111-111-111 11") == IdentifierProblem::impossible);
}

TEST_CASE("a SNILS without a control sum is neither right nor wrong", "[party]") {
  CHECK_FALSE(check_snils("001-001-998 99"));
  CHECK_FALSE(check_snils("000-000-001 00"));
  CHECK(check_snils("001-001-999 77") == IdentifierProblem::check_digit);
}

TEST_CASE("a sum of 100 or 101, and a remainder of 100, give 00", "[party]") {
  // Weights 9 to 1 over the nine digits: 087654303 -> 202, twice 101.
  CHECK(check_snils("087-654-303 00") == IdentifierProblem::ok);
  CHECK(check_snils("087-654-303 99") == IdentifierProblem::check_digit);
  // Found by counting: sums of exactly 100 and 101.
  int found = 0;
  for (unsigned number = 1'002'000; number < 1'300'000 && found < 40; ++number) {
    unsigned sum = 0;
    for (unsigned i = 1, rest = number; i <= 9; ++i, rest /= 10) sum += i * (rest % 10);
    if (sum != 100 && sum != 101 && sum % 101 != 100) continue;
    ++found;
    const std::string digits = "00" + std::to_string(number);
    CAPTURE(digits, sum);
    CHECK(check_snils(digits + "00") == IdentifierProblem::ok);
    CHECK(check_snils(digits + "01") == IdentifierProblem::check_digit);
  }
  CHECK(found == 40);
}
