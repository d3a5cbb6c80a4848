#include "consent/numbering.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "casters.hpp"
#include "consent/zones.hpp"

namespace consent_python {

using consent::Numbering;
using consent::NumberingImport;

namespace {

// Text of a file that somebody else may have made: never an error halfway through an answer.
py::str text_of(std::string_view text) {
  PyObject* const made =
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(made);
}

std::vector<unsigned> codes_of(consent::RegionSet regions) {
  std::vector<unsigned> codes;
  for (unsigned code = 0; code < 128; ++code) {
    if (regions.contains(code)) codes.push_back(code);
  }
  return codes;
}

std::vector<std::string> names_of(consent::ZoneSet zones) {
  std::vector<std::string> names;
  for (unsigned bit = 0; bit < 32; ++bit) {
    if (!zones.contains(consent::ZoneSet{1U << bit})) continue;
    const auto name = consent::Zones::russia().zone_name(bit);
    names.emplace_back(name.empty() ? "unknown" : name);
  }
  return names;
}

consent::ZoneSet zones_by(const std::vector<std::string>& names) {
  consent::ZoneSet zones;
  for (const std::string& name : names) {
    const auto zone = consent::Zones::russia().zone(name);
    if (zone.empty()) {
      throw consent::Error(consent::ErrorCode::invalid_argument, "a zone that is not in the table");
    }
    zones |= zone;
  }
  return zones;
}

py::tuple facts_of(const Numbering& numbering, const AnyNumber& number) {
  const consent::NumberFacts facts = numbering.lookup(number.number);
  return py::make_tuple(text_of(facts.country), text_of(to_word(facts.kind)),
                        text_of(facts.operator_name), text_of(facts.operator_inn),
                        text_of(facts.place), codes_of(facts.regions), names_of(facts.zones),
                        facts.in_register);
}

}  // namespace

void bind_numbering(py::module_& m) {
  py::class_<Numbering>(m, "Numbering", "A numbering plan: the built-in one, or the register.")
      .def_static("built_in", &Numbering::built_in, "Codes alone.")
      .def_static("open", &Numbering::open, py::arg("file"), "Maps what an import wrote.")
      .def("lookup", &facts_of, py::arg("number"),
           "country, kind, operator, inn, place, region codes, zones, in_register")
      .def_property_readonly("version", &Numbering::version)
      .def_property_readonly("ranges", &Numbering::ranges)
      .def_property_readonly("codes", &Numbering::codes)
      .def_property_readonly("imported_at", &Numbering::imported_at)
      .def_property_readonly("sources",
                             [](const Numbering& numbering) {
                               py::list out;
                               for (const auto& source : numbering.sources())
                                 out.append(text_of(source));
                               return out;
                             })
      .def("__repr__", [](const Numbering& numbering) {
        return "<Numbering: " + std::string(numbering.version()) + ">";
      });

  py::class_<NumberingImport>(m, "NumberingImport", "Makes the file that Numbering.open() maps.")
      .def(py::init<>())
      .def(
          "add",
          [](NumberingImport& import, std::uint32_t file, std::uint32_t row, py::handle code,
             py::handle first, py::handle last, py::handle capacity, py::handle operator_name,
             py::handle region, py::handle territory, py::handle inn) {
            import.add({file, row, to_text(code), to_text(first), to_text(last), to_text(capacity),
                        to_text(operator_name), to_text(region), to_text(territory), to_text(inn)});
          },
          py::arg("file"), py::arg("row"), py::arg("code"), py::arg("first"), py::arg("last"),
          py::arg("capacity"), py::arg("operator"), py::arg("region"), py::arg("territory"),
          py::arg("inn"), "Takes a row, or notes a problem and leaves it out.")
      .def(
          "finish",
          [](NumberingImport& import) {
            const NumberingImport::Summary s = import.finish();
            py::dict out;
            out["rows"] = s.rows;
            out["repeated"] = s.repeated;
            out["rejected"] = s.rejected;
            out["ranges"] = s.ranges;
            out["codes"] = s.codes;
            out["with_zone"] = s.with_zone;
            out["numbers"] = s.numbers;
            return out;
          },
          "Puts the ranges in order and counts.")
      .def_property_readonly(
          "problems",
          [](const NumberingImport& import) {
            py::list out;
            for (const auto& p : import.problems()) {
              out.append(py::make_tuple(p.file, p.row, p.column, p.reason, p.kept));
            }
            return out;
          },
          "file, row, column, reason, whether the range is in nevertheless")
      .def("write", &NumberingImport::write, py::arg("file"), py::arg("imported_at"),
           py::arg("sources"), py::arg("replace_smaller") = false,
           "Writes the file as a whole, then renames it.");

  m.def(
      "place",
      [](py::handle text) {
        const auto place = consent::Zones::russia().place(to_text(text));
        return std::make_pair(codes_of(place.regions), names_of(place.zones));
      },
      py::arg("text"), "Region codes and zones that a region column names; empty where unclear.");
  m.def(
      "region_name",
      [](unsigned code) { return std::string(consent::Zones::russia().region_name(code)); },
      py::arg("code"), "\"Москва\" for 77; \"\" for a code that is not in the table.");
  m.def(
      "local_offsets",
      [](const std::vector<std::string>& zones, consent::Instant at) {
        const auto offsets = consent::Zones::russia().local_offsets(zones_by(zones), at);
        return std::vector<int>(offsets.begin(), offsets.end());
      },
      py::arg("zones"), py::arg("at"), "Minutes east of UTC in all these zones; empty: not known.");
  m.def(
      "zones_version", [] { return std::string(consent::Zones::russia().version()); },
      "Version of the table of zones and regions.");
}

}  // namespace consent_python
