#include "casters.hpp"

#include <datetime.h>

#include <chrono>

namespace consent_python {

using consent::Error;
using consent::ErrorCode;
using consent::Instant;

#pragma GCC diagnostic ignored "-Wold-style-cast"  // the macros of datetime.h

namespace {

void need_datetime_api() {
  if (PyDateTimeAPI == nullptr) PyDateTime_IMPORT;
  if (PyDateTimeAPI == nullptr) throw py::error_already_set();
}

}  // namespace

Instant to_instant(py::handle datetime) {
  using namespace std::chrono;
  need_datetime_api();
  PyObject* const at = datetime.ptr();
  if (!PyDateTime_Check(at)) throw py::type_error("a moment must be a datetime.datetime");
  const py::object offset = datetime.attr("utcoffset")();
  if (!PyDelta_Check(offset.ptr())) {
    throw Error(ErrorCode::invalid_argument, "a datetime without a zone: nobody may guess one");
  }
  const sys_days day = year{PyDateTime_GET_YEAR(at)} /
                       month{static_cast<unsigned>(PyDateTime_GET_MONTH(at))} /
                       std::chrono::day{static_cast<unsigned>(PyDateTime_GET_DAY(at))};
  const Instant local =
      day + hours{PyDateTime_DATE_GET_HOUR(at)} + minutes{PyDateTime_DATE_GET_MINUTE(at)} +
      seconds{PyDateTime_DATE_GET_SECOND(at)} + microseconds{PyDateTime_DATE_GET_MICROSECOND(at)};
  return local - days{PyDateTime_DELTA_GET_DAYS(offset.ptr())} -
         seconds{PyDateTime_DELTA_GET_SECONDS(offset.ptr())} -
         microseconds{PyDateTime_DELTA_GET_MICROSECONDS(offset.ptr())};
}

py::object to_datetime(Instant at) {
  using namespace std::chrono;
  need_datetime_api();
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  if (date.year() < year{1} || date.year() > year{9999}) {
    throw Error(ErrorCode::invalid_argument, "a moment outside the years 1 to 9999");
  }
  PyObject* const made = PyDateTimeAPI->DateTime_FromDateAndTime(
      static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
      static_cast<int>(static_cast<unsigned>(date.day())), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()), PyDateTime_TimeZone_UTC,
      PyDateTimeAPI->DateTimeType);
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(made);
}

consent::Digest to_digest(py::handle bytes) {
  if (!PyBytes_Check(bytes.ptr())) throw py::type_error("a hash must be bytes");
  const auto digest = consent::digest_from_bytes(
      {PyBytes_AS_STRING(bytes.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()))});
  if (!digest) throw Error(ErrorCode::invalid_argument, "a hash must be 32 bytes");
  return *digest;
}

std::string_view to_text(py::handle text) {
  if (!PyUnicode_Check(text.ptr())) throw py::type_error("text must be str");
  Py_ssize_t size = 0;
  const char* const utf8 = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (utf8 == nullptr) {
    PyErr_Clear();  // its message would repeat the text
    throw Error(ErrorCode::invalid_argument, "text with a lone surrogate");
  }
  return {utf8, static_cast<std::size_t>(size)};
}

consent::PhoneNumber to_number(py::handle number) {
  if (py::isinstance<consent::PhoneNumber>(number)) return number.cast<consent::PhoneNumber>();
  if (!PyUnicode_Check(number.ptr())) throw py::type_error("a number must be a PhoneNumber or str");
  return consent::PhoneNumber::parse(to_text(number));
}

consent::Basis to_basis(py::handle word) {
  const std::string_view text = to_text(word);
  if (text == "said") return consent::Basis::said;
  if (text == "recorded") return consent::Basis::recorded;
  refuse_word("basis", {"said", "recorded"});
}

void refuse_word(std::string_view name, const std::vector<std::string>& words) {
  // The word itself is not repeated: it may be a number that slipped into the wrong place.
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i) all += (i == 0 ? "" : ", ") + words[i];
  throw Error(ErrorCode::invalid_argument,
              consent::Message("not on the list of words for '{}': {}", name, all));
}

py::object to_message(const consent::Message& message) {
  const auto decoded = [](const std::string& text) {
    return py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
        text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace"));
  };
  if (message.as_it_is()) return decoded(message.text());
  py::tuple parts(1 + message.arguments().size());
  parts[0] = decoded(message.sentence());
  std::size_t place = 0;
  for (const consent::Message& each : message.arguments()) parts[++place] = to_message(each);
  return py::module_::import("consent.locale.message").attr("Message")(*parts);
}

}  // namespace consent_python
