#include "consent/log.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <thread>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/history.hpp"
#include "consent/log_standing.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

constexpr auto alice = "+79161234567";
constexpr auto boris = "+79031112233";
const Instant noon = at("2026-11-20T12:00:00Z");

ErrorCode code_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode{};
}

// Five entries: creation, Alice yes, Boris yes, Alice stop, Boris reassigned.
fs::path small_log(const Scratch& scratch) {
  const fs::path folder = scratch / "romashka";
  Log log = consent::create_log(folder, romashka(), at("2026-11-01T00:00:00Z"));
  log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  log.append(given(boris, "2026-11-03T10:00:00Z"), noon);
  log.append(withdrawn(alice, "2026-11-04T10:00:00Z"), noon);
  log.append(NumberReassigned{{number(boris), at("2026-11-05T10:00:00Z"), ""}}, noon);
  (void)log.checkpoint();
  return folder;
}

std::string file_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a log that is closed and opened again has the same entries and root", "[log]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  Log log = Log::open(folder, Access::read_only);
  CHECK(log.size() == 5);
  CHECK(log.impairment().empty());
  CHECK(log.identity().distributor == "7707083893");
  const auto history = consent::history_of(log, number(alice), consent::Use::proof());
  REQUIRE(history.size() == 2);
  CHECK(history[0].type == EventType::consent_given);
  CHECK(history[1].type == EventType::consent_withdrawn);
  CHECK(history[1].subject->prev == 1);
  std::vector<Digest> leaves;
  log.for_each(0, log.size(), [&](const Entry& entry) { leaves.push_back(entry.leaf); });
  CHECK(merkle::root(leaves) == log.root());
}

TEST_CASE("no file but keys.db tells the number, and log.db tells it not even to a byte search",
          "[log][privacy]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  for (const auto& file : fs::directory_iterator(folder)) {
    const std::string bytes = file_bytes(file.path());
    CAPTURE(file.path().filename().string());
    CHECK(bytes.find("9161234567") == std::string::npos);
    CHECK(bytes.find("9031112233") == std::string::npos);
  }
  const Log log = Log::open(folder, Access::read_only);
  log.for_each(0, log.size(), [](const Entry& entry) {
    CHECK(entry.bytes.find("9161234567") == std::string::npos);
  });
}

