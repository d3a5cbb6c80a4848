// What must hold of the number reader for any bytes. Runs under libFuzzer
// (clang++ -fsanitize=fuzzer,address,undefined), and under ctest with seeded mutations.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "consent/error.hpp"
#include "consent/number.hpp"
#include "consent/numbering.hpp"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using consent::DefaultCountry;
  using consent::PhoneNumber;
  if (size == 0) return 0;
  constexpr DefaultCountry countries[] = {DefaultCountry::none, DefaultCountry::russia,
                                          DefaultCountry::kazakhstan, DefaultCountry::north_america,
                                          DefaultCountry::international};
  const DefaultCountry country = countries[data[0] % 5];
  const std::string text(data + 1, data + size);

  const auto tried = PhoneNumber::try_parse(text, country);
  try {
    const auto parsed = consent::parse_number(text, country);
    must(tried == parsed.number);
    must(PhoneNumber::parse(text, country) == parsed.number);
    must(parsed.extension.size() <= 11);
    for (const char c : parsed.extension) must(c >= '0' && c <= '9');

    // What is read is a number for every other reader.
    const std::string written = parsed.number.e164();
    must(PhoneNumber::from_e164(written) == parsed.number);
    must(PhoneNumber::from_digits(parsed.number.digits()) == parsed.number);
    for (const DefaultCountry other : countries) {
      const auto again = PhoneNumber::try_parse(written, other);
      // Ten digits behind '+' may be a national number of the country that is declared.
      must(again == parsed.number || (!again && written.size() == 11));
    }
    // A reader of lists takes what a gate takes, as the same number.
    const auto read = consent::read_number(text, country);
    must(read.number == parsed.number && read.extension == parsed.extension);
    must(PhoneNumber::try_read(text, country) == parsed.number);
    must(written.size() >= 8 && written.size() <= 16);
    must(!consent::to_word(consent::numbering_facts(parsed.number).kind).empty());

    // White space around it changes nothing.
    const auto padded = consent::parse_number(" \t" + text + " \n", country);
    must(padded.number == parsed.number && padded.extension == parsed.extension);
    // The extension survives its canonical form.
    if (!parsed.extension.empty()) {
      const auto again = consent::parse_number("tel:" + written + ";ext=" + parsed.extension);
      must(again.number == parsed.number && again.extension == parsed.extension);
    }
  } catch (const consent::ParseError& e) {
    must(!tried);
    must(e.offset() <= text.size());
    // Nothing of the text: the message is one of a fixed few.
    must(std::string_view(e.what()).size() < 200);
  }
  return 0;
}
