#include "consent/audit.hpp"

#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

using consent::AuditResult;
using consent::Call;
using consent::Judgement;

namespace {

/// The result with what it takes to put its findings into words.
struct Audited {
  std::vector<Call> calls;
  consent::RulePack pack;
  AuditResult result;
};

constexpr std::uint64_t none = ~std::uint64_t{0};

/// What explain() reads of a question besides the judgement is the moment.
consent::ResolvedQuestion asked(const Call& call) {
  return {.number = call.number,
          .distributor = 0,
          .campaign = 0,
          .purpose = call.purpose,
          .channel = call.channel,
          .dialled_by = call.dialled_by,
          .at = call.at,
          .basis = consent::Basis::said};
}

/// One column over all findings, as the bytes of an array.
template <typename T, typename Read>
py::bytes finding_column(const Audited& audited, const Read& read) {
  std::vector<T> column;
  for (std::size_t call = 0; call < audited.result.judgements.size(); ++call) {
    const Judgement& judgement = audited.result.judgements[call];
    for (std::size_t i = 0; i < judgement.count; ++i)
      column.push_back(read(call, judgement.items[i]));
  }
  return {reinterpret_cast<const char*>(column.data()), column.size() * sizeof(T)};
}

template <typename T, typename Read>
py::bytes call_column(const Audited& audited, const Read& read) {
  std::vector<T> column;
  column.reserve(audited.result.judgements.size());
  for (const Judgement& judgement : audited.result.judgements) column.push_back(read(judgement));
  return {reinterpret_cast<const char*>(column.data()), column.size() * sizeof(T)};
}

std::int64_t seq_of(std::uint64_t seq) { return seq == none ? -1 : static_cast<std::int64_t>(seq); }

/// One value for all, or one a call.
template <typename E>
std::vector<E> per_call(const py::object& words, std::size_t calls, const char* what) {
  if (py::isinstance<py::str>(words)) return std::vector<E>(calls, to_value<E>(words));
  std::vector<E> values;
  values.reserve(calls);
  for (const py::handle word : words) values.push_back(to_value<E>(word));
  if (values.size() != calls) {
    throw consent::Error(consent::ErrorCode::invalid_argument,
                         consent::Message("{}: one word, or as many as there are calls", what));
  }
  return values;
}

std::vector<consent::Instant> to_instants(const py::object& moments) {
  std::vector<consent::Instant> instants;
  if (PyObject_CheckBuffer(moments.ptr()) != 0) {
    for (const std::int64_t us :
         to_integers(py::reinterpret_borrow<py::buffer>(moments), "moment")) {
      instants.emplace_back(std::chrono::microseconds{us});
    }
  } else {
    for (const py::handle moment : moments) instants.push_back(to_instant(moment));
  }
  return instants;
}

/// One a call; None: `otherwise` for all.
std::vector<bool> flags(const py::object& given, std::size_t calls, bool otherwise,
                        const char* what) {
  if (given.is_none()) return std::vector<bool>(calls, otherwise);
  std::vector<bool> found;
  found.reserve(calls);
  for (const py::handle one : given) found.push_back(one.cast<bool>());
  if (found.size() != calls) {
    throw consent::Error(consent::ErrorCode::invalid_argument,
                         consent::Message("{}: as many as there are calls", what));
  }
  return found;
}

std::vector<Call> to_calls(const py::object& numbers, const py::object& at_us,
                           const py::object& purposes, const py::object& channels,
                           const py::object& dialled_by, const py::object& talks,
                           const py::object& requested) {
  const auto dialled = to_numbers(numbers);
  const auto at = to_instants(at_us);
  if (at.size() != dialled.size()) {
    throw consent::Error(consent::ErrorCode::invalid_argument,
                         "numbers and moments: as many of the one as of the other");
  }
  const auto purpose = per_call<consent::Purpose>(purposes, dialled.size(), "purposes");
  const auto channel = per_call<consent::Channel>(channels, dialled.size(), "channels");
  const auto by = per_call<consent::DialledBy>(dialled_by, dialled.size(), "dialled_by");
  const auto talked = flags(talks, dialled.size(), true, "talks");
  const auto asked_for = flags(requested, dialled.size(), false, "requested");
  std::vector<Call> calls;
  calls.reserve(dialled.size());
  for (std::size_t i = 0; i < dialled.size(); ++i)
    calls.push_back({dialled[i], at[i], purpose[i], channel[i], by[i], talked[i], asked_for[i]});
  return calls;
}

Audited audit(const py::object& numbers, const py::object& at_us, const LogHandle& log,
              const consent::RulePack& pack, const consent::Question& scope,
              const py::object& purposes, const py::object& channels, const py::object& dialled_by,
              const py::object& talks, const py::object& requested, py::object progress) {
  auto calls = to_calls(numbers, at_us, purposes, channels, dialled_by, talks, requested);
  const Progress report = to_progress(std::move(progress));
  const auto open = log.get();
  const py::gil_scoped_release unlocked;
  Audited audited{std::move(calls), pack, {}};
  audited.result = consent::audit(audited.calls, *open, pack, scope, report);
  return audited;
}

py::dict rehearse(const py::object& numbers, const py::object& at_us, const LogHandle& log,
                  const consent::RulePack& before, const consent::RulePack& after,
                  const consent::Question& scope, const py::object& purposes,
                  const py::object& channels, const py::object& dialled_by, const py::object& talks,
                  const py::object& requested) {
  const auto calls = to_calls(numbers, at_us, purposes, channels, dialled_by, talks, requested);
  const auto open = log.get();
  consent::Rehearsal rehearsal;
  {
    const py::gil_scoped_release unlocked;
    rehearsal = consent::rehearse(calls, *open, before, after, scope);
  }
  py::list changes;
  for (const consent::Change& change : rehearsal.changes) {
    const auto words = [&](const Judgement& judgement, const consent::RulePack& pack) {
      return consent::explain(judgement, asked(calls[change.call]), pack, rehearsal.log_size);
    };
    changes.append(
        py::make_tuple(change.call, words(change.before, before), words(change.after, after)));
  }
  py::dict result;
  result["calls"] = rehearsal.calls;
  result["before"] = rehearsal.before;
  result["after"] = rehearsal.after;
  result["log_size"] = rehearsal.log_size;
  result["changes"] = std::move(changes);
  return result;
}

consent::Finding finding(const Audited& audited, int rule, int verdict) {
  const bool known = verdict >= 0 && verdict <= static_cast<int>(consent::FindingVerdict::treat) &&
                     std::in_range<std::int16_t>(rule);
  auto found =
      known ? consent::finding_text(static_cast<std::int16_t>(rule),
                                    static_cast<consent::FindingVerdict>(verdict), audited.pack)
            : std::nullopt;
  if (!found) throw py::index_error("no such finding");
  return *std::move(found);
}

consent::Decision decision(const Audited& audited, std::size_t call) {
  if (call >= audited.calls.size()) throw py::index_error("no such call");
  return consent::explain(audited.result.judgements[call], asked(audited.calls[call]), audited.pack,
                          audited.result.log_size, std::nullopt,
                          audited.result.soundness.impairment);
}

}  // namespace

