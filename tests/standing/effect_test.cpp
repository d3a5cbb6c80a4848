#include "consent/effect.hpp"

#include "catch.hpp"

using namespace consent;

namespace {

constexpr std::string_view own = "7707083893";
const PhoneNumber number = PhoneNumber::parse("+79000000001");

Instant day(int n) { return Instant(std::chrono::days(20000 + n)); }

/// One subject of the number, told clause by clause.
struct Told {
  Terms terms;
  SubjectStanding subject;

  Clause& add(EventType type, Instant at) {
    Clause clause;
    clause.type = type;
    clause.covers = {Cover::advertising};
    clause.said = clause.recorded = at;
    clause.seq = subject.clauses.size() + 1;
    if (type == EventType::consent_given) {
      clause.purposes = {Purpose::advertising};
      clause.channels = {Channel::voice};
      clause.distributor = terms.id_of(own);
    }
    subject.clauses.push_back(clause);
    return subject.clauses.back();
  }
  Effect of(const Event& event) const { return effect_of(event, {&subject, 1}, terms, own); }
};

ConsentWithdrawn stop_at(Instant at) {
  ConsentWithdrawn stop;
  stop.number = number;
  stop.happened = at;
  stop.covers = {Cover::advertising};
  return stop;
}

ConsentGiven yes_at(Instant at) {
  ConsentGiven yes;
  yes.number = number;
  yes.happened = at;
  yes.purposes = {Purpose::advertising};
  yes.channels = {Channel::voice};
  return yes;
}

}  // namespace

TEST_CASE("a number that the log never met makes everything news", "[effect]") {
  CHECK(effect_of(stop_at(day(1)), {}, {}, own) == Effect::news);
  CHECK(effect_of(yes_at(day(1)), {}, {}, own) == Effect::news);
}

TEST_CASE("a stop of what is stopped already repeats it", "[effect]") {
  Told told;
  told.add(EventType::consent_withdrawn, day(1)).distributor = 0;
  CHECK(told.of(stop_at(day(2))) == Effect::repeats_stop);
  CHECK(told.of(stop_at(day(0))) == Effect::news);  // earlier than what is known
  told.add(EventType::consent_given, day(3));
  CHECK(told.of(stop_at(day(4))) == Effect::news);  // a consent was between
}

TEST_CASE("a wider stop than the one that stands is news", "[effect]") {
  Told told;
  Clause& stop = told.add(EventType::consent_withdrawn, day(1));
  stop.channels = {Channel::sms};
  CHECK(told.of(stop_at(day(2))) == Effect::news);
  auto narrow = stop_at(day(2));
  narrow.channels = {Channel::sms};
  CHECK(told.of(narrow) == Effect::repeats_stop);
  narrow.covers = {Cover::personal_data};
  CHECK(told.of(narrow) == Effect::news);
}

TEST_CASE("a stop to one distributor or campaign is none to all", "[effect]") {
  Told told;
  Clause& stop = told.add(EventType::consent_withdrawn, day(1));
  stop.distributor = told.terms.id_of(own);
  CHECK(told.of(stop_at(day(2))) == Effect::repeats_stop);
  auto all = stop_at(day(2));
  all.distributors.emplace();
  CHECK(told.of(all) == Effect::news);
  stop.campaign = told.terms.id_of("spring");
  CHECK(told.of(stop_at(day(2))) == Effect::news);
  auto spring = stop_at(day(2));
  spring.campaign = "spring";
  CHECK(told.of(spring) == Effect::repeats_stop);
}

TEST_CASE("a consent after a stop of its scope ends the stop", "[effect]") {
  Told told;
  told.add(EventType::consent_withdrawn, day(1));
  CHECK(told.of(yes_at(day(2))) == Effect::ends_stop);
  CHECK(told.of(yes_at(day(0))) == Effect::news);  // the stop ended it
  auto other = yes_at(day(2));
  other.covers = {Cover::personal_data};
  CHECK(told.of(other) == Effect::news);
  CHECK(told.of(yes_at(day(1))) == Effect::news);  // at a tie the stop stands
  told.add(EventType::consent_given, day(3));
  CHECK(told.of(yes_at(day(4))) == Effect::news);  // ended before
  CHECK(told.of(yes_at(day(3))) == Effect::news);  // it is there already
}

TEST_CASE("a refusal at the operator repeats one that covers it", "[effect]") {
  Told told;
  told.add(EventType::operator_refusal, day(1)).covers = {Cover::mass_calls};
  OperatorRefusal refusal;
  refusal.number = number;
  refusal.happened = day(2);
  CHECK(told.of(refusal) == Effect::repeats_stop);
  refusal.covers = {Cover::mass_calls, Cover::mailing};
  CHECK(told.of(refusal) == Effect::news);
}
