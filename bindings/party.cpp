#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/classification.hpp"

namespace consent_python {

using consent::Classification;

namespace {

template <typename T>
T one_of(const std::optional<T>& value, const char* words) {
  if (value) return *value;
  throw consent::Error(consent::ErrorCode::invalid_argument, words);
}

consent::PartyFacts facts_of(py::handle inn, py::handle ogrn, py::handle holder, py::handle user,
                             bool linked, bool former, const py::iterable& beside) {
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
  for (const py::handle word : beside) {
    const std::string_view fact = to_text(word);
    if (fact == "name") {
      facts.name = true;
    } else if (fact == "address") {
      facts.address = true;
    } else if (fact == "account") {
      facts.account = true;
    } else if (fact == "device") {
      facts.device = true;
    } else {
      throw consent::Error(consent::ErrorCode::invalid_argument,
                           "not on the list of words for 'beside': name, address, account, device");
    }
  }
  return facts;
}

Classification classify(const AnyNumber& number, py::handle inn, py::handle ogrn, py::handle holder,
                        py::handle user, bool linked, bool former, const py::iterable& beside) {
  return consent::classify(number.number,
                           facts_of(inn, ogrn, holder, user, linked, former, beside));
}

Classification classify_email(py::handle address, py::handle inn, py::handle ogrn,
                              py::handle holder, py::handle user, bool linked, bool former,
                              const py::iterable& beside) {
  return consent::classify_email(to_text(address),
                                 facts_of(inn, ogrn, holder, user, linked, former, beside));
}

consent::DefaultCountry country_of(const py::object& iso) {
  if (iso.is_none()) return consent::DefaultCountry::none;
  if (const auto country = consent::default_country(to_text(iso))) return *country;
  throw consent::Error(consent::ErrorCode::invalid_argument,
                       "country: one of RU, KZ, US, CA, international, or None");
}

py::tuple answers_of(const consent::ClassifiedNumbers& found) {
  return py::make_tuple(found.answers, py::bytes(reinterpret_cast<const char*>(found.which.data()),
                                                 found.which.size()));
}

py::tuple classify_many(const py::object& numbers, const py::object& country) {
  if (PyObject_CheckBuffer(numbers.ptr()) != 0) {
    const auto digits = to_integers(py::reinterpret_borrow<py::buffer>(numbers), "number");
    consent::ClassifiedNumbers found;
    {
      const py::gil_scoped_release unlocked;
      std::vector<std::optional<consent::PhoneNumber>> read;
      read.reserve(digits.size());
      for (const std::int64_t value : digits) {
        read.push_back(consent::PhoneNumber::from_digits(static_cast<std::uint64_t>(value)));
      }
      found = consent::classify_many(read);
    }
    return answers_of(found);
  }
  if (py::isinstance<py::str>(numbers)) throw py::type_error("numbers must be a list, not one str");
  const auto default_country = country_of(country);
  std::vector<std::optional<consent::PhoneNumber>> read;
  for (const py::handle number : numbers) {
    if (py::isinstance<py::str>(number)) {
      read.push_back(consent::PhoneNumber::try_read(to_text(number), default_country));
    } else if (py::isinstance<consent::PhoneNumber>(number)) {
      read.emplace_back(number.cast<consent::PhoneNumber>());
    } else if (number.is_none()) {
      read.emplace_back();
    } else {
      throw py::type_error("a number must be a PhoneNumber, str or None");
    }
  }
  return answers_of(consent::classify_many(read));
}

py::tuple classify_strings(const py::buffer& offsets, const py::buffer& data, std::size_t first,
                           std::size_t count, const py::object& country) {
  const py::buffer_info ends = offsets.request();
  const py::buffer_info bytes = data.request();
  const auto default_country = country_of(country);
  const auto size = static_cast<std::uint64_t>(bytes.size * bytes.itemsize);
  const auto entries = static_cast<std::uint64_t>(ends.size * ends.itemsize) / sizeof(std::int64_t);
  if (count >= entries || first > entries - count - 1) {
    throw consent::Error(consent::ErrorCode::invalid_argument, "offsets end too early");
  }
  consent::ClassifiedNumbers found;
  {
    const py::gil_scoped_release unlocked;
    const auto* const begin = static_cast<const char*>(bytes.ptr);
    const auto at = [&](std::size_t row) {
      std::int64_t value = 0;
      std::memcpy(&value, static_cast<const char*>(ends.ptr) + row * sizeof value, sizeof value);
      return static_cast<std::uint64_t>(value);
    };
    std::vector<std::string_view> texts;
    texts.reserve(count);
    for (std::size_t row = first; row < first + count; ++row) {
      const std::uint64_t from = at(row);
      const std::uint64_t to = at(row + 1);
      const bool inside = from <= to && to <= size;
      texts.push_back(inside ? std::string_view(begin + from, to - from) : std::string_view{});
    }
    found = consent::classify_many(texts, default_country);
  }
  return answers_of(found);
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

  using consent::Settlement;
  py::class_<Settlement>(m, "Settlement",
                         "Missing facts that would settle an \"unknown\", and how.")
      .def_readonly("facts", &Settlement::facts,
                    "Pairs of a fact's name and its value: (\"user\", \"shared_line\")")
      .def_property_readonly(
          "personal_data", [](const Settlement& s) { return to_word(s.personal_data); },
          "\"yes\" or \"no\"")
      .def_readonly("row", &Settlement::row)
      .def_readonly("basis", &Settlement::basis)
      .def_readonly("basis_ru", &Settlement::basis_ru)
      .def_readonly("citations", &Settlement::citations)
      .def_readonly("citations_ru", &Settlement::citations_ru)
      .def_readonly("confidence", &Settlement::confidence)
      .def("__repr__", [](const Settlement& s) {
        return "<Settlement: personal data " + std::string(to_word(s.personal_data)) + ", " +
               s.row + ">";
      });

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
      .def_property_readonly(
          "definable", [](const Classification& c) { return to_word(c.definable); },
          "\"direct\", \"indirect\" or \"not_said\": how the person is defined")
      .def_readonly("definable_why", &Classification::definable_why)
      .def_readonly("definable_why_ru", &Classification::definable_why_ru)
      .def_readonly("settled_by", &Classification::settled_by,
                    "Of \"unknown\": the smallest sets of missing facts that settle it")
      .def_readonly("warnings", &Classification::warnings)
      .def_readonly("warnings_ru", &Classification::warnings_ru)
      .def("__bool__",
           [](const Classification&) -> bool {
             throw py::type_error(
                 "a Classification is no truth value: compare .personal_data, whose \"unknown\" is "
                 "to be treated as \"yes\"");
           })
      .def("__repr__", [](const Classification& c) {
        return "<Classification: personal data " + std::string(to_word(c.personal_data)) + ", " +
               c.row + ">";
      });
  m.def(
      "check_snils",
      [](py::handle text) -> py::object {
        const auto problem = consent::check_snils(to_text(text));
        return problem ? py::object(py::str(std::string(to_word(*problem)))) : py::none();
      },
      py::arg("text"), "\"ok\" or what is wrong with the SNILS; None where it cannot be checked.");
  m.def(
      "classify_many", &classify_many, py::arg("numbers"), py::arg("country") = py::none(),
      "Numbers of which nothing else is known: the answers, and a byte a number that says which.");
  m.def("classify_strings", &classify_strings, py::arg("offsets"), py::arg("data"),
        py::arg("first"), py::arg("count"), py::arg("country") = py::none(),
        "The same for an Arrow column of large strings, by its buffers.");
  m.def("classify", &classify, py::arg("number"), py::arg("inn"), py::arg("ogrn"),
        py::arg("holder"), py::arg("user"), py::arg("linked"), py::arg("former"),
        py::arg("beside") = py::tuple());
  m.def("classify_email", &classify_email, py::arg("address"), py::arg("inn"), py::arg("ogrn"),
        py::arg("holder"), py::arg("user"), py::arg("linked"), py::arg("former"),
        py::arg("beside") = py::tuple());
}

}  // namespace consent_python
