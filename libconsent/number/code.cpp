#include "number/code.hpp"

#include <array>
#include <cstddef>

namespace consent {
namespace {

enum class Holder : std::uint8_t { nobody, russia, kazakhstan };

struct Range {
  std::size_t first;
  std::size_t last;
};

struct Code {
  Holder holder = Holder::nobody;
  NumberKind kind = NumberKind::unknown;
};

// The plan of zone 7 by its three-digit code. Later lines overwrite earlier ones; what no line
// names is shared between the two countries (100-199, 881-899).
constexpr std::array<Code, 1000> kPlan = [] {
  std::array<Code, 1000> plan{};
  const auto give = [&](std::size_t first, std::size_t last, Holder holder, NumberKind kind) {
    for (std::size_t code = first; code <= last; ++code) plan[code] = {holder, kind};
  };
  using enum NumberKind;

  // Law sheet 8.1, read 2026-11-22: exclusive ranges of the agreement of 2024-11-27 (C2), and
  // 3xx, 4xx, 8xx = geographic, 9xx = non-geographic (C1).
  give(0, 99, Holder::kazakhstan, unknown);
  give(600, 799, Holder::kazakhstan, unknown);
  give(200, 299, Holder::russia, unknown);
  give(300, 499, Holder::russia, geographic);  // 336 too: Baikonur is a Russian range in Kazakhstan
  give(500, 599, Holder::russia, unknown);
  // clang-format off
  constexpr auto russian_8xx = std::to_array<Range>({
      {810, 818}, {820, 821}, {831, 831}, {833, 836}, {840, 848}, {850, 851}, {855, 857},
      {860, 863}, {865, 867}, {869, 869}, {871, 873}, {877, 880}});
  // clang-format on
  for (const auto& [first, last] : russian_8xx) give(first, last, Holder::russia, geographic);

  // clang-format off
  constexpr auto in_reserve = std::to_array<Range>({
      {819, 819}, {822, 830}, {832, 832}, {837, 839}, {849, 849}, {852, 854}, {858, 859},
      {864, 864}, {868, 868}, {870, 870}, {874, 876}});
  // clang-format on
  for (const auto& [first, last] : in_reserve) give(first, last, Holder::nobody, reserve);

  // Non-geographic services, held by either country. Law sheet 8.1, from libphonenumber's RU
  // metadata and the registry (C2). 801, 802, 805-807 have no name that anybody read.
  give(800, 809, Holder::nobody, service);
  for (const std::size_t code : {800U, 804U}) plan[code].kind = free_call;
  for (const std::size_t code : {803U, 809U}) plan[code].kind = premium;
  plan[808].kind = personal;

  // 9xx: the 83 codes with ranges in the register file DEF-9xx of 2026-08-19. The other 17 are
  // Russia's and empty: 945 is a slip for 495, not a mobile telephone.
  give(900, 999, Holder::russia, unknown);
  // clang-format off
  constexpr auto mobile_9xx = std::to_array<Range>({
      {900, 906}, {908, 934}, {936, 939}, {941, 942}, {949, 955}, {958, 971},
      {977, 997}, {999, 999}});
  // clang-format on
  for (const auto& [first, last] : mobile_9xx) give(first, last, Holder::russia, mobile);

  // Kazakhstan by libphonenumber's KZ metadata 8.13.48 (Apache-2.0), read 2026-11-22 (C2).
  give(710, 718, Holder::kazakhstan, geographic);
  give(721, 729, Holder::kazakhstan, geographic);
  give(751, 751, Holder::kazakhstan, service);
  for (const std::size_t code : {700U, 701U, 702U, 705U, 706U, 707U, 708U, 747U, 760U, 761U, 762U,
                                 763U, 764U, 771U, 775U, 776U, 777U, 778U, 785U}) {
    plan[code].kind = mobile;
  }
  return plan;
}();

// Codes with numbers given out. 3xx, 4xx and 8xx: the fixed-line pattern of libphonenumber's RU
// metadata 8.13.48 (Apache-2.0, C2); the register of 2014-11-18 has no other 3xx or 8xx
// (tests/python/test_numbering.py). 856 and 857: the agreement above. The rest is what kPlan names
// a kind for.
constexpr std::array<bool, 1000> kGivenOut = [] {
  std::array<bool, 1000> given{};
  for (std::size_t code = 0; code < given.size(); ++code) {
    const NumberKind kind = kPlan[code].kind;
    given[code] = kind != NumberKind::unknown && kind != NumberKind::reserve &&
                  kind != NumberKind::geographic;
    if (kPlan[code].holder == Holder::kazakhstan) given[code] = kind != NumberKind::unknown;
  }
  // clang-format off
  constexpr auto russian = std::to_array<Range>({
      {301, 302}, {336, 336}, {341, 343}, {345, 347}, {349, 349}, {351, 353}, {365, 365},
      {381, 385}, {388, 388}, {390, 391}, {394, 395}, {401, 401}, {411, 411}, {413, 413},
      {415, 416}, {421, 421}, {423, 424}, {426, 427}, {471, 475}, {481, 487}, {491, 496},
      {498, 499}, {811, 818}, {820, 821}, {831, 831}, {833, 836}, {840, 848}, {851, 851},
      {855, 857}, {861, 863}, {865, 867}, {869, 869}, {871, 873}, {877, 879}});
  // clang-format on
  for (const auto& [first, last] : russian) {
    for (std::size_t code = first; code <= last; ++code) given[code] = true;
  }
  return given;
}();

}  // namespace

namespace number {

bool code_given_out(std::uint32_t code) noexcept { return code < kCodes && kGivenOut[code]; }

CodeFacts code_facts(std::uint32_t code) noexcept {
  const Code row = kPlan[code];
  switch (row.holder) {
    case Holder::russia:
      return {"RU", row.kind};
    case Holder::kazakhstan:
      return {"KZ", row.kind};
    case Holder::nobody:
      break;
  }
  return {"", row.kind};
}

CodeFacts code_facts(PhoneNumber number) noexcept {
  const auto code = code_of(number);
  return code ? code_facts(*code) : CodeFacts{"", NumberKind::foreign};
}

}  // namespace number

std::string_view to_word(NumberKind kind) noexcept {
  switch (kind) {
    case NumberKind::unknown:
      return "unknown";
    case NumberKind::mobile:
      return "mobile";
    case NumberKind::geographic:
      return "geographic";
    case NumberKind::free_call:
      return "free_call";
    case NumberKind::premium:
      return "premium";
    case NumberKind::personal:
      return "personal";
    case NumberKind::service:
      return "service";
    case NumberKind::foreign:
      return "foreign";
    case NumberKind::reserve:
      return "reserve";
  }
  return "unknown";
}

}  // namespace consent
