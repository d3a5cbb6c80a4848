#include "places/plan.hpp"

#include <array>
#include <cstddef>

#include "number/code.hpp"
#include "places/plan_regions.hpp"

namespace consent {
namespace {

constexpr auto kRegions = [] {
  std::array<RegionSet, number::kCodes> regions{};
  for (const auto& [code, low, high] : number::kPlanRegions) regions[code] = RegionSet{low, high};
  return regions;
}();

}  // namespace

NumberFacts numbering_facts(PhoneNumber number) noexcept {
  const number::CodeFacts facts = number::code_facts(number);
  return {facts.country, facts.kind};
}

RegionSet number::code_regions(std::uint32_t code) noexcept { return kRegions[code]; }

}  // namespace consent
