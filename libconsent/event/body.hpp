#pragma once

#include <optional>
#include <string_view>

#include "consent/entry.hpp"
#include "consent/event.hpp"
#include "event/canonical.hpp"

namespace consent {

/// Refuses a body in which a member that its type knows is absent though needed, or not of the
/// shape that docs/reference/format.md gives it, and two members that contradict each other.
/// Members it does not know are nobody's business. What passes, append_clauses() can read.
/// @throws Error (invalid_argument) naming the member, never its content.
void check_body(EventType type, const canonical::Value& body);

/// The same, and what body and envelope say together: nothing happened after it was recorded, and
/// an entry points only at one before it.
void check_body(const Entry& entry, const canonical::Value& body);

}  // namespace consent
