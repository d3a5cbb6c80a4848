// Files that the log keeps, sealed: small ones inside log.db, large ones beside it.
#include "log/evidence.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/evidence.hpp"
#include "consent/log.hpp"
#include "consent/log_standing.hpp"
#include "consent/verify.hpp"
#include "crypto/seal.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

constexpr auto alice = "+79161234567";
const Instant noon = at("2026-11-20T12:00:00Z");

std::string content(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 31 + i / 251) & 0xff);
  return bytes;
}

ConsentGiven with(std::vector<EvidenceFile> files) {
  auto event = given(alice, "2026-11-02T10:00:00Z");
  event.files = std::move(files);
  return event;
}

std::string read_back(const Log& log, std::uint64_t seq, std::uint32_t place) {
  std::string out;
  consent::read_evidence(log, seq, place, consent::Use::proof(),
                         [&](std::string_view piece) { out.append(piece); });
  return out;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code code;
  for (fs::recursive_directory_iterator it(folder, code), end; it != end; ++it) {
    if (it->is_regular_file()) found.push_back(it->path());
  }
  return found;
}

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void spill(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("evidence comes back byte for byte, whatever its size, from memory and from a file",
          "[log][evidence]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  for (const std::size_t size :
       {std::size_t{1}, most_evidence_inside - 1, most_evidence_inside, most_evidence_inside + 1,
        2 * most_evidence_inside, 3 * most_evidence_inside + 7}) {
    INFO(size << " bytes");
    const std::string bytes = content(size);
    const fs::path file = scratch / "rec.wav";
    spill(file, bytes);
    const auto done = log.append(with({{"recording", bytes, {}}, {"scan", {}, file}}), noon);
    CHECK(read_back(log, done.seq, 1) == bytes);
    CHECK(read_back(log, done.seq, 2) == bytes);
    const auto kept = consent::evidence_of(log, done.seq);
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].kind == "recording");
    CHECK(kept[1].kind == "scan");
    CHECK(kept[0].commitment != kept[1].commitment);  // salted: the same bytes, unlinkable
    CHECK(kept[0].beside == (size > most_evidence_inside));
    std::string opened;
    const std::string salt =
        consent::read_evidence(log, done.seq, 1, consent::Use::proof(),
                               [&](std::string_view piece) { opened.append(piece); });
    CHECK(commitment(SecretKey::View(reinterpret_cast<const std::uint8_t*>(salt.data()), 32),
                     opened) == kept[0].commitment);
  }
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a text that names the person is kept sealed and stands in no file in clear",
          "[log][evidence]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  const std::string text = "Я, Иванова Мария Петровна, +7 916 123-45-67, согласна на рекламу.";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    auto event = with({{"wording", text, {}}});
    event.wording = {};
    log.append(event, noon);
    CHECK(read_back(log, 1, 1) == text);
    const auto standing = consent::standing_of(log, number(alice));
    CHECK((standing[0].clauses[0].flags & Clause::has_wording) != 0);
    CHECK((standing[0].clauses[0].flags & Clause::has_evidence) == 0);
  }
  for (const fs::path& file : files_in(folder)) {
    INFO(file.filename());
    CHECK(slurp(file).find("Иванова") == std::string::npos);
  }
}

TEST_CASE("log.db alone verifies, and says that sealed evidence was not opened",
          "[log][evidence]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(with({{"recording", content(200'000), {}}, {"scan", content(100), {}}}), noon);
  }
  fs::create_directory(scratch / "auditor");
  fs::copy(folder / "log.db", scratch / "auditor");
  const auto verified = verify_log(scratch / "auditor", {});
  CHECK(verified.verdict == ProofVerdict::not_proven);  // nobody gave a key
  CHECK(
      std::any_of(verified.coverage.not_checked.begin(), verified.coverage.not_checked.end(),
                  [](const Message& what) { return what.text().starts_with("sealed evidence"); }));
  CHECK(verify_log(scratch / "auditor" / "log.db", {}).verdict == ProofVerdict::not_proven);
}

