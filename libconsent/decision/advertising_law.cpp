#include "decision/law.hpp"

/// Consent to advertising, its stop, machines that dial, and who calls.
namespace consent::decision::law {

void stop_demand(Case& it, const Rows& rows) noexcept {
  const Clause* const stop = it.consent().stop;
  if (stop == nullptr || stop->type == EventType::subject_erased) return;
  it.verdict_of(rows, stop->seq);
}

void no_consent(Case& it, const Rows& rows) noexcept {
  const standing::Standing& consent = it.consent();
  if (consent.live != nullptr) {
    it.meet(rows, *consent.live, Ground::advertising);
    return;
  }
  it.lacking[static_cast<std::size_t>(Ground::advertising)] = true;
  // Where a stop ended a consent, the stop is the reason.
  if (consent.stop == nullptr || !consent.consented) it.verdict_of(rows, no_seq);
}

void consent_stands(Case& it, const Rows& rows) noexcept {
  const Clause* const consent = it.consent().live;
  if (consent == nullptr) return;
  it.relied_on[static_cast<std::size_t>(Ground::advertising)] = true;
  it.allow(rows, consent->seq);
}

/// The subscriber asked for this very contact.
void requested_contact(Case& it, const Rows& rows) noexcept {
  if (it.asked().requested) it.allow(rows, no_seq);
}

/// A consent limited to one advertiser's goods, and another's are advertised.
void other_advertiser(Case& it, const Rows& rows) noexcept {
  const Clause* const consent = it.consent().live;
  if (consent == nullptr || consent->advertiser == 0) return;
  const std::uint32_t asked = it.asked().advertiser;
  if (consent->advertiser != (asked != 0 ? asked : it.asked().distributor))
    it.verdict_of(rows, consent->seq);
}

namespace {

/// A message that a machine sends under a proven consent has a row of its own.
bool is_consented_mailing(Case& it) noexcept {
  return it.is_message() && it.consent().live != nullptr &&
         !it.rows_of(Condition::mailing_with_consent).empty();
}

/// Whether not saying who dials or sends would be better than saying "a machine".
bool machine_would_fail(Case& it) noexcept {
  const Condition condition = !it.is_message()           ? Condition::machine_dialled_person
                              : is_consented_mailing(it) ? Condition::mailing_with_consent
                                                         : Condition::without_human;
  return !(it.rows_of(condition) & (it.pack().denies | it.pack().unknowns)).empty();
}

}  // namespace

void without_human(Case& it, const Rows& rows) noexcept {
  const bool machine = it.dialled_by() == DialledBy::machine;
  if (it.channel() == Channel::robot || (machine && it.is_message() && !is_consented_mailing(it))) {
    it.verdict_of(rows, no_seq);
  }
}

void mailing_with_consent(Case& it, const Rows& rows) noexcept {
  if (it.dialled_by() == DialledBy::machine && it.is_message() && it.consent().live != nullptr)
    it.verdict_of(rows, it.consent().live->seq);
}

void machine_dialled_person(Case& it, const Rows& rows) noexcept {
  if (it.channel() != Channel::voice) return;
  if (it.dialled_by() == DialledBy::machine) {
    it.verdict_of(rows, no_seq);
  } else if (it.dialled_by() == DialledBy::unstated && machine_would_fail(it)) {
    it.touch(rows);
    it.unknown(Builtin::not_stated, no_seq);
  }
}

void sender_not_stated(Case& it, const Rows& rows) noexcept {
  if (it.dialled_by() != DialledBy::unstated || !it.is_message()) return;
  it.verdict_of(rows, no_seq);
  // Without a consent the answer is no whoever sends.
  if (it.consent().live != nullptr && machine_would_fail(it))
    it.unknown(Builtin::not_stated, no_seq);
}

namespace {

bool names(const Clause& consent, std::uint32_t caller, std::span<const Clause> clauses) noexcept {
  for (const Clause& clause : clauses) {
    if (clause.seq == consent.seq && clause.type == EventType::consent_given &&
        clause.covers.empty() && clause.distributor == caller) {
      return true;
    }
  }
  return false;
}

}  // namespace

/// Somebody else dials for the distributor, and the consent neither names them nor lets everyone
/// call who is assigned.
void caller_not_named(Case& it, const Rows& rows) noexcept {
  const std::uint32_t caller = it.caller().caller;
  const Clause* const consent = it.consent().live;
  if (caller == 0 || caller == it.asked().distributor || consent == nullptr) return;
  if (names(*consent, caller, it.holder().clauses())) return;
  if ((consent->flags & Clause::acts_for_any) != 0) {
    it.assignment =
        standing::assignment_of(caller, it.assigned(), it.contact(), it.at(), it.asked().basis);
    if (it.assignment != nullptr) return;
  }
  it.verdict_of(rows, consent->seq);
}

void without_term(Case& it, const Rows& rows) noexcept {
  const Clause* const consent = it.consent().live;
  if (consent != nullptr) it.warn_of(it.outlived(*consent, rows & it.pack().warns), consent->seq);
}

namespace {

void warn_of_defect(Case& it, const Rows& rows, std::uint32_t defect) noexcept {
  const Clause* const consent = it.consent().live;
  if (consent != nullptr && it.defects_of_worth(*consent, Ground::advertising, defect) != 0)
    it.warn_of(rows & it.pack().warns, consent->seq);
}

}  // namespace

void in_contract_without_term(Case& it, const Rows& rows) noexcept {
  warn_of_defect(it, rows, defect::in_contract_without_term);
}
void given_by_addressee(Case& it, const Rows& rows) noexcept {
  warn_of_defect(it, rows, defect::given_by_addressee);
}
void employee_without_authority(Case& it, const Rows& rows) noexcept {
  warn_of_defect(it, rows, defect::employee_without_authority);
}

}  // namespace consent::decision::law
