// A gate is level with its log at each question, whoever writes and however the folder changes.
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <random>
#include <thread>

#include "catch.hpp"
#include "consent/backup.hpp"
#include "consent/callers.hpp"
#include "consent/erasure.hpp"
#include "consent/error.hpp"
#include "consent/gate.hpp"
#include "consent/maintenance.hpp"
#include "consent/restore.hpp"
#include "decision/logs.hpp"
#include "gate/overlay.hpp"
#include "log/head_view.hpp"

using namespace story;

namespace fs = std::filesystem;

namespace {

constexpr int later = 1000;  // minutes: all is asked about then

/// Runs in a child of fork(); what it returns is its exit code.
int in_child(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    int code = 99;
    try {
      code = work();
    } catch (...) {
      code = 98;
    }
    _exit(code);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/// Another process opens the log and appends.
void elsewhere(const fs::path& folder, const std::function<void(Log&)>& work) {
  REQUIRE(in_child([&] {
            Log log = Log::open(folder, Access::write);
            work(log);
            return 0;
          }) == 0);
}

/// What is said, but for the erasure: a gate that is loaded after it does not know the number.
Lines said_of(const Decision& decision) {
  Lines lines = said(decision);
  std::erase(lines, "deny standing/erased");
  return lines;
}

Verdict asked(const Gate& gate, PhoneNumber number) {
  return gate.may_contact(advertising_call(number, minute(later))).verdict;
}

}  // namespace

TEST_CASE("what another process acknowledged is in the next answer", "[gate][follow]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { new_log(folder).append(yes(nth(1), minute(0)), minute(1)); }
  const Gate gate = Gate::open(folder, russia(), minute(5));
  const auto question = gate.resolve(advertising_call(nth(1), minute(later)));
  CHECK(gate.ask(question).verdict == Verdict::allow);
  CHECK(asked(gate, nth(2)) == Verdict::deny);
  elsewhere(folder, [](Log& log) {
    log.append(stop(nth(1), minute(6)), minute(6));
    log.append(yes(nth(2), minute(6)), minute(6));
  });
  CHECK(gate.ask(question).verdict == Verdict::deny);
  CHECK(asked(gate, nth(2)) == Verdict::allow);
  CHECK(gate.numbers() == 2);
  elsewhere(folder, [](Log& log) { log.append(yes(nth(1), minute(7)), minute(7)); });
  const std::array numbers{nth(1), nth(2), nth(3)};
  CHECK(gate.may_contact_many(numbers, advertising_call(nth(1), minute(later))) ==
        std::vector{Verdict::allow, Verdict::allow, Verdict::deny});
  CHECK(gate.may_contact(advertising_call(nth(1), minute(later))).log_size == gate.log_size());
  CHECK(gate.log_size() == Log::open(folder, Access::read_only).size());
}

TEST_CASE("while the log stands still a question makes no system call", "[gate][follow]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = new_log(folder);
    log.append(yes(nth(1), minute(0)), minute(1));
    log.append(yes(nth(2), minute(0)), minute(1));
  }
  const Gate gate = Gate::open(folder, russia(), minute(5));
  elsewhere(folder, [](Log& log) { log.append(stop(nth(2), minute(6)), minute(6)); });
  auto question = gate.resolve(advertising_call(nth(1), minute(later)));
  CHECK(gate.ask(question).verdict == Verdict::allow);
  const auto strictly = [&](bool asks) {
    return in_child([&, asks] {
      // From here on anything but read, write and exit kills the process.
      if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) return 77;
      bool right = true;
      for (int i = 0; asks && i < 10'000; ++i) {
        question.number = nth(static_cast<std::uint64_t>(i % 4));
        right = right && (gate.ask(question).verdict == Verdict::allow) == (i % 4 == 1);
      }
      if (!asks) (void)getppid();  // the twin shows that a call would be noticed
      syscall(SYS_exit, right ? 0 : 1);
      return 0;
    });
  };
  const int code = strictly(true);
  if (code == 77) {
    WARN("no seccomp here");
    return;
  }
  CHECK(code == 0);
  CHECK(strictly(false) == 256 + SIGKILL);
}

