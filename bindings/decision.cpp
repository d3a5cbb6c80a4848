#include "consent/decision.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

using consent::Decision;
using consent::Finding;
using consent::Question;

namespace {

std::optional<consent::Whereabouts> where(const std::optional<std::vector<std::string>>& zones,
                                          bool home_only) {
  if (!zones) return std::nullopt;
  consent::Whereabouts found{{}, home_only};
  for (const std::string& name : *zones) {
    const consent::ZoneSet zone = consent::Zones::russia().zone(name);
    if (zone.empty()) {
      throw consent::Error(consent::ErrorCode::invalid_argument,
                           "zones: one is not the name of a zone that the table knows");
    }
    found.zones |= zone;
  }
  return found;
}

Question question(const AnyNumber& number, py::handle purpose, py::handle channel,
                  consent::Instant at, py::handle distributor, py::handle advertiser,
                  py::handle dialled_by, py::handle campaign, py::handle basis,
                  const std::optional<consent::Caller>& caller, py::handle serving_operator,
                  const std::optional<consent::ContactCounts>& counts,
                  const std::optional<std::vector<std::string>>& zones, bool home_only,
                  const std::optional<consent::Numbering>& numbering, py::handle messenger,
                  bool requested) {
  return {.number = number.number,
          .distributor = std::string(to_text(distributor)),
          .advertiser = std::string(to_text(advertiser)),
          .purpose = to_value<consent::Purpose>(purpose),
          .channel = to_value<consent::Channel>(channel),
          .dialled_by = to_value<consent::DialledBy>(dialled_by),
          .campaign = std::string(to_text(campaign)),
          .at = at,
          .basis = to_basis(basis),
          .caller = caller.value_or(consent::Caller{}),
          .serving_operator = std::string(to_text(serving_operator)),
          .counts = counts,
          .whereabouts = where(zones, home_only),
          .numbering = numbering,
          .messenger = std::string(to_text(messenger)),
          .requested = requested};
}

consent::ContactCounts::In three(const std::array<std::uint32_t, 3>& counts) {
  return {counts[0], counts[1], counts[2]};
}
std::array<std::uint32_t, 3> three(const consent::ContactCounts::In& counts) {
  return {counts.day, counts.week, counts.month};
}

}  // namespace

