#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "consent/log.hpp"
#include "consent/number.hpp"
#include "consent/proof.hpp"

namespace consent_python {

namespace py = pybind11;

// One function a noun, called by module.cpp in the order data flows.
void bind_errors();
void bind_number(py::module_& m);
void bind_numbering(py::module_& m);
void bind_calendar(py::module_& m);
void bind_party(py::module_& m);
void bind_event(py::module_& m);
void bind_intake(py::module_& m);
void bind_pseudonym(py::module_& m);
void bind_log(py::module_& m);
void bind_proof(py::module_& m);
void bind_verify(py::module_& m);
void bind_rules(py::module_& m);
void bind_retention(py::module_& m);
void bind_advertising(py::module_& m);
void bind_decision(py::module_& m);
void bind_outcome(py::module_& m);
void bind_gate(py::module_& m);
void bind_audit(py::module_& m);
void bind_bundle(py::module_& m);
void bind_receipt(py::module_& m);
void bind_backup(py::module_& m);
void bind_deadline(py::module_& m);
void bind_complaint(py::module_& m);

/// A Log that Python can close while another thread is inside a call: the call keeps it alive.
class LogHandle {
 public:
  explicit LogHandle(consent::Log log) : log_(std::make_shared<consent::Log>(std::move(log))) {}
  [[nodiscard]] std::shared_ptr<consent::Log> get() const;  ///< @throws Error where it is closed
  void close() noexcept { log_.reset(); }
  [[nodiscard]] bool closed() const noexcept { return log_ == nullptr; }

 private:
  std::shared_ptr<consent::Log> log_;
};

/// Calls a Python callable (or nothing) from long work that runs without the GIL; Ctrl-C ends it.
using Progress = std::function<void(std::uint64_t, std::uint64_t)>;
Progress to_progress(py::object callable);

/// Numbers of a list, or of a buffer of 64-bit integers. An error names the place, from 0.
std::vector<consent::PhoneNumber> to_numbers(const py::object& numbers);
/// Verifier keys by their texts. @throws ProofError
std::vector<consent::note::VerifierKey> to_keys(const py::iterable& texts);
/// A one-dimensional buffer of 64-bit integers, signed or not, in any stride.
std::vector<std::int64_t> to_integers(const py::buffer& buffer, const char* what);

}  // namespace consent_python