TEST_CASE("evidence that is missing is named; evidence that is changed, cut or swapped is refused",
          "[log][evidence]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  const std::string first = content(300'000);
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(with({{"recording", first, {}}}), noon);
    log.append(with({{"recording", content(299'999), {}}}), noon);
  }
  const auto files = files_in(folder / "evidence");
  REQUIRE(files.size() == 2);
  const auto refused = [&](const std::string& how, const std::string& bytes) {
    INFO(how);
    const std::string before = slurp(files[0]);
    spill(files[0], bytes);
    const auto verified = verify_log(folder, {});
    CHECK(verified.verdict == ProofVerdict::refuted);
    const Log log = Log::open(folder, Access::read_only);
    bool thrown = false;
    for (const std::uint64_t seq : {1U, 2U}) {
      try {
        (void)read_back(log, seq, 1);
      } catch (const ProofError&) {
        thrown = true;
      }
    }
    CHECK(thrown);
    spill(files[0], before);
  };
  const std::string whole = slurp(files[0]);
  std::string flipped = whole;
  flipped[150'000] = static_cast<char>(flipped[150'000] ^ 1);
  refused("a bit flipped", flipped);
  constexpr std::size_t piece = 65536 + 16;
  refused("cut inside a piece", whole.substr(0, whole.size() - 1));
  refused("cut between pieces", whole.substr(0, 2 * piece));
  refused("empty", "");
  refused("pieces swapped",
          whole.substr(piece, piece) + whole.substr(0, piece) + whole.substr(2 * piece));
  refused("a piece left out", whole.substr(0, piece) + whole.substr(2 * piece));
  refused("another entry's file", slurp(files[1]));
  refused("something behind it", whole + "x");
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);

  fs::remove(files[0]);
  const auto verified = verify_log(folder, {});
  CHECK(verified.verdict == ProofVerdict::not_proven);
  CHECK(std::any_of(verified.warnings.begin(), verified.warnings.end(), [&](const Message& what) {
    return what.text().find(files[0].filename().string()) != std::string::npos;
  }));
  const Log log = Log::open(folder, Access::read_only);
  CHECK(consent::evidence_of(log, 1)[0].there != consent::evidence_of(log, 2)[0].there);
}

TEST_CASE("evidence rows that are cut or added in log.db are refused", "[log][evidence]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(with({{"scan", content(100), {}}}), noon);
  }
  fs::copy(folder, scratch / "other", fs::copy_options::recursive);
  REQUIRE(foreign_sql(folder / "log.db",
                      "DROP TRIGGER evidence_no_delete; DELETE FROM evidence;") == SQLITE_OK);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::refuted);
  REQUIRE(foreign_sql(scratch / "other" / "log.db",
                      "INSERT INTO evidence VALUES(0,1,zeroblob(32),zeroblob(80),NULL);") ==
          SQLITE_OK);
  CHECK(verify_log(scratch / "other", {}).verdict == ProofVerdict::refuted);
}

TEST_CASE("what a crash left of a large file is swept at open, and a committed one is kept",
          "[log][evidence]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  const std::string bytes = content(200'000);
  { consent::create_log(folder, romashka(), noon).append(with({{"recording", bytes, {}}}), noon); }
  const auto settled = files_in(folder / "evidence");
  REQUIRE(settled.size() == 1);
  // Killed before the rename that follows the commit.
  fs::rename(settled[0], folder / "evidence" / "incoming" / settled[0].filename());
  CHECK(read_back(Log::open(folder, Access::read_only), 1, 1) == bytes);
  // Killed before the commit.
  const fs::path orphan = folder / "evidence" / "incoming" / std::string(64, 'a');
  spill(orphan, "half");
  { const Log log = Log::open(folder, Access::write); }
  CHECK(files_in(folder / "evidence") == settled);
  CHECK(read_back(Log::open(folder, Access::read_only), 1, 1) == bytes);
}

TEST_CASE("an event that is refused leaves no evidence behind", "[log][evidence]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  auto late = with({{"recording", content(200'000), {}}});
  const std::vector<Event> events{late, with({{"scan", {}, scratch / "absent.pdf"}})};
  CHECK_THROWS_AS(log.append_many(events, noon), Error);
  CHECK(files_in(folder / "evidence").empty());
  CHECK_THROWS_AS(log.append(with({{"scan", "x", scratch / "both"}}), noon), Error);
  CHECK_THROWS_AS(log.append(with({{"", "x", {}}}), noon), Error);
  CHECK_THROWS_AS(log.append(with({{"scan", {}, {}}}), noon), Error);
  CHECK_THROWS_AS(log.append(with({{"scan", {}, scratch.path()}}), noon), Error);
  spill(scratch / "empty", "");
  CHECK_THROWS_AS(log.append(with({{"scan", {}, scratch / "empty"}}), noon), Error);
  CHECK(log.size() == 1);
}

TEST_CASE("evidence that changes between its two reads is refused, and nothing of it is kept",
          "[log][evidence]") {
  const Scratch scratch;
  const fs::path file = scratch / "call.wav";
  spill(file, content(std::size_t{4} << 20U));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    for (char byte = 0; !done; ++byte) out.seekp(1 << 20).put(byte).flush();
  });
  const fs::path folder = scratch / "log";
  int refused = 0;
  {
    Log log = consent::create_log(folder, romashka(), noon);
    for (int i = 0; i < 20 && refused == 0; ++i) {
      try {
        log.append(with({{"recording", {}, file}}), noon);
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  done = true;
  writer.join();
  CHECK(refused == 1);
  const auto verified = verify_log(folder, {});
  CHECK(verified.verdict == ProofVerdict::proven);
}

TEST_CASE("evidence found later is kept with the entry that adds it", "[log][evidence]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), noon);
  const auto first = log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  EvidenceAdded added{{number(alice), at("2026-11-03T10:00:00Z")}};
  added.of = first.seq;
  added.kind = "recording";
  CHECK_THROWS_AS(log.append(added, noon), Error);  // neither hash nor file
  added.files.push_back({"recording", "RIFF", {}});
  const auto done = log.append(added, noon);
  CHECK(read_back(log, done.seq, 1) == "RIFF");
}
