#include "advertising/advertising_pack.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/toml_reader.hpp"
#include "consent/error.hpp"
#include "rules_data.hpp"

namespace consent {
namespace {

/// Reads the file from top to bottom; every refusal names it and the row.
class Reader : TomlReader {
 public:
  explicit Reader(std::string file) : TomlReader(std::move(file)) {}

  AdvertisingPack::Impl read(std::string_view toml) {
    const toml::table root = parse(toml);
    only(root, {"schema", "version", "jurisdiction", "zone", "known_until", "read_by", "read_on",
                "question", "row"});
    const auto schema = root["schema"].value_exact<std::int64_t>();
    if (!schema || *schema != 1) fail("'schema' is not 1");
    pack_.version = word(root, "version");
    static_cast<void>(text(root, "jurisdiction"));
    static_cast<void>(text(root, "read_by"));
    if (!day(root, "read_on")) fail("'read_on' is missing");
    const std::string zone = text(root, "zone");
    try {
      zone_ = date::locate_zone(zone);
    } catch (const std::exception&) {  // no such zone, or no time zone database on this machine
      fail(Message("zone '{}' is not in this machine's time zone database (package tzdata)", zone));
    }
    if (const auto last = day(root, "known_until")) pack_.known_until = after(*last);

    for_each(root, "question", [this](const toml::table& t) { read_question(t); });
    for_each(root, "row", [this](const toml::table& t) { read_row(t); });
    return std::move(pack_);
  }

 private:
  [[nodiscard]] std::string optional_text(const toml::table& t, std::string_view key) const {
    return optional_word(t, key);
  }
  [[nodiscard]] std::string text(const toml::table& t, std::string_view key) const {
    if (!t.contains(key)) fail(t, key, Message("'{}' is missing", key));
    return TomlReader::word(t, key);
  }
  /// What may stand in an entry of a log.
  [[nodiscard]] std::string word(const toml::table& t, std::string_view key) const {
    const std::string value = text(t, key);
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_-./";
    constexpr std::size_t longest = 48;
    if (value.size() > longest || value.find_first_not_of(allowed) != std::string::npos) {
      fail(Message("'{}' must be a short word of a-z, 0-9, _ - . /", key));
    }
    return value;
  }
  template <typename E>
  [[nodiscard]] E one_of(const toml::table& t, std::string_view key,
                         std::initializer_list<std::pair<std::string_view, E>> known) const {
    const std::string value = text(t, key);
    for (const auto& [name, meant] : known) {
      if (name == value) return meant;
    }
    fail(Message("'{}' does not know the word '{}'", key, value));
  }
  [[nodiscard]] Said said(const toml::node& node, std::string_view key) const {
    const auto* const value = node.as_string();
    const auto found = value != nullptr ? from_word<Said>(value->get()) : std::nullopt;
    if (!found) fail(Message("'{}' must be yes, no or unknown", key));
    return *found;
  }

  [[nodiscard]] std::optional<date::local_days> day(const toml::table& t,
                                                    std::string_view key) const {
    if (!t.contains(key)) return std::nullopt;
    const auto* const value = t[key].as_date();
    if (value == nullptr) fail(Message("'{}' must be a local date", key));
    const toml::date& read = value->get();
    const date::year_month_day ymd{date::year{read.year}, date::month{read.month},
                                   date::day{read.day}};
    if (!ymd.ok()) fail(Message("'{}' is no date", key));
    return date::local_days{ymd};
  }
  [[nodiscard]] Instant begin_of(date::local_days local) const {
    return Instant{std::chrono::duration_cast<std::chrono::microseconds>(
        zone_->to_sys(local, date::choose::earliest).time_since_epoch())};
  }
  [[nodiscard]] Instant after(date::local_days last) const {
    return begin_of(last + date::days{1});
  }

  [[nodiscard]] std::size_t place(std::string_view key) const {
    const auto found = pack_.place_of(key);
    if (!found) fail(Message("'{}' is no question above", key));
    return *found;
  }
  [[nodiscard]] std::vector<std::pair<std::size_t, Said>> answers(const toml::table& t,
                                                                  std::string_view key) const {
    const toml::table* const table = t[key].as_table();
    if (table == nullptr) fail(Message("'{}' must be a table of answers", key));
    std::vector<std::pair<std::size_t, Said>> found;
    for (const auto& [name, node] : *table) {
      found.emplace_back(place(name.str()), said(node, name.str()));
    }
    return found;
  }

