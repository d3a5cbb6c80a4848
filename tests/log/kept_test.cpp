// The derived table may be behind its entries: nobody who reads may notice, and nothing may be
// lost by it.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/erasure.hpp"
#include "consent/error.hpp"
#include "consent/history.hpp"
#include "consent/log.hpp"
#include "consent/log_standing.hpp"
#include "consent/rebuild.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

const Instant noon = at("2026-11-20T12:00:00Z");
constexpr const char* alice = "+79161234567";
constexpr const char* boris = "+79031112233";
constexpr const char* clara = "+79260000001";

// What a kill leaves: everything acknowledged is in the file, nothing was tidied up.
void killed_after(const fs::path& folder, const std::function<void(Log&)>& work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Log log = Log::open(folder, Access::write);
    work(log);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
}

std::int64_t stored(const fs::path& folder, const std::string& sql) {
  sqlite3* db = nullptr;
  sqlite3_open((folder / "log.db").c_str(), &db);
  sqlite3_stmt* row = nullptr;
  sqlite3_prepare_v2(db, sql.c_str(), -1, &row, nullptr);
  const std::int64_t value = sqlite3_step(row) == SQLITE_ROW ? sqlite3_column_int64(row, 0) : -1;
  sqlite3_finalize(row);
  sqlite3_close(db);
  return value;
}

std::int64_t mark(const fs::path& folder) {
  return stored(folder,
                "SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM state WHERE key='standing_upto'");
}

// Entries 1 and 2 are in the table; 3 to 7 came after it was written.
fs::path log_behind(const Scratch& scratch) {
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
    log.append(given(boris, "2026-11-02T10:00:00Z"), noon);
  }
  killed_after(folder, [](Log& log) {
    auto other = given(clara, "2026-11-03T10:00:00Z");
    other.distributors = {"500100732259"};
    other.campaign = "winter";
    log.append(withdrawn(alice, "2026-11-03T10:00:00Z"), noon);
    log.append(other, noon);
    log.append(NumberReassigned{{number(boris), at("2026-11-04T10:00:00Z"), ""}}, noon);
    log.append(given(boris, "2026-11-05T10:00:00Z"), noon);
    log.append(given(alice, "2026-11-06T10:00:00Z"), noon);
  });
  return folder;
}

void check_standing(const Log& log) {
  REQUIRE(consent::standing_of(log, number(alice)).size() == 1);
  CHECK(consent::standing_of(log, number(alice)).front().clauses.size() == 3);
  const auto twice = consent::standing_of(log, number(boris));
  REQUIRE(twice.size() == 2);
  CHECK(twice[0].closed == at("2026-11-04T10:00:00Z"));
  CHECK_FALSE(twice[1].closed);
  CHECK(twice[1].clauses.size() == 1);
  const auto third = consent::standing_of(log, number(clara));
  REQUIRE(third.size() == 1);
  CHECK(consent::terms_of(log).text(third.front().clauses.front().campaign) == "winter");
  CHECK(consent::terms_of(log).text(third.front().clauses.front().distributor) == "500100732259");
  CHECK(consent::history_of(log, number(alice), consent::Use::proof()).size() == 3);
  CHECK(consent::open_entries_of(log, log.subjects_of(number(boris)).back()).size() == 1);
  std::vector<std::pair<PhoneNumber, std::vector<SubjectStanding>>> all;
  consent::for_each_standing(log, [&](PhoneNumber of, std::span<const SubjectStanding> standings) {
    all.emplace_back(of, std::vector<SubjectStanding>(standings.begin(), standings.end()));
  });
  CHECK(all.size() == 3);
  for (const auto& [of, standings] : all) CHECK(consent::standing_of(log, of) == standings);
}

}  // namespace

