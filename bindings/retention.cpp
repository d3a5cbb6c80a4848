#include "consent/retention.hpp"

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

using consent::RetentionRow;

void bind_retention(py::module_& m) {
  py::class_<RetentionRow>(m, "RetentionRow", "How long something is kept: one dated row.")
      .def_readonly("id", &RetentionRow::id)
      .def_readonly("about", &RetentionRow::about,
                    "\"contact_proof\", \"destruction_act\" or \"keys_copy\"")
      .def_readonly("kind", &RetentionRow::kind, "\"law\", or \"policy\" where no law has a number")
      .def_readonly("citation", &RetentionRow::citation)
      .def_readonly("citation_ru", &RetentionRow::citation_ru)
      .def_readonly("confidence", &RetentionRow::confidence)
      .def_readonly("years", &RetentionRow::years, "0 where it has days")
      .def_readonly("days", &RetentionRow::days, "0 where it has years");
  m.def("retention_rows", &consent::retention_rows, "All rows that are built in.");
  m.def(
      "retention",
      [](py::handle about, consent::Instant at) { return consent::retention(to_text(about), at); },
      py::arg("about"), py::arg("at"), "The row in force; else the last one that was.");
  m.def("day_years_before", &consent::day_years_before, py::arg("at"), py::arg("years"),
        "First moment of the local day (Moscow) so many years before; below 0: after.");
}

}  // namespace consent_python
