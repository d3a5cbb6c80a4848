#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/message.hpp"
#include "consent/number.hpp"
#include "consent/zones.hpp"

namespace consent {

/// What a numbering plan says of a number, and no more: who holds a ported number, and where a
/// mobile phone is, stands in no numbering plan. Texts live as long as the Numbering they came
/// from.
struct NumberFacts {
  std::string_view
      country;  ///< ISO 3166 "RU", "KZ"; "" where +7 is shared or in reserve, or foreign
  NumberKind kind = NumberKind::unknown;
  /// To whom the range was given, never who serves the number after porting; "" where not known.
  std::string_view operator_name{};
  std::string_view operator_inn{};  ///< of the same; "" where the register does not give it
  std::string_view place{};         ///< region as the register writes it; "" where not known
  RegionSet regions{};       ///< of a mobile number the home region of its range, not where it is
  ZoneSet zones{};           ///< of these regions; empty: not known, and nobody may guess
  bool in_register = false;  ///< stands in a range of the imported register
};

/// Country and kind by the code alone; everything else is left empty. noexcept, no allocation, safe
/// from any thread.
/// Source: law sheet 8.1 (Order of Mintsifry No. 75 of 2022-01-31; agreement of 2024-11-27 for the
/// split of +7 between Russia and Kazakhstan).
[[nodiscard]] CONSENT_EXPORT NumberFacts numbering_facts(PhoneNumber number) noexcept;

/// A numbering plan: the built-in one by three-digit codes, or the official register by ranges.
/// Immutable; copies share; safe from any thread and after fork().
class CONSENT_EXPORT Numbering {
 public:
  /// Codes alone: country, kind, and the regions where the code has ranges. No operators.
  [[nodiscard]] static Numbering built_in();
  /// A file that NumberingImport wrote: mapped, its checksum compared, nothing parsed. Numbers that
  /// stand in no range of it are answered by the built-in plan.
  /// The file must not be changed in place while it is open: an import replaces it as a whole.
  /// @throws Error (storage) where it is absent, not ours, of another version or damaged.
  [[nodiscard]] static Numbering open(const std::filesystem::path& file);

  /// noexcept, no allocation, no system call.
  [[nodiscard]] NumberFacts lookup(PhoneNumber number) const noexcept;

  /// Names what answered: "plan-2026-11-22", or "register-" and 16 hex digits of its content.
  [[nodiscard]] std::string_view version() const noexcept;
  [[nodiscard]] std::size_t ranges() const noexcept;       ///< 0 for the built-in plan
  [[nodiscard]] std::size_t codes() const noexcept;        ///< codes that have ranges
  [[nodiscard]] Instant imported_at() const noexcept;      ///< the epoch for the built-in plan
  [[nodiscard]] std::vector<std::string> sources() const;  ///< as given to NumberingImport::write()

 private:
  struct Impl;
  explicit Numbering(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// One row of the official register as its file has it, UTF-8, blanks round cells allowed.
struct RegisterRow {
  std::uint32_t file = 0;       ///< which of the caller's files; comes back in problems
  std::uint32_t row = 0;        ///< its line, from 1
  std::string_view code{};      ///< "АВС/ DEF", 3 digits
  std::string_view first{};     ///< "От", up to 7 digits; leading zeros may be lost
  std::string_view last{};      ///< "До"
  std::string_view capacity{};  ///< "Емкость"; "" where the file has none
  std::string_view operator_name{};
  std::string_view region{};
  std::string_view territory{};  ///< "Территория ГАР"; "" where the file has none
  std::string_view inn{};        ///< "" where the file has none
};

struct RegisterProblem {
  std::uint32_t file = 0;
  std::uint32_t row = 0;
  std::string column;  ///< "code", "first", "last", "capacity", "operator", "inn"
  Message reason;
  bool kept = false;  ///< the range is in, without what the column said
};

/// Makes the file that Numbering::open() maps. Not for several threads at once.
class CONSENT_EXPORT NumberingImport {
 public:
  struct Summary {
    std::size_t rows = 0;
    std::size_t repeated = 0;  ///< the same row again; counted once
    std::size_t rejected = 0;
    std::size_t ranges = 0;
    std::size_t codes = 0;
    std::size_t with_zone = 0;  ///< ranges whose zones are known
    std::uint64_t numbers = 0;  ///< in all ranges
  };

  NumberingImport();
  NumberingImport(NumberingImport&&) noexcept;
  NumberingImport& operator=(NumberingImport&&) noexcept;
  ~NumberingImport();

  /// Takes a row, or notes a problem and leaves it out.
  void add(const RegisterRow& row);
  /// Puts the ranges in order; of two that overlap the later row is left out, and the first is
  /// named. add() may not follow.
  Summary finish();
  /// In the order of files and rows; complete after finish().
  [[nodiscard]] const std::vector<RegisterProblem>& problems() const& noexcept;
  const std::vector<RegisterProblem>& problems() const&& = delete;  // would dangle
  /// Writes `file` beside itself and then renames, so that readers see the old or the new one.
  /// `replace_smaller`: also where the import is so small beside the file it replaces that it may
  /// be a piece of one. @throws Error (invalid_argument) for such an import, for one without any
  /// range, and for a `file` that is not a numbering file; Error (storage).
  void write(const std::filesystem::path& file, Instant imported_at,
             const std::vector<std::string>& sources, bool replace_smaller = false);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace consent
