#include "consent/audit.hpp"

#include <algorithm>
#include <array>

#include "decision/resolve.hpp"
#include "decision/standing_table.hpp"

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
      table.fill(*table.find(number), log.standing_of(number), size);
  } else {
    log.for_each_standing([&](PhoneNumber number, std::span<const SubjectStanding> subjects) {
      if (StandingTable::Slot* const slot = table.find(number)) table.fill(*slot, subjects, size);
    });
    // Of an erased number that nobody else holds the log knows no more than that: asked one by one.
    if (log.has_erased()) {
      for (const PhoneNumber number : numbers) {
        StandingTable::Slot& slot = *table.find(number);
        if (slot.held == 0) table.fill(slot, log.standing_of(number), size);
      }
    }
  }
  return table;
}

template <typename Take>
AuditResult run(std::span<const Call> calls, const Log& log, const RulePack& pack,
                const Question& scope, const Take& take) {
  AuditResult result;
  result.log_size = log.size();
  result.log_root = log.root_at(result.log_size);
  result.rules = pack.version();
  const auto distributors = log.distributors();
  const std::string_view distributor = decision::meant_or_throw(scope.distributor, distributors);

  const StandingTable table = read_standings(calls, log, result.log_size);
  ResolvedQuestion question = decision::resolved(scope, distributor, log.terms());
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
      take(result, i, decision::judge_over(question, table.run(slots[i - first]), pack));
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

}  // namespace consent
