// What a log does when it, its keys or its head are not what they were, and how it goes on.
#include "consent/restore.hpp"

#include <filesystem>
#include <memory>
#include <thread>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/erasure.hpp"
#include "consent/error.hpp"
#include "consent/history.hpp"
#include "consent/log.hpp"
#include "consent/log_standing.hpp"
#include "consent/maintenance.hpp"
#include "consent/rebuild.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"
#include "sqlite/sqlite.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

constexpr auto alice = "+79161234567";
constexpr auto boris = "+79031112233";
const Instant noon = at("2026-11-20T12:00:00Z");

LogOptions writing() {
  LogOptions options;
  options.access = Access::write;
  return options;
}

void put_back(const fs::path& from, const fs::path& folder, const char* name) {
  fs::copy(from / name, folder / name, fs::copy_options::overwrite_existing);
}

// Two entries more than the copy in `old`.
fs::path log_with_old_copy(const Scratch& scratch) {
  const fs::path folder = scratch / "log";
  {
    consent::create_log(folder, romashka(), noon)
        .append(given(alice, "2026-11-02T10:00:00Z"), noon);
  }
  fs::copy(folder, scratch / "old");
  Log log = Log::open(folder, Access::write);
  log.append(withdrawn(alice, "2026-11-03T10:00:00Z"), noon);
  log.append(given(boris, "2026-11-03T10:00:00Z"), noon);
  return folder;
}

}  // namespace

TEST_CASE("an old log.db put back is restored by an entry that names the lost range",
          "[log][restore]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  put_back(scratch / "old", folder, "log.db");
  {
    const Log impaired = Log::open(folder, Access::write);
    CHECK(impaired.access() == Access::read_only);
    CHECK(impaired.impairment().text().find("2 are missing") != std::string::npos);
  }
  {
    Log log = consent::restore(folder, "backup", noon);
    CHECK(log.access() == Access::write);
    CHECK(log.size() == 3);
    const Entry entry = log.entry(2);
    CHECK(entry.type == EventType::log_restored);
    CHECK(entry.bytes.find(R"("lost_from":2)") != std::string::npos);
    CHECK(entry.bytes.find(R"("lost_to":4)") != std::string::npos);
    log.append(given(boris, "2026-11-04T10:00:00Z"), noon);
  }
  const auto verified = verify_log(folder, {});
  CHECK(verified.verdict == ProofVerdict::proven);
  CHECK(Log::open(folder, Access::write).access() == Access::write);
  CHECK_THROWS_AS(consent::restore(folder, "backup", noon), Error);
}

TEST_CASE("an old keys.db put back opens read-only and says how many subjects lost their key",
          "[log][restore]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  put_back(scratch / "old", folder, "keys.db");
  const Log log = Log::open(folder, Access::write);
  CHECK(log.access() == Access::read_only);
  CHECK(log.impairment().text().find("1 subject(s) lost their key") != std::string::npos);
}

TEST_CASE("an old keys.db with as many subjects is noticed: one was erased, another came",
          "[log][restore]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  const PhoneNumber gone = number(alice);
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
    log.append(given(boris, "2026-11-02T10:00:00Z"), noon);
  }
  fs::copy(folder, scratch / "old");
  {
    Log log = Log::open(folder, Access::write);
    ErasureOrder order;
    order.ground = "withdrawn";
    order.lose_proof = true;
    consent::erase(log, gone, order, noon);
    log.append(given("+79045556677", "2026-11-03T10:00:00Z"), noon);
  }
  put_back(scratch / "old", folder, "keys.db");
  CHECK(Log::open(folder, Access::write).impairment().text().find("1 subject(s) lost their key") !=
        std::string::npos);
  {
    const Log restored = consent::restore(folder, "keys-put-back", noon);
    CHECK(restored.access() == Access::write);
    CHECK(consent::history_of(restored, gone, consent::Use::proof()).empty());
  }
  // The loss was accepted: the log is not impaired by it for ever, and the next one is noticed.
  { Log::open(folder, Access::write).append(given("+79056667788", "2026-11-04T10:00:00Z"), noon); }
  CHECK(Log::open(folder, Access::write).access() == Access::write);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("keys of before a restore are noticed after it", "[log][restore]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  put_back(scratch / "old", folder, "log.db");
  { const Log log = consent::restore(folder, "backup", noon); }
  put_back(scratch / "old", folder, "keys.db");
  CHECK(Log::open(folder, Access::write).impairment().text().find("keys.db") == 0);
}

