// Large groups of events: what is made ready beside the writer, and keys written beside it, must
// change no answer and lose nothing.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/erasure.hpp"
#include "consent/error.hpp"
#include "consent/evidence.hpp"
#include "consent/history.hpp"
#include "consent/log.hpp"
#include "consent/log_standing.hpp"
#include "consent/offer.hpp"
#include "consent/rebuild.hpp"
#include "consent/verify.hpp"
#include "keys/filter.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

const Instant begun = at("2026-11-01T00:00:00Z");
const Instant noon = at("2026-11-20T12:00:00Z");

std::string nth(std::uint64_t i) { return "+7916" + std::to_string(1'000'000 + i); }

std::vector<Event> consents(std::uint64_t first, std::uint64_t count) {
  std::vector<Event> events;
  for (std::uint64_t i = 0; i < count; ++i) {
    events.emplace_back(given(nth(first + i), "2026-11-02T10:00:00Z"));
  }
  return events;
}

// Everything that can meet a number: said twice, stopped, passed on, said of the holder before,
// and what is done with the record of somebody who is known.
std::vector<Event> story(unsigned seed, std::size_t events, std::uint64_t numbers) {
  std::mt19937 random(seed);
  const auto pick = [&](std::uint64_t upto) {
    return std::uniform_int_distribution<std::uint64_t>(0, upto - 1)(random);
  };
  std::vector<Event> out;
  for (std::size_t i = 0; i < events; ++i) {
    const std::string who = nth(pick(numbers));
    const std::string when = "2026-11-" + std::string(i % 2 == 0 ? "0" : "1") +
                             std::to_string(1 + pick(9)) + "T10:00:00Z";
    switch (pick(10)) {
      case 0:
        out.emplace_back(withdrawn(who, when));
        break;
      case 1:
        out.emplace_back(NumberReassigned{{number(who), at(when), ""}});
        break;
      case 2: {  // known from the beginning, and not erased
        SubjectHeld held{{number(nth(20 + pick(100))), at(when), ""}};
        held.by = "court";
        held.released = pick(2) == 0;
        out.emplace_back(std::move(held));
        break;
      }
      case 3:
        out.emplace_back(SubjectRestricted{{number(nth(20 + pick(100))), at(when), ""}, "dispute"});
        break;
      default: {
        auto yes = given(who, when);
        yes.campaign = "c" + std::to_string(pick(5));
        yes.distributors = std::vector<std::string>{"7707083893", "d" + std::to_string(pick(3))};
        out.emplace_back(std::move(yes));
      }
    }
  }
  return out;
}

/// A log in which some numbers are known, and some of those were erased.
Log prepared_log(const fs::path& folder) {
  Log log = consent::create_log(folder, romashka(), begun);
  log.append_many(consents(0, 200), at("2026-11-03T00:00:00Z"));
  ErasureOrder order;
  order.ground = "152-fz/21-5";
  order.needed_since = noon;
  for (std::uint64_t i = 0; i < 10; ++i) {
    REQUIRE(consent::erase(log, number(nth(i)), order, at("2026-11-05T00:00:00Z")).erased);
  }
  return log;
}

struct Answer {
  Once once;
  std::uint64_t seq;
  friend bool operator==(const Answer&, const Answer&) = default;
};

std::vector<Answer> answers(const std::vector<Appended>& done) {
  std::vector<Answer> out;
  // The seq of what was refused means nothing.
  for (const Appended& one : done) {
    const bool says = one.once == Once::recorded || one.once == Once::already_there;
    out.push_back({one.once, says ? one.seq : 0});
  }
  return out;
}

