#include "consent/pseudonym.hpp"

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/locked.hpp"
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
  m.def(
      "lock_text",
      [](py::handle passphrase, const py::bytes& salt, const py::bytes& text) {
        return py::bytes(consent::lock_text(to_text(passphrase),
                                            static_cast<std::string_view>(salt),
                                            static_cast<std::string_view>(text)));
      },
      py::arg("passphrase"), py::arg("salt"), py::arg("text"),
      "A private text under a passphrase; the salt is 16 fresh random bytes.");
  m.def(
      "unlock_text",
      [](py::handle passphrase, const py::bytes& salt, const py::bytes& locked) {
        return py::bytes(consent::unlock_text(to_text(passphrase),
                                              static_cast<std::string_view>(salt),
                                              static_cast<std::string_view>(locked)));
      },
      py::arg("passphrase"), py::arg("salt"), py::arg("locked"),
      "The text again; CryptoError where the passphrase is another.");
}

}  // namespace consent_python
