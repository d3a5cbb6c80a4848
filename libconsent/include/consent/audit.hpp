#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "consent/decision.hpp"
#include "consent/export.hpp"
#include "consent/log.hpp"
#include "consent/outcome.hpp"
#include "consent/rules.hpp"

namespace consent {

/// One call that was made, as far as a judgement needs it. What it was read from (file, row,
/// layout) stays with the caller: results come back in the order of the calls.
struct Call {
  PhoneNumber number;
  Instant at;
  Purpose purpose = Purpose::advertising;
  Channel channel = Channel::voice;
  DialledBy dialled_by = DialledBy::unstated;
  bool talk = true;        ///< somebody answered; what is not known counts as a talk
  bool requested = false;  ///< the subscriber asked for it: a call-back
};

struct AuditResult {
  std::vector<Judgement> judgements;  ///< one a call, in order; empty from audit_each()
  std::uint64_t log_size = 0;
  Digest log_root;
  std::string rules;    ///< version of the pack
  Soundness soundness;  ///< where impaired, no judgement is a yes
};

/// Judges every call as of its start, from one state of the log, named in the result.
/// `scope` gives distributor, campaign, caller and basis; its number, purpose, channel and moment
/// are each call's own. Where a rule counts contacts and `scope.counts` is not given, the calls
/// before each are counted, by number and purpose. `progress` (may be empty) hears calls done and
/// all. Consents and stops appended while it reads are left out.
/// @throws Error (invalid_argument) as may_contact().
[[nodiscard]] CONSENT_EXPORT AuditResult
audit(std::span<const Call> calls, const Log& log, const RulePack& pack, const Question& scope,
      const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

/// The same for any number of calls: keeps no judgement (each is some 400 bytes) but shows it to
/// `visit` with the index of its call, in order.
[[nodiscard]] CONSENT_EXPORT AuditResult
audit_each(std::span<const Call> calls, const Log& log, const RulePack& pack, const Question& scope,
           const std::function<void(std::size_t, const Judgement&)>& visit);

/// What the calls did not heed of how earlier ones ended.
struct OutcomeAudit {
  struct Item {
    std::size_t call = 0;                      ///< the one at fault
    std::size_t rule = 0;                      ///< place in the pack
    std::optional<std::size_t> because_call;   ///< whose outcome was not heeded, where it is one
    std::optional<std::uint64_t> because_seq;  ///< the log's entry of it, where there is one
    std::uint16_t because_outcome = 0;         ///< place in the pack
  };
  std::vector<Item> items;  ///< in order of the calls
  /// How each call ended: as given or, where that was "unknown", as the log's contact of it says.
  std::vector<std::uint16_t> outcomes;
  std::string pack;  ///< version
};

/// Holds every call against how earlier calls of its number ended, and against the outcomes of the
/// contacts that the log holds. `outcomes`: of each call, its place in the pack. The calls are one
/// campaign, that of `scope`. Policy, not law: no verdict changes.
/// @throws Error (invalid_argument) as may_contact(), or where the lengths differ.
[[nodiscard]] CONSENT_EXPORT OutcomeAudit audit_outcomes(std::span<const Call> calls,
                                                         std::span<const std::uint16_t> outcomes,
                                                         const Log& log, const OutcomePack& pack,
                                                         const Question& scope);

/// One call whose verdict another pack changes.
struct Change {
  std::size_t call = 0;  ///< its place among the calls
  Judgement before, after;
};

/// Which answers another pack would have given.
struct Rehearsal {
  std::vector<Change> changes;  ///< in order of the calls
  std::uint64_t calls = 0;
  std::uint64_t log_size = 0;
  std::string before, after;  ///< versions of the packs
};

/// Judges every call by both packs. @throws Error as audit().
[[nodiscard]] CONSENT_EXPORT Rehearsal rehearse(std::span<const Call> calls, const Log& log,
                                                const RulePack& before, const RulePack& after,
                                                const Question& scope);

}  // namespace consent
