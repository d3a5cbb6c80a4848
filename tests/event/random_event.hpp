// Events as different as validate() lets them be, from a seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "consent/event.hpp"

namespace consent_testing {

class RandomEvents {
 public:
  explicit RandomEvents(std::uint64_t seed) : random_(seed) {}

  /// REQUIRES: which < std::variant_size_v<Event>.
  consent::Event event(std::size_t which);
  consent::LogEvent log_event(std::size_t which);

  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool maybe() { return below(2) == 0; }
  /// Any moment of the years 2000 to 2050 or so, to the microsecond.
  consent::Instant moment() {
    return consent::Instant(std::chrono::microseconds(946684800000000 + below(1600000000000000)));
  }
  std::string word() {
    static const std::vector<std::string> words{
        "web", "import:crm", "ru/pd/09", "Весна-2026",      "a", "{}", "клиент№7",
        "/b/", "123-9",      "'",        "\xF0\x9F\x93\x9E"};
    return words[below(words.size())];
  }
  consent::Digest digest() { return consent::sha256(std::to_string(random_())); }

 private:
  std::string word_or_none() { return maybe() ? word() : ""; }
  std::string party() { return maybe() ? "7707083893" : maybe() ? "500100732259" : "call-centre"; }
  std::string party_or_none() { return maybe() ? party() : ""; }
  std::vector<std::string> parties() {
    std::vector<std::string> all;
    while (maybe()) all.push_back(party());
    return all;
  }
  std::vector<consent::FileHash> files(std::size_t least = 0) {
    std::vector<consent::FileHash> all;
    while (all.size() < least || maybe()) all.push_back({digest()});
    return all;
  }
  std::optional<consent::FileHash> file() {
    if (maybe()) return std::nullopt;
    return consent::FileHash{digest()};
  }
  template <typename E>
  consent::SetOf<E> set(unsigned count, bool filled = false) {
    consent::SetOf<E> some;
    if (filled) some.insert(one<E>(count));
    while (maybe()) some.insert(one<E>(count));
    return some;
  }
  template <typename E>
  E one(unsigned count) {
    return static_cast<E>(below(count));
  }
  template <typename E>
  void scope(E& e, bool filled) {
    e.covers = set<consent::Cover>(4, filled);
    e.purposes = set<consent::Purpose>(9, filled);
    e.channels = set<consent::Channel>(5, filled);
    e.distributors = std::nullopt;
    if (maybe()) e.distributors = parties();
    e.campaign = word_or_none();
    e.evidence = files();
  }
  consent::Wording wording() {
    return {maybe() ? "Согласен получать рекламу: \"да\"\n" + word() : ""};
  }
  std::uint64_t seq() { return maybe() ? below(1000) : below(std::uint64_t{1} << 53); }

