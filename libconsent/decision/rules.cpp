#include "consent/rules.hpp"

#include <date/tz.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include <fstream>
#include <set>
#include <sstream>

#include "consent/error.hpp"
#include "decision/rule_pack.hpp"
#include "rules_data.hpp"

namespace consent {
namespace {

using decision::Condition;

/// Where in a pack the reader stands: every refusal names file and row.
struct Place {
  const std::string& file;
  std::size_t row = 0;  ///< from 1; 0: the header
  std::string id;

  [[noreturn]] void refuse(const std::string& what) const {
    if (row == 0) throw Error(ErrorCode::rules, fmt::format("{}: {}", file, what));
    throw Error(ErrorCode::rules, fmt::format("{}: rule {}{}: {}", file, row,
                                              id.empty() ? "" : " (" + id + ")", what));
  }
};

void only_known_keys(const toml::table& table, const std::set<std::string_view>& known,
                     const Place& place) {
  for (const auto& [key, node] : table) {
    if (!known.contains(key.str())) place.refuse(fmt::format("unknown key '{}'", key.str()));
  }
}

std::string text(const toml::table& table, std::string_view key, const Place& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const auto* value = node->as_string();
  if (value == nullptr) place.refuse(fmt::format("'{}' must be a text", key));
  return value->get();
}

std::string needed_text(const toml::table& table, std::string_view key, const Place& place) {
  std::string value = text(table, key, place);
  if (value.empty()) place.refuse(fmt::format("'{}' is missing or empty", key));
  return value;
}

std::optional<date::year_month_day> day(const toml::table& table, std::string_view key,
                                        const Place& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_date();
  if (value == nullptr) place.refuse(fmt::format("'{}' must be a local date, 2006-07-01", key));
  const toml::date& read = value->get();
  const date::year_month_day ymd{date::year{read.year}, date::month{read.month},
                                 date::day{read.day}};
  if (!ymd.ok()) place.refuse(fmt::format("'{}' is no date", key));
  return ymd;
}

std::string day_text(const toml::table& table, std::string_view key, const Place& place) {
  const auto ymd = day(table, key, place);
  if (!ymd) return {};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd->year()),
                     static_cast<unsigned>(ymd->month()), static_cast<unsigned>(ymd->day()));
}

/// First moment of a local day. A midnight that does not exist or comes twice: the earliest
/// reading.
Instant midnight(date::local_days local, const date::time_zone& zone) {
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(
      zone.to_sys(local, date::choose::earliest).time_since_epoch())};
}

std::optional<Instant> first_moment(const toml::table& table, std::string_view key,
                                    const date::time_zone& zone, const Place& place) {
  const auto ymd = day(table, key, place);
  if (!ymd) return std::nullopt;
  return midnight(date::local_days{*ymd}, zone);
}

/// An inclusive last day, as the first moment after it.
std::optional<Instant> moment_after(const toml::table& table, std::string_view key,
                                    const date::time_zone& zone, const Place& place) {
  const auto ymd = day(table, key, place);
  if (!ymd) return std::nullopt;
  return midnight(date::local_days{*ymd} + date::days{1}, zone);
}

template <typename E>
SetOf<E> words(const toml::table& table, std::string_view key, const Place& place) {
  SetOf<E> set;
  const toml::node* node = table.get(key);
  if (node == nullptr) return set;
  const auto* list = node->as_array();
  if (list == nullptr || list->empty()) {
    place.refuse(fmt::format("'{}' must be a list of words; leave it out for all", key));
  }
  for (const toml::node& item : *list) {
    const auto* word = item.as_string();
    const auto value = word != nullptr ? from_word<E>(word->get()) : std::nullopt;
    if (!value) place.refuse(fmt::format("'{}' holds a word that is not on the list", key));
    set.insert(*value);
  }
  return set;
}

template <typename E, std::size_t N>
E one_of(const toml::table& table, std::string_view key,
         const std::array<std::pair<std::string_view, E>, N>& known, const Place& place) {
  const std::string word = needed_text(table, key, place);
  for (const auto& [name, value] : known) {
    if (name == word) return value;
  }
  place.refuse(fmt::format("'{}' does not know the word '{}'", key, word));
}

constexpr std::array<std::pair<std::string_view, RuleKind>, 3> kinds{
    {{"law", RuleKind::law}, {"guidance", RuleKind::guidance}, {"policy", RuleKind::policy}}};
