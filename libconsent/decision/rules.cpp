#include "consent/rules.hpp"

#include <date/tz.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "consent/calendar.hpp"
#include "consent/decision.hpp"
#include "consent/error.hpp"
#include "consent/zones.hpp"
#include "decision/defects.hpp"
#include "decision/rule_pack.hpp"
#include "decision/rule_reader.hpp"
#include "rules_data.hpp"

namespace consent {
namespace {

using decision::condition_of;
using decision::day_text;
using decision::moment_after;
using decision::needed_text;
using decision::only_known_keys;
using decision::outcome_in;
using decision::parse_pack;
using decision::read_messengers;
using decision::read_rows;
using decision::text;
using decision::Where;
using decision::zone_named;

bool overlap(const Rule& a, const Rule& b) {
  const auto ends_before = [](const Rule& x, const Rule& y) {
    return x.to && y.from && *x.to <= *y.from;
  };
  return !ends_before(a, b) && !ends_before(b, a);
}

const Rule* fed_by(const Rule& rule, const std::vector<Rule>& rows) {
  for (const Rule& fed : rows) {
    if (fed.id != rule.feeds && fed.sheet != rule.feeds) continue;
    const auto* const known = decision::condition_named(fed.condition);
    if (known != nullptr && known->can_be_met) return &fed;
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

/// Defects of worth that count against a consent to `ground` where `rows` are in force.
std::uint32_t counted_defects(const RulePack::Impl& pack, const RuleSet& rows,
                              decision::Ground ground) {
  using decision::Ground;
  namespace defect = decision::defect;
  const RuleSet feeding = rows & pack.feeding[static_cast<std::size_t>(ground)] & pack.treats;
  std::uint32_t found = 0;
  for (const decision::DefectName& name : decision::defect_names) {
    if (!name.builtin && !(feeding & pack.rows_of(*name.condition)).empty()) found |= name.defect;
  }
  // Its rows are in force by the day of the consent.
  if (ground == Ground::personal_data && !rows.empty()) found |= defect::without_document;
  return found;
}

/// Rows as masks by what they say, and their figures.
void compile_row(RulePack::Impl& pack, std::size_t i) {
  const Rule& rule = pack.rows[i];
  const auto condition = decision::condition_named(rule.condition)->condition;
  pack.of_condition[static_cast<std::size_t>(condition)].insert(i);
  pack.figures.push_back(rule.figures);
  pack.ends.push_back(rule.to);
  const auto same_window = [&](const RuleFigures& known) {
    return known.working_days == rule.figures.working_days &&
           known.other_days == rule.figures.other_days;
  };
  const auto window = std::find_if(pack.windows.begin(), pack.windows.end(), same_window);
  pack.window_of.push_back(static_cast<std::uint16_t>(window - pack.windows.begin()));
  if (condition == decision::Condition::outside_hours && window == pack.windows.end())
    pack.windows.push_back(rule.figures);
  if (rule.outcome == Outcome::warn) pack.warns.insert(i);
  if (rule.outcome == Outcome::unknown) pack.unknowns.insert(i);
  if (rule.outcome == Outcome::treat) pack.treats.insert(i);
  if (rule.outcome == Outcome::deny) pack.denies.insert(i);
  if (rule.outcome == Outcome::allow) pack.allows.insert(i);
  if (!rule.met.empty()) pack.met.insert(i);
  if (rule.fails_closed) pack.closing.insert(i);
  if (rule.feeds.empty()) return;
  const Rule* const fed = fed_by(rule, pack.rows);
  if (fed == nullptr) return;
  if (const auto ground =
          decision::ground_of(decision::condition_named(fed->condition)->condition)) {
    pack.feeding[static_cast<std::size_t>(*ground)].insert(i);
  }
}

/// What is in force from one of `begins` on, for a purpose and a channel.
RulePack::Impl::InForce in_force_at(const RulePack::Impl& pack, Instant begin, Purpose purpose,
                                    Channel channel) {
  RulePack::Impl::InForce out;
  for (std::size_t i = 0; i < pack.rows.size(); ++i) {
    const Rule& rule = pack.rows[i];
    if ((rule.from && begin < *rule.from) || (rule.to && begin >= *rule.to)) continue;
    if (!rule.purposes.empty() && !rule.purposes.contains(purpose)) continue;
    if (!rule.channels.empty() && !rule.channels.contains(channel)) continue;
    out.rows.insert(i);
  }
  for (std::size_t i = 0; i < decision::condition_count; ++i) {
    if (!(out.rows & pack.of_condition[i]).empty()) out.conditions |= std::uint64_t{1} << i;
  }
  for (std::size_t i = 0; i < decision::ground_count; ++i)
    out.defects[i] = counted_defects(pack, out.rows, static_cast<decision::Ground>(i));
  return out;
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
  for (std::size_t i = 0; i < pack.rows.size(); ++i) compile_row(pack, i);
  for (std::size_t period = 0; period < pack.begins.size(); ++period) {
    for (std::size_t p = 0; p < Impl::purposes; ++p) {
      for (std::size_t c = 0; c < Impl::channels; ++c) {
        pack.in_force[period][p * Impl::channels + c] = in_force_at(
            pack, pack.begins[period], static_cast<Purpose>(p), static_cast<Channel>(c));
      }
    }
  }
  pack.shares_plus7 = pack.jurisdiction == "RU";
  // Read now: their first call allocates, and judge() must not.
  (void)Calendar::russia();
  (void)Zones::russia();
  if (const auto any = PhoneNumber::from_digits(79000000000)) (void)whereabouts(*any);
}

/// [options]: the outcome of the rows of that name, among those each offers.
void apply_options(const toml::table& file, RulePack::Impl& pack, Where& place) {
  const toml::node* node = file.get("options");
  if (node == nullptr) return;
  const auto* table = node->as_table();
  if (table == nullptr) place.refuse("'options' must be a table: [options]");
  for (const auto& [key, value] : *table) {
    const auto outcome = outcome_in(*table, key.str(), place);
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

}  // namespace

RulePack RulePack::from_toml(std::string_view toml, const std::string& name) {
  const toml::table file = parse_pack(toml, name);
  Where place{name, 0, {}};
  if (const std::string base = text(file, "extends", place); !base.empty()) {
    if (base != "russia") place.refuse("'extends' knows one pack, \"russia\"");
    return russia().with_policy(toml, name);
  }
  only_known_keys(file,
                  {"version", "jurisdiction", "zone", "known_until", "read_by", "read_on", "rule",
                   "options", "messenger"},
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
  for (const auto& read : read_messengers(file, zone, place))
    pack->messengers.push_back({messenger_id(read.name), read.from, read.to});
  apply_options(file, *pack, place);
  keep_offsets(*pack, zone);
  compile(*pack);
  return RulePack(std::move(pack));
}

RulePack RulePack::with_policy(std::string_view toml, const std::string& name) const {
  const toml::table file = parse_pack(toml, name);
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
  pack->messengers = impl_->messengers;
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
    if (condition_of(rule, place).loosens || rule.outcome == Outcome::allow) {
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
std::span<const Rule> RulePack::rules() const& noexcept { return impl_->rows; }
std::span<const std::string> RulePack::options() const& noexcept { return impl_->options; }

RuleSet RulePack::in_force(Instant at, Purpose purpose, Channel channel) const noexcept {
  if (static_cast<unsigned>(purpose) >= Impl::purposes ||
      static_cast<unsigned>(channel) >= Impl::channels) {
    return {};
  }
  return impl_->active(at, purpose, channel).rows;
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
