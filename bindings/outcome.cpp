#include "consent/outcome.hpp"

#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/audit.hpp"

namespace consent_python {

using consent::CallOutcome;
using consent::OutcomeAudit;
using consent::OutcomePack;
using consent::OutcomeRule;

namespace {

OutcomeAudit audit_outcomes(const py::object& numbers, const py::buffer& at_us,
                            const py::buffer& outcomes, const LogHandle& log,
                            const OutcomePack& pack, const consent::Question& scope) {
  const auto dialled = to_numbers(numbers);
  const auto at = to_integers(at_us, "moment");
  std::vector<std::uint16_t> ended;
  for (const std::int64_t place : to_integers(outcomes, "outcome")) {
    if (place < 0 || !std::in_range<std::uint16_t>(place) ||
        static_cast<std::size_t>(place) >= pack.outcomes().size()) {
      throw consent::Error(consent::ErrorCode::invalid_argument, "outcome: none has that place");
    }
    ended.push_back(static_cast<std::uint16_t>(place));
  }
  if (at.size() != dialled.size()) {
    throw consent::Error(consent::ErrorCode::invalid_argument,
                         "numbers and moments: as many of the one as of the other");
  }
  const auto open = log.get();
  const py::gil_scoped_release unlocked;
  std::vector<consent::Call> calls;
  calls.reserve(dialled.size());
  for (std::size_t i = 0; i < dialled.size(); ++i) {
    calls.push_back({dialled[i], consent::Instant{std::chrono::microseconds{at[i]}}, scope.purpose,
                     scope.channel, scope.dialled_by});
  }
  return consent::audit_outcomes(calls, ended, *open, pack, scope);
}

}  // namespace

void bind_outcome(py::module_& m) {
  using consent::to_word;
  py::class_<CallOutcome>(m, "CallOutcome", "How a call ended, and what follows. Policy, not law.")
      .def_readonly("id", &CallOutcome::id)
      .def_readonly("name", &CallOutcome::name)
      .def_readonly("name_ru", &CallOutcome::name_ru)
      .def_property_readonly(
          "reached", [](const CallOutcome& o) { return to_word(o.reached); },
          "unknown, nobody, machine, somebody or decision_maker")
      .def_property_readonly(
          "retry", [](const CallOutcome& o) { return to_word(o.retry); },
          "unknown, no, within_cap or when_asked")
      .def_readonly("suspends", &CallOutcome::suspends,
                    "The consent is of no use until one is given anew. Not a withdrawal")
      .def_property_readonly(
          "advertising", [](const CallOutcome& o) { return to_word(o.advertising); },
          "unchanged, not_this_campaign, own_consent or stopped")
      .def_property_readonly(
          "record", [](const CallOutcome& o) { return to_word(o.record); },
          "What must be recorded: withdrawal, consent, call_back, or \"\"")
      .def_readonly("leans_on", &CallOutcome::leans_on, "Row of the law sheet, or \"\"")
      .def_readonly("why", &CallOutcome::why)
      .def_readonly("why_ru", &CallOutcome::why_ru)
      .def_readonly("source", &CallOutcome::source)
      .def("__repr__", [](const CallOutcome& o) { return "<CallOutcome " + o.id + ">"; });

  py::class_<OutcomeRule>(m, "OutcomeRule", "What an audit says of an outcome not heeded.")
      .def_readonly("id", &OutcomeRule::id)
      .def_property_readonly("condition", [](const OutcomeRule& r) { return to_word(r.condition); })
      .def_readonly("leans_on", &OutcomeRule::leans_on, "Row of the law sheet, or \"\"")
      .def_readonly("why", &OutcomeRule::why)
      .def_readonly("why_ru", &OutcomeRule::why_ru)
      .def_readonly("source", &OutcomeRule::source)
      .def("__repr__", [](const OutcomeRule& r) { return "<OutcomeRule " + r.id + ">"; });

  py::class_<OutcomePack>(m, "OutcomePack", "Outcomes and what follows from them. Immutable.")
      .def_static("standard", &OutcomePack::standard, "The rows built into the library.")
      .def_static(
          "from_toml",
          [](py::handle text, const std::string& name) {
            return OutcomePack::from_toml(to_text(text), name);
          },
          py::arg("text"), py::arg("name"), "From TOML text; `name` is for messages.")
      .def_property_readonly("version", &OutcomePack::version)
      .def_property_readonly(
          "outcomes",
          [](const OutcomePack& pack) {
            const auto rows = pack.outcomes();
            return std::vector<CallOutcome>(rows.begin(), rows.end());
          },
          "The first one is \"unknown\"")
      .def_property_readonly("rules",
                             [](const OutcomePack& pack) {
                               const auto rows = pack.rules();
                               return std::vector<OutcomeRule>(rows.begin(), rows.end());
                             })
      .def("__repr__", [](const OutcomePack& pack) {
        return "<OutcomePack " + std::string(pack.version()) + ">";
      });

  using Item = OutcomeAudit::Item;
  py::class_<Item>(m, "OutcomeBreach", "A call that did not heed how an earlier one ended.")
      .def_readonly("call", &Item::call, "Place of the call at fault")
      .def_readonly("rule", &Item::rule, "Place of the rule in the pack")
      .def_readonly("because_call", &Item::because_call, "Place of the earlier call, or None")
      .def_readonly("because_seq", &Item::because_seq, "The log's entry of it, or None")
      .def_readonly("because_outcome", &Item::because_outcome, "Place of its outcome");
  py::class_<OutcomeAudit>(m, "OutcomeAudit", "What calls did not heed of how others ended.")
      .def_readonly("items", &OutcomeAudit::items)
      .def_readonly("outcomes", &OutcomeAudit::outcomes, "Of each call, a place in the pack")
      .def_readonly("pack", &OutcomeAudit::pack);

  m.def("audit_outcomes", &audit_outcomes, py::arg("numbers"), py::arg("at_us"),
        py::arg("outcomes"), py::arg("log"), py::arg("pack"), py::arg("scope"),
        "Holds calls against how earlier ones of their number ended.");
}

}  // namespace consent_python
