#include "consent/intake.hpp"

#include <algorithm>
#include <utility>

#include "consent/error.hpp"

namespace consent {

namespace {

using namespace std::chrono;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// What a spreadsheet makes of a number, undone where nothing was lost: '79161234567 ="7916…"
/// 79161234567.0 7.9161234567E+10. `kept` holds the text where it had to be written anew.
std::string_view unspoilt(std::string_view text, std::string& kept, RowProblem& problem) {
  text = trimmed(text);
  while (!text.empty() && text.front() == '\'') text.remove_prefix(1);
  if (text.size() > 3 && text.starts_with("=\"") && text.ends_with('"')) {
    text = text.substr(2, text.size() - 3);
  }
  const std::size_t point = text.find_first_of(".,");
  const std::size_t power = text.find_first_of("eE");
  if (power != std::string_view::npos && power > 0) {
    const std::string_view mantissa = text.substr(0, power);
    std::string_view exponent = text.substr(power + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    const bool pointed = point == 1 && point < power;
    const std::string_view whole = mantissa.substr(0, 1);
    const std::string_view rest = pointed ? mantissa.substr(2) : std::string_view();
    if (exponent.size() <= 2 && all_digits(exponent) && all_digits(whole) &&
        (pointed ? all_digits(rest) : mantissa.size() == 1)) {
      const auto places = static_cast<std::size_t>(std::stoi(std::string(exponent)));
      if (places != rest.size()) {
        problem = RowProblem::digits_lost;
        return {};
      }
      kept.assign(whole).append(rest);
      return kept;
    }
  }
  constexpr std::size_t national = 10;
  if (point != std::string_view::npos && point >= national && all_digits(text.substr(0, point)) &&
      text.find_first_not_of('0', point + 1) == std::string_view::npos) {
    return text.substr(0, point);
  }
  return text;
}

bool may_have_extension(std::string_view text) noexcept {
  return text.find_first_not_of("+0123456789 ()-.") != std::string_view::npos;
}

RowProblem named(NumberDefect defect) noexcept {
  switch (defect) {
    case NumberDefect::series:
      return RowProblem::series;
    case NumberDefect::code_not_given:
      return RowProblem::digit_missing;
    case NumberDefect::bare_plus:
      return RowProblem::bare_plus;
    case NumberDefect::inn:
      return RowProblem::inn;
    case NumberDefect::none:
    case NumberDefect::other:
      break;
  }
  return RowProblem::not_a_number;
}

std::optional<Digest> read_hash(std::string_view text) {
  std::string lower(trimmed(text));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return digest_from_hex(lower);
}

}  // namespace

std::string_view to_word(RowProblem problem) noexcept {
  switch (problem) {
    case RowProblem::none:
      return "none";
    case RowProblem::no_number:
      return "no_number";
    case RowProblem::not_a_number:
      return "not_a_number";
    case RowProblem::series:
      return "series";
    case RowProblem::digit_missing:
      return "digit_missing";
    case RowProblem::bare_plus:
      return "bare_plus";
    case RowProblem::inn:
      return "inn";
    case RowProblem::two_numbers:
      return "two_numbers";
    case RowProblem::digits_lost:
      return "digits_lost";
    case RowProblem::extension:
      return "extension";
    case RowProblem::no_time:
      return "no_time";
    case RowProblem::bad_time:
      return "bad_time";
    case RowProblem::no_zone:
      return "no_zone";
    case RowProblem::in_the_future:
      return "in_the_future";
    case RowProblem::bad_until:
      return "bad_until";
    case RowProblem::until_no_zone:
      return "until_no_zone";
    case RowProblem::bad_hash:
      return "bad_hash";
    case RowProblem::no_place:
      return "no_place";
    case RowProblem::refused:
      return "refused";
  }
  return {};
}

std::string_view describe(RowProblem problem) noexcept {
  switch (problem) {
    case RowProblem::none:
      return "no problem";
    case RowProblem::no_number:
      return "the cell is empty";
    case RowProblem::not_a_number:
      return "not a telephone number; a national one needs a declared country";
    case RowProblem::series:
      return "digits behind the number, such as the ending of a second one; write each number "
             "whole";
    case RowProblem::digit_missing:
      return "no numbering plan gives out this area code; a digit may be missing";
    case RowProblem::bare_plus:
      return "a national number behind '+': write the country code";
    case RowProblem::inn:
      return "digits of a taxpayer number (INN); a telephone number that looks so needs 8 or +7";
    case RowProblem::two_numbers:
      return "more than one number in the cell; give each its row";
    case RowProblem::digits_lost:
      return "a spreadsheet rounded the number and its last digits are gone; export as text";
    case RowProblem::extension:
      return "a consent of one extension is no consent of the whole number";
    case RowProblem::no_time:
      return "when it happened is not said";
    case RowProblem::bad_time:
      return "not a time as declared";
    case RowProblem::no_zone:
      return "a local time without an offset, and no zone was declared";
    case RowProblem::in_the_future:
      return "claims to have happened after now";
    case RowProblem::bad_until:
      return "not a time as declared, or not after the moment of consent";
    case RowProblem::until_no_zone:
      return "a local time without an offset, and no zone was declared";
    case RowProblem::bad_hash:
      return "not a SHA-256 in hex";
    case RowProblem::no_place:
      return "until and document are of a consent; this event has no place for them";
    case RowProblem::refused:
      return "no log may hold this";
  }
  return {};
}

Intake::Intake(DefaultCountry country, Clock clock, Offset offset)
    : country_(country), clock_(std::move(clock)), offset_(std::move(offset)) {}

std::size_t Intake::add_pattern(Event pattern) {
  patterns_.push_back(std::move(pattern));
  return patterns_.size() - 1;
}

std::optional<PhoneNumber> Intake::read_number(std::string_view text, bool stop,
                                               RowProblem& problem) const {
  std::string kept;
  text = unspoilt(text, kept, problem);
  if (problem != RowProblem::none) return std::nullopt;
  if (text.empty()) {
    problem = RowProblem::no_number;
    return std::nullopt;
  }
  if (const auto number = PhoneNumber::try_read(text, country_)) {
    // A stop that came from an extension bars the whole number: the least permissive reading.
    if (!stop && may_have_extension(text) &&
        !consent::read_number(text, country_).extension.empty()) {
      problem = RowProblem::extension;
      return std::nullopt;
    }
    return number;
  }
  problem = RowProblem::not_a_number;
  for (std::size_t i = 1; i < text.size(); ++i) {
    constexpr std::string_view between = ",;/|\n";
    if (between.find(text[i]) == std::string_view::npos) continue;
    if (PhoneNumber::try_read(trimmed(text.substr(0, i)), country_) &&
        std::count_if(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_digit) >= 6) {
      problem = RowProblem::two_numbers;
      break;
    }
  }
  if (problem == RowProblem::not_a_number) {
    try {
      (void)PhoneNumber::read(text, country_);
    } catch (const ParseError& error) {
      const std::string_view before =
          trimmed(text.substr(0, std::min(error.offset(), text.size())));
      const auto rest =
          text.begin() + static_cast<std::ptrdiff_t>(std::min(error.offset(), text.size()));
      if (PhoneNumber::try_read(before, country_) &&
          std::count_if(rest, text.end(), is_digit) >= 7) {
        problem = RowProblem::two_numbers;
      }
    }
  }
  if (problem == RowProblem::not_a_number) problem = named(defect_of(text, country_));
  return std::nullopt;
}

std::optional<Instant> Intake::read_time(std::string_view text, bool end_of_day,
                                         RowProblem& problem) const {
  text = trimmed(text);
  constexpr std::size_t to_the_minute = 16;  // YYYY-MM-DDThh:mm
  if (text.size() >= to_the_minute && (text[10] == 'T' || text[10] == ' ' || text[10] == 't')) {
    std::string whole(text);
    whole[10] = 'T';
    if (whole.size() == to_the_minute) whole += ":00";
    if (const auto at = try_parse_instant(whole)) return at;
    if (const auto wall = try_parse_instant(whole + "Z"); wall && offset_) {
      const auto hour = floor<hours>(*wall);
      auto found = hours_.find(hour.time_since_epoch().count());
      if (found == hours_.end()) {
        found = hours_.emplace(hour.time_since_epoch().count(), offset_(hour)).first;
      }
      if (found->second) return *wall - *found->second;
    }
  }
  return clock_(text, end_of_day, problem);
}

std::optional<Event> Intake::make(const IntakeRow& row, std::size_t pattern, Instant now,
                                  RowProblem& problem) const {
  problem = RowProblem::none;
  const Event& shared = patterns_.at(pattern);
  const bool given = std::holds_alternative<ConsentGiven>(shared);
  const bool stop = !given && !std::holds_alternative<ConsentAsked>(shared);
  const auto number = read_number(row.number, stop, problem);
  if (!number) return std::nullopt;
  if (trimmed(row.at).empty()) {
    problem = RowProblem::no_time;
    return std::nullopt;
  }
  // Of a day alone the least permissive moment counts: a consent from its end, a stop from its
  // beginning.
  const auto at = read_time(row.at, !stop, problem);
  if (!at) return std::nullopt;
  constexpr Instant unset_clock = sys_days{year{1990} / 1 / 1};
  if (*at < unset_clock) {
    problem = RowProblem::bad_time;
    return std::nullopt;
  }
  if (*at > now) {
    problem = RowProblem::in_the_future;
    return std::nullopt;
  }
  Event event = shared;
  bool hashes_ok = true;
  std::visit(
      [&](auto& e) {
        e.number = *number;
        e.happened = *at;
        if constexpr (requires { e.evidence; }) {
          std::string_view rest = trimmed(row.evidence);
          while (!rest.empty()) {
            const std::size_t end = std::min(rest.find_first_of(" ,;"), rest.size());
            if (const auto hash = read_hash(rest.substr(0, end))) {
              e.evidence.push_back({*hash});
            } else if (end != 0) {
              hashes_ok = false;
            }
            rest.remove_prefix(std::min(end + 1, rest.size()));
          }
        } else {
          hashes_ok = trimmed(row.evidence).empty();
        }
      },
      event);
  if (auto* const consent = std::get_if<ConsentGiven>(&event)) {
    if (!trimmed(row.document).empty()) {
      const auto hash = read_hash(row.document);
      hashes_ok = hashes_ok && hash.has_value();
      if (hash) consent->document = FileHash{*hash};
    }
    if (!trimmed(row.until).empty()) {
      consent->until = read_time(row.until, false, problem);
      if (!consent->until) {
        problem =
            problem == RowProblem::no_zone ? RowProblem::until_no_zone : RowProblem::bad_until;
        return std::nullopt;
      }
      if (*consent->until <= *at) {
        problem = RowProblem::bad_until;
        return std::nullopt;
      }
    }
  }
  if (!given && !(trimmed(row.until).empty() && trimmed(row.document).empty())) {
    problem = RowProblem::no_place;
    return std::nullopt;
  }
  if (!hashes_ok) {
    problem = RowProblem::bad_hash;
    return std::nullopt;
  }
  try {
    validate(event);
  } catch (const Error&) {
    problem = RowProblem::refused;
    return std::nullopt;
  }
  return event;
}

}  // namespace consent
