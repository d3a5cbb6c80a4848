// What the owner's keys cover, and what somebody without them can still change.
#include <functional>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/decision.hpp"
#include "consent/error.hpp"
#include "consent/rebuild.hpp"
#include "consent/receipt.hpp"
#include "consent/restore.hpp"
#include "consent/verify.hpp"
#include "log/head.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

constexpr auto alice = "+79161234567";
const Instant noon = at("2026-11-20T12:00:00Z");

/// Entry 0, a consent and its withdrawal; `signs` says whether a checkpoint covers all of them.
fs::path withdrawn(const Scratch& scratch, bool signs) {
  const fs::path folder = scratch / "log";
  Log log = create_log(folder, romashka(), noon);
  log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  log.append(ConsentWithdrawn{{number(alice), at("2026-11-03T10:00:00Z")}}, noon);
  if (signs) (void)log.checkpoint();
  return folder;
}

note::VerifierKey key_of(const fs::path& folder) {
  return Log::open(folder, Access::read_only).verifier_key();
}

/// Takes the last entry out of log.db and writes a head to match, with no key at all.
void forge(const fs::path& folder) {
  REQUIRE(foreign_sql(folder / "log.db",
                      "DROP TRIGGER entry_no_delete; DROP TRIGGER checkpoint_no_delete;"
                      "DELETE FROM checkpoint WHERE size>2;"
                      "DELETE FROM entry WHERE seq=2; DELETE FROM subject; DELETE FROM term;"
                      "UPDATE state SET value=CAST('0' AS BLOB) WHERE key='standing_upto'") ==
          SQLITE_OK);
  const auto state = HeadFile::read(folder / "head");
  REQUIRE(state);
  fs::copy(folder, folder.parent_path() / "forged-copy");
  fs::remove(folder.parent_path() / "forged-copy" / "keys.db");
  const Digest root = Log::open(folder.parent_path() / "forged-copy", Access::read_only).root(2);
  auto head = HeadFile::open_for_writing(folder / "head");
  head.write(2, root, state->incarnation);
  head.write(2, root, state->incarnation);
}

std::vector<std::string> note_of(const std::string& text) { return {text}; }

}  // namespace

TEST_CASE("a log that was forged without its keys is refuted, and opens as impaired",
          "[log][verify][forged]") {
  const Scratch scratch;
  const fs::path folder = withdrawn(scratch, false);
  const auto key = key_of(folder);
  const std::array keys{key};
  REQUIRE(verify_log(folder, {}).verdict == ProofVerdict::proven);
  forge(folder);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::refuted);
  CHECK(verify_log(folder, keys).verdict == ProofVerdict::refuted);
  (void)rebuild(folder);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::refuted);
  Log log = Log::open(folder, Access::write);
  CHECK_FALSE(log.impairment().empty());
  CHECK(log.access() == Access::read_only);
  CHECK_THROWS_AS(log.checkpoint(), Error);
  // An auditor who has no keys.db and the owner's key sees that the end is unsigned.
  fs::remove(folder / "keys.db");
  const auto verified = verify_log(folder, keys);
  CHECK(verified.verdict == ProofVerdict::not_proven);
  REQUIRE(verified.problem);
  CHECK(verified.problem->what.text() ==
        "entries 0-1 are unsigned: ask the owner for `consent checkpoint`");
}

TEST_CASE("without the owner's key and without keys.db nothing is proven", "[log][verify]") {
  const Scratch scratch;
  const fs::path folder = withdrawn(scratch, true);
  const std::array keys{key_of(folder)};
  fs::create_directory(scratch / "auditor");
  fs::copy(folder / "log.db", scratch / "auditor" / "log.db");
  CHECK(verify_log(scratch / "auditor", {}).verdict == ProofVerdict::not_proven);
  const auto verified = verify_log(scratch / "auditor", keys);
  CHECK(verified.verdict == ProofVerdict::proven);
  CHECK(verified.coverage.covered == 3);
}

TEST_CASE("entries after the last checkpoint are named as unsigned", "[log][verify]") {
  const Scratch scratch;
  const fs::path folder = withdrawn(scratch, true);
  const std::array keys{key_of(folder)};
  {
    Log log = Log::open(folder, Access::write);
    log.append(given("+79161234568", "2026-11-04T10:00:00Z"), noon);
  }
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);  // the head's MAC covers it
  fs::remove(folder / "keys.db");
  fs::remove(folder / "head");
  const auto verified = verify_log(folder, keys);
  CHECK(verified.verdict == ProofVerdict::not_proven);
  REQUIRE(verified.problem);
  CHECK(verified.problem->seq == 3);
  CHECK(verified.problem->what.text() ==
        "entries 3-3 are unsigned: ask the owner for `consent checkpoint`");
}

TEST_CASE("a log that does not extend what it handed out is refuted", "[log][verify]") {
  const Scratch scratch;
  const fs::path folder = withdrawn(scratch, false);
  const std::array keys{key_of(folder)};
  std::string signed_note;
  std::string receipt;
  {
    Log log = Log::open(folder, Access::write);
    signed_note = log.checkpoint();
    receipt = make_receipt(log, 2).text();
  }
  CHECK(verify_log(folder, keys, {{}, note_of(signed_note), note_of(receipt), {}}).verdict ==
        ProofVerdict::proven);
  // Another log of the same key, one entry shorter.
  fs::copy(folder, scratch / "kept", fs::copy_options::recursive);
  forge(folder);
  fs::remove(folder / "keys.db");
  for (const auto& options : {VerifyOptions{{}, note_of(signed_note), {}, {}},
                              VerifyOptions{{}, {}, note_of(receipt), {}}}) {
    CHECK(verify_log(folder, keys, options).verdict == ProofVerdict::refuted);
  }
  // One that nobody signed shows nothing.
  std::string other = signed_note;
  other.replace(other.find("\n3\n"), 3, "\n2\n");
  CHECK(verify_log(scratch / "kept", keys, {{}, note_of(other), {}, {}}).verdict ==
        ProofVerdict::not_proven);
}

