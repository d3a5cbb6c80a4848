#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/calendar.hpp"
#include "consent/digest.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/log.hpp"
#include "consent/number.hpp"
#include "consent/rules.hpp"

namespace consent {

/// What starts a term. docs/reference/deadline.md.
enum class Trigger : std::uint8_t {
  stop,        ///< a refusal or withdrawal that covers advertising
  withdrawal,  ///< one that covers personal data
  erased,
  access,
  correction,
  stop_processing,
  unlawful_processing,
  purpose_reached,
  keys_copied,  ///< a copy of the keys was made; its row is one of retention
};
enum class TermUnit : std::uint8_t { immediately, working_days, calendar_days, years };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Trigger trigger) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(TermUnit unit) noexcept;

/// One dated row of rules/ru_deadlines.toml.
struct DeadlineRow {
  std::string id;     ///< "ru/152-fz/21-5"
  std::string sheet;  ///< "PD-006"
  /// Local days, both inclusive; nullopt: open, or not known.
  std::optional<std::chrono::year_month_day> from;
  std::optional<std::chrono::year_month_day> to;
  Trigger trigger{};
  std::string duty;  ///< short word: "destroy"
  int length = 0;    ///< in `unit`; 0 where that is immediately
  TermUnit unit{};
  int extension = 0;  ///< working days more, where the subject was told why
  struct Closers {
    bool answered = false, erased = false, restricted = false, consent = false, recorded = false;
  } closed_by;
  std::string citation, citation_ru, why, why_ru, source, confidence;
};

/// The rows, immutable; copies share; safe from any thread.
class CONSENT_EXPORT DeadlineRows {
 public:
  /// Built into the library.
  [[nodiscard]] static const DeadlineRows& russia();
  /// From TOML text of the same shape. `name` is for messages. @throws Error (rules) naming the
  /// row.
  [[nodiscard]] static DeadlineRows from_toml(std::string_view toml, const std::string& name);

  [[nodiscard]] std::string_view version() const noexcept;
  [[nodiscard]] std::string_view zone() const noexcept;  ///< whose local days they count
  [[nodiscard]] std::span<const DeadlineRow> rows() const& noexcept;
  std::span<const DeadlineRow> rows() const&& = delete;  // would dangle

 private:
  struct Impl;
  explicit DeadlineRows(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

enum class DueState : std::uint8_t {
  unknown,  ///< the calendar does not reach its end, or the zone is not known then
  overdue,
  open,
  keep,  ///< something must be kept until then
  hold,  ///< a legal hold ends then
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(DueState state) noexcept;

/// A term that runs.
struct Due {
  DueState state{};
  std::shared_ptr<const DeadlineRow> row;  ///< null for a hold
  std::uint64_t seq = 0;                   ///< of the entry that started it
  Digest tag;                              ///< zeros for a copy of the keys
  std::optional<PhoneNumber> number;       ///< where the subject's key is there
  Instant started;                         ///< when it was received, or happened
  /// Last local day on which it is in time; nullopt where not known or at once.
  std::optional<std::chrono::year_month_day> last_day;
  /// The latest that it can be, where the calendar is in doubt; act by `last_day`.
  std::optional<std::chrono::year_month_day> latest_day;
  std::optional<Instant> ends;  ///< first moment after `last_day`
  bool extended = false;
  std::optional<std::uint64_t> broken_by;  ///< seq of a contact after a stop
  std::string by;                          ///< of a hold: who ordered it
  std::string where;                       ///< of a copy of the keys: its folder, where known
};

/// The terms that what the log had recorded by `at` has started and nothing has ended: overdue
/// first, then by their end. Reads every entry once. A stop is broken by an advertising contact
/// over which it stood, as may_contact() would say of the contact's own moment by `pack`. A day
/// counts as the zone's local one; a term that runs over days about which the calendar is in doubt
/// is a span, and is sorted and judged by its earliest end.
/// @throws Error (storage), BrokenLog.
[[nodiscard]] CONSENT_EXPORT std::vector<Due> due(const Log& log, const DeadlineRows& rows,
                                                  const Calendar& calendar, Instant at,
                                                  const RulePack& pack = RulePack::russia());

}  // namespace consent
