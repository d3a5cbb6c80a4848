#pragma once

#include <algorithm>
#include <cstdint>

#include "consent/decision.hpp"

/// What the record of a consent shows of the three things that a consent must show.
namespace consent::decision {

/// Nothing that the subscriber did shows who filled it in: the one reading of method and code that
/// the grades and the rule of forms share.
[[nodiscard]] constexpr bool lacks_number_proof(const Clause& consent, Channel channel) noexcept {
  const bool sent = (consent.flags & Clause::code_sent_here) != 0;
  const bool returned = (consent.flags & Clause::code_returned) != 0;
  switch (consent.method) {
    case Method::web_form:
      return !(sent && returned);
    case Method::email_link:  // shows who reads the mailbox, not who holds the number
      return !(sent && returned) && channel != Channel::email;
    case Method::sms_code:
    case Method::call_code:  // nothing said of the code: the method's own word counts
      return sent != returned;
    default:
      return false;
  }
}

/// `flags`: the consent's own, and what was added to show it. `needs_mark`: inside a contract it
/// needs a mark of its own, as consent to advertising does.
[[nodiscard]] constexpr Worth worth(const Clause& consent, std::uint16_t flags,
                                    std::uint32_t distributor, Channel channel,
                                    bool needs_mark = true) noexcept {
  const auto has = [&](unsigned flag) { return (flags & flag) != 0; };
  const bool file = has(Clause::has_document | Clause::has_evidence);
  Worth worth;
  // Who: the act identifies by itself, or a file must show it. Without one a method that is named
  // is a word alone, and one that is not named is nothing.
  if (lacks_number_proof(consent, channel) || consent.method == Method::open_source) {
    worth.identified = Grade::not_proven;
  } else {
    switch (consent.method) {
      case Method::qualified_signature:
      case Method::sms_code:
      case Method::call_code:
      case Method::web_form:  // with a code, else it was caught above
      case Method::email_link:
        worth.identified = Grade::strong;
        break;
      case Method::authenticated_app:
        worth.identified = Grade::fair;
        break;
      case Method::paper:
      case Method::recorded_voice:
      case Method::sms_reply:  // sent from the number itself
        worth.identified = file ? Grade::strong : Grade::weak;
        break;
      case Method::key_press:
      case Method::operator_note:
      case Method::message:  // shows whose account it is, which a number once opened
        worth.identified = file ? Grade::fair : Grade::weak;
        break;
      case Method::unstated:
      case Method::open_source:
        worth.identified = file ? Grade::fair : Grade::not_proven;
        break;
    }
  }
  // That they willed it: an act of their own, and what they were told.
  const bool no_mark = needs_mark && has(Clause::in_contract) && !has(Clause::separate_mark);
  if (has(Clause::prechecked) || no_mark || consent.method == Method::open_source) {
    worth.expressed = Grade::not_proven;
  } else if (file || has(Clause::has_wording)) {
    worth.expressed = Grade::strong;
  } else if (consent.method == Method::unstated) {
    worth.expressed = Grade::not_proven;
  } else if (consent.method == Method::operator_note) {
    worth.expressed = Grade::weak;
  } else {
    worth.expressed = Grade::fair;
  }
  worth.named = consent.distributor != 0 && consent.distributor == distributor ? Grade::strong
                                                                               : Grade::not_proven;
  return worth;
}

}  // namespace consent::decision