constexpr std::array<std::pair<std::string_view, Outcome>, 4> outcomes{{{"deny", Outcome::deny},
                                                                        {"allow", Outcome::allow},
                                                                        {"warn", Outcome::warn},
                                                                        {"treat", Outcome::treat}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> confidences{
    {{"C1", "C1"}, {"C2", "C2"}, {"G", "G"}}};

const decision::ConditionWord& condition_of(const Rule& rule, const Place& place) {
  for (const auto& known : decision::conditions) {
    if (known.word == rule.condition) return known;
  }
  place.refuse(fmt::format("unknown condition '{}'", rule.condition));
}

bool overlap(const Rule& a, const Rule& b) {
  const auto ends_before = [](const Rule& x, const Rule& y) {
    return x.to && y.from && *x.to <= *y.from;
  };
  return !ends_before(a, b) && !ends_before(b, a);
}

Rule read_rule(const toml::table& table, const date::time_zone& zone, const std::string& read_by,
               const std::string& read_on, Place& place) {
  place.id = text(table, "id", place);
  only_known_keys(
      table, {"id",       "sheet",   "from",   "to",         "kind",        "condition", "purposes",
              "channels", "outcome", "feeds",  "citation",   "citation_ru", "why",       "why_ru",
              "met",      "met_ru",  "source", "confidence", "read_by",     "read_on"},
      place);
  Rule rule;
  rule.id = needed_text(table, "id", place);
  rule.sheet = needed_text(table, "sheet", place);
  rule.from = first_moment(table, "from", zone, place);
  rule.to = moment_after(table, "to", zone, place);
  if (rule.from && rule.to && *rule.to <= *rule.from) place.refuse("'to' lies before 'from'");
  rule.kind = one_of(table, "kind", kinds, place);
  rule.condition = needed_text(table, "condition", place);
  rule.purposes = words<Purpose>(table, "purposes", place);
  rule.channels = words<Channel>(table, "channels", place);
  rule.outcome = one_of(table, "outcome", outcomes, place);
  rule.feeds = text(table, "feeds", place);
  rule.citation = needed_text(table, "citation", place);
  rule.citation_ru = needed_text(table, "citation_ru", place);
  rule.why = needed_text(table, "why", place);
  rule.why_ru = needed_text(table, "why_ru", place);
  rule.met = text(table, "met", place);
  rule.met_ru = text(table, "met_ru", place);
  rule.source = needed_text(table, "source", place);
  rule.confidence = one_of(table, "confidence", confidences, place);
  rule.read_by = text(table, "read_by", place);
  if (rule.read_by.empty()) rule.read_by = read_by;
  rule.read_on = day_text(table, "read_on", place);
  if (rule.read_on.empty()) rule.read_on = read_on;

  const auto& known = condition_of(rule, place);
  if ((known.outcomes & decision::bit(rule.outcome)) == 0) {
    place.refuse(fmt::format("condition '{}' cannot have this outcome", rule.condition));
  }
  if ((rule.outcome == Outcome::treat) == rule.feeds.empty()) {
    place.refuse(rule.feeds.empty() ? "'treat' must say which rule it 'feeds'"
                                    : "only 'treat' feeds another rule");
  }
  const bool can_be_met = known.condition == Condition::no_consent;
  if (can_be_met == rule.met.empty() || can_be_met == rule.met_ru.empty()) {
    place.refuse(
        "'met' and 'met_ru' belong to rows of the condition 'no_consent', which must have both");
  }
  return rule;
}

void check_together(const std::vector<Rule>& rows, Place& place) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    place.row = i + 1;
    place.id = rows[i].id;
    for (std::size_t j = 0; j < i; ++j) {
      if (rows[j].id == rows[i].id && overlap(rows[j], rows[i])) {
        place.refuse(fmt::format("in force together with rule {}, which has the same id", j + 1));
      }
    }
    if (rows[i].feeds.empty()) continue;
    const bool found = std::any_of(rows.begin(), rows.end(), [&](const Rule& fed) {
      return fed.condition == "no_consent" &&
             (fed.id == rows[i].feeds || fed.sheet == rows[i].feeds);
    });
    if (!found) place.refuse("'feeds' names no row of the condition 'no_consent'");
  }
}

