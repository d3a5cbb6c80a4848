#include "consent/version.hpp"

#include "catch.hpp"
#include "rules_data.hpp"

TEST_CASE("the library linked and the header compiled against are one version", "[version]") {
  CHECK(consent::version() == CONSENT_VERSION_STRING);
}

TEST_CASE("every embedded rule file has its text, byte for byte", "[rules]") {
  for (const auto& file : consent::rules_data::files()) {
    INFO(file.name);
    CHECK_FALSE(file.text.empty());
    CHECK(file.text.find('\0') == std::string_view::npos);
  }
}
