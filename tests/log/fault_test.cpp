// Every fault comes in two rows: failed and lost, failed and kept. The log must end right in both.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <set>
#include <string>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/log.hpp"
#include "consent/restore.hpp"
#include "consent/verify.hpp"
#include "log/fault_vfs.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

// The head is the one file written in pieces of 128 bytes.
enum class HeadFault { none, lost, kept };
std::atomic<HeadFault> head_fault{HeadFault::none};

const Instant noon = at("2026-11-20T12:00:00Z");

struct Row {
  const char* where;
  Fault::What what;
  const char* file;
  int code;
  bool kept;
};

std::set<std::string> campaigns_of(const Log& log) {
  std::set<std::string> found;
  log.for_each(1, log.size(), [&](const Entry& entry) {
    const auto begin = entry.bytes.find(R"("campaign":")") + 12;
    const auto name = entry.bytes.substr(begin, entry.bytes.find('"', begin) - begin);
    INFO(name);
    CHECK(found.insert(name).second);  // nothing is there twice
  });
  return found;
}

std::uint64_t foreign_count(const fs::path& file, const char* sql) {
  sqlite3* db = nullptr;
  sqlite3_stmt* rows = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_prepare_v2(db, sql, -1, &rows, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(rows) == SQLITE_ROW);
  const std::string found(reinterpret_cast<const char*>(sqlite3_column_text(rows, 0)));
  sqlite3_finalize(rows);
  sqlite3_close(db);
  return std::stoull(found);
}

ConsentGiven named(const std::string& campaign, const char* to) {
  auto event = given(to, "2026-11-02T10:00:00Z");
  event.campaign = campaign;
  return event;
}

}  // namespace

// Stands before libc's in this program, so that the head's own write can fail.
extern "C" ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  constexpr size_t slot = 128;
  const HeadFault armed = size == slot ? head_fault.load() : HeadFault::none;
  if (armed == HeadFault::lost) {
    errno = ENOSPC;
    return -1;
  }
  const auto done = static_cast<ssize_t>(syscall(SYS_pwrite64, fd, data, size, offset));
  if (armed == HeadFault::kept) {
    errno = EIO;
    return -1;
  }
  return done;
}

TEST_CASE(
    "a failing disk loses nothing acknowledged, doubles nothing, and leaves a log that verifies",
    "[log][fault]") {
  install_fault_vfs();
  const auto row =
      GENERATE(Row{"insert", Fault::What::write, "log.db-wal", SQLITE_IOERR_WRITE, false},
               Row{"insert", Fault::What::write, "log.db-wal", SQLITE_IOERR_WRITE, true},
               Row{"commit", Fault::What::sync, "log.db-wal", SQLITE_IOERR_FSYNC, false},
               Row{"commit", Fault::What::sync, "log.db-wal", SQLITE_IOERR_FSYNC, true},
               Row{"key write", Fault::What::write, "keys.db-wal", SQLITE_IOERR_WRITE, false},
               Row{"key write", Fault::What::write, "keys.db-wal", SQLITE_IOERR_WRITE, true},
               Row{"key commit", Fault::What::sync, "keys.db-wal", SQLITE_IOERR_FSYNC, false},
               Row{"key commit", Fault::What::sync, "keys.db-wal", SQLITE_IOERR_FSYNC, true},
               Row{"disk full", Fault::What::write, "log.db-wal", SQLITE_FULL, false},
               Row{"disk full", Fault::What::write, "log.db-wal", SQLITE_FULL, true},
               Row{"disk full, keys", Fault::What::write, "keys.db-wal", SQLITE_FULL, false},
               Row{"disk full, keys", Fault::What::write, "keys.db-wal", SQLITE_FULL, true},
               Row{"read-only disk", Fault::What::write, "log.db-wal", SQLITE_READONLY, false},
               Row{"read-only disk", Fault::What::write, "log.db-wal", SQLITE_READONLY, true});
  const int after = GENERATE(0, 1, 2);
  const bool lasting = GENERATE(false, true);
  CAPTURE(row.where, row.kept, after, lasting);

  const Scratch scratch;
  const fs::path folder = scratch / "log";
  std::set<std::string> acknowledged{"before"};
  std::set<std::string> failed;
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(named("before", "+79160000001"), noon);
    fault() = Fault{row.what, row.file, row.code, row.kept, after, lasting, 0};
    const auto try_append = [&](const std::string& name, const char* to) {
      try {
        log.append(named(name, to), noon);
        acknowledged.insert(name);
      } catch (const Error& error) {
        CHECK((error.code() == ErrorCode::storage || error.code() == ErrorCode::locked));
        failed.insert(name);
      }
    };
    // A known subject, a new one, and both again.
    try_append("known", "+79160000001");
    try_append("new", "+79160000002");
    try_append("known-again", "+79160000001");
    try_append("new-again", "+79160000002");
    CHECK((fault().fired > 0 || after > 0));  // a row that strikes nothing would show nothing
    fault() = Fault{};
    try_append("after", "+79160000003");
  }
  Log log = Log::open(folder, Access::write);
  CHECK(log.impairment().empty());
  const auto found = campaigns_of(log);
  for (const auto& name : acknowledged) CHECK(found.contains(name));
  for (const auto& name : found) CHECK((acknowledged.contains(name) || failed.contains(name)));
  CHECK_NOTHROW(log.append(named("reopened", "+79160000004"), noon));
  for (const char* const to : {"+79160000001", "+79160000004"}) {
    const auto tags = log.subjects_of(number(to));
    REQUIRE(tags.size() == 1);
    CHECK_NOTHROW(log.open_entries_of(tags.front()));
  }
  const auto verified = verify_log(folder, {});
  CHECK(verified.verdict == ProofVerdict::proven);
  if (verified.problem) WARN(verified.problem->what.text());
}

