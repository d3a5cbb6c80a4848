#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "consent/digest.hpp"
#include "consent/export.hpp"
#include "consent/log.hpp"
#include "consent/number.hpp"
#include "consent/standing.hpp"

namespace consent {

/// What was added to a log since it had a size, for whoever keeps its standings in memory.
struct Added {
  struct Number {
    PhoneNumber number;
    std::vector<SubjectStanding> subjects;  ///< as standing_of()
  };
  std::uint64_t size = 0;                 ///< entries now
  std::vector<Number> numbers{};          ///< whose standing is another now
  std::vector<Digest> gone{};             ///< subjects whose number no key tells any more
  std::vector<std::string> distributors;  ///< that clauses of these numbers name
  bool callers = false;                   ///< who dials for whom is another now
  bool restored = false;                  ///< what came before may be another too
};

/// What decisions read: one SubjectStanding a subject that held the number, oldest first. Where the
/// holder was erased, the standing of whoever is there since begins with a clause of the type
/// subject_erased, of no entry (seq ~0), which bars advertising until a consent.
[[nodiscard]] CONSENT_EXPORT std::vector<SubjectStanding> standing_of(const Log& log,
                                                                      PhoneNumber number);
/// Every number of the log with its subjects' standings: what a gate loads. One read transaction.
CONSENT_EXPORT void for_each_standing(
    const Log& log,
    const std::function<void(PhoneNumber, std::span<const SubjectStanding>)>& visit);
/// What the entries from `size` on change. One read transaction.
[[nodiscard]] CONSENT_EXPORT Added added_since(const Log& log, std::uint64_t size);
/// Names behind the term ids of standings read before this call.
[[nodiscard]] CONSENT_EXPORT Terms terms_of(const Log& log);
/// Distributors that the log was created for or, in a log created for none, that its entries name.
[[nodiscard]] CONSENT_EXPORT std::vector<std::string> distributors_of(const Log& log);

}  // namespace consent
