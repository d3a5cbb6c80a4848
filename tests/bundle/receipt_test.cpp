#include "consent/receipt.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "catch.hpp"
#include "consent/bundle.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/rules.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"
#include "vector_files.hpp"

namespace {

using namespace consent;
using consent::test::at;
using consent::test::number;
using consent::test::Scratch;

constexpr const char* kWho = "+79161234567";
constexpr const char* kOther = "+79990000001";

struct Story {
  Scratch scratch;
  Log log = consent::create_log(scratch / "log", test::romashka(), at("2026-03-01T09:00:00Z"));

  std::uint64_t give(const char* who, std::string_view when) {
    return log.append(test::given(who, when), at(when)).seq;
  }
  std::uint64_t withdraw(const char* who, std::string_view when) {
    return log.append(test::withdrawn(who, when), at(when)).seq;
  }
  std::uint64_t reassign(const char* who, std::string_view when) {
    return log.append(NumberReassigned{{number(who), at(when)}}, at(when)).seq;
  }
  std::string receipt(std::uint64_t seq) { return make_receipt(log, seq).text(); }
  std::vector<BundleFile> pack(std::string_view when, std::span<const Digest> also = {}) {
    Question question{number(kWho)};
    question.purpose = Purpose::advertising;
    question.channel = Channel::voice;
    question.at = at(when);
    auto files = assemble_bundle(log, RulePack::russia(), question, also);
    for (BundleFile& file : sign_pack(log, files)) files.push_back(std::move(file));
    return files;
  }
  Verification against(const std::vector<BundleFile>& files, const std::string& receipt) {
    const std::array keys{log.verifier_key()};
    return verify_bundle(files, keys, {&receipt, 1});
  }
};

bool says(const Verification& found, std::string_view what) {
  return found.problem && found.problem->what.text().find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("receipt: of every event it proves the entry, its subject's tag and its number",
          "[receipt]") {
  Story story;
  story.give(kOther, "2026-03-02T09:00:00Z");
  const auto seq = story.give(kWho, "2026-03-03T09:00:00Z");
  const std::string file = story.receipt(seq);
  const std::array keys{story.log.verifier_key()};
  const Verification found = verify_receipt(file, keys);
  CHECK(found.verdict == ProofVerdict::proven);
  CHECK(found.coverage.key_was_given);
  CHECK(found.coverage.signed_up_to == 3);
  CHECK(found.coverage.entries == 1);
  CHECK(found.warnings.empty());
  CHECK(found.question.text().find(kWho) != std::string::npos);
  CHECK(found.question.text().find(to_hex(story.log.subjects_of(number(kWho)).front().view())) !=
        std::string::npos);
  CHECK(file.find(kWho) == std::string::npos);  // not in clear: it stands in base64
  CHECK(parse_receipt(file).text() == file);
  CHECK(verify_receipt(file, {}).warnings.size() == 1);
  CHECK_FALSE(verify_receipt(file, {}).coverage.key_was_given);
}

TEST_CASE("receipt: it is a tlog-proof for whoever knows only those", "[receipt]") {
  Story story;
  const auto seq = story.give(kWho, "2026-03-03T09:00:00Z");
  const std::array keys{story.log.verifier_key()};
  CHECK_NOTHROW(verify_inclusion_proof(parse_inclusion_proof(story.receipt(seq)),
                                       story.log.entry(seq).leaf, keys));
}

TEST_CASE("receipt: another log's key proves nothing", "[receipt]") {
  Story story;
  Story other;
  const std::string file = story.receipt(story.give(kWho, "2026-03-03T09:00:00Z"));
  const std::array keys{other.log.verifier_key()};
  CHECK(verify_receipt(file, keys).verdict != ProofVerdict::proven);
}

TEST_CASE("receipt: no byte of it can be changed unseen", "[receipt]") {
  Story story;
  story.give(kOther, "2026-03-02T09:00:00Z");
  const std::string file = story.receipt(story.give(kWho, "2026-03-03T09:00:00Z"));
  const std::array keys{story.log.verifier_key()};
  for (std::size_t i = 0; i < file.size(); ++i) {
    std::string changed = file;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    INFO(i);
    CHECK(verify_receipt(changed, keys).verdict != ProofVerdict::proven);
    CHECK(verify_receipt(file.substr(0, i), keys).verdict != ProofVerdict::proven);
  }
}

TEST_CASE("receipt: an entry about nobody, an absent one and a lost key have none", "[receipt]") {
  Story story;
  const auto code = [&](std::uint64_t seq) {
    try {
      (void)make_receipt(story.log, seq);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  CHECK(code(0) == ErrorCode::not_found);
  CHECK(code(99) == ErrorCode::not_found);
}

TEST_CASE("receipt: those recorded together share one signature", "[receipt]") {
  Story story;
  std::vector<Event> events;
  for (int i = 0; i < 20; ++i) {
    events.emplace_back(
        test::given("+7916123450" + std::to_string(i % 10), "2026-03-03T09:00:00Z"));
  }
  const auto done = story.log.append_many(events, at("2026-03-03T09:00:00Z"));
  const std::string checkpoint = make_receipt(story.log, done.front().seq).proof.checkpoint;
  for (const Appended& each : done) {
    CHECK(make_receipt(story.log, each.seq).proof.checkpoint == checkpoint);
  }
}

TEST_CASE("receipt: a pack that holds its entry stands, an older pack stands with a warning",
          "[receipt]") {
  Story story;
  const std::string first = story.receipt(story.give(kWho, "2026-03-03T09:00:00Z"));
  const auto old = story.pack("2026-03-04T09:00:00Z");
  const std::string second = story.receipt(story.withdraw(kWho, "2026-03-05T09:00:00Z"));
  const auto all = story.pack("2026-03-06T09:00:00Z");

  CHECK(story.against(old, first).verdict == ProofVerdict::proven);
  CHECK(story.against(old, first).warnings.empty());
  CHECK(story.against(all, first).verdict == ProofVerdict::proven);
  CHECK(story.against(all, second).verdict == ProofVerdict::proven);
  const Verification newer = story.against(old, second);
  CHECK(newer.verdict == ProofVerdict::proven);
  CHECK(newer.warnings.size() == 1);
}

TEST_CASE("receipt: a pack of a log that hides the withdrawal under another tag is refuted",
          "[receipt]") {
  // The fraud: keys.db put back to before the withdrawal, so that the number is met anew.
  Story story;
  story.give(kOther, "2026-03-02T09:00:00Z");
  const std::string receipt = story.receipt(story.withdraw(kWho, "2026-03-03T09:00:00Z"));
  { const Log gone = std::move(story.log); }
  REQUIRE(test::foreign_sql(story.scratch / "log" / "keys.db",
                            "DELETE FROM subject WHERE id=(SELECT max(id) FROM subject)") == 0);
  story.log = Log::open(story.scratch / "log", Access::write);
  story.give(kWho, "2026-03-04T09:00:00Z");
  const auto pack = story.pack("2026-03-05T09:00:00Z");
  const std::array keys{story.log.verifier_key()};
  CHECK(verify_bundle(pack, keys).verdict ==
        ProofVerdict::proven);  // nothing in it shows the fraud
  const Verification found = story.against(pack, receipt);
  CHECK(found.verdict == ProofVerdict::refuted);
  CHECK(says(found, "another tag"));
}

TEST_CASE("receipt: a number that changed hands has two tags, and both packs stand", "[receipt]") {
  Story story;
  const std::string former = story.receipt(story.give(kWho, "2026-03-03T09:00:00Z"));
  story.reassign(kWho, "2026-03-05T09:00:00Z");
  const std::string holder = story.receipt(story.give(kWho, "2026-03-07T09:00:00Z"));

  const auto of_former = story.pack("2026-03-04T09:00:00Z");
  const auto of_holder = story.pack("2026-03-08T09:00:00Z");
  for (const auto* pack : {&of_former, &of_holder}) {
    for (const auto& receipt : {former, holder}) {
      const Verification found = story.against(*pack, receipt);
      INFO((found.problem ? found.problem->what.text() : ""));
      CHECK(found.verdict == ProofVerdict::proven);
    }
  }
  // Of the former holder the holder's pack has the one entry that ended it, and no other.
  const auto names = std::count_if(of_holder.begin(), of_holder.end(), [](const BundleFile& file) {
    return file.name.starts_with("entries/");
  });
  CHECK(names == 3);  // the log's creation, the end of the former holder, the holder's consent
}

TEST_CASE("receipt: one of another number, another log or a damaged one decides nothing",
          "[receipt]") {
  Story story;
  Story elsewhere;
  const std::string other = story.receipt(story.give(kOther, "2026-03-02T09:00:00Z"));
  const std::string own = story.receipt(story.give(kWho, "2026-03-03T09:00:00Z"));
  const auto pack = story.pack("2026-03-04T09:00:00Z");
  const std::string foreign = elsewhere.receipt(elsewhere.give(kWho, "2026-03-03T09:00:00Z"));
  for (const std::string& receipt :
       {other, foreign, own.substr(0, own.size() / 2), std::string()}) {
    const Verification found = story.against(pack, receipt);
    CHECK(found.verdict == ProofVerdict::not_proven);
    CHECK(says(found, "(11)"));
    CHECK(found.problem->what.text().find("+7") == std::string::npos);
  }
  CHECK(verify_bundle(pack, {}, {&foreign, 1}).verdict == ProofVerdict::not_proven);
}

TEST_CASE("receipt: every vector gets its verdict, and a refusal names its step",
          "[receipt][vectors]") {
  for (const auto& vector : consent_testing::vectors("receipt")) {
    CAPTURE(vector.name);
    std::vector<note::VerifierKey> keys;
    for (const auto& key : vector.texts("keys")) keys.push_back(note::parse_verifier_key(key));
    const Verification found = verify_receipt(vector.text("receipt"), keys);
    const std::string what = found.problem ? found.problem->what.text() : "";
    CAPTURE(what);
    CHECK(to_word(found.verdict) == vector.text("verdict"));
    CHECK(found.problem.has_value() == (vector.integer("step") != 0));
    if (found.problem) CHECK(says(found, "(" + std::to_string(vector.integer("step")) + ") "));
    CHECK(what.find("+7") == std::string::npos);
    CHECK_FALSE(found.coverage.not_checked.empty());
  }
}
