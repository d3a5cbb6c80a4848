// Runs tests/fuzz/fuzz_number.cpp without a fuzzer: seeded mutations of the vectors for about two
// seconds.
#include <chrono>
#include <cstdint>
#include <random>

#include "catch.hpp"
#include "number/vectors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

TEST_CASE("the number reader keeps its promises on mutated numbers", "[number][fuzz]") {
  const auto seed = std::random_device{}();
  WARN("fuzz seed " << seed);  // an abort leaves this line on the screen
  std::mt19937_64 random(seed);

  std::vector<std::string> corpus;
  for (const auto& row : consent_testing::vectors("number/accepted.tsv", 4)) {
    corpus.push_back(consent_testing::unescape(row[0]));
  }
  for (const auto& row : consent_testing::vectors("number/refused.tsv", 3)) {
    corpus.push_back(consent_testing::unescape(row[0]));
  }
  const std::vector<std::string> pieces = {"+",
                                           "8",
                                           "7",
                                           "0",
                                           "10",
                                           "810",
                                           "(",
                                           ")",
                                           "-",
                                           " ",
                                           "\n",
                                           ",",
                                           ";",
                                           "#",
                                           "x",
                                           "доб.",
                                           "ext=",
                                           "д",
                                           "\u00a0",
                                           "\u200b",
                                           "\uff17",
                                           "/",
                                           "\xff",
                                           "\xd0",
                                           "\xe2\x80",
                                           "👍",
                                           "tel:",
                                           "00",
                                           "[",
                                           "]",
                                           std::string(1, '\0')};

  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  std::size_t runs = 0;
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 1000; ++i, ++runs) {
      std::string text = corpus[random() % corpus.size()];
      for (std::size_t edits = random() % 4; edits > 0; --edits) {
        const std::size_t at = random() % (text.size() + 1);
        switch (random() % 5) {
          case 0:
            text.insert(at, pieces[random() % pieces.size()]);
            break;
          case 1:
            if (at < text.size()) text.erase(at, 1 + random() % 3);
            break;
          case 2:
            if (at < text.size()) text[at] = static_cast<char>(random() % 256);
            break;
          case 3:
            text.insert(at, 1, static_cast<char>('0' + random() % 10));
            break;
          default:
            text += corpus[random() % corpus.size()];
            break;
        }
      }
      text.insert(text.begin(), static_cast<char>(random() % 4));
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    }
  }
  CHECK(runs >= 1000);
}
