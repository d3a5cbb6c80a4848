#include "decision/answer.hpp"

#include <algorithm>

#include "decision/worth.hpp"

namespace consent::decision {

void Answer::write() noexcept {
  settle();
  say_what_decides();
  if (it_.lacking[static_cast<std::size_t>(Ground::advertising)]) {
    say_why_not(Ground::advertising);
    say_earlier_holder();
  }
  for (const Ground ground : {Ground::personal_data, Ground::mass_calls, Ground::mailing}) {
    if (it_.lacking[static_cast<std::size_t>(ground)]) say_why_not(ground);
  }
  warn();
}

/// A consent that no row relies on is not what the answer rests on. Those to the contact itself
/// come first, those to the use of data last.
std::optional<Answer::Relied> Answer::consent_relied_on() noexcept {
  for (const Ground ground :
       {Ground::advertising, Ground::mass_calls, Ground::mailing, Ground::personal_data}) {
    if (!it_.relied_on[static_cast<std::size_t>(ground)]) continue;
    if (const Clause* const consent = it_.standing(ground).live) return Relied{consent, ground};
  }
  return std::nullopt;
}

void Answer::settle() noexcept {
  const Items* deciding = &it_.allows;
  if (!it_.denies.empty()) {
    out_.verdict = Verdict::deny;
    deciding = &it_.denies;
  } else if (!it_.unknowns.empty()) {
    out_.verdict = Verdict::unknown;
    deciding = &it_.unknowns;
  } else {
    out_.verdict = Verdict::allow;
  }
  for (const Judgement::Item& item : *deciding) {
    if (item.rule >= 0) out_.reasons.insert(static_cast<std::size_t>(item.rule));
  }
  if (out_.verdict == Verdict::deny) {
    if (it_.relied_stop != nullptr) out_.relied_on = it_.relied_stop->seq;
  } else if (const auto relied = consent_relied_on()) {
    if (out_.verdict == Verdict::allow) out_.relied_on = relied->consent->seq;
    out_.worth = it_.worth_of(*relied->consent, relied->ground);
    out_.has_worth = true;
  }
}

/// The deciding ones are the first list that is not empty.
void Answer::say_what_decides() noexcept {
  for (const Items* list : {&it_.denies, &it_.unknowns, &it_.allows}) {
    for (const Judgement::Item& item : *list) put(item.rule, item.verdict, item.seq);
    left_out_ = left_out_ || list->full;
  }
  for (const RuleSet* rows : {&it_.made_mass, &it_.exempted}) {
    rows->for_each([&](std::size_t row) {
      put(static_cast<std::int16_t>(row), FindingVerdict::treat, no_seq);
    });
  }
  if (it_.assignment != nullptr && out_.verdict != Verdict::deny) {
    out_.assignment = it_.assignment->seq;
    put(Builtin::caller_assigned, FindingVerdict::treat, it_.assignment->seq);
  }
}

/// Why each consent did not count, the latest first.
void Answer::say_why_not(Ground ground) noexcept {
  const standing::Standing& standing = it_.standing(ground);
  const std::span<const Clause> clauses = it_.holder().clauses();
  const std::uint32_t distributor = it_.asked().distributor;
  const auto names_it = [&](const Clause& clause) {
    return standing::is_consent(clause) && clause.distributor == distributor;
  };
  const Clause* first_after = nullptr;  // of those said after the contact, one is enough
  bool ended_named = false;
  for (std::size_t end = clauses.size(); end > 0;) {
    // One entry has a clause for each distributor it names; those naming the one asked about speak.
    std::size_t begin = end - 1;
    bool named = names_it(clauses[begin]);
    while (begin > 0 && clauses[begin - 1].seq == clauses[end - 1].seq)
      named = names_it(clauses[--begin]) || named;
    for (std::size_t i = begin; i < end; ++i) {
      const Clause& clause = clauses[i];
      if (!standing::is_consent(clause) || (named && clause.distributor != distributor)) continue;
      const std::uint32_t found = it_.defects(clause, ground);
      // That a consent is to advertising and not to this is no news.
      if (ground != Ground::advertising && found == defect::other_cover) break;
      if (found == 0) {
        if (!ended_named) put(Builtin::ended_by_stop, FindingVerdict::treat, clause.seq);
        ended_named = true;
      } else if (clause.said >= it_.at()) {
        if (found == defect::not_prior &&
            (first_after == nullptr || clause.said < first_after->said)) {
          first_after = &clause;
        }
      } else if (standing.stop == nullptr || clause.said > standing.stopped) {
        say_defects(found, clause, ground);
      }
      if (!named) break;  // several others named: said once
    }
    end = begin;
  }
  if (first_after != nullptr) say_defects(defect::not_prior, *first_after, ground);
}

/// The latest consent of an earlier holder, which somebody may think still counts.
void Answer::say_earlier_holder() noexcept {
  it_.holder().for_each_earlier([&](const Clause& clause) {
    if (clause.type != EventType::consent_given || !clause.covers.contains(Cover::advertising) ||
        clause.distributor != it_.asked().distributor || clause.said >= it_.at()) {
      return false;
    }
    say_defects(defect::earlier_holder, clause, Ground::advertising);
    return true;
  });
}

void Answer::say_defects(std::uint32_t found, const Clause& clause, Ground ground) noexcept {
  const RulePack::Impl& pack = it_.pack();
  bool said = false;
  for (const DefectName& name : defect_names) {
    if ((found & name.defect) == 0) continue;
    // That it is not proven, unless what is wrong with it was said.
    if (name.defect == defect::not_proven && said) continue;
    said = true;
    RuleSet rows;
    if (name.defect == defect::without_document) {
      rows =
          it_.document_rows(clause) & pack.treats & pack.feeding[static_cast<std::size_t>(ground)];
    } else if (name.condition) {
      rows = it_.feeding(*name.condition, ground);
    }
    if (rows.empty()) {
      put(name.builtin.value_or(Builtin::not_proven), FindingVerdict::treat, clause.seq);
      continue;
    }
    it_.touch(rows);
    rows.for_each([&](std::size_t row) {
      put(static_cast<std::int16_t>(row), FindingVerdict::treat, clause.seq);
    });
  }
}

void Answer::warn() noexcept {
  reserve_ = 0;
  for (const Judgement::Item& item : it_.warns) put(item.rule, FindingVerdict::warn, item.seq);
  left_out_ = left_out_ || it_.warns.full;
  if (const Clause* const consent = it_.consent().live) {
    if (consent->recorded > it_.at())
      put(Builtin::recorded_late, FindingVerdict::warn, consent->seq);
    constexpr auto shown = Clause::has_document | Clause::has_evidence;
    const std::uint16_t flags = it_.flags_of(*consent);
    if ((flags & (shown | Clause::has_wording)) == 0)
      put(Builtin::nothing_kept, FindingVerdict::warn, consent->seq);
    if ((flags & shown) != 0 && (flags & Clause::keeps_file) == 0)
      put(Builtin::held_elsewhere, FindingVerdict::warn, consent->seq);
  }
  if (out_.assignment != no_seq && it_.assignment->recorded > it_.at())
    put(Builtin::assigned_late, FindingVerdict::warn, it_.assignment->seq);
  warn_of_clock();
  if (it_.home_only) put(Builtin::home_region, FindingVerdict::warn, no_seq);
  const auto& known_until = it_.pack().known_until;
  if (known_until && it_.at() >= *known_until)
    put(Builtin::known_until, FindingVerdict::warn, no_seq);
  if (left_out_) {
    if (out_.count >= Judgement::max_findings) out_.count = Judgement::max_findings - 1;
    put(Builtin::more, FindingVerdict::warn, no_seq);
  }
}

/// Whatever the answer met that a step of the clock makes doubtful: it names the step.
void Answer::warn_of_clock() noexcept {
  const auto say = [&](const ClockSetBack* step) {
    if (step == nullptr) return;
    const auto said = std::find_if(
        out_.items.begin(), out_.items.begin() + out_.count, [&](const Judgement::Item& item) {
          return item.rule == number_of(Builtin::clock_set_back) && item.seq == step->seq;
        });
    if (said == out_.items.begin() + out_.count)
      put(Builtin::clock_set_back, FindingVerdict::warn, step->seq);
  };
  if (it_.log().set_back.empty()) return;
  for (std::size_t i = 0; i < ground_count; ++i) {
    const standing::Standing* const read = it_.standing_read(static_cast<Ground>(i));
    if (read != nullptr && read->doubtful != nullptr) say(it_.holder().doubt(*read->doubtful));
  }
  if (const Clause* const release = standing::doubtful_release(it_.holder(), it_.at()))
    say(it_.holder().doubt(*release));
  if (out_.assignment != no_seq)
    say(standing::doubt(it_.log().set_back, it_.assignment->seq, it_.assignment->recorded));
}

void Answer::put(std::int16_t rule, FindingVerdict verdict, std::uint64_t seq) noexcept {
  if (out_.count + reserve_ >= Judgement::max_findings) {
    left_out_ = true;
    return;
  }
  out_.items[out_.count++] = {rule, verdict, seq};
}

}  // namespace consent::decision
