// One writer stops numbers and is killed and started again, while eight processes ask: through C++,
// C and Python. No question that is asked after a stop was acknowledged may be answered with yes,
// and numbers that nobody touched stay allowed.
//
//   torture FOLDER [QUESTIONS STOPS KILLS]     the default is the form that ctest runs;
//                                              torture /tmp/t 3000000 4000 40 is the long one
//
// CONSENT_PYTHON names a Python that has the package; else .venv of this source tree is tried.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "consent/consent.h"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/gate.hpp"

namespace {

namespace fs = std::filesystem;
using namespace consent;

constexpr std::uint32_t numbers =
    20'000;  ///< the first half may be stopped, the other is not touched
constexpr std::size_t askers = 8;

/// What the processes share; torture_ask.py knows this layout.
struct Shared {
  std::atomic<std::uint64_t> end;    ///< all stop
  std::atomic<std::uint64_t> next;   ///< the number to stop next
  std::atomic<std::uint64_t> stops;  ///< acknowledged
  struct alignas(64) Asker {
    std::atomic<std::uint64_t> asked, untouched, untouched_allowed, false_allows, after_stop;
  };
  Asker asker[askers];
  std::atomic<std::uint8_t> acknowledged[numbers];
};
static_assert(sizeof(Shared::Asker) == 64);
static_assert(offsetof(Shared, asker) == 64);
static_assert(offsetof(Shared, acknowledged) == 64 + askers * 64);

const Instant first = parse_instant("2026-11-02T07:00:00Z");
const Instant asked_at = parse_instant("2026-11-20T09:00:00Z");

PhoneNumber nth(std::uint64_t n) { return *PhoneNumber::from_digits(79160000000 + n); }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
ConsentGiven yes(PhoneNumber number) {
  ConsentGiven event{EventBase{number, first, ""}};
  event.purposes = {Purpose::advertising};
  event.channels = {Channel::voice};
  event.method = Method::sms_code;
  event.wording.text = "Согласен получать рекламу ООО «Ромашка» по телефону.";
  return event;
}
ConsentWithdrawn stop(PhoneNumber number) {
  return ConsentWithdrawn{EventBase{number, first + std::chrono::hours(1), ""}};
}
#pragma GCC diagnostic pop

void make_log(const fs::path& folder) {
  LogIdentity identity;
  identity.origin = "romashka.example/consent";
  identity.distributor = "7707083893";
  Log log = create_log(folder, identity, first - std::chrono::hours(1));
  std::vector<Event> events;
  for (std::uint32_t n = 0; n < numbers; ++n) events.emplace_back(yes(nth(n)));
  log.append_many(events, first);
}

Shared& shared_in(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ::ftruncate(fd, sizeof(Shared)) != 0) std::abort();
  void* const at = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) std::abort();
  ::close(fd);
  return *static_cast<Shared*>(at);
}

[[noreturn]] void write_stops(const fs::path& folder, Shared& shared) {
  LogOptions options;
  options.access = Access::write;
  options.wait = std::chrono::seconds(10);
  Log log = Log::open(folder, options);
  if (log.access() != Access::write) {
    std::fprintf(stderr, "writer: %s\n", log.impairment().text().c_str());
    _exit(3);
  }
  while (shared.end.load() == 0) {
    const std::uint64_t n = shared.next.load();
    if (n >= numbers / 2) break;
    log.append(stop(nth(n)), first + std::chrono::hours(2));
    shared.acknowledged[n].store(1);
    shared.stops.fetch_add(1);
    shared.next.store(n + 1);
  }
  _exit(0);
}

/// Asks and counts; `ask` says whether the number is allowed.
template <typename Ask>
void ask_on(Shared& shared, std::size_t which, std::uint64_t seed, std::uint64_t most,
            const Ask& ask) {
  Shared::Asker& mine = shared.asker[which];
  std::mt19937_64 random(seed);
  for (std::uint64_t i = 0; shared.end.load() == 0 && i < most; ++i) {
    // Half of the questions are about numbers that were stopped just now, or are about to be.
    const std::uint64_t next = shared.next.load();
    const std::uint64_t n =
        random() % 2 == 0
            ? random() % numbers
            : std::min<std::uint64_t>(numbers - 1,
                                      next + 2 - std::min<std::uint64_t>(next, random() % 12));
    const bool stopped = shared.acknowledged[n].load() != 0;  // before the question
    const bool allowed = ask(n);
    mine.asked.fetch_add(1);
    if (stopped) {
      mine.after_stop.fetch_add(1);
      if (allowed) mine.false_allows.fetch_add(1);
    }
    if (n >= numbers / 2) {
      mine.untouched.fetch_add(1);
      if (allowed) mine.untouched_allowed.fetch_add(1);
    }
  }
}

