// Shows that every row of law matters: each mutant of rules/ru_contact.toml must be told apart by a
// vector whose answer was written from the sheet. Run by ./dev mutate-law and by ctest.
#include <toml++/toml.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "consent/error.hpp"
#include "decision/conditions.hpp"
#include "decision/decision_vectors.hpp"
#include "rules_data.hpp"

namespace {

using namespace vectors;

/// A changed pack.
struct Mutant {
  std::string row;   ///< id of the row that was changed
  std::string what;  ///< "from a day later"
  std::string toml;

  [[nodiscard]] std::string name() const { return row + " | " + what; }
};

std::string id_of(const toml::table& row) { return row["id"].value_or(std::string()); }

/// The rows of a pack as tables that can be changed, and the text that they make.
class Pack {
 public:
  explicit Pack(std::string_view text) : table_(toml::parse(text)) {}

  [[nodiscard]] std::size_t size() const { return rows(table_).size(); }
  [[nodiscard]] const toml::table& row(std::size_t i) const { return *rows(table_)[i].as_table(); }

  /// The text with one row changed; nothing where `change` says so.
  [[nodiscard]] std::string with(std::size_t i,
                                 const std::function<void(toml::table&)>& change) const {
    toml::table copy = table_;
    change(*rows(copy)[i].as_table());
    return written(copy);
  }

  /// The text without a row. What feeds it goes with it: it has nothing left to speak of.
  [[nodiscard]] std::string without(std::size_t i) const {
    toml::table copy = table_;
    toml::array& all = rows(copy);
    const std::string gone = id_of(row(i));
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
    for (auto each = all.begin(); each != all.end();) {
      const toml::table& other = *each->as_table();
      each = other["feeds"].value_or(std::string()) == gone ? all.erase(each) : each + 1;
    }
    return written(copy);
  }

 private:
  static toml::array& rows(toml::table& table) { return *table["rule"].as_array(); }
  static const toml::array& rows(const toml::table& table) { return *table["rule"].as_array(); }
  static std::string written(const toml::table& table) {
    std::ostringstream out;
    out << table;
    return out.str();
  }

  toml::table table_;
};

toml::date shifted(const toml::date& day, int by) {
  using namespace std::chrono;
  const year_month_day moved{
      sys_days{year{day.year} / month{day.month} / std::chrono::day{day.day}} + days{by}};
  return {static_cast<int>(moved.year()), static_cast<unsigned>(moved.month()),
          static_cast<unsigned>(moved.day())};
}

constexpr std::array outcomes{"deny", "allow", "warn", "treat", "unknown"};

/// Another outcome of the same condition, with what goes with it.
void set_outcome(toml::table& row, std::string_view outcome) {
  row.insert_or_assign("outcome", std::string(outcome));
  if (outcome != "treat") row.erase("feeds");
  row.erase("option");
  row.erase("choices");
  if (outcome != "deny") {
    row.erase("met");
    row.erase("met_ru");
  }
}

/// All mutants of one row.
std::vector<Mutant> mutants_of(const Pack& pack, std::size_t i) {
  const toml::table& row = pack.row(i);
  const std::string id = id_of(row);
  std::vector<Mutant> made;
  const auto add = [&](std::string what, const std::function<void(toml::table&)>& change) {
    made.push_back({id, std::move(what), pack.with(i, change)});
  };
  made.push_back({id, "deleted", pack.without(i)});
  for (const char* key : {"from", "to"}) {
    const auto* const date = row.get_as<toml::date>(key);
    if (date == nullptr) continue;
    for (const int by : {-1, 1}) {
      add(std::string(key) + (by < 0 ? " a day earlier" : " a day later"),
          [&](toml::table& changed) { changed.insert_or_assign(key, shifted(date->get(), by)); });
    }
  }
  const std::string was = row["outcome"].value_or(std::string());
  const auto* const condition =
      consent::decision::condition_named(row["condition"].value_or(std::string()));
  for (std::size_t o = 0; o < outcomes.size(); ++o) {
    const char* const outcome = outcomes[o];
    if (was == outcome || std::string_view(outcome) == "treat" || condition == nullptr) continue;
    std::uint8_t bit = 0;
    for (const Outcome known :
         {Outcome::deny, Outcome::allow, Outcome::warn, Outcome::treat, Outcome::unknown}) {
      if (to_word(known) == outcome) bit = consent::decision::bit(known);
    }
    if ((condition->outcomes & bit) == 0) continue;  // no row of it may say that
    add(was + " becomes " + outcome, [&](toml::table& changed) { set_outcome(changed, outcome); });
  }
  for (const char* key : {"purposes", "channels", "senders", "claims", "methods", "evidence"}) {
    const auto* const list = row.get_as<toml::array>(key);
    if (list == nullptr) continue;
    for (std::size_t w = 0; w < list->size() && list->size() > 1; ++w) {
      const std::string word = (*list)[w].value_or(std::string());
      add(std::string(key) + " without " + word, [&](toml::table& changed) {
        toml::array& words = *changed.get_as<toml::array>(key);
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(w));
      });
    }
    add("no " + std::string(key), [&](toml::table& changed) { changed.erase(key); });
  }
  for (const char* key : {"with_data", "fails_closed", "counted", "prong", "reach"}) {
    if (row.contains(key))
      add("no " + std::string(key), [&](toml::table& changed) { changed.erase(key); });
  }
  for (const char* key :
       {"a_day", "a_week", "a_month", "at_least", "older_than_days", "after_days", "longest"}) {
    const auto* const figure = row.get_as<std::int64_t>(key);
    if (figure == nullptr) continue;
    for (const int by : {-1, 1}) {
      add(std::string(key) + (by < 0 ? " one less" : " one more"),
          [&](toml::table& changed) { changed.insert_or_assign(key, figure->get() + by); });
    }
  }
  return made;
}