TEST_CASE("a gate that followed answers as one that is loaded anew", "[gate][follow][property]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  std::mt19937 random{20261130};
  std::optional<Log> log(new_log(folder));
  constexpr std::uint64_t numbers = 40;
  const Gate gate = Gate::load(*log, russia(), minute(5));
  std::vector<PhoneNumber> all;
  for (std::uint64_t n = 0; n < numbers + 5; ++n) all.push_back(nth(n));
  std::vector<std::uint64_t> assigned;
  int erased = 0;
  int restored = 0;
  for (int step = 0; step < 400; ++step) {
    const PhoneNumber number = nth(random() % numbers);
    const Instant now = minute(step);
    const auto kind = random() % 100;
    try {
      if (kind < 50) {
        auto event = yes(number, now);
        if (random() % 4 == 0) event.campaign = "campaign-" + std::to_string(random() % 5);
        event.acts_for_any = random() % 3 == 0;
        log->append(event, now);
      } else if (kind < 72) {
        auto event = stop(number, now);
        if (random() % 3 == 0) event.campaign = "campaign-" + std::to_string(random() % 5);
        log->append(event, now);
      } else if (kind < 80) {
        log->append(passed_on(number, now), now);
      } else if (kind < 84) {
        auto event = event_of<SubjectRestricted>(number, now);
        event.ground = "dispute";
        event.released = random() % 2 == 0;
        log->append(event, now);
      } else if (kind < 88) {
        CallerAssigned event;
        event.caller = other_inn;
        event.from = now;
        assigned.push_back(assign_caller(*log, event, now));
      } else if (kind < 90 && !assigned.empty()) {
        release_caller(*log, {assigned.back(), now, {}}, now);
        assigned.pop_back();
      } else if (kind < 94) {
        ErasureOrder order;
        order.ground = "withdrawn";
        order.lose_proof = true;
        erase(*log, number, order, now);
        ++erased;
      } else if (kind < 96) {
        // An entry is lost, and the log goes on.
        const fs::path kept = scratch / ("copy-" + std::to_string(step)).c_str();
        log.reset();
        fs::copy(folder, kept);
        log.emplace(Log::open(folder, Access::write));
        log->append(stop(number, now), now);
        log.reset();
        fs::copy(kept / "log.db", folder / "log.db", fs::copy_options::overwrite_existing);
        CHECK(asked(gate, number) != Verdict::allow);
        log.emplace(restore(folder, "test", now));
        ++restored;
      } else if (kind < 98 && log->soundness().doubtful_below != 0) {
        review_losses(*log, "test", now);
      } else {
        heartbeat(*log, now);
      }
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found && error.code() != ErrorCode::erased) throw;
    }
    if (step % 7 != 0) continue;
    Question question = advertising_call(nth(0), minute(step + 1));
    question.caller.id = random() % 2 == 0 ? other_inn : "";
    if (random() % 3 == 0) question.campaign = "campaign-" + std::to_string(random() % 6);
    const Gate fresh = Gate::open(folder, russia(), minute(5));
    CHECK(gate.log_size() == log->size());
    CHECK(gate.may_contact_many(all, question) == fresh.may_contact_many(all, question));
    for (const PhoneNumber each : all) {
      question.number = each;
      const Decision followed = gate.may_contact(question);
      const Decision loaded = fresh.may_contact(question);
      CHECK(followed.verdict == loaded.verdict);
      CHECK(said_of(followed) == said_of(loaded));
      CHECK(followed.relied_on == loaded.relied_on);
      CHECK(said_of(followed) == said_of(may_contact(*log, russia(), question)));
    }
  }
  CHECK(erased > 3);
  CHECK(restored > 1);
}

