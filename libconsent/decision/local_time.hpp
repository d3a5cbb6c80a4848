#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "consent/calendar.hpp"
#include "consent/decision.hpp"
#include "consent/zones.hpp"

/// Local days and hours of whoever is contacted. Several clocks: a time is inside where it is
/// inside by each of them.
namespace consent::decision {

using Clocks = std::span<const std::int16_t>;  ///< minutes east, each a clock that may be theirs

struct LocalMoment {
  std::chrono::sys_days day;
  std::int64_t of_day_us = 0;  ///< microseconds since local midnight
};

inline LocalMoment local(Instant at, std::int16_t minutes_east) noexcept {
  const Instant shifted = at + std::chrono::minutes(minutes_east);
  const auto day = std::chrono::floor<std::chrono::days>(shifted);
  return {day, (shifted - Instant(day)).count()};
}
inline Instant moment(std::chrono::sys_days day, std::int64_t minute,
                      std::int16_t minutes_east) noexcept {
  return Instant(day) + std::chrono::minutes(minute) - std::chrono::minutes(minutes_east);
}

/// What is open on a local day; of a day whose kind nobody knows, what is open on both kinds.
inline DayWindow window_on(std::chrono::sys_days day, const RuleFigures& figures) noexcept {
  const auto working = Calendar::russia().is_working_day(std::chrono::year_month_day(day));
  if (working) return *working ? figures.working_days : figures.other_days;
  return {std::max(figures.working_days.from, figures.other_days.from),
          std::min(figures.working_days.to, figures.other_days.to)};
}

inline constexpr std::int64_t us_a_minute = 60'000'000;

/// By one clock: open now; else when it opens next.
inline Instant opening(Instant at, std::int16_t minutes_east, const RuleFigures& figures) noexcept {
  const LocalMoment here = local(at, minutes_east);
  const DayWindow today = window_on(here.day, figures);
  if (here.of_day_us < today.from * us_a_minute) return moment(here.day, today.from, minutes_east);
  if (here.of_day_us < today.to * us_a_minute) return at;
  const auto tomorrow = here.day + std::chrono::days(1);
  return moment(tomorrow, window_on(tomorrow, figures).from, minutes_east);
}

inline bool inside_hours(Instant at, Clocks clocks, const RuleFigures& figures) noexcept {
  return std::all_of(clocks.begin(), clocks.end(),
                     [&](std::int16_t clock) { return opening(at, clock, figures) == at; });
}

/// First moment from `at` on that is inside by every clock; nullopt where there is none soon.
inline std::optional<Instant> next_inside(Instant at, Clocks clocks,
                                          const RuleFigures& figures) noexcept {
  constexpr int steps = 400;  // each moves on by an opening; some two weeks of the worst case
  for (int step = 0; step < steps; ++step) {
    Instant latest = at;
    for (const std::int16_t clock : clocks) latest = std::max(latest, opening(at, clock, figures));
    if (latest == at) return at;
    at = latest;
  }
  return std::nullopt;
}

/// A local period in which contacts are counted, by its first day.
enum class Period : std::uint8_t { day, week, month };

inline std::chrono::sys_days first_day(std::chrono::sys_days day, Period period) noexcept {
  using namespace std::chrono;
  switch (period) {
    case Period::week:
      return day - (weekday(day) - Monday);
    case Period::month: {
      const year_month_day date(day);
      return sys_days(date.year() / date.month() / 1);
    }
    case Period::day:
      break;
  }
  return day;
}
inline std::chrono::sys_days first_day_after(std::chrono::sys_days day, Period period) noexcept {
  using namespace std::chrono;
  switch (period) {
    case Period::week:
      return first_day(day, period) + days(7);
    case Period::month: {
      const year_month_day date(day);
      return sys_days((date.year() / date.month() + months(1)) / 1);
    }
    case Period::day:
      break;
  }
  return day + days(1);
}

/// Whether `a` and `b` lie in the same period by some clock.
inline bool same_period(Instant a, Instant b, Period period, Clocks clocks) noexcept {
  return std::any_of(clocks.begin(), clocks.end(), [&](std::int16_t clock) {
    return first_day(local(a, clock).day, period) == first_day(local(b, clock).day, period);
  });
}
/// First moment at which the period of `at` is over by every clock.
inline Instant period_over(Instant at, Period period, Clocks clocks) noexcept {
  Instant over = at;
  for (const std::int16_t clock : clocks)
    over = std::max(over, moment(first_day_after(local(at, clock).day, period), 0, clock));
  return over;
}

/// The clocks by which a country counts where nobody knows the one of the subscriber.
inline LocalOffsets clocks_or_all(ZoneSet zones, Instant at) noexcept {
  const Zones& table = Zones::russia();
  const LocalOffsets known = table.local_offsets(zones, at);
  return known.empty() ? table.local_offsets(table.zones_of_country("RU"), at) : known;
}

}  // namespace consent::decision
