// The table behind classify(), as rules/ru_personal_data.toml gives it. Private to number/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consent/classification.hpp"

namespace consent::number {

/// What the rows may ask about; everything that the asker said, and what follows from it.
struct Situation {
  bool email = false;
  NumberKind number = NumberKind::unknown;
  bool abroad = false;
  SubscriberKind holder = SubscriberKind::unknown;
  bool stated = false;
  std::int64_t inn = 0;   ///< digits
  std::int64_t ogrn = 0;  ///< digits
  NumberUser user = NumberUser::unknown;
  bool linked = false;  ///< the name included
  bool name = false;
  bool former = false;
};

/// Conditions that must all hold; an empty one holds always.
struct Match {
  bool email = false;  ///< of an e-mail address; else of a number
  std::vector<NumberKind> number;
  std::optional<bool> abroad;
  std::vector<SubscriberKind> holder;
  std::optional<bool> stated;
  std::vector<std::int64_t> inn;
  std::vector<std::int64_t> ogrn;
  std::vector<NumberUser> user;
  std::optional<bool> linked;
  std::optional<bool> former;

  [[nodiscard]] bool holds(const Situation& situation) const noexcept;
};

struct Row {
  std::string id;
  Match match;
  PersonalData answer = PersonalData::unknown;
  std::string en;
  std::string ru;
  std::vector<std::string> citations;
  std::vector<std::string> citations_ru;
  std::string confidence;  ///< of the weakest authority; "G" where there is none
};

struct Warning {
  Match match;
  std::vector<PersonalData> answer;
  std::vector<std::string> confidence;
  std::string en;
  std::string ru;

  [[nodiscard]] bool holds(const Situation& situation, const Row& row) const noexcept;
};

/// Why a person is defined directly, or indirectly.
struct DefinableRow {
  std::string en;
  std::string ru;
};

struct Table {
  std::vector<Row> rows;
  Row otherwise;
  DefinableRow directly;
  DefinableRow indirectly;
  std::vector<Warning> warnings;

  /// The first row that matches, or `otherwise`.
  [[nodiscard]] const Row& answer(const Situation& situation) const noexcept;
};

/// Reads and checks the whole text: unknown keys and words, missing fields, an authority that is
/// not listed or not used, and rows out of order are errors.
/// @throws Error (rules) naming `file` and the row.
[[nodiscard]] Table read_table(std::string_view file, std::string_view toml);

/// The table built into the library; read on first use, safe from any thread.
[[nodiscard]] const Table& personal_data_table();

}  // namespace consent::number
