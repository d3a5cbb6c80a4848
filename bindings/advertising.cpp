#include "consent/advertising.hpp"

#include <string>

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

using consent::Advertising;
using consent::AdvertisingFinding;
using consent::AdvertisingPack;
using consent::AdvertisingQuestion;
using consent::Said;

namespace {

consent::Answers to_answers(const py::dict& given) {
  consent::Answers answers;
  for (const auto& [key, said] : given) {
    answers.emplace_back(std::string(to_text(key)), to_value<Said>(said));
  }
  return answers;
}

}  // namespace

void bind_advertising(py::module_& m) {
  using consent::to_word;
  py::class_<AdvertisingQuestion>(m, "AdvertisingQuestion", "One question about a contact.")
      .def_readonly("key", &AdvertisingQuestion::key)
      .def_readonly("part", &AdvertisingQuestion::part, "scope, sign, exception or practice")
      .def_property_readonly(
          "unasked", [](const AdvertisingQuestion& q) { return to_word(q.unasked); },
          "What counts where nobody was asked")
      .def_property_readonly(
          "after",
          [](const AdvertisingQuestion& q) -> std::optional<std::pair<std::string, std::string>> {
            if (!q.after) return std::nullopt;
            return std::pair{q.after->first, std::string(to_word(q.after->second))};
          },
          "Asked only where that question was answered so")
      .def_readonly("name", &AdvertisingQuestion::name)
      .def_readonly("name_ru", &AdvertisingQuestion::name_ru)
      .def_readonly("ask", &AdvertisingQuestion::ask)
      .def_readonly("ask_ru", &AdvertisingQuestion::ask_ru)
      .def_readonly("hint", &AdvertisingQuestion::hint)
      .def_readonly("hint_ru", &AdvertisingQuestion::hint_ru)
      .def("__repr__",
           [](const AdvertisingQuestion& q) { return "<AdvertisingQuestion " + q.key + ">"; });

  py::class_<AdvertisingFinding>(m, "AdvertisingFinding", "One row's answer.")
      .def_readonly("rule", &AdvertisingFinding::rule)
      .def_property_readonly(
          "outcome", [](const AdvertisingFinding& f) { return to_word(f.outcome); },
          "yes, no, unclear, warn or treat")
      .def_property_readonly(
          "kind", [](const AdvertisingFinding& f) { return to_word(f.kind); },
          "law, guidance or policy")
      .def_readonly("why", &AdvertisingFinding::why)
      .def_readonly("why_ru", &AdvertisingFinding::why_ru)
      .def_readonly("citation", &AdvertisingFinding::citation)
      .def_readonly("citation_ru", &AdvertisingFinding::citation_ru)
      .def_readonly("source", &AdvertisingFinding::source, "Where the text was read")
      .def_readonly("confidence", &AdvertisingFinding::confidence, "C1, C2 or G (unconfirmed)")
      .def("__repr__",
           [](const AdvertisingFinding& f) { return "<AdvertisingFinding " + f.rule + ">"; });

  py::class_<Advertising>(m, "Advertising", "Is a contact advertising? \"unclear\" counts as yes.")
      .def_property_readonly(
          "answer", [](const Advertising& a) { return to_word(a.answer); },
          "\"yes\", \"no\" or \"unclear\"")
      .def_property_readonly("treat_as_advertising", &Advertising::treat_as_advertising,
                             "Whether the duties of advertising apply: yes and unclear")
      .def_readonly("missing", &Advertising::missing,
                    "Of \"no\": the signs that are not there. Of \"unclear\": what would tell")
      .def_property_readonly(
          "findings", [](const Advertising& a) { return py::tuple(py::cast(a.findings)); },
          "The deciding one first, warnings last")
      .def_property_readonly(
          "purpose",
          [](const Advertising& a) -> std::optional<std::string> {
            if (!a.purpose) return std::nullopt;
            return std::string(to_word(*a.purpose));
          },
          "The purpose to file the contact under, where the rows tell")
      .def_readonly("pack", &Advertising::pack, "Version of the rows")
      .def_readonly("digest", &Advertising::digest, "SHA-256 of rows, answers and text")
      .def("__bool__",
           [](const Advertising&) -> bool {
             throw py::type_error("an Advertising is not a yes or no: use .treat_as_advertising");
           })
      .def("__repr__", [](const Advertising& a) {
        return "<Advertising: " + std::string(to_word(a.answer)) +
               (a.findings.empty() ? "" : " by " + a.findings.front().rule) + ">";
      });

  py::class_<AdvertisingPack>(m, "AdvertisingPack", "Questions and dated rows. Immutable.")
      .def_static("russia", &AdvertisingPack::russia, "The rows built into the library.")
      .def_static(
          "from_toml",
          [](py::handle text, const std::string& name) {
            return AdvertisingPack::from_toml(to_text(text), name);
          },
          py::arg("text"), py::arg("name"), "From TOML text; `name` is for messages.")
      .def_property_readonly("version", &AdvertisingPack::version, "\"ru-ad-2026-11-22\"")
      .def_property_readonly(
          "questions",
          [](const AdvertisingPack& pack) {
            const auto questions = pack.questions();
            return std::vector<AdvertisingQuestion>(questions.begin(), questions.end());
          },
          "In the order of asking")
      .def("__repr__", [](const AdvertisingPack& pack) {
        return "<AdvertisingPack " + std::string(pack.version()) + ">";
      });

  m.def(
      "is_advertising",
      [](const AdvertisingPack& pack, const py::dict& answers, consent::Instant at,
         const std::optional<consent::Digest>& text) {
        return consent::is_advertising(pack, to_answers(answers), at, text);
      },
      py::arg("pack"), py::arg("answers"), py::arg("at"), py::arg("text") = py::none());
  m.def(
      "next_question",
      [](const AdvertisingPack& pack, const py::dict& answers,
         consent::Instant at) -> std::optional<AdvertisingQuestion> {
        const auto* const next = consent::next_question(pack, to_answers(answers), at);
        return next == nullptr ? std::nullopt : std::optional(*next);
      },
      py::arg("pack"), py::arg("answers"), py::arg("at"),
      "The next question that may still change the answer, or None.");
}

}  // namespace consent_python
