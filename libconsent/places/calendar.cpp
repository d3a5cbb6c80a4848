#include "consent/calendar.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/toml_reader.hpp"
#include "rules_data.hpp"

namespace consent {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

struct Year {
  std::vector<DayKind> kinds;  ///< of each day from 1 January on
  bool provisional = false;
  /// Weekdays to which days off may be moved, at most; only of a provisional year.
  int may_move = 0;
};

year_month_day first_of(int y) { return year{y} / 1 / 1; }

bool is_weekend(sys_days day) noexcept {
  const std::chrono::weekday weekday{day};
  return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
}

std::vector<DayKind> empty_year(int y) {
  const sys_days first = first_of(y);
  const sys_days end = first_of(y + 1);
  std::vector<DayKind> kinds;
  for (sys_days day = first; day != end; day += days{1}) {
    kinds.push_back(is_weekend(day) ? DayKind::day_off : DayKind::working);
  }
  return kinds;
}

}  // namespace

struct Calendar::Impl {
  std::string version;
  int first_year = 0;
  std::vector<Year> years;
};

namespace {

class CalendarReader : TomlReader {
 public:
  explicit CalendarReader(const std::string& name) : TomlReader(name) {}

  template <typename Impl>
  void read(std::string_view text, Impl& impl) {
    const toml::table root = parse(text);
    only(root, {"id", "version", "jurisdiction", "reviewed", "year"});
    static_cast<void>(word(root, "id"));
    static_cast<void>(word(root, "jurisdiction"));
    static_cast<void>(date(root, "reviewed"));
    impl.version = word(root, "version");
    for_each(root, "year", [&](const toml::table& row) {
      const std::int64_t number = whole(row, "year");
      if (number < 1900 || number > 9998) fail("no such year");
      const int y = static_cast<int>(number);
      at("year " + std::to_string(y));
      if (impl.years.empty()) impl.first_year = y;
      if (y != impl.first_year + static_cast<int>(impl.years.size())) {
        fail("years must follow one another without a gap");
      }
      impl.years.push_back(read_year(row, y));
      if (!impl.years.back().provisional && impl.years.size() > 1 &&
          impl.years[impl.years.size() - 2].provisional) {
        fail("a provisional year is the last ones'");
      }
    });
    if (impl.years.empty() || impl.years.front().provisional) fail("no years");
    bound_moves(impl.years);
  }

 private:
  /// A holiday on a weekend moves a day off to a weekday; a decree may exchange further days. Of
  /// those there were at most so many as the years that were read show in one of them.
  void bound_moves(std::vector<Year>& years) const {
    int exchanged = 0;
    for (std::size_t i = 0; i < years.size(); ++i) exchanged = std::max(exchanged, exchanges_[i]);
    for (std::size_t i = 0; i < years.size(); ++i) {
      if (years[i].provisional) years[i].may_move = holidays_on_weekends_[i] + exchanged;
    }
  }

  [[nodiscard]] Year read_year(const toml::table& row, int y) {
    only(row, {"year", "provisional", "holidays", "off", "working", "argued", "argued_by", "source",
               "confidence", "read"});
    const bool provisional = row.contains("provisional");
    if (provisional) {
      const auto* const said = row.get("provisional")->as_boolean();
      if (said == nullptr || !said->get()) fail("'provisional' is true, or is left out");
      for (const std::string_view key : {"off", "working", "argued"}) {
        if (row.contains(key)) fail("a provisional year has holidays alone");
      }
    }
    static_cast<void>(word(row, "source"));
    static_cast<void>(confidence(row));
    static_cast<void>(date(row, "read"));
    if (row.contains("argued") != row.contains("argued_by")) {
      fail("'argued' and 'argued_by' stand together");
    }
    static_cast<void>(list<std::string>(row, "argued_by"));
    if (!row.contains("holidays")) fail("'holidays' is missing");
    std::vector<DayKind> kinds = empty_year(y);
    std::vector<DayKind> named(kinds.size(), DayKind::unknown);
    const auto give = [&](std::string_view key, DayKind kind, std::optional<bool> weekend) {
      for (const toml::date& day : list<toml::date>(row, key)) {
        const year_month_day ymd{year{day.year}, std::chrono::month{day.month},
                                 std::chrono::day{day.day}};
        if (!ymd.ok() || ymd.year() != year{y}) fail(std::string(key) + ": not a day of this year");
        const auto index =
            static_cast<std::size_t>((sys_days{ymd} - sys_days{first_of(y)}).count());
        const std::string which = std::string(key) + ": day " + std::to_string(index + 1);
        if (named[index] != DayKind::unknown) fail(which + " is listed twice");
        if (weekend && is_weekend(sys_days{ymd}) != *weekend) {
          fail(which + (*weekend ? " is not a weekend" : " is a weekend already"));
        }
        named[index] = kinds[index] = kind;
      }
    };
    give("holidays", DayKind::holiday, std::nullopt);
    give("off", DayKind::day_off, false);
    give("working", DayKind::working, true);
    give("argued", DayKind::argued, false);
    if (provisional)
      std::replace(kinds.begin(), kinds.end(), DayKind::working, DayKind::provisional);
    int on_weekends = 0;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      const sys_days day = sys_days{first_of(y)} + days{static_cast<int>(i)};
      if (kinds[i] == DayKind::holiday && is_weekend(day)) ++on_weekends;
    }
    holidays_on_weekends_.push_back(on_weekends);
    exchanges_.push_back(static_cast<int>(list<toml::date>(row, "working").size()));
    return {std::move(kinds), provisional, 0};
  }

