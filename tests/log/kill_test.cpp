// A busy writer is killed at random, over and over.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/history.hpp"
#include "consent/log.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

const Instant noon = at("2026-11-20T12:00:00Z");

struct Said {
  std::uint64_t seq;
  std::uint64_t marker;
};

// Never returns: two threads append known and new subjects and report each acknowledged entry.
[[noreturn]] void write_until_killed(const fs::path& folder, int pipe_end, std::uint64_t round) {
  Log log = Log::open(folder, Access::write);
  std::atomic<std::uint64_t> next{round * 1'000'000};
  const auto produce = [&] {
    for (;;) {
      const std::uint64_t marker = next++;
      auto event = given("+7916" + std::to_string(1'000'000 + (marker * 7919) % 5000),
                         "2026-11-02T10:00:00Z");
      event.campaign = "m" + std::to_string(marker);
      const auto done = log.append(event, noon);
      const Said said{done.seq, marker};
      (void)!write(pipe_end, &said, sizeof(said));
    }
  };
  std::thread other(produce);
  produce();
  _exit(0);
}

}  // namespace

TEST_CASE("three hundred kills of a busy writer lose nothing acknowledged and double nothing",
          "[log][crash]") {
  constexpr std::uint64_t kills = 300;
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> patience(0, 25);
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { const Log log = consent::create_log(folder, romashka(), noon); }
  std::map<std::uint64_t, std::uint64_t> acknowledged;  // marker -> seq
  for (std::uint64_t round = 1; round <= kills; ++round) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      close(ends[0]);
      write_until_killed(folder, ends[1], round);
    }
    close(ends[1]);
    Said said{};
    // Two rounds in three let it speak first; the third kills it wherever it is, also in open().
    if (round % 3 != 0) {
      REQUIRE(read(ends[0], &said, sizeof(said)) == sizeof(said));
      acknowledged[said.marker] = said.seq;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(patience(random)));
    kill(child, SIGKILL);
    while (read(ends[0], &said, sizeof(said)) == sizeof(said)) acknowledged[said.marker] = said.seq;
    close(ends[0]);
    waitpid(child, nullptr, 0);
  }
  Log log = Log::open(folder, Access::write);
  CHECK(log.impairment().empty());
  std::map<std::uint64_t, std::uint64_t> found;
  std::uint64_t doubled = 0;
  log.for_each(1, log.size(), [&](const Entry& entry) {
    const auto begin = entry.bytes.find(R"("campaign":"m)") + 13;
    const auto marker = std::stoull(entry.bytes.substr(begin));
    if (!found.emplace(marker, entry.seq).second) ++doubled;
  });
  CHECK(doubled == 0);
  std::uint64_t lost = 0;
  for (const auto& [marker, seq] : acknowledged) {
    const auto there = found.find(marker);
    if (there == found.end() || there->second != seq) ++lost;
  }
  CHECK(lost == 0);
  CHECK(acknowledged.size() > kills / 2);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
  for (int i = 0; i < 50; ++i) {
    for (const Digest& tag : log.subjects_of(number("+7916" + std::to_string(1'000'000 + i)))) {
      CHECK_NOTHROW(consent::open_entries_of(log, tag));
    }
  }
}

TEST_CASE("two processes that fight for the writer's place take turns and lose nothing",
          "[log][concurrency]") {
  constexpr int each = 40;
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { const Log log = consent::create_log(folder, romashka(), noon); }
  std::vector<pid_t> children;
  for (int who = 0; who < 2; ++who) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      LogOptions options;
      options.access = Access::write;
      options.wait = std::chrono::seconds(60);
      int done = 0;
      while (done < each) {
        try {
          Log log = Log::open(folder, options);
          for (int i = 0; i < 5; ++i, ++done) {
            auto event = given("+7916200000" + std::to_string(done % 10), "2026-11-02T10:00:00Z");
            event.campaign = "w" + std::to_string(who) + "-" + std::to_string(done);
            log.append(event, noon);
          }
        } catch (const Error&) {
          _exit(1);
        }
      }
      _exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 0);
  }
  CHECK(Log::open(folder, Access::read_only).size() == 1 + 2 * each);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("fifty readers see a log that only grows while it is written", "[log][concurrency]") {
  constexpr int readers = 50;
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  log.append(given("+79161234567", "2026-11-02T10:00:00Z"), noon);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::atomic<std::uint64_t> reads{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < readers; ++i) {
    threads.emplace_back([&] {
      try {
        const Log mine = Log::open(folder, Access::read_only);
        std::uint64_t before = 0;
        while (!stop) {
          const std::uint64_t size = mine.size();
          const auto history =
              consent::history_of(mine, number("+79161234567"), consent::Use::proof());
          if (size < before || history.empty() || mine.entry(size - 1).seq != size - 1) ++wrong;
          if (history.back().subject->seq != history.size()) ++wrong;
          before = size;
          ++reads;
        }
      } catch (const std::exception&) {
        ++wrong;
      }
    });
  }
  for (int i = 0; i < 300; ++i) log.append(given("+79161234567", "2026-11-02T10:00:00Z"), noon);
  while (reads < readers) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  stop = true;
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(log.size() == 302);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}
