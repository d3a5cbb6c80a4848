#include "duties/complaint_rows.hpp"

#include <algorithm>
#include <array>

#include "base/toml_reader.hpp"
#include "consent/error.hpp"
#include "consent/zones.hpp"
#include "rules_data.hpp"

namespace consent {

namespace {

using namespace std::string_view_literals;

constexpr std::array body_words{"fas"sv, "rkn"sv, "operator"sv, "prosecutor"sv, "police"sv};
constexpr std::array filing_words{"unstated"sv, "paper"sv, "portal"sv, "email"sv, "spam_form"sv};
constexpr std::array state_words{"missing"sv, "partly"sv, "present"sv};
constexpr std::array weight_words{"refuse"sv, "advise"sv, "unconfirmed"sv};
constexpr std::array limitation_words{"open"sv, "soon"sv, "expired"sv};
constexpr std::array when_words{"always"sv,
                                "person"sv,
                                "legal_entity"sv,
                                "representative"sv,
                                "other_holder"sv,
                                "operator_contract"sv,
                                "electronic"sv,
                                "distributor_known"sv,
                                "advertising_without_consent"sv,
                                "personal_data_without_consent"sv,
                                "answered_or_silent"sv,
                                "fraud"sv};
constexpr std::array fact_words{"full_name"sv, "postal_address"sv, "electronic_address"sv,
                                "passport"sv, "filing"sv};

template <typename E, std::size_t N>
std::string_view word_of(const std::array<std::string_view, N>& words, E value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? words[index] : std::string_view{};
}
template <typename E, std::size_t N>
std::optional<E> value_of(const std::array<std::string_view, N>& words,
                          std::string_view word) noexcept {
  const auto* const found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<E>(found - words.begin());
}

}  // namespace

std::string_view to_word(Body body) noexcept { return word_of(body_words, body); }
std::string_view to_word(Filing filing) noexcept { return word_of(filing_words, filing); }
std::string_view to_word(ReadyState state) noexcept { return word_of(state_words, state); }
std::string_view to_word(Weight weight) noexcept { return word_of(weight_words, weight); }
std::string_view to_word(LimitationState::State state) noexcept {
  return word_of(limitation_words, state);
}
std::optional<Body> body_from_word(std::string_view word) noexcept {
  return value_of<Body>(body_words, word);
}
std::optional<Filing> filing_from_word(std::string_view word) noexcept {
  return value_of<Filing>(filing_words, word);
}

namespace complaint {

namespace {

class Reader : TomlReader {
 public:
  Reader() : TomlReader("ru_complaint.toml") {}

  Rows read(std::string_view text) {
    const toml::table root = parse(text);
    only(root, {"id", "version", "jurisdiction", "zone", "reviewed", "same_contact_minutes",
                "kept_back", "item", "row", "warning", "limitation", "fine", "body"});
    static_cast<void>(word(root, "id"));
    static_cast<void>(word(root, "jurisdiction"));
    static_cast<void>(date(root, "reviewed"));
    made_.version = word(root, "version");
    made_.zone = word(root, "zone");
    if (Zones::russia().zone(made_.zone).empty()) fail("'zone' is not in the table of zones");
    made_.same_contact_minutes = count(root, "same_contact_minutes");
    made_.kept_back = list<std::string>(root, "kept_back");
    for_each(root, "item", [&](const toml::table& t) { read_item(t); });
    std::stable_sort(made_.items.begin(), made_.items.end(),
                     [](const Item& a, const Item& b) { return a.rank < b.rank; });
    for_each(root, "row", [&](const toml::table& t) { read_row(t); });
    for_each(root, "warning", [&](const toml::table& t) { read_note(t); });
    for_each(root, "limitation", [&](const toml::table& t) { read_limitation(t); });
    for_each(root, "fine", [&](const toml::table& t) { read_fine(t); });
    for_each(root, "body", [&](const toml::table& t) { read_body(t); });
    return std::move(made_);
  }

 private:
  [[nodiscard]] int count(const toml::table& t, std::string_view key) const {
    const std::int64_t value = whole(t, key);
    if (value < 1 || value > 1000) fail(t, key, Message("'{}' must be from 1 to 1000", key));
    return static_cast<int>(value);
  }
  [[nodiscard]] Days days(const toml::table& t) const {
    Days made;
    const auto day = [&](std::string_view key) -> std::optional<date::local_days> {
      if (!t.contains(key)) return std::nullopt;
      const toml::date read = date(t, key);
      return date::local_days{date::year{read.year} / read.month / read.day};
    };
    made.from = day("from");
    made.to = day("to");
    if (made.from && made.to && *made.to < *made.from) fail("'to' is before 'from'");
    return made;
  }
  [[nodiscard]] When when(const toml::table& t, std::string_view key) const {
    if (!t.contains(key)) return When::always;
    const auto found = value_of<When>(when_words, word(t, key));
    if (!found) fail(t, key, Message("'{}' is not on the list", key));
    return *found;
  }
  [[nodiscard]] std::vector<Body> bodies(const toml::table& t) const {
    auto made = words<Body>(t, "bodies", [](std::string_view w) { return body_from_word(w); });
    if (made.empty()) fail("'bodies' is missing");
    return made;
  }
  [[nodiscard]] std::size_t item_of(const std::string& id) const {
    const auto found = std::find_if(made_.items.begin(), made_.items.end(),
                                    [&](const Item& item) { return item.id == id; });
    if (found == made_.items.end()) fail("no item has this name");
    return static_cast<std::size_t>(found - made_.items.begin());
  }

