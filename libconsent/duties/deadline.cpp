#include "consent/deadline.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "base/toml_reader.hpp"
#include "consent/error.hpp"
#include "consent/maintenance.hpp"
#include "consent/retention.hpp"
#include "consent/zones.hpp"
#include "duties/broken_stops.hpp"
#include "event/decode.hpp"
#include "rules_data.hpp"

namespace consent {
namespace {

using namespace std::string_view_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using Day = year_month_day;

constexpr std::array trigger_words{"stop"sv,
                                   "withdrawal"sv,
                                   "erased"sv,
                                   "access"sv,
                                   "correction"sv,
                                   "stop_processing"sv,
                                   "unlawful_processing"sv,
                                   "purpose_reached"sv,
                                   "keys_copied"sv};
constexpr std::array unit_words{"immediately"sv, "working_days"sv, "calendar_days"sv, "years"sv};
constexpr std::array state_words{"unknown"sv, "overdue"sv, "open"sv, "keep"sv, "hold"sv};

template <typename E, std::size_t N>
std::optional<E> value_of(const std::array<std::string_view, N>& words, std::string_view word) {
  const auto* const found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<E>(found - words.begin());
}
template <typename E, std::size_t N>
std::string_view word_of(const std::array<std::string_view, N>& words, E value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? words[index] : std::string_view{};
}

}  // namespace

std::string_view to_word(Trigger v) noexcept { return word_of(trigger_words, v); }
std::string_view to_word(TermUnit v) noexcept { return word_of(unit_words, v); }
std::string_view to_word(DueState v) noexcept { return word_of(state_words, v); }

struct DeadlineRows::Impl {
  std::string version;
  std::string zone;
  std::vector<DeadlineRow> rows;
};

namespace {

class DeadlineReader : TomlReader {
 public:
  explicit DeadlineReader(const std::string& name) : TomlReader(name) {}

  template <typename Impl>
  void read(std::string_view text, Impl& impl) {
    const toml::table root = parse(text);
    only(root, {"id", "version", "jurisdiction", "zone", "reviewed", "row"});
    static_cast<void>(word(root, "id"));
    static_cast<void>(word(root, "jurisdiction"));
    static_cast<void>(date(root, "reviewed"));
    impl.version = word(root, "version");
    impl.zone = word(root, "zone");
    if (Zones::russia().zone(impl.zone).empty()) fail("'zone' is not in the table of zones");
    for_each(root, "row", [&](const toml::table& row) {
      DeadlineRow made = read_row(row);
      for (const DeadlineRow& other : impl.rows) {
        if (other.id == made.id && other.from == made.from) fail("stands twice");
      }
      impl.rows.push_back(std::move(made));
    });
  }

 private:
  [[nodiscard]] std::optional<Day> day(const toml::table& row, std::string_view key) const {
    if (!row.contains(key)) return std::nullopt;
    const toml::date found = date(row, key);
    const Day day{std::chrono::year{found.year}, std::chrono::month{found.month},
                  std::chrono::day{found.day}};
    if (!day.ok()) fail("'" + std::string(key) + "' is no day");
    return day;
  }

  [[nodiscard]] int count(const toml::table& row, std::string_view key) const {
    const std::int64_t value = whole(row, key);
    if (value < 1 || value > 1000) fail("'" + std::string(key) + "' must be from 1 to 1000");
    return static_cast<int>(value);
  }

