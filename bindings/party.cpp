#include "consent/party.hpp"

#include <string>

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

using consent::Classification;

namespace {

template <typename T>
T one_of(const std::optional<T>& value, const char* words) {
  if (value) return *value;
  throw consent::Error(consent::ErrorCode::invalid_argument, words);
}

Classification classify(const AnyNumber& number, py::handle inn, py::handle ogrn, py::handle holder,
                        py::handle user, bool linked, bool former) {
  consent::PartyFacts facts;
  facts.inn = to_text(inn);
  facts.ogrn = to_text(ogrn);
  facts.holder = one_of(consent::subscriber_kind(to_text(holder)),
                        "not on the list of words for 'holder': unknown, person, sole_trader, "
                        "legal_entity, public_body");
  facts.user = one_of(consent::number_user(to_text(user)),
                      "not on the list of words for 'user': unknown, holder, shared_line, "
                      "named_employee, employee");
  facts.linked_attributes = linked;
  facts.former_subscriber = former;
  return consent::classify(number.number, facts);
}

}  // namespace

void bind_party(py::module_& m) {
  using consent::to_word;
  m.def(
      "check_inn", [](py::handle text) { return to_word(consent::check_inn(to_text(text))); },
      py::arg("text"), "\"ok\" or what is wrong with the INN.");
  m.def(
      "check_ogrn", [](py::handle text) { return to_word(consent::check_ogrn(to_text(text))); },
      py::arg("text"), "\"ok\" or what is wrong with the OGRN.");
  m.def(
      "check_ogrnip", [](py::handle text) { return to_word(consent::check_ogrnip(to_text(text))); },
      py::arg("text"), "\"ok\" or what is wrong with the OGRNIP.");

  py::class_<Classification>(m, "Classification",
                             "Is a number personal data, and on whose authority? \"unknown\" is to "
                             "be treated as \"yes\".")
      .def_property_readonly(
          "personal_data", [](const Classification& c) { return to_word(c.personal_data); },
          "\"yes\", \"no\" or \"unknown\"")
      .def_property_readonly(
          "kind", [](const Classification& c) { return to_word(c.kind); }, "Kind of subscriber")
      .def_readonly("row", &Classification::row, "The row of the table that answered")
      .def_readonly("basis", &Classification::basis)
      .def_readonly("basis_ru", &Classification::basis_ru)
      .def_readonly("citations", &Classification::citations)
      .def_readonly("citations_ru", &Classification::citations_ru)
      .def_readonly("confidence", &Classification::confidence,
                    "C1, C2 or G (unconfirmed), of the weakest authority")
      .def_readonly("warnings", &Classification::warnings)
      .def("__repr__", [](const Classification& c) {
        return "<Classification: personal data " + std::string(to_word(c.personal_data)) + ", " +
               c.row + ">";
      });
  m.def("classify", &classify, py::arg("number"), py::arg("inn"), py::arg("ogrn"),
        py::arg("holder"), py::arg("user"), py::arg("linked"), py::arg("former"));
}

}  // namespace consent_python
