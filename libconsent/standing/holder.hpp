#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>

#include "consent/standing.hpp"
#include "standing/clock.hpp"
#include "standing/reach.hpp"

/// What a number's subjects amount to at a moment: who holds it, which consent or stop stands, who
/// is restricted. The one copy of these rules. noexcept, no allocation; O(clauses).
namespace consent::standing {

/// Of a clause that no entry says: the bar on a number whose holder was erased.
inline constexpr std::uint64_t no_entry = ~std::uint64_t{0};

/// One holder of the number, borrowed.
struct SubjectView {
  std::optional<Instant> closed;
  std::span<const Clause> clauses;  ///< in order of seq
};

/// The moment asked about, and from which of its two times a consent counts.
struct Moment {
  Instant at{};
  Basis basis = Basis::said;
};

/// Subjects in a vector, as Holder reads them.
struct Vectors {
  std::span<const SubjectStanding> subjects;
  [[nodiscard]] std::size_t size() const noexcept { return subjects.size(); }
  SubjectView operator[](std::size_t i) const noexcept {
    return {subjects[i].closed, subjects[i].clauses};
  }
};

/// Who holds the number at a moment. Clauses of others never count, and a consent said before the
/// last change of holder is nobody's now.
class Holder {
 public:
  Holder() = default;

  /// Tells it where the clock was set back, in order of seq; `steps` must outlive this.
  void clock_set_back(std::span<const ClockSetBack> steps) noexcept { set_back_ = steps; }

  /// `subjects`: size() and operator[](i) giving a SubjectView, oldest first; it must outlive this.
  template <typename Subjects>
  Holder(const Subjects& subjects, Instant at) noexcept : at_(at), count_(subjects.size()) {
    for (; index_ < count_; ++index_) {
      const auto closed = subjects[index_].closed;
      if (!closed || *closed > at) break;
      if (!began_ || *closed > *began_) began_ = *closed;
    }
    if (index_ < count_) {
      clauses_ = subjects[index_].clauses;
      for (std::size_t i = index_ + 1; i < count_; ++i) {  // a reassignment noted out of order
        const auto closed = subjects[i].closed;
        if (closed && *closed <= at && (!began_ || *closed > *began_)) began_ = *closed;
      }
    }
    if (count_ > 1 || index_ != 0) {
      others_ = &subjects;
      other_ = [](const void* all, std::size_t i) noexcept -> SubjectView {
        return (*static_cast<const Subjects*>(all))[i];
      };
    }
  }

  template <typename Subjects>
  Holder(const Subjects&&, Instant) = delete;  // it would point at what is gone

  [[nodiscard]] std::span<const Clause> clauses() const noexcept { return clauses_; }
  /// When the holder's time began; nullopt: there was no other before.
  [[nodiscard]] const std::optional<Instant>& began() const noexcept { return began_; }
  /// Position among the subjects; their number where nobody holds it.
  [[nodiscard]] std::size_t index() const noexcept { return index_; }

  /// The step of the clock that makes a clause doubtful; nullptr: none.
  [[nodiscard]] const ClockSetBack* doubt(const Clause& clause) const noexcept {
    return standing::doubt(set_back_, clause.seq, clause.recorded);
  }

  /// Clauses of subjects before the holder, the latest subject and the latest clause first, until
  /// `visit` returns true.
  template <typename Visit>
  void for_each_earlier(const Visit& visit) const noexcept {
    if (others_ == nullptr) return;
    for (std::size_t i = std::min(index_, count_); i-- > 0;) {
      const std::span<const Clause> clauses = other_(others_, i).clauses;
      for (std::size_t c = clauses.size(); c-- > 0;) {
        if (visit(clauses[c])) return;
      }
    }
  }