TEST_CASE("a disk that fails under a large group of new subjects keeps all of it or nothing",
          "[log][fault]") {
  install_fault_vfs();
  const auto row =
      GENERATE(Row{"insert", Fault::What::write, "log.db-wal", SQLITE_IOERR_WRITE, false},
               Row{"insert", Fault::What::write, "log.db-wal", SQLITE_FULL, true},
               Row{"commit", Fault::What::sync, "log.db-wal", SQLITE_IOERR_FSYNC, false},
               Row{"commit", Fault::What::sync, "log.db-wal", SQLITE_IOERR_FSYNC, true},
               Row{"keys beside", Fault::What::write, "keys.db-wal", SQLITE_IOERR_WRITE, false},
               Row{"keys beside", Fault::What::write, "keys.db-wal", SQLITE_FULL, true},
               Row{"key commit", Fault::What::sync, "keys.db-wal", SQLITE_IOERR_FSYNC, false},
               Row{"key commit", Fault::What::sync, "keys.db-wal", SQLITE_IOERR_FSYNC, true});
  const int after = row.what == Fault::What::sync ? 0 : GENERATE(0, 30);
  CAPTURE(row.where, row.kept, after);
  constexpr std::uint64_t many = 2500;
  const auto group = [](std::uint64_t first) {
    std::vector<Event> events;
    for (std::uint64_t i = 0; i < many; ++i) {
      events.emplace_back(named("g" + std::to_string(first + i),
                                ("+7916" + std::to_string(1'000'000 + first + i)).c_str()));
    }
    return events;
  };
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  bool acknowledged = false;
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append_once(log.offer(group(0)), noon);
    fault() = Fault{row.what, row.file, row.code, row.kept, after, false, 0};
    try {
      log.append_once(log.offer(group(many)), noon);
      acknowledged = true;
    } catch (const Error& error) {
      CHECK((error.code() == ErrorCode::storage || error.code() == ErrorCode::locked));
    }
    CHECK(fault().fired > 0);
    fault() = Fault{};
    // Whatever became of it, the same list makes it whole.
    const std::uint64_t before = log.size();
    CHECK((before == 1 + many || before == 1 + 2 * many));
    if (acknowledged) CHECK(before == 1 + 2 * many);
    log.append_once(log.offer(group(many)), noon);
    CHECK(log.size() == 1 + 2 * many);
  }
  CHECK(foreign_count(folder / "keys.db", "SELECT value FROM meta WHERE key='subjects'") ==
        2 * many);
  CHECK(foreign_count(folder / "keys.db", "SELECT count(*) FROM subject") == 2 * many);
  const Log log = Log::open(folder, Access::write);
  CHECK(campaigns_of(log).size() == 2 * many);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
  for (std::uint64_t i = 0; i < 2 * many; i += 61) {
    const auto tags = log.subjects_of(number("+7916" + std::to_string(1'000'000 + i)));
    REQUIRE(tags.size() == 1);
    CHECK_NOTHROW(log.open_entries_of(tags.front()));
  }
}