void bind_decision(py::module_& m) {
  using consent::Caller;
  using consent::to_word;
  py::class_<Caller>(m, "Caller", "What whoever dials says of themselves; kept by its hash.")
      .def_static(
          "from_toml",
          [](py::handle text, const std::string& name) {
            return Caller::from_toml(to_text(text), name);
          },
          py::arg("text"), py::arg("name"), "From TOML text; `name` is for messages.")
      .def_static("from_file", &Caller::from_file, py::arg("file"))
      .def_readonly("id", &Caller::id, "Who dials; \"\": the distributor itself")
      .def_property_readonly("text", &consent::canonical_text, "The facts, as canonical JSON")
      .def_property_readonly(
          "hash", [](const Caller& caller) { return consent::hash_of(caller); }, "SHA-256 of text");

  py::class_<consent::ContactCounts>(m, "ContactCounts",
                                     "Contacts made in the local day, week and month.")
      .def(py::init([](const std::array<std::uint32_t, 3>& attempts,
                       const std::array<std::uint32_t, 3>& talks) {
             return consent::ContactCounts{three(attempts), three(talks)};
           }),
           py::arg("attempts"), py::arg("talks"))
      .def_property_readonly("attempts",
                             [](const consent::ContactCounts& c) { return three(c.attempts); })
      .def_property_readonly("talks",
                             [](const consent::ContactCounts& c) { return three(c.talks); });

  py::class_<Question>(m, "Question", "May this number be contacted? All that the rules need.")
      .def(py::init(&question), py::arg("number"), py::kw_only(), py::arg("purpose"),
           py::arg("channel"), py::arg("at"), py::arg("distributor") = "",
           py::arg("advertiser") = "", py::arg("dialled_by") = "unstated", py::arg("campaign") = "",
           py::arg("basis") = "said", py::arg("caller") = py::none(),
           py::arg("serving_operator") = "", py::arg("counts") = py::none(),
           py::arg("zones") = py::none(), py::arg("home_only") = false,
           py::arg("numbering") = py::none(), py::arg("messenger") = "",
           py::arg("requested") = false)
      .def_readonly("number", &Question::number)
      .def_property_readonly("purpose", [](const Question& q) { return to_word(q.purpose); })
      .def_property_readonly("channel", [](const Question& q) { return to_word(q.channel); })
      .def_readonly("at", &Question::at)
      .def_readonly("distributor", &Question::distributor)
      .def_readonly("advertiser", &Question::advertiser)
      .def_property_readonly("dialled_by", [](const Question& q) { return to_word(q.dialled_by); })
      .def_readonly("campaign", &Question::campaign)
      .def_property_readonly("basis", [](const Question& q) {
        return q.basis == consent::Basis::said ? "said" : "recorded";
      });

  py::class_<Finding>(m, "Finding", "One rule's answer.")
      .def_readonly("rule", &Finding::rule)
      .def_property_readonly(
          "verdict", [](const Finding& f) { return to_word(f.verdict); },
          "\"deny\", \"allow\", \"unknown\", \"warn\" or \"treat\"")
      .def_readonly("why", &Finding::why)
      .def_readonly("why_ru", &Finding::why_ru)
      .def_readonly("citation", &Finding::citation)
      .def_readonly("citation_ru", &Finding::citation_ru)
      .def_readonly("confidence", &Finding::confidence, "C1, C2 or G (unconfirmed)")
      .def_readonly("seq", &Finding::seq, "The entry it speaks of")
      .def_readonly("of_campaign", &Finding::of_campaign,
                    "Says the same of every contact of a campaign: shown once, with a count")
      .def_readonly("weakens", &Finding::weakens, "A warning that belongs into the one line")
      .def("__repr__", [](const Finding& f) {
        return "Finding(rule='" + f.rule + "', verdict='" + std::string(to_word(f.verdict)) + "')";
      });

  py::class_<Decision>(m, "Decision", "An answer and its reasons. Read .allowed or .verdict.")
      .def_property_readonly(
          "verdict", [](const Decision& d) { return to_word(d.verdict); },
          "\"allow\", \"deny\" or \"unknown\"")
      .def_property_readonly("allowed", &Decision::allowed, "True only for \"allow\"")
      .def_property_readonly(
          "findings", [](const Decision& d) { return py::tuple(py::cast(d.findings)); },
          "The deciding one first")
      .def_readonly("relied_on", &Decision::relied_on, "seq of the event it stands on, or None")
      .def_readonly("next_allowed", &Decision::next_allowed)
      .def_property_readonly(
          "worth",
          [](const Decision& d) -> std::optional<std::string_view> {
            if (!d.worth) return std::nullopt;
            return to_word(*d.worth);
          },
          "Of the consent relied on: \"strong\", \"fair\" or \"weak\"")
      .def_property_readonly(
          "proof",
          [](const Decision& d) -> std::optional<std::map<std::string, std::string_view>> {
            if (!d.proof) return std::nullopt;
            return std::map<std::string, std::string_view>{
                {"identified", to_word(d.proof->identified)},
                {"expressed", to_word(d.proof->expressed)},
                {"named", to_word(d.proof->named)}};
          },
          "What the same consent shows of each of the three, or None")
      .def_readonly("at", &Decision::at, "The moment the answer is about")
      .def_readonly("zones", &Decision::zones, "Version of the zone data; \"\" where none was read")
      .def_readonly("consulted", &Decision::consulted, "Ids of the rows in force for the question")
      .def_readonly("caller", &Decision::caller, "Hash of the caller's facts, or None")
      .def_readonly("assignment", &Decision::assignment,
                    "seq of the entry that assigns the caller, where the answer stands on it")
      .def_readonly("rules", &Decision::rules, "Version of the rule pack")
      .def_readonly("log_size", &Decision::log_size, "Entries of the log that answered")
      .def_readonly("impaired", &Decision::impaired,
                    "What is wrong with the log, so that no answer is a yes; \"\": nothing")
      .def(
          "one_line",
          [](const Decision& d, py::handle lang) { return consent::one_line(d, to_text(lang)); },
          py::arg("lang"), "One line for the screen of whoever dials; \"ru\" or \"en\".")
      .def("__bool__",
           [](const Decision&) -> bool {
             throw py::type_error("a Decision is not a yes or no: use .allowed");
           })
      .def("__repr__", [](const Decision& d) {
        return "<Decision: " + std::string(to_word(d.verdict)) +
               (d.findings.empty() ? "" : " by " + d.findings.front().rule) + ">";
      });

  m.def(
      "may_contact",
      [](const LogHandle& log, const consent::RulePack& pack, const Question& asked) {
        const auto open = log.get();
        const py::gil_scoped_release unlocked;
        return consent::may_contact(*open, pack, asked);
      },
      py::arg("log"), py::arg("pack"), py::arg("question"));
}

}  // namespace consent_python