void compile(RulePack::Impl& pack) {
  using Impl = RulePack::Impl;
  std::set<Instant> moments;
  for (const Rule& rule : pack.rows) {
    if (rule.from) moments.insert(*rule.from);
    if (rule.to) moments.insert(*rule.to);
  }
  pack.begins.push_back(Instant::min());
  pack.begins.insert(pack.begins.end(), moments.begin(), moments.end());
  pack.in_force.resize(pack.begins.size());
  for (std::size_t i = 0; i < pack.rows.size(); ++i) {
    const Rule& rule = pack.rows[i];
    const Impl::Mask row = Impl::Mask{1} << i;
    for (const auto& known : decision::conditions) {
      if (known.word == rule.condition)
        pack.of_condition[static_cast<std::size_t>(known.condition)] |= row;
    }
    if (rule.outcome == Outcome::warn) pack.warns |= row;
    for (std::size_t period = 0; period < pack.begins.size(); ++period) {
      const Instant begin = pack.begins[period];
      if ((rule.from && begin < *rule.from) || (rule.to && begin >= *rule.to)) continue;
      for (std::size_t p = 0; p < Impl::purposes; ++p) {
        if (!rule.purposes.empty() && !rule.purposes.contains(static_cast<Purpose>(p))) continue;
        for (std::size_t c = 0; c < Impl::channels; ++c) {
          if (!rule.channels.empty() && !rule.channels.contains(static_cast<Channel>(c))) continue;
          pack.in_force[period][p * Impl::channels + c] |= row;
        }
      }
    }
  }
  pack.shares_plus7 = pack.jurisdiction == "RU";
}

toml::table parse(std::string_view toml, const std::string& name) {
  try {
    return toml::parse(toml, name);
  } catch (const toml::parse_error& e) {
    throw Error(ErrorCode::rules, fmt::format("{}: line {}: {}", name, e.source().begin.line,
                                              std::string(e.description())));
  }
}

}  // namespace

RulePack RulePack::from_toml(std::string_view toml, const std::string& name) {
  const toml::table file = parse(toml, name);
  Place place{name, 0, {}};
  only_known_keys(file,
                  {"version", "jurisdiction", "zone", "known_until", "read_by", "read_on", "rule"},
                  place);
  auto pack = std::make_shared<Impl>();
  pack->version = needed_text(file, "version", place);
  pack->jurisdiction = needed_text(file, "jurisdiction", place);
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (pack->jurisdiction.size() != 2 ||
      !std::all_of(pack->jurisdiction.begin(), pack->jurisdiction.end(), capital)) {
    place.refuse("'jurisdiction' must be two capital letters, ISO 3166");
  }
  const std::string read_by = needed_text(file, "read_by", place);
  const std::string read_on = day_text(file, "read_on", place);

  const std::string zone_name = needed_text(file, "zone", place);
  const date::time_zone* zone = nullptr;
  try {
    zone = date::locate_zone(zone_name);
  } catch (const std::exception&) {  // no such zone, or no time zone database on this machine
    place.refuse(fmt::format(
        "zone '{}' is not in this machine's time zone database (package tzdata)", zone_name));
  }
  pack->known_until = moment_after(file, "known_until", *zone, place);

  if (const toml::node* node = file.get("rule")) {
    const auto* list = node->as_array();
    if (list == nullptr) place.refuse("'rule' must be a list: [[rule]]");
    for (const toml::node& item : *list) {
      ++place.row;
      place.id.clear();
      const auto* table = item.as_table();
      if (table == nullptr) place.refuse("is no table");
      pack->rows.push_back(read_rule(*table, *zone, read_by, read_on, place));
    }
  }
  place.row = 0;
  place.id.clear();
  if (pack->rows.empty()) place.refuse("holds no rules");
  if (pack->rows.size() > Impl::max_rows) {
    place.refuse(fmt::format("holds {} rules; an answer has a bit for each of {}",
                             pack->rows.size(), Impl::max_rows));
  }
  check_together(pack->rows, place);
  compile(*pack);
  return RulePack(std::move(pack));
}

RulePack RulePack::from_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!(text << in.rdbuf())) {  // absent, a folder, or empty
    throw Error(ErrorCode::rules, fmt::format("{}: cannot be read", file.string()));
  }
  return from_toml(text.str(), file.filename().string());
}

RulePack RulePack::russia() {
  static const RulePack pack = from_toml(rules_data::ru_contact(), "ru_contact.toml");
  return pack;
}

std::string_view to_word(RuleKind kind) noexcept {
  for (const auto& [word, value] : kinds) {
    if (value == kind) return word;
  }
  return {};
}

std::string_view RulePack::version() const noexcept { return impl_->version; }
std::string_view RulePack::jurisdiction() const noexcept { return impl_->jurisdiction; }
std::optional<Instant> RulePack::known_until() const noexcept { return impl_->known_until; }
std::span<const Rule> RulePack::rules() const noexcept { return impl_->rows; }

const Rule* RulePack::find(std::string_view id_or_sheet) const noexcept {
  const auto& rows = impl_->rows;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->id == id_or_sheet) return &*row;
  }
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->sheet == id_or_sheet) return &*row;
  }
  return nullptr;
}

}  // namespace consent
