#include <algorithm>
#include <filesystem>

#include "catch.hpp"
#include "consent/bundle.hpp"
#include "consent/copy.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/rebuild.hpp"
#include "consent/receipt.hpp"
#include "consent/restore.hpp"
#include "consent/rotation.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using test::at;
using test::number;
namespace fs = std::filesystem;

namespace {

constexpr const char* kWho = "+79161234567";

struct Story {
  test::Scratch scratch;
  fs::path folder = scratch / "log";
  Log log = create_log(folder, test::romashka(), at("2026-03-01T09:00:00Z"));

  std::uint64_t give(std::string_view when) {
    return log.append(test::given(kWho, when), at(when)).seq;
  }
  void close() { const Log gone = std::move(log); }
  void reopen(Access access = Access::write) { log = Log::open(folder, access); }
  std::vector<BundleFile> pack(std::string_view when) {
    Question question{number(kWho)};
    question.purpose = Purpose::advertising;
    question.channel = Channel::voice;
    question.at = at(when);
    auto files = assemble_bundle(log, RulePack::russia(), question);
    for (BundleFile& file : sign_pack(log, files)) files.push_back(std::move(file));
    return files;
  }
};

ProofVerdict verdict(const std::vector<BundleFile>& pack,
                     const std::vector<note::VerifierKey>& keys,
                     const std::vector<std::string>& receipts = {}) {
  const auto found = verify_bundle(pack, keys, receipts);
  UNSCOPED_INFO((found.problem ? found.problem->what.text() : ""));
  return found.verdict;
}

ProofVerdict of_log(const fs::path& folder, const std::vector<note::VerifierKey>& keys,
                    VerifyOptions options = {}) {
  const auto found = verify_log(folder, keys, options);
  UNSCOPED_INFO((found.problem ? found.problem->what.text() : ""));
  return found.verdict;
}

bool has(const std::vector<BundleFile>& pack, const std::string& name) {
  return std::any_of(pack.begin(), pack.end(), [&](const auto& file) { return file.name == name; });
}

}  // namespace

TEST_CASE("whoever holds the first key proves what each later one signed", "[rotation]") {
  Story story;
  const auto first = story.log.verifier_key();
  const std::uint64_t seq = story.give("2026-03-02T09:00:00Z");
  const std::string receipt = make_receipt(story.log, seq).text();
  const std::string before = story.log.checkpoint();
  const std::uint64_t rotated = rotate_key(story.log, "planned", at("2026-03-03T09:00:00Z"));
  const auto second = story.log.verifier_key();
  CHECK(second.text() != first.text());
  CHECK(second.name == first.name);
  story.give("2026-03-04T09:00:00Z");
  rotate_key(story.log, "planned", at("2026-03-05T09:00:00Z"));
  const auto third = story.log.verifier_key();
  const auto pack = story.pack("2026-03-06T09:00:00Z");
  CHECK(has(pack, "entries/00000" + std::to_string(rotated) + ".json"));
  for (const auto& key : {first, second, third}) {
    CHECK(verdict(pack, {key}) == ProofVerdict::proven);
    CHECK(verdict(pack, {key}, {receipt}) == ProofVerdict::proven);
  }
  CHECK(verdict(pack, {}) == ProofVerdict::proven);
  // The receipt of an entry from before says by which key it was signed.
  CHECK(verify_receipt(make_receipt(story.log, seq).text(), {&first, 1}).verdict ==
        ProofVerdict::proven);
  (void)story.log.checkpoint();
  story.close();
  for (const auto& key : {first, second, third}) {
    CHECK(of_log(story.folder, {key}) == ProofVerdict::proven);
  }
  CHECK(of_log(story.folder, {}) == ProofVerdict::proven);  // by the head
  VerifyOptions options;
  options.checkpoints = {before};
  options.receipts = {receipt};
  CHECK(of_log(story.folder, {third}, options) == ProofVerdict::proven);
  // Written, opened and rebuilt like any other log; the old keys are gone from keys.db.
  CHECK_FALSE(rebuild(story.folder).differed);
  story.reopen();
  CHECK(story.log.impairment().empty());
  CHECK(story.log.verifier_key().text() == third.text());
  story.give("2026-03-07T09:00:00Z");
}