TEST_CASE("a head that cannot be written acknowledges what is durable and takes nothing more",
          "[log][fault]") {
  const auto how = GENERATE(HeadFault::lost, HeadFault::kept);
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(named("before", "+79160000001"), noon);
    head_fault = how;
    CHECK_NOTHROW(log.append(named("durable", "+79160000001"), noon));
    CHECK_THROWS_AS(log.append(named("refused", "+79160000001"), noon), Error);
    head_fault = HeadFault::none;
    CHECK_THROWS_AS(log.append(named("refused", "+79160000001"), noon), Error);
  }
  Log log = Log::open(folder, Access::write);
  CHECK(log.impairment().empty());
  CHECK(campaigns_of(log) == std::set<std::string>{"before", "durable"});
  log.append(named("after", "+79160000001"), noon);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a restore that fails midway leaves the loss to be seen, and can be done again",
          "[log][fault][restore]") {
  install_fault_vfs();
  const auto what = GENERATE(Fault::What::write, Fault::What::sync);
  const auto* const file = GENERATE("keys.db-wal", "log.db-wal");
  const bool drop_head = GENERATE(false, true);
  CAPTURE(static_cast<int>(what), file, drop_head);
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(named("kept", "+79160000001"), noon);
  }
  fs::copy(folder / "log.db", scratch / "old.db");
  { Log::open(folder, Access::write).append(named("lost", "+79160000001"), noon); }
  fs::copy(scratch / "old.db", folder / "log.db", fs::copy_options::overwrite_existing);
  if (drop_head) fs::remove(folder / "head");

  fault() = Fault{what, file, SQLITE_IOERR_WRITE, false, 0, true, 0};
  CHECK_THROWS_AS(consent::restore(folder, "backup", noon), Error);
  CHECK(fault().fired > 0);
  fault() = Fault{};
  CHECK_FALSE(Log::open(folder, Access::read_only).impairment().empty());
  CHECK(Log::open(folder, Access::write).access() == Access::read_only);

  {
    const Log log = consent::restore(folder, "backup", noon);
    CHECK(log.access() == Access::write);
    CHECK(log.entry(2).type == EventType::log_restored);
  }
  CHECK(Log::open(folder, Access::write).impairment().empty());
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a log that cannot be opened for writing says so and changes nothing", "[log][fault]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { const Log log = consent::create_log(folder, romashka(), noon); }
  head_fault = HeadFault::lost;
  CHECK_THROWS_AS(Log::open(folder, Access::write), Error);
  head_fault = HeadFault::none;
  CHECK(Log::open(folder, Access::write).size() == 1);
}

TEST_CASE("a demand that ended a contact is there with its contact, or neither is, on a bad disk",
          "[log][fault][disposition]") {
  install_fault_vfs();
  const auto row =
      GENERATE(Row{"insert", Fault::What::write, "log.db-wal", SQLITE_IOERR_WRITE, false},
               Row{"insert", Fault::What::write, "log.db-wal", SQLITE_IOERR_WRITE, true},
               Row{"commit", Fault::What::sync, "log.db-wal", SQLITE_IOERR_FSYNC, false},
               Row{"commit", Fault::What::sync, "log.db-wal", SQLITE_IOERR_FSYNC, true},
               Row{"key write", Fault::What::write, "keys.db-wal", SQLITE_IOERR_WRITE, false},
               Row{"disk full", Fault::What::write, "log.db-wal", SQLITE_FULL, false});
  const int after = GENERATE(0, 1, 2, 3);
  CAPTURE(row.where, row.kept, after);
  const Scratch scratch;
  bool acknowledged = true;
  {
    Log log = consent::create_log(scratch / "log", romashka(), noon);
    ContactMade contact{{number("+79160000001"), at("2026-11-02T10:00:00Z"), ""}};
    contact.outcome = "do_not_call";
    fault() = Fault{row.what, row.file, row.code, row.kept, after, false, 0};
    try {
      log.append(contact, noon);
    } catch (const Error&) {
      acknowledged = false;
    }
    CHECK((fault().fired > 0 || after > 0));
    fault() = Fault{};
  }
  Log log = Log::open(scratch / "log", Access::write);
  std::size_t contacts = 0;
  std::size_t stops = 0;
  log.for_each(1, log.size(), [&](const Entry& entry) {
    contacts += entry.type == EventType::contact_made ? 1U : 0U;
    stops += entry.type == EventType::consent_withdrawn ? 1U : 0U;
  });
  CHECK(contacts == stops);
  if (acknowledged) CHECK(contacts == 1);
}
