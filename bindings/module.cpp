#include "bindings.hpp"
#include "casters.hpp"
#include "consent/version.hpp"

PYBIND11_MODULE(_core, m) {
  using namespace consent_python;
  m.doc() = "C++ core of consent. Private: import consent instead.";
  m.def("version", &consent::version,
        "Version of the C++ library that this module is linked with.");
  m.def(
      "sha256", [](const py::bytes& data) { return consent::sha256(std::string_view(data)); },
      py::arg("data"), "SHA-256 of the bytes: 32 bytes.");
  m.def(
      "to_rfc3339", [](consent::Instant at) { return consent::to_text(at); }, py::arg("at"),
      "The stored form, 27 characters: 2026-11-20T11:03:00.000000Z.");
  m.def(
      "parse_instant", [](py::handle text) { return consent::parse_instant(to_text(text)); },
      py::arg("text"), "Reads RFC 3339 with an offset; the moment comes back in UTC.");
  bind_errors();   // first: everything below may raise
  bind_number(m);  // then in the order data flows
  bind_numbering(m);
  bind_calendar(m);
  bind_party(m);
  bind_event(m);
  bind_log(m);
  bind_intake(m);
  bind_pseudonym(m);
  bind_proof(m);
  bind_verify(m);
  bind_rules(m);
  bind_retention(m);
  bind_advertising(m);
  bind_decision(m);
  bind_outcome(m);
  bind_gate(m);
  bind_audit(m);
  bind_bundle(m);
  bind_receipt(m);
  bind_backup(m);
  bind_deadline(m);
  bind_complaint(m);
}
