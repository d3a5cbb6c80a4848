#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "consent/event.hpp"

/// What the end of a contact says of contacts after it. `outcome` of contact.made holds one of
/// these words, or another word that says nothing here.
namespace consent::standing {

enum class Disposition : std::uint8_t {
  none,
  do_not_call,         ///< a demand to stop: recorded as one
  wrong_person,        ///< the number is somebody else's
  no_such_subscriber,  ///< nobody has it
  not_interested,      ///< in this campaign
  lost_deal,
};

[[nodiscard]] constexpr Disposition disposition_of(std::string_view outcome) noexcept {
  constexpr std::array<std::pair<std::string_view, Disposition>, 5> words{{
      {"do_not_call", Disposition::do_not_call},
      {"wrong_person", Disposition::wrong_person},
      {"no_such_subscriber", Disposition::no_such_subscriber},
      {"not_interested", Disposition::not_interested},
      {"lost_deal", Disposition::lost_deal},
  }};
  for (const auto& [word, disposition] : words) {
    if (word == outcome) return disposition;
  }
  return Disposition::none;
}

/// The demand to stop that a contact ended in: of everything, from whoever the contact was for.
/// nullopt: it ended otherwise.
[[nodiscard]] inline std::optional<ConsentWithdrawn> stop_of(const ContactMade& contact) {
  if (disposition_of(contact.outcome) != Disposition::do_not_call) return std::nullopt;
  ConsentWithdrawn stop;
  stop.number = contact.number;
  stop.happened = contact.happened;
  stop.source = contact.source;
  stop.means = Method::operator_note;
  stop.covers = {Cover::advertising, Cover::mass_calls, Cover::mailing};
  if (contact.recording) stop.evidence.push_back(*contact.recording);
  if (!contact.distributor.empty()) stop.distributors = {{contact.distributor}};
  return stop;
}

}  // namespace consent::standing