TEST_CASE("after a revocation the old key proves nothing that is signed since", "[rotation]") {
  Story story;
  const auto first = story.log.verifier_key();
  story.give("2026-03-02T09:00:00Z");
  rotate_key(story.log, "compromised", at("2026-03-03T09:00:00Z"));
  const auto second = story.log.verifier_key();
  const auto pack = story.pack("2026-03-06T09:00:00Z");
  CHECK(verdict(pack, {first}) == ProofVerdict::not_proven);
  CHECK(verdict(pack, {}) == ProofVerdict::not_proven);
  CHECK(verdict(pack, {second}) == ProofVerdict::proven);
  story.close();
  // Without keys.db, as an auditor has it.
  CHECK(of_log(story.folder / "log.db", {first}) == ProofVerdict::not_proven);
  CHECK(of_log(story.folder / "log.db", {second}) == ProofVerdict::proven);
}

TEST_CASE("a copy of the entries goes along with the keys they name", "[rotation][copy]") {
  Story story;
  const auto first = story.log.verifier_key();
  story.give("2026-03-02T09:00:00Z");
  (void)story.log.checkpoint();
  rotate_key(story.log, "planned", at("2026-03-03T09:00:00Z"));
  export_entries(story.log, story.scratch / "entries", {});
  const std::vector keys{first};
  import_entries(story.scratch / "entries", story.scratch / "copy", keys, {});
  CHECK(of_log(story.scratch / "copy", {first}) == ProofVerdict::proven);
  const Log copy = Log::open(story.scratch / "copy", Access::read_only);
  CHECK(copy.verifier_key().text() == story.log.verifier_key().text());
  const std::vector strangers{
      create_log(story.scratch / "other", test::romashka(), at("2026-03-01T09:00:00Z"))
          .verifier_key()};
  CHECK_THROWS_AS(
      import_entries(story.scratch / "entries", story.scratch / "refused", strangers, {}), Error);
}

TEST_CASE("a restore below what was signed rotates the key in the commit that names the loss",
          "[rotation][restore]") {
  Story story;
  const auto first = story.log.verifier_key();
  story.give("2026-03-02T09:00:00Z");
  story.close();
  fs::copy_file(story.folder / "log.db", story.scratch / "old.db");
  story.reopen();
  story.give("2026-03-03T09:00:00Z");
  const std::string lost = story.log.checkpoint();
  story.close();
  fs::remove(story.folder / "log.db-wal");
  fs::remove(story.folder / "log.db-shm");
  fs::copy_file(story.scratch / "old.db", story.folder / "log.db",
                fs::copy_options::overwrite_existing);
  story.log = restore(story.folder, "disk", at("2026-03-04T09:00:00Z"));
  const auto second = story.log.verifier_key();
  CHECK(second.text() != first.text());
  CHECK(story.log.entry(story.log.size() - 2).type == EventType::log_restored);
  CHECK(story.log.entry(story.log.size() - 1).type == EventType::key_rotated);
  const std::string now = story.log.checkpoint();
  CHECK_THROWS_AS(note::verify(now, {&first, 1}), ProofError);
  CHECK_NOTHROW(note::verify(now, {&second, 1}));
  story.close();
  CHECK(of_log(story.folder, {first}) == ProofVerdict::proven);
  // What was handed out before the loss still refutes it.
  VerifyOptions options;
  options.checkpoints = {lost};
  CHECK(of_log(story.folder, {first}, options) == ProofVerdict::refuted);
}

TEST_CASE("a restore that lost nothing signed keeps the key", "[rotation][restore]") {
  Story story;
  const auto first = story.log.verifier_key();
  story.give("2026-03-02T09:00:00Z");
  (void)story.log.checkpoint();
  story.close();
  fs::copy_file(story.folder / "log.db", story.scratch / "old.db");
  story.reopen();
  story.give("2026-03-03T09:00:00Z");
  story.close();
  fs::copy_file(story.scratch / "old.db", story.folder / "log.db",
                fs::copy_options::overwrite_existing);
  story.log = restore(story.folder, "disk", at("2026-03-04T09:00:00Z"));
  CHECK(story.log.verifier_key().text() == first.text());
}

