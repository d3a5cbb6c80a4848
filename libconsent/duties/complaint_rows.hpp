#pragma once

#include <date/date.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consent/complaint.hpp"

/// rules/ru_complaint.toml, read.
namespace consent::complaint {

/// Only where this holds; `always` where a row names nothing.
enum class When : std::uint8_t {
  always,
  person,
  legal_entity,
  representative,
  other_holder,
  operator_contract,
  electronic,
  distributor_known,
  advertising_without_consent,
  personal_data_without_consent,
  answered_or_silent,
  fraud,
};

/// What the applicant states of a thing that no file of the log shows.
enum class Fact : std::uint8_t {
  full_name,
  postal_address,
  electronic_address,
  passport,
  filing,
};

/// Local days of the zone, both inclusive; nullopt: open.
struct Days {
  std::optional<date::local_days> from, to;
  [[nodiscard]] bool hold(date::local_days day) const noexcept {
    return (!from || *from <= day) && (!to || day <= *to);
  }
};

struct Item {
  std::string id, part, name, name_ru, how, how_ru;
  std::int64_t rank = 0;
  std::vector<std::string> kinds;
  std::vector<Fact> needs;
};
struct Row {
  Body body{};
  std::size_t item = 0;  ///< among the items
  bool required = false;
  When when = When::always;
  Days days;
  std::string why, why_ru, citation, citation_ru, source, confidence;
};
struct Note {
  std::vector<Body> bodies;
  When when = When::always;
  Days days;
  ComplaintNote note;
};
struct Limitation {
  std::vector<Body> bodies;
  int years = 0;
  int warn_months = 0;
  std::string id, citation, citation_ru, source, confidence;
};
struct Fine {
  std::vector<Body> bodies;
  Days days;
  FineState state;
};
struct BodyRow {
  When fits = When::always;
  BodyFit fit;
};

struct Rows {
  std::string version, zone;
  int same_contact_minutes = 0;
  std::vector<std::string> kept_back;  ///< kinds of files
  std::vector<Item> items;             ///< by rank
  std::vector<Row> rows;
  std::vector<Note> notes;
  std::vector<Limitation> limitations;
  std::vector<Fine> fines;
  std::vector<BodyRow> bodies;
};

/// Built into the library.
[[nodiscard]] const Rows& rows();
/// @throws Error (rules) naming the row.
[[nodiscard]] Rows read_rows(std::string_view toml);

}  // namespace consent::complaint
