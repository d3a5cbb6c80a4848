#pragma once

#include <string>
#include <string_view>

#include "consent/decision.hpp"

namespace consent::decision {

/// one_line(), then a line a finding: for whoever must read it all.
[[nodiscard]] std::string every_line(const Decision& decision, std::string_view lang);

}  // namespace consent::decision
