#include "consent/intake.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/effect.hpp"
#include "consent/log_standing.hpp"
#include "consent/offer.hpp"

namespace consent_python {

using consent::Intake;
using consent::RowProblem;
using Unlocked = py::gil_scoped_release;

namespace {

/// Rows read, and what is to become of them.
struct Taken {
  std::vector<consent::Event> events;       ///< until they are offered
  std::size_t count = 0;                    ///< of events
  std::optional<consent::Offered> offered;  ///< until it is recorded
  std::vector<std::uint32_t> rows;          ///< of each event, its row in the batch
  std::vector<std::pair<std::uint32_t, RowProblem>> problems;
  std::vector<std::pair<std::uint32_t, std::int64_t>> unpatterned;  ///< row, what resolve said
};

/// An Intake with the Python functions that it asks, and the patterns it was told.
class IntakeHandle {
 public:
  IntakeHandle(const std::string& country, py::function resolve, py::function clock,
               const py::object& offset)
      : resolve_(std::move(resolve)),
        intake_(consent::default_country(country).value_or(consent::DefaultCountry::none),
                asking(std::move(clock)), adding(offset)) {}

  std::size_t add_pattern(const consent::Event& event) { return intake_.add_pattern(event); }

  /// `own`: where number, at, until, document and evidence stand in a row, -1: what `always` says
  /// of it. `shared`:
  /// the columns that make the pattern, which resolve() is asked for once.
  Taken take(const py::list& rows, const std::vector<int>& own, const std::vector<int>& shared,
             const std::vector<std::string>& always, consent::Instant now) {
    Taken taken;
    taken.events.reserve(rows.size());
    std::string key;
    std::uint32_t i = 0;
    for (const py::handle row : rows) {
      const std::uint32_t index = i++;
      if (row.is_none()) continue;
      const auto cell = [&](int column) -> std::string_view {
        if (column < 0 || column >= PyList_GET_SIZE(row.ptr())) return {};
        Py_ssize_t size = 0;
        const char* const utf8 = PyUnicode_AsUTF8AndSize(PyList_GET_ITEM(row.ptr(), column), &size);
        if (utf8 == nullptr) {  // bytes that are no text: no reader of ours takes them
          PyErr_Clear();
          return "\xff";
        }
        return {utf8, static_cast<std::size_t>(size)};
      };
      key.clear();
      for (const int column : shared) key.append(cell(column)).push_back('\x1f');
      auto found = patterns_.find(key);
      if (found == patterns_.end()) {
        py::list cells;
        for (const int column : shared) {
          cells.append(column < 0 ? py::object(py::str()) : row[py::int_(column)]);
        }
        found = patterns_.emplace(key, resolve_(cells).cast<std::int64_t>()).first;
        if (patterns_.size() > most_patterns) {
          const std::int64_t kept = found->second;
          patterns_.clear();
          found = patterns_.emplace(key, kept).first;
        }
      }
      if (found->second < 0) {
        taken.unpatterned.emplace_back(index, found->second);
        continue;
      }
      const auto own_cell = [&](std::size_t which) -> std::string_view {
        return own.at(which) < 0 ? std::string_view(always.at(which)) : cell(own.at(which));
      };
      const consent::IntakeRow read{own_cell(0), own_cell(1), own_cell(2), own_cell(3),
                                    own_cell(4)};
      RowProblem problem{};
      auto event = intake_.make(read, static_cast<std::size_t>(found->second), now, problem);
      if (event) {
        taken.events.push_back(std::move(*event));
        taken.rows.push_back(index);
      } else {
        taken.problems.emplace_back(index, problem);
      }
    }
    taken.count = taken.events.size();
    return taken;
  }

 private:
  static constexpr std::size_t most_patterns = 1U << 16U;

  static Intake::Clock asking(py::function clock) {
    return [clock = std::move(clock)](std::string_view text, bool end_of_day,
                                      RowProblem& problem) -> std::optional<consent::Instant> {
      const py::object answer =
          clock(py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
                    text.data(), static_cast<Py_ssize_t>(text.size()), "replace")),
                end_of_day);
      if (py::isinstance<py::int_>(answer)) {
        return consent::Instant(std::chrono::microseconds(answer.cast<std::int64_t>()));
      }
      problem = to_text(answer) == "no_zone" ? RowProblem::no_zone : RowProblem::bad_time;
      return std::nullopt;
    };
  }

  static Intake::Offset adding(const py::object& offset) {
    if (offset.is_none()) return nullptr;
    return [offset](consent::Instant hour) -> std::optional<std::chrono::microseconds> {
      const py::object answer = offset(hour.time_since_epoch().count());
      if (answer.is_none()) return std::nullopt;
      return std::chrono::microseconds(answer.cast<std::int64_t>());
    };
  }

  py::function resolve_;
  Intake intake_;
  std::unordered_map<std::string, std::int64_t> patterns_;
};

