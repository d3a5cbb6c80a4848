#include "consent/deadline.hpp"

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

namespace {

py::object day_of(const std::optional<std::chrono::year_month_day>& day) {
  if (!day) return py::none();
  return py::module_::import("datetime")
      .attr("date")(static_cast<int>(day->year()), static_cast<unsigned>(day->month()),
                    static_cast<unsigned>(day->day()));
}

py::dict to_dict(const consent::Due& due) {
  py::dict out;
  out["state"] = std::string(to_word(due.state));
  out["seq"] = due.seq;
  const bool copy = due.row != nullptr && due.row->trigger == consent::Trigger::keys_copied;
  out["tag"] = copy ? py::object(py::none()) : py::object(to_bytes(due.tag));
  out["number"] = due.number ? py::cast(due.number->e164()) : py::object(py::none());
  out["started"] = due.started;
  out["last_day"] = day_of(due.last_day);
  out["latest_day"] = day_of(due.latest_day);
  out["ends"] = due.ends;
  out["extended"] = due.extended;
  out["broken_by"] = due.broken_by;
  out["by"] = due.by;
  out["where"] = due.where;
  const bool row = due.row != nullptr;
  const auto text = [&](const char* name, const std::string& value) {
    out[name] = row ? py::cast(value) : py::object(py::none());
  };
  static const consent::DeadlineRow none{};
  const consent::DeadlineRow& from = row ? *due.row : none;
  text("rule", from.id);
  text("sheet", from.sheet);
  text("trigger", std::string(to_word(from.trigger)));
  text("duty", from.duty);
  text("citation", from.citation);
  text("citation_ru", from.citation_ru);
  text("why", from.why);
  text("why_ru", from.why_ru);
  text("confidence", from.confidence);
  return out;
}

}  // namespace

void bind_deadline(py::module_& m) {
  m.def(
      "due",
      [](const LogHandle& log, consent::Instant at) {
        const auto open = log.get();
        std::vector<consent::Due> found;
        {
          const py::gil_scoped_release unlocked;
          found =
              consent::due(*open, consent::DeadlineRows::russia(), consent::Calendar::russia(), at);
        }
        py::list out;
        for (const auto& each : found) out.append(to_dict(each));
        return out;
      },
      py::arg("log"), py::arg("at"), "The terms that run, overdue first.");
  m.def(
      "deadline_rows_version",
      [] { return std::string(consent::DeadlineRows::russia().version()); },
      "Version of the built-in rows.");
  m.def(
      "deadline_zone", [] { return std::string(consent::DeadlineRows::russia().zone()); },
      "Zone whose local days the rows count.");
}

}  // namespace consent_python