TEST_CASE("keys.db is readable by its owner alone", "[log][privacy]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  const auto mode = fs::status(folder / "keys.db").permissions();
  CHECK((mode & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
}

TEST_CASE("create does not begin a second log in a folder that holds anything", "[log][errors]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  CHECK(code_of([&] { (void)consent::create_log(folder, romashka(), noon); }) ==
        ErrorCode::storage);
  CHECK(code_of([&] { (void)consent::create_log(scratch / "no" / "such", romashka(), noon); }) ==
        ErrorCode::storage);
  CHECK(code_of([&] { (void)Log::open(scratch / "absent", Access::write); }) == ErrorCode::storage);
  LogIdentity bad = romashka();
  bad.origin = "https://romashka.example";
  CHECK(code_of([&] { (void)consent::create_log(scratch / "x", bad, noon); }) ==
        ErrorCode::invalid_argument);
  bad = romashka();
  bad.distributor = "7707083894";
  CHECK(code_of([&] { (void)consent::create_log(scratch / "x", bad, noon); }) ==
        ErrorCode::invalid_argument);
  CHECK_FALSE(fs::exists(scratch / "x"));
}

TEST_CASE("a second writer is told so at once, readers are not disturbed", "[log][concurrency]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  Log writer = Log::open(folder, Access::write);
  CHECK(code_of([&] { (void)Log::open(folder, Access::write); }) == ErrorCode::locked);
  const Log reader = Log::open(folder, Access::read_only);
  writer.append(given(alice, "2026-11-06T10:00:00Z"), noon);
  CHECK(reader.size() == 6);
  CHECK(code_of([&] { (void)Log::open(folder, Access::write); }) == ErrorCode::locked);
}

TEST_CASE("events that no log may hold are refused and nothing is recorded", "[log][errors]") {
  const Scratch scratch;
  Log log = Log::open(small_log(scratch), Access::write);
  const auto refused = [&](const Event& event) {
    return code_of([&] { log.append(event, noon); }) == ErrorCode::invalid_argument;
  };
  auto event = given(alice, "2026-11-20T12:00:00.000001Z");
  CHECK(refused(event));  // happened after its recording
  event = given(alice, "2026-11-02T10:00:00Z");
  event.purposes = {};
  CHECK(refused(event));
  event = given(alice, "2026-11-02T10:00:00Z");
  event.campaign = "call 79161234567 back";
  CHECK(refused(event));
  event = given(alice, "2026-11-02T10:00:00Z");
  event.campaign = "79161234567";
  CHECK(refused(event));
  event = given(alice, "2026-11-02T10:00:00Z");
  event.wording.text = "Я, владелец номера 8 (916) 123-45-67, согласен";
  CHECK(refused(event));
  event = given(alice, "2026-11-02T10:00:00Z");
  event.distributors = std::vector<std::string>{"7707083894"};
  CHECK(refused(event));
  event = given(alice, "2026-11-02T10:00:00Z");
  event.until = event.happened;
  CHECK(refused(event));
  CHECK(log.size() == 5);
}

TEST_CASE("append_many is all or nothing", "[log]") {
  const Scratch scratch;
  Log log = Log::open(small_log(scratch), Access::write);
  std::vector<Event> events{given(alice, "2026-11-02T10:00:00Z"),
                            given(boris, "2026-11-21T10:00:00Z")};  // the second is in the future
  CHECK_THROWS_AS(log.append_many(events, noon), Error);
  CHECK(log.size() == 5);
  events.pop_back();
  events.emplace_back(given("+79990001122", "2026-11-02T10:00:00Z"));
  const auto done = log.append_many(events, noon);
  REQUIRE(done.size() == 2);
  CHECK(done[1].seq == 6);
  CHECK(log.entry(6).leaf == done[1].leaf);
}

TEST_CASE("a reassigned number begins a new subject with its next event", "[log][subject]") {
  const Scratch scratch;
  Log log = Log::open(small_log(scratch), Access::write);
  CHECK(log.subjects_of(number(boris)).size() == 1);
  log.append(given(boris, "2026-11-06T10:00:00Z"), noon);
  const auto tags = log.subjects_of(number(boris));
  REQUIRE(tags.size() == 2);
  CHECK(tags[0] != tags[1]);
  const auto standings = consent::standing_of(log, number(boris));
  REQUIRE(standings.size() == 2);
  CHECK(standings[0].closed == at("2026-11-05T10:00:00Z"));
  CHECK_FALSE(standings[1].closed);
  CHECK(consent::entries_of(log, tags[0]).size() == 2);
  CHECK(consent::entries_of(log, tags[1]).size() == 1);
  CHECK(consent::history_of(log, number(boris), consent::Use::proof()).size() == 3);
}

TEST_CASE("reassigning and speaking again inside one commit keeps both subjects",
          "[log][subject]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  const std::vector<Event> events{given(alice, "2026-11-02T10:00:00Z"),
                                  NumberReassigned{{number(alice), at("2026-11-03T10:00:00Z"), ""}},
                                  given(alice, "2026-11-04T10:00:00Z"),
                                  NumberReassigned{{number(alice), at("2026-11-05T10:00:00Z"), ""}},
                                  given(alice, "2026-11-06T10:00:00Z")};
  log.append_many(events, noon);
  CHECK(log.subjects_of(number(alice)).size() == 3);
  CHECK(consent::standing_of(log, number(alice)).size() == 3);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("the subject's key opens what is sealed, and it fits the commitment", "[log][privacy]") {
  const Scratch scratch;
  Log log = Log::open(small_log(scratch), Access::read_only);
  const auto opened = consent::open_entries_of(log, log.subjects_of(number(alice)).front());
  REQUIRE(opened.size() == 2);
  CHECK(opened[0].details == R"({"number":"+79161234567"})");
  const std::string joined =
      std::string("libconsent/commit/v1").append(1, '\0') + opened[0].salt + opened[0].details;
  CHECK(opened[0].entry.bytes.find(to_hex(sha256(joined))) != std::string::npos);
}

TEST_CASE("every entry's proof leads to the signed checkpoint, also across tiles", "[log][proof]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  std::vector<Event> events;
  for (int i = 0; i < 700; ++i) {
    events.emplace_back(given("+7916" + std::to_string(1000000 + i % 50), "2026-11-02T10:00:00Z"));
  }
  log.append_many(events, noon);
  const std::string checkpoint = log.checkpoint();
  CHECK(log.checkpoint() == checkpoint);
  const std::array keys{log.verifier_key()};
  for (const std::uint64_t seq : {0U, 1U, 254U, 255U, 256U, 511U, 512U, 699U, 700U}) {
    const InclusionProof proof = log.prove_inclusion(seq, checkpoint);
    CHECK_NOTHROW(
        verify_inclusion_proof(parse_inclusion_proof(proof.text()), log.entry(seq).leaf, keys));
    CHECK_THROWS_AS(verify_inclusion_proof(proof, log.entry(seq == 0 ? 1 : 0).leaf, keys),
                    ProofError);
  }
  for (const std::uint64_t size : {1U, 255U, 256U, 257U, 512U, 700U}) {
    CHECK_NOTHROW(merkle::verify_consistency(
        size, log.size(), log.prove_consistency(size, log.size()), log.root(size), log.root()));
  }
  const auto verification = verify_log(folder, keys);
  CHECK(verification.verdict == ProofVerdict::proven);
  CHECK(verification.coverage.entries == 701);
  CHECK(verification.coverage.signed_up_to == 701);
  CHECK(verification.coverage.open_tail == 0);
  CHECK(verification.coverage.standing_checked);
}

TEST_CASE("the file itself refuses UPDATE, DELETE and REPLACE from anybody's connection",
          "[log][hardening]") {
  const Scratch scratch;
  const fs::path file = small_log(scratch) / "log.db";
  for (const auto* const sql :
       {"UPDATE entry SET bytes=x'00' WHERE seq=2", "DELETE FROM entry WHERE seq=4",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq=2",
        "REPLACE INTO entry(seq,prev,leaf,bytes) VALUES(4,zeroblob(32),zeroblob(32),x'00')",
        "INSERT INTO entry(seq,prev,leaf,bytes) VALUES(7,zeroblob(32),zeroblob(32),x'00')",
        "INSERT INTO entry(seq,prev,leaf,bytes) VALUES(5,zeroblob(32),zeroblob(32),x'00')",
        "INSERT INTO entry(seq,prev,leaf,bytes) SELECT 3.5,leaf,leaf,bytes FROM entry WHERE seq=3",
        "UPDATE OR REPLACE entry SET seq=9 WHERE seq=4", "DELETE FROM checkpoint",
        "REPLACE INTO checkpoint(size,note) VALUES(5,'x')", "UPDATE entry SET sealed=x'00'",
        "DELETE FROM wording", "UPDATE OR REPLACE entry SET sealed=NULL WHERE seq=1"}) {
    CAPTURE(sql);
    CHECK(foreign_sql(file, sql) != SQLITE_OK);
  }
  CHECK(verify_log(file.parent_path(), {}).verdict == ProofVerdict::proven);
}

TEST_CASE("verify names the first bad entry after an edit that the triggers could not stop",
          "[log][verify]") {
  struct Damage {
    const char* name;
    const char* sql;
    std::uint64_t seq;
  };
  const auto damage = GENERATE(
      Damage{
          "content of 2",
          "UPDATE entry SET bytes=cast(replace(bytes,'sms_code','paper___') AS BLOB) WHERE seq=2",
          2},
      Damage{"content and leaf swapped",
             "UPDATE entry SET bytes=(SELECT bytes FROM entry WHERE seq=1),"
             "leaf=(SELECT leaf FROM entry WHERE seq=1) WHERE seq=2",
             2},
      Damage{"leaf of 3", "UPDATE entry SET leaf=zeroblob(32) WHERE seq=3", 3},
      Damage{"prev column of 3", "UPDATE entry SET prev=zeroblob(32) WHERE seq=3", 3},
      Damage{"middle removed", "DELETE FROM entry WHERE seq=2", 2},
      Damage{"last removed", "DELETE FROM entry WHERE seq=4", 4},
      Damage{"standing edited", "UPDATE subject SET count=7 WHERE last=3", 3},
      Damage{"standing emptied", "UPDATE subject SET clauses=x'' WHERE last=3", 3},
      Damage{"subject reopened", "UPDATE subject SET closed=NULL WHERE last=4", 4},
      Damage{"standing removed", "DELETE FROM subject WHERE last=3", 5},
      Damage{"name edited", "UPDATE term SET text='7707083894'", 5},
      Damage{"checkpoint edited", "UPDATE checkpoint SET note=replace(note,'\n5\n','\n4\n')", 5},
      Damage{"wording edited", "UPDATE wording SET text='other'", 5});
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  CAPTURE(damage.name);
  const std::string drop =
      "DROP TRIGGER entry_no_update; DROP TRIGGER entry_no_delete; DROP TRIGGER "
      "checkpoint_no_update; DROP TRIGGER wording_no_update;";
  REQUIRE(foreign_sql(folder / "log.db", drop + damage.sql) == SQLITE_OK);
  const auto verification = verify_log(folder, {});
  CHECK(verification.verdict == ProofVerdict::refuted);
  REQUIRE(verification.problem);
  CHECK(verification.problem->seq == damage.seq);
}

TEST_CASE("a key that the auditor holds must be the log's own", "[log][verify]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  const Log other = consent::create_log(scratch / "other", romashka(), noon);
  const std::array wrong{other.verifier_key()};
  CHECK(verify_log(folder, wrong).verdict == ProofVerdict::refuted);
}

TEST_CASE("log.db alone verifies, without its head and keys", "[log][verify]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  const std::array keys{Log::open(folder, Access::read_only).verifier_key()};
  { (void)Log::open(folder, Access::write).checkpoint(); }
  const fs::path handed = scratch / "handed";
  fs::create_directory(handed);
  fs::copy(folder / "log.db", handed / "log.db");
  fs::permissions(handed, fs::perms::owner_read | fs::perms::owner_exec);
  const auto verification = verify_log(handed, keys);
  CHECK(verification.verdict == ProofVerdict::proven);
  CHECK(verification.coverage.entries == 5);
  CHECK(verify_log(handed / "log.db", keys).verdict == ProofVerdict::proven);
  const Log log = Log::open(handed, Access::read_only);
  CHECK(log.entry(1).type == EventType::consent_given);
  CHECK(code_of([&] { (void)consent::history_of(log, number(alice), consent::Use::proof()); }) ==
        ErrorCode::storage);
  fs::permissions(handed, fs::perms::owner_all);
}

TEST_CASE("a log shorter than its head opens read-only and says what is missing", "[log][head]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  fs::copy(folder / "log.db", scratch / "kept.db");
  {
    Log log = Log::open(folder, Access::write);
    log.append(given(alice, "2026-11-06T10:00:00Z"), noon);
    log.append(given(alice, "2026-11-07T10:00:00Z"), noon);
  }
  fs::copy(scratch / "kept.db", folder / "log.db", fs::copy_options::overwrite_existing);
  Log log = Log::open(folder, Access::write);
  CHECK(log.access() == Access::read_only);
  CHECK(log.impairment().text().find("2 are missing") != std::string::npos);
  CHECK(code_of([&] { log.append(given(alice, "2026-11-08T10:00:00Z"), noon); }) ==
        ErrorCode::storage);
  CHECK(consent::history_of(log, number(alice), consent::Use::proof()).size() == 2);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::refuted);
}