TEST_CASE("nothing is signed that does not extend what was signed", "[log][keys]") {
  const Scratch scratch;
  const fs::path folder = withdrawn(scratch, false);
  fs::copy(folder / "log.db", scratch / "log.db");
  fs::copy(folder / "head", scratch / "head");
  {
    Log log = Log::open(folder, Access::write);
    log.append(given("+79161234568", "2026-11-04T10:00:00Z"), noon);
    (void)log.checkpoint();
  }
  // Yesterday's log and its head come back; keys.db remembers what it signed.
  for (const char* file : {"log.db", "head"}) {
    fs::copy(scratch / file, folder / file, fs::copy_options::overwrite_existing);
  }
  CHECK_THROWS_AS(Log::open(folder, Access::read_only).checkpoint(), Error);
  { CHECK_THROWS_AS(Log::open(folder, Access::write).checkpoint(), Error); }
}

TEST_CASE("a long-lived writer signs every ten minutes and every ten thousand entries",
          "[log][verify]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = create_log(folder, romashka(), noon);
  const std::array keys{log.verifier_key()};
  const auto signed_up_to = [&] { return verify_log(folder, keys).coverage.signed_up_to; };
  log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  log.append(given("+79161234568", "2026-11-02T10:00:00Z"), noon + std::chrono::minutes(9));
  CHECK(signed_up_to() == 0);
  log.append(given("+79161234569", "2026-11-02T10:00:00Z"), noon + std::chrono::minutes(10));
  CHECK(signed_up_to() == 4);
  std::vector<Event> events;
  for (int i = 0; i < 10'000; ++i) {
    events.emplace_back(given("+7917" + std::to_string(1000000 + i), "2026-11-02T10:00:00Z"));
  }
  log.append_many(std::span(events).first(9'999), noon + std::chrono::minutes(11));
  CHECK(signed_up_to() == 4);
  log.append_many(std::span(events).subspan(9'999), noon + std::chrono::minutes(11));
  CHECK(signed_up_to() == 10'004);
}

TEST_CASE("with keys.db every sealed detail is opened", "[log][verify]") {
  const Scratch scratch;
  const fs::path folder = withdrawn(scratch, true);
  const std::array keys{key_of(folder)};
  REQUIRE(foreign_sql(folder / "log.db",
                      "DROP TRIGGER entry_no_update; UPDATE entry SET sealed="
                      "CAST(substr(sealed,1,20)||x'00'||substr(sealed,22) AS BLOB) "
                      "WHERE seq=1 AND substr(sealed,21,1)!=x'00'") == SQLITE_OK);
  const auto verified = verify_log(folder, keys);
  CHECK(verified.verdict == ProofVerdict::refuted);
  REQUIRE(verified.problem);
  CHECK(verified.problem->seq == 1);
  fs::remove(folder / "keys.db");
  const auto without = verify_log(folder, keys);
  CHECK(without.verdict == ProofVerdict::proven);
  CHECK(std::any_of(without.coverage.not_checked.begin(), without.coverage.not_checked.end(),
                    [](const Message& each) { return each.text().starts_with("sealed details"); }));
}

TEST_CASE("no bit of a subject's derived row turns a stop into a yes", "[log][derived]") {
  const Scratch scratch;
  const fs::path folder = withdrawn(scratch, false);
  const RulePack pack = RulePack::russia();
  const Question question{.number = number(alice),
                          .distributor = romashka().distributor,
                          .purpose = Purpose::advertising,
                          .channel = Channel::voice,
                          .at = noon};
  const auto verdict = [&]() -> std::optional<Verdict> {
    try {
      return may_contact(Log::open(folder, Access::read_only), pack, question).verdict;
    } catch (const Error&) {
      return std::nullopt;
    }
  };
  REQUIRE(verdict() == Verdict::deny);
  std::string clauses;
  {
    sqlite3* db = nullptr;
    sqlite3_open((folder / "log.db").c_str(), &db);
    sqlite3_stmt* row = nullptr;
    sqlite3_prepare_v2(db, "SELECT hex(clauses) FROM subject", -1, &row, nullptr);
    REQUIRE(sqlite3_step(row) == SQLITE_ROW);
    clauses = reinterpret_cast<const char*>(sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    sqlite3_close(db);
  }
  const auto put = [&](const std::string& what) {
    REQUIRE(foreign_sql(folder / "log.db", "UPDATE subject SET " + what) == SQLITE_OK);
  };
  const std::string digits = "0123456789ABCDEF";
  for (std::size_t at = 0; at < clauses.size(); ++at) {
    for (unsigned bit = 1; bit < 16; bit <<= 1U) {
      std::string flipped = clauses;
      flipped[at] = digits[digits.find(clauses[at]) ^ bit];
      put("clauses=x'" + flipped + "'");
      CAPTURE(at, bit);
      CHECK(verdict() != Verdict::allow);
    }
  }
  put("clauses=x'" + clauses + "'");
  for (int bit = 0; bit < 62; ++bit) {
    const std::string mask = std::to_string(std::int64_t{1} << bit);
    for (const std::string column : {"count", "last"}) {
      const std::string flip =
          column + "=(" + column + "|" + mask + ")-(" + column + "&" + mask + ")";
      put(flip);
      CAPTURE(column, bit);
      CHECK(verdict() != Verdict::allow);
      put(flip);
    }
  }
  REQUIRE(verdict() == Verdict::deny);
}
