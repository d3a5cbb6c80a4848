// What a log must not use any more: the records of erased and of restricted subjects.
#include "consent/restriction.hpp"

#include <algorithm>
#include <unordered_set>

#include "consent/error.hpp"
#include "crypto/digest_hash.hpp"
#include "log/impl.hpp"
#include "standing/holder.hpp"

namespace consent {

namespace {

constexpr std::uint64_t no_entry = ~std::uint64_t{0};

}  // namespace

void Log::Impl::bar_suppressed(PhoneNumber number, std::vector<SubjectStanding>& standings) const {
  if (!keys || !keys->suppressed_any()) return;
  const auto suppressed = keys->suppressed(number);
  if (!suppressed || !suppressed->bars) return;
  if (standings.empty()) standings.emplace_back();
  SubjectStanding& last = standings.back();
  // Somebody else holds it since: the bar was on the one who was erased.
  const bool passed_on = std::any_of(standings.begin(), standings.end() - 1, [&](const auto& each) {
    return each.closed && *each.closed > suppressed->before;
  });
  if (passed_on) return;
  Clause bar;
  bar.type = EventType::subject_erased;
  bar.purposes = {Purpose::advertising, Purpose::mixed, Purpose::unknown};
  // From the beginning: what was said before the erasure did not come in, so any consent that is
  // here came after it and ends the bar.
  bar.said = Instant::min();
  bar.recorded = Instant::min();
  bar.seq = no_entry;
  last.clauses.insert(last.clauses.begin(), bar);
}

std::size_t Log::Impl::holder_among(std::span<const Digest> tags,
                                    const std::optional<KeyStore::Suppressed>& suppressed,
                                    const std::optional<Instant>& held_at) const {
  if (!held_at) return tags.empty() ? 0 : tags.size() - 1;
  for (std::size_t which = 0; which < tags.size(); ++which) {
    const auto subject = kept->read(tags[which]);
    if (subject && subject->standing.closed && *held_at >= *subject->standing.closed) continue;
    // Who held it then may be erased: whoever came after must not be taken for them.
    const bool came_after =
        suppressed && *held_at < suppressed->before &&
        (!subject || !subject->standing.closed || *subject->standing.closed > suppressed->before);
    return came_after ? tags.size() : which;
  }
  return tags.size();
}

bool has_erased(const Log& log) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const std::lock_guard lock(impl.reading);
  return impl.keys && impl.keys->suppressed_any();
}

std::optional<Instant> erased_at(const Log& log, PhoneNumber number) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const std::lock_guard lock(impl.reading);
  KeyStore& store = impl.need_keys();
  if (!store.suppressed_any()) return std::nullopt;
  const auto suppressed = store.suppressed(number);
  return suppressed ? std::optional(suppressed->before) : std::nullopt;
}

namespace {

/// The clause that restricts one subject's record; nothing leads to somebody who was erased.
const Clause* restriction_in(const SubjectStanding& standing, Instant at) {
  return standing.erased() ? nullptr : standing::restriction(standing.clauses, at);
}

std::optional<Restriction> said_by(const LogImpl& impl, const Clause* clause) {
  if (clause == nullptr) return std::nullopt;
  Restriction found;
  const AnyEvent said = decode_event(impl.entry_at(clause->seq));
  if (const auto* const restricted = get_if<SubjectRestricted>(said))
    found.ground = restricted->ground;
  if (clause->until != Instant::max()) found.until = clause->until;
  found.seq = clause->seq;
  return found;
}

}  // namespace

std::optional<Restriction> restriction_of(const Log& log, PhoneNumber number, Instant at) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const LogImpl::Reading reading(impl);
  const std::vector<SubjectStanding> subjects = impl.standings_of(number);
  const standing::Vectors all{subjects};
  const standing::Holder holder(all, at);
  return said_by(impl, standing::restriction(holder.clauses(), at));
}

std::optional<Restriction> restriction_of(const Log& log, const Digest& tag, Instant at) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const LogImpl::Reading reading(impl);
  const auto standing = impl.derived(tag);
  return standing ? said_by(impl, restriction_in(*standing, at)) : std::nullopt;
}

std::vector<Digest> restricted(const Log& log, Instant at) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const LogImpl::Reading reading(impl);
  const auto behind = impl.kept->behind();
  std::unordered_set<Digest, DigestHash> newer;
  std::vector<Digest> tags;
  for (const KeptSubject* subject : behind) {
    newer.insert(subject->standing.tag);
    if (restriction_in(subject->standing, at) != nullptr) tags.push_back(subject->standing.tag);
  }
  for (KeptStanding::Rows rows(*impl.kept); rows.step();) {
    const SubjectStanding standing = rows.standing();
    if (newer.contains(standing.tag)) continue;
    if (standing.broken) throw Error(ErrorCode::storage, removed_row);
    if (restriction_in(standing, at) != nullptr) tags.push_back(standing.tag);
  }
  return tags;
}

}  // namespace consent
