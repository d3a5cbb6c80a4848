// The rows belong to the pack: a loop over those of a temporary would read freed memory.
#include "consent/rules.hpp"

std::size_t count() {
  std::size_t rows = 0;
#if SHOULD_FAIL
  for (const consent::Rule& rule : consent::RulePack::russia().rules()) rows += rule.id.size();
#else
  const consent::RulePack pack = consent::RulePack::russia();
  for (const consent::Rule& rule : pack.rules()) rows += rule.id.size();
#endif
  return rows;
}
