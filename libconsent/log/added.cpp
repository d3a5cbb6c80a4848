// What a log gained since somebody looked: for gates, which keep its standings in memory.
#include <set>

#include "log/impl.hpp"
#include "standing/callers.hpp"
#include "standing/disposition.hpp"

namespace consent {

std::vector<SubjectStanding> Log::Impl::standings_of(PhoneNumber number) const {
  std::vector<SubjectStanding> standings;
  for (const Digest& tag : tags_of(number)) {
    if (auto standing = derived(tag)) standings.push_back(std::move(*standing));
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

namespace {

/// Most contacts say nothing of those after them: a gate need not read their subjects again.
bool changes_standing(const Entry& entry) {
  if (entry.type != EventType::contact_made) return speaks_to_standing(entry.type);
  const AnyEvent said = decode_event(entry);
  const auto* const event = std::get_if<Event>(&said);
  const auto* const contact = event == nullptr ? nullptr : std::get_if<ContactMade>(event);
  return contact == nullptr ||
         standing::disposition_of(contact->outcome) != standing::Disposition::none;
}

}  // namespace

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
      if (changes_standing(entry)) tags.insert(entry.subject->tag);
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
  Terms terms;
  sqlite::Statement names(impl_->db, "SELECT text FROM term ORDER BY id");
  while (names.step()) terms.id_of(names.blob(0));
  for (const std::uint32_t id : ids) added.distributors.emplace_back(terms.text(id));
  return added;
}

Log Log::reopened() const { return open(impl_->folder, impl_->opened_with); }

}  // namespace consent
