#include "consent/bundle.hpp"

#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/verify.hpp"

namespace consent_python {

using consent::BundleFile;

namespace {

std::pair<std::string, py::bytes> to_pair(const BundleFile& file) {
  return {file.name, py::bytes(file.bytes)};
}

std::vector<BundleFile> to_files(const py::iterable& pairs) {
  std::vector<BundleFile> files;
  for (const py::handle pair : pairs) {
    auto [name, bytes] = pair.cast<std::pair<std::string, py::bytes>>();
    files.push_back({std::move(name), std::string(std::string_view(bytes))});
  }
  return files;
}

}  // namespace

void bind_bundle(py::module_& m) {
  m.def(
      "assemble_bundle",
      [](const LogHandle& log, const consent::RulePack& pack, const consent::Question& question,
         const std::vector<consent::Digest>& also, std::optional<std::uint64_t> call,
         const std::vector<std::uint64_t>& with, const std::vector<std::uint64_t>& only) {
        const auto open = log.get();
        std::vector<BundleFile> files;
        {
          const py::gil_scoped_release unlocked;
          files = consent::assemble_bundle(*open, pack, question, also, {call, with, only});
        }
        std::vector<std::pair<std::string, py::bytes>> pairs;
        for (const auto& file : files) pairs.push_back(to_pair(file));
        return pairs;
      },
      py::arg("log"), py::arg("pack"), py::arg("question"),
      py::arg("also") = std::vector<consent::Digest>(), py::arg("call") = py::none(),
      py::arg("with_") = std::vector<std::uint64_t>(),
      py::arg("only") = std::vector<std::uint64_t>(),
      "The files that show one number's events: (name, bytes). Raises NotFoundError.");
  m.def(
      "manifest_of",
      [](const py::iterable& files) { return to_pair(consent::manifest_of(to_files(files))); },
      py::arg("files"), "The manifest of files given as (name, bytes), as one more of them.");
  m.def(
      "sign_pack",
      [](const LogHandle& log, const py::iterable& files) {
        const auto open = log.get();
        std::vector<std::pair<std::string, py::bytes>> pairs;
        for (const auto& file : consent::sign_pack(*open, to_files(files))) {
          pairs.push_back(to_pair(file));
        }
        return pairs;
      },
      py::arg("log"), py::arg("files"),
      "The manifest of files given as (name, bytes) and its signature, as two more of them.");
  m.def(
      "verify_bundle",
      [](const py::iterable& files, const py::iterable& trusted, const py::iterable& receipts) {
        const auto unpacked = to_files(files);
        const auto keys = to_keys(trusted);
        std::vector<std::string> held;
        for (const py::handle receipt : receipts) held.emplace_back(receipt.cast<py::bytes>());
        const py::gil_scoped_release unlocked;
        return consent::verify_bundle(unpacked, keys, held);
      },
      py::arg("files"), py::arg("trusted") = py::tuple(), py::arg("receipts") = py::tuple(),
      "Checks an unpacked bundle, against receipts where they are given.");
}

}  // namespace consent_python
