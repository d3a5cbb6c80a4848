// Random histories of many numbers in one real log, and random questions about them.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "consent/log.hpp"
#include "decision/logs.hpp"

namespace histories {

using namespace story;

inline constexpr const char* third_inn = "7728168971";
inline constexpr const char* centre = "7714056040";

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  /// 0 … below - 1.
  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint32_t>(below)); }
  bool one_in(int many) { return pick(many) == 0; }
  template <typename E>
  SetOf<E> any_of(int count) {
    return SetOf<E>::from_bits(static_cast<std::uint16_t>(pick(1 << count)));
  }

 private:
  std::mt19937 random_;
};

/// Many numbers, told in rounds: each round is one commit, so that ten thousand histories cost a
/// few. Minutes are story::minute().
class Teller {
 public:
  Teller(Log& log, std::uint32_t seed) : log_(log), dice_(seed) {}

  /// One event of each number in [0, numbers), recorded at `now`, said at most `back` before.
  void round(std::uint64_t numbers, std::int64_t now, int back = 40) {
    std::vector<Event> events;
    for (std::uint64_t i = 0; i < numbers; ++i) {
      if (dice_.one_in(5)) continue;
      events.push_back(event(number(i), minute(now - dice_.pick(back))));
    }
    // A restriction is recorded of numbers that the log knows; those come second.
    const auto met = std::stable_partition(events.begin(), events.end(), [](const Event& event) {
      return !std::holds_alternative<SubjectRestricted>(event);
    });
    log_.append_many(std::span(events).first(static_cast<std::size_t>(met - events.begin())),
                     minute(now));
    std::vector<Event> known;
    for (auto each = met; each != events.end(); ++each) {
      if (!log_.subjects_of(*base_of(*each).number).empty()) known.push_back(*each);
    }
    if (!known.empty()) log_.append_many(known, minute(now));
  }

  /// Mobile for the most part; some at home, and some abroad.
  static PhoneNumber number(std::uint64_t i) {
    if (i % 50 == 1) return *PhoneNumber::from_digits(74951000000 + i);
    if (i % 50 == 2) return *PhoneNumber::from_digits(12025000000 + i);
    return nth(i);
  }

  Event event(PhoneNumber number, Instant said) {
    const int what = dice_.pick(24);
    if (what < 8) return consent(number, said);
    if (what < 12) return stop_of<ConsentWithdrawn>(number, said);
    if (what < 14) return stop_of<ConsentRefused>(number, said);
    if (what < 18) return contact(number, said);
    if (what == 18) return passed_on(number, said);
    if (what == 19) return operator_refusal(number, said);
    if (what == 20) {
      auto event = event_of<NumberClassified>(number, said);
      event.personal_data = static_cast<PersonalData>(dice_.pick(3));
      event.row = "ru/pd/09";
      return event;
    }
    auto event = event_of<SubjectRestricted>(number, said);
    event.ground = "demand";
    if (dice_.one_in(3)) {
      event.released = true;
    } else if (dice_.one_in(2)) {
      event.until = said + std::chrono::minutes(1 + dice_.pick(60));
    }
    return event;
  }

  Event consent(PhoneNumber number, Instant said) {
    auto event = yes(number, said);
    if (dice_.one_in(3)) event.purposes = purposes();
    if (dice_.one_in(3)) event.channels = channels();
    event.purposes.insert(Purpose::advertising);
    event.channels.insert(Channel::voice);
    if (dice_.one_in(3)) event.covers = {Cover::advertising, Cover::personal_data};
    if (dice_.one_in(3)) event.covers.insert(Cover::mass_calls);
    if (dice_.one_in(3)) event.distributors = distributors(false);
    if (dice_.one_in(4)) event.campaign = campaign();
    if (dice_.one_in(4)) event.until = said + std::chrono::minutes(1 + dice_.pick(60));
    if (dice_.one_in(8)) event.prechecked = true;
    if (dice_.one_in(8)) event.method = Method::web_form;
    if (dice_.one_in(4)) event.acts_for_any = true;
    if (dice_.one_in(8)) event.acts_for = {centre};
    return event;
  }

  template <typename E>
  Event stop_of(PhoneNumber number, Instant said) {
    auto event = event_of<E>(number, said);
    if (dice_.one_in(3)) event.covers = {Cover::advertising};
    if (dice_.one_in(6)) event.covers = {Cover::personal_data};
    if (dice_.one_in(3)) event.purposes = purposes();
    if (dice_.one_in(3)) event.channels = channels();
    if (dice_.one_in(3)) event.distributors = distributors(true);
    if (dice_.one_in(4)) event.campaign = campaign();
    return event;
  }

  Event contact(PhoneNumber number, Instant said) {
    auto event = event_of<ContactMade>(number, said);
    event.purpose = dice_.one_in(3) ? static_cast<Purpose>(dice_.pick(10)) : Purpose::advertising;
    event.channel = dice_.one_in(2) ? Channel::voice : static_cast<Channel>(dice_.pick(5));
    if (dice_.one_in(6)) event.direction = Direction::incoming;
    if (dice_.one_in(4)) event.distributor = dice_.one_in(2) ? other_inn : own_inn;
    if (dice_.one_in(3)) event.campaign = campaign();
    return event;
  }

  Dice& dice() { return dice_; }
  Purposes purposes() {
    Purposes found = dice_.any_of<Purpose>(10);
    if (found.empty()) found.insert(Purpose::advertising);
    return found;
  }
  Channels channels() {
    Channels found = dice_.any_of<Channel>(5);
    if (found.empty()) found.insert(Channel::voice);
    return found;
  }
  std::string campaign() { return dice_.one_in(2) ? "spring" : "autumn"; }

 private:
  Event operator_refusal(PhoneNumber number, Instant said) {
    auto event = event_of<OperatorRefusal>(number, said);
    if (dice_.one_in(2)) event.covers = {Cover::mailing};
    if (dice_.one_in(2)) event.in_force = said + std::chrono::minutes(dice_.pick(30));
    return event;
  }
  std::vector<std::string> distributors(bool may_be_all) {
    if (may_be_all && dice_.one_in(3)) return {};
    if (dice_.one_in(3)) return {own_inn, other_inn};
    return {dice_.one_in(2) ? own_inn : other_inn};
  }

  Log& log_;
  Dice dice_;
};

}  // namespace histories
