// What somebody with a hex editor or another SQLite does to the files, and what is said of it.
#include <fstream>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/maintenance.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

constexpr auto alice = "+79161234567";
const Instant noon = at("2026-11-20T12:00:00Z");

/// Entry 0 and `count` consents.
fs::path log_of(const Scratch& scratch, int count) {
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  std::vector<Event> events;
  for (int i = 0; i < count; ++i) {
    events.emplace_back(given("+7916" + std::to_string(1000000 + i), "2026-11-02T10:00:00Z"));
  }
  log.append_many(events, noon);
  (void)log.checkpoint();
  return folder;
}

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode{};
}

void overwrite(const fs::path& file, std::streamoff at, const std::string& bytes) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(at);
  out << bytes;
  REQUIRE(out.good());
}

std::string sql_text(const fs::path& file, const char* query) {
  sqlite3* db = nullptr;
  sqlite3_open(file.c_str(), &db);
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db, query, -1, &statement, nullptr);
  REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
  std::string text(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return text;
}

}  // namespace

TEST_CASE("an entry put at an impossible place is a gap", "[log][verify]") {
  const auto* const seq = GENERATE("9", "4000000000", "4611686018427387904", "9223372036854775807");
  const Scratch scratch;
  const fs::path folder = log_of(scratch, 4);
  CAPTURE(seq);
  REQUIRE(foreign_sql(folder / "log.db",
                      std::string("DROP TRIGGER entry_in_order; INSERT INTO entry SELECT ")
                          .append(seq)
                          .append(",prev,leaf,bytes,sealed FROM entry WHERE seq=4")) == SQLITE_OK);
  const auto verified = verify_log(folder, {});
  CHECK(verified.verdict == ProofVerdict::refuted);
  REQUIRE(verified.problem);
  CHECK(verified.problem->seq == 5);
  CHECK(code_of([&] {
          Log log = Log::open(folder, Access::write);
          log.append(given(alice, "2026-11-06T10:00:00Z"), noon);
        }) != ErrorCode{});
}

TEST_CASE("a hash cut short where the file's checks were switched off is a broken log",
          "[log][verify]") {
  const auto* const damage =
      GENERATE("UPDATE entry SET leaf=x'00' WHERE seq=298", "UPDATE entry SET prev=x'' WHERE seq=9",
               "UPDATE tile SET root=x'00'", "UPDATE tile SET hashes=x'00'");
  const Scratch scratch;
  const fs::path folder = log_of(scratch, 299);
  CAPTURE(damage);
  REQUIRE(foreign_sql(folder / "log.db",
                      std::string("PRAGMA ignore_check_constraints=1; DROP TRIGGER entry_no_update;"
                                  "DROP TRIGGER tile_no_update;") +
                          damage) == SQLITE_OK);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::refuted);
  const auto reading = [&] {
    const Log log = Log::open(folder, Access::read_only);
    (void)log.root();
    for (std::uint64_t seq = 0; seq < log.size(); ++seq) (void)log.entry(seq);
  };
  const ErrorCode code = code_of(reading);
  CHECK((code == ErrorCode{} || code == ErrorCode::broken_log || code == ErrorCode::storage));
}

TEST_CASE("a log without a readable head is not proven, and is not written", "[log][head]") {
  const auto* const damage = GENERATE("removed", "emptied", "both slots", "cut");
  const int entries = GENERATE(0, 3);
  const Scratch scratch;
  const fs::path folder = log_of(scratch, entries);
  CAPTURE(damage, entries);
  const std::string what = damage;
  if (what == "removed") fs::remove(folder / "head");
  if (what == "emptied") fs::resize_file(folder / "head", 0);
  if (what == "cut") fs::resize_file(folder / "head", 100);
  if (what == "both slots") {
    overwrite(folder / "head", 40, "x");
    overwrite(folder / "head", 168, "x");
  }
  const auto verified = verify_log(folder, {});
  CHECK(verified.verdict == ProofVerdict::not_proven);
  REQUIRE(verified.problem);
  CHECK(verified.problem->what.text().find("head") != std::string::npos);
  Log log = Log::open(folder, Access::write);
  CHECK(log.access() == Access::read_only);
  CHECK(log.impairment().text().find("head") == 0);
  CHECK(code_of([&] { log.append(given(alice, "2026-11-06T10:00:00Z"), noon); }) ==
        ErrorCode::storage);
}

TEST_CASE("one torn slot of the head leaves the other", "[log][head]") {
  const int slot = GENERATE(0, 1);
  const Scratch scratch;
  const fs::path folder = log_of(scratch, 3);
  { Log::open(folder, Access::write).append(given(alice, "2026-11-06T10:00:00Z"), noon); }
  overwrite(folder / "head", slot * 128 + 100, "torn");
  // The slot that is left may be one commit older: the newest entry is then not covered yet.
  CHECK(verify_log(folder, {}).verdict != ProofVerdict::refuted);
  const Log log = Log::open(folder, Access::write);
  CHECK(log.access() == Access::write);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a file that another tool switched to a journal is written with a WAL again",
          "[log][hardening]") {
  const Scratch scratch;
  const fs::path folder = log_of(scratch, 3);
  for (const char* const name : {"log.db", "keys.db"}) {
    REQUIRE(foreign_sql(folder / name, "PRAGMA journal_mode=DELETE") == SQLITE_OK);
    REQUIRE(sql_text(folder / name, "PRAGMA journal_mode") == "delete");
  }
  {
    Log log = Log::open(folder, Access::write);
    const Log reader = Log::open(folder, Access::read_only);
    log.append(given(alice, "2026-11-06T10:00:00Z"), noon);
    CHECK(reader.size() == 5);
  }
  for (const char* const name : {"log.db", "keys.db"}) {
    CHECK(sql_text(folder / name, "PRAGMA journal_mode") == "wal");
  }
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a log whose entries are not those acknowledged signs nothing new", "[log][head]") {
  const Scratch scratch;
  const fs::path folder = log_of(scratch, 3);
  fs::copy(folder, scratch / "fork", fs::copy_options::recursive);
  std::string known;
  {
    Log log = Log::open(folder, Access::write);
    known = log.checkpoint();
    log.append(given(alice, "2026-11-06T10:00:00Z"), noon);
    (void)log.checkpoint();
  }
  {
    Log fork = Log::open(scratch / "fork", Access::write);
    fork.append(withdrawn(alice, "2026-11-06T10:00:00Z"), noon);
  }
  fs::copy(scratch / "fork" / "log.db", folder / "log.db", fs::copy_options::overwrite_existing);
  Log log = Log::open(folder, Access::read_only);
  CHECK_FALSE(log.impairment().empty());
  CHECK(code_of([&] { (void)log.checkpoint(); }) == ErrorCode::storage);
  CHECK(consent::checkpoint_over(log, 1) == known);
}