void bind_audit(py::module_& m) {
  using Item = Judgement::Item;
  py::class_<Audited>(m, "AuditResult", "A judgement a call, in the order of the calls.")
      .def("__len__", [](const Audited& a) { return a.calls.size(); })
      .def_property_readonly("log_size", [](const Audited& a) { return a.result.log_size; })
      .def_property_readonly("log_root", [](const Audited& a) { return a.result.log_root; })
      .def_property_readonly("rules", [](const Audited& a) { return a.result.rules; })
      .def_property_readonly(
          "impairment", [](const Audited& a) { return a.result.soundness.impairment; },
          "What is wrong with the log, so that no call is allowed; \"\": nothing")
      .def_property_readonly(
          "doubtful_below", [](const Audited& a) { return a.result.soundness.doubtful_below; },
          "Consents of entries below it are in doubt: later ones were lost; 0: none")
      .def_property_readonly(
          "verdicts",
          [](const Audited& a) {
            return call_column<std::uint8_t>(
                a, [](const Judgement& j) { return static_cast<std::uint8_t>(j.verdict); });
          },
          "uint8 a call: 0 deny, 1 allow, 2 unknown")
      .def_property_readonly(
          "relied_on",
          [](const Audited& a) {
            return call_column<std::int64_t>(
                a, [](const Judgement& j) { return seq_of(j.relied_on); });
          },
          "int64 a call: seq of the event it stands on, -1 none")
      .def_property_readonly(
          "finding_calls",
          [](const Audited& a) {
            return finding_column<std::int64_t>(
                a, [](std::size_t call, const Item&) { return static_cast<std::int64_t>(call); });
          },
          "int64 a finding: index of its call")
      .def_property_readonly(
          "finding_rules",
          [](const Audited& a) {
            return finding_column<std::int16_t>(
                a, [](std::size_t, const Item& item) { return item.rule; });
          },
          "int16 a finding: its rule, for finding()")
      .def_property_readonly(
          "finding_verdicts",
          [](const Audited& a) {
            return finding_column<std::uint8_t>(a, [](std::size_t, const Item& item) {
              return static_cast<std::uint8_t>(item.verdict);
            });
          },
          "uint8 a finding: 0 deny, 1 allow, 2 unknown, 3 warn, 4 treat")
      .def_property_readonly(
          "finding_seqs",
          [](const Audited& a) {
            return finding_column<std::int64_t>(
                a, [](std::size_t, const Item& item) { return seq_of(item.seq); });
          },
          "int64 a finding: the entry it speaks of, -1 none")
      .def("finding", &finding, py::arg("rule"), py::arg("verdict"),
           "The texts of a kind of finding, by a value of finding_rules and of finding_verdicts.")
      .def("decision", &decision, py::arg("call"), "One call's answer in words.");

  m.def("audit", &audit, py::arg("numbers"), py::arg("at_us"), py::arg("log"), py::arg("pack"),
        py::arg("scope"), py::kw_only(), py::arg("purposes") = "advertising",
        py::arg("channels") = "voice", py::arg("dialled_by") = "unstated",
        py::arg("talks") = py::none(), py::arg("requested") = py::none(),
        py::arg("progress") = py::none(),
        "Judges every call as of its start, from one state of the log.");
  m.def("rehearse", &rehearse, py::arg("numbers"), py::arg("at_us"), py::arg("log"),
        py::arg("before"), py::arg("after"), py::arg("scope"), py::kw_only(),
        py::arg("purposes") = "advertising", py::arg("channels") = "voice",
        py::arg("dialled_by") = "unstated", py::arg("talks") = py::none(),
        py::arg("requested") = py::none(),
        "Judges every call by both packs; the calls whose verdict differs.");
}

}  // namespace consent_python
