#include <algorithm>
#include <optional>
#include <span>

#include "decision/law.hpp"
#include "standing/disposition.hpp"

/// How earlier contacts ended. Nothing here undoes a stop, and a later consent ends all of it.
namespace consent::decision::law {
namespace {

using standing::Disposition;

/// Whether the consent came after the contact. Across a clock that was set back the order of
/// entries tells, as of stops.
bool came_after(const Case& it, const Clause& consent, const Clause& contact) noexcept {
  if (consent.said <= contact.said) return false;
  const auto* const step = it.holder().doubt(consent);
  return step == nullptr || contact.seq < step->seq;
}

/// Whether the consent to this very contact came after it.
bool consented_since(Case& it, const Clause& contact) noexcept {
  const Clause* const consent = it.consent().live;
  return consent != nullptr && came_after(it, *consent, contact);
}

/// Whether any consent that counts came after it: then somebody is there, and answers.
bool answered_since(Case& it, const Clause& contact) noexcept {
  constexpr std::uint32_t of_another_contact =
      defect::other_purpose | defect::other_channel | defect::other_campaign;
  const std::span<const Clause> clauses = it.holder().clauses();
  return std::any_of(clauses.begin(), clauses.end(), [&](const Clause& clause) {
    return standing::is_consent(clause) && came_after(it, clause, contact) &&
           (it.defects(clause, Ground::advertising) & ~of_another_contact) == 0;
  });
}

/// Speaks for the last contact of the holder that ended so, that `fits`, and that nothing `lifted`.
/// A contact before the holder's time says nothing of the holder.
template <typename Fits, typename Lifted>
void speak_of(Case& it, const Rows& rows, Disposition how, const Fits& fits,
              const Lifted& lifted) noexcept {
  const std::optional<Instant>& began = it.holder().began();
  const Clause* found = nullptr;
  for (const Clause& clause : it.holder().clauses()) {
    if (clause.type != EventType::contact_made || clause.flags != static_cast<std::uint16_t>(how) ||
        standing::forbids_from(clause) > it.at() || (began && clause.said < *began) ||
        !fits(clause) || lifted(it, clause)) {
      continue;
    }
    if (found == nullptr || clause.said >= found->said) found = &clause;
  }
  if (found != nullptr) it.verdict_of(rows, found->seq);
}

bool is_any(const Clause& /*contact*/) noexcept { return true; }

bool is_of_distributor(const Case& it, const Clause& clause) noexcept {
  return clause.distributor == 0 || clause.distributor == it.asked().distributor;
}

}  // namespace

/// Whoever found it out: the number is not the subscriber's.
void wrong_person(Case& it, const Rows& rows) noexcept {
  speak_of(it, rows, Disposition::wrong_person, is_any, answered_since);
}

void no_such_subscriber(Case& it, const Rows& rows) noexcept {
  speak_of(it, rows, Disposition::no_such_subscriber, is_any, answered_since);
}

/// A contact that names no campaign may belong to the same one.
void not_interested(Case& it, const Rows& rows) noexcept {
  const std::uint32_t campaign = it.contact().campaign;
  const auto fits = [&](const Clause& clause) {
    return is_of_distributor(it, clause) &&
           (campaign == 0 || clause.campaign == 0 || clause.campaign == campaign);
  };
  speak_of(it, rows, Disposition::not_interested, fits, consented_since);
}

void lost_deal(Case& it, const Rows& rows) noexcept {
  const auto fits = [&](const Clause& clause) { return is_of_distributor(it, clause); };
  speak_of(it, rows, Disposition::lost_deal, fits, consented_since);
}

}  // namespace consent::decision::law