/// What is known of each number, without the tags, which are random.
std::vector<SubjectStanding> standings(const Log& log, std::uint64_t numbers) {
  std::vector<SubjectStanding> out;
  for (std::uint64_t i = 0; i < numbers; ++i) {
    for (SubjectStanding& standing : consent::standing_of(log, number(nth(i)))) {
      standing.tag = Digest{};
      out.push_back(std::move(standing));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a list is answered alike one by one, in one group, and offered in parts by a thread",
          "[log][group]") {
  constexpr std::uint64_t numbers = 900;
  const auto seed = GENERATE(1U, 2U, 3U);
  const std::vector<Event> list = story(seed, 4000, numbers);
  const Scratch scratch;

  Log one_by_one = prepared_log(scratch / "one");
  std::vector<Appended> singly;
  for (const Event& event : list) {
    singly.push_back(one_by_one.append_once(std::vector<Event>{event}, noon).front());
  }
  Log grouped = prepared_log(scratch / "group");
  const auto together = grouped.append_once(list, noon);

  Log offered = prepared_log(scratch / "offered");
  std::vector<Offered> parts;
  std::thread([&] {
    constexpr std::size_t part = 1500;
    for (std::size_t i = 0; i < list.size(); i += part) {
      const auto begin = list.begin() + static_cast<std::ptrdiff_t>(i);
      const auto end = list.begin() + static_cast<std::ptrdiff_t>(std::min(i + part, list.size()));
      parts.push_back(consent::offer(offered, {begin, end}));
    }
  }).join();
  std::vector<Appended> in_parts;
  for (Offered& part : parts) {
    for (const Appended& done : consent::append_once(offered, std::move(part), noon)) {
      in_parts.push_back(done);
    }
  }

  CHECK(answers(together) == answers(singly));
  CHECK(answers(in_parts) == answers(singly));
  std::set<Once> met;
  for (const Appended& done : singly) met.insert(done.once);
  CHECK(met.size() == 4);  // a list that meets none of them would show nothing
  const auto expected = standings(one_by_one, numbers);
  CHECK(expected.size() > numbers);
  CHECK(standings(grouped, numbers) == expected);
  CHECK(standings(offered, numbers) == expected);
  for (const Log* const log : {&one_by_one, &grouped, &offered}) {
    CHECK(log->size() == one_by_one.size());
    CHECK(verify_log(log->folder(), {}).verdict == ProofVerdict::proven);
    for (std::uint64_t i = 0; i < numbers; i += 50) {
      for (const Digest& tag : log->subjects_of(number(nth(i)))) {
        CHECK_NOTHROW(consent::open_entries_of(*log, tag));
      }
    }
  }
}

TEST_CASE("a list read in again by a log opened anew says nothing twice, holds included",
          "[log][group]") {
  const Scratch scratch;
  const std::vector<Event> list = story(5, 4000, 900);
  std::uint64_t size = 0;
  {
    Log log = prepared_log(scratch / "log");
    log.append_once(list, noon);
    size = log.size();
  }
  Log log = Log::open(scratch / "log", Access::write);
  for (const Appended& again : log.append_once(list, noon)) CHECK(again.once != Once::recorded);
  CHECK(log.size() == size);
}

TEST_CASE("what a large group leaves is what the entries alone say", "[log][group]") {
  constexpr std::uint64_t numbers = 900;
  const Scratch scratch;
  std::vector<SubjectStanding> before;
  {
    Log log = prepared_log(scratch / "log");
    log.append_once(story(4, 4000, numbers), noon);
    before = standings(log, numbers);
  }
  CHECK(standings(Log::open(scratch / "log", Access::read_only), numbers) == before);
  consent::rebuild(scratch / "log");
  CHECK(standings(Log::open(scratch / "log", Access::write), numbers) == before);
}

TEST_CASE("what was offered is recorded once, by its own log, while that is open", "[log][group]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), begun);
  Log other = consent::create_log(scratch / "other", romashka(), begun);
  auto offered = consent::offer(log, consents(0, 3));
  CHECK_THROWS_AS(consent::append_once(other, consent::offer(log, consents(0, 3)), noon), Error);
  CHECK(consent::append_once(log, std::move(offered), noon).size() == 3);
  CHECK_THROWS_AS(consent::append_once(log, std::move(offered), noon),
                  Error);  // NOLINT: moved from
  CHECK_THROWS_AS(
      consent::append_once(log, consent::offer(log, consents(10, 2)), at("2026-11-01T12:00:00Z")),
      Error);
  auto late = consent::offer(log, consents(20, 3));
  { const Log closed = std::move(log); }
  Log again = Log::open(scratch / "log", Access::write);
  CHECK_THROWS_AS(consent::append_once(again, std::move(late), noon), Error);
  CHECK(again.size() == 4);
}

TEST_CASE("what is offered and never recorded leaves no file", "[log][group][evidence]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), begun);
  auto event = given(nth(1), "2026-11-02T10:00:00Z");
  event.files.push_back({"recording", std::string(300'000, 'x'), {}});
  const auto files = [&] {
    std::size_t count = 0;
    for (const auto& each : fs::recursive_directory_iterator(log.folder() / "evidence")) {
      if (each.is_regular_file()) ++count;
    }
    return count;
  };
  {
    const auto dropped = consent::offer(log, {Event(event)});
    CHECK(files() == 1);
  }
  CHECK(files() == 0);
  consent::append_once(log, consent::offer(log, {Event(event)}), noon);
  CHECK(files() == 1);
}

TEST_CASE("a child of fork that drops what was offered leaves the parent's files alone",
          "[log][group][evidence]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), begun);
  auto event = given(nth(1), "2026-11-02T10:00:00Z");
  event.files.push_back({"recording", std::string(300'000, 'x'), {}});
  std::optional<Offered> offered = consent::offer(log, {Event(event)});
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    offered.reset();
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  const auto done = consent::append_once(log, std::move(*offered), noon);
  std::size_t bytes = 0;
  consent::read_evidence(log, done.front().seq, 1, consent::Use::proof(),
                         [&](std::string_view piece) { bytes += piece.size(); });
  CHECK(bytes == 300'000);
}

TEST_CASE("who is erased between offer and record is not sealed under the key that is gone",
          "[log][group][erasure]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), begun);
  const auto first = log.append(given(nth(1), "2026-11-02T10:00:00Z"), noon);
  auto offered = consent::offer(log, {Event(given(nth(1), "2026-11-20T13:00:00Z"))});
  ErasureOrder order;
  order.ground = "152-fz/21-5";
  order.needed_since = noon;
  REQUIRE(consent::erase(log, number(nth(1)), order, noon).erased);
  const auto done = consent::append_once(log, std::move(offered), at("2026-11-20T14:00:00Z"));
  REQUIRE(done.front().once == Once::recorded);
  CHECK(done.front().tag != first.tag);
  CHECK(consent::open_entries_of(log, done.front().tag).size() == 1);
}

TEST_CASE("kills in the middle of large groups leave whole groups and every key",
          "[log][group][crash]") {
  constexpr std::uint64_t each = 1500;
  constexpr int kills = 25;
  std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<int> patience(0, 60'000);
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { const Log log = consent::create_log(folder, romashka(), begun); }
  std::uint64_t groups = 0;
  // On a busy machine no group is whole in this time: more rounds, each longer, until one is.
  for (int round = 0; round < kills || groups == 0; ++round) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      Log log = Log::open(folder, Access::write);
      for (std::uint64_t i = (log.size() - 1) / each;; ++i) {
        consent::append_once(log, consent::offer(log, consents(i * each, each)), noon);
      }
    }
    usleep(static_cast<useconds_t>((20'000 + patience(random)) * (1 + round / kills)));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const Log log = Log::open(folder, Access::write);
    CHECK((log.size() - 1) % each == 0);
    groups = (log.size() - 1) / each;
  }
  const Log log = Log::open(folder, Access::write);
  CHECK(log.impairment().empty());
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
  for (std::uint64_t i = 0; i < groups * each; i += 97) {
    const auto tags = log.subjects_of(number(nth(i)));
    REQUIRE(tags.size() == 1);
    CHECK_NOTHROW(consent::open_entries_of(log, tags.front()));
  }
  CHECK(log.subjects_of(number(nth(groups * each))).empty());
}

TEST_CASE("a filter forgets nothing, and rarely takes a stranger for one it met", "[log][filter]") {
  constexpr std::size_t many = 100'000;
  const auto digest = [](std::size_t i) { return sha256(std::to_string(i)); };
  Filter filter(many);
  CHECK(filter.capacity() == many);
  std::size_t strangers = 0;
  for (std::size_t i = 0; i < many; ++i) strangers += filter.may_hold(digest(i)) ? 1U : 0U;
  CHECK(strangers == 0);
  for (std::size_t i = 0; i < many; ++i) filter.add(digest(i));
  std::size_t met = 0;
  for (std::size_t i = 0; i < many; ++i) {
    met += filter.may_hold(digest(i)) ? 1U : 0U;
    strangers += filter.may_hold(digest(many + i)) ? 1U : 0U;
  }
  CHECK(met == many);
  CHECK(strangers < many / 100);
}
