#include "consent/decision.hpp"

#include <string>

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

using consent::Decision;
using consent::Finding;
using consent::Question;

namespace {

Question question(const AnyNumber& number, py::handle purpose, py::handle channel,
                  consent::Instant at, py::handle distributor, py::handle advertiser,
                  py::handle dialled_by, py::handle campaign, py::handle basis) {
  return {.number = number.number,
          .distributor = std::string(to_text(distributor)),
          .advertiser = std::string(to_text(advertiser)),
          .purpose = to_value<consent::Purpose>(purpose),
          .channel = to_value<consent::Channel>(channel),
          .dialled_by = to_value<consent::DialledBy>(dialled_by),
          .campaign = std::string(to_text(campaign)),
          .at = at,
          .basis = to_basis(basis)};
}

}  // namespace

void bind_decision(py::module_& m) {
  using consent::to_word;
  py::class_<Question>(m, "Question", "May this number be contacted? All that the rules need.")
      .def(py::init(&question), py::arg("number"), py::kw_only(), py::arg("purpose"),
           py::arg("channel"), py::arg("at"), py::arg("distributor") = "",
           py::arg("advertiser") = "", py::arg("dialled_by") = "unstated", py::arg("campaign") = "",
           py::arg("basis") = "said")
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
      .def_readonly("at", &Decision::at, "The moment the answer is about")
      .def_readonly("rules", &Decision::rules, "Version of the rule pack")
      .def_readonly("log_size", &Decision::log_size, "Entries of the log that answered")
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
