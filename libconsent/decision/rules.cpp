#include "consent/rules.hpp"

#include <date/tz.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "consent/calendar.hpp"
#include "consent/decision.hpp"
#include "consent/error.hpp"
#include "consent/zones.hpp"
#include "decision/rule_pack.hpp"
#include "rules_data.hpp"

namespace consent {
namespace {

using decision::Condition;

/// Where in a pack the reader stands: every refusal names file and row.
struct Where {
  const std::string& file;
  std::size_t row = 0;  ///< from 1; 0: the header
  std::string id;

  [[noreturn]] void refuse(const Message& what) const {
    if (row == 0) throw Error(ErrorCode::rules, Message("{}: {}", file, what));
    throw Error(ErrorCode::rules,
                Message("{}: rule {}{}: {}", file, row, id.empty() ? "" : " (" + id + ")", what));
  }
};

void only_known_keys(const toml::table& table, const std::set<std::string_view>& known,
                     const Where& place) {
  for (const auto& [key, node] : table) {
    if (!known.contains(key.str())) place.refuse(Message("unknown key '{}'", key.str()));
  }
}

std::string text(const toml::table& table, std::string_view key, const Where& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const auto* value = node->as_string();
  if (value == nullptr) place.refuse(Message("'{}' must be a text", key));
  return value->get();
}

std::string needed_text(const toml::table& table, std::string_view key, const Where& place) {
  std::string value = text(table, key, place);
  if (value.empty()) place.refuse(Message("'{}' is missing or empty", key));
  return value;
}

std::optional<date::year_month_day> day(const toml::table& table, std::string_view key,
                                        const Where& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_date();
  if (value == nullptr) place.refuse(Message("'{}' must be a local date, 2006-07-01", key));
  const toml::date& read = value->get();
  const date::year_month_day ymd{date::year{read.year}, date::month{read.month},
                                 date::day{read.day}};
  if (!ymd.ok()) place.refuse(Message("'{}' is no date", key));
  return ymd;
}

std::string day_text(const toml::table& table, std::string_view key, const Where& place) {
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
                                    const date::time_zone& zone, const Where& place) {
  const auto ymd = day(table, key, place);
  if (!ymd) return std::nullopt;
  return midnight(date::local_days{*ymd}, zone);
}

/// An inclusive last day, as the first moment after it.
std::optional<Instant> moment_after(const toml::table& table, std::string_view key,
                                    const date::time_zone& zone, const Where& place) {
  const auto ymd = day(table, key, place);
  if (!ymd) return std::nullopt;
  return midnight(date::local_days{*ymd} + date::days{1}, zone);
}

template <typename E>
SetOf<E> words(const toml::table& table, std::string_view key, const Where& place) {
  SetOf<E> set;
  const toml::node* node = table.get(key);
  if (node == nullptr) return set;
  const auto* list = node->as_array();
  if (list == nullptr || list->empty()) {
    place.refuse(Message("'{}' must be a list of words; leave it out for all", key));
  }
  for (const toml::node& item : *list) {
    const auto* word = item.as_string();
    const auto value = word != nullptr ? from_word<E>(word->get()) : std::nullopt;
    if (!value) place.refuse(Message("'{}' holds a word that is not on the list", key));
    set.insert(*value);
  }
  return set;
}

template <typename E, std::size_t N>
E one_of(const toml::table& table, std::string_view key,
         const std::array<std::pair<std::string_view, E>, N>& known, const Where& place) {
  const std::string word = needed_text(table, key, place);
  for (const auto& [name, value] : known) {
    if (name == word) return value;
  }
  place.refuse(Message("'{}' does not know the word '{}'", key, word));
}

constexpr std::array<std::pair<std::string_view, RuleKind>, 3> kinds{
    {{"law", RuleKind::law}, {"guidance", RuleKind::guidance}, {"policy", RuleKind::policy}}};
constexpr std::array<std::pair<std::string_view, Outcome>, 5> outcomes{
    {{"deny", Outcome::deny},
     {"allow", Outcome::allow},
     {"warn", Outcome::warn},
     {"treat", Outcome::treat},
     {"unknown", Outcome::unknown}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> confidences{
    {{"C1", "C1"}, {"C2", "C2"}, {"G", "G"}}};

const decision::ConditionWord& condition_of(const Rule& rule, const Where& place) {
  for (const auto& known : decision::conditions) {
    if (known.word == rule.condition) return known;
  }
  place.refuse(Message("unknown condition '{}'", rule.condition));
}

bool overlap(const Rule& a, const Rule& b) {
  const auto ends_before = [](const Rule& x, const Rule& y) {
    return x.to && y.from && *x.to <= *y.from;
  };
  return !ends_before(a, b) && !ends_before(b, a);
}

bool read_flag(const toml::table& table, std::string_view key, const Where& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return false;
  const auto* value = node->as_boolean();
  if (value == nullptr) place.refuse(Message("'{}' must be true or false", key));
  return value->get();
}

std::uint32_t read_count(const toml::table& table, std::string_view key, const Where& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return 0;
  const auto* value = node->as_integer();
  constexpr std::int64_t most = 1'000'000'000;
  if (value == nullptr || value->get() < 1 || value->get() > most) {
    place.refuse(Message("'{}' must be a whole number from 1 on", key));
  }
  return static_cast<std::uint32_t>(value->get());
}

/// "08:00-22:00".
std::optional<DayWindow> read_window(const toml::table& table, std::string_view key,
                                     const Where& place) {
  const std::string words = text(table, key, place);
  if (words.empty()) return std::nullopt;
  const auto digit = [&](std::size_t i) { return words[i] >= '0' && words[i] <= '9'; };
  constexpr std::string_view shape = "00:00-00:00";
  bool fits = words.size() == shape.size();
  for (std::size_t i = 0; fits && i < shape.size(); ++i)
    fits = shape[i] == '0' ? digit(i) : words[i] == shape[i];
  if (!fits) place.refuse(Message("'{}' must be a part of the day, 00:00-24:00", key));
  const auto two = [&](std::size_t i) { return (words[i] - '0') * 10 + (words[i + 1] - '0'); };
  const int from = two(0) * 60 + two(3), to = two(6) * 60 + two(9);
  if (two(3) > 59 || two(9) > 59 || to > 24 * 60 || from >= to) {
    place.refuse(Message("'{}' is no part of a day", key));
  }
  return DayWindow{static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to)};
}

/// The figures that the condition needs, all of them, and no others.
RuleFigures read_figures(const toml::table& table, std::uint8_t needed, const Where& place) {
  RuleFigures figures;
  std::uint8_t given = decision::no_figure;
  const auto working = read_window(table, "working_days", place);
  const auto other = read_window(table, "other_days", place);
  if (working.has_value() != other.has_value()) {
    place.refuse("'working_days' and 'other_days' go together");
  }
  if (working) {
    figures.working_days = *working;
    figures.other_days = *other;
    given |= decision::day_windows;
  }
  figures.a_day = read_count(table, "a_day", place);
  figures.a_week = read_count(table, "a_week", place);
  figures.a_month = read_count(table, "a_month", place);
  if (figures.a_day + figures.a_week + figures.a_month > 0) given |= decision::counts;
  if (const std::string counted = text(table, "counted", place); !counted.empty()) {
    if (counted != "attempts" && counted != "talks") {
      place.refuse("'counted' must be \"attempts\" or \"talks\"");
    }
    if ((given & decision::counts) == 0) place.refuse("'counted' without counts");
    figures.only_talks = counted == "talks";
  }
  const auto one = [&](std::string_view key, decision::Figure figure, std::uint32_t& value) {
    value = read_count(table, key, place);
    if (value != 0) given = static_cast<std::uint8_t>(given | figure);
  };
  one("at_least", decision::at_least, figures.at_least);
  one("older_than_days", decision::older_than, figures.older_than);
  one("after_days", decision::after_days, figures.after_days);
  one("longest", decision::longest, figures.longest);
  if (given != needed) {
    place.refuse(
        "its figures (working_days and other_days; a_day, a_week, a_month; at_least; "
        "older_than_days; after_days; longest) are not those that its condition needs");
  }
  return figures;
}

std::vector<Outcome> read_choices(const toml::table& table, const Where& place) {
  std::vector<Outcome> choices;
  const toml::node* node = table.get("choices");
  if (node == nullptr) return choices;
  const auto* list = node->as_array();
  if (list == nullptr || list->empty()) place.refuse("'choices' must be a list of outcomes");
  for (const toml::node& item : *list) {
    const auto* word = item.as_string();
    bool known = false;
    for (const auto& [name, value] : outcomes) {
      if (word != nullptr && name == word->get()) {
        choices.push_back(value);
        known = true;
      }
    }
    if (!known) place.refuse("'choices' holds a word that is no outcome");
  }
  return choices;
}

Rule read_rule(const toml::table& table, const date::time_zone& zone, const std::string& read_by,
               const std::string& read_on, Where& place) {
  place.id = text(table, "id", place);
  only_known_keys(table,
                  {"id",
                   "sheet",
                   "from",
                   "to",
                   "kind",
                   "condition",
                   "purposes",
                   "channels",
                   "outcome",
                   "feeds",
                   "citation",
                   "citation_ru",
                   "why",
                   "why_ru",
                   "met",
                   "met_ru",
                   "source",
                   "confidence",
                   "read_by",
                   "read_on",
                   "option",
                   "choices",
                   "fails_closed",
                   "working_days",
                   "other_days",
                   "a_day",
                   "a_week",
                   "a_month",
                   "counted",
                   "at_least",
                   "older_than_days",
                   "after_days",
                   "longest"},
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
  rule.option = text(table, "option", place);
  rule.choices = read_choices(table, place);
  rule.fails_closed = read_flag(table, "fails_closed", place);
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
  rule.figures = read_figures(table, known.figures, place);
  if ((known.outcomes & decision::bit(rule.outcome)) == 0) {
    place.refuse(Message("condition '{}' cannot have this outcome", rule.condition));
  }
  if ((rule.outcome == Outcome::treat) == rule.feeds.empty()) {
    place.refuse(rule.feeds.empty() ? "'treat' must say which rule it 'feeds'"
                                    : "only 'treat' feeds another rule");
  }
  if (rule.option.empty() != rule.choices.empty()) {
    place.refuse("'option' and 'choices' go together");
  }
  for (const Outcome choice : rule.choices) {
    if ((known.outcomes & decision::bit(choice)) == 0 || choice == Outcome::treat) {
      place.refuse(Message("condition '{}' cannot have an outcome of 'choices'", rule.condition));
    }
  }
  const bool needs_met =
      known.can_be_met && rule.outcome == Outcome::deny && rule.kind != RuleKind::policy;
  if (needs_met ? rule.met.empty() || rule.met_ru.empty()
                : !rule.met.empty() || !rule.met_ru.empty()) {
    place.refuse(
        "'met' and 'met_ru' belong to rows of law and guidance that deny where a ground is lacking "
        "or a time is wrong (no_…consent, outside_hours), which must have both");
  }
  return rule;
}

const Rule* fed_by(const Rule& rule, const std::vector<Rule>& rows) {
  for (const Rule& fed : rows) {
    if (fed.id != rule.feeds && fed.sheet != rule.feeds) continue;
    for (const auto& known : decision::conditions) {
      if (known.word == fed.condition && known.can_be_met) return &fed;
    }
  }
  return nullptr;
}

void check_together(const std::vector<Rule>& rows, Where& place) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    place.row = i + 1;
    place.id = rows[i].id;
    for (std::size_t j = 0; j < i; ++j) {
      if (rows[j].id == rows[i].id && overlap(rows[j], rows[i])) {
        place.refuse(Message("in force together with rule {}, which has the same id", j + 1));
      }
    }
    if (rows[i].feeds.empty()) continue;
    const Rule* const fed = fed_by(rows[i], rows);
    if (fed == nullptr) place.refuse("'feeds' names no row that can be met");
    const auto& known = condition_of(rows[i], place);
    if (decision::is_of_consent(known.condition) &&
        !decision::ground_of(condition_of(*fed, place).condition)) {
      place.refuse("'feeds' names no row of the condition 'no_consent' or its like");
    }
  }
}

/// The zone's offsets over the years that a question may be about, so that judge() asks no library.
void keep_offsets(RulePack::Impl& pack, const date::time_zone& zone) {
  using namespace date::literals;
  const auto instant = [](date::sys_seconds at) { return Instant{at.time_since_epoch()}; };
  date::sys_seconds at = date::sys_days{date::year{1990} / 1 / 1};
  const date::sys_seconds last = date::sys_days{date::year{2100} / 1 / 1};
  while (at < last) {
    const date::sys_info info = zone.get_info(at);
    pack.offsets.emplace_back(
        instant(at), static_cast<std::int16_t>(
                         std::chrono::duration_cast<std::chrono::minutes>(info.offset).count()));
    if (info.end <= at) break;
    at = info.end;
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
    pack.figures.push_back(rule.figures);
    pack.ends.push_back(rule.to);
    for (const auto& known : decision::conditions) {
      if (known.word == rule.condition)
        pack.of_condition[static_cast<std::size_t>(known.condition)].insert(i);
    }
    if (rule.outcome == Outcome::warn) pack.warns.insert(i);
    if (rule.outcome == Outcome::unknown) pack.unknowns.insert(i);
    if (rule.outcome == Outcome::treat) pack.treats.insert(i);
    if (rule.outcome == Outcome::deny) pack.denies.insert(i);
    if (!rule.met.empty()) pack.met.insert(i);
    if (rule.fails_closed) pack.closing.insert(i);
    if (const Rule* const fed = rule.feeds.empty() ? nullptr : fed_by(rule, pack.rows)) {
      for (const auto& known : decision::conditions) {
        const auto ground = decision::ground_of(known.condition);
        if (known.word == fed->condition && ground)
          pack.feeding[static_cast<std::size_t>(*ground)].insert(i);
      }
    }
    for (std::size_t period = 0; period < pack.begins.size(); ++period) {
      const Instant begin = pack.begins[period];
      if ((rule.from && begin < *rule.from) || (rule.to && begin >= *rule.to)) continue;
      for (std::size_t p = 0; p < Impl::purposes; ++p) {
        if (!rule.purposes.empty() && !rule.purposes.contains(static_cast<Purpose>(p))) continue;
        for (std::size_t c = 0; c < Impl::channels; ++c) {
          if (!rule.channels.empty() && !rule.channels.contains(static_cast<Channel>(c))) continue;
          pack.in_force[period][p * Impl::channels + c].insert(i);
        }
      }
    }
  }
  pack.shares_plus7 = pack.jurisdiction == "RU";
  // Read now: their first call allocates, and judge() must not.
  (void)Calendar::russia();
  (void)Zones::russia();
  if (const auto any = PhoneNumber::from_digits(79000000000)) (void)whereabouts(*any);
}

const date::time_zone& zone_named(const std::string& name, const Where& place) {
  try {
    return *date::locate_zone(name);
  } catch (const std::exception&) {  // no such zone, or no time zone database on this machine
    place.refuse(
        Message("zone '{}' is not in this machine's time zone database (package tzdata)", name));
  }
}

void read_rows(const toml::table& file, const date::time_zone& zone, const std::string& read_by,
               const std::string& read_on, std::vector<Rule>& rows, Where& place) {
  if (const toml::node* node = file.get("rule")) {
    const auto* list = node->as_array();
    if (list == nullptr) place.refuse("'rule' must be a list: [[rule]]");
    for (const toml::node& item : *list) {
      ++place.row;
      place.id.clear();
      const auto* table = item.as_table();
      if (table == nullptr) place.refuse("is no table");
      rows.push_back(read_rule(*table, zone, read_by, read_on, place));
    }
  }
  place.row = 0;
  place.id.clear();
  if (rows.size() > RuleSet::most) {
    place.refuse(
        Message("holds {} rules; an answer has a bit for each of {}", rows.size(), RuleSet::most));
  }
}

/// [options]: the outcome of the rows of that name, among those each offers.
void apply_options(const toml::table& file, RulePack::Impl& pack, Where& place) {
  const toml::node* node = file.get("options");
  if (node == nullptr) return;
  const auto* table = node->as_table();
  if (table == nullptr) place.refuse("'options' must be a table: [options]");
  for (const auto& [key, value] : *table) {
    const auto outcome = one_of(*table, key.str(), outcomes, place);
    bool found = false;
    for (Rule& rule : pack.rows) {
      if (rule.option != key.str()) continue;
      found = true;
      if (std::find(rule.choices.begin(), rule.choices.end(), outcome) == rule.choices.end()) {
        place.refuse(Message("option '{}' does not offer '{}'", key.str(), to_word(outcome)));
      }
      rule.outcome = outcome;
      if (outcome != Outcome::deny) rule.met.clear(), rule.met_ru.clear();
    }
    if (!found) place.refuse(Message("no rule has the option '{}'", key.str()));
    const std::string prefix = std::string(key.str()) + "=";
    std::erase_if(pack.options, [&](const std::string& o) { return o.starts_with(prefix); });
    pack.options.push_back(prefix + std::string(to_word(outcome)));
  }
  std::sort(pack.options.begin(), pack.options.end());
}

toml::table parse(std::string_view toml, const std::string& name) {
  try {
    return toml::parse(toml, name);
  } catch (const toml::parse_error& e) {
    throw Error(ErrorCode::rules, Message("{}: line {}: {}", name, e.source().begin.line,
                                          std::string(e.description())));
  }
}

}  // namespace

RulePack RulePack::from_toml(std::string_view toml, const std::string& name) {
  const toml::table file = parse(toml, name);
  Where place{name, 0, {}};
  if (const std::string base = text(file, "extends", place); !base.empty()) {
    if (base != "russia") place.refuse("'extends' knows one pack, \"russia\"");
    return russia().with_policy(toml, name);
  }
  only_known_keys(
      file,
      {"version", "jurisdiction", "zone", "known_until", "read_by", "read_on", "rule", "options"},
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
  pack->zone = needed_text(file, "zone", place);
  const date::time_zone& zone = zone_named(pack->zone, place);
  pack->known_until = moment_after(file, "known_until", zone, place);
  read_rows(file, zone, read_by, read_on, pack->rows, place);
  if (pack->rows.empty()) place.refuse("holds no rules");
  check_together(pack->rows, place);
  apply_options(file, *pack, place);
  keep_offsets(*pack, zone);
  compile(*pack);
  return RulePack(std::move(pack));
}

RulePack RulePack::with_policy(std::string_view toml, const std::string& name) const {
  const toml::table file = parse(toml, name);
  Where place{name, 0, {}};
  only_known_keys(file, {"extends", "version", "read_by", "read_on", "rule", "options"}, place);
  const std::string added = needed_text(file, "version", place);
  const std::string read_by = needed_text(file, "read_by", place);
  const std::string read_on = day_text(file, "read_on", place);
  auto pack = std::make_shared<Impl>();
  pack->version = impl_->version + "+" + added;
  pack->jurisdiction = impl_->jurisdiction;
  pack->zone = impl_->zone;
  pack->known_until = impl_->known_until;
  pack->options = impl_->options;
  pack->offsets = impl_->offsets;
  std::vector<Rule> rows;
  read_rows(file, zone_named(pack->zone, place), read_by, read_on, rows, place);
  if (rows.empty() && file.get("options") == nullptr) {
    place.refuse("holds neither rules nor options");
  }
  for (const Rule& rule : rows) {
    ++place.row;
    place.id = rule.id;
    if (rule.kind != RuleKind::policy) {
      place.refuse("a file that extends a pack holds rows of kind 'policy' only");
    }
    if (condition_of(rule, place).loosens) {
      place.refuse(Message("condition '{}' allows more; policy may only tighten", rule.condition));
    }
    if (find(rule.id) != nullptr) place.refuse("the pack that is extended has a rule of this id");
  }
  pack->rows = impl_->rows;
  pack->rows.insert(pack->rows.end(), rows.begin(), rows.end());
  place.row = 0;
  place.id.clear();
  if (pack->rows.size() > RuleSet::most) {
    place.refuse(Message("brings the pack to {} rules; an answer has a bit for each of {}",
                         pack->rows.size(), RuleSet::most));
  }
  check_together(pack->rows, place);
  place.row = 0;
  place.id.clear();
  apply_options(file, *pack, place);
  compile(*pack);
  return RulePack(std::move(pack));
}

RulePack RulePack::from_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!(text << in.rdbuf())) {  // absent, a folder, or empty
    throw Error(ErrorCode::rules, Message("{}: cannot be read", file.string()));
  }
  return from_toml(text.str(), file.filename().string());
}