constexpr std::uint64_t for_ever = ~std::uint64_t{0};

[[noreturn]] void ask_in_cpp(const fs::path& folder, Shared& shared, std::size_t which) {
  const Gate gate = Gate::open(folder, RulePack::russia(), first);
  Question scope{nth(0)};
  scope.purpose = Purpose::advertising;
  scope.dialled_by = DialledBy::person;
  scope.at = asked_at;
  auto question = gate.resolve(scope);
  const auto one = [&](std::uint64_t n) {
    question.number = nth(n);
    return gate.ask(question).verdict == Verdict::allow;
  };
  const auto many = [&](std::uint64_t n) {
    const std::array asked{nth(n), nth((n + 1) % numbers)};
    std::array verdicts{Verdict::allow, Verdict::allow};
    gate.ask_many(asked, question, verdicts);
    return verdicts[0] == Verdict::allow;
  };
  if (which == 0) {
    ask_on(shared, which, which, for_ever, one);
  } else if (which == 1) {
    ask_on(shared, which, which, for_ever, many);
  } else {  // in children of fork, one after the other, and several threads in each
    while (shared.end.load() == 0) {
      const pid_t child = fork();
      if (child == 0) {
        std::vector<std::thread> threads;
        for (std::uint64_t t = 0; t < 2; ++t) {
          threads.emplace_back([&, t] {
            auto mine = question;
            ask_on(shared, which, t + static_cast<std::uint64_t>(getpid()), 20'000,
                   [&](std::uint64_t n) {
                     mine.number = nth(n);
                     return gate.ask(mine).verdict == Verdict::allow;
                   });
          });
        }
        for (auto& thread : threads) thread.join();
        _exit(0);
      }
      int status = 0;
      if (child < 0 || waitpid(child, &status, 0) != child || status != 0) _exit(1);
    }
  }
  _exit(0);
}

[[noreturn]] void ask_in_c(const fs::path& folder, Shared& shared, std::size_t which) {
  consent_gate_options options{};
  options.size = sizeof options;
  options.now_us = first.time_since_epoch().count();
  consent_gate* gate = nullptr;
  if (consent_gate_open(folder.c_str(), &options, &gate) != CONSENT_OK) _exit(1);
  consent_question question{};
  question.size = sizeof question;
  question.purpose = "advertising";
  question.channel = "voice";
  question.dialled_by = "person";
  question.at_us = asked_at.time_since_epoch().count();
  ask_on(shared, which, which, for_ever, [&](std::uint64_t n) {
    char text[16];
    std::snprintf(text, sizeof text, "+%llu", 79160000000ULL + static_cast<unsigned long long>(n));
    question.number = text;
    consent_answer answer{};
    answer.size = sizeof answer;
    if (consent_gate_ask(gate, &question, &answer) != CONSENT_OK) _exit(1);
    return answer.verdict == CONSENT_ALLOW;
  });
  _exit(0);
}

template <typename Work>
pid_t start(const Work& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  try {
    work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "torture: %s\n", error.what());
  }
  _exit(4);
}