  void read_question(const toml::table& t) {
    at(fmt::format("question {}", text(t, "key")));
    only(t, {"key", "part", "unasked", "after", "name", "name_ru", "ask", "ask_ru", "hint",
             "hint_ru"});
    AdvertisingQuestion q;
    q.key = word(t, "key");
    if (pack_.place_of(q.key)) fail("asked twice");
    q.part = text(t, "part");
    constexpr std::array<std::string_view, 4> parts{"scope", "sign", "exception", "practice"};
    if (std::find(parts.begin(), parts.end(), q.part) == parts.end()) {
      fail("'part' must be scope, sign, exception or practice");
    }
    if (!t.contains("unasked")) fail("'unasked' is missing");
    q.unasked = said(*t.get("unasked"), "unasked");
    if (t.contains("after")) {
      const auto found = answers(t, "after");
      if (found.size() != 1) fail("'after' must name one question");
      q.after.emplace(pack_.questions[found[0].first].key, found[0].second);
    }
    q.name = text(t, "name");
    q.name_ru = text(t, "name_ru");
    q.ask = text(t, "ask");
    q.ask_ru = text(t, "ask_ru");
    q.hint = optional_text(t, "hint");
    q.hint_ru = optional_text(t, "hint_ru");
    if (q.hint.empty() != q.hint_ru.empty()) fail("'hint' and 'hint_ru' go together");
    pack_.questions.push_back(std::move(q));
  }

  void read_row(const toml::table& t) {
    at(fmt::format("row {}", text(t, "id")));
    only(t, {"id", "sheet", "kind", "from", "to", "when", "then", "sets", "overrides", "purpose",
             "why", "why_ru", "citation", "citation_ru", "source", "confidence"});
    AdvertisingRow row;
    row.says.rule = text(t, "id");
    static_cast<void>(text(t, "sheet"));
    row.says.kind = one_of<RuleKind>(
        t, "kind",
        {{"law", RuleKind::law}, {"guidance", RuleKind::guidance}, {"policy", RuleKind::policy}});
    if (const auto first = day(t, "from")) row.from = begin_of(*first);
    if (const auto last = day(t, "to")) row.to = after(*last);
    if (row.from && row.to && *row.to <= *row.from) fail("'to' lies before 'from'");
    row.when = answers(t, "when");
    using enum AdvertisingOutcome;
    row.says.outcome = one_of<AdvertisingOutcome>(
        t, "then",
        {{"yes", yes}, {"no", no}, {"unclear", unclear}, {"warn", warn}, {"treat", treat}});
    if (row.says.outcome == treat) {
      row.sets = answers(t, "sets");
      if (row.sets.empty() || row.when.empty()) fail("'treat' needs 'when' and 'sets'");
      const auto overrides = t["overrides"].value_exact<bool>();
      if (!overrides) fail("'overrides' must be true or false");
      row.overrides = *overrides;
    } else if (t.contains("sets") || t.contains("overrides")) {
      fail("only 'treat' sets answers");
    }
    if (row.when.empty() && row.says.outcome != warn) fail("only 'warn' may hold always");
    if (t.contains("purpose")) {
      row.purpose = from_word<Purpose>(text(t, "purpose"));
      if (!row.purpose) fail("'purpose' is not on the list of words");
      if (row.says.outcome != yes && row.says.outcome != no) fail("'purpose' needs a yes or a no");
    }
    row.says.why = text(t, "why");
    row.says.why_ru = text(t, "why_ru");
    row.says.citation = text(t, "citation");
    row.says.citation_ru = text(t, "citation_ru");
    row.says.source = text(t, "source");
    row.says.confidence = text(t, "confidence");
    const auto& confidence = row.says.confidence;
    if (confidence != "C1" && confidence != "C2" && confidence != "G") {
      fail("'confidence' must be C1, C2 or G");
    }
    // What nobody has read decides nothing.
    if (confidence == "G" && row.says.outcome != warn) fail("a row of confidence G may only warn");
    for (const auto& other : pack_.rows) {
      if (other.says.rule == row.says.rule && overlap(other, row)) {
        fail("in force together with another row of the same id");
      }
    }
    pack_.rows.push_back(std::move(row));
  }

  static bool overlap(const AdvertisingRow& a, const AdvertisingRow& b) noexcept {
    const auto ends_before = [](const AdvertisingRow& x, const AdvertisingRow& y) {
      return x.to && y.from && *x.to <= *y.from;
    };
    return !ends_before(a, b) && !ends_before(b, a);
  }

  std::string file_, where_;
  const date::time_zone* zone_ = nullptr;
  AdvertisingPack::Impl pack_;
};

}  // namespace

AdvertisingPack AdvertisingPack::from_toml(std::string_view toml, const std::string& name) {
  return AdvertisingPack(std::make_shared<const Impl>(Reader(name).read(toml)));
}

AdvertisingPack AdvertisingPack::russia() {
  static const AdvertisingPack pack =
      from_toml(rules_data::ru_advertising(), "ru_advertising.toml");
  return pack;
}

std::string_view AdvertisingPack::version() const noexcept { return impl_->version; }
std::span<const AdvertisingQuestion> AdvertisingPack::questions() const& noexcept {
  return impl_->questions;
}

}  // namespace consent
