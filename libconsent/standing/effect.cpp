#include "consent/effect.hpp"

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "standing/holder.hpp"

namespace consent {

namespace {

using standing::Contact;
using standing::Holder;
using standing::Vectors;

/// A distributor or campaign that no clause names: who stops "all" stops it too.
constexpr std::uint32_t nobody_named = ~std::uint32_t{0};

constexpr std::array all_purposes{
    Purpose::advertising, Purpose::service,         Purpose::transactional,
    Purpose::survey,      Purpose::debt_collection, Purpose::political,
    Purpose::social,      Purpose::mixed,           Purpose::unknown};
constexpr std::array all_channels{Channel::voice, Channel::robot, Channel::sms, Channel::messenger,
                                  Channel::email};
constexpr std::array all_covers{Cover::advertising, Cover::personal_data, Cover::mass_calls,
                                Cover::mailing};

/// What an event speaks of; empty sets: all.
struct Reach {
  Covers covers;
  Purposes purposes;
  Channels channels;
  std::vector<std::uint32_t> distributors;
  std::uint32_t campaign = 0;
};

std::uint32_t id_in(const Terms& terms, std::string_view text) {
  const std::uint32_t id = terms.find(text);
  return id == 0 ? nobody_named : id;
}

template <typename E>
Reach reach_of(const E& event, const Terms& terms, std::string_view own) {
  Reach reach{event.covers, event.purposes, event.channels, {}, 0};
  if (!event.distributors) {
    reach.distributors.push_back(own.empty() ? nobody_named : id_in(terms, own));
  } else {
    for (const std::string& each : *event.distributors)
      reach.distributors.push_back(id_in(terms, each));
    if (reach.distributors.empty()) reach.distributors.push_back(nobody_named);
  }
  reach.campaign = event.campaign.empty() ? nobody_named : id_in(terms, event.campaign);
  return reach;
}

/// Visits each contact of the reach with each cover, until `visit` returns true; whether it did.
template <typename Visit>
bool any_of(const Reach& reach, const Visit& visit) {
  for (const Cover cover : all_covers) {
    if (!reach.covers.empty() && !reach.covers.contains(cover)) continue;
    for (const Purpose purpose : all_purposes) {
      if (!reach.purposes.empty() && !reach.purposes.contains(purpose)) continue;
      for (const Channel channel : all_channels) {
        if (!reach.channels.empty() && !reach.channels.contains(channel)) continue;
        for (const std::uint32_t distributor : reach.distributors) {
          if (visit(cover, Contact{distributor, reach.campaign, purpose, channel})) return true;
        }
      }
    }
  }
  return false;
}

/// The stop that stands for the contact at the moment; nullopt: none.
std::optional<Instant> stopped(const Holder& holder, Cover cover, const Contact& contact,
                               Instant at) {
  const standing::Moment moment{at, Basis::said};
  const standing::Standing found =
      standing::read(holder, cover, contact, at, [&](const Clause& clause) {
        return standing::defects(clause, cover, contact, moment, holder.began()) == 0;
      });
  if (found.stop == nullptr) return std::nullopt;
  return found.stopped;
}

bool repeats(const OperatorRefusal& event, const Holder& holder) {
  Covers told;
  for (const Clause& clause : holder.clauses()) {
    if (clause.type == EventType::operator_refusal &&
        standing::forbids_from(clause) <= event.happened) {
      told = Covers::from_bits(static_cast<std::uint16_t>(told.bits() | clause.covers.bits()));
    }
  }
  return (event.covers.bits() & ~told.bits()) == 0;
}

}  // namespace

Effect effect_of(const Event& event, std::span<const SubjectStanding> subjects, const Terms& terms,
                 std::string_view own) {
  if (subjects.empty()) return Effect::news;
  const Vectors all{subjects};
  const auto repeats_stop = [&](const auto& stop) {
    const Holder holder(all, stop.happened);
    const bool open = any_of(reach_of(stop, terms, own), [&](Cover cover, const Contact& contact) {
      return !stopped(holder, cover, contact, stop.happened);
    });
    return open ? Effect::news : Effect::repeats_stop;
  };
  if (const auto* const withdrawn = std::get_if<ConsentWithdrawn>(&event))
    return repeats_stop(*withdrawn);
  if (const auto* const refused = std::get_if<ConsentRefused>(&event))
    return repeats_stop(*refused);
  if (const auto* const told = std::get_if<OperatorRefusal>(&event)) {
    return repeats(*told, Holder(all, told->happened)) ? Effect::repeats_stop : Effect::news;
  }
  if (const auto* const given = std::get_if<ConsentGiven>(&event)) {
    // A moment later: the same consent, if the log holds it, has ended the stop already.
    const Instant after = given->happened + std::chrono::microseconds{1};
    const Holder holder(all, after);
    const bool ends =
        any_of(reach_of(*given, terms, own), [&](Cover cover, const Contact& contact) {
          const auto from = stopped(holder, cover, contact, after);
          return from && *from < given->happened;  // at a tie the stop stands
        });
    return ends ? Effect::ends_stop : Effect::news;
  }
  return Effect::news;
}

}  // namespace consent
