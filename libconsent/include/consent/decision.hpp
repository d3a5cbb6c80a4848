#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/log.hpp"
#include "consent/number.hpp"
#include "consent/rules.hpp"
#include "consent/standing.hpp"

namespace consent {

/// 0, 1, 2 in C. Deny is the zero value.
enum class Verdict : std::uint8_t { deny = 0, allow = 1, unknown = 2 };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Verdict verdict) noexcept;

/// From which of its two times a consent counts.
enum class Basis : std::uint8_t {
  said,      ///< when it was said; recorded later than the moment asked about: a warning
  recorded,  ///< when it was recorded, and nothing before
};

/// May this number be contacted? Everything the rules need; nothing is looked up elsewhere.
struct Question {
  PhoneNumber number;
  std::string distributor{};  ///< ИНН; "" only where the log has exactly one distributor
  std::string advertiser{};
  Purpose purpose = Purpose::unknown;
  Channel channel = Channel::voice;
  DialledBy dialled_by = DialledBy::unstated;
  std::string campaign{};
  Instant at{};
  Basis basis = Basis::said;
};

/// A rule's verdict: allow, deny, unknown; or warn (shown, changes nothing); or treat (changes what
/// a consent is worth, and names the rule it feeds).
enum class FindingVerdict : std::uint8_t { deny, allow, unknown, warn, treat };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(FindingVerdict verdict) noexcept;

/// One rule's answer. Owns its text: outlives the rules.
struct Finding {
  std::string rule;
  FindingVerdict verdict = FindingVerdict::deny;
  std::string why, why_ru;
  std::string citation, citation_ru;
  std::string confidence;
  std::optional<std::uint64_t> seq;  ///< the entry it speaks of
};

struct [[nodiscard]] Decision {
  Verdict verdict = Verdict::deny;         ///< deny until every rule has spoken
  std::vector<Finding> findings;           ///< the deciding one first
  std::optional<std::uint64_t> relied_on;  ///< seq of the event the verdict stands on
  std::optional<Instant> next_allowed;
  Instant at{};
  std::string rules;  ///< version of the pack
  std::uint64_t log_size = 0;
  [[nodiscard]] bool allowed() const noexcept { return verdict == Verdict::allow; }
};  // no operator bool: `if (decision)` must not compile

/// The answer of the decision core: no strings, no allocation, the same for may_contact, the gate
/// and the audit. Rules are named by their position in the pack.
struct Judgement {
  static constexpr std::size_t max_findings = 24;
  struct Item {
    std::int16_t rule;  ///< index in the pack; negative: a built-in finding (see builtin_finding())
    FindingVerdict verdict;
    std::uint64_t seq;  ///< ~0: none
  };
  Verdict verdict = Verdict::deny;
  std::uint8_t count = 0;
  std::array<Item, max_findings> items{};
  std::uint64_t relied_on = ~std::uint64_t{0};  ///< ~0: none
  std::optional<Instant> next_allowed;
  /// Bit i: rule i of the pack is among the deciding findings.
  std::uint64_t reasons = 0;
};

/// What judge() needs besides the subject: ids already resolved, so that no string is compared.
struct ResolvedQuestion {
  PhoneNumber number;
  std::uint32_t distributor;  ///< term id; ~0: a distributor no clause names
  std::uint32_t campaign;     ///< 0: none asked about; ~0: one no clause names
  Purpose purpose;
  Channel channel;
  DialledBy dialled_by;
  Instant at;
  Basis basis;
};

/// The decision. `subjects`: who held the number, oldest first; the one holding it at `at` counts.
/// noexcept, no allocation, no lock. Rules: house.md "standing"; rows of `pack`.
[[nodiscard]] CONSENT_EXPORT Judgement judge(const ResolvedQuestion& question,
                                             std::span<const SubjectStanding> subjects,
                                             const RulePack& pack) noexcept;

/// A finding that is no rule of law: what follows from standing itself, and the defaults. Judgement
/// names it by a negative number.
struct BuiltinFinding {
  std::string_view rule;  ///< "default/no-consent"
  std::string_view why, why_ru;
};
/// nullptr for a number that names none. -1, -2, … without a gap.
[[nodiscard]] CONSENT_EXPORT const BuiltinFinding* builtin_finding(std::int16_t number) noexcept;

/// Findings with their texts.
[[nodiscard]] CONSENT_EXPORT Decision explain(const Judgement& judgement,
                                              const ResolvedQuestion& question,
                                              const RulePack& pack, std::uint64_t log_size);

/// May I contact this number, and why? Default deny.
/// @throws Error (invalid_argument) where the distributor was left out and the log has not exactly
/// one.
[[nodiscard]] CONSENT_EXPORT Decision may_contact(const Log& log, const RulePack& pack,
                                                  const Question& question);

/// One line for the screen of whoever dials; lang "ru" or "en".
[[nodiscard]] CONSENT_EXPORT std::string one_line(const Decision& decision, std::string_view lang);

}  // namespace consent