  std::mt19937_64 random_;
};

inline consent::Event RandomEvents::event(std::size_t which) {
  using namespace consent;
  const EventBase base{*PhoneNumber::from_digits(79000000000 + below(999999999)), moment(),
                       word_or_none()};
  const auto later = [&] { return base.happened + std::chrono::microseconds(1 + below(1U << 30)); };
  switch (which) {
    case 0: {
      ConsentAsked e{base};
      scope(e, false);
      e.wording = wording();
      return e;
    }
    case 1: {
      ConsentGiven e{base};
      scope(e, true);
      e.acts_for = parties();
      e.acts_for_any = maybe();
      e.advertiser = party_or_none();
      e.method = one<Method>(12);
      e.wording = wording();
      e.document = file();
      if (maybe()) e.until = later();
      e.prechecked = maybe();
      if (maybe()) e.in_contract = ConsentGiven::InContract{maybe()};
      if (maybe()) e.code = ConsentGiven::Code{maybe(), maybe()};
      e.giver = one<Giver>(4);
      e.authority = word_or_none();
      return e;
    }
    case 2: {
      ConsentRefused e{base};
      scope(e, false);
      e.method = one<Method>(12);
      e.wording = wording();
      return e;
    }
    case 3: {
      ConsentWithdrawn e{base};
      scope(e, false);
      e.means = one<Method>(12);
      if (maybe()) e.received_at = moment();
      e.wording = wording();
      return e;
    }
    case 4:
      return NumberReassigned{base};
    case 5: {
      ContactMade e{base};
      e.direction = one<Direction>(2);
      e.channel = one<Channel>(5);
      e.purpose = one<Purpose>(9);
      e.requested_by_subscriber = maybe();
      e.dialled_by = one<DialledBy>(3);
      e.distributor = party_or_none();
      e.caller = party_or_none();
      e.outcome = word_or_none();
      if (maybe()) e.duration_s = static_cast<std::int64_t>(below(7 * 24 * 3600 + 1));
      e.agent_ref = word_or_none();
      e.campaign = word_or_none();
      e.recording = file();
      if (maybe()) e.advertising = Assessment{one<IsAdvertising>(3), word(), digest()};
      e.wording = wording();
      if (maybe()) e.next_at = later();
      return e;
    }
    case 6: {
      OperatorRefusal e{base};
      e.covers = maybe() ? Covers{Cover::mass_calls} : Covers{Cover::mailing};
      if (maybe()) e.covers.insert(Cover::mailing);
      e.operator_id = party_or_none();
      if (maybe()) e.in_force = moment();
      return e;
    }
    case 7: {
      NumberClassified e{base};
      e.personal_data = one<PersonalData>(3);
      e.kind = one<SubscriberKind>(5);
      const bool person = e.kind == SubscriberKind::person || e.kind == SubscriberKind::sole_trader;
      if (!person && maybe()) e.inn = "7707083893";
      e.row = word_or_none();
      return e;
    }
    case 8: {
      EvidenceAdded e{base};
      e.of = seq();
      e.evidence = files(1);
      e.kind = word_or_none();
      return e;
    }
    case 9: {
      EntryCorrected e{base};
      e.of = seq();
      e.reason = word();
      while (maybe()) e.fields.push_back(word());
      return e;
    }
    case 10: {
      SubjectErased e{base};
      e.ground = word();
      e.scope = word_or_none();
      e.request = file();
      return e;
    }
    case 11: {
      SubjectRestricted e{base};
      e.ground = word();
      if (maybe()) e.until = later();
      e.released = maybe();
      e.request = file();
      return e;
    }
    case 12: {
      RequestReceived e{base};
      e.kind = one<RequestKind>(5);
      e.means = one<Method>(12);
      if (maybe()) e.received_at = moment();
      e.evidence = files();
      return e;
    }
    case 14: {
      ContactReceived e{base};
      e.channel =
          std::array{Channel::voice, Channel::sms, Channel::messenger, Channel::email}[below(4)];
      e.heard = one<HeardAs>(3);
      e.purpose = one<Purpose>(9);
      e.distributor = party_or_none();
      e.answered = one<YesNo>(3);
      e.asked_to_stop = one<YesNo>(3);
      e.called_by_name = one<YesNo>(3);
      if (maybe()) e.duration_s = static_cast<std::int64_t>(below(7 * 24 * 3600 + 1));
      if (maybe()) e.advertising_consent = ConsentStance{};
      if (maybe()) e.personal_data_consent = ConsentStance{ConsentClaim::withdrawn, base.happened};
      e.evidence = files();
      return e;
    }
    case 13: {
      RequestAnswered e{base};
      e.of = seq();
      e.outcome = one<RequestOutcome>(3);
      e.evidence = files();
      return e;
    }
    default: {
      SubjectHeld e{base};
      e.by = party();
      e.ground = word_or_none();
      if (maybe()) e.until = later();
      e.released = maybe();
      return e;
    }
  }
}

inline consent::LogEvent RandomEvents::log_event(std::size_t which) {
  using namespace consent;
  switch (which) {
    case 0:
      return WordingRegistered{{"Согласен. " + word()}, word_or_none()};
    case 1: {
      const Instant before = moment();
      return ClockStep{before, maybe() ? before + std::chrono::microseconds(1) : moment()};
    }
    case 2: {
      LogRestored e;
      e.lost_from = below(1000);
      e.lost_to = e.lost_from + below(1000);
      e.reason = word();
      e.end_unknown = maybe();
      e.reviewed = maybe();
      e.incarnation = std::string(digest().view().substr(0, 16));
      return e;
    }
    case 4: {
      LogBackedUp e;
      e.size = 1 + below(1000);
      e.root = digest();
      e.file = digest();
      if (maybe()) e.expires = moment();
      return e;
    }
    case 5:
      return LogBackupDestroyed{below(1000)};
    case 6: {
      CallerAssigned e;
      e.distributor = party();
      do e.caller = party();
      while (e.caller == e.distributor);
      e.from = moment();
      if (maybe()) e.until = e.from + std::chrono::microseconds(1 + below(1U << 30));
      e.purposes = Purposes::from_bits(static_cast<std::uint16_t>(below(512)));
      e.channels = Channels::from_bits(static_cast<std::uint16_t>(below(32)));
      e.campaign = word_or_none();
      e.document = file();
      return e;
    }
    case 7: {
      CallerReleased e;
      e.of = below(1000);
      e.until = moment();
      e.document = file();
      return e;
    }
    default:
      return LogHeartbeat{};
  }
}

}  // namespace consent_testing
