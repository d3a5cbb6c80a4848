// The reader of telephone numbers as people and files write them: labels before, words behind, what
// spreadsheets and telephones add. Private to number/.
#pragma once

#include "number/scan.hpp"

namespace consent::number {

struct Reading {
  Scan scan;                      ///< offsets are those of the whole text
  std::string_view service_code;  ///< part of the text; "" where none
};

/// scan() of the number inside; what scan() accepts is read as the same number.
[[nodiscard]] Reading read(std::string_view text, DefaultCountry country) noexcept;

}  // namespace consent::number