  std::vector<int> holidays_on_weekends_;
  std::vector<int> exchanges_;  ///< weekends that are working days
};

}  // namespace

const Calendar& Calendar::russia() {
  static const Calendar calendar = from_toml(rules_data::ru_calendar(), "rules/ru_calendar.toml");
  return calendar;
}

Calendar Calendar::from_toml(std::string_view toml, const std::string& name) {
  auto impl = std::make_shared<Impl>();
  CalendarReader(name).read(toml, *impl);
  return Calendar(std::move(impl));
}

std::string_view Calendar::version() const noexcept { return impl_->version; }

Calendar::Day Calendar::first_day() const noexcept { return first_of(impl_->first_year); }

Calendar::Day Calendar::last_day() const noexcept {
  const int last = impl_->first_year + static_cast<int>(impl_->years.size()) - 1;
  return year{last} / 12 / 31;
}

Calendar::Day Calendar::last_read_day() const noexcept {
  int last = impl_->first_year;
  for (std::size_t i = 0; i < impl_->years.size(); ++i) {
    if (!impl_->years[i].provisional) last = impl_->first_year + static_cast<int>(i);
  }
  return year{last} / 12 / 31;
}

DayKind Calendar::day(Day day) const noexcept {
  if (!day.ok()) return DayKind::unknown;
  const int index = static_cast<int>(day.year()) - impl_->first_year;
  if (index < 0 || index >= static_cast<int>(impl_->years.size())) return DayKind::unknown;
  const sys_days first = first_of(static_cast<int>(day.year()));
  return impl_->years[static_cast<std::size_t>(index)]
      .kinds[static_cast<std::size_t>((sys_days{day} - first).count())];
}

std::optional<bool> Calendar::is_working_day(Day day) const noexcept {
  switch (this->day(day)) {
    case DayKind::working:
      return true;
    case DayKind::day_off:
    case DayKind::holiday:
      return false;
    case DayKind::unknown:
    case DayKind::argued:
    case DayKind::provisional:
      break;
  }
  return std::nullopt;
}

std::optional<Calendar::Day> Calendar::add_working_days(Day start, int count) const noexcept {
  if (count < 0 || day(start) == DayKind::unknown) return std::nullopt;
  sys_days at{start};
  while (count > 0) {
    at += days{1};
    const DayKind kind = day(at);
    if (kind == DayKind::unknown) return std::nullopt;
    if (kind == DayKind::working || kind == DayKind::argued || kind == DayKind::provisional)
      --count;
  }
  return at;
}

std::optional<Calendar::Span> Calendar::span_of_working_days(Day start, int count) const noexcept {
  const auto earliest = add_working_days(start, count);
  if (!earliest) return std::nullopt;
  sys_days at{start};
  int left = count;
  int moved = 0;  // days off, moved to weekdays of the year
  int of = -1;
  while (left > 0) {
    at += days{1};
    const Day day{at};
    switch (this->day(day)) {
      case DayKind::unknown:
        return std::nullopt;
      case DayKind::provisional: {
        const int index = static_cast<int>(day.year()) - impl_->first_year;
        if (index != of) moved = 0;
        of = index;
        if (moved < impl_->years[static_cast<std::size_t>(index)].may_move) {
          ++moved;
        } else {
          --left;
        }
        break;
      }
      case DayKind::working:
        --left;
        break;
      case DayKind::day_off:
      case DayKind::holiday:
      case DayKind::argued:
        break;
    }
  }
  return Span{*earliest, at};
}

std::string_view to_word(DayKind kind) noexcept {
  switch (kind) {
    case DayKind::unknown:
      return "unknown";
    case DayKind::working:
      return "working";
    case DayKind::day_off:
      return "day_off";
    case DayKind::holiday:
      return "holiday";
    case DayKind::argued:
      return "argued";
    case DayKind::provisional:
      return "provisional";
  }
  return "unknown";
}

}  // namespace consent
