#include <algorithm>
#include <optional>
#include <span>

#include "decision/law.hpp"
#include "standing/disposition.hpp"

/// How earlier contacts ended. Nothing here undoes a stop, and a later consent ends all of it.
namespace consent::decision::law {
namespace {

using standing::Disposition;

/// The latest contact of the holder that ended so, and that `fits`; nullptr: none. A contact before
/// the holder's time says nothing of the holder.
template <typename Fits>
const Clause* ended(Case& it, Disposition how, const Fits& fits) noexcept {
  const std::optional<Instant>& began = it.holder().began();
  const Clause* found = nullptr;
  for (const Clause& clause : it.holder().clauses()) {
    if (clause.type != EventType::contact_made ||
        clause.flags != static_cast<std::uint16_t>(how) ||
        standing::forbids_from(clause) > it.at() || (began && clause.said < *began) ||
        !fits(clause)) {
      continue;
    }
    if (found == nullptr || clause.said >= found->said) found = &clause;
  }
  return found;
}

/// Whether the consent to this very contact was said after it.
bool consented_since(Case& it, const Clause& contact) noexcept {
  const Clause* const consent = it.consent().live;
  return consent != nullptr && consent->said > contact.said;
}

/// Whether any consent that counts was said after it: then somebody is there, and answers.
bool answered_since(Case& it, const Clause& contact) noexcept {
  constexpr std::uint32_t of_another_contact =
      defect::other_purpose | defect::other_channel | defect::other_campaign;
  const std::span<const Clause> clauses = it.holder().clauses();
  return std::any_of(clauses.begin(), clauses.end(), [&](const Clause& clause) {
    return standing::is_consent(clause) && clause.said > contact.said &&
           (it.defects(clause, Ground::advertising) & ~of_another_contact) == 0;
  });
}

bool is_of_distributor(const Case& it, const Clause& clause) noexcept {
  return clause.distributor == 0 || clause.distributor == it.asked().distributor;
}

}  // namespace

/// Whoever found it out: the number is not the subscriber's.
void wrong_person(Case& it, const Rows& rows) noexcept {
  const Clause* const found =
      ended(it, Disposition::wrong_person, [](const Clause&) { return true; });
  if (found != nullptr && !answered_since(it, *found)) it.verdict_of(rows, found->seq);
}

void no_such_subscriber(Case& it, const Rows& rows) noexcept {
  const Clause* const found =
      ended(it, Disposition::no_such_subscriber, [](const Clause&) { return true; });
  if (found != nullptr && !answered_since(it, *found)) it.verdict_of(rows, found->seq);
}

/// A contact that names no campaign may belong to the same one.
void not_interested(Case& it, const Rows& rows) noexcept {
  const std::uint32_t campaign = it.contact().campaign;
  const Clause* const found = ended(it, Disposition::not_interested, [&](const Clause& clause) {
    return is_of_distributor(it, clause) &&
           (campaign == 0 || clause.campaign == 0 || clause.campaign == campaign);
  });
  if (found != nullptr && !consented_since(it, *found)) it.verdict_of(rows, found->seq);
}

void lost_deal(Case& it, const Rows& rows) noexcept {
  const Clause* const found = ended(it, Disposition::lost_deal, [&](const Clause& clause) {
    return is_of_distributor(it, clause);
  });
  if (found != nullptr && !consented_since(it, *found)) it.verdict_of(rows, found->seq);
}

}  // namespace consent::decision::law
