#include "consent/pseudonym.hpp"

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/number.hpp"

namespace consent_python {

void bind_pseudonym(py::module_& m) {
  py::class_<consent::Pseudonyms>(m, "Pseudonyms", "Names for values under a key.")
      .def(py::init([](const py::bytes& key) {
             return consent::Pseudonyms(static_cast<std::string_view>(key));
           }),
           py::arg("key"))
      .def(
          "of",
          [](const consent::Pseudonyms& self, py::handle kind, py::handle value) {
            return self.of(to_text(kind), to_text(value));
          },
          py::arg("kind"), py::arg("value"), "The name of a value; \"\" of an empty one.")
      .def(
          "of_number",
          [](const consent::Pseudonyms& self, py::handle text, const std::string& country) {
            return consent::pseudonym_of(
                self, to_text(text),
                consent::default_country(country).value_or(consent::DefaultCountry::none));
          },
          py::arg("text"), py::arg("country"), "The name of a number, however it is written.");
}

}  // namespace consent_python
