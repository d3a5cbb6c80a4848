// The only place where a C++ error becomes a Python one; most derived first.

#include <filesystem>
#include <system_error>

#include "bindings.hpp"
#include "consent/error.hpp"

namespace consent_python {

namespace {

const char* class_for(consent::ErrorCode code) {
  switch (code) {
    case consent::ErrorCode::invalid_argument:
      return "InvalidArgument";
    case consent::ErrorCode::storage:
      return "StorageError";
    case consent::ErrorCode::broken_log:
      return "BrokenLogError";
    case consent::ErrorCode::locked:
      return "LockedError";
    case consent::ErrorCode::not_found:
      return "NotFoundError";
    case consent::ErrorCode::proof:
      return "ProofError";
    case consent::ErrorCode::crypto:
      return "CryptoError";
    case consent::ErrorCode::not_built:
      return "NotBuiltError";
    case consent::ErrorCode::rules:
      return "RulesError";
    case consent::ErrorCode::erased:
      return "ErasedError";
    case consent::ErrorCode::restricted:
      return "RestrictedError";
    case consent::ErrorCode::internal:
      break;
  }
  return "InternalError";
}

py::object made(const char* class_name, std::string_view what) {
  const auto text = py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(what.data(), static_cast<Py_ssize_t>(what.size()), "backslashreplace"));
  return py::module_::import("consent.errors").attr(class_name)(text);
}

void raise(const py::object& raised) { PyErr_SetObject(py::type::of(raised).ptr(), raised.ptr()); }

void translate(std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const consent::ParseError& e) {
    const py::object raised = made("ParseError", e.what());
    raised.attr("offset") = e.offset();
    raise(raised);
  } catch (const consent::BrokenLog& e) {
    const py::object raised = made("BrokenLogError", e.what());
    raised.attr("seq") = e.seq();
    raise(raised);
  } catch (const consent::Error& e) {
    raise(made(class_for(e.code()), e.what()));
  } catch (const std::filesystem::filesystem_error& e) {
    // Its own text holds whole paths; the last name is enough to find the file.
    raise(made("StorageError", e.path1().filename().string() + ": " + e.code().message()));
  } catch (const std::system_error& e) {
    raise(made("StorageError", e.code().message()));
  }
}

}  // namespace

void bind_errors() { py::register_local_exception_translator(&translate); }

}  // namespace consent_python