  [[nodiscard]] DeadlineRow read_row(const toml::table& row) {
    DeadlineRow made;
    made.id = word(row, "id");
    at(made.id);
    only(row, {"id", "sheet", "from", "to", "trigger", "duty", "length", "unit", "extension",
               "closed_by", "citation", "citation_ru", "why", "why_ru", "source", "confidence"});
    made.sheet = word(row, "sheet");
    made.from = day(row, "from");
    made.to = day(row, "to");
    if (made.from && made.to && sys_days{*made.to} < sys_days{*made.from}) {
      fail("'to' is before 'from'");
    }
    const auto trigger = value_of<Trigger>(trigger_words, word(row, "trigger"));
    if (!trigger) fail("'trigger' is not on the list");
    made.trigger = *trigger;
    made.duty = word(row, "duty");
    const auto unit = value_of<TermUnit>(unit_words, word(row, "unit"));
    if (!unit) fail("'unit' is not on the list");
    made.unit = *unit;
    if (row.contains("length") == (made.unit == TermUnit::immediately)) {
      fail("'length' stands where the unit has a length, and only there");
    }
    if (row.contains("length")) made.length = count(row, "length");
    if (row.contains("extension")) {
      made.extension = count(row, "extension");
      if (made.unit != TermUnit::working_days) fail("'extension' is of working days alone");
    }
    if (!row.contains("closed_by")) fail("'closed_by' is missing");
    for (const std::string& each : list<std::string>(row, "closed_by", true)) {
      bool* const flag = each == "answered"     ? &made.closed_by.answered
                         : each == "erased"     ? &made.closed_by.erased
                         : each == "restricted" ? &made.closed_by.restricted
                         : each == "consent"    ? &made.closed_by.consent
                         : each == "recorded"   ? &made.closed_by.recorded
                                                : nullptr;
      if (flag == nullptr) fail("'closed_by' does not know the word '" + each + "'");
      *flag = true;
    }
    if ((made.trigger == Trigger::erased) != (made.unit == TermUnit::years)) {
      fail("years are for what is kept after an erasure, and for nothing else");
    }
    if (made.closed_by.recorded != (made.trigger == Trigger::stop) ||
        (made.trigger == Trigger::stop && made.unit != TermUnit::immediately)) {
      fail("a stop holds from its recording on, and nothing else does");
    }
    made.citation = word(row, "citation");
    made.citation_ru = word(row, "citation_ru");
    made.why = word(row, "why");
    made.why_ru = word(row, "why_ru");
    made.source = word(row, "source");
    made.confidence = confidence(row);
    return made;
  }
};

/// Whether a scope reaches one of these; an empty one reaches all.
template <typename E>
bool reaches(SetOf<E> scope, SetOf<E> any) {
  return scope.empty() || (scope.bits() & any.bits()) != 0;
}

class Clocks {
 public:
  Clocks(const DeadlineRows& rows, const Calendar& calendar, Instant at, std::string own)
      : calendar_(calendar),
        at_(at),
        broken_(std::move(own)),
        zone_(Zones::russia().zone(rows.zone())) {
    for (const DeadlineRow& row : rows.rows()) {
      rows_.push_back(std::make_shared<const DeadlineRow>(row));
    }
  }

  void read(const Entry& entry) {
    if (entry.recorded > at_) return;
    switch (entry.type) {
      case EventType::consent_given:
      case EventType::consent_refused:
      case EventType::consent_withdrawn:
      case EventType::contact_made:
      case EventType::number_reassigned:
      case EventType::subject_erased:
      case EventType::subject_restricted:
      case EventType::subject_held:
      case EventType::request_received:
      case EventType::request_answered:
      case EventType::clock_step:
      case EventType::log_backed_up:
      case EventType::log_backup_destroyed:
        break;
      default:
        return;
    }
    const AnyEvent said = decode_event(entry);
    broken_.take(entry, said);
    if (const auto* const event = std::get_if<Event>(&said)) {
      std::visit([&](const auto& e) { take(entry, e); }, *event);
    } else if (const auto* const made = get_if<LogBackedUp>(said)) {
      copied(entry, *made);
    } else if (const auto* const destroyed = get_if<LogBackupDestroyed>(said)) {
      copies_.erase(destroyed->of);
    }
  }

  [[nodiscard]] std::vector<Due> finish(const Log& log, const RulePack& pack) {
    std::vector<Due> out;
    for (const auto& [stop, contact] : broken_.find(log, pack)) {
      const auto demanded = stops_.find(stop);
      if (demanded == stops_.end()) continue;
      for (const auto& row : in_force(Trigger::stop, demanded->second.started)) {
        Running made{demanded->second};
        made.row = row;
        made.broken_by = contact;
        out.push_back(judge(std::move(made)));
      }
    }
    for (auto& [tag, running] : running_) {
      for (Running& each : running) {
        // A restriction that has ended leaves the demand as it was.
        if (each.row->closed_by.restricted && broken_.restricted(tag, at_)) continue;
        if (!each.closed) out.push_back(judge(std::move(each)));
      }
    }
    for (auto& [key, hold] : holds_) {
      if (!hold.ends || *hold.ends > at_) out.push_back(std::move(hold));
    }
    for (auto& [seq, copy] : copies_) out.push_back(std::move(copy));
    std::stable_sort(out.begin(), out.end(), [](const Due& a, const Due& b) {
      const auto rank = [](const Due& due) { return due.state == DueState::overdue ? 0 : 1; };
      constexpr Instant never = Instant::max();
      return std::tuple(rank(a), a.ends.value_or(never), a.seq) <
             std::tuple(rank(b), b.ends.value_or(never), b.seq);
    });
    return out;
  }

 private:
  struct Running : Due {
    bool closed = false;
  };

