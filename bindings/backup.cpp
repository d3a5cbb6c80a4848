#include "consent/backup.hpp"

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

void bind_backup(py::module_& m) {
  m.def(
      "back_up",
      [](const LogHandle& log, const std::filesystem::path& to) {
        const auto open = log.get();
        consent::Backup made;
        {
          const py::gil_scoped_release unlocked;
          made = consent::back_up(*open, to);
        }
        return py::make_tuple(made.size, to_bytes(made.root), to_bytes(made.file));
      },
      py::arg("log"), py::arg("to"),
      "Copies a log while it may be written; (size, root, SHA-256 of log.db).");
}

}  // namespace consent_python
