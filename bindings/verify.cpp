#include "consent/verify.hpp"

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

using consent::Coverage;
using consent::Problem;
using consent::Verification;

void bind_verify(py::module_& m) {
  py::class_<Coverage>(m, "Coverage", "What a check covered.")
      .def_readonly("entries", &Coverage::entries, "Entries whose content was re-hashed")
      .def_readonly("signed_up_to", &Coverage::signed_up_to,
                    "Size of the newest checkpoint that verified")
      .def_readonly("open_tail", &Coverage::open_tail, "Entries after it")
      .def_readonly(
          "covered", &Coverage::covered,
          "Entries that the owner's keys cover: by a checkpoint under a key that was given, "
          "or by the head under a key of keys.db")
      .def_readonly("signed_by", &Coverage::signed_by, "Verifier key that signed, \"\" where none")
      .def_readonly("key_was_given", &Coverage::key_was_given,
                    "False: the key came out of what was checked")
      .def_readonly("standing_checked", &Coverage::standing_checked,
                    "Derived tables were rebuilt and compared")
      .def_readonly("not_checked", &Coverage::not_checked)
      .def_readonly("litter", &Coverage::litter,
                    "What systems leave in folders, found beside the files of a pack")
      .def_readonly("signatures", &Coverage::signatures, "*.sig and *.p7s; none is checked")
      .def_readonly("extras", &Coverage::extras, "Other files beside those of a pack");
  py::class_<Problem>(m, "Problem", "Where the fault is.")
      .def_readonly("seq", &Problem::seq,
                    "First bad entry; size of the log where the fault is not an entry's")
      .def_readonly("what", &Problem::what);
  py::class_<Verification>(m, "Verification", "A verdict with its coverage, never a bare \"ok\".")
      .def_readonly("question", &Verification::question)
      .def_property_readonly(
          "verdict", [](const Verification& v) { return consent::to_word(v.verdict); },
          "\"proven\", \"refuted\" or \"not_proven\"")
      .def_readonly("statement", &Verification::statement,
                    "What a pack that is proven shows, and does not exclude; else \"\"")
      .def_readonly("coverage", &Verification::coverage)
      .def_readonly("warnings", &Verification::warnings)
      .def_readonly("problem", &Verification::problem)
      .def("__bool__",
           [](const Verification&) -> bool {
             throw py::type_error("a Verification is not a yes or no: use .verdict");
           })
      .def("__repr__", [](const Verification& v) {
        return "<Verification: " + std::string(consent::to_word(v.verdict)) + ", " +
               std::to_string(v.coverage.entries) + " entries>";
      });

  m.def(
      "verify_log",
      [](const std::filesystem::path& folder, const py::iterable& trusted, py::object progress,
         const std::vector<py::bytes>& checkpoints, const std::vector<py::bytes>& receipts,
         py::handle passphrase) {
        const auto keys = to_keys(trusted);
        consent::VerifyOptions options{to_progress(std::move(progress)), {}, {}, {}};
        for (const py::bytes& each : checkpoints) options.checkpoints.emplace_back(each);
        for (const py::bytes& each : receipts) options.receipts.emplace_back(each);
        options.passphrase = std::string(to_text(passphrase));
        const py::gil_scoped_release unlocked;
        return consent::verify_log(folder, keys, options);
      },
      py::arg("folder"), py::arg("trusted") = py::tuple(), py::arg("progress") = py::none(),
      py::arg("checkpoints") = py::tuple(), py::arg("receipts") = py::tuple(),
      py::arg("passphrase") = "",
      "Re-hashes and re-reads a whole log; progress(done, all) is called now and then.");
}

}  // namespace consent_python