TEST_CASE(
    "a keys.db from before a rotation signs nothing; a restore begins a key that must be given",
    "[rotation][restore]") {
  Story story;
  const auto first = story.log.verifier_key();
  story.give("2026-03-02T09:00:00Z");
  story.close();
  fs::copy_file(story.folder / "keys.db", story.scratch / "keys.db");
  story.reopen();
  rotate_key(story.log, "planned", at("2026-03-03T09:00:00Z"));
  const auto second = story.log.verifier_key();
  story.close();
  fs::copy_file(story.scratch / "keys.db", story.folder / "keys.db",
                fs::copy_options::overwrite_existing);
  story.reopen();
  CHECK(story.log.access() == Access::read_only);
  CHECK(story.log.impairment().text().find("was replaced") != std::string::npos);
  story.close();
  story.log = restore(story.folder, "keys", at("2026-03-04T09:00:00Z"));
  const auto third = story.log.verifier_key();
  CHECK(third.text() != first.text());
  CHECK(third.text() != second.text());
  (void)story.log.checkpoint();
  story.close();
  CHECK(of_log(story.folder, {third}) == ProofVerdict::proven);
  CHECK(of_log(story.folder, {second}) != ProofVerdict::refuted);
  story.reopen();
  const auto pack = story.pack("2026-03-06T09:00:00Z");
  CHECK(verdict(pack, {third}) == ProofVerdict::proven);
  CHECK(verdict(pack, {second}) == ProofVerdict::not_proven);
  CHECK(verdict(pack, {first}) == ProofVerdict::not_proven);
  CHECK(verdict(pack, {}) == ProofVerdict::not_proven);
}

TEST_CASE("a kill between the rotation and keys.db is finished at the next opening", "[rotation]") {
  Story story;
  story.give("2026-03-02T09:00:00Z");
  story.close();
  fs::copy_file(story.folder / "keys.db", story.scratch / "keys.db");
  story.reopen();
  rotate_key(story.log, "planned", at("2026-03-03T09:00:00Z"));
  const auto second = story.log.verifier_key();
  story.close();
  // As the kill leaves it: the prepared key is durable, and the old one is still there.
  const std::string made = (story.folder / "keys.db").string();
  REQUIRE(test::foreign_sql(story.scratch / "keys.db",
                            "ATTACH '" + made +
                                "' AS done;"
                                "INSERT INTO meta SELECT 'signing_next',value FROM done.meta "
                                "WHERE key='signing';"
                                "INSERT INTO meta SELECT 'signing_next_name',value FROM done.meta "
                                "WHERE key='signing_name'") == 0);
  fs::copy_file(story.scratch / "keys.db", story.folder / "keys.db",
                fs::copy_options::overwrite_existing);
  SECTION("opened to read") {
    story.reopen(Access::read_only);
    CHECK(story.log.impairment().empty());
    CHECK_NOTHROW(note::verify(story.log.checkpoint(), {&second, 1}));
  }
  SECTION("opened to write") {
    story.reopen();
    story.give("2026-03-04T09:00:00Z");
    CHECK_NOTHROW(note::verify(story.log.checkpoint(), {&second, 1}));
  }
  story.close();
  CHECK(of_log(story.folder, {second}) == ProofVerdict::proven);
}

TEST_CASE("a key under a passphrase rotates, and opens with the same passphrase", "[rotation]") {
  const test::Scratch scratch;
  LogOptions options;
  options.passphrase = "пароль";
  options.access = Access::write;
  note::VerifierKey second;
  {
    Log log = create_log(scratch / "log", test::romashka(), at("2026-03-01T09:00:00Z"), options);
    rotate_key(log, "planned", at("2026-03-02T09:00:00Z"));
    rotate_key(log, "planned", at("2026-03-03T09:00:00Z"));
    second = log.verifier_key();
  }
  Log log = Log::open(scratch / "log", options);
  CHECK(log.verifier_key().text() == second.text());
  CHECK_NOTHROW(note::verify(log.checkpoint(), {&second, 1}));
}

TEST_CASE("a log opened to read goes along when another process rotates the key", "[rotation]") {
  Story story;
  story.give("2026-03-02T09:00:00Z");
  Log reader = Log::open(story.folder, Access::read_only);
  const auto first = reader.verifier_key();
  rotate_key(story.log, "planned", at("2026-03-03T09:00:00Z"));
  story.give("2026-03-04T09:00:00Z");
  const auto second = story.log.verifier_key();
  const std::string note = reader.checkpoint();
  CHECK_THROWS_AS(note::verify(note, {&first, 1}), ProofError);
  CHECK_NOTHROW(note::verify(note, {&second, 1}));
}

TEST_CASE("a reason is a short word", "[rotation]") {
  Story story;
  CHECK_THROWS_AS(rotate_key(story.log, "", at("2026-03-03T09:00:00Z")), Error);
  CHECK_THROWS_AS(rotate_key(story.log, "two words", at("2026-03-03T09:00:00Z")), Error);
}