TEST_CASE("a gate follows in a child of fork, and in the parent as before", "[gate][follow]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { new_log(folder).append(yes(nth(1), minute(0)), minute(1)); }
  const Gate gate = Gate::open(folder, russia(), minute(5));
  elsewhere(folder, [](Log& log) { log.append(yes(nth(2), minute(2)), minute(2)); });
  CHECK(asked(gate, nth(2)) == Verdict::allow);
  int ready[2];
  int stopped[2];
  REQUIRE(pipe(ready) == 0);
  REQUIRE(pipe(stopped) == 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    bool right = asked(gate, nth(2)) == Verdict::allow;
    right = write(ready[1], "r", 1) == 1 && right;
    right = read(stopped[0], &byte, 1) == 1 && right;
    right = asked(gate, nth(2)) == Verdict::deny && right;
    right = asked(gate, nth(1)) == Verdict::allow && right;
    _exit(right ? 0 : 1);
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  elsewhere(folder, [](Log& log) { log.append(stop(nth(2), minute(6)), minute(6)); });
  REQUIRE(write(stopped[1], "s", 1) == 1);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(asked(gate, nth(2)) == Verdict::deny);
  for (const int fd : {ready[0], ready[1], stopped[0], stopped[1]}) close(fd);
}

TEST_CASE(
    "a question resolved before a name came in is left open, and answered when resolved again",
    "[gate][follow]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { new_log(folder).append(yes(nth(1), minute(0)), minute(1)); }
  const Gate gate = Gate::open(folder, russia(), minute(5));
  Question question = advertising_call(nth(1), minute(later));
  question.campaign = "autumn";
  const auto resolved = gate.resolve(question);
  CHECK(gate.ask(resolved).verdict == Verdict::allow);
  elsewhere(folder, [](Log& log) {
    auto event = stop(nth(1), minute(6));
    event.campaign = "autumn";
    log.append(event, minute(6));
  });
  CHECK(gate.ask(resolved).verdict == Verdict::unknown);
  CHECK(said(explain(gate.ask(resolved), resolved, gate.rules(), gate.log_size())) ==
        Lines{"unknown gate/names-changed"});
  CHECK(gate.ask(gate.resolve(question)).verdict == Verdict::deny);
  CHECK(gate.may_contact(question).verdict == Verdict::deny);
  // One that names only what was known goes on.
  question.campaign.clear();
  const auto plain = gate.resolve(question);
  elsewhere(folder, [](Log& log) {
    auto event = yes(nth(2), minute(7));
    event.campaign = "winter";
    log.append(event, minute(7));
  });
  CHECK(gate.ask(plain).verdict != Verdict::unknown);
}

TEST_CASE("a gate whose log is damaged, restored or put back answers as the log does now",
          "[gate][follow][impaired]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = new_log(folder);
    log.append(yes(nth(1), minute(0)), minute(1));
    log.append(yes(nth(2), minute(0)), minute(1));
    back_up(log, scratch / "backup", KeysCopy{minute(20'000), minute(30'000)}, minute(2));
  }
  const Gate gate = Gate::open(folder, russia(), minute(5));
  CHECK(asked(gate, nth(1)) == Verdict::allow);
  elsewhere(folder, [](Log& log) { log.append(stop(nth(1), minute(6)), minute(6)); });
  CHECK(asked(gate, nth(1)) == Verdict::deny);
  // The folder is lost but for its head; a backup comes into its place.
  fs::resize_file(folder / "log.db", 100);
  RestoreOrder order;
  order.backup = scratch / "backup";
  order.reason = "disk";
  REQUIRE(in_child([&] {
            (void)restore_from(folder, order, minute(8));
            return 0;
          }) == 0);
  CHECK(asked(gate, nth(1)) == Verdict::unknown);  // the stop is lost
  CHECK(asked(gate, nth(2)) == Verdict::unknown);
  elsewhere(folder, [](Log& log) { log.append(yes(nth(2), minute(9)), minute(9)); });
  CHECK(asked(gate, nth(2)) == Verdict::allow);
  elsewhere(folder, [](Log& log) { log.append(stop(nth(2), minute(10)), minute(10)); });
  CHECK(asked(gate, nth(2)) == Verdict::deny);
}

TEST_CASE("a gate that cannot follow its log allows nothing and says why, and then goes on",
          "[gate][follow][impaired]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { new_log(folder).append(yes(nth(1), minute(0)), minute(1)); }
  const Gate gate = Gate::open(folder, russia(), minute(5));
  CHECK(asked(gate, nth(1)) == Verdict::allow);
  elsewhere(folder, [](Log& log) { log.append(yes(nth(2), minute(2)), minute(2)); });
  fs::rename(folder, scratch / "away");
  const Decision answer = gate.may_contact(advertising_call(nth(1), minute(later)));
  CHECK(answer.verdict == Verdict::unknown);
  CHECK(said(answer).front() == "unknown log/impaired");
  CHECK(answer.impaired.text().find("cannot be followed") != std::string::npos);
  CHECK(gate.impairment().text().find("log.db: there is no log in this folder") !=
        std::string::npos);
  fs::rename(scratch / "away", folder);
  CHECK(asked(gate, nth(1)) == Verdict::allow);
  CHECK(asked(gate, nth(2)) == Verdict::allow);
  CHECK(gate.impairment().empty());
}