/// A Python that has the package; "": none.
std::string python() {
  const char* const named = std::getenv("CONSENT_PYTHON");
  const std::string found = named != nullptr ? named : CONSENT_SOURCE "/.venv/bin/python";
  const std::string probe = found + " -c 'import consent; consent.Gate.log_size' 2>/dev/null";
  return std::system(probe.c_str()) == 0 ? found : std::string();
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) return 2;
  const auto figure = [&](int place, std::uint64_t otherwise) {
    return count > place ? std::strtoull(words[place], nullptr, 10) : otherwise;
  };
  const std::uint64_t questions = figure(2, 200'000);
  const std::uint64_t stops = figure(3, 150);
  const std::uint64_t kills = figure(4, 4);
  const fs::path scratch = words[1];
  const fs::path folder = scratch / "log";
  fs::remove_all(scratch);
  fs::create_directories(scratch);
  make_log(folder);
  Shared& shared = shared_in(scratch / "shared");
  const std::string interpreter = python();
  if (interpreter.empty())
    std::puts("torture: no Python with the package; it is asked in C instead");

  std::vector<pid_t> asking;
  for (std::size_t which = 0; which < askers; ++which) {
    asking.push_back(start([&] {
      if (which < 3) ask_in_cpp(folder, shared, which);
      if (which < 6 || interpreter.empty()) ask_in_c(folder, shared, which);
      const std::string place = std::to_string(which);
      const std::string file = (scratch / "shared").string();
      execl(interpreter.c_str(), interpreter.c_str(), CONSENT_SOURCE "/tests/capi/torture_ask.py",
            folder.c_str(), file.c_str(), place.c_str(), static_cast<char*>(nullptr));
      _exit(5);
    }));
  }
  const auto asked_by = [&](std::size_t which) { return shared.asker[which].asked.load(); };
  const auto asked = [&] {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < askers; ++i) sum += asked_by(i);
    return sum;
  };
  const auto everyone = [&] {  // has begun to ask
    for (std::size_t i = 0; i < askers; ++i) {
      if (asked_by(i) == 0) return false;
    }
    return true;
  };
  bool well = true;
  const auto is_alive = [&](pid_t child) {
    int status = 0;
    return waitpid(child, &status, WNOHANG) == 0;
  };
  using std::chrono::milliseconds;
  while (!everyone()) {
    for (const pid_t child : asking) well = well && is_alive(child);
    if (!well) break;
    std::this_thread::sleep_for(milliseconds(20));
  }

  std::mt19937_64 random(20261130);
  std::uint64_t killed = 0;
  pid_t writer = start([&] { write_stops(folder, shared); });
  while (well && (asked() < questions || shared.stops.load() < stops || killed < kills)) {
    const std::uint64_t before = shared.stops.load();
    std::this_thread::sleep_for(milliseconds(5 + random() % 60));
    for (const pid_t child : asking) well = well && is_alive(child);
    if (!is_alive(writer)) {
      if (shared.next.load() < numbers / 2) {
        std::puts("torture: the writer ended by itself");
        well = false;
      }
      break;
    }
    // Not before it stopped somebody: else it would be killed while it opens, again and again.
    if (killed < kills && shared.stops.load() > before) {
      ::kill(writer, SIGKILL);
      waitpid(writer, nullptr, 0);
      ++killed;
      writer = start([&] { write_stops(folder, shared); });
    }
  }
  shared.end.store(1);
  waitpid(writer, nullptr, 0);
  for (std::size_t i = 0; i < askers; ++i) {
    int status = 0;
    if (waitpid(asking[i], &status, 0) == asking[i] && status != 0) {
      std::printf("torture: asker %zu ended with %d\n", i, status);
      well = false;
    }
  }
  std::uint64_t untouched = 0, untouched_allowed = 0, false_allows = 0, after_stop = 0;
  for (std::size_t i = 0; i < askers; ++i) {
    const Shared::Asker& each = shared.asker[i];
    untouched += each.untouched.load();
    untouched_allowed += each.untouched_allowed.load();
    false_allows += each.false_allows.load();
    after_stop += each.after_stop.load();
    std::printf("  %s: %llu asked\n",
                i < 3                          ? "C++"
                : i < 6 || interpreter.empty() ? "C"
                                               : "Python",
                static_cast<unsigned long long>(each.asked.load()));
  }
  const double allowed = untouched == 0 ? 0
                                        : 100.0 * static_cast<double>(untouched_allowed) /
                                              static_cast<double>(untouched);
  std::printf(
      "%llu questions, %llu of them after an acknowledged stop: %llu allowed; %llu stops, "
      "%llu kills; of numbers nobody touched %.4f %% allowed\n",
      static_cast<unsigned long long>(asked()), static_cast<unsigned long long>(after_stop),
      static_cast<unsigned long long>(false_allows),
      static_cast<unsigned long long>(shared.stops.load()), static_cast<unsigned long long>(killed),
      allowed);
  well = well && false_allows == 0 && allowed >= 99.9 && after_stop > 0;
  fs::remove_all(scratch);
  return well ? 0 : 1;
}
