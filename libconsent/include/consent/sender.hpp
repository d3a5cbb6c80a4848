#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "consent/export.hpp"
#include "consent/number.hpp"

namespace consent {

enum class SenderKind : std::uint8_t {
  number,  ///< a telephone number in E.164 form
  short_,  ///< 1 to 6 digits: emergency, service and SMS numbers
  alpha,   ///< a name: "BANK", "Госуслуги"
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(SenderKind kind) noexcept;

/// Who a message or a call says it is from. Short numbers and names are senders, not numbers: no
/// PhoneNumber can hold them, no numbering plan knows them, and anybody may use the same name.
/// Law sheet 8.1.
class CONSENT_EXPORT Sender {
 public:
  /// Reads a sender as a telephone shows it; blanks round it are skipped.
  ///  - 1 to 6 digits and nothing else: short, leading zeros kept ("0500");
  ///  - 1 to 11 characters, at least one of them a Latin or Cyrillic letter, the others letters,
  ///    digits, space or one of . - _ & ' + ! : alpha, as written (11 is what GSM 03.40 holds);
  ///  - anything else as PhoneNumber::parse() reads it.
  /// @throws ParseError as PhoneNumber::parse() does. The message never repeats the text.
  [[nodiscard]] static Sender parse(std::string_view text,
                                    DefaultCountry country = DefaultCountry::none);

  [[nodiscard]] SenderKind kind() const noexcept { return kind_; }
  /// "+79161234567", "0500", "BANK".
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::optional<PhoneNumber> number() const noexcept;  ///< where kind() is number

  friend bool operator==(const Sender&, const Sender&) = default;

 private:
  Sender(SenderKind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
  SenderKind kind_;
  std::string text_;
};

}  // namespace consent
