#include "consent/gate.hpp"

#include <string>
#include <vector>

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

using consent::Gate;
using consent::PhoneNumber;

namespace {

[[noreturn]] void refuse(const char* what, std::size_t place, const char* rule) {
  throw consent::Error(
      consent::ErrorCode::invalid_argument,
      consent::Message("{} {}: {}", consent::Message(what), place, consent::Message(rule)));
}

bool is_buffer(const py::object& object) { return PyObject_CheckBuffer(object.ptr()) != 0; }

}  // namespace

std::vector<std::int64_t> to_integers(const py::buffer& buffer, const char* what) {
  const py::buffer_info info = buffer.request();
  const std::string& format = info.format;
  const bool native = format.empty() || format[0] == '@' || format[0] == '=' || format[0] == '<' ||
                      std::string_view("lqLQ").find(format[0]) != std::string_view::npos;
  if (info.ndim != 1 || info.itemsize != 8 || !native ||
      std::string_view("lqLQ").find(format.back()) == std::string_view::npos) {
    throw consent::Error(consent::ErrorCode::invalid_argument,
                         consent::Message("{}s: a one-dimensional array of 64-bit integers", what));
  }
  std::vector<std::int64_t> integers(static_cast<std::size_t>(info.shape[0]));
  const auto* at = static_cast<const char*>(info.ptr);
  for (auto& integer : integers) {
    std::memcpy(&integer, at, sizeof integer);
    at += info.strides[0];
  }
  return integers;
}

std::vector<PhoneNumber> to_numbers(const py::object& numbers) {
  std::vector<PhoneNumber> result;
  if (is_buffer(numbers)) {
    const auto integers = to_integers(py::reinterpret_borrow<py::buffer>(numbers), "number");
    result.reserve(integers.size());
    for (const std::int64_t digits : integers) {
      const auto number = PhoneNumber::from_digits(static_cast<std::uint64_t>(digits));
      if (!number) refuse("number", result.size(), "not the digits of a telephone number");
      result.push_back(*number);
    }
    return result;
  }
  if (py::isinstance<py::str>(numbers)) throw py::type_error("numbers must be a list, not one str");
  for (const py::handle number : numbers) {
    if (py::isinstance<PhoneNumber>(number)) {
      result.push_back(number.cast<PhoneNumber>());
      continue;
    }
    if (!py::isinstance<py::str>(number))
      throw py::type_error("a number must be a PhoneNumber or str");
    const auto read = PhoneNumber::try_parse(to_text(number));
    if (!read) refuse("number", result.size(), "cannot be read as a telephone number");
    result.push_back(*read);
  }
  return result;
}

void bind_gate(py::module_& m) {
  py::class_<Gate>(m, "Gate", "The log's standings in memory, level with it at each question.")
      .def_static(
          "open",
          [](const std::filesystem::path& folder, const consent::RulePack& pack,
             consent::Instant now, const std::optional<std::filesystem::path>& second_head,
             py::handle passphrase) {
            consent::LogOptions with;
            with.now = now;
            with.passphrase = std::string(to_text(passphrase));
            if (second_head) with.second_head = *second_head;
            const py::gil_scoped_release unlocked;
            return Gate::open(folder, pack, now, with);
          },
          py::arg("folder"), py::arg("pack"), py::arg("now"), py::arg("second_head") = py::none(),
          py::arg("passphrase") = "", "Opens the folder read-only and follows it.")
      .def_static(
          "load",
          [](const LogHandle& log, const consent::RulePack& pack, consent::Instant now) {
            const auto open = log.get();
            const py::gil_scoped_release unlocked;
            return Gate::load(*open, pack, now);
          },
          py::arg("log"), py::arg("pack"), py::arg("now"), "Loads a log that is open.")
      .def("may_contact", &Gate::may_contact, py::arg("question"),
           py::call_guard<py::gil_scoped_release>(),
           "As may_contact() on the log it was loaded from.")
      .def("campaign_warnings", &Gate::campaign_warnings,
           "Warnings that say the same of every contact, each with the answers that carried it.")
      .def(
          "ask_many",
          [](const Gate& gate, const py::object& numbers, const consent::Question& scope) {
            const auto asked = to_numbers(numbers);
            std::vector<consent::Verdict> verdicts;
            {
              const py::gil_scoped_release unlocked;
              verdicts = gate.may_contact_many(asked, scope);
            }
            return py::bytes(reinterpret_cast<const char*>(verdicts.data()), verdicts.size());
          },
          py::arg("numbers"), py::arg("scope"),
          "One byte a number: 0 deny, 1 allow, 2 unknown. `scope`: its number is ignored.")
      .def_property_readonly("log_size", &Gate::log_size, "Entries that are in its answers")
      .def_property_readonly(
          "impairment", [](const Gate& gate) { return gate.impairment(); },
          "What is wrong with the log; \"\": nothing")
      .def_property_readonly("loaded_at", &Gate::loaded_at)
      .def_property_readonly("numbers", &Gate::numbers, "Numbers it knows")
      .def_property_readonly("rules", &Gate::rules, py::return_value_policy::copy)
      .def("__repr__", [](const Gate& gate) {
        return "<Gate: " + std::to_string(gate.numbers()) + " numbers, log of " +
               std::to_string(gate.log_size()) + " entries>";
      });
}

}  // namespace consent_python