  /// Of other types nothing follows.
  template <typename E>
  void take(const Entry& /*entry*/, const E& /*event*/) {}

  void take(const Entry& entry, const ConsentGiven& e) {
    const Digest& tag = entry.subject->tag;
    if (e.covers.contains(Cover::personal_data)) {
      close(tag, e.happened, [](const DeadlineRow& row) { return row.closed_by.consent; });
    }
  }
  void take(const Entry& entry, const ConsentRefused& e) {
    stops_[entry.seq] = demand(entry, e.happened);
  }
  void take(const Entry& entry, const ConsentWithdrawn& e) {
    const Instant received = e.received_at.value_or(e.happened);
    stops_[entry.seq] = demand(entry, received);
    if (reaches(e.covers, Covers{Cover::personal_data})) {
      start(Trigger::withdrawal, entry, received);
    }
  }
  void take(const Entry& entry, const NumberReassigned& /*e*/) { gone_.insert(entry.subject->tag); }
  void take(const Entry& entry, const SubjectErased& e) {
    close(entry.subject->tag, Instant::max(), [](const DeadlineRow& row) {
      // A key that is gone ends advertising too: there is nobody left to call.
      return row.closed_by.erased;
    });
    start(Trigger::erased, entry, e.happened);
    gone_.insert(entry.subject->tag);
  }
  void take(const Entry& entry, const RequestReceived& e) {
    if (const auto trigger = value_of<Trigger>(trigger_words, to_word(e.kind))) {
      start(*trigger, entry, e.received_at.value_or(e.happened));
    }
  }

  [[nodiscard]] static Running demand(const Entry& entry, Instant started) {
    Running made;
    made.seq = entry.seq;
    made.tag = entry.subject->tag;
    made.started = started;
    return made;
  }

  /// Rows of the trigger that were in force on the local day.
  [[nodiscard]] std::vector<std::shared_ptr<const DeadlineRow>> in_force(Trigger trigger,
                                                                         Instant started) const {
    std::vector<std::shared_ptr<const DeadlineRow>> found;
    const auto offset = offset_at(started);
    const Day day = local_day(started, offset.value_or(std::chrono::minutes{0}));
    for (const auto& row : rows_) {
      if (row->trigger != trigger) continue;
      if (row->from && sys_days{day} < sys_days{*row->from}) continue;
      if (row->to && sys_days{day} > sys_days{*row->to}) continue;
      found.push_back(row);
    }
    return found;
  }

  void start(Trigger trigger, const Entry& entry, Instant started) {
    for (const auto& row : in_force(trigger, started)) {
      Running made = demand(entry, started);
      made.row = row;
      asked_by_.emplace(made.seq, made.tag);
      running_[made.tag].push_back(std::move(made));
    }
  }

  /// Ends what of a subject started by `until` and ends so.
  template <typename Ends>
  void close(const Digest& tag, Instant until, const Ends& ends) {
    const auto found = running_.find(tag);
    if (found == running_.end()) return;
    for (Running& each : found->second) {
      if (each.started <= until && ends(*each.row)) each.closed = true;
    }
  }

  void take(const Entry& entry, const SubjectHeld& e) {
    const auto key = std::pair(entry.subject->tag, e.by);
    if (e.released) {
      holds_.erase(key);
      return;
    }
    Due made;
    made.state = DueState::hold;
    made.seq = entry.seq;
    made.tag = entry.subject->tag;
    made.started = e.happened;
    made.ends = e.until;
    made.by = e.by;
    holds_[key] = std::move(made);
  }

  void copied(const Entry& entry, const LogBackedUp& e) {
    if (!e.expires) return;  // without keys
    const RetentionRow limit = retention("keys_copy", entry.recorded);
    DeadlineRow row;
    row.id = limit.id;
    row.sheet = limit.sheet;
    row.trigger = Trigger::keys_copied;
    row.duty = "destroy_keys_copy";
    row.unit = TermUnit::calendar_days;
    row.length = limit.days;
    row.citation = limit.citation;
    row.citation_ru = limit.citation_ru;
    row.why =
        "A copy of the keys was made: it is destroyed by its expiry, and after an erasure at once.";
    row.why_ru =
        "Сделана копия ключей: её уничтожают к концу срока, а после уничтожения чьих-то данных — "
        "сразу.";
    row.confidence = limit.confidence;
    Due made;
    made.row = std::make_shared<const DeadlineRow>(std::move(row));
    made.seq = entry.seq;
    made.started = entry.recorded;
    made.ends = e.expires;
    made.state = at_ >= *e.expires ? DueState::overdue : DueState::open;
    copies_[entry.seq] = std::move(made);
  }

