#include "consent/audit.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include "consent/callers.hpp"
#include "consent/clock.hpp"
#include "consent/log_standing.hpp"
#include "consent/restriction.hpp"
#include "decision/conditions.hpp"
#include "decision/doubt.hpp"
#include "decision/resolve.hpp"
#include "decision/rule_pack.hpp"
#include "gate/standing_table.hpp"

namespace consent {
namespace {

using decision::StandingTable;

/// Standings of the called numbers, each read once, from entries before `size` only.
StandingTable read_standings(std::span<const Call> calls, const Log& log, std::uint64_t size) {
  StandingTable table;
  std::vector<PhoneNumber> numbers;  // in order of first call
  for (const Call& call : calls) {
    const std::uint64_t before = table.size();
    table.insert(call.number);
    if (table.size() != before) numbers.push_back(call.number);
  }
  // Few numbers of a large log are asked for one by one; many are picked from one pass over it.
  if (numbers.size() < size / 16) {
    for (const PhoneNumber number : numbers)
      table.fill(*table.find(number), standing_of(log, number), size);
  } else {
    for_each_standing(log, [&](PhoneNumber number, std::span<const SubjectStanding> subjects) {
      if (StandingTable::Slot* const slot = table.find(number)) table.fill(*slot, subjects, size);
    });
    // Of an erased number that nobody else holds the log knows no more than that: asked one by one.
    if (has_erased(log)) {
      for (const PhoneNumber number : numbers) {
        StandingTable::Slot& slot = *table.find(number);
        if (slot.held == 0) table.fill(slot, standing_of(log, number), size);
      }
    }
  }
  return table;
}

bool is_message(Channel channel) {
  return channel == Channel::sms || channel == Channel::messenger || channel == Channel::email;
}

/// What was called before each call, by the calls themselves; empty where no row that is in force
/// at any of them counts contacts.
std::vector<ContactCounts> count_calls(std::span<const Call> calls, const RulePack& pack,
                                       const Question& scope) {
  const RuleSet counting = pack.impl().rows_of(decision::Condition::over_count);
  const auto counted = [&](const Call& call) {
    return !(pack.in_force(call.at, call.purpose, call.channel) & counting).empty();
  };
  if (std::none_of(calls.begin(), calls.end(), counted)) return {};
  std::vector<std::size_t> order(calls.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    const Call& call = calls[i];
    return std::tuple(call.number.digits(), call.purpose, is_message(call.channel), call.at);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(key(a), a) < std::tuple(key(b), b);
  });
  std::vector<ContactCounts> counts(calls.size());
  std::vector<EarlierContact> earlier;
  // No period that a row counts in is longer; older calls need not be looked at again and again.
  constexpr std::chrono::days longest{32};
  std::size_t first = 0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const Call& call = calls[order[place]];
    if (place != 0) {
      const Call& before = calls[order[place - 1]];
      if (before.number != call.number || before.purpose != call.purpose ||
          is_message(before.channel) != is_message(call.channel)) {
        earlier.clear();
        first = 0;
      }
    }
    while (first < earlier.size() && earlier[first].at + longest < call.at) ++first;
    if (counted(call)) {
      counts[order[place]] = count_contacts(std::span(earlier).subspan(first), call.at,
                                            whereabouts(call.number, scope.numbering).zones);
    }
    earlier.push_back({call.at, call.talk});
  }
  return counts;
}

template <typename Take>
AuditResult run(std::span<const Call> calls, const Log& log, const RulePack& pack,
                const Question& scope, const Take& take) {
  AuditResult result;
  result.soundness = log.soundness();
  result.log_size = log.size();
  result.log_root = log.root(result.log_size);
  result.rules = pack.version();
  const auto distributors = distributors_of(log);
  const std::string_view distributor = decision::meant_or_throw(scope.distributor, distributors);

  const StandingTable table = read_standings(calls, log, result.log_size);
  Terms terms = terms_of(log);
  const std::vector<AssignedCaller> assigned =
      decision::resolved(assignments(log, result.log_size), terms);
  const std::vector<ClockSetBack> set_back = clock_set_back(log, result.log_size);
  const LogFacts facts{assigned, set_back};
  ResolvedQuestion question = decision::resolved(scope, distributor, terms);
  const std::vector<ContactCounts> counts =
      scope.counts ? std::vector<ContactCounts>() : count_calls(calls, pack, scope);
  decision::Doubts doubts = decision::doubts_of(result.soundness);
  constexpr std::size_t batch = 32;
  for (std::size_t first = 0; first < calls.size(); first += batch) {
    const std::size_t last = std::min(first + batch, calls.size());
    std::array<const StandingTable::Slot*, batch> slots{};
    for (std::size_t i = first; i < last; ++i) table.prefetch_slot(calls[i].number);
    for (std::size_t i = first; i < last; ++i) {
      slots[i - first] = table.find(calls[i].number);
      table.prefetch_run(slots[i - first]);
    }
    for (std::size_t i = first; i < last; ++i) {
      const Call& call = calls[i];
      question.number = call.number;
      question.at = call.at;
      question.purpose = call.purpose;
      question.channel = call.channel;
      question.dialled_by = call.dialled_by;
      question.requested = call.requested || scope.requested;
      if (!counts.empty()) question.counts = counts[i];
      doubts.broken = table.is_broken(slots[i - first]);
      take(result, i,
           decision::judge_log(question, table.run(slots[i - first]), pack, facts, doubts));
    }
  }
  return result;
}

}  // namespace

AuditResult audit(std::span<const Call> calls, const Log& log, const RulePack& pack,
                  const Question& scope,
                  const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  constexpr std::size_t step = 65536;
  AuditResult result = run(calls, log, pack, scope,
                           [&](AuditResult& out, std::size_t i, const Judgement& judgement) {
                             if (i == 0) out.judgements.reserve(calls.size());
                             out.judgements.push_back(judgement);
                             if (progress && ((i + 1) % step == 0 || i + 1 == calls.size()))
                               progress(i + 1, calls.size());
                           });
  return result;
}

AuditResult audit_each(std::span<const Call> calls, const Log& log, const RulePack& pack,
                       const Question& scope,
                       const std::function<void(std::size_t, const Judgement&)>& visit) {
  return run(calls, log, pack, scope,
             [&](AuditResult&, std::size_t i, const Judgement& judgement) { visit(i, judgement); });
}

Rehearsal rehearse(std::span<const Call> calls, const Log& log, const RulePack& before,
                   const RulePack& after, const Question& scope) {
  Rehearsal rehearsal;
  const AuditResult first = audit(calls, log, before, scope);
  rehearsal.before = first.rules;
  rehearsal.log_size = first.log_size;
  // An entry appended between the passes, which claims an earlier time, shows in the second only.
  rehearsal.after = audit_each(calls, log, after, scope, [&](std::size_t i, const Judgement& then) {
                      ++rehearsal.calls;
                      const Judgement& now = first.judgements[i];
                      if (now.verdict == then.verdict) return;
                      rehearsal.changes.push_back({i, now, then});
                    }).rules;
  return rehearsal;
}

}  // namespace consent