/// "deny ru/38-fz/18-1" for each item of a judgement.
std::vector<std::string> lines_of(const Judgement& judgement, const RulePack& pack) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < judgement.count; ++i) {
    const auto finding = finding_text(judgement.items[i].rule, judgement.items[i].verdict, pack);
    if (finding) found.push_back(std::string(to_word(finding->verdict)) + " " + finding->rule);
  }
  return found;
}

/// What a vector says of its answer. Only verdict and rules count here.
struct Expected {
  std::string verdict;
  std::optional<std::vector<std::string>> findings;
  std::vector<std::string> includes, lacks;

  explicit Expected(const Vector& vector) {
    const Value& said = vector.expected();
    verdict = text(said, "verdict");
    if (const Value* all = said.find("findings")) findings = words(*all);
    if (const Value* some = said.find("includes")) includes = words(*some);
    if (const Value* none = said.find("lacks")) lacks = words(*none);
  }
  [[nodiscard]] bool names_a_rule() const {
    return (findings && !findings->empty()) || !includes.empty();
  }
  [[nodiscard]] bool names(std::string_view id) const {
    const auto ends = [&](const std::string& line) { return line.ends_with(id); };
    return (findings && std::any_of(findings->begin(), findings->end(), ends)) ||
           std::any_of(includes.begin(), includes.end(), ends) ||
           std::any_of(lacks.begin(), lacks.end(), ends);
  }
  [[nodiscard]] bool fits(const Vector& vector, const RulePack& pack) const {
    const Judgement judgement = vector.judged(pack);
    if (to_word(judgement.verdict) != verdict) return false;
    std::vector<std::string> lines = lines_of(judgement, pack);
    const auto has = [&](const std::string& line) {
      return std::find(lines.begin(), lines.end(), line) != lines.end();
    };
    if (!std::all_of(includes.begin(), includes.end(), has)) return false;
    if (std::any_of(lacks.begin(), lacks.end(), has)) return false;
    if (!findings) return true;
    std::erase_if(lines, [](const std::string& line) { return line.ends_with(not_classified); });
    return lines == *findings;
  }
};

