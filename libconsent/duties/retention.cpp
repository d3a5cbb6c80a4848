#include "consent/retention.hpp"

#include <date/tz.h>

#include "base/toml_reader.hpp"
#include "consent/error.hpp"
#include "rules_data.hpp"

namespace consent {
namespace {

const date::time_zone& moscow() {
  static const date::time_zone* const zone = date::locate_zone("Europe/Moscow");
  return *zone;
}

Instant midnight(date::local_days day) {
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(
      moscow().to_sys(day, date::choose::earliest).time_since_epoch())};
}

class RetentionReader : TomlReader {
 public:
  RetentionReader() : TomlReader("ru_retention.toml") {}

  std::vector<RetentionRow> read(std::string_view text) {
    const toml::table root = parse(text);
    only(root, {"id", "version", "zone", "reviewed", "row"});
    std::vector<RetentionRow> rows;
    for_each(root, "row", [&](const toml::table& t) { rows.push_back(read_row(t)); });
    return rows;
  }

 private:
  RetentionRow read_row(const toml::table& t) {
    only(t, {"id", "sheet", "from", "to", "about", "years", "days", "kind", "citation",
             "citation_ru", "source", "confidence"});
    RetentionRow made;
    made.id = word(t, "id");
    at("row " + made.id);
    made.sheet = word(t, "sheet");
    made.about = word(t, "about");
    made.kind = word(t, "kind");
    made.citation = word(t, "citation");
    made.citation_ru = word(t, "citation_ru");
    made.confidence = confidence(t);
    if (made.kind != "law" && made.kind != "policy") fail(t, "kind", "kind: law or policy");
    made.years = count(t, "years");
    made.days = count(t, "days");
    if (made.years < 0 || made.days < 0 || (made.years == 0) == (made.days == 0)) {
      fail("years or days: one of them, a whole number from 1 on");
    }
    if (t.contains("from")) made.from = midnight(day(t, "from"));
    if (t.contains("to")) made.to = midnight(day(t, "to") + date::days{1});
    return made;
  }
  [[nodiscard]] int count(const toml::table& t, std::string_view key) const {
    if (!t.contains(key)) return 0;
    constexpr std::int64_t most = 100'000;
    const std::int64_t value = whole(t, key);
    if (value < 1 || value > most)
      fail(t, key, Message("'{}' must be a whole number from 1 on", key));
    return static_cast<int>(value);
  }
  [[nodiscard]] date::local_days day(const toml::table& t, std::string_view key) const {
    const toml::date read = TomlReader::date(t, key);
    return date::local_days{date::year{read.year} / read.month / read.day};
  }
};

}  // namespace

std::vector<RetentionRow> retention_rows() {
  return RetentionReader().read(rules_data::ru_retention());
}

RetentionRow retention(std::string_view about, Instant at) {
  std::optional<RetentionRow> last;
  for (RetentionRow& row : retention_rows()) {
    if (row.about != about) continue;
    const bool in_force = (!row.from || *row.from <= at) && (!row.to || at < *row.to);
    if (in_force) return row;
    last = std::move(row);
  }
  if (!last) throw Error(ErrorCode::rules, "ru_retention.toml: no row about this");
  return *last;
}

Instant day_years_before(Instant at, int years) {
  const auto local = moscow().to_local(date::sys_time<std::chrono::microseconds>{
      std::chrono::microseconds{at.time_since_epoch().count()}});
  const date::year_month_day today{date::floor<date::days>(local)};
  date::year_month_day then{today.year() - date::years{years}, today.month(), today.day()};
  if (!then.ok()) then = then.year() / date::March / 1;
  return midnight(date::local_days{then});
}

}  // namespace consent
