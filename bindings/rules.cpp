#include "consent/rules.hpp"

#include <string>

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

using consent::Rule;
using consent::RulePack;

namespace {

std::string text_of(const consent::DayWindow& window) {
  const auto two = [](unsigned n) {
    std::string digits = std::to_string(n);
    return digits.size() == 1 ? "0" + digits : digits;
  };
  return two(window.from / 60U) + ":" + two(window.from % 60U) + "-" + two(window.to / 60U) + ":" +
         two(window.to % 60U);
}

/// The figures as the file writes them; those not given are absent.
py::dict figures_of(const Rule& rule) {
  const consent::RuleFigures& figures = rule.figures;
  py::dict given;
  if (rule.condition == "outside_hours") {
    given["working_days"] = text_of(figures.working_days);
    given["other_days"] = text_of(figures.other_days);
  }
  const auto put = [&](const char* name, std::uint32_t value) {
    if (value != 0) given[name] = value;
  };
  put("a_day", figures.a_day);
  put("a_week", figures.a_week);
  put("a_month", figures.a_month);
  if (figures.a_day + figures.a_week + figures.a_month != 0)
    given["counted"] = figures.only_talks ? "talks" : "attempts";
  put("at_least", figures.at_least);
  put("older_than_days", figures.older_than);
  put("after_days", figures.after_days);
  put("longest", figures.longest);
  return given;
}

std::vector<std::string> choices_of(const Rule& rule) {
  std::vector<std::string> words;
  for (const auto outcome : rule.choices) words.emplace_back(consent::to_word(outcome));
  return words;
}

}  // namespace

void bind_rules(py::module_& m) {
  py::class_<Rule>(m, "Rule", "One dated row of law, with its source.")
      .def_readonly("id", &Rule::id)
      .def_readonly("sheet", &Rule::sheet, "Row of the law sheet")
      .def_readonly("since", &Rule::from, "First moment in force; None: always")
      .def_readonly("until", &Rule::to, "First moment no longer in force; None: still")
      .def_property_readonly(
          "kind", [](const Rule& r) { return consent::to_word(r.kind); },
          "\"law\", \"guidance\" or \"policy\"")
      .def_readonly("condition", &Rule::condition)
      .def_property_readonly(
          "purposes", [](const Rule& r) { return words_in(r.purposes); }, "Empty: all")
      .def_property_readonly(
          "channels", [](const Rule& r) { return words_in(r.channels); }, "Empty: all")
      .def_property_readonly(
          "outcome", [](const Rule& r) { return consent::to_word(r.outcome); },
          "\"deny\", \"allow\", \"warn\", \"treat\" or \"unknown\"")
      .def_readonly("feeds", &Rule::feeds, "treat: the rule it feeds")
      .def_readonly("option", &Rule::option, "Name of an open point; \"\": nothing to choose")
      .def_property_readonly("choices", &choices_of, "Outcomes that the option offers")
      .def_readonly("fails_closed", &Rule::fails_closed)
      .def_property_readonly("figures", &figures_of, "Hours, counts and the like, by their names")
      .def_readonly("citation", &Rule::citation)
      .def_readonly("citation_ru", &Rule::citation_ru)
      .def_readonly("why", &Rule::why)
      .def_readonly("why_ru", &Rule::why_ru)
      .def_readonly("met", &Rule::met,
                    "What is said where a consent meets the rule; \"\" where n/a")
      .def_readonly("met_ru", &Rule::met_ru)
      .def_readonly("source", &Rule::source, "Where the text was read")
      .def_readonly("confidence", &Rule::confidence, "C1, C2 or G (unconfirmed)")
      .def_readonly("read_by", &Rule::read_by)
      .def_readonly("read_on", &Rule::read_on)
      .def("__repr__", [](const Rule& r) { return "<Rule " + r.id + ">"; });

  py::class_<RulePack>(m, "RulePack", "Rows of one jurisdiction. Immutable; safe from threads.")
      .def_static("russia", &RulePack::russia, "The pack of Russian law built into the library.")
      .def_static(
          "from_toml",
          [](py::handle text, const std::string& name) {
            return RulePack::from_toml(to_text(text), name);
          },
          py::arg("text"), py::arg("name"), "From TOML text; `name` is for messages.")
      .def_static("from_file", &RulePack::from_file, py::arg("file"),
                  "From a TOML file. Raises RulesError naming file and row.")
      .def(
          "with_policy",
          [](const RulePack& pack, py::handle text, const std::string& name) {
            return pack.with_policy(to_text(text), name);
          },
          py::arg("text"), py::arg("name"),
          "This pack with the policy rows and options of another file, which only tighten.")
      .def_property_readonly(
          "options",
          [](const RulePack& pack) {
            const auto options = pack.options();
            return std::vector<std::string>(options.begin(), options.end());
          },
          "Options that were given: \"robot_with_consent=warn\"")
      .def_property_readonly("version", &RulePack::version, "\"ru-2026-11-22\"")
      .def_property_readonly("jurisdiction", &RulePack::jurisdiction, "ISO 3166, \"RU\"")
      .def_property_readonly("known_until", &RulePack::known_until,
                             "First moment that the pack does not know")
      .def_property_readonly(
          "rules",
          [](const RulePack& pack) {
            const auto rows = pack.rules();
            return std::vector<Rule>(rows.begin(), rows.end());
          },
          "All rows, in the order of the pack")
      .def(
          "find",
          [](const RulePack& pack, py::handle id) -> std::optional<Rule> {
            const Rule* const rule = pack.find(to_text(id));
            return rule == nullptr ? std::nullopt : std::optional(*rule);
          },
          py::arg("id_or_sheet"), "The row of that id or sheet row, or None.")
      .def("__repr__",
           [](const RulePack& pack) { return "<RulePack " + std::string(pack.version()) + ">"; });
}

}  // namespace consent_python