TEST_CASE("a folder restored whole is noticed by a second head elsewhere, and only by it",
          "[log][head]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  LogOptions options = writing();
  options.second_head = scratch / "elsewhere";
  {
    Log log = consent::create_log(folder, romashka(), noon, options);
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  }
  fs::copy(folder, scratch / "old");
  { Log::open(folder, options).append(withdrawn(alice, "2026-11-03T10:00:00Z"), noon); }
  for (const auto* const name : {"log.db", "keys.db", "head"})
    put_back(scratch / "old", folder, name);
  CHECK(Log::open(folder, Access::read_only).impairment().empty());
  const Log log = Log::open(folder, options);
  CHECK(log.access() == Access::read_only);
  CHECK(log.impairment().text().find("1 are missing") != std::string::npos);
}

TEST_CASE("a second head that was not there begins, and the log says so", "[log][head]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { const Log log = consent::create_log(folder, romashka(), noon); }
  LogOptions options = writing();
  options.second_head = scratch / "elsewhere";
  const Log log = Log::open(folder, options);
  CHECK(log.access() == Access::write);
  bool said = false;
  for (const auto& warning : log.warnings()) said = said || warning.text().find("second head") == 0;
  CHECK(said);
}

TEST_CASE("keys closed with a passphrase open with it alone", "[log][passphrase]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  LogOptions options = writing();
  options.passphrase = "сим-сим, откройся";
  {
    Log log = consent::create_log(folder, romashka(), noon, options);
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  }
  const auto code = [&](const LogOptions& with) {
    try {
      const Log log = Log::open(folder, with);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode{};
  };
  CHECK(code(writing()) == ErrorCode::crypto);
  LogOptions wrong = options;
  wrong.passphrase = "сезам";
  CHECK(code(wrong) == ErrorCode::crypto);
  Log log = Log::open(folder, options);
  CHECK(consent::history_of(log, number(alice), consent::Use::proof()).size() == 1);
  CHECK(consent::open_entries_of(log, log.subjects_of(number(alice)).front()).front().details ==
        R"({"number":"+79161234567"})");
  int numbers = 0;
  consent::for_each_standing(log, [&](PhoneNumber found, std::span<const SubjectStanding>) {
    CHECK(found == number(alice));
    ++numbers;
  });
  CHECK(numbers == 1);
  CHECK(consent::sqlite::open_for_reading(folder / "keys.db")
            .integer("SELECT CAST(value AS TEXT) FROM meta WHERE key='scrypt'") == 17);
  // log.db needs no passphrase; what keys.db covers does.
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::not_proven);
  CHECK(verify_log(folder, {}, {{}, {}, {}, options.passphrase}).verdict == ProofVerdict::proven);
}

TEST_CASE("derived tables that were edited are rebuilt from the entries", "[log][rebuild]") {
  const Scratch scratch;
  const fs::path folder = log_with_old_copy(scratch);
  CHECK_FALSE(consent::rebuild(folder).differed);
  const auto* const damage =
      GENERATE("DELETE FROM subject", "UPDATE subject SET clauses=x'',count=9", "DELETE FROM term",
               "DELETE FROM state", "UPDATE state SET value=CAST('7' AS BLOB)");
  REQUIRE(foreign_sql(folder / "log.db", damage) == SQLITE_OK);
  CHECK(verify_log(folder, {}).verdict != ProofVerdict::proven);
  const Rebuilt rebuilt = consent::rebuild(folder);
  CHECK(rebuilt.differed);
  CHECK(rebuilt.entries == 4);
  CHECK(rebuilt.subjects == 2);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
  Log log = Log::open(folder, Access::write);
  CHECK(consent::standing_of(log, number(alice)).front().clauses.size() == 2);
}

