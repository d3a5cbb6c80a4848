#include "decision/law.hpp"

/// Debt collection: who calls, when and how often. Hours and counts may be asked of any contact.
namespace consent::decision::law {
namespace {

bool is_concealed(const CallerFacts& caller) noexcept {
  return caller.hidden_number == Stated::yes || caller.foreign_number == Stated::yes ||
         caller.creditor_named == Stated::no;
}

}  // namespace

void caller_concealed(Case& it, const Rows& rows) noexcept {
  if (is_concealed(it.caller())) it.verdict_of(rows, no_seq);
}

void concealment_not_stated(Case& it, const Rows& rows) noexcept {
  const CallerFacts& caller = it.caller();
  if (is_concealed(caller)) return;
  if (caller.hidden_number == Stated::not_stated || caller.foreign_number == Stated::not_stated ||
      caller.creditor_named == Stated::not_stated) {
    it.verdict_of(rows, no_seq);
  }
}

namespace {

bool is_open(Case& it, const OpenHours::Answer& answer, std::size_t row) noexcept {
  const std::uint16_t window = it.pack().window_of[row];
  if (window < OpenHours::kept) return (answer.open >> window & 1U) != 0;
  const LocalOffsets clocks = Zones::russia().local_offsets(it.where().zones, it.at());
  return inside_hours(it.at(), {clocks.begin(), clocks.size()}, it.pack().figures[row]);
}

std::optional<Instant> opens_next(Case& it, std::size_t row) noexcept {
  const LocalOffsets clocks = Zones::russia().local_offsets(it.where().zones, it.at());
  return next_inside(it.at(), {clocks.begin(), clocks.size()}, it.pack().figures[row]);
}

}  // namespace

void outside_hours(Case& it, const Rows& rows) noexcept {
  const RulePack::Impl& pack = it.pack();
  const OpenHours::Answer answer = pack.open_hours.at(it.where().zones, it.at(), pack.windows);
  if (!answer.known) {  // no zone, no guess; a habit that only warns is silent then
    if ((rows & pack.denies).empty()) return;
    it.touch(rows);
    it.ground_open = it.ground_open || !(rows & pack.met).empty();
    it.unknown(Builtin::zone_not_known, no_seq);
    return;
  }
  bool spoke = false;
  rows.for_each([&](std::size_t row) {
    Rows one;
    one.insert(row);
    if (!is_open(it, answer, row)) {
      // A warning needs no cure, and the next opening is the dearest thing here.
      it.verdict_of(one, no_seq, pack.denies.contains(row) ? opens_next(it, row) : std::nullopt);
    } else if (pack.met.contains(row)) {
      it.meet(one, no_seq);
    } else {
      it.touch(one);
      return;
    }
    spoke = true;
  });
  it.home_only = spoke && it.where().home_only;
}

namespace {

/// When the caps of a row that are reached are reached no more; nullopt: none is.
std::optional<Instant> over_until(const RuleFigures& figures, const ContactCounts& counts,
                                  Instant counted_at, Instant at, Clocks clocks) noexcept {
  const ContactCounts::In& made = figures.only_talks ? counts.talks : counts.attempts;
  std::optional<Instant> over;
  const auto check = [&](std::uint32_t most, std::uint32_t so_far, Period period) {
    if (most == 0 || so_far < most) return;
    // Asked about a later moment than the counts are of: an ended period counts nothing.
    if (!same_period(counted_at, at, period, clocks)) return;
    const Instant end = period_over(at, period, clocks);
    if (!over || end > *over) over = end;
  };
  check(figures.a_day, made.day, Period::day);
  check(figures.a_week, made.week, Period::week);
  check(figures.a_month, made.month, Period::month);
  return over;
}

}  // namespace

void over_count(Case& it, const Rows& rows) noexcept {
  it.touch(rows);
  const auto& counts = it.asked().counts;
  if (!counts) {
    if (!(rows & it.pack().denies).empty()) it.unknown(Builtin::counts_not_given, no_seq);
    return;
  }
  const LocalOffsets clocks = clocks_or_all(it.where().zones, it.at());
  rows.for_each([&](std::size_t row) {
    const auto over = over_until(it.pack().figures[row], *counts, it.counted_at(), it.at(),
                                 {clocks.begin(), clocks.size()});
    if (!over) return;
    Rows one;
    one.insert(row);
    it.verdict_of(one, no_seq, over);
  });
}

}  // namespace consent::decision::law