/// What events do to what the log said before its entry `size`: (row, word) of those that repeat a
/// stop or end one. Repeated stops are taken out with `snapshot`, consents that end a stop with
/// `without_ends`.
py::list against(Taken& taken, const LogHandle& handle, std::uint64_t size, bool snapshot,
                 bool without_ends) {
  const auto log = handle.get();
  std::vector<consent::Effect> effects(taken.events.size(), consent::Effect::news);
  {
    const Unlocked unlocked;
    const auto distributors = consent::distributors_of(*log);
    const std::string own = distributors.size() == 1 ? distributors.front() : std::string();
    // A number's entries are read once, however many of its events the list has.
    std::unordered_map<std::uint64_t, std::vector<consent::SubjectStanding>> standings;
    for (std::size_t i = 0; i < taken.events.size(); ++i) {
      const consent::Event& event = taken.events[i];
      if (!snapshot && !std::holds_alternative<consent::ConsentGiven>(event)) continue;
      const auto& number = consent::base_of(event).number;
      if (!number) continue;
      const auto [place, unmet] = standings.try_emplace(number->digits());
      auto& subjects = place->second;
      if (unmet) subjects = consent::standing_of(*log, *number);
      for (consent::SubjectStanding& subject : subjects) {
        std::erase_if(subject.clauses,
                      [&](const consent::Clause& clause) { return clause.seq >= size; });
      }
      if (!subjects.empty()) {
        effects[i] = consent::effect_of(event, subjects, consent::terms_of(*log), own);
      }
    }
  }
  py::list told;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const bool repeats = effects[i] == consent::Effect::repeats_stop && snapshot;
    const bool ends = effects[i] == consent::Effect::ends_stop;
    if (repeats || ends)
      told.append(py::make_tuple(taken.rows[i], repeats ? "repeats_stop" : "ends_stop"));
    if (repeats || (ends && without_ends)) continue;
    if (kept != i) {
      taken.events[kept] = std::move(taken.events[i]);
      taken.rows[kept] = taken.rows[i];
    }
    ++kept;
  }
  taken.events.erase(taken.events.begin() + static_cast<std::ptrdiff_t>(kept), taken.events.end());
  taken.rows.resize(kept);
  taken.count = kept;
  return told;
}

/// All of an append that needs no place in the log.
void offer(Taken& taken, const LogHandle& handle) {
  if (taken.events.size() != taken.count) {
    throw consent::Error(consent::ErrorCode::invalid_argument,
                         "offered: to another log, or recorded already");
  }
  const auto log = handle.get();
  const Unlocked unlocked;
  taken.offered = consent::offer(*log, std::move(taken.events));
}

/// What became of each event, by the number of its row: recorded, already there, and the rest.
py::tuple append(Taken& taken, const LogHandle& handle, consent::Instant now) {
  if (!taken.offered) offer(taken, handle);
  std::vector<consent::Appended> answers;
  {
    const auto log = handle.get();
    const Unlocked unlocked;
    answers = consent::append_once(*log, std::move(*taken.offered), now);
  }
  std::uint64_t recorded = 0;
  std::uint64_t already = 0;
  py::list refused;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    switch (answers[i].once) {
      case consent::Once::recorded:
        ++recorded;
        break;
      case consent::Once::already_there:
        ++already;
        break;
      default:
        refused.append(py::make_tuple(taken.rows[i], consent::to_word(answers[i].once)));
    }
  }
  return py::make_tuple(recorded, already, refused);
}

}  // namespace

void bind_intake(py::module_& m) {
  py::class_<Taken>(m, "Taken", "Rows of a list, read; not in a log yet.")
      .def_property_readonly(
          "events", [](const Taken& taken) { return taken.count; }, "How many of them are events")
      .def_property_readonly(
          "problems",
          [](const Taken& taken) {
            py::list out;
            for (const auto& [row, problem] : taken.problems) {
              out.append(
                  py::make_tuple(row, consent::to_word(problem), consent::describe(problem)));
            }
            return out;
          },
          "(row in the batch, word, sentence) of those that are not")
      .def_readonly("unpatterned", &Taken::unpatterned,
                    "(row in the batch, what resolve() said) where that was below 0")
      .def("against", &against, py::arg("log"), py::arg("size"), py::arg("snapshot"),
           py::arg("without_ends"),
           "(row, word) of events that repeat a stop of the log's first size entries, or end one. "
           "Takes out the former with snapshot, the latter with without_ends. Before offer().")
      .def("offer", &offer, py::arg("log"),
           "Makes the events ready: what append() does that needs no place in the log, so that it "
           "can be done while another thread appends. Once.")
      .def("append", &append, py::arg("log"), py::arg("now"),
           "Records in one commit what the log does not hold yet. Returns how many were recorded, "
           "how many were there already, and (row, word) of the rest. Once.");

  py::class_<IntakeHandle>(m, "Intake",
                           "Turns rows of text into events; see consent.files.importing.")
      .def(py::init<const std::string&, py::function, py::function, const py::object&>(),
           py::arg("country"), py::arg("resolve"), py::arg("clock"), py::arg("offset"))
      .def("add_pattern", &IntakeHandle::add_pattern, py::arg("event"),
           "An event whose number and time are each row's own; returns its name.")
      .def("take", &IntakeHandle::take, py::arg("rows"), py::arg("own"), py::arg("shared"),
           py::arg("at"), py::arg("now"), "Reads rows (lists of cells, None where there is none).");
}

}  // namespace consent_python
