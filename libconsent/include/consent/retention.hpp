#pragma once

#include <optional>
#include <string>
#include <vector>

#include "consent/export.hpp"
#include "consent/instant.hpp"

namespace consent {

/// How long something is kept: one dated row of libconsent/rules/ru_retention.toml.
struct RetentionRow {
  std::string id;
  std::string sheet;  ///< rows of the law sheet
  std::string about;  ///< "contact_proof", "destruction_act", "keys_copy"
  std::string kind;   ///< "law", or "policy" where no law has the number
  std::string citation, citation_ru, confidence;
  int years = 0;                ///< 0 where it has days
  int days = 0;                 ///< of 24 hours; 0 where it has years
  std::optional<Instant> from;  ///< first moment at which it is in force; nullopt: always was
  std::optional<Instant> to;    ///< first moment at which it no longer is
};

/// All rows that are built in. @throws Error (rules)
[[nodiscard]] CONSENT_EXPORT std::vector<RetentionRow> retention_rows();
/// The row about `about` in force at `at`; where none is, the last one that was: what is kept for
/// longer than needed does less harm than what is missing. @throws Error (rules) for no such row.
[[nodiscard]] CONSENT_EXPORT RetentionRow retention(std::string_view about, Instant at);
/// First moment of the local day `years` before (below 0: after) that of `at`, in Europe/Moscow;
/// 29 February becomes 1 March.
[[nodiscard]] CONSENT_EXPORT Instant day_years_before(Instant at, int years);

}  // namespace consent
