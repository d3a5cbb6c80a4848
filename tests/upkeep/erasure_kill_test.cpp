// An erasure is killed at random moments: afterwards the person is there, or nothing is.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/erasure.hpp"
#include "consent/error.hpp"
#include "consent/evidence.hpp"
#include "consent/history.hpp"
#include "consent/log.hpp"
#include "consent/log_standing.hpp"
#include "consent/restriction.hpp"
#include "consent/verify.hpp"
#include "keys/keys.hpp"
#include "log/log_fixture.hpp"
#include "upkeep/byte_search.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

const Instant noon = at("2026-11-20T12:00:00Z");

std::string who(int i) { return "+7916" + std::to_string(1'000'000 + i); }

Needles needles_of(const fs::path& folder, std::string_view number_text) {
  Needles needles;
  add_number(needles, number(number_text));
  auto keys =
      KeyStore::open(folder / "keys.db", sqlite::Mode::read, "romashka.example/consent", {});
  const auto subject = keys.newest(keys.index_of(number(number_text)));
  REQUIRE(subject);
  add_secret(needles, "key", std::string(subject->key.chars()));
  add_secret(needles, "index", std::string(keys.index_of(number(number_text)).view()));
  return needles;
}

}  // namespace

TEST_CASE("a hundred kills in the middle of an erasure leave the person whole or nothing of them",
          "[log][erasure][crash]") {
  constexpr int kills = 100;
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> patience(0, 12'000);
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    for (int i = 0; i < kills; ++i) {
      auto event = given(who(i), "2026-11-02T10:00:00Z");
      event.files = {{"recording", std::string(100'000, 'r') + who(i), {}}};
      log.append(event, noon);
    }
  }
  int erased = 0;
  int whole = 0;
  for (int i = 0; i < kills; ++i) {
    const Needles needles = needles_of(folder, who(i));
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      close(ends[0]);
      Log log = Log::open(folder, Access::write);
      const char ready = 'r';
      (void)!write(ends[1], &ready, 1);
      ErasureOrder order;
      order.ground = "152-fz/21-5";
      order.needed_since = noon;
      (void)consent::erase(log, number(who(i)), order, noon);
      _exit(0);
    }
    close(ends[1]);
    char ready = 0;
    REQUIRE(read(ends[0], &ready, 1) == 1);
    std::this_thread::sleep_for(std::chrono::microseconds(patience(random)));
    kill(child, SIGKILL);
    close(ends[0]);
    waitpid(child, nullptr, 0);

    const Log log = Log::open(folder, Access::write);
    REQUIRE(log.impairment().empty());
    const auto subjects = log.subjects_of(number(who(i)));
    if (subjects.empty()) {
      ++erased;
      CHECK(consent::has_erased(log));
      const Search result = search(folder, needles);
      INFO("after kill " << i);
      for (const auto& found : result.found) CHECK(found == "");
    } else {
      ++whole;
      CHECK_NOTHROW(consent::open_entries_of(log, subjects[0]));
      CHECK(consent::evidence_of(
                log, consent::history_of(log, number(who(i)), consent::Use::proof())[0].seq)[0]
                .there);
      CHECK(consent::standing_of(log, number(who(i))).back().erased() == false);
    }
  }
  CAPTURE(erased, whole);
  CHECK(erased > 0);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}
