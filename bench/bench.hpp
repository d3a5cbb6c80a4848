// What the benchmarks share: options, clocks, rounds in turn, the table, and a log to measure.
#pragma once

#include <sched.h>
#include <sqlite3.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "consent/create.hpp"
#include "consent/log.hpp"

namespace bench {

namespace fs = std::filesystem;

/// What bench/run hands over in the environment.
struct Options {
  fs::path folder = std::getenv("CONSENT_BENCH_FOLDER") != nullptr
                        ? std::getenv("CONSENT_BENCH_FOLDER")
                        : "/var/tmp/consent-bench";
  bool quick = std::getenv("CONSENT_BENCH_QUICK") != nullptr;
  int rounds = std::getenv("CONSENT_BENCH_ROUNDS") != nullptr
                   ? std::atoi(std::getenv("CONSENT_BENCH_ROUNDS"))
                   : 5;
};

[[noreturn]] inline void die(const std::string& what) {
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}
inline void must(bool ok, const char* what) {
  if (!ok) die(what);
}

inline double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
inline consent::Instant now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}
template <typename Work>
double timed(Work work) {
  const double begun = seconds();
  work();
  return seconds() - begun;
}
/// CPU time of the calling thread: what others run meanwhile does not count, except through the
/// caches.
template <typename Work>
double cpu_timed(Work work) {
  const auto spent = [] {
    timespec at{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) + 1e-9 * static_cast<double>(at.tv_nsec);
  };
  const double begun = spent();
  work();
  return spent() - begun;
}
/// Two new threads may share one processor for most of a short run.
inline void pin(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu % std::max(1U, std::thread::hardware_concurrency()), &set);
  sched_setaffinity(0, sizeof set, &set);
}

// --- figures
// --------------------------------------------------------------------------------------

/// One figure a round.
using Series = std::vector<double>;

inline double quantile(Series values, double q) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::size_t>(q * static_cast<double>(values.size()));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::min(at, values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}
inline double median(const Series& values) { return quantile(values, 0.5); }

inline std::string figure(double value) {
  char text[32];
  if (value >= 1000) {
    std::snprintf(text, sizeof text, "%.0f", value);
    std::string out = text;
    for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3)
      out.insert(static_cast<std::size_t>(at), " ");
    return out;
  }
  std::snprintf(text, sizeof text, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  return text;
}
/// "median (min–max)"
inline std::string spread(const Series& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return figure(median(values)) + " (" + figure(*low) + "–" + figure(*high) + ")";
}

inline void line(const std::string& measure, const std::string& ours, const std::string& peer_name,
                 const std::string& peer, const std::string& ratio, const std::string& target) {
  std::printf("| %s | %s | %s | %s | %s | %s |\n", measure.c_str(), ours.c_str(), peer_name.c_str(),
              peer.c_str(), ratio.c_str(), target.c_str());
  std::fflush(stdout);
}
/// One line of the table. The ratio is the median of the rounds' own ratios.
inline void row(const std::string& measure, const Series& ours, const std::string& peer_name,
                const Series& peer, const std::string& target = "") {
  Series ratios;
  for (std::size_t i = 0; i < std::min(ours.size(), peer.size()); ++i)
    ratios.push_back(ours[i] / peer[i]);
  line(measure, spread(ours), peer_name, peer.empty() ? "" : spread(peer),
       ratios.empty() ? "" : figure(median(ratios)), target);
}

// --- what is recorded
// -----------------------------------------------------------------------------

/// Nobody's: there is no area code 000.
inline consent::PhoneNumber number(std::uint64_t i) {
  return *consent::PhoneNumber::from_digits(70000000000U + i);
}

inline consent::Event consent_of(std::uint64_t i, consent::Instant happened) {
  using namespace consent;
  ConsentGiven given{{number(i), happened, "web"}};
  given.purposes = {Purpose::advertising};
  given.channels = {Channel::voice, Channel::sms};
  given.method = Method::sms_code;
  given.campaign = "spring-" + std::to_string(i % 50);
  given.wording.text =
      "Я согласен получать рекламу по сетям электросвязи, в том числе по телефону и в СМС. "
      "Согласие можно отозвать в любой момент.";
  given.code = ConsentGiven::Code{true, true};
  return given;
}
inline consent::Event contact_with(std::uint64_t i, consent::Instant happened) {
  using namespace consent;
  ContactMade contact{{number(i), happened, "pbx"}};
  contact.purpose = Purpose::advertising;
  contact.dialled_by = DialledBy::person;
  contact.outcome = "answered";
  contact.duration_s = static_cast<std::int64_t>(i % 300);
  contact.campaign = "spring-" + std::to_string(i % 50);
  return contact;
}

inline consent::LogIdentity identity() {
  return {.origin = "bench.example/consent", .distributor = "7707083893"};
}

template <typename Make>
std::vector<consent::Event> events(const std::vector<std::uint64_t>& subjects, Make make) {
  const consent::Instant happened = now();
  std::vector<consent::Event> out;
  out.reserve(subjects.size());
  for (const std::uint64_t i : subjects) out.push_back(make(i, happened));
  return out;
}
inline std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t count) {
  std::vector<std::uint64_t> out(count);
  for (std::uint64_t i = 0; i < count; ++i) out[i] = first + i;
  return out;
}
inline std::vector<std::uint64_t> shuffled(std::uint64_t first, std::uint64_t count) {
  auto out = range(first, count);
  std::mt19937_64 random(count + first);
  std::shuffle(out.begin(), out.end(), random);
  return out;
}

inline void append_in_groups(consent::Log& log, std::span<const consent::Event> events,
                             std::size_t group) {
  for (std::size_t i = 0; i < events.size(); i += group)
    log.append_many(events.subspan(i, std::min(group, events.size() - i)), now());
}

struct BigLog {
  fs::path folder;
  std::uint64_t entries;
};
/// A log of 1,000,000 consents (--quick: 100,000) of a fifth as many subjects, a checkpoint at its
/// end; made by whichever program comes first.
inline BigLog big_log(const Options& options) {
  const std::uint64_t consents = options.quick ? 100'000 : 1'000'000;
  const fs::path folder = options.folder / ("log-" + std::to_string(consents));
  if (!fs::exists(folder)) {
    std::fprintf(stderr, "bench: writing a log of %s consents\n",
                 figure(static_cast<double>(consents)).c_str());
    const fs::path unfinished = folder.string() + ".part";
    fs::remove_all(unfinished);
    {
      auto log = consent::create_log(unfinished, identity(), now());
      for (unsigned turn = 0; turn < 5; ++turn)
        append_in_groups(log, events(shuffled(0, consents / 5), consent_of), 4096);
      log.checkpoint();
    }
    fs::rename(unfinished, folder);
  }
  return {folder, consents + 1};
}

inline std::uintmax_t bytes_in(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& file : fs::directory_iterator(folder)) bytes += file.file_size();
  return bytes;
}

// --- SQLite as a user would
// ------------------------------------------------------------------------

class Sqlite {
 public:
  Sqlite(const fs::path& file, int flags) {
    must(sqlite3_open_v2(file.c_str(), &db_, flags | SQLITE_OPEN_NOMUTEX, nullptr) == SQLITE_OK,
         "SQLite cannot open its file");
    sqlite3_busy_timeout(db_, 10000);
  }
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;
  ~Sqlite() { sqlite3_close_v2(db_); }
  void run(const char* sql) {
    must(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  }
  [[nodiscard]] sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    must(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
    return statement;
  }

 private:
  sqlite3* db_ = nullptr;
};

}  // namespace bench
