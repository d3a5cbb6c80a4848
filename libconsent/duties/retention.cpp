#include "consent/retention.hpp"

#include <date/tz.h>
#include <toml++/toml.h>

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

[[noreturn]] void refuse(const std::string& row, const char* what) {
  throw Error(ErrorCode::rules, "ru_retention.toml: row " + row + ": " + what);
}

std::string text(const toml::table& row, std::string_view key, const std::string& name) {
  const auto value = row[key].value<std::string>();
  if (!value || value->empty()) refuse(name, "a text is missing");
  return *value;
}

std::optional<date::local_days> day(const toml::table& row, std::string_view key) {
  const auto value = row[key].value<toml::date>();
  if (!value) return std::nullopt;
  return date::local_days{date::year{value->year} / value->month / value->day};
}

}  // namespace

std::vector<RetentionRow> retention_rows() {
  std::vector<RetentionRow> rows;
  try {
    const toml::table table = toml::parse(rules_data::ru_retention());
    const toml::array* const list = table["row"].as_array();
    if (list == nullptr) refuse("-", "there is none");
    for (const toml::node& node : *list) {
      const toml::table* const row = node.as_table();
      if (row == nullptr) refuse("-", "is no table");
      RetentionRow made;
      made.id = text(*row, "id", "-");
      made.sheet = text(*row, "sheet", made.id);
      made.about = text(*row, "about", made.id);
      made.kind = text(*row, "kind", made.id);
      made.citation = text(*row, "citation", made.id);
      made.citation_ru = text(*row, "citation_ru", made.id);
      made.confidence = text(*row, "confidence", made.id);
      if (made.kind != "law" && made.kind != "policy") refuse(made.id, "kind: law or policy");
      made.years = (*row)["years"].value_or(0);
      made.days = (*row)["days"].value_or(0);
      if (made.years < 0 || made.days < 0 || (made.years == 0) == (made.days == 0)) {
        refuse(made.id, "years or days: one of them, a whole number from 1 on");
      }
      if (const auto from = day(*row, "from")) made.from = midnight(*from);
      if (const auto to = day(*row, "to")) made.to = midnight(*to + date::days{1});
      rows.push_back(std::move(made));
    }
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::rules, Message("ru_retention.toml: {}", error.what()));
  }
  return rows;
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
