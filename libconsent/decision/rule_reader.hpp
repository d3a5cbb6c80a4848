#pragma once

#include <date/tz.h>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml_reader.hpp"
#include "consent/message.hpp"
#include "consent/rules.hpp"
#include "decision/conditions.hpp"

/// A pack's TOML, checked key by key: rows as they stand in the file, one at a time.
namespace consent::decision {

/// Where in a pack the reader is: every refusal names file, line, column and row.
struct Where {
  const std::string& file;
  std::size_t row = 0;  ///< from 1; 0: the header
  std::string id{};
  toml::source_position begin{};  ///< of the row; line 0: not known

  /// At `node`, else at the row.
  [[noreturn]] void refuse(const Message& what, const toml::node* node = nullptr) const;
};

/// @throws Error (rules) naming the line.
[[nodiscard]] toml::table parse_pack(std::string_view toml, const std::string& name);

void only_known_keys(const toml::table& table, const std::set<std::string_view>& known,
                     const Where& place);
/// "" where the key is absent.
[[nodiscard]] std::string text(const toml::table& table, std::string_view key, const Where& place);
[[nodiscard]] std::string needed_text(const toml::table& table, std::string_view key,
                                      const Where& place);
/// A local date as "2006-07-01"; "" where the key is absent.
[[nodiscard]] std::string day_text(const toml::table& table, std::string_view key,
                                   const Where& place);
/// An inclusive last day, as the first moment after it.
[[nodiscard]] std::optional<Instant> moment_after(const toml::table& table, std::string_view key,
                                                  const date::time_zone& zone, const Where& place);
[[nodiscard]] Outcome outcome_in(const toml::table& table, std::string_view key,
                                 const Where& place);
[[nodiscard]] const date::time_zone& zone_named(const std::string& name, const Where& place);

[[nodiscard]] const ConditionWord& condition_of(const Rule& rule, const Where& place);

/// A messenger of a foreign service, by one of its names.
struct ForeignMessenger {
  std::string name;
  std::optional<Instant> from, to;
};
[[nodiscard]] std::vector<ForeignMessenger> read_messengers(const toml::table& file,
                                                            const date::time_zone& zone,
                                                            Where& place);

/// Appends the file's rows, each checked by itself. `read_by`, `read_on`: of rows without their
/// own.
void read_rows(const toml::table& file, const date::time_zone& zone, const std::string& read_by,
               const std::string& read_on, std::vector<Rule>& rows, Where& place);

}  // namespace consent::decision