struct Asked {
  Vector vector;
  Expected expected;
};

/// Mutants that no vector can tell apart, each with the reason: "row | change: reason".
std::map<std::string, std::string> equivalent_mutants(const std::string& file) {
  std::map<std::string, std::string> found;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line.front() == '#') continue;
    const auto reason = line.find(": ");
    if (reason == std::string::npos) {
      std::cerr << file << ": no reason in: " << line << "\n";
      std::exit(2);
    }
    found.emplace(line.substr(0, reason), line.substr(reason + 2));
  }
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view only = argc > 1 ? argv[1] : "";
  std::vector<Asked> asked;
  bool fits = true;
  for (const char* folder : {"decision", "scenarios"}) {
    for (Vector& vector : read_vectors(folder)) {
      Expected expected(vector);
      if (!expected.names_a_rule()) continue;  // nothing was written of a row
      if (!expected.fits(vector, vector.rules(russia()))) {
        const RulePack rules = vector.rules(russia());
        const Judgement judgement = vector.judged(rules);
        std::cerr << folder << "/" << vector.file
                  << ": does not come out by the pack as it is: " << to_word(judgement.verdict);
        for (const std::string& line : lines_of(judgement, rules)) std::cerr << ", " << line;
        std::cerr << "\n";
        fits = false;
      }
      asked.push_back({std::move(vector), std::move(expected)});
    }
  }
  if (!fits) return 2;
  const Pack pack(consent::rules_data::ru_contact());
  auto equivalent = equivalent_mutants(std::string(CONSENT_VECTORS) + "/equivalent_mutants.txt");

  std::size_t made = 0, killed = 0, refused = 0, excused = 0;
  std::vector<std::string> survived;
  for (std::size_t i = 0; i < pack.size(); ++i) {
    const std::string id = id_of(pack.row(i));
    if (!only.empty() && id != only) continue;
    // Vectors that name the row are asked first, and those with a policy of their own last.
    std::vector<const Asked*> order;
    for (const Asked& each : asked) order.push_back(&each);
    std::stable_sort(order.begin(), order.end(), [&](const Asked* a, const Asked* b) {
      const auto rank = [&](const Asked* each) {
        return (each->expected.names(id) ? 0 : 2) +
               (each->vector.document.find("rules") != nullptr ? 1 : 0);
      };
      return rank(a) < rank(b);
    });
    for (const Mutant& mutant : mutants_of(pack, i)) {
      std::optional<RulePack> changed;
      try {
        changed = RulePack::from_toml(mutant.toml, "mutant.toml");
      } catch (const consent::Error&) {
        ++refused;  // no pack: whoever wrote it would be told
        continue;
      }
      ++made;
      const Asked* killer = nullptr;
      for (const Asked* each : order) {
        std::optional<RulePack> rules;
        try {
          rules = each->vector.rules(*changed);
        } catch (const consent::Error&) {
          continue;  // its policy is of a row that is gone: it asks nothing here
        }
        if (each->expected.fits(each->vector, *rules)) continue;
        killer = each;
        break;
      }
      const auto known = equivalent.find(mutant.name());
      if (killer != nullptr) {
        ++killed;
        if (known != equivalent.end()) {
          survived.push_back(mutant.name() + ": listed as equivalent, and " + killer->vector.file +
                             " tells it apart");
        }
      } else if (known != equivalent.end()) {
        ++excused;
      } else {
        survived.push_back(mutant.name() + ": no vector tells it apart");
      }
      if (known != equivalent.end()) equivalent.erase(known);
    }
  }
  if (only.empty()) {
    for (const auto& [name, reason] : equivalent)
      survived.push_back(name + ": listed as equivalent, and there is no such mutant");
  }
  for (const std::string& line : survived) std::cout << line << "\n";
  std::cout << asked.size() << " vectors, " << made << " mutants: " << killed << " killed, "
            << excused << " equivalent, " << survived.size() << " to be mended; " << refused
            << " were no pack\n";
  return survived.empty() ? 0 : 1;
}
