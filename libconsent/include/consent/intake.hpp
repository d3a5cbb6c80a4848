#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/number.hpp"

namespace consent {

/// Why a row of somebody's list is not an event. The words of to_word() are stable: they stand in
/// the file of rejects.
enum class RowProblem : std::uint8_t {
  none,
  no_number,
  not_a_number,
  series,         ///< a number and the ending of a second one
  digit_missing,  ///< ten digits whose code no plan gives out
  bare_plus,      ///< a national number behind '+'
  inn,            ///< digits of a taxpayer number
  two_numbers,    ///< more than one in a cell: which one was meant is nobody's guess
  digits_lost,    ///< a spreadsheet wrote 7.9E+10
  extension,      ///< a consent of one extension is no consent of the whole number
  no_time,
  bad_time,
  no_zone,  ///< a local time, and nobody declared a zone
  in_the_future,
  bad_until,      ///< no time, or not after the moment of consent
  until_no_zone,  ///< as no_zone, of until
  bad_hash,
  no_place,  ///< until or document, and the event is no consent
  refused,   ///< validate() says no
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(RowProblem) noexcept;
/// One English sentence that repeats nothing of the row.
[[nodiscard]] CONSENT_EXPORT std::string_view describe(RowProblem) noexcept;

/// The cells of a row that differ from row to row; the rest is a pattern. Views: they must outlive
/// the call that reads them.
struct IntakeRow {
  std::string_view number;
  std::string_view at;        ///< RFC 3339 with an offset, or as Intake's clock reads
  std::string_view until;     ///< of a consent; "" none
  std::string_view document;  ///< of a consent, SHA-256 in hex; "" none
  std::string_view evidence;  ///< SHA-256 in hex, several divided by a space; "" none
};

/// Turns rows of text into events. Most rows of a list say the same of another number: what they
/// share is told once, as a pattern, and copied.
///
/// Thread safety: none; one Intake a thread.
class CONSENT_EXPORT Intake {
 public:
  /// Reads a time that is not RFC 3339 with an offset; nullopt where it cannot, and `problem` says
  /// why. `end_of_day`: where the text is a day alone, its last moment is wanted, not its first.
  using Clock =
      std::function<std::optional<Instant>(std::string_view text, bool end_of_day, RowProblem&)>;
  /// What a zone adds to UTC in the hour that begins at this wall time; nullopt where it changes.
  using Offset = std::function<std::optional<std::chrono::microseconds>(Instant wall_hour)>;

  Intake(DefaultCountry country, Clock clock, Offset offset);

  /// An event whose number and time (and until, document, evidence) are each row's own.
  /// @returns what make() names it by.
  std::size_t add_pattern(Event pattern);
  /// The event of one row. nullopt: `problem` says why, and nothing is thrown for what a row holds.
  [[nodiscard]] std::optional<Event> make(const IntakeRow& row, std::size_t pattern, Instant now,
                                          RowProblem& problem) const;

 private:
  [[nodiscard]] std::optional<PhoneNumber> read_number(std::string_view text, bool stop,
                                                       RowProblem& problem) const;
  [[nodiscard]] std::optional<Instant> read_time(std::string_view text, bool end_of_day,
                                                 RowProblem& problem) const;

  DefaultCountry country_;
  Clock clock_;
  Offset offset_;
  std::vector<Event> patterns_;
  mutable std::unordered_map<std::int64_t, std::optional<std::chrono::microseconds>> hours_;
};

}  // namespace consent
