#pragma once

// The one place where Python values become ours and back: moments, hashes, words, numbers, events.
// A value of the wrong kind is refused here by name; pybind11's own refusal would print the
// arguments of the call, and a telephone number among them.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <string>
#include <string_view>
#include <vector>

#include "consent/advertising.hpp"
#include "consent/decision.hpp"
#include "consent/digest.hpp"
#include "consent/error.hpp"
#include "consent/event.hpp"
#include "consent/instant.hpp"
#include "consent/message.hpp"
#include "consent/number.hpp"

namespace consent_python {

namespace py = pybind11;

consent::Instant to_instant(py::handle datetime);  ///< an aware datetime, else an error
py::object to_datetime(consent::Instant at);       ///< aware, in UTC
consent::Digest to_digest(py::handle bytes);       ///< 32 bytes, else an error
std::string_view to_text(py::handle text);         ///< borrowed from `text`
consent::Event to_event(py::handle event);         ///< an object of consent.event
/// The other way; None for a type that nothing writes yet.
py::object from_event(consent::EventType type, consent::AnyEvent said);
/// A consent.locale.message.Message; bytes that are not UTF-8 are shown as escapes.
py::object to_message(const consent::Message& message);

/// A number as the caller has it: a PhoneNumber or text.
struct AnyNumber {
  consent::PhoneNumber number = *consent::PhoneNumber::from_digits(70'000'000'000);
};
consent::PhoneNumber to_number(py::handle number);

inline py::bytes to_bytes(const consent::Digest& digest) { return py::bytes(digest.view()); }

/// What an enumeration is called in a message.
template <typename E>
inline constexpr std::string_view name_of = "";
template <>
inline constexpr std::string_view name_of<consent::Purpose> = "purpose";
template <>
inline constexpr std::string_view name_of<consent::Channel> = "channel";
template <>
inline constexpr std::string_view name_of<consent::Cover> = "cover";
template <>
inline constexpr std::string_view name_of<consent::Method> = "method";
template <>
inline constexpr std::string_view name_of<consent::Giver> = "giver";
template <>
inline constexpr std::string_view name_of<consent::Direction> = "direction";
template <>
inline constexpr std::string_view name_of<consent::DialledBy> = "dialled_by";
template <>
inline constexpr std::string_view name_of<consent::HeardAs> = "heard";
template <>
inline constexpr std::string_view name_of<consent::YesNo> = "yes_no";
template <>
inline constexpr std::string_view name_of<consent::ConsentClaim> = "claim";
template <>
inline constexpr std::string_view name_of<consent::IsAdvertising> = "is_advertising";
template <>
inline constexpr std::string_view name_of<consent::Said> = "said";
template <>
inline constexpr std::string_view name_of<consent::RequestKind> = "request";
template <>
inline constexpr std::string_view name_of<consent::RequestOutcome> = "outcome";
template <>
inline constexpr std::string_view name_of<consent::PersonalData> = "personal_data";
template <>
inline constexpr std::string_view name_of<consent::SubscriberKind> = "kind";

/// All words of an enumeration, in its order: values follow one another and none has an empty word.
template <typename E>
std::vector<std::string> words_of() {
  std::vector<std::string> words;
  for (unsigned value = 0; value < 16; ++value) {
    const std::string_view word = consent::to_word(static_cast<E>(value));
    if (word.empty()) break;
    words.emplace_back(word);
  }
  return words;
}

[[noreturn]] void refuse_word(std::string_view name, const std::vector<std::string>& words);

template <typename E>
E to_value(py::handle word) {
  if (const auto value = consent::from_word<E>(to_text(word))) return *value;
  refuse_word(name_of<E>, words_of<E>());
}

/// A set of words; one word alone is a set of one.
template <typename E>
consent::SetOf<E> to_set(py::handle words) {
  consent::SetOf<E> set;
  if (py::isinstance<py::str>(words)) {
    set.insert(to_value<E>(words));
  } else {
    for (const py::handle word : words) set.insert(to_value<E>(word));
  }
  return set;
}

template <typename E>
std::vector<std::string> words_in(consent::SetOf<E> set) {
  std::vector<std::string> words;
  for (const auto& word : words_of<E>()) {
    if (set.contains(*consent::from_word<E>(word))) words.push_back(word);
  }
  return words;
}

consent::Basis to_basis(py::handle word);

}  // namespace consent_python

namespace pybind11::detail {

template <>
struct type_caster<consent::Instant> {
  PYBIND11_TYPE_CASTER(consent::Instant, const_name("datetime.datetime"));
  bool load(handle source, bool /*convert*/) {
    value = consent_python::to_instant(source);
    return true;
  }
  static handle cast(consent::Instant at, return_value_policy /*policy*/, handle /*parent*/) {
    return consent_python::to_datetime(at).release();
  }
};

template <>
struct type_caster<consent::Digest> {
  PYBIND11_TYPE_CASTER(consent::Digest, const_name("bytes"));
  bool load(handle source, bool /*convert*/) {
    value = consent_python::to_digest(source);
    return true;
  }
  static handle cast(const consent::Digest& digest, return_value_policy /*policy*/,
                     handle /*parent*/) {
    return consent_python::to_bytes(digest).release();
  }
};

template <>
struct type_caster<consent::Message> {
  PYBIND11_TYPE_CASTER(consent::Message, const_name("Message"));
  static handle cast(const consent::Message& message, return_value_policy /*policy*/,
                     handle /*parent*/) {
    return consent_python::to_message(message).release();
  }
};

template <>
struct type_caster<consent_python::AnyNumber> {
  PYBIND11_TYPE_CASTER(consent_python::AnyNumber, const_name("PhoneNumber | str"));
  bool load(handle source, bool /*convert*/) {
    value.number = consent_python::to_number(source);
    return true;
  }
};

template <>
struct type_caster<consent::Event> {
  // A variant has no empty state; NumberReassigned is the smallest of them.
  type_caster() : value(consent::NumberReassigned{{consent_python::AnyNumber{}.number, {}, {}}}) {}
  PYBIND11_TYPE_CASTER(consent::Event, const_name("Event"));
  bool load(handle source, bool /*convert*/) {
    value = consent_python::to_event(source);
    return true;
  }
};

}  // namespace pybind11::detail
