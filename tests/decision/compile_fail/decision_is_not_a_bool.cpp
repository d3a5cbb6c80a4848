// An answer is not a bool: `if (decision)` would read "unknown" or "there is an answer" as yes.
#include "consent/decision.hpp"

bool may_dial(const consent::Decision& decision) {
#if SHOULD_FAIL
  if (decision) return true;
  return false;
#else
  return decision.allowed();
#endif
}
