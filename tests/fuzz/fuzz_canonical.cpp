#include "consent/error.hpp"
#include "event/canonical.hpp"
#include "fuzz/driver.hpp"
#include "vector_files.hpp"

using consent_testing::promise;

std::vector<std::string> consent_testing::fuzz_seeds() {
  std::vector<std::string> seeds;
  for (const auto& vector : vectors("canonical")) seeds.push_back(from_hex(vector.text("bytes")));
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  namespace canonical = consent::canonical;
  try {
    promise(canonical::encode(canonical::decode(bytes)) == bytes, "encode(decode(bytes)) is bytes");
  } catch (const consent::ParseError& error) {
    promise(error.offset() <= size, "the offset lies in the input");
    // What stands before the offset is at worst unfinished.
    try {
      (void)canonical::decode(bytes.substr(0, error.offset()));
    } catch (const consent::ParseError& earlier) {
      promise(earlier.offset() == error.offset(), "the offset is of the first byte that is wrong");
    }
  }
  // Any string at all is either not UTF-8 or survives.
  if (size <= 2000) {
    try {
      const canonical::Value text(bytes);
      promise(canonical::decode(canonical::encode(text)) == text, "decode(encode(text)) is text");
    } catch (const consent::Error&) {
    }
  }
  return 0;
}
