// The only place where a C++ error becomes a Python one; most derived first.

#include <filesystem>
#include <system_error>

#include "bindings.hpp"
#include "casters.hpp"
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

py::object made(const char* class_name, const consent::Message& message) {
  return py::module_::import("consent.errors").attr(class_name)(to_message(message));
}

void raise(const py::object& raised) { PyErr_SetObject(py::type::of(raised).ptr(), raised.ptr()); }

void translate(std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const consent::ParseError& e) {
    const py::object raised = made("ParseError", e.message());
    raised.attr("offset") = e.offset();
    raise(raised);
  } catch (const consent::BrokenLog& e) {
    const py::object raised = made("BrokenLogError", e.message());
    raised.attr("seq") = e.seq();
    raise(raised);
  } catch (const consent::Error& e) {
    raise(made(class_for(e.code()), e.message()));
  } catch (const std::filesystem::filesystem_error& e) {
    // Its own text holds whole paths; the last name is enough to find the file.
    raise(made("StorageError", consent::Message("{}: {}", e.path1().filename().string(),
                                                consent::Message(e.code().message()))));
  } catch (const std::system_error& e) {
    raise(made("StorageError", e.code().message()));
  }
}

}  // namespace

void bind_errors() { py::register_local_exception_translator(&translate); }

}  // namespace consent_python