TEST_CASE("a head older than the log is what power loss leaves, and is repaired", "[log][head]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  fs::copy(folder / "head", scratch / "old-head");
  {
    Log log = Log::open(folder, Access::write);
    log.append(given(alice, "2026-11-06T10:00:00Z"), noon);
  }
  fs::copy(scratch / "old-head", folder / "head", fs::copy_options::overwrite_existing);
  {
    const Log log = Log::open(folder, Access::write);
    CHECK(log.impairment().empty());
    CHECK(log.access() == Access::write);
  }
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("the head of another log is noticed", "[log][head]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  { const Log other = consent::create_log(scratch / "other", romashka(), noon); }
  fs::copy(scratch / "other" / "head", folder / "head", fs::copy_options::overwrite_existing);
  const Log log = Log::open(folder, Access::write);
  CHECK(log.access() == Access::read_only);
  CHECK_FALSE(log.impairment().empty());
}

TEST_CASE("another log's keys are refused", "[log][errors]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  { const Log other = consent::create_log(scratch / "other", romashka(), noon); }
  fs::copy(scratch / "other" / "keys.db", folder / "keys.db", fs::copy_options::overwrite_existing);
  CHECK(code_of([&] { (void)Log::open(folder, Access::write); }) == ErrorCode::storage);
}

TEST_CASE("many threads append at once and every entry is there, once", "[log][concurrency]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  constexpr int producers = 8;
  constexpr int each = 40;
  {
    Log log = consent::create_log(folder, romashka(), noon);
    std::vector<std::thread> threads;
    std::array<std::vector<std::uint64_t>, producers> seqs;
    for (int p = 0; p < producers; ++p) {
      threads.emplace_back([&, p] {
        for (int i = 0; i < each; ++i) {
          const auto done = log.append(
              given("+7916" + std::to_string(2000000 + i % 7), "2026-11-02T10:00:00Z"), noon);
          seqs.at(static_cast<std::size_t>(p)).push_back(done.seq);
        }
      });
    }
    for (auto& thread : threads) thread.join();
    std::vector<std::uint64_t> all;
    for (const auto& part : seqs) all.insert(all.end(), part.begin(), part.end());
    std::sort(all.begin(), all.end());
    REQUIRE(all.size() == producers * each);
    CHECK(all.front() == 1);
    CHECK(all.back() == producers * each);
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  }
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a forked child is refused and leaves the parent's log whole", "[log][fork]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  Log log = Log::open(folder, Access::write);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const bool refused = code_of([&] { log.append(given(alice, "2026-11-06T10:00:00Z"), noon); }) ==
                             ErrorCode::storage &&
                         code_of([&] { (void)log.size(); }) == ErrorCode::storage;
    _exit(refused ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  log.append(given(alice, "2026-11-06T10:00:00Z"), noon);
  CHECK(log.size() == 6);
}

TEST_CASE("a subject key without an entry, as a crash between the two files leaves it, is swept",
          "[log][crash]") {
  const Scratch scratch;
  const fs::path folder = small_log(scratch);
  REQUIRE(foreign_sql(folder / "keys.db",
                      "INSERT INTO subject(tag,key,address,previous) "
                      "VALUES(randomblob(32),randomblob(32),x'00',0);"
                      "UPDATE meta SET value=CAST('3' AS BLOB) WHERE key='subjects'") == SQLITE_OK);
  Log log = Log::open(folder, Access::write);
  log.append(given(alice, "2026-11-06T10:00:00Z"), noon);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
  sqlite3* db = nullptr;
  sqlite3_open((folder / "keys.db").c_str(), &db);
  sqlite3_stmt* count = nullptr;
  sqlite3_prepare_v2(db, "SELECT count(*) FROM subject", -1, &count, nullptr);
  REQUIRE(sqlite3_step(count) == SQLITE_ROW);
  CHECK(sqlite3_column_int(count, 0) == 2);
  sqlite3_finalize(count);
  sqlite3_close(db);
}

TEST_CASE("a writer killed at random has lost nothing that it acknowledged", "[log][crash]") {
  // A child prints each acknowledged seq through a pipe and is killed; whatever came through must
  // be in the log afterwards, once.
  constexpr int kills = 12;
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { const Log log = consent::create_log(folder, romashka(), noon); }
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < kills; ++round) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      Log log = Log::open(folder, Access::write);
      for (int i = 0;; ++i) {
        const auto done =
            log.append(given("+7916" + std::to_string(3000000 + round * 1000 + i % 900),
                             "2026-11-02T10:00:00Z"),
                       noon);
        (void)!write(ends[1], &done.seq, sizeof(done.seq));
      }
    }
    close(ends[1]);
    std::uint64_t seq = 0;
    for (int heard = 0; heard < 5 + round * 3 && read(ends[0], &seq, sizeof(seq)) == sizeof(seq);
         ++heard) {
      CHECK(seq > acknowledged);
      acknowledged = seq;
    }
    kill(child, SIGKILL);
    while (read(ends[0], &seq, sizeof(seq)) == sizeof(seq)) acknowledged = seq;
    close(ends[0]);
    waitpid(child, nullptr, 0);
    const Log log = Log::open(folder, Access::write);
    CHECK(log.impairment().empty());
    CHECK(log.size() > acknowledged);
  }
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}