RulePack RulePack::russia() {
  static const RulePack pack = from_toml(rules_data::ru_contact(), "ru_contact.toml");
  return pack;
}

std::string_view RulePack::version() const noexcept { return impl_->version; }
std::string_view RulePack::jurisdiction() const noexcept { return impl_->jurisdiction; }
std::optional<Instant> RulePack::known_until() const noexcept { return impl_->known_until; }
std::span<const Rule> RulePack::rules() const noexcept { return impl_->rows; }
std::span<const std::string> RulePack::options() const noexcept { return impl_->options; }

RuleSet RulePack::in_force(Instant at, Purpose purpose, Channel channel) const noexcept {
  if (static_cast<unsigned>(purpose) >= Impl::purposes ||
      static_cast<unsigned>(channel) >= Impl::channels) {
    return {};
  }
  return impl_->active(at, purpose, channel);
}

std::string_view to_word(RuleKind kind) noexcept {
  for (const auto& [word, value] : kinds) {
    if (value == kind) return word;
  }
  return "";
}

std::string_view to_word(Outcome outcome) noexcept {
  for (const auto& [word, value] : outcomes) {
    if (value == outcome) return word;
  }
  return "";
}

const Rule* RulePack::find(std::string_view id_or_sheet) const noexcept {
  const auto& rows = impl_->rows;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->id == id_or_sheet) return &*row;
  }
  // Of a sheet row that became several rules, the one that stands first in the pack.
  for (const Rule& row : rows) {
    if (row.sheet == id_or_sheet && row.id != id_or_sheet) return find(row.id);
  }
  return nullptr;
}

}  // namespace consent
