#include <algorithm>
#include <string>

#include "consent/error.hpp"
#include "consent/sender.hpp"
#include "event/canonical.hpp"
#include "event/table.hpp"

namespace consent {

using fields::Checker;

namespace {

/// The ten digits that a number's spellings share, whatever stands before and between them.
std::string national_digits(PhoneNumber number) {
  constexpr std::size_t length = 10;
  std::string digits = std::to_string(number.digits());
  if (digits.size() > length) digits.erase(0, digits.size() - length);
  return digits;
}

bool holds(std::string_view text, std::string_view national) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  return digits.find(national) != std::string::npos;
}

constexpr std::size_t most_text = std::size_t{64} * 1024;

/// What no log may hold of two members together, or of one beyond what its row says.
template <typename E>
void check_event(const E& /*event*/) {}

void check_end(const std::optional<Instant>& until, Instant begun, std::string_view rule) {
  if (until && *until <= begun) Checker::refuse("until", rule);
}

template <>
void check_event(const ConsentGiven& e) {
  check_end(e.until, e.happened, "not after the moment of consent");
}
template <>
void check_event(const ContactMade& e) {
  if (e.next_at && *e.next_at <= e.happened) {
    Checker::refuse("next_at", "not after the moment of contact");
  }
}
template <>
void check_event(const NumberClassified& e) {
  if (!e.inn.empty() &&
      (e.kind == SubscriberKind::person || e.kind == SubscriberKind::sole_trader)) {
    Checker::refuse("inn", "a person has no organisation's INN");
  }
}
void check_stance(std::string_view field, const std::optional<ConsentStance>& stance,
                  Instant happened) {
  if (!stance || !stance->on) return;
  if (stance->claim != ConsentClaim::withdrawn) {
    Checker::refuse(field, "a consent that was never given has no day of withdrawal");
  }
  if (*stance->on > happened) Checker::refuse(field, "after the moment of contact");
}
template <>
void check_event(const ContactReceived& e) {
  check_stance("advertising_consent", e.advertising_consent, e.happened);
  check_stance("personal_data_consent", e.personal_data_consent, e.happened);
}
template <>
void check_event(const EvidenceAdded& e) {
  if (e.evidence.empty() && e.files.empty()) {
    Checker::refuse("evidence", "at least one file is needed");
  }
}
template <>
void check_event(const SubjectRestricted& e) {
  check_end(e.until, e.happened, "not after the beginning");
}
template <>
void check_event(const SubjectHeld& e) {
  check_end(e.until, e.happened, "not after the beginning");
}
template <>
void check_event(const ClockStep& e) {
  if (e.before == e.after) Checker::refuse("after", "the clock made no step");
}
template <>
void check_event(const LogRestored& e) {
  if (e.lost_to < e.lost_from) Checker::refuse("lost_to", "before lost_from");
}
template <>
void check_event(const LogBackedUp& e) {
  if (e.size == 0) Checker::refuse("size", "a log holds an entry at least");
}
template <>
void check_event(const CallerAssigned& e) {
  if (e.caller == e.distributor) {
    Checker::refuse("caller", "the distributor itself needs no assignment");
  }
  check_end(e.until, e.from, "not after the beginning");
}

}  // namespace

Checker::Checker(const std::optional<PhoneNumber>& number)
    : national_(number ? national_digits(*number) : std::string()) {}

void Checker::refuse(std::string_view field, const Message& rule) {
  throw Error(ErrorCode::invalid_argument, Message("{}: {}", field, rule));
}

void Checker::word(std::string_view field, std::string_view word) const {
  if (const auto problem = words::word_problem(word); !problem.empty()) refuse(field, problem);
  // Dashes and brackets hide ten digits in a row from the rule above.
  if (!national_.empty() && word.size() >= national_.size() && holds(word, national_)) {
    refuse(field, "holds the subscriber's number, which has no place in an entry");
  }
}

void Checker::party(std::string_view field, std::string_view id) const {
  if (const auto problem = words::party_problem(id); !problem.empty()) refuse(field, problem);
  const bool is_inn = id.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_inn) word(field, id);
}

void Checker::wording(std::string_view field, const Wording& wording) const {
  if (wording.text.size() > most_text) refuse(field, "longer than 64 KiB");
  // Wordings are kept in clear under a bare hash: a personalised text would be personal data.
  if (!wording.text.empty() && !national_.empty() && holds(wording.text, national_)) {
    refuse(field,
           "holds the subscriber's number: a personalised text is kept sealed, as a file of the "
           "kind wording");
  }
}

void fields::Files::check(const Checker& checker, std::string_view key,
                          const std::vector<EvidenceFile>& files) {
  if (files.size() > most) Checker::refuse(key, "more than 32");
  for (const EvidenceFile& each : files) {
    if (each.kind.empty()) Checker::refuse("files: kind", "is needed");
    checker.word("files: kind", each.kind);
    if (each.bytes.empty() == each.file.empty()) {
      Checker::refuse(key, "each needs its bytes or the place it is read from, and not both");
    }
  }
}

void fields::FileNames::check(const Checker& checker, std::string_view /*key*/,
                              const std::vector<EvidenceFile>& files) {
  for (const EvidenceFile& each : files) {
    check_members(checker, FileName{each.name, each.type}, "files");
  }
}

std::string_view words::word_problem(std::string_view word) noexcept {
  constexpr std::size_t max_word = 64;
  constexpr int phone_like = 10;
  if (word.size() > max_word) return "longer than 64 bytes";
  int digits = 0;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '"' || c == '\\') {
      return "a short word without spaces, quotes and control characters is needed";
    }
    digits = (c >= '0' && c <= '9') ? digits + 1 : 0;
    if (digits >= phone_like) {
      return "holds ten or more digits in a row: a number has no place in an entry";
    }
  }
  return {};
}

Message words::party_problem(std::string_view id) {
  if (id.empty()) return "an empty name";
  if (!std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return word_problem(id);
  }
  const auto problem = check_inn(id);
  if (problem == IdentifierProblem::ok) return {};
  return Message("not an INN ({})", Message(to_word(problem)));
}

bool words::is_sender(std::string_view text) noexcept {
  try {
    return Sender::parse(text).text() == text;
  } catch (const ParseError&) {
    return false;
  }
}

bool words::is_file_name(std::string_view text) noexcept {
  constexpr std::size_t most = 255;
  return !text.empty() && text.size() <= most && text != "." && text != ".." &&
         std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f || c == '/' || c == '\\';
         });
}

bool words::is_organisation_inn(std::string_view text) noexcept {
  constexpr std::size_t digits = 10;
  return text.size() == digits && check_inn(text) == IdentifierProblem::ok;
}

void validate(const Event& event) {
  const Checker checker(base_of(event).number);
  std::visit(
      [&](const auto& e) {
        fields::check_members(checker, e);
        check_event(e);
      },
      event);
}

void validate(const LogEvent& event) {
  const Checker checker(std::nullopt);
  std::visit(
      [&](const auto& e) {
        fields::check_members(checker, e);
        check_event(e);
      },
      event);
}

}  // namespace consent
