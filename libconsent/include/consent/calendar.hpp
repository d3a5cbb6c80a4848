#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "consent/export.hpp"

namespace consent {

/// What a local day is. `unknown` is the zero value: the table has no row for its year.
enum class DayKind : std::uint8_t {
  unknown,
  working,      ///< also a Saturday or Sunday whose day off was moved away
  day_off,      ///< Saturday, Sunday, or a weekday to which a day off was moved
  holiday,      ///< public holiday
  argued,       ///< a decree made this weekday "non-working with pay"; no authority says what it is
  provisional,  ///< weekday of a year of which nobody has read which days off are moved
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(DayKind kind) noexcept;

/// Which local days are working days, as dated rows: rules/ru_calendar.toml, with the source and
/// confidence of each year. Days are days of the place asked about: turn an Instant into one by
/// its local offset first (zones.hpp). Holidays of single regions are not known.
/// Immutable; copies share; safe from any thread.
class CONSENT_EXPORT Calendar {
 public:
  using Day = std::chrono::year_month_day;

  /// The calendar built into the library; read on the first call, which allocates.
  [[nodiscard]] static const Calendar& russia();
  /// From TOML text of the same shape. `name` is for messages. @throws Error (rules) naming the
  /// row.
  [[nodiscard]] static Calendar from_toml(std::string_view toml, const std::string& name);

  [[nodiscard]] std::string_view version() const noexcept;  ///< "ru-calendar-2026-11-22"
  [[nodiscard]] Day first_day() const noexcept;             ///< of the first year that has a row
  [[nodiscard]] Day last_day() const noexcept;              ///< of the last year that has a row
  /// Of the last year whose moved days off were read.
  [[nodiscard]] Day last_read_day() const noexcept;

  /// `unknown` also for a day that does not exist. No allocation.
  [[nodiscard]] DayKind day(Day day) const noexcept;
  /// nullopt where nobody knows: a year without a row, a weekday of a provisional year, a day that
  /// is argued about.
  [[nodiscard]] std::optional<bool> is_working_day(Day day) const noexcept;
  /// Where a term can end.
  struct Span {
    Day earliest, latest;
    friend bool operator==(const Span&, const Span&) = default;
  };
  /// The `count`-th working day after `start`, which itself is not counted (a term runs from the
  /// day after the event); `start` itself for 0. Days that are argued about, and weekdays of a
  /// provisional year, are counted as working: the result is the earliest day that the term can end
  /// on. nullopt for a negative count and where the count reaches a day that is not known.
  [[nodiscard]] std::optional<Day> add_working_days(Day start, int count) const noexcept;
  /// The same, and the latest day that the term can end on: days that are argued about do not
  /// count, and of a provisional year neither do as many weekdays as days off may be moved to. Both
  /// are one day where nothing is in doubt.
  [[nodiscard]] std::optional<Span> span_of_working_days(Day start, int count) const noexcept;

 private:
  struct Impl;
  explicit Calendar(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace consent