TEST_CASE("what the derived table does not say yet, every reader takes from the entries",
          "[log][standing]") {
  const Scratch scratch;
  const fs::path folder = log_behind(scratch);
  REQUIRE(mark(folder) == 3);
  REQUIRE(stored(folder, "SELECT count(*) FROM subject") == 2);
  SECTION("who opens the log to read") { check_standing(Log::open(folder, Access::read_only)); }
  SECTION("who opens it to write, and the table afterwards") {
    { check_standing(Log::open(folder, Access::write)); }
    CHECK(mark(folder) == 8);
    CHECK(stored(folder, "SELECT count(*) FROM subject") == 4);
  }
  SECTION("a file without its write-ahead log, as an auditor gets it") {
    REQUIRE(foreign_sql(folder / "log.db", "PRAGMA wal_checkpoint(TRUNCATE)") == SQLITE_OK);
    fs::remove(folder / "log.db-wal");
    fs::remove(folder / "log.db-shm");
    REQUIRE(mark(folder) == 3);
    check_standing(Log::open(folder, Access::read_only));
  }
  const auto verified = verify_log(folder, {});
  CHECK(verified.verdict == ProofVerdict::proven);
  CHECK(verified.coverage.standing_checked);
  CHECK_FALSE(consent::rebuild(folder).differed);
  CHECK(mark(folder) == 8);
  check_standing(Log::open(folder, Access::read_only));
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a reader beside a writer sees each entry in the standing at once, and none twice",
          "[log][standing]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  auto log = std::make_optional(consent::create_log(folder, romashka(), noon));
  const Log reader = Log::open(folder, Access::read_only);
  for (std::size_t i = 1; i <= 20; ++i) {
    log->append(given(alice, "2026-11-02T10:00:00Z"), noon);
    CHECK(consent::standing_of(reader, number(alice)).front().clauses.size() == i);
    CHECK(consent::standing_of(*log, number(alice)).front().clauses.size() == i);
    // Closing writes the table: what the reader took from entries now also stands there.
    if (i % 5 == 0) {
      log.reset();
      CHECK(consent::standing_of(reader, number(alice)).front().clauses.size() == i);
      log.emplace(Log::open(folder, Access::write));
    }
  }
}

TEST_CASE("a log killed again and again while its table is behind stays exact",
          "[log][standing][crash]") {
  const Scratch scratch;
  const fs::path folder = log_behind(scratch);
  for (int round = 0; round < 5; ++round) {
    killed_after(folder, [](Log& log) {
      log.append(given(alice, "2026-11-07T10:00:00Z"), noon);
      log.append(given(clara, "2026-11-07T10:00:00Z"), noon);
    });
  }
  CHECK(mark(folder) == 3);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
  CHECK(consent::standing_of(Log::open(folder, Access::read_only), number(alice))
            .front()
            .clauses.size() == 8);
  { const Log log = Log::open(folder, Access::write); }
  CHECK(mark(folder) == 18);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a mark or a row that the entries contradict is found, and made anew",
          "[log][standing][verify]") {
  const auto* const damage = GENERATE(
      "UPDATE state SET value=CAST('2' AS BLOB) WHERE key='standing_upto'",  // row 2 is ahead
      "UPDATE state SET value=CAST('4' AS BLOB) WHERE key='standing_upto'",  // entry 3 is lost
      "UPDATE state SET value=CAST('9' AS BLOB) WHERE key='standing_upto'",
      "UPDATE state SET value=CAST('-1' AS BLOB) WHERE key='standing_upto'",
      "DELETE FROM state WHERE key='standing_upto'", "UPDATE subject SET count=2,last=2",
      "DELETE FROM subject");
  CAPTURE(damage);
  const Scratch scratch;
  const fs::path folder = log_behind(scratch);
  REQUIRE(foreign_sql(folder / "log.db", damage) == SQLITE_OK);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::refuted);
  CHECK(consent::rebuild(folder).differed);
  check_standing(Log::open(folder, Access::write));
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("what was sealed before schema 3 opens beside what was sealed after",
          "[log][migration]") {
  const Scratch scratch;
  const fs::path folder = scratch / "draft";
  fs::copy(fs::path(CONSENT_VECTORS) / "log" / "schema-1", folder);
  const auto old = number("+79001000003");
  std::size_t known = 0;
  {
    const Log log = Log::open(folder, Access::read_only);
    known = consent::open_entries_of(log, log.subjects_of(old).front()).size();
    CHECK(known > 0);
  }
  {
    Log log = Log::open(folder, Access::write);
    log.append(given("+79001000003", "2026-11-19T10:00:00Z"), noon);
    const auto opened = consent::open_entries_of(log, log.subjects_of(old).front());
    REQUIRE(opened.size() == known + 1);
    for (const OpenedEntry& entry : opened) CHECK(entry.details == R"({"number":"+79001000003"})");
  }
  CHECK(stored(folder, "PRAGMA user_version") >= 3);
  CHECK(stored(folder, "SELECT count(*) FROM sealed") == 300);
  for (const auto* const sql :
       {"INSERT INTO entry(seq,prev,leaf,bytes) VALUES(500,zeroblob(32),zeroblob(32),x'00')",
        "REPLACE INTO entry(seq,prev,leaf,bytes) VALUES(4,zeroblob(32),zeroblob(32),x'00')",
        "INSERT INTO entry(seq,prev,leaf,bytes) VALUES(0,zeroblob(32),zeroblob(32),x'00')",
        "UPDATE entry SET sealed=x'00' WHERE seq=4", "UPDATE sealed SET bytes=x'00'"}) {
    CAPTURE(sql);
    CHECK(foreign_sql(folder / "log.db", sql) != SQLITE_OK);
  }
  CHECK_FALSE(consent::rebuild(folder).differed);
}

