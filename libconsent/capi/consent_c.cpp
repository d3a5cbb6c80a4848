// consent.h: words and structs to and from the C++ face, and no decision of its own.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "consent/consent.h"
#include "consent/decision.hpp"
#include "consent/error.hpp"
#include "consent/gate.hpp"
#include "decision/doubt.hpp"
#include "decision/text.hpp"

struct consent_gate {
  consent::Gate gate;
  consent::Caller caller;
  std::optional<consent::Numbering> numbering;
};

namespace {

using consent::ErrorCode;

static_assert(CONSENT_INVALID_ARGUMENT == static_cast<int>(ErrorCode::invalid_argument));
static_assert(CONSENT_STORAGE == static_cast<int>(ErrorCode::storage));
static_assert(CONSENT_BROKEN_LOG == static_cast<int>(ErrorCode::broken_log));
static_assert(CONSENT_LOCKED == static_cast<int>(ErrorCode::locked));
static_assert(CONSENT_NOT_FOUND == static_cast<int>(ErrorCode::not_found));
static_assert(CONSENT_PROOF == static_cast<int>(ErrorCode::proof));
static_assert(CONSENT_CRYPTO == static_cast<int>(ErrorCode::crypto));
static_assert(CONSENT_NOT_BUILT == static_cast<int>(ErrorCode::not_built));
static_assert(CONSENT_RULES == static_cast<int>(ErrorCode::rules));
static_assert(CONSENT_INTERNAL == static_cast<int>(ErrorCode::internal));
static_assert(CONSENT_ERASED == static_cast<int>(ErrorCode::erased));
static_assert(CONSENT_RESTRICTED == static_cast<int>(ErrorCode::restricted));
static_assert(CONSENT_DENY == static_cast<int>(consent::Verdict::deny));
static_assert(CONSENT_ALLOW == static_cast<int>(consent::Verdict::allow));
static_assert(CONSENT_UNKNOWN == static_cast<int>(consent::Verdict::unknown));

/// The border: no exception crosses it.
template <typename Body>
consent_status guarded(const Body& body) noexcept {
  try {
    return body();
  } catch (const consent::Error& e) {
    return static_cast<consent_status>(e.code());
  } catch (...) {
    return CONSENT_INTERNAL;
  }
}

/// Sizes of the structs in the first release; no caller was ever compiled with less. A field added
/// later is read only where the caller's size reaches over it.
constexpr std::size_t options_v1 = offsetof(consent_gate_options, caller_file);
constexpr std::size_t question_v1 = offsetof(consent_question, serving_operator);
constexpr std::size_t answer_v1 = offsetof(consent_answer, reason_mask_more);
constexpr std::size_t counts_v1 = sizeof(consent_contact_counts);
/// No struct of a later version is larger; what claims to be is not initialised.
constexpr std::size_t largest = 4096;

/// Whether the caller's struct reaches over a field.
template <typename T, typename Field>
bool has(std::size_t size, Field T::*field, const T& of) noexcept {
  const auto* begin = reinterpret_cast<const unsigned char*>(&of);
  const auto* at = reinterpret_cast<const unsigned char*>(&(of.*field));
  return size >= static_cast<std::size_t>(at - begin) + sizeof(Field);
}

/// A caller compiled against a newer header may pass a longer struct, as long as it asks for
/// nothing that this version does not know: the tail must be zero.
template <typename T>
bool readable(const T* from, std::size_t v1) noexcept {
  if (from == nullptr || from->size < v1 || from->size > largest) return false;
  const auto* bytes = reinterpret_cast<const unsigned char*>(from);
  return std::all_of(bytes + std::min(sizeof(T), from->size), bytes + from->size,
                     [](unsigned char byte) { return byte == 0; });
}

/// Zeroes everything behind `size`; zero is DENY. A size that cannot be right zeroes no more than
/// what it claims of the fields known here, and is refused.
bool zeroed(consent_answer* answer) noexcept {
  if (answer == nullptr) return false;
  const bool right = answer->size >= answer_v1 && answer->size <= largest;
  const std::size_t size = right ? answer->size : std::min(answer->size, sizeof(consent_answer));
  if (size > sizeof answer->size) {
    std::memset(reinterpret_cast<unsigned char*>(answer) + sizeof answer->size, 0,
                size - sizeof answer->size);
  }
  return right;
}

std::string_view view(const char* text) noexcept {
  return text == nullptr ? std::string_view() : text;
}

consent::Instant instant(std::int64_t us) noexcept {
  return consent::Instant{std::chrono::microseconds{us}};
}

/// nullopt for anything that cannot be asked. No allocation.
std::optional<consent::ResolvedQuestion> read(const consent_gate& gate,
                                              const consent_question* question) noexcept {
  if (!readable(question, question_v1) || question->number == nullptr ||
      question->channel == nullptr) {
    return std::nullopt;
  }
  const auto number = consent::PhoneNumber::try_parse(question->number);
  const consent::Names names = gate.gate.names();
  const auto distributor = gate.gate.distributor_id(view(question->distributor));
  const auto purpose = question->purpose == nullptr
                           ? consent::Purpose::unknown
                           : consent::from_word<consent::Purpose>(question->purpose);
  const auto channel = consent::from_word<consent::Channel>(question->channel);
  const auto dialled_by = question->dialled_by == nullptr
                              ? consent::DialledBy::unstated
                              : consent::from_word<consent::DialledBy>(question->dialled_by);
  if (!number || !distributor || !purpose || !channel || !dialled_by) return std::nullopt;
  std::optional<consent::ContactCounts> counts;
  if (has(question->size, &consent_question::counts, *question) && question->counts != nullptr) {
    const consent_contact_counts& given = *question->counts;
    if (given.size < counts_v1 || given.size > largest) return std::nullopt;
    counts = consent::ContactCounts{{given.attempts_day, given.attempts_week, given.attempts_month},
                                    {given.talks_day, given.talks_week, given.talks_month}};
  }
  const char* const serving = has(question->size, &consent_question::serving_operator, *question)
                                  ? question->serving_operator
                                  : nullptr;
  return consent::ResolvedQuestion{.number = *number,
                                   .distributor = *distributor,
                                   .campaign = gate.gate.campaign_id(view(question->campaign)),
                                   .purpose = *purpose,
                                   .channel = *channel,
                                   .dialled_by = *dialled_by,
                                   .at = instant(question->at_us),
                                   .basis = consent::Basis::said,
                                   .caller = gate.gate.caller_facts(gate.caller, view(serving)),
                                   .counts = counts,
                                   .numbering = gate.numbering,
                                   .names = names};
}

/// Asks; once more where the log learnt a name between reading the question and asking it. nullopt
/// for anything that cannot be asked.
std::optional<std::pair<consent::ResolvedQuestion, consent::Judgement>> ask(
    const consent_gate& gate, const consent_question* question) noexcept {
  for (;;) {
    const auto asked = read(gate, question);
    if (!asked) return std::nullopt;
    const consent::Judgement judgement = gate.gate.ask(*asked);
    if (asked->names == gate.gate.names() || !consent::decision::names_changed(judgement))
      return std::pair(*asked, judgement);
  }
}

/// Microseconds from opening to now, never negative.
std::int64_t age(const consent::Gate& gate, const consent_question& question) noexcept {
  const std::int64_t now = question.now_us != 0 ? question.now_us : question.at_us;
  const std::int64_t opened = gate.loaded_at().time_since_epoch().count();
  std::int64_t age = 0;
  if (now <= opened) return 0;
  if (__builtin_sub_overflow(now, opened, &age)) return INT64_MAX;
  return age;
}

void write(const consent::Gate& gate, const consent_question& question,
           const consent::Judgement& judgement, consent_answer& answer) noexcept {
  constexpr auto none = ~std::uint64_t{0};
  answer.verdict = static_cast<consent_verdict>(judgement.verdict);
  const auto& words = judgement.reasons.words();
  answer.reason_mask = words[0];
  if (has(answer.size, &consent_answer::reason_mask_more, answer))
    std::copy(words.begin() + 1, words.end(), answer.reason_mask_more);
  answer.relied_on =
      judgement.relied_on == none ? -1 : static_cast<std::int64_t>(judgement.relied_on);
  answer.next_allowed_us =
      judgement.next_allowed ? judgement.next_allowed->time_since_epoch().count() : 0;
  answer.log_size = gate.log_size();
  answer.age_us = age(gate, question);
  if (has(answer.size, &consent_answer::impaired, answer)) {
    answer.impaired = consent::decision::impaired(judgement) ? 1 : 0;
  }
}

/// How many bytes of `text`, at most `room`, end at a border between characters.
std::size_t whole_characters(std::string_view text, std::size_t room) noexcept {
  if (text.size() <= room) return text.size();
  while (room > 0 && (static_cast<unsigned char>(text[room]) & 0xC0U) == 0x80U) --room;
  return room;
}

/// @returns the bytes that the whole text needs, its NUL included.
std::size_t put_text(std::string_view text, char* buffer, std::size_t capacity) noexcept {
  if (buffer != nullptr && capacity > 0) {
    const std::size_t size = whole_characters(text, capacity - 1);
    std::memcpy(buffer, text.data(), size);
    buffer[size] = '\0';
  }
  return text.size() + 1;
}

}  // namespace

