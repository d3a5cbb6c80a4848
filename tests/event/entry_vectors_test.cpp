#include "catch.hpp"
#include "consent/error.hpp"
#include "event/encode.hpp"
#include "vector_files.hpp"

TEST_CASE("entry vectors are accepted, and refused for their reason", "[event][entry]") {
  std::size_t happy = 0;
  for (const auto& vector : consent_testing::vectors("entry")) {
    INFO(vector.name);
    const std::string bytes = vector.bytes("bytes");
    if (vector.accepted()) {
      ++happy;
      CHECK_NOTHROW(consent::check_entry(bytes));
      const auto read = consent::decode_entry(bytes);
      CHECK(consent::to_word(read.entry.type) == vector.text("type"));
      CHECK(read.entry.leaf == consent_testing::digest(vector.text("leaf")));
      continue;
    }
    try {
      consent::check_entry(bytes);
      FAIL_CHECK("accepted");
    } catch (const consent::Error& error) {
      CHECK(error.code() == consent::ErrorCode::invalid_argument);
      CHECK_THAT(error.what(), consent_testing::contains(vector.text("reason")));
    }
  }
  CHECK(happy >= 22);  // every type at least once
}
