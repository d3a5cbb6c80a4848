#include <cstdint>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/numbering.hpp"
#include "consent/sender.hpp"

namespace consent_python {

using consent::PhoneNumber;

namespace {

consent::DefaultCountry to_country(const py::object& iso) {
  if (iso.is_none()) return consent::DefaultCountry::none;
  if (const auto country = consent::default_country(to_text(iso))) return *country;
  throw consent::Error(consent::ErrorCode::invalid_argument,
                       "country: one of RU, KZ, US, CA, international, or None");
}

// Enough to tell two apart in a notebook, not enough to call: a repr ends up in logs.
std::string masked(PhoneNumber number) {
  const std::string e164 = number.e164();
  return "PhoneNumber('" + e164.substr(0, 2) + "…" + e164.substr(e164.size() - 2) + "')";
}

}  // namespace

void bind_number(py::module_& m) {
  py::class_<PhoneNumber>(
      m, "PhoneNumber",
      "A telephone number in E.164 form. Made by parse() or from_digits() only;\n"
      "its repr hides the middle: say .e164 where the number itself is meant.")
      .def_static(
          "parse",
          [](py::handle text, const py::object& country) {
            return PhoneNumber::parse(to_text(text), to_country(country));
          },
          py::arg("text"), py::arg("country") = py::none(),
          "Reads a number as a person writes it.\n\n"
          "country (\"RU\", \"KZ\", \"US\", \"CA\" or None) is where a number without a country\n"
          "code is assumed to be; without it \"8 916 …\" and \"7916…\" are read as Russians dial.\n"
          "An extension is dropped: parse_number() keeps it.\n"
          "Raises ParseError; .offset is the byte where the text goes wrong.")
      .def_static(
          "read",
          [](py::handle text, const py::object& country) {
            return PhoneNumber::read(to_text(text), to_country(country));
          },
          py::arg("text"), py::arg("country") = py::none(),
          "As parse(), with what people write around a number: labels before it (\"тел.\",\n"
          "\"sip:…@host\"), words behind it, quotes, \".0\" of a spreadsheet, service codes.\n"
          "Raises ParseError; .offset is the byte where the text goes wrong.")
      .def_static(
          "from_digits",
          [](py::handle digits) {
            if (!PyLong_Check(digits.ptr())) throw py::type_error("digits must be int");
            const unsigned long long value = PyLong_AsUnsignedLongLong(digits.ptr());
            PyErr_Clear();  // out of range is ~0, which no number is
            if (const auto number = PhoneNumber::from_digits(value)) return *number;
            throw consent::Error(consent::ErrorCode::invalid_argument,
                                 "not the digits of a telephone number");
          },
          py::arg("digits"), "From the digits as one integer: 79161234567.")
      .def_property_readonly("e164", &PhoneNumber::e164, "\"+79161234567\"")
      .def_property_readonly("digits", &PhoneNumber::digits, "79161234567")
      .def_property_readonly("country_code", &PhoneNumber::country_code, "Of E.164: 7, 49, 375.")
      .def("__hash__", [](PhoneNumber number) { return py::hash(py::int_(number.digits())); })
      .def(
          "__eq__", [](PhoneNumber a, PhoneNumber b) { return a == b; }, py::is_operator())
      .def(
          "__lt__", [](PhoneNumber a, PhoneNumber b) { return a < b; }, py::is_operator())
      .def(
          "__le__", [](PhoneNumber a, PhoneNumber b) { return a <= b; }, py::is_operator())
      .def(
          "__gt__", [](PhoneNumber a, PhoneNumber b) { return a > b; }, py::is_operator())
      .def(
          "__ge__", [](PhoneNumber a, PhoneNumber b) { return a >= b; }, py::is_operator())
      .def("__repr__", &masked)
      .def(py::pickle(
          [](PhoneNumber number) { return number.digits(); },
          [](std::uint64_t digits) { return PhoneNumber::from_digits(digits).value(); }));

  m.def(
      "read_numbers",
      [](const py::list& texts, const py::object& country) {
        const auto where = to_country(country);
        std::vector<std::uint64_t> numbers;
        numbers.reserve(texts.size());
        for (const py::handle text : texts) {
          const auto number = PhoneNumber::try_read(to_text(text), where);
          numbers.push_back(number ? number->digits() : 0);
        }
        return numbers;
      },
      py::arg("texts"), py::arg("country") = py::none(),
      "Digits of many numbers as integers; 0 where a text is none.");

  m.def(
      "parse_number",
      [](py::handle text, const py::object& country) {
        auto parsed = consent::parse_number(to_text(text), to_country(country));
        return std::make_pair(parsed.number, std::move(parsed.extension));
      },
      py::arg("text"), py::arg("country") = py::none(),
      "As PhoneNumber.parse(), with the extension (\"\" where none).");
  m.def(
      "read_number",
      [](py::handle text, const py::object& country) {
        auto read = consent::read_number(to_text(text), to_country(country));
        return std::make_tuple(read.number, std::move(read.extension),
                               std::move(read.service_code));
      },
      py::arg("text"), py::arg("country") = py::none(),
      "As PhoneNumber.read(), with the extension and the service code (\"\" where none).");
  m.def(
      "parse_sender",
      [](py::handle text, const py::object& country) {
        const auto sender = consent::Sender::parse(to_text(text), to_country(country));
        return std::make_pair(std::string(to_word(sender.kind())), sender.text());
      },
      py::arg("text"), py::arg("country") = py::none(),
      "Kind (number, short, alpha) and text of a sender.");
  m.def(
      "numbering_facts",
      [](const AnyNumber& number) {
        const auto facts = consent::numbering_facts(number.number);
        return std::make_pair(std::string(facts.country), std::string(to_word(facts.kind)));
      },
      py::arg("number"), "Country (\"\" where the plan does not say) and kind, by the code alone.");
}

}  // namespace consent_python