TEST_CASE("a damaged table of standing reaches neither the entries nor the keys",
          "[log][standing][keys]") {
  const std::string damage = GENERATE(
      "UPDATE subject SET count=count+1", "UPDATE subject SET last=1", "DELETE FROM subject",
      "DELETE FROM subject; UPDATE state SET value=CAST('0' AS BLOB) WHERE key='subjects'",
      "DELETE FROM subject WHERE last=2");
  CAPTURE(damage);
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    for (const char* who : {alice, boris, clara}) {
      log.append(given(who, "2026-11-19T10:00:00Z"), noon);
    }
  }
  REQUIRE(foreign_sql(folder / "log.db", damage) == SQLITE_OK);
  const auto refused = [&] {
    Log log = Log::open(folder, Access::write);
    log.append(withdrawn(boris, "2026-11-20T10:00:00Z"), noon);
  };
  CHECK_THROWS_AS(refused(), Error);
  consent::rebuild(folder);
  {
    Log log = Log::open(folder, Access::write);
    CHECK(log.size() == 4);
    for (const char* who : {alice, boris, clara})
      CHECK(consent::history_of(log, number(who), consent::Use::proof()).size() == 1);
    log.append(withdrawn(boris, "2026-11-20T10:00:00Z"), noon);
  }
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a key is not destroyed because a table calls its subject erased",
          "[log][standing][keys]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  const fs::path other = scratch / "other";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(given(alice, "2026-11-19T10:00:00Z"), noon);
    log.append(given(boris, "2026-11-19T10:00:00Z"), noon);
  }
  {
    Log log = consent::create_log(other, romashka(), noon);
    log.append(given(alice, "2026-11-19T10:00:00Z"), noon);
    ErasureOrder order;
    order.ground = "withdrawn";
    order.lose_proof = true;
    consent::erase(log, number(alice), order, noon);
  }
  // The row of alice says what the row of an erased subject would.
  REQUIRE(foreign_sql(folder / "log.db", "ATTACH '" + (other / "log.db").string() +
                                             "' AS other; UPDATE subject SET (closed,clauses)="
                                             "(SELECT closed,clauses FROM other.subject) "
                                             "WHERE last=1; UPDATE state SET value=CAST('1' AS "
                                             "BLOB) WHERE key='subjects'") == SQLITE_OK);
  CHECK_THROWS_AS(Log::open(folder, Access::write), Error);
  consent::rebuild(folder);
  Log log = Log::open(folder, Access::write);
  CHECK(consent::history_of(log, number(alice), consent::Use::proof()).size() == 1);
}

TEST_CASE("of many who wait for one commit, one that is refused fails alone", "[log][group]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  log.append(given(alice, "2026-11-19T10:00:00Z"), noon);
  ErasureOrder order;
  order.ground = "withdrawn";
  order.lose_proof = true;
  consent::erase(log, number(alice), order, noon);
  const std::uint64_t before = log.size();
  constexpr int producers = 16;
  constexpr int each = 40;
  std::atomic<int> refused = 0;
  std::atomic<int> recorded = 0;
  std::vector<std::thread> threads;
  for (int who = 0; who < producers; ++who) {
    threads.emplace_back([&, who] {
      for (int i = 0; i < each; ++i) {
        const bool old = who % 4 == 0;
        const std::string to = old ? alice : "+7926" + std::to_string(1000000 + who * 1000 + i);
        try {
          log.append(given(to, "2026-11-19T11:00:00Z"), noon);
          ++recorded;
        } catch (const Error& error) {
          if (error.code() == ErrorCode::erased) ++refused;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(refused == producers / 4 * each);
  CHECK(recorded == producers * 3 / 4 * each);
  CHECK(log.size() == before + static_cast<std::uint64_t>(recorded));
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("in one large group a number that changes hands has two subjects, each with its own key",
          "[log][group]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i) {
    events.emplace_back(given("+7926" + std::to_string(1000000 + i), "2026-11-18T10:00:00Z"));
  }
  for (int turn = 0; turn < 2; ++turn) {
    events.emplace_back(given(alice, "2026-11-18T10:00:00Z"));
    events.emplace_back(NumberReassigned{{number(alice), at("2026-11-19T10:00:00Z"), ""}});
  }
  events.emplace_back(given(alice, "2026-11-19T12:00:00Z"));
  log.append_many(events, noon);
  const auto subjects = log.subjects_of(number(alice));
  CHECK(subjects.size() == 3);
  for (const Digest& tag : subjects) {
    for (const auto& opened : consent::open_entries_of(log, tag)) {
      CHECK(opened.details.find(alice) != std::string::npos);
    }
  }
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}
