#include "decision/rule_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "consent/decision.hpp"
#include "consent/error.hpp"

namespace consent {
namespace {

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

}  // namespace

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

namespace decision {

void Where::refuse(const Message& what, const toml::node* node) const {
  const toml::source_position at = node != nullptr ? node->source().begin : begin;
  const std::string rule_id = id.empty() ? "" : " (" + id + ")";
  if (at.line == 0 && row != 0)
    throw Error(ErrorCode::rules, Message("{}: rule {}{}: {}", file, row, rule_id, what));
  if (at.line == 0) throw Error(ErrorCode::rules, Message("{}: {}", file, what));
  if (row == 0) {
    throw Error(ErrorCode::rules,
                Message("{}: line {}, column {}: {}", file, at.line, at.column, what));
  }
  throw Error(ErrorCode::rules, Message("{}: line {}, column {}: rule {}{}: {}", file, at.line,
                                        at.column, row, rule_id, what));
}

toml::table parse_pack(std::string_view toml, const std::string& name) {
  return TomlReader(name).parse(toml);
}

void only_known_keys(const toml::table& table, const std::set<std::string_view>& known,
                     const Where& place) {
  for (const auto& [key, node] : table) {
    if (!known.contains(key.str())) {
      place.refuse(Message("unknown key '{}'", key.str()), &node);
    }
  }
}

std::string text(const toml::table& table, std::string_view key, const Where& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const auto* value = node->as_string();
  if (value == nullptr) place.refuse(Message("'{}' must be a text", key), node);
  return value->get();
}

std::string needed_text(const toml::table& table, std::string_view key, const Where& place) {
  std::string value = text(table, key, place);
  if (value.empty()) place.refuse(Message("'{}' is missing or empty", key));
  return value;
}

namespace {

std::optional<date::year_month_day> day(const toml::table& table, std::string_view key,
                                        const Where& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_date();
  if (value == nullptr) place.refuse(Message("'{}' must be a local date, 2006-07-01", key), node);
  const toml::date& read = value->get();
  const date::year_month_day ymd{date::year{read.year}, date::month{read.month},
                                 date::day{read.day}};
  if (!ymd.ok()) place.refuse(Message("'{}' is no date", key), node);
  return ymd;
}

/// First moment of a local day. A midnight that does not exist or comes twice: the earliest
/// reading.
Instant midnight(date::local_days local, const date::time_zone& zone) {
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(
      zone.to_sys(local, date::choose::earliest).time_since_epoch())};
}

template <typename E, std::size_t N>
E one_of(const toml::table& table, std::string_view key,
         const std::array<std::pair<std::string_view, E>, N>& known, const Where& place) {
  const std::string word = needed_text(table, key, place);
  for (const auto& [name, value] : known) {
    if (name == word) return value;
  }
  place.refuse(Message("'{}' does not know the word '{}'", key, word), table.get(key));
}

}  // namespace

std::string day_text(const toml::table& table, std::string_view key, const Where& place) {
  const auto ymd = day(table, key, place);
  if (!ymd) return {};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd->year()),
                     static_cast<unsigned>(ymd->month()), static_cast<unsigned>(ymd->day()));
}

std::optional<Instant> moment_after(const toml::table& table, std::string_view key,
                                    const date::time_zone& zone, const Where& place) {
  const auto ymd = day(table, key, place);
  if (!ymd) return std::nullopt;
  return midnight(date::local_days{*ymd} + date::days{1}, zone);
}

Outcome outcome_in(const toml::table& table, std::string_view key, const Where& place) {
  return one_of(table, key, outcomes, place);
}

const ConditionWord& condition_of(const Rule& rule, const Where& place) {
  if (const ConditionWord* const known = condition_named(rule.condition)) return *known;
  place.refuse(Message("unknown condition '{}'", rule.condition));
}

const date::time_zone& zone_named(const std::string& name, const Where& place) {
  try {
    return *date::locate_zone(name);
  } catch (const std::exception&) {  // no such zone, or no time zone database on this machine
    place.refuse(
        Message("zone '{}' is not in this machine's time zone database (package tzdata)", name));
  }
}

