#include "consent/receipt.hpp"

#include <string>

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/verify.hpp"

namespace consent_python {

void bind_receipt(py::module_& m) {
  m.def(
      "make_receipt",
      [](const LogHandle& log, std::uint64_t seq) {
        const auto open = log.get();
        std::string text;
        {
          const py::gil_scoped_release unlocked;
          text = consent::make_receipt(*open, seq).text();
        }
        return py::bytes(text);
      },
      py::arg("log"), py::arg("seq"),
      "The file that shows an entry to whom it is about. Raises NotFoundError.");
  m.def(
      "make_cose_receipt",
      [](const LogHandle& log, std::uint64_t seq) {
        const auto open = log.get();
        std::string made;
        {
          const py::gil_scoped_release unlocked;
          made = consent::make_cose_receipt(*open, seq);
        }
        return py::bytes(made);
      },
      py::arg("log"), py::arg("seq"),
      "A COSE receipt of an entry, payload detached. Raises NotFoundError.");
  m.def(
      "parse_receipt",
      [](const py::bytes& file) {
        const auto receipt = consent::parse_receipt(std::string(file));
        py::dict out;
        out["entry"] = py::bytes(receipt.entry);
        out["salt"] = receipt.salt;
        out["details"] = receipt.details;
        out["key"] = receipt.key.text();
        out["index"] = receipt.proof.index;
        out["checkpoint"] = receipt.proof.checkpoint;
        return out;
      },
      py::arg("file"), "The parts of a receipt, unchecked. Raises ProofError.");
  m.def(
      "verify_receipt",
      [](const py::bytes& file, const py::iterable& trusted) {
        const std::string text(file);
        const auto keys = to_keys(trusted);
        const py::gil_scoped_release unlocked;
        return consent::verify_receipt(text, keys);
      },
      py::arg("file"), py::arg("trusted") = py::tuple(), "Checks a receipt.");
}

}  // namespace consent_python