extern "C" {

consent_status consent_gate_open(const char* log_folder, const consent_gate_options* options,
                                 consent_gate** out) {
  return guarded([&]() -> consent_status {
    if (log_folder == nullptr || out == nullptr || !readable(options, options_v1))
      return CONSENT_INVALID_ARGUMENT;
    const auto pack = options->rules_file == nullptr
                          ? consent::RulePack::russia()
                          : consent::RulePack::from_file(options->rules_file);
    const char* const caller_file = has(options->size, &consent_gate_options::caller_file, *options)
                                        ? options->caller_file
                                        : nullptr;
    const char* const register_file =
        has(options->size, &consent_gate_options::numbering_file, *options)
            ? options->numbering_file
            : nullptr;
    consent::LogOptions with;
    with.now = instant(options->now_us);
    if (has(options->size, &consent_gate_options::passphrase, *options))
      with.passphrase = view(options->passphrase);
    if (has(options->size, &consent_gate_options::second_head, *options))
      with.second_head = view(options->second_head);
    auto gate = std::make_unique<consent_gate>(consent_gate{
        consent::Gate::open(log_folder, pack, instant(options->now_us), with), {}, {}});
    if (caller_file != nullptr) gate->caller = consent::Caller::from_file(caller_file);
    if (register_file != nullptr) gate->numbering = consent::Numbering::open(register_file);
    *out = gate.release();
    return CONSENT_OK;
  });
}

consent_status consent_gate_ask(const consent_gate* gate, const consent_question* question,
                                consent_answer* answer) {
  return guarded([&]() -> consent_status {
    const bool answerable = zeroed(answer);
    if (!answerable || gate == nullptr) return CONSENT_INVALID_ARGUMENT;
    const auto asked = ask(*gate, question);
    if (!asked) return CONSENT_INVALID_ARGUMENT;
    write(gate->gate, *question, asked->second, *answer);
    return CONSENT_OK;
  });
}

size_t consent_answer_explain(const consent_gate* gate, const consent_question* question,
                              const consent_answer* answer, const char* lang, char* buffer,
                              size_t capacity) {
  std::size_t needed = 0;
  if (buffer != nullptr && capacity > 0) buffer[0] = '\0';
  guarded([&]() -> consent_status {
    if (gate == nullptr || answer == nullptr || answer->size < answer_v1)
      return CONSENT_INVALID_ARGUMENT;
    const std::string_view language = lang == nullptr ? std::string_view("en") : lang;
    if (language != "en" && language != "ru") return CONSENT_INVALID_ARGUMENT;
    const auto found = ask(*gate, question);
    if (!found) return CONSENT_INVALID_ARGUMENT;
    const auto& [asked, judgement] = *found;
    // The reasons are found again, so an answer to another question is not explained.
    if (static_cast<consent_verdict>(judgement.verdict) != answer->verdict ||
        judgement.reasons.words()[0] != answer->reason_mask) {
      return CONSENT_INVALID_ARGUMENT;
    }
    const std::string text = consent::decision::every_line(
        consent::explain(judgement, asked, gate->gate.rules(), gate->gate.log_size(), std::nullopt,
                         gate->gate.impairment()),
        language);
    needed = put_text(text, buffer, capacity);
    return CONSENT_OK;
  });
  return needed;
}

size_t consent_gate_status(const consent_gate* gate, char* buffer, size_t capacity) {
  std::size_t needed = 0;
  if (buffer != nullptr && capacity > 0) buffer[0] = '\0';
  guarded([&]() -> consent_status {
    if (gate == nullptr) return CONSENT_INVALID_ARGUMENT;
    needed = put_text(gate->gate.impairment().text(), buffer, capacity);
    return CONSENT_OK;
  });
  return needed;
}

void consent_gate_close(consent_gate* gate) { delete gate; }

const char* consent_status_word(consent_status status) {
  switch (status) {
    case CONSENT_OK:
      return "ok";
    case CONSENT_INVALID_ARGUMENT:
      return "invalid_argument";
    case CONSENT_STORAGE:
      return "storage";
    case CONSENT_BROKEN_LOG:
      return "broken_log";
    case CONSENT_LOCKED:
      return "locked";
    case CONSENT_NOT_FOUND:
      return "not_found";
    case CONSENT_PROOF:
      return "proof";
    case CONSENT_CRYPTO:
      return "crypto";
    case CONSENT_NOT_BUILT:
      return "not_built";
    case CONSENT_RULES:
      return "rules";
    case CONSENT_INTERNAL:
      return "internal";
    case CONSENT_ERASED:
      return "erased";
    case CONSENT_RESTRICTED:
      return "restricted";
    default:
      return "unknown";
  }
}

}  // extern "C"