TEST_CASE("what is not ours in log.db is refused wherever it is opened, by its name",
          "[log][hostile]") {
  const auto* const sql = GENERATE(
      "CREATE VIEW foreign_one AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) "
      "SELECT x FROM n",
      "CREATE TRIGGER foreign_one AFTER INSERT ON entry BEGIN DELETE FROM subject; END",
      "CREATE TEMP TABLE x(y); CREATE TABLE foreign_one (x)",
      "CREATE INDEX foreign_one ON entry(leaf)",
      // ours by its name alone
      "DROP TABLE state; CREATE VIEW state AS SELECT 'foreign_one' AS key, x'00' AS value",
      "DROP TRIGGER tile_once; CREATE TRIGGER tile_once BEFORE INSERT ON tile WHEN (WITH RECURSIVE "
      "n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT max(x) FROM n) BEGIN SELECT "
      "RAISE(ABORT, 'written once'); END");
  CAPTURE(sql);
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  consent::create_log(folder, romashka(), noon, writing())
      .append(given(alice, "2026-11-02T10:00:00Z"), noon);
  REQUIRE(foreign_sql(folder / "log.db", sql) == SQLITE_OK);
  const auto refusal = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  const std::string name = std::string_view(sql).starts_with("DROP") ? "t" : "foreign_one";
  for (const std::string& said : {refusal([&] { (void)Log::open(folder, Access::read_only); }),
                                  refusal([&] { (void)Log::open(folder, Access::write); }),
                                  refusal([&] { (void)verify_log(folder, {}); }),
                                  refusal([&] { consent::rebuild(folder); })}) {
    CHECK_THAT(said, consent_testing::contains(name) && consent_testing::contains("libconsent's"));
  }
}

TEST_CASE("statistics of SQLite are tolerated", "[log][hostile]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  consent::create_log(folder, romashka(), noon, writing())
      .append(given(alice, "2026-11-02T10:00:00Z"), noon);
  REQUIRE(foreign_sql(folder / "log.db", "ANALYZE") == SQLITE_OK);
  REQUIRE(foreign_sql(folder / "keys.db", "ANALYZE") == SQLITE_OK);
  CHECK(consent::history_of(Log::open(folder, Access::write), number(alice), consent::Use::proof())
            .size() == 1);
}

TEST_CASE("a new passphrase has 12 characters, whatever bytes they take", "[log][passphrase]") {
  const Scratch scratch;
  for (const auto& [word, refused] : {std::pair{"сим-сим", true},
                                      {"12345678901", true},
                                      {"одиннадцать", true},
                                      {"123456789012", false},
                                      {"двенадцать!!", false}}) {
    CAPTURE(word);
    LogOptions options = writing();
    options.passphrase = word;
    const fs::path folder = scratch / (refused ? "none" : word);
    if (!refused) {
      CHECK_NOTHROW(consent::create_log(folder, romashka(), noon, options));
      continue;
    }
    CHECK_THROWS_AS(consent::create_log(folder, romashka(), noon, options), Error);
    CHECK_FALSE(fs::exists(folder));
  }
}

TEST_CASE("the folder of a new log is its owner's alone", "[log]") {
  const Scratch scratch;
  consent::create_log(scratch / "log", romashka(), noon, writing());
  CHECK(fs::status(scratch / "log").permissions() == fs::perms::owner_all);
}

TEST_CASE("a store with a passphrase of an earlier build opens by its own scrypt",
          "[log][passphrase][migration]") {
  const Scratch scratch;
  const fs::path folder = scratch / "old";
  fs::copy(fs::path(CONSENT_VECTORS) / "log" / "scrypt-15", folder);
  LogOptions options = writing();
  options.passphrase = "сим-сим";
  const Log log = Log::open(folder, options);
  CHECK(consent::history_of(log, number(alice), consent::Use::proof()).size() == 1);
}

TEST_CASE("keys.db may not ask for any amount of memory", "[log][passphrase]") {
  const Scratch scratch;
  const fs::path folder = scratch / "old";
  fs::copy(fs::path(CONSENT_VECTORS) / "log" / "scrypt-15", folder);
  LogOptions options = writing();
  options.passphrase = "сим-сим";
  const auto* const cost = GENERATE("40", "21", "14", "", "x", "17x", "-1");
  REQUIRE(foreign_sql(folder / "keys.db", std::string("REPLACE INTO meta VALUES('scrypt',CAST('") +
                                              cost + "' AS BLOB))") == SQLITE_OK);
  CHECK_THROWS_AS(Log::open(folder, options), Error);
}

