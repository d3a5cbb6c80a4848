#include "decision/law.hpp"

/// Mass calls and mailings, refusals at the operator, contracts and labels.
namespace consent::decision::law {
namespace {

using Contract = CallerFacts::Contract;

bool mass_is_stated(const Case& it) noexcept {
  return it.channel() == Channel::robot || it.caller().mass != Stated::not_stated;
}

}  // namespace

void mass_by_machine(Case& it, const Rows& rows) noexcept {
  if (!mass_is_stated(it) && it.dialled_by() == DialledBy::machine) it.made_mass |= rows;
}

void mass_by_count(Case& it, const Rows& rows) noexcept {
  if (mass_is_stated(it) || it.caller().calls_a_day == 0) return;
  rows.for_each([&](std::size_t row) {
    if (it.caller().calls_a_day >= it.pack().figures[row].at_least) it.made_mass.insert(row);
  });
}

namespace {

/// Rows on exempt callers whose claims are the caller's.
Rows claimed(const Case& it) noexcept {
  Rows found;
  if (it.caller().exempt == Exempt::none) return found;
  const auto claim = 1U << static_cast<unsigned>(it.caller().exempt);
  it.rows_of(Condition::exempt_caller).for_each([&](std::size_t row) {
    const std::uint16_t claims = it.pack().figures[row].claims;
    if (claims == 0 || (claims & claim) != 0) found.insert(row);
  });
  return found;
}

/// A claim to be exempt lifts the ground.
Rows lifts(const Case& it, Ground ground) noexcept {
  return claimed(it) & it.pack().treats & it.pack().feeding[static_cast<std::size_t>(ground)];
}

void needs_if_mass(Case& it, const Rows& rows, Ground ground) noexcept {
  it.exemption |= lifts(it, ground);
  if (it.mass() != Stated::yes) return;
  if (const Clause* const consent = it.standing(ground).live) {
    it.meet(rows, *consent, ground);
    return;
  }
  const Rows lifted = lifts(it, ground);
  it.touch(lifted);
  if (const Rows open = claimed(it) & it.pack().unknowns; !open.empty()) {
    it.verdict_of(open, no_seq);
    return;
  }
  it.exempted |= lifted;
  if (!lifted.empty()) return;
  it.lacking[static_cast<std::size_t>(ground)] = true;
  it.verdict_of(rows, no_seq);
}

}  // namespace

void no_mass_call_consent(Case& it, const Rows& rows) noexcept {
  needs_if_mass(it, rows, Ground::mass_calls);
}
void no_mailing_consent(Case& it, const Rows& rows) noexcept {
  needs_if_mass(it, rows, Ground::mailing);
}

namespace {

bool has_no_contract(const Case& it) noexcept {
  return it.caller().contract == Contract::none || it.caller().contract == Contract::not_with_it;
}

/// Whether a mass contact would be denied, or be left open: then not saying that it is one must not
/// be better.
bool mass_would_fail(Case& it) noexcept {
  for (const Ground ground : {Ground::mass_calls, Ground::mailing}) {
    if ((it.rows_of(ground_conditions[static_cast<std::size_t>(ground)]) & it.pack().denies)
            .empty())
      continue;
    if (it.standing(ground).live == nullptr && lifts(it, ground).empty()) return true;
  }
  const Case& facts = it;
  const bool contract_denies =
      has_no_contract(facts) &&
      !(it.rows_of(Condition::no_operator_contract) & it.pack().denies).empty();
  const bool contract_open = it.caller().contract == Contract::not_stated &&
                             !it.rows_of(Condition::contracts_not_stated).empty();
  return contract_denies || contract_open;
}

}  // namespace

void mass_not_stated(Case& it, const Rows& rows) noexcept {
  if (it.mass() == Stated::not_stated && mass_would_fail(it)) it.verdict_of(rows, no_seq);
}

namespace {

/// From when a refusal told to the operator binds: as the operator said, else so many local days of
/// the pack's zone after it was told.
Instant binds_from(const Clause& refusal, std::uint32_t after, const Case& it) noexcept {
  if ((refusal.flags & Clause::in_force_stated) != 0 || after == 0) return refusal.said;
  const std::int16_t offset = it.pack().offset(refusal.said);
  return moment(local(refusal.said, offset).day + std::chrono::days(after), 0, offset);
}

/// The refusal told to the operator that binds at the moment, the earliest to bind; nullptr: none.
/// A later one that names its day may bind before an earlier one that does not.
const Clause* refusal_that_binds(const Case& it, Cover cover, std::uint32_t after) noexcept {
  const Clause* found = nullptr;
  Instant since{};
  const auto take = [&](const Clause& clause) {
    if (clause.type != EventType::operator_refusal || !clause.covers.contains(cover)) return;
    const Instant from = binds_from(clause, after, it);
    if (from > it.at() || (found != nullptr && from >= since)) return;
    found = &clause;
    since = from;
  };
  for (const Clause& clause : it.holder().clauses()) take(clause);
  it.holder().for_each_stray(take);
  return found;
}

void refused_at_operator(Case& it, const Rows& rows, Cover cover) noexcept {
  rows.for_each([&](std::size_t row) {
    const Clause* const refusal = refusal_that_binds(it, cover, it.pack().figures[row].after_days);
    if (refusal == nullptr) return;
    Rows one;
    one.insert(row);
    // The operator stops mass contacts, and no others.
    if (it.mass() == Stated::no) {
      it.warn_of(one, refusal->seq);
    } else {
      it.verdict_of(one, refusal->seq);
      if (it.pack().denies.contains(row)) it.rely_on_stop(refusal);
    }
  });
}

}  // namespace

void operator_refused_calls(Case& it, const Rows& rows) noexcept {
  refused_at_operator(it, rows, Cover::mass_calls);
}
void operator_refused_mailing(Case& it, const Rows& rows) noexcept {
  refused_at_operator(it, rows, Cover::mailing);
}

namespace {

/// Contracts are asked of mass contacts, and not of whoever is exempt from the rules on them.
bool needs_contract(const Case& it) noexcept {
  return it.mass() == Stated::yes && it.exemption.empty();
}

}  // namespace

void no_operator_contract(Case& it, const Rows& rows) noexcept {
  if (needs_contract(it) && has_no_contract(it)) it.verdict_of(rows, no_seq);
}

void contracts_not_stated(Case& it, const Rows& rows) noexcept {
  if (needs_contract(it) && it.caller().contract == Contract::not_stated)
    it.verdict_of(rows, no_seq);
}

void operator_not_known(Case& it, const Rows& rows) noexcept {
  if (needs_contract(it) && it.caller().contract == Contract::operator_not_known)
    it.verdict_of(rows, no_seq);
}

namespace {

/// Labels are owed by a business that calls a mobile telephone.
bool owes_label(const Case& it) noexcept {
  const SubscriberKind kind = it.caller().kind;
  return (kind == SubscriberKind::legal_entity || kind == SubscriberKind::sole_trader) &&
         it.number_kind() == NumberKind::mobile;
}

}  // namespace

void no_label_contract(Case& it, const Rows& rows) noexcept {
  if (owes_label(it) && it.caller().label_contract == Stated::no) it.verdict_of(rows, no_seq);
}

void not_labelled(Case& it, const Rows& rows) noexcept {
  if (owes_label(it) && it.caller().label != Stated::yes) it.verdict_of(rows, no_seq);
}

void label_malformed(Case& it, const Rows& rows) noexcept {
  const CallerFacts& caller = it.caller();
  if (!owes_label(it) || caller.label != Stated::yes) return;
  rows.for_each([&](std::size_t row) {
    if (caller.label_spelt && caller.label_size <= it.pack().figures[row].longest) return;
    Rows one;
    one.insert(row);
    it.verdict_of(one, no_seq);
  });
}

}  // namespace consent::decision::law
