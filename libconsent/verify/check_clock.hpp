#pragma once

#include <span>

#include "event/json.hpp"
#include "verify/read_entry.hpp"

namespace consent::bundle {

/// Step 7, of the clock: each of `clock` sets it back and makes doubtful what is here; the steps
/// that the answer names are here; and the answer relies on no doubtful consent over a stop
/// recorded after it. @throws Failed.
void check_clock(const json::Value& of_case, std::span<const Read> entries,
                 std::span<const Read> callers, std::span<const Read> clock);

}  // namespace consent::bundle
