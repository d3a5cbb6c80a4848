// What is kept of the hours is what would be worked out anew.
#include <random>
#include <set>
#include <thread>

#include "catch.hpp"
#include "decision/open_hours.hpp"

using namespace consent;
using decision::OpenHours;

namespace {

RuleFigures window(std::uint16_t from, std::uint16_t to) {
  RuleFigures figures;
  figures.working_days = {from, to};
  figures.other_days = {static_cast<std::uint16_t>(from + 60), static_cast<std::uint16_t>(to - 60)};
  return figures;
}

std::vector<RuleFigures> windows() {
  std::vector<RuleFigures> out;
  for (std::uint16_t i = 0; i < OpenHours::kept; ++i) {
    out.push_back(window(static_cast<std::uint16_t>(300 + 37 * i),
                         static_cast<std::uint16_t>(1440 - 13 * i)));
  }
  return out;
}

bool same(const OpenHours::Answer& a, const OpenHours::Answer& b) {
  return a.known == b.known && a.open == b.open;
}

/// Few sets and minutes, so that entries meet again and take each other's places.
class Asker {
 public:
  explicit Asker(std::uint32_t seed) : random_(seed) {}
  ZoneSet zones() {
    return ZoneSet{static_cast<std::uint32_t>(random_() % 7 == 0 ? 0 : random_() & 0xFFF)};
  }
  Instant at() {
    const Instant first = parse_instant("2026-11-20T00:00:00+03:00");
    return first + std::chrono::minutes(random_() % 1500) +
           std::chrono::microseconds(random_() % 60'000'000);
  }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("hours that are kept are the hours worked out anew", "[decision][hours][property]") {
  const auto all = windows();
  const OpenHours kept;
  Asker asker(20261130);
  std::set<std::uint16_t> seen;
  for (int i = 0; i < 20000; ++i) {
    const ZoneSet zones = asker.zones();
    const Instant at = asker.at();
    const auto anew = OpenHours::work_out(zones, at, all);
    seen.insert(anew.open);
    REQUIRE(same(kept.at(zones, at, all), anew));
    REQUIRE(same(kept.at(zones, at, all), anew));
  }
  CHECK(seen.size() > 8);
}

TEST_CASE("moments outside the years that are kept are worked out", "[decision][hours]") {
  const auto all = windows();
  const OpenHours kept;
  const ZoneSet moscow = Zones::russia().zone("Europe/Moscow");
  for (const char* text : {"1969-12-31T23:59:00Z", "1901-05-01T12:00:00Z", "2500-05-01T12:00:00Z",
                           "9999-05-01T12:00:00Z"}) {
    const Instant at = parse_instant(text);
    CHECK(same(kept.at(moscow, at, all), OpenHours::work_out(moscow, at, all)));
  }
}

TEST_CASE("threads that ask at once get answers to their own questions", "[decision][hours]") {
  const auto all = windows();
  const OpenHours kept;
  std::array<bool, 4> right{};
  std::vector<std::thread> threads;
  for (std::uint32_t thread = 0; thread < right.size(); ++thread) {
    threads.emplace_back([&, thread] {
      Asker asker(thread);
      bool all_right = true;
      for (int i = 0; i < 5000; ++i) {
        const ZoneSet zones = asker.zones();
        const Instant at = asker.at();
        all_right = all_right && same(kept.at(zones, at, all), OpenHours::work_out(zones, at, all));
      }
      right[thread] = all_right;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == std::array<bool, 4>{true, true, true, true});
}
