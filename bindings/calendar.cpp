#include "consent/calendar.hpp"

#include <string>

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

using consent::Calendar;

namespace {

// datetime.date has the same three attributes under an aware datetime, whose day is its own zone's.
Calendar::Day to_day(py::handle date) {
  const auto type = py::module_::import("datetime").attr("date");
  if (!py::isinstance(date, type)) throw py::type_error("a day must be a datetime.date");
  return std::chrono::year{date.attr("year").cast<int>()} /
         std::chrono::month{date.attr("month").cast<unsigned>()} /
         std::chrono::day{date.attr("day").cast<unsigned>()};
}

py::object to_date(Calendar::Day day) {
  return py::module_::import("datetime")
      .attr("date")(static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                    static_cast<unsigned>(day.day()));
}

}  // namespace

void bind_calendar(py::module_& m) {
  m.def(
      "day_kind",
      [](py::handle date) { return std::string(to_word(Calendar::russia().day(to_day(date)))); },
      py::arg("day"), "unknown, working, day_off, holiday, argued or provisional");
  m.def(
      "is_working_day",
      [](py::handle date) { return Calendar::russia().is_working_day(to_day(date)); },
      py::arg("day"), "None where nobody knows.");
  m.def(
      "add_working_days",
      [](py::handle start, int count) -> py::object {
        const auto day = Calendar::russia().add_working_days(to_day(start), count);
        return day ? to_date(*day) : py::none();
      },
      py::arg("start"), py::arg("count"), "None where the count reaches a day that is not known.");
  m.def(
      "span_of_working_days",
      [](py::handle start, int count) -> py::object {
        const auto span = Calendar::russia().span_of_working_days(to_day(start), count);
        if (!span) return py::none();
        return py::make_tuple(to_date(span->earliest), to_date(span->latest));
      },
      py::arg("start"), py::arg("count"), "The earliest and the latest; None as there.");
  m.def(
      "last_read_day", [] { return to_date(Calendar::russia().last_read_day()); },
      "Last day of the last year whose moved days off were read.");
  m.def(
      "calendar_version", [] { return std::string(Calendar::russia().version()); },
      "Version of the table of working days.");
}

}  // namespace consent_python