TEST_CASE("a log of schema 1 is read as it is, and migrated when it is written",
          "[log][migration]") {
  const Scratch scratch;
  const fs::path folder = scratch / "draft";
  fs::copy(fs::path(CONSENT_VECTORS) / "log" / "schema-1", folder);
  const auto before = verify_log(folder, {});
  CHECK(before.verdict == ProofVerdict::not_proven);  // its head has no MAC yet
  CHECK(before.coverage.entries == 301);
  Digest root;
  std::size_t known = 0;
  {
    const Log log = Log::open(folder, Access::read_only);
    CHECK(log.impairment().empty());
    root = log.root();
    known = consent::history_of(log, number("+79001000003"), consent::Use::proof()).size();
    CHECK(known > 0);
  }
  {
    Log log = Log::open(folder, Access::write);
    CHECK(log.access() == Access::write);
    CHECK(log.root() == root);
    CHECK(consent::history_of(log, number("+79001000003"), consent::Use::proof()).size() == known);
    log.append(given(alice, "2026-11-19T10:00:00Z"), noon);
  }
  const auto after = verify_log(folder, {});
  CHECK(after.verdict == ProofVerdict::proven);
  CHECK(after.coverage.entries == 302);
  CHECK(Log::open(folder, Access::read_only).root(301) == root);
}

TEST_CASE("a clock that goes back is told by an entry before the next one", "[log][clock]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
    log.append(given(alice, "2026-11-02T10:00:01Z"), noon - std::chrono::milliseconds(300));
    CHECK(log.size() == 3);  // threads may come in another order than they asked the clock
    const auto done =
        log.append(given(alice, "2026-11-02T10:00:02Z"), noon - std::chrono::hours(1));
    CHECK(done.seq == 4);
    CHECK(log.entry(3).type == EventType::clock_step);
  }
  const auto verified = verify_log(folder, {});
  CHECK(verified.verdict == ProofVerdict::proven);
  for (const auto& warning : verified.warnings)
    CHECK(warning.text().find("clock") == std::string::npos);
}

TEST_CASE("a wall clock that jumps against the monotonic one is told, forward and back",
          "[log][clock]") {
  using std::chrono::microseconds;
  using std::chrono::seconds;
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), noon);
  CHECK_FALSE(consent::observe_clock(log, noon, microseconds(1'000'000)));
  CHECK_FALSE(consent::observe_clock(log, noon + seconds(60), microseconds(61'000'000)));
  CHECK(consent::observe_clock(log, noon + seconds(3600), microseconds(62'000'000)));
  CHECK(log.entry(1).type == EventType::clock_step);
  CHECK(consent::observe_clock(log, noon + seconds(70), microseconds(70'000'000)));
  CHECK_FALSE(consent::observe_clock(log, noon + seconds(71), microseconds(71'000'000)));
  CHECK(log.size() == 3);
}

TEST_CASE("a wording is registered once and found by its hash", "[log][wording]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    const Digest hash = consent::register_wording(log, {"Согласен на рекламу."}, "ru", noon);
    CHECK(log.entry(1).type == EventType::wording_registered);
    CHECK(consent::wording_named(log, hash) == "Согласен на рекламу.");
    consent::heartbeat(log, noon);
    CHECK(log.entry(2).type == EventType::log_heartbeat);
    CHECK_THROWS_AS(consent::register_wording(log, {""}, "ru", noon), Error);
  }
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a second writer waits as long as it was asked to", "[log][concurrency]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  auto first = std::make_unique<Log>(consent::create_log(folder, romashka(), noon));
  LogOptions options = writing();
  CHECK_THROWS_AS(Log::open(folder, options), Error);
  options.wait = std::chrono::seconds(20);
  std::thread closing([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    first.reset();
  });
  Log second = Log::open(folder, options);
  closing.join();
  CHECK(second.access() == Access::write);
  second.append(given(alice, "2026-11-02T10:00:00Z"), noon);
}

TEST_CASE("orphan keys of a number that changed hands go back to the holder before",
          "[log][crash]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
    log.append(NumberReassigned{{number(alice), at("2026-11-03T10:00:00Z"), ""}}, noon);
  }
  // As a crash between keys.db and log.db leaves it: two newer subjects that no entry names.
  REQUIRE(foreign_sql(folder / "keys.db",
                      "INSERT INTO subject(id,tag,key,address,previous) "
                      "VALUES(2,randomblob(32),randomblob(32),x'00',1),"
                      "(3,randomblob(32),randomblob(32),x'00',2);"
                      "UPDATE number SET subject=3;"
                      "UPDATE meta SET value=CAST('3' AS BLOB) WHERE key='subjects'") == SQLITE_OK);
  Log log = Log::open(folder, Access::write);
  CHECK(log.subjects_of(number(alice)).size() == 1);
  log.append(given(alice, "2026-11-04T10:00:00Z"), noon);
  CHECK(log.subjects_of(number(alice)).size() == 2);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}
