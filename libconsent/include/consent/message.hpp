#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "consent/export.hpp"

namespace consent {

/// A sentence for people, in English, kept apart from what fills it: whoever shows it can say it in
/// another language, with the sentence as the key, and loses neither entry nor row nor column.
///
/// A value: copies are independent, and a const one is safe from several threads.
class CONSENT_EXPORT Message {
 public:
  Message() = default;  ///< nothing to say
  /// A sentence that nothing fills; it is taken as it is, braces too.
  Message(std::string sentence);       // NOLINT(google-explicit-constructor): any text is one
  Message(std::string_view sentence);  // NOLINT(google-explicit-constructor)
  Message(const char* sentence);       // NOLINT(google-explicit-constructor)
  /// Each "{}" of `sentence` is filled by the next argument, "{{" and "}}" stand for braces. An
  /// argument is a text or whole number, said as it is in every language, or another Message, or an
  /// Error, said in the same language as this one.
  template <typename... Fill>
  requires(sizeof...(Fill) > 0) explicit Message(std::string_view sentence, const Fill&... fill) {
    arguments_.reserve(sizeof...(Fill));
    (arguments_.push_back(argument(fill)), ...);
    sentence_ = sentence;
    fill_in();
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }  ///< English, filled
  /// The key of its translation.
  [[nodiscard]] const std::string& sentence() const noexcept { return sentence_; }
  [[nodiscard]] const std::vector<Message>& arguments() const noexcept { return arguments_; }
  /// A name, hash or number that no language changes; only arguments are.
  [[nodiscard]] bool as_it_is() const noexcept { return as_it_is_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  friend bool operator==(const Message& a, std::string_view text) noexcept {
    return a.text_ == text;
  }

 private:
  static Message verbatim(std::string text);
  template <typename Fill>
  static Message argument(const Fill& fill) {
    if constexpr (std::same_as<Fill, Message>) {
      return fill;
    } else if constexpr (std::integral<Fill>) {
      return verbatim(std::to_string(fill));
    } else if constexpr (std::convertible_to<const Fill&, std::string_view>) {
      return verbatim(std::string(std::string_view(fill)));
    } else {
      return fill.message();
    }
  }
  void fill_in();

  std::string sentence_, text_;
  std::vector<Message> arguments_;
  bool as_it_is_ = false;
};

}  // namespace consent