TEST_CASE("a folder that may not be entered is an Error of ours", "[gate][errors]") {
  const Scratch scratch;
  { new_log(scratch / "log").append(yes(nth(1), minute(0)), minute(1)); }
  fs::permissions(scratch / "log", fs::perms::none);
  const int code = in_child([&] {
    if (geteuid() == 0 && setuid(65534) != 0) return 77;
    try {
      (void)Gate::open(scratch / "log", russia(), minute(5));
    } catch (const Error& error) {
      return error.code() == ErrorCode::storage ? 0 : 2;
    } catch (const std::exception&) {
      return 3;
    }
    return 4;
  });
  fs::permissions(scratch / "log", fs::perms::owner_all);
  if (code == 77) {
    WARN("cannot become somebody else here");
    return;
  }
  CHECK(code == 0);
}

TEST_CASE("file systems that other machines write are refused by a gate", "[gate][errors]") {
  for (const std::int64_t type :
       {0x6969LL, 0xFF534D42LL, 0xFE534D42LL, 0x65735546LL, 0x01021997LL, 0x00C36400LL,
        static_cast<long long>(static_cast<std::int32_t>(0xFF534D42U))}) {
    CAPTURE(type);
    CHECK(is_shared_file_system(type));
  }
  for (const std::int64_t type : {0xEF53LL, 0x58465342LL, 0x9123683ELL, 0x01021994LL, 0x794C7630LL})
    CHECK_FALSE(is_shared_file_system(type));
}

TEST_CASE("a torn slot of the head leaves the other, and a whole torn head none", "[gate][head]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = new_log(folder);
    log.append(yes(nth(1), minute(0)), minute(1));
    log.append(yes(nth(2), minute(0)), minute(1));
  }
  const auto view = HeadView::open(folder / "head");
  REQUIRE(view);
  const auto state = view->state();
  REQUIRE(state);
  CHECK(state->size == 3);
  CHECK(HeadFile::read(folder / "head") == state);
  const auto before = view->mark();
  const auto spoil = [&](std::size_t at) {
    FILE* const file = std::fopen((folder / "head").c_str(), "r+b");
    REQUIRE(file != nullptr);
    std::fseek(file, static_cast<long>(at), SEEK_SET);
    std::fputc('x', file);
    std::fclose(file);
  };
  // The newer slot: a write that was cut off. What it would have said was never acknowledged.
  spoil((state->counter % 2) * 128 + 100);
  CHECK(view->mark() != before);
  REQUIRE(view->state());
  CHECK(view->state()->size == 2);
  spoil((1 - state->counter % 2) * 128 + 100);
  CHECK_FALSE(view->state());
  const Gate gate = Gate::open(folder, russia(), minute(5));
  CHECK(asked(gate, nth(1)) == Verdict::unknown);
  CHECK(gate.impairment().text().find("head: missing or unreadable") != std::string::npos);
}

TEST_CASE("readers of an overlay never see what was freed, whoever replaces it",
          "[gate][overlay][threads]") {
  gate::Overlay overlay;
  const auto node = [](std::uint64_t mark) {
    SubjectStanding standing;
    standing.clauses.resize(3);
    for (Clause& clause : standing.clauses) clause.seq = mark;
    return gate::Overlay::Node{{standing}, false};
  };
  constexpr std::uint64_t numbers = 300;
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  std::atomic<std::uint64_t> torn{0};
  std::atomic<std::uint64_t> reads{0};
  for (int t = 0; t < 4; ++t) {
    readers.emplace_back([&, t] {
      std::mt19937_64 random(static_cast<std::uint64_t>(t));
      while (!done.load()) {
        const auto* const cell = overlay.find(nth(random() % numbers));
        if (cell == nullptr) continue;
        const bool whole = overlay.read(*cell, [](const gate::Overlay::Node& found) noexcept {
          const auto& clauses = found.subjects[0].clauses;
          return clauses.size() == 3 && clauses[0].seq == clauses[2].seq;
        });
        if (!whole) torn.fetch_add(1);
        reads.fetch_add(1);
      }
    });
  }
  std::mt19937_64 random(9);
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    overlay.put(nth(random() % numbers), node(i), true);
    if (i % 16 == 0) overlay.collect();
  }
  done = true;
  for (auto& reader : readers) reader.join();
  CHECK(torn == 0);
  CHECK(overlay.size() == numbers);
  CHECK(overlay.added() == numbers);
  overlay.collect();
  CHECK(overlay.retired() == 0);
}
