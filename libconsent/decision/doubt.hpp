#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "consent/decision.hpp"
#include "decision/findings.hpp"
#include "decision/judge.hpp"

/// What a log knows against itself, weighed around the judge: damage is never a yes. noexcept, no
/// allocation, no lock; costs one comparison where the log is sound.
namespace consent::decision {

/// Soundness, as far as a judgement reads it, and what is known of the one number.
struct Doubts {
  bool impaired = false;
  bool broken = false;               ///< what is kept of the number's subjects cannot be read
  std::uint64_t doubtful_below = 0;  ///< as Soundness
  std::uint64_t reviewed_below = 0;  ///< as Soundness
  [[nodiscard]] bool none() const noexcept {
    return !impaired && !broken && doubtful_below == 0 && reviewed_below == 0;
  }
  friend bool operator==(const Doubts&, const Doubts&) = default;
};

[[nodiscard]] inline Doubts doubts_of(const Soundness& soundness) noexcept {
  return {soundness.impaired(), false, soundness.doubtful_below, soundness.reviewed_below};
}

/// Puts a finding first and makes the judgement one that allows nothing. A deny stays a deny.
void doubt(Judgement& judgement, Builtin why, std::uint64_t seq) noexcept;
/// Whether it is held against the log, or against what it keeps of the number.
[[nodiscard]] bool impaired(const Judgement& judgement) noexcept;
/// Whether it was left open because the question was resolved under names that are others now.
[[nodiscard]] bool names_changed(const Judgement& judgement) noexcept;
/// Adds a warning.
void warn(Judgement& judgement, Builtin why, std::uint64_t seq) noexcept;

/// Subjects without what permits and was recorded below `end`: no consent, no end of a restriction,
/// no answer that the number is nobody's personal data.
class Without {
 public:
  template <typename Subjects>
  Without(const Subjects& subjects, std::uint64_t end) noexcept {
    for (std::size_t i = 0; i < subjects.size() && fits_; ++i) {
      if (count_ == most_subjects) {
        fits_ = false;
        break;
      }
      Held& held = held_[count_++];
      const standing::SubjectView view = subjects[i];
      held.closed = view.closed;
      held.first = used_;
      for (const Clause& clause : view.clauses) {
        if (clause.seq < end && permits(clause)) continue;
        if (used_ == most_clauses) {
          fits_ = false;
          break;
        }
        clauses_[used_++] = clause;
      }
      held.count = used_ - held.first;
    }
  }
  /// Whether all of them found a place: where not, nothing is said of them.
  [[nodiscard]] bool fits() const noexcept { return fits_; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  standing::SubjectView operator[](std::size_t i) const noexcept {
    return {held_[i].closed, {clauses_.data() + held_[i].first, held_[i].count}};
  }

 private:
  static bool permits(const Clause& clause) noexcept {
    return clause.type == EventType::consent_given ||
           (clause.type == EventType::subject_restricted &&
            (clause.flags & Clause::released) != 0) ||
           (clause.type == EventType::number_classified &&
            static_cast<PersonalData>(clause.flags) == PersonalData::no);
  }
  static constexpr std::size_t most_subjects = 16, most_clauses = 128;
  struct Held {
    std::optional<Instant> closed;
    std::size_t first = 0, count = 0;
  };
  std::array<Held, most_subjects> held_{};
  std::array<Clause, most_clauses> clauses_{};
  std::size_t count_ = 0, used_ = 0;
  bool fits_ = true;
};

/// Whether the question is allowed also without what permits and was recorded below `end`, by a
/// consent: then nothing that was lost before can have ended it.
template <typename Subjects>
[[nodiscard]] bool allowed_without(const ResolvedQuestion& asked, const Subjects& subjects,
                                   const RulePack& pack, const LogFacts& facts,
                                   std::uint64_t end) noexcept {
  const Without left(subjects, end);
  if (!left.fits()) return false;
  const auto since = std::find_if(facts.assigned.begin(), facts.assigned.end(),
                                  [end](const AssignedCaller& each) { return each.seq >= end; });
  const Judgement judged =
      judge_over(asked, left, pack, {{since, facts.assigned.end()}, facts.set_back});
  return judged.verdict == Verdict::allow && judged.relied_on != no_seq;
}

template <typename Subjects>
void weigh(Judgement& judged, const ResolvedQuestion& asked, const Subjects& subjects,
           const RulePack& pack, const LogFacts& facts, const Doubts& doubts) noexcept {
  // What somebody may do later is no more certain than what they may do now.
  if (doubts.impaired || doubts.broken || doubts.doubtful_below != 0) judged.next_allowed.reset();
  if (doubts.broken) {
    // Its absence is what made a deny of it.
    judged.verdict = Verdict::unknown;
    doubt(judged, Builtin::record_damaged, no_seq);
  }
  if (doubts.impaired) doubt(judged, Builtin::log_impaired, no_seq);
  if (judged.verdict != Verdict::allow) return;
  if (doubts.doubtful_below != 0 &&
      !allowed_without(asked, subjects, pack, facts, doubts.doubtful_below)) {
    doubt(judged, Builtin::lost_range, judged.relied_on);
  } else if (doubts.reviewed_below > doubts.doubtful_below &&
             !allowed_without(asked, subjects, pack, facts, doubts.reviewed_below)) {
    warn(judged, Builtin::lost_range_reviewed, judged.relied_on);
  }
}

/// judge_over(), and what the log knows against itself.
template <typename Subjects>
[[nodiscard]] Judgement judge_log(const ResolvedQuestion& asked, const Subjects& subjects,
                                  const RulePack& pack, const LogFacts& facts,
                                  const Doubts& doubts) noexcept {
  Judgement judged = judge_over(asked, subjects, pack, facts);
  if (!doubts.none()) weigh(judged, asked, subjects, pack, facts, doubts);
  return judged;
}

}  // namespace consent::decision
