#include "number/personal_data_table.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "base/toml_reader.hpp"
#include "rules_data.hpp"

namespace consent::number {
namespace {

template <typename T>
bool among(const std::vector<T>& wanted, const T& value) noexcept {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool equals(const std::optional<bool>& wanted, bool value) noexcept {
  return !wanted || *wanted == value;
}

struct Authority {
  std::string citation;
  std::string citation_ru;
  std::string confidence;
  bool used = false;
};

// From strongest to weakest.
constexpr std::array<std::string_view, 3> kConfidence = {"C1", "C2", "G"};

std::size_t weakness(std::string_view confidence) noexcept {
  return static_cast<std::size_t>(std::find(kConfidence.begin(), kConfidence.end(), confidence) -
                                  kConfidence.begin());
}

std::string two(unsigned value) {
  std::string text = std::to_string(value);
  return value < 10 ? "0" + text : text;
}

class TableReader : TomlReader {
 public:
  explicit TableReader(std::string_view file)
      : TomlReader("rules/" + std::string(file) + ".toml") {}

  Table read(std::string_view text) {
    const toml::table root = parse(text);
    only(root, {"schema", "id", "jurisdiction", "reviewed", "authority", "row", "otherwise",
                "directly", "indirectly", "warning"});
    if (whole(root, "schema") != 1) fail("schema is not 1");
    static_cast<void>(date(root, "reviewed"));
    static_cast<void>(word(root, "jurisdiction"));
    const std::string prefix = word(root, "id") + "/";

    for_each(root, "authority", [&](const toml::table& t) { read_authority(t); });
    Table table;
    for_each(root, "row", [&](const toml::table& t) {
      Row row = read_row(t, true);
      const std::string expected = prefix + two(static_cast<unsigned>(table.rows.size() + 1));
      if (row.id != expected) fail("expected the id " + expected);
      table.rows.push_back(std::move(row));
    });
    const toml::table* otherwise = root["otherwise"].as_table();
    at("[otherwise]");
    if (otherwise == nullptr) fail("missing");
    table.otherwise = read_row(*otherwise, false);
    table.directly = read_definable(root, "directly");
    table.indirectly = read_definable(root, "indirectly");
    for_each(root, "warning",
             [&](const toml::table& t) { table.warnings.push_back(read_warning(t)); });

    at("top level");
    if (table.rows.empty()) fail("no rows");
    for (const auto& [id, authority] : authorities_) {
      if (!authority.used) fail("authority " + id + " is cited by no row");
    }
    return table;
  }

 private:
  [[nodiscard]] std::vector<std::int64_t> lengths(const toml::table& t, std::string_view key,
                                                  std::initializer_list<std::int64_t> known) const {
    const auto values = list<std::int64_t>(t, key);
    for (const std::int64_t v : values) {
      if (std::find(known.begin(), known.end(), v) == known.end()) {
        fail("'" + std::string(key) + "' has no such length");
      }
    }
    return values;
  }

  [[nodiscard]] static std::optional<NumberKind> number_kind(std::string_view w) noexcept {
    using enum NumberKind;
    for (const auto kind :
         {unknown, mobile, geographic, free_call, premium, personal, service, foreign, reserve}) {
      if (to_word(kind) == w) return kind;
    }
    return std::nullopt;
  }

  [[nodiscard]] static std::optional<PersonalData> answer_of(std::string_view w) noexcept {
    using enum PersonalData;
    for (const auto answer : {unknown, yes, no}) {
      if (to_word(answer) == w) return answer;
    }
    return std::nullopt;
  }

  [[nodiscard]] Match read_match(const toml::table& t) const {
    Match m;
    m.email = flag(t, "email").value_or(false);
    m.number = words<NumberKind>(t, "number", number_kind);
    m.abroad = flag(t, "abroad");
    m.holder = words<SubscriberKind>(t, "holder", subscriber_kind);
    m.stated = flag(t, "stated");
    m.inn = lengths(t, "inn", {0, 10, 12});
    m.ogrn = lengths(t, "ogrn", {0, 13, 15});
    m.user = words<NumberUser>(t, "user", number_user);
    m.linked = flag(t, "linked");
    m.former = flag(t, "former");
    return m;
  }

  [[nodiscard]] const toml::table& match_of(const toml::table& t) const {
    const toml::table* match = t["match"].as_table();
    if (match == nullptr || match->empty()) fail("'match' must be a table with something in it");
    return *match;
  }

  void read_authority(const toml::table& t) {
    at("authority " + word(t, "id"));
    only(t, {"id", "en", "ru", "date", "confidence", "source", "read"});
    const toml::date day = date(t, "date");
    static_cast<void>(word(t, "source"));
    static_cast<void>(word(t, "read"));
    const std::string confidence = this->confidence(t);
    Authority authority;
    authority.confidence = confidence;
    authority.citation = word(t, "en") + ", " + std::to_string(day.year) + "-" + two(day.month) +
                         "-" + two(day.day) + " [" + confidence + "]";
    authority.citation_ru = word(t, "ru") + ", " + two(day.day) + "." + two(day.month) + "." +
                            std::to_string(day.year) + " [" + confidence + "]";
    const std::string id = word(t, "id");
    for (const auto& known : authorities_) {
      if (known.first == id) fail("listed twice");
    }
    authorities_.emplace_back(id, std::move(authority));
  }

  [[nodiscard]] Row read_row(const toml::table& t, bool matched) {
    at("row " + word(t, "id"));
    Row row;
    row.id = word(t, "id");
    if (matched) {
      only(t, {"id", "match", "answer", "authorities", "en", "ru"});
      const toml::table& match = match_of(t);
      only(match, {"email", "number", "abroad", "holder", "stated", "inn", "ogrn", "user", "linked",
                   "former"});
      row.match = read_match(match);
    } else {
      only(t, {"id", "answer", "authorities", "en", "ru"});
    }
    const auto answer = answer_of(word(t, "answer"));
    if (!answer) fail("answer must be yes, no or unknown");
    row.answer = *answer;
    row.en = word(t, "en");
    row.ru = word(t, "ru");
    if (!t.contains("authorities")) fail("'authorities' is missing");
    std::size_t weakest = 0;
    bool only_unread = true;
    for (const std::string& id : list<std::string>(t, "authorities", true)) {
      const Authority& known = authority(id);
      weakest = std::max(weakest, weakness(known.confidence));
      only_unread = only_unread && known.confidence == "G";
      row.citations.push_back(known.citation);
      row.citations_ru.push_back(known.citation_ru);
    }
    // The law of this table: nobody gets a yes or a no that rests on nothing read.
    if (only_unread && row.answer != PersonalData::unknown) {
      fail("a row without an authority that was read must answer unknown");
    }
    row.confidence = row.citations.empty() ? "G" : std::string(kConfidence[weakest]);
    return row;
  }

  const Authority& authority(const std::string& id) {
    const auto known = std::find_if(authorities_.begin(), authorities_.end(),
                                    [&](const auto& a) { return a.first == id; });
    if (known == authorities_.end()) fail("no authority " + id);
    known->second.used = true;
    return known->second;
  }

  [[nodiscard]] DefinableRow read_definable(const toml::table& root, std::string_view key) {
    at("[" + std::string(key) + "]");
    const toml::table* t = root[key].as_table();
    if (t == nullptr) fail("missing");
    only(*t, {"authorities", "en", "ru"});
    DefinableRow row{word(*t, "en"), word(*t, "ru")};
    for (const std::string& id : list<std::string>(*t, "authorities")) {
      const Authority& known = authority(id);
      row.en += "; " + known.citation;
      row.ru += "; " + known.citation_ru;
    }
    return row;
  }

  [[nodiscard]] Warning read_warning(const toml::table& t) const {
    only(t, {"match", "en", "ru"});
    const toml::table& match = match_of(t);
    only(match, {"number", "abroad", "holder", "stated", "inn", "ogrn", "user", "linked", "former",
                 "answer", "confidence"});
    Warning warning;
    warning.match = read_match(match);
    warning.answer = words<PersonalData>(match, "answer", answer_of);
    warning.confidence = list<std::string>(match, "confidence");
    for (const std::string& c : warning.confidence) {
      if (weakness(c) == kConfidence.size()) fail("confidence must be C1, C2 or G");
    }
    warning.en = word(t, "en");
    warning.ru = word(t, "ru");
    return warning;
  }

  std::vector<std::pair<std::string, Authority>> authorities_;
};

}  // namespace

bool Match::holds(const Situation& s) const noexcept {
  return email == s.email && among(number, s.number) && equals(abroad, s.abroad) &&
         among(holder, s.holder) && equals(stated, s.stated) && among(inn, s.inn) &&
         among(ogrn, s.ogrn) && among(user, s.user) && equals(linked, s.linked) &&
         equals(former, s.former);
}

bool Warning::holds(const Situation& situation, const Row& row) const noexcept {
  Situation of_any = situation;
  of_any.email = match.email;  // a warning holds of numbers and addresses alike
  return match.holds(of_any) && among(answer, row.answer) && among(confidence, row.confidence);
}

const Row& Table::answer(const Situation& situation) const noexcept {
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const Row& r) { return r.match.holds(situation); });
  return row == rows.end() ? otherwise : *row;
}

Table read_table(std::string_view file, std::string_view toml) {
  return TableReader(file).read(toml);
}

const Table& personal_data_table() {
  static const Table table = read_table("ru_personal_data", rules_data::ru_personal_data());
  return table;
}

}  // namespace consent::number