namespace {

std::optional<Instant> first_moment(const toml::table& table, std::string_view key,
                                    const date::time_zone& zone, const Where& place) {
  const auto ymd = day(table, key, place);
  if (!ymd) return std::nullopt;
  return midnight(date::local_days{*ymd}, zone);
}

template <typename E>
SetOf<E> words(const toml::table& table, std::string_view key, const Where& place) {
  SetOf<E> set;
  const toml::node* node = table.get(key);
  if (node == nullptr) return set;
  const auto* list = node->as_array();
  if (list == nullptr || list->empty()) {
    place.refuse(Message("'{}' must be a list of words; leave it out for all", key), node);
  }
  for (const toml::node& item : *list) {
    const auto* word = item.as_string();
    const auto value = word != nullptr ? from_word<E>(word->get()) : std::nullopt;
    if (!value) place.refuse(Message("'{}' holds a word that is not on the list", key), node);
    set.insert(*value);
  }
  return set;
}

bool read_flag(const toml::table& table, std::string_view key, const Where& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return false;
  const auto* value = node->as_boolean();
  if (value == nullptr) place.refuse(Message("'{}' must be true or false", key), node);
  return value->get();
}

std::uint32_t read_count(const toml::table& table, std::string_view key, const Where& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return 0;
  const auto* value = node->as_integer();
  constexpr std::int64_t most = 1'000'000'000;
  if (value == nullptr || value->get() < 1 || value->get() > most) {
    place.refuse(Message("'{}' must be a whole number from 1 on", key), node);
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

/// Words of one of our lists as bits, by the numbers that they stand for; 0 where the key is
/// absent.
template <typename Number>
std::uint16_t read_bits(const toml::table& table, std::string_view key, const Where& place,
                        const Number& number_of_word) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return 0;
  const auto* list = node->as_array();
  if (list == nullptr || list->empty())
    place.refuse(Message("'{}' must be a list of words; leave it out for all", key));
  unsigned bits = 0;
  for (const toml::node& item : *list) {
    const auto* word = item.as_string();
    const unsigned number = word != nullptr ? number_of_word(word->get()) : 0;
    if (number == 0) place.refuse(Message("'{}' holds a word that is not on the list", key));
    bits |= number;
  }
  return static_cast<std::uint16_t>(bits);
}

/// The bit of the value whose word it is, of an enumeration whose zero has no word; 0: of none.
template <typename E, unsigned Count>
unsigned bit_of(const std::string& word) {
  for (unsigned i = 1; i < Count; ++i) {
    if (to_word(static_cast<E>(i)) == word) return 1U << i;
  }
  return 0;
}

unsigned evidence_bit(const std::string& word) {
  if (word == "document") return Clause::has_document;
  if (word == "recording") return Clause::has_evidence;
  if (word == "wording") return Clause::has_wording;
  if (word == "file") return Clause::keeps_file;
  return 0;
}

/// Lists of words, and what narrows a row; says which of the latter are there.
std::uint8_t read_narrowings(const toml::table& table, const Where& place, RuleFigures& figures,
                             std::uint16_t& given) {
  unsigned narrowed = no_narrowing;
  constexpr unsigned exempts = static_cast<unsigned>(Exempt::listed) + 1;
  constexpr unsigned organisations = static_cast<unsigned>(Organisation::other) + 1;
  figures.senders = read_bits(table, "senders", place, bit_of<Organisation, organisations>);
  if (figures.senders != 0) given |= senders;
  figures.evidence = read_bits(table, "evidence", place, evidence_bit);
  if (figures.evidence != 0) given |= evidence_kinds;
  if (const std::string word = text(table, "worth", place); !word.empty()) {
    for (const Grade grade : {Grade::weak, Grade::fair, Grade::strong}) {
      if (to_word(grade) == word) figures.worth = static_cast<std::uint8_t>(grade);
    }
    if (figures.worth == 0) place.refuse("'worth' must be weak, fair or strong");
    given |= least_worth;
  }
  figures.claims = read_bits(table, "claims", place, bit_of<Exempt, exempts>);
  if (figures.claims != 0) narrowed |= claims;
  figures.methods = read_bits(table, "methods", place, [](const std::string& word) {
    const auto method = from_word<Method>(word);
    return method ? 1U << static_cast<unsigned>(*method) : 0U;
  });
  if (figures.methods != 0) narrowed |= methods;
  figures.with_data = read_flag(table, "with_data", place);
  if (figures.with_data) narrowed |= with_data;
  if (const std::string word = text(table, "prong", place); !word.empty()) {
    constexpr std::array<std::string_view, 3> prongs{"identified", "expressed", "named"};
    const auto* const found = std::find(prongs.begin(), prongs.end(), word);
    if (found == prongs.end()) place.refuse("'prong' must be identified, expressed or named");
    figures.prong = static_cast<std::uint8_t>(found - prongs.begin() + 1);
    narrowed |= prong;
  }
  return static_cast<std::uint8_t>(narrowed);
}

/// The figures that the condition needs, all of them, and no others.
RuleFigures read_figures(const toml::table& table, const ConditionWord& known, const Where& place) {
  RuleFigures figures;
  std::uint16_t given = no_figure;
  const auto working = read_window(table, "working_days", place);
  const auto other = read_window(table, "other_days", place);
  if (working.has_value() != other.has_value()) {
    place.refuse("'working_days' and 'other_days' go together");
  }
  if (working) {
    figures.working_days = *working;
    figures.other_days = *other;
    given |= day_windows;
  }
  figures.a_day = read_count(table, "a_day", place);
  figures.a_week = read_count(table, "a_week", place);
  figures.a_month = read_count(table, "a_month", place);
  if (figures.a_day + figures.a_week + figures.a_month > 0) given |= counts;
  if (const std::string counted = text(table, "counted", place); !counted.empty()) {
    if (counted != "attempts" && counted != "talks") {
      place.refuse("'counted' must be \"attempts\" or \"talks\"");
    }
    if ((given & counts) == 0) place.refuse("'counted' without counts");
    figures.only_talks = counted == "talks";
  }
  const auto one = [&](std::string_view key, Figure figure, std::uint32_t& value) {
    value = read_count(table, key, place);
    if (value != 0) given = static_cast<std::uint16_t>(given | figure);
  };
  one("at_least", at_least, figures.at_least);
  one("older_than_days", older_than, figures.older_than);
  one("after_days", after_days, figures.after_days);
  one("longest", longest, figures.longest);
  const std::uint8_t narrowed = read_narrowings(table, place, figures, given);
  if ((narrowed & ~known.narrowings) != 0)
    place.refuse("'claims', 'with_data', 'methods' and 'prong' narrow other conditions");
  if (given != known.figures) {
    place.refuse(
        "its figures (working_days and other_days; a_day, a_week, a_month; at_least; "
        "older_than_days; after_days; longest; senders; worth; evidence) are not those that its "
        "condition needs");
  }
  return figures;
}

std::vector<Outcome> read_choices(const toml::table& table, const Where& place) {
  std::vector<Outcome> choices;
  const toml::node* node = table.get("choices");
  if (node == nullptr) return choices;
  const auto* list = node->as_array();
  if (list == nullptr || list->empty()) place.refuse("'choices' must be a list of outcomes", node);
  for (const toml::node& item : *list) {
    const auto* word = item.as_string();
    bool known = false;
    for (const auto& [name, value] : outcomes) {
      if (word != nullptr && name == word->get()) {
        choices.push_back(value);
        known = true;
      }
    }
    if (!known) place.refuse("'choices' holds a word that is no outcome", node);
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
                   "longest",
                   "senders",
                   "with_data",
                   "claims",
                   "methods",
                   "evidence",
                   "worth",
                   "prong",
                   "reach"},
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
  if (const std::string reach = text(table, "reach", place); !reach.empty()) {
    if (reach != "campaign" && reach != "contact")
      place.refuse("'reach' must be \"campaign\" or \"contact\"");
    rule.of_campaign = reach == "campaign";
  }
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
  rule.figures = read_figures(table, known, place);
  if ((known.outcomes & bit(rule.outcome)) == 0) {
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
    if ((known.outcomes & bit(choice)) == 0 || choice == Outcome::treat) {
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

}  // namespace

std::vector<ForeignMessenger> read_messengers(const toml::table& file, const date::time_zone& zone,
                                              Where& place) {
  std::vector<ForeignMessenger> found;
  const toml::node* node = file.get("messenger");
  if (node == nullptr) return found;
  const auto* list = node->as_array();
  if (list == nullptr) place.refuse("'messenger' must be a list: [[messenger]]");
  for (const toml::node& item : *list) {
    const auto* table = item.as_table();
    if (table == nullptr) place.refuse("'messenger' must be a list: [[messenger]]");
    only_known_keys(*table, {"name", "also", "from", "to", "source", "confidence"}, place);
    (void)needed_text(*table, "source", place);
    (void)one_of(*table, "confidence", confidences, place);
    ForeignMessenger read{needed_text(*table, "name", place),
                          first_moment(*table, "from", zone, place),
                          moment_after(*table, "to", zone, place)};
    found.push_back(read);
    const toml::node* also = table->get("also");
    if (also == nullptr) continue;
    if (also->as_array() == nullptr) place.refuse("'also' must be a list of names");
    for (const toml::node& name : *also->as_array()) {
      if (name.as_string() == nullptr) place.refuse("'also' must be a list of names");
      read.name = name.as_string()->get();
      found.push_back(read);
    }
  }
  for (const ForeignMessenger& read : found) {
    if (messenger_id(read.name) == 0) place.refuse("'messenger' has a row without a name");
  }
  return found;
}

void read_rows(const toml::table& file, const date::time_zone& zone, const std::string& read_by,
               const std::string& read_on, std::vector<Rule>& rows, Where& place) {
  if (const toml::node* node = file.get("rule")) {
    const auto* list = node->as_array();
    if (list == nullptr) place.refuse("'rule' must be a list: [[rule]]", node);
    for (const toml::node& item : *list) {
      ++place.row;
      place.id.clear();
      place.begin = item.source().begin;
      const auto* table = item.as_table();
      if (table == nullptr) place.refuse("is no table", node);
      rows.push_back(read_rule(*table, zone, read_by, read_on, place));
    }
  }
  place.row = 0;
  place.id.clear();
  place.begin = {};
  if (rows.size() > RuleSet::most) {
    place.refuse(
        Message("holds {} rules; an answer has a bit for each of {}", rows.size(), RuleSet::most));
  }
}

}  // namespace decision
}  // namespace consent
