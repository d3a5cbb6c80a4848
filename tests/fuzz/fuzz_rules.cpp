// Every reader of TOML: rule packs, policies, calls' facts, calendars, deadlines, zones, outcomes.
#include <fstream>
#include <iterator>

#include "consent/advertising.hpp"
#include "consent/calendar.hpp"
#include "consent/deadline.hpp"
#include "consent/decision.hpp"
#include "consent/error.hpp"
#include "consent/outcome.hpp"
#include "consent/rules.hpp"
#include "consent/zones.hpp"
#include "fuzz/driver.hpp"

namespace fs = std::filesystem;

std::vector<std::string> consent_testing::fuzz_seeds() {
  std::vector<std::string> seeds{
      "extends = \"russia\"\nversion = \"house-1\"\n[options]\nrobot_with_consent = \"warn\"\n",
      "inn = \"7707083893\"\nmass = true\nstarted = 2026-01-01\n",
      "[[day]]\ndate = 2026-01-01\nworking = false\nsource = \"x\"\n",
      // What has crashed a reader of TOML before.
      "a = [\r", std::string(600, '['), "a." + std::string(400, 'a') + ".b = 1", "a = \"\\uD800\"",
      "a = 0x", "a = 1979-05-27T07:32:00-99:99", std::string("a = 1\0b = 2", 11), "\xC3",
      "\xEF\xBB\xBF"};
  // The rules themselves; a large file is cut to what a run of two seconds can mutate.
  const fs::path rules = fs::path(CONSENT_VECTORS).parent_path().parent_path() / "libconsent/rules";
  for (const auto& file : fs::directory_iterator(rules)) {
    std::ifstream in(file.path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    seeds.push_back(text.substr(0, 12'000));
  }
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace consent;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto refused = [](const auto& read) {
    try {
      read();
    } catch (const Error&) {  // the one way to say no
    }
  };
  refused([&] { (void)RulePack::from_toml(text, "x.toml"); });
  refused([&] { (void)Caller::from_toml(text, "x.toml"); });
  refused([&] { (void)AdvertisingPack::from_toml(text, "x.toml"); });
  refused([&] { (void)Calendar::from_toml(text, "x.toml"); });
  refused([&] { (void)DeadlineRows::from_toml(text, "x.toml"); });
  refused([&] { (void)OutcomePack::from_toml(text, "x.toml"); });
  refused([&] { (void)Zones::from_toml(text, "x.toml"); });
  return 0;
}
