// Standings written as a story, without a log: what a subject said, in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "consent/decision.hpp"

namespace story {

using namespace consent;

inline constexpr std::uint32_t romashka = 1, other_bank = 2, spring = 3, autumn = 4;  // term ids
inline constexpr std::uint32_t nobody = 0;

inline PhoneNumber mobile() { return *PhoneNumber::from_digits(79161234567); }

/// Minutes after 2026-03-02T12:00:00 in Moscow.
inline Instant minute(std::int64_t minutes) {
  return parse_instant("2026-03-02T12:00:00+03:00") + std::chrono::minutes(minutes);
}

struct Story {
  std::vector<SubjectStanding> subjects{1};
  std::uint64_t seq = 0;

  /// A proven consent to advertising calls for romashka; change what the test is about.
  Clause& consents(Instant said) { return put(EventType::consent_given, said); }
  Clause& withdraws(Instant said) { return put(EventType::consent_withdrawn, said); }
  Clause& refuses(Instant said) { return put(EventType::consent_refused, said); }
  void reassigned(Instant at) {
    ++seq;
    subjects.back().closed = at;
    subjects.emplace_back();
  }

 private:
  Clause& put(EventType type, Instant said) {
    Clause clause;
    clause.type = type;
    clause.said = clause.recorded = said;
    clause.seq = ++seq;
    clause.distributor = romashka;
    if (type == EventType::consent_given) {
      clause.covers = {Cover::advertising};
      clause.purposes = {Purpose::advertising};
      clause.channels = {Channel::voice};
      clause.method = Method::recorded_voice;
      clause.flags = Clause::has_wording | Clause::has_evidence | Clause::keeps_file;
    }
    return subjects.back().clauses.emplace_back(clause);
  }
};

/// An advertising call by a person for romashka, to a place that nobody knows.
inline ResolvedQuestion call_at(Instant at) {
  ResolvedQuestion question{mobile(),       romashka,          0,  Purpose::advertising,
                            Channel::voice, DialledBy::person, at, Basis::said};
  question.whereabouts = Whereabouts{};
  return question;
}

inline const RulePack& russia() {
  static const RulePack pack = RulePack::russia();
  return pack;
}

inline Judgement ask(const Story& told, const ResolvedQuestion& question,
                     const RulePack& pack = russia()) {
  return judge(question, told.subjects, pack);
}
inline Verdict verdict(const Story& told, const ResolvedQuestion& question) {
  return ask(told, question).verdict;
}

inline Decision answer(const Story& told, const ResolvedQuestion& question,
                       const RulePack& pack = russia()) {
  return explain(judge(question, told.subjects, pack), question, pack, told.seq + 1);
}

/// Said of every advertising contact whose number nobody has classified, and so of nearly every
/// story; tests of its own ask for it by says().
inline constexpr std::string_view not_classified = "ru/152-fz/3-1/not-classified";

/// "deny ru/38-fz/18-1", one finding a text, in order, without not_classified.
inline std::vector<std::string> said(const Decision& decision) {
  std::vector<std::string> out;
  for (const Finding& finding : decision.findings) {
    if (finding.rule == not_classified) continue;
    out.push_back(std::string(to_word(finding.verdict)) + " " + finding.rule);
  }
  return out;
}
inline bool says(const Decision& decision, std::string_view what) {
  for (const Finding& finding : decision.findings) {
    if (std::string(to_word(finding.verdict)) + " " + finding.rule == what) return true;
  }
  return false;
}
using Lines = std::vector<std::string>;

}  // namespace story
