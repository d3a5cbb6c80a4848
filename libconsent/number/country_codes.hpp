// Which digits can begin an international number. Private to number/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace consent::number {

// Country codes of ITU-T E.164 in use, networks and shared services (+800, +88x, +979) included.
// Read 2026-11-22: the 1137 examples of python-phonenumbers 8.13.48 (Apache-2.0), and +997, the
// second code of Kazakhstan, which that release lacks. A code assigned later is refused until it is
// added here; numbers already stored are read by from_e164(), which does not look here.
inline constexpr std::array kCountryCodes = std::to_array<std::uint16_t>({
    1,   7,   20,  27,  30,  31,  32,  33,  34,  36,  39,  40,  41,  43,  44,  45,  46,  47,
    48,  49,  51,  52,  53,  54,  55,  56,  57,  58,  60,  61,  62,  63,  64,  65,  66,  81,
    82,  84,  86,  90,  91,  92,  93,  94,  95,  98,  211, 212, 213, 216, 218, 220, 221, 222,
    223, 224, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234, 235, 236, 237, 238, 239, 240,
    241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255, 256, 257, 258,
    260, 261, 262, 263, 264, 265, 266, 267, 268, 269, 290, 291, 297, 298, 299, 350, 351, 352,
    353, 354, 355, 356, 357, 358, 359, 370, 371, 372, 373, 374, 375, 376, 377, 378, 380, 381,
    382, 383, 385, 386, 387, 389, 420, 421, 423, 500, 501, 502, 503, 504, 505, 506, 507, 508,
    509, 590, 591, 592, 593, 594, 595, 596, 597, 598, 599, 670, 672, 673, 674, 675, 676, 677,
    678, 679, 680, 681, 682, 683, 685, 686, 687, 688, 689, 690, 691, 692, 800, 808, 850, 852,
    853, 855, 856, 870, 878, 880, 881, 882, 883, 886, 888, 960, 961, 962, 963, 964, 965, 966,
    967, 968, 970, 971, 972, 973, 974, 975, 976, 977, 979, 992, 993, 994, 995, 996, 997, 998,
});

/// For the first three digits of an international number: how many of them a country code can begin
/// with. 3 where they are, or begin with, an assigned code; 0 to 2 is the index of the digit that
/// no code continues with.
inline constexpr auto kCountryPrefix = [] {
  std::array<std::uint8_t, 1000> reach{};
  const auto raise = [&](std::size_t from, std::size_t count, std::uint8_t to) {
    for (std::size_t i = from; i < from + count; ++i) {
      if (reach[i] < to) reach[i] = to;
    }
  };
  for (const std::size_t code : kCountryCodes) {
    if (code < 10) {
      raise(code * 100, 100, 3);
    } else if (code < 100) {
      raise(code / 10 * 100, 100, 1);
      raise(code * 10, 10, 3);
    } else {
      raise(code / 100 * 100, 100, 1);
      raise(code / 10 * 10, 10, 2);
      raise(code, 1, 3);
    }
  }
  return reach;
}();

/// Digits of the country code of an international number, by its first two digits; 3 where no
/// shorter code begins so.
[[nodiscard]] constexpr std::size_t country_code_size(std::size_t first_two) noexcept {
  for (const std::size_t code : kCountryCodes) {
    if (code < 10 && code == first_two / 10) return 1;
    if (code >= 10 && code < 100 && code == first_two) return 2;
  }
  return 3;
}

}  // namespace consent::number
