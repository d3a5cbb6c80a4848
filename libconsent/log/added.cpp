// What a log gained since somebody looked: for gates, which keep its standings in memory.
#include <set>

#include "log/impl.hpp"
#include "standing/callers.hpp"

namespace consent {

std::vector<SubjectStanding> Log::Impl::standings_of(PhoneNumber number) const {
  std::vector<SubjectStanding> standings;
  for (const Tagged& each : tagged(number)) {
    if (auto standing = derived(each.tag)) {
      standings.push_back(std::move(*standing));
    } else if (must_know(each.id)) {
      standings.push_back(missing(each.tag));
    }
  }
  bar_suppressed(number, standings);
  return standings;
}

void Log::Impl::take_distributors(std::span<const Clause> clauses, std::set<std::uint32_t>& ids) {
  for (const Clause& clause : clauses) {
    const bool caller = clause.type == EventType::consent_given && clause.covers.empty();
    if (clause.distributor != 0 && !caller) ids.insert(clause.distributor);
  }
}

Added Log::added_since(std::uint64_t size) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  Added added;
  added.size = impl_->size_now();
  std::set<Digest> tags;
  sqlite::Statement rows(impl_->db, "SELECT seq,bytes FROM entry WHERE seq>=?1 ORDER BY seq");
  rows.bind(1, static_cast<std::int64_t>(size));
  while (rows.step()) {
    const Entry entry = decode_entry(rows.blob(1)).entry;
    if (entry.subject) {
      if (speaks_to_standing(entry.type)) tags.insert(entry.subject->tag);
    } else if (callers::are_told_by(entry.type) || entry.type == EventType::clock_step) {
      added.callers = true;
    } else if (losses::are_told_by(entry.type)) {
      added.restored = true;
    }
  }
  if (tags.empty()) return added;
  KeyStore& keys = impl_->need_keys();
  std::set<PhoneNumber> numbers;
  for (const Digest& tag : tags) {
    if (const auto subject = keys.by_tag(tag)) {
      numbers.insert(keys.number_of(*subject));
    } else {
      added.gone.push_back(tag);
    }
  }
  std::set<std::uint32_t> ids;
  for (const PhoneNumber number : numbers) {
    added.numbers.push_back({number, impl_->standings_of(number)});
    for (const SubjectStanding& each : added.numbers.back().subjects)
      Impl::take_distributors(each.clauses, ids);
  }
  if (ids.empty() || !impl_->identity.distributor.empty()) return added;
  const Terms& terms = impl_->kept->terms();
  for (const std::uint32_t id : ids) added.distributors.emplace_back(terms.text(id));
  return added;
}

Log Log::reopened() const { return open(impl_->folder, impl_->opened_with); }

}  // namespace consent
