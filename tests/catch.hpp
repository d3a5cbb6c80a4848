// The one include of every C++ test: Catch2, version 2 or 3 as CMake found it.
// Use what both have: TEST_CASE SECTION CHECK REQUIRE GENERATE INFO CAPTURE CHECK_THAT
// CHECK_THROWS_AS CHECK_THROWS_MATCHES; Catch::Matchers::Message, Equals, StartsWith, EndsWith;
// contains() below.
#pragma once

#include <string>

#ifdef CONSENT_CATCH2_V3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

namespace consent_testing {

// Text matchers under one name: version 3 renamed Contains to ContainsSubstring.
inline auto contains(const std::string& text) {
#ifdef CONSENT_CATCH2_V3
  return Catch::Matchers::ContainsSubstring(text);
#else
  return Catch::Matchers::Contains(text);
#endif
}

}  // namespace consent_testing
