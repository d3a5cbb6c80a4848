#include "consent/callers.hpp"

#include "catch.hpp"
#include "consent/backup.hpp"
#include "consent/copy.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/proof.hpp"
#include "consent/rebuild.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace {

const Instant monday = at("2026-03-02T06:00:00Z");
const Instant friday = at("2026-03-06T06:00:00Z");

Log with_caller(const Scratch& scratch) {
  Log log = consent::create_log(scratch / "log", romashka(), at("2026-03-01T06:00:00Z"));
  consent::assign_caller(
      log, {"7736050003", "", monday, {}, {}, {}, {}, FileHash{sha256("contract 7")}}, monday);
  return log;
}

}  // namespace

TEST_CASE("an assignment of a caller is an entry of the log's own", "[log][callers]") {
  const Scratch scratch;
  Log log = with_caller(scratch);
  const Entry entry = log.entry(1);
  CHECK(entry.type == EventType::caller_assigned);
  CHECK_FALSE(entry.subject);
  CHECK(entry.bytes.find(R"("body":{"caller":"7736050003","distributor":"7707083893",)") !=
        std::string::npos);
  const auto all = consent::assignments(log);
  REQUIRE(all.size() == 1);
  CHECK(all[0].seq == 1);
  CHECK(all[0].distributor == "7707083893");
  CHECK(all[0].caller == "7736050003");
  CHECK(all[0].from == monday);
  CHECK(all[0].until == Instant::max());
  CHECK(all[0].recorded == monday);
  CHECK(all[0].document == sha256("contract 7"));
  CHECK(all[0].released.empty());
  CHECK(consent::assignments(log, 1).empty());
}

TEST_CASE("what ends an assignment first, ends it", "[log][callers]") {
  const Scratch scratch;
  Log log = with_caller(scratch);
  const Instant wednesday = at("2026-03-04T06:00:00Z");
  CHECK(consent::release_caller(log, {1, friday, {}}, monday) == 2);
  CHECK(consent::release_caller(log, {1, wednesday, {}}, monday) == 3);
  CHECK(consent::release_caller(log, {1, friday, {}}, friday) == 4);
  auto all = consent::assignments(log);
  REQUIRE(all.size() == 1);
  CHECK(all[0].until == wednesday);
  CHECK(all[0].released == std::vector<std::uint64_t>{2, 3, 4});
  // As the log stood when only the first end was recorded.
  all = consent::assignments(log, 3);
  CHECK(all[0].until == friday);
  CHECK(all[0].released == std::vector<std::uint64_t>{2});
}

TEST_CASE("what assigns nobody cannot be ended, and a distributor is needed", "[log][callers]") {
  const Scratch scratch;
  Log log = with_caller(scratch);
  log.append(given("+79161234567", "2026-03-02T06:00:00Z"), monday);
  for (const std::uint64_t of : {0U, 2U, 3U, 100U})
    CHECK_THROWS_AS(consent::release_caller(log, {of, friday, {}}, monday), Error);
  CHECK_THROWS_AS(
      consent::assign_caller(log, {"7707083893", "", monday, {}, {}, {}, {}, {}}, monday), Error);
  CHECK_THROWS_AS(
      consent::assign_caller(log, {"79161234567", "", monday, {}, {}, {}, {}, {}}, monday), Error);
  CHECK(log.size() == 3);
  LogIdentity nobodys = romashka();
  nobodys.distributor.clear();
  Log other = consent::create_log(scratch / "other", nobodys, monday);
  CHECK_THROWS_AS(
      consent::assign_caller(other, {"7736050003", "", monday, {}, {}, {}, {}, {}}, monday), Error);
  CHECK(consent::assign_caller(other, {"7736050003", "7707083893", monday, {}, {}, {}, {}, {}},
                               monday) == 1);
}

TEST_CASE("assignments survive reopening, a rebuild, a copy and verification", "[log][callers]") {
  const Scratch scratch;
  {
    Log log = with_caller(scratch);
    log.append(given("+79161234567", "2026-03-02T06:00:00Z"), monday);
    consent::release_caller(log, {1, friday, {}}, monday);
    consent::export_entries(log, scratch / "entries");
  }
  (void)consent::import_entries(scratch / "entries", scratch / "copy");
  CHECK_FALSE(consent::rebuild(scratch / "log").differed);
  const auto before = consent::assignments(Log::open(scratch / "log", Access::read_only));
  REQUIRE(before.size() == 1);
  CHECK(before[0].until == friday);
  for (const char* folder : {"log", "copy"}) {
    CAPTURE(folder);
    const auto found = consent::assignments(Log::open(scratch / folder, Access::read_only));
    REQUIRE(found.size() == 1);
    CHECK(found[0].until == friday);
    CHECK(found[0].released == std::vector<std::uint64_t>{3});
    const std::array keys{Log::open(scratch / folder, Access::read_only).verifier_key()};
    const auto result = verify_log(scratch / folder, keys);
    CAPTURE(result.problem ? result.problem->what.text() : "");
    CHECK(result.verdict == ProofVerdict::proven);
  }
}

TEST_CASE("a list of callers that is not the entries' is found and rebuilt", "[log][callers]") {
  const Scratch scratch;
  {
    auto log = with_caller(scratch);
    consent::release_caller(log, {1, friday, {}}, monday);
  }
  const auto damage =
      GENERATE("DELETE FROM state WHERE key='callers'",
               "UPDATE state SET value=CAST('1' AS BLOB) WHERE key='callers'",  // hides the end
               "UPDATE state SET value=CAST('2' AS BLOB) WHERE key='callers'",
               "UPDATE state SET value=CAST('0 1 2' AS BLOB) WHERE key='callers'",
               "UPDATE state SET value=CAST('1 2 2' AS BLOB) WHERE key='callers'");
  CAPTURE(damage);
  REQUIRE(foreign_sql(scratch / "log" / "log.db", damage) == SQLITE_OK);
  CHECK(verify_log(scratch / "log", {}).verdict == ProofVerdict::refuted);
  CHECK(consent::rebuild(scratch / "log").differed);
  CHECK(verify_log(scratch / "log", {}).verdict == ProofVerdict::proven);
  const auto all = consent::assignments(Log::open(scratch / "log", Access::read_only));
  REQUIRE(all.size() == 1);
  CHECK(all[0].until == friday);
}

TEST_CASE("an end that points at no assignment is refuted", "[log][callers]") {
  const Scratch scratch;
  std::string bytes;
  {
    Log log = with_caller(scratch);
    consent::release_caller(log, {1, friday, {}}, monday);
    bytes = log.entry(2).bytes;
  }
  // Hashed like any other: only what it says is wrong.
  const std::size_t of = bytes.find("\"of\":1,");
  REQUIRE(of != std::string::npos);
  bytes[of + 5] = '0';
  REQUIRE(foreign_sql(scratch / "log" / "log.db",
                      "DROP TRIGGER entry_no_update;UPDATE entry SET bytes=CAST('" + bytes +
                          "' AS BLOB),leaf=X'" + to_hex(merkle::leaf_hash(bytes)) +
                          "' WHERE seq=2") == SQLITE_OK);
  const auto result = verify_log(scratch / "log", {});
  CHECK(result.verdict == ProofVerdict::refuted);
  REQUIRE(result.problem);
  CHECK(result.problem->seq == 2);
  CHECK(result.problem->what == "ends the assignment of a caller by an entry that assigns nobody");
}
