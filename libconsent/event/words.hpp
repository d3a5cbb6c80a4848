#pragma once

#include <string_view>

#include "consent/message.hpp"

/// What may stand in an entry as text, said once for validate() and for check_body().
namespace consent::words {

/// What is wrong with a short word; "" where nothing is. Free text is where personal data leak into
/// entries for ever, so a word has no spaces, is short, and has no run of digits that could be a
/// telephone number.
[[nodiscard]] std::string_view word_problem(std::string_view word) noexcept;
/// What is wrong with the name of a party (an INN or a short word); "" where nothing is.
[[nodiscard]] Message party_problem(std::string_view id);
/// An INN of 10 digits: a person's has 12.
[[nodiscard]] bool is_organisation_inn(std::string_view text) noexcept;

/// As Sender::text() spells one.
[[nodiscard]] bool is_sender(std::string_view text) noexcept;
/// 1 to 255 bytes, without folders and control characters.
[[nodiscard]] bool is_file_name(std::string_view text) noexcept;

}  // namespace consent::words