  void read_item(const toml::table& t) {
    only(t, {"id", "rank", "part", "name", "name_ru", "how", "how_ru", "kinds", "needs"});
    Item item;
    item.id = word(t, "id");
    at("item " + item.id);
    item.rank = count(t, "rank");
    item.part = word(t, "part");
    if (item.part != "field" && item.part != "attachment") fail("part: field or attachment");
    item.name = word(t, "name");
    item.name_ru = word(t, "name_ru");
    item.how = word(t, "how");
    item.how_ru = word(t, "how_ru");
    item.kinds = list<std::string>(t, "kinds");
    item.needs =
        words<Fact>(t, "needs", [](std::string_view w) { return value_of<Fact>(fact_words, w); });
    made_.items.push_back(std::move(item));
  }
  void read_row(const toml::table& t) {
    only(t, {"body", "item", "need", "when", "from", "to", "why", "why_ru", "citation",
             "citation_ru", "source", "confidence"});
    Row row;
    const auto body = body_from_word(word(t, "body"));
    if (!body) fail(t, "body", "'body' is not on the list");
    row.body = *body;
    const std::string item = word(t, "item");
    at("row " + word(t, "body") + "/" + item);
    row.item = item_of(item);
    const std::string need = word(t, "need");
    if (need != "required" && need != "recommended") fail("need: required or recommended");
    row.required = need == "required";
    row.when = when(t, "when");
    row.days = days(t);
    row.why = word(t, "why");
    row.why_ru = word(t, "why_ru");
    row.citation = word(t, "citation");
    row.citation_ru = word(t, "citation_ru");
    row.source = word(t, "source");
    row.confidence = confidence(t);
    made_.rows.push_back(std::move(row));
  }
  void read_note(const toml::table& t) {
    only(t, {"id", "about", "bodies", "when", "from", "to", "text", "text_ru", "citation",
             "citation_ru", "source", "confidence"});
    Note made;
    made.note.id = word(t, "id");
    at(made.note.id);
    made.note.about = word(t, "about");
    constexpr std::array about{"burden"sv, "no_appeal"sv, "signer"sv, "note"sv};
    if (std::find(about.begin(), about.end(), made.note.about) == about.end()) {
      fail("'about' is not on the list");
    }
    made.bodies = bodies(t);
    made.when = when(t, "when");
    made.days = days(t);
    made.note.text = word(t, "text");
    made.note.text_ru = word(t, "text_ru");
    made.note.citation = word(t, "citation");
    made.note.citation_ru = word(t, "citation_ru");
    made.note.source = word(t, "source");
    made.note.confidence = confidence(t);
    made_.notes.push_back(std::move(made));
  }
  void read_limitation(const toml::table& t) {
    only(t, {"id", "bodies", "sheet", "years", "warn_months", "citation", "citation_ru", "source",
             "confidence"});
    Limitation made;
    made.id = word(t, "id");
    at(made.id);
    static_cast<void>(word(t, "sheet"));
    made.bodies = bodies(t);
    made.years = count(t, "years");
    made.warn_months = count(t, "warn_months");
    made.citation = word(t, "citation");
    made.citation_ru = word(t, "citation_ru");
    made.source = word(t, "source");
    made.confidence = confidence(t);
    made_.limitations.push_back(std::move(made));
  }
  [[nodiscard]] FineRange range(const toml::table& t, std::string_view key) const {
    const auto sums = list<std::int64_t>(t, key);
    if (sums.size() != 2 || sums[0] < 1 || sums[1] < sums[0]) {
      fail(t, key, Message("'{}' must be two sums, the lesser first", key));
    }
    return {sums[0], sums[1]};
  }
  void read_fine(const toml::table& t) {
    only(t, {"id", "sheet", "bodies", "from", "to", "citizens", "officials", "entities", "citation",
             "citation_ru", "source", "confidence"});
    Fine made;
    made.state.rule = word(t, "id");
    at(made.state.rule);
    made.state.sheet = word(t, "sheet");
    made.bodies = bodies(t);
    made.days = days(t);
    made.state.citizens = range(t, "citizens");
    made.state.officials = range(t, "officials");
    made.state.entities = range(t, "entities");
    made.state.citation = word(t, "citation");
    made.state.citation_ru = word(t, "citation_ru");
    made.state.source = word(t, "source");
    made.state.confidence = confidence(t);
    if (made.state.confidence == "G") fail("a fine that nobody confirmed is not told");
    made_.fines.push_back(std::move(made));
  }
  void read_body(const toml::table& t) {
    only(t, {"id", "name", "name_ru", "fits", "why", "why_ru", "confidence", "checklist",
             "checklist_ru"});
    BodyRow made;
    const std::string id = word(t, "id");
    at("body " + id);
    const auto body = body_from_word(id);
    if (!body) fail("no body has this name");
    made.fit.body = *body;
    made.fits = when(t, "fits");
    made.fit.name = word(t, "name");
    made.fit.name_ru = word(t, "name_ru");
    made.fit.why = word(t, "why");
    made.fit.why_ru = word(t, "why_ru");
    made.fit.confidence = confidence(t);
    made.fit.checklist = list<std::string>(t, "checklist");
    made.fit.checklist_ru = list<std::string>(t, "checklist_ru");
    if (made.fit.checklist.size() != made.fit.checklist_ru.size()) {
      fail("the two checklists are not of one length");
    }
    made_.bodies.push_back(std::move(made));
  }

  Rows made_;
};

}  // namespace

Rows read_rows(std::string_view toml) { return Reader().read(toml); }

const Rows& rows() {
  static const Rows read = read_rows(rules_data::ru_complaint());
  return read;
}

}  // namespace complaint

bool is_kept_back(std::string_view kind) noexcept {
  const auto& kinds = complaint::rows().kept_back;
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

std::string_view complaint_rules() noexcept { return complaint::rows().version; }

}  // namespace consent