  /// What was filed under another holder of the number, and was said in the present holder's time:
  /// a reassignment became known later than it was. It may be theirs, so whatever forbids counts.
  template <typename Visit>
  void for_each_stray(const Visit& visit) const noexcept {
    if (count_ < 2) return;
    for (std::size_t i = 0; i < count_; ++i) {
      if (i == index_) continue;
      for (const Clause& clause : other_(others_, i).clauses) {
        const Instant from = forbids_from(clause);
        if (from <= at_ && (!began_ || from >= *began_)) visit(clause);
      }
    }
  }

 private:
  Instant at_{};
  std::span<const Clause> clauses_;
  std::optional<Instant> began_;
  std::size_t index_ = 0, count_ = 0;
  std::span<const ClockSetBack> set_back_;
  const void* others_ = nullptr;  // all subjects, where there are others than the holder
  SubjectView (*other_)(const void*, std::size_t) noexcept = nullptr;
};

[[nodiscard]] inline Instant counts_from(const Clause& consent, Basis basis) noexcept {
  return basis == Basis::recorded ? std::max(consent.said, consent.recorded) : consent.said;
}

/// Why a consent does not count for the contact at the moment; 0: it does, as far as standing goes.
[[nodiscard]] inline std::uint32_t defects(const Clause& consent, Cover cover,
                                           const Contact& contact, const Moment& moment,
                                           const std::optional<Instant>& began) noexcept {
  if (!consent.covers.contains(cover)) return defect::other_cover;
  if (consent.distributor == 0 || consent.distributor != contact.distributor)
    return defect::other_distributor;
  std::uint32_t found = 0;
  if (began && consent.said < *began) found |= defect::earlier_holder;
  if (counts_from(consent, moment.basis) >= moment.at)
    found |= consent.said >= moment.at ? defect::not_prior : defect::not_recorded;
  if (moment.at >= consent.until) found |= defect::expired;
  if (!consents_to(consent.purposes, contact.purpose)) found |= defect::other_purpose;
  // Consent to the use of data is given to a purpose, not to a means of contact.
  if (cover != Cover::personal_data && !consent.channels.contains(contact.channel))
    found |= defect::other_channel;
  if (consent.campaign != 0 && consent.campaign != contact.campaign)
    found |= defect::other_campaign;
  return found;
}

/// What the clauses say of one cover.
struct Standing {
  const Clause* live = nullptr;  ///< the consent that stands
  const Clause* stop = nullptr;  ///< the stop that stands
  Instant stopped{};
  const Clause* named_stop = nullptr;  ///< the latest that says this cover by name
  bool consented = false;              ///< some consent would stand but for the stop
  const Clause* doubtful = nullptr;    ///< the last consent that the clock makes doubtful
};

/// Within a scope the later event wins; a tie is a stop. A stop recorded after the step that makes
/// a consent doubtful ends it whatever the times say. `counts`: whether a consent counts.
template <typename Counts>
[[nodiscard]] Standing read(const Holder& holder, Cover cover, const Contact& contact, Instant at,
                            const Counts& counts) noexcept {
  Standing standing;
  const auto reaches = [&](const Clause& clause) {
    return is_stop(clause) && forbids_from(clause) <= at && stops(clause, cover, contact);
  };
  const auto take_stop = [&](const Clause& clause) {
    if (!reaches(clause)) return;
    const Instant from = forbids_from(clause);
    if (standing.stop == nullptr || from >= standing.stopped) {
      standing.stop = &clause;
      standing.stopped = from;
    }
    if (clause.covers.contains(cover)) standing.named_stop = &clause;
  };
  std::uint64_t last_stop = 0;  // the highest seq of those that reach the contact
  // The erasure of another holder says nothing of this one.
  const auto each_stray_stop = [&](const auto& visit) {
    holder.for_each_stray([&](const Clause& clause) {
      if (clause.type != EventType::subject_erased) visit(clause);
    });
  };
  each_stray_stop(take_stop);
  each_stray_stop([&](const Clause& clause) {
    if (reaches(clause)) last_stop = std::max(last_stop, clause.seq);
  });
  for (const Clause& clause : holder.clauses()) take_stop(clause);

  const Clause* late = nullptr;  // counts, but was recorded after `at`
  const std::span<const Clause> clauses = holder.clauses();
  for (std::size_t i = clauses.size(); i-- > 0;) {
    const Clause& clause = clauses[i];
    if (reaches(clause)) {
      // What bars a number whose holder was erased is of no entry, and came before the consent.
      if (clause.seq != no_entry) last_stop = std::max(last_stop, clause.seq);
      continue;
    }
    if (!is_consent(clause) || !counts(clause)) continue;
    standing.consented = true;
    const ClockSetBack* const step = holder.doubt(clause);
    if (step != nullptr && standing.doubtful == nullptr) standing.doubtful = &clause;
    if (standing.stop != nullptr) {
      // What was said before the stop is ended by it, whenever it was recorded.
      if (clause.said <= standing.stopped) continue;
      // Between two entries without a step the times tell the order.
      if (step != nullptr && last_stop > step->seq) continue;
    }
    const Clause*& best = clause.recorded > at ? late : standing.live;
    if (best == nullptr || clause.said > best->said) best = &clause;
  }
  // A consent that the log could show then is preferred.
  if (standing.live == nullptr) standing.live = late;
  if (standing.live != nullptr) standing.stop = standing.named_stop = nullptr;
  return standing;
}

/// The restriction that stands: the record may be kept for proof and not used. A release counts
/// from when it is known; after it or a term that ended, an earlier restriction still stands.
/// nullptr: none.
[[nodiscard]] inline const Clause* restriction(std::span<const Clause> clauses,
                                               Instant at) noexcept {
  const Clause* found = nullptr;
  for (const Clause& clause : clauses) {
    if (clause.type != EventType::subject_restricted) continue;
    if ((clause.flags & Clause::released) != 0) {
      if (std::max(clause.said, clause.recorded) <= at) found = nullptr;
    } else if (forbids_from(clause) <= at && at < clause.until) {
      found = &clause;
    }
  }
  return found;
}

/// The last release of a restriction in effect that the clock makes doubtful; nullptr: none. A
/// restriction recorded after it stands whatever the times say, since clauses are read in order.
[[nodiscard]] inline const Clause* doubtful_release(const Holder& holder, Instant at) noexcept {
  const Clause* found = nullptr;
  for (const Clause& clause : holder.clauses()) {
    if (clause.type == EventType::subject_restricted && (clause.flags & Clause::released) != 0 &&
        std::max(clause.said, clause.recorded) <= at && holder.doubt(clause) != nullptr) {
      found = &clause;
    }
  }
  return found;
}

[[nodiscard]] inline PersonalData answer_of(const Clause& classified) noexcept {
  return static_cast<PersonalData>(classified.flags);
}

/// What was last answered to "is this number personal data?"; at a tie, what asks for more.
/// nullptr: nobody was asked.
[[nodiscard]] inline const Clause* classification(const Holder& holder,
                                                  const Moment& moment) noexcept {
  const Clause* found = nullptr;
  const auto says_no = [](const Clause& clause) { return answer_of(clause) == PersonalData::no; };
  const auto take = [&](const Clause& clause) {
    // By its recording alone a "no" counts from there: else what is recorded afterwards could make
    // a yes of a no.
    const bool late = moment.basis == Basis::recorded && says_no(clause);
    if ((late ? std::max(clause.said, clause.recorded) : clause.said) > moment.at) return;
    if (found == nullptr || clause.said > found->said ||
        (clause.said == found->said && (!says_no(clause) || says_no(*found)))) {
      found = &clause;
    }
  };
  for (const Clause& clause : holder.clauses()) {
    if (clause.type == EventType::number_classified) take(clause);
  }
  holder.for_each_stray([&](const Clause& clause) {
    if (clause.type == EventType::number_classified && !says_no(clause)) take(clause);
  });
  return found;
}

}  // namespace consent::standing
