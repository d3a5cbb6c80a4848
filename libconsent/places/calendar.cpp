#include "consent/calendar.hpp"

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

/// Kind of each day from 1 January on.
using Year = std::vector<DayKind>;

year_month_day first_of(int y) { return year{y} / 1 / 1; }

bool is_weekend(sys_days day) noexcept {
  const std::chrono::weekday weekday{day};
  return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
}

Year empty_year(int y) {
  const sys_days first = first_of(y);
  const sys_days end = first_of(y + 1);
  Year kinds;
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
    });
    if (impl.years.empty()) fail("no years");
  }

 private:
  [[nodiscard]] Year read_year(const toml::table& row, int y) const {
    only(row, {"year", "holidays", "off", "working", "argued", "argued_by", "source", "confidence",
               "read"});
    static_cast<void>(word(row, "source"));
    static_cast<void>(confidence(row));
    static_cast<void>(date(row, "read"));
    if (row.contains("argued") != row.contains("argued_by")) {
      fail("'argued' and 'argued_by' stand together");
    }
    static_cast<void>(list<std::string>(row, "argued_by"));
    if (!row.contains("holidays")) fail("'holidays' is missing");
    Year kinds = empty_year(y);
    Year named(kinds.size(), DayKind::unknown);
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
    return kinds;
  }
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

DayKind Calendar::day(Day day) const noexcept {
  if (!day.ok()) return DayKind::unknown;
  const int index = static_cast<int>(day.year()) - impl_->first_year;
  if (index < 0 || index >= static_cast<int>(impl_->years.size())) return DayKind::unknown;
  const sys_days first = first_of(static_cast<int>(day.year()));
  return impl_->years[static_cast<std::size_t>(index)]
                     [static_cast<std::size_t>((sys_days{day} - first).count())];
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
    if (kind == DayKind::working || kind == DayKind::argued) --count;
  }
  return at;
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
  }
  return "unknown";
}

}  // namespace consent