  void take(const Entry& entry, const RequestAnswered& e) {
    // Of who asked and is erased, or holds the number no more, the answer is filed under whoever
    // holds it now.
    const auto by = asked_by_.find(e.of);
    if (by == asked_by_.end() ||
        (by->second != entry.subject->tag && !gone_.contains(by->second))) {
      return;
    }
    for (Running& each : running_[by->second]) {
      if (each.seq != e.of) continue;
      if (e.outcome == RequestOutcome::extended) {
        each.extended = each.extended || each.row->extension > 0;
      } else if (each.row->closed_by.answered) {
        each.closed = true;
      }
    }
  }

  [[nodiscard]] std::optional<std::chrono::minutes> offset_at(Instant at) const {
    const LocalOffsets offsets = Zones::russia().local_offsets(zone_, at);
    if (offsets.size() != 1) return std::nullopt;
    return std::chrono::minutes{*offsets.begin()};
  }

  static Day local_day(Instant at, std::chrono::minutes offset) {
    return Day{std::chrono::floor<days>(at + offset)};
  }

  Due judge(Running each) {
    const DeadlineRow& row = *each.row;
    if (row.unit == TermUnit::immediately) {
      each.ends = each.started;
      each.state = DueState::overdue;
      return each;
    }
    const auto offset = offset_at(each.started);
    if (!offset) return each;
    const Day first = local_day(each.started, *offset);
    if (row.unit == TermUnit::working_days) {
      const int length = row.length + (each.extended ? row.extension : 0);
      if (const auto span = calendar_.span_of_working_days(first, length)) {
        each.last_day = span->earliest;
        if (span->latest != span->earliest) each.latest_day = span->latest;
      }
    } else if (row.unit == TermUnit::calendar_days) {
      each.last_day = Day{sys_days{first} + days{row.length}};
    } else {
      Day last{first.year() + std::chrono::years{row.length}, first.month(), first.day()};
      if (!last.ok()) last = last.year() / last.month() / std::chrono::last;
      each.last_day = last;
    }
    if (!each.last_day) return each;
    const Instant midnight{sys_days{*each.last_day} + days{1}};
    const auto there = offset_at(midnight - *offset);
    each.ends = midnight - there.value_or(*offset);
    if (row.unit == TermUnit::years) {
      each.state = DueState::keep;
    } else {
      each.state = at_ >= *each.ends ? DueState::overdue : DueState::open;
    }
    return each;
  }

  const Calendar& calendar_;
  Instant at_;
  BrokenStops broken_;
  ZoneSet zone_;
  std::vector<std::shared_ptr<const DeadlineRow>> rows_;
  std::map<Digest, std::vector<Running>> running_;
  std::map<std::uint64_t, Running> stops_;    ///< refusals and withdrawals, by seq
  std::map<std::uint64_t, Digest> asked_by_;  ///< seq of what started a term, and whose it is
  std::set<Digest> gone_;  ///< subjects who were erased, or hold the number no more
  std::map<std::pair<Digest, std::string>, Due> holds_;
  std::map<std::uint64_t, Due> copies_;
};

}  // namespace

const DeadlineRows& DeadlineRows::russia() {
  static const DeadlineRows rows = from_toml(rules_data::ru_deadlines(), "rules/ru_deadlines.toml");
  return rows;
}

DeadlineRows DeadlineRows::from_toml(std::string_view toml, const std::string& name) {
  auto impl = std::make_shared<Impl>();
  DeadlineReader(name).read(toml, *impl);
  return DeadlineRows(std::move(impl));
}

std::string_view DeadlineRows::version() const noexcept { return impl_->version; }
std::string_view DeadlineRows::zone() const noexcept { return impl_->zone; }
std::span<const DeadlineRow> DeadlineRows::rows() const& noexcept { return impl_->rows; }

std::vector<Due> due(const Log& log, const DeadlineRows& rows, const Calendar& calendar, Instant at,
                     const RulePack& pack) {
  Clocks clocks(rows, calendar, at, log.identity().distributor);
  log.for_each(0, log.size(), [&](const Entry& entry) { clocks.read(entry); });
  std::vector<Due> found = clocks.finish(log, pack);
  for (Due& each : found) {
    if (each.row != nullptr && each.row->trigger == Trigger::keys_copied) {
      each.where = keys_copy_place(log, each.seq);
      continue;
    }
    try {
      const OpenedEntry opened = log.open_entry(each.seq);
      each.number = number_in(opened.details);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found && error.code() != ErrorCode::storage) throw;
    }
  }
  return found;
}

}  // namespace consent
