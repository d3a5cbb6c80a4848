#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>

#include "catch.hpp"
#include "consent/bundle.hpp"
#include "consent/callers.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/verify.hpp"
#include "event/json.hpp"

namespace {

using namespace std::chrono_literals;
using consent::BundleFile;
using consent::PhoneNumber;
using consent::Question;
namespace fs = std::filesystem;
namespace json = consent::json;

const consent::Instant kStart = consent::parse_instant("2026-03-01T09:00:00Z");
const PhoneNumber kNumber = *PhoneNumber::from_e164("+79161234567");
const PhoneNumber kOther = *PhoneNumber::from_e164("+79990000001");

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "consent-bundle-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] fs::path log() const { return path_ / "log"; }

 private:
  fs::path path_;
};

// An event has no default: its number and moment are given, and all else is as the type says.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
template <typename E>
E about(PhoneNumber number, consent::Instant at) {
  return E{consent::EventBase{number, at, "test"}};
}
Question about_number(PhoneNumber number) { return Question{number}; }
#pragma GCC diagnostic pop

consent::ConsentGiven yes(PhoneNumber number, consent::Instant at) {
  auto event = about<consent::ConsentGiven>(number, at);
  event.purposes = {consent::Purpose::advertising};
  event.channels = {consent::Channel::voice};
  event.method = consent::Method::sms_code;
  event.wording.text = "Да, звоните.";
  return event;
}

consent::Log two_people(const Folder& folder) {
  auto log = consent::create_log(
      folder.log(), {"romashka.example/consent", "7707083893", "ООО Ромашка", std::nullopt},
      kStart);
  log.append(yes(kNumber, kStart + 1h), kStart + 1h);
  log.append(yes(kOther, kStart + 2h), kStart + 2h);
  log.append(about<consent::ConsentWithdrawn>(kNumber, kStart + 3h), kStart + 3h);
  log.append(about<consent::ConsentWithdrawn>(kOther, kStart + 4h), kStart + 4h);
  return log;
}

Question asked(consent::Instant at) {
  Question question = about_number(kNumber);
  question.purpose = consent::Purpose::advertising;
  question.at = at;
  return question;
}

/// With manifest and signature, made anew where there were others.
std::vector<BundleFile> whole(const consent::Log& log, std::vector<BundleFile> files) {
  std::erase_if(files, [](const BundleFile& file) {
    return file.name == "manifest-sha256.txt" || file.name == "signature";
  });
  for (BundleFile& file : consent::sign_pack(log, files)) files.push_back(std::move(file));
  return files;
}

std::vector<BundleFile> packed(consent::Log& log, const Question& question) {
  return whole(log, consent::assemble_bundle(log, consent::RulePack::russia(), question));
}

const std::string& bytes_of(const std::vector<BundleFile>& files, const std::string& name) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const BundleFile& file) { return file.name == name; });
  REQUIRE(found != files.end());
  return found->bytes;
}

bool anywhere(const std::vector<BundleFile>& files, const std::string& text) {
  return std::any_of(files.begin(), files.end(), [&](const BundleFile& file) {
    return file.bytes.find(text) != std::string::npos || file.name.find(text) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("what a log assembles verifies under the log's key", "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  const auto files = packed(log, asked(kStart + 240h));
  const std::vector keys{log.verifier_key()};
  const auto result = consent::verify_bundle(files, keys);
  CAPTURE(result.problem ? result.problem->what.text() : "");
  CHECK(result.verdict == consent::ProofVerdict::proven);
  CHECK(result.warnings.empty());
  CHECK(result.coverage.entries == 3);
  CHECK(result.coverage.signed_up_to == 5);
}

TEST_CASE("a bundle opens the sealed evidence of its subject, and nobody else's", "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  consent::ConsentGiven mine = yes(kNumber, kStart + 5h);
  mine.files = {{"recording", std::string(200'000, 'r'), {}},
                {"wording", "Я, Мария, согласна", {}}};
  log.append(mine, kStart + 5h);
  consent::ConsentGiven theirs = yes(kOther, kStart + 6h);
  theirs.files = {{"wording", "Я, Пётр, согласен", {}}};
  log.append(theirs, kStart + 6h);
  const auto check = [&](std::vector<BundleFile> files) {
    return consent::verify_bundle(whole(log, std::move(files)), std::vector{log.verifier_key()});
  };
  const auto files = packed(log, asked(kStart + 240h));
  const auto whole = check(files);
  CAPTURE(whole.problem ? whole.problem->what.text() : "");
  CHECK(whole.verdict == consent::ProofVerdict::proven);
  CHECK(bytes_of(files, "evidence/000005-1") == std::string(200'000, 'r'));
  CHECK(bytes_of(files, "evidence/000005-2") == "Я, Мария, согласна");
  CHECK_FALSE(anywhere(files, "Пётр"));

  const auto changed = [&](const std::string& name, const std::string& bytes) {
    auto other = files;
    for (BundleFile& file : other) {
      if (file.name == name) file.bytes = bytes;
    }
    return check(other);
  };
  CHECK(changed("evidence/000005-2", "Я, Мария, не согласна").verdict ==
        consent::ProofVerdict::refuted);
  const std::string opening = bytes_of(files, "openings/000005.json");
  std::string other_salt = opening;
  const std::size_t at = other_salt.find("salt") + 7;
  other_salt[at] = other_salt[at] == '0' ? '1' : '0';
  CHECK(changed("openings/000005.json", other_salt).verdict == consent::ProofVerdict::refuted);

  auto without = files;
  std::erase_if(without, [](const BundleFile& file) { return file.name == "evidence/000005-1"; });
  CHECK(check(without).verdict == consent::ProofVerdict::not_proven);
  auto more = files;
  more.push_back({"evidence/000005-3", "x"});
  CHECK(check(more).verdict == consent::ProofVerdict::refuted);
}

TEST_CASE("nobody else's number or tag leaves in a bundle", "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  const auto files = packed(log, asked(kStart + 240h));
  CHECK(anywhere(files, "79161234567"));
  CHECK_FALSE(anywhere(files, "79990000001"));
  CHECK_FALSE(anywhere(files, to_hex(log.subjects_of(kOther).front())));
}

TEST_CASE("case.json holds the question, the answer and what it stands on", "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  const auto bundle_case = json::parse(bytes_of(packed(log, asked(kStart + 240h)), "case.json"));
  CHECK(*bundle_case.find("number")->string() == "+79161234567");
  CHECK(*bundle_case.find("question")->find("distributor")->string() == "7707083893");
  CHECK(*bundle_case.find("answer")->find("verdict")->string() == "deny");
  CHECK(*bundle_case.find("completeness")->find("entries")->integer() == 2);
  CHECK(*bundle_case.find("completeness")->find("last_seq")->integer() == 3);
  CHECK(*bundle_case.find("other_subjects")->integer() == 0);
}

TEST_CASE("the same log and question give the same bytes", "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  const auto one = packed(log, asked(kStart + 240h));
  const auto two = packed(log, asked(kStart + 240h));
  REQUIRE(one.size() == two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    CAPTURE(one[i].name);
    CHECK(one[i].name == two[i].name);
    CHECK(one[i].bytes == two[i].bytes);
  }
}

TEST_CASE("a pack whose withdrawal a stranger takes out is not proven", "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  const auto whole_pack = packed(log, asked(kStart + 240h));
  const std::vector keys{log.verifier_key()};
  const auto verdict = [&](const std::vector<BundleFile>& files) {
    return consent::verify_bundle(files, keys).verdict;
  };
  REQUIRE(verdict(whole_pack) == consent::ProofVerdict::proven);
  // Every file taken out, and the manifest made to fit, with the signature and without.
  for (const BundleFile& gone : whole_pack) {
    CAPTURE(gone.name);
    auto files = whole_pack;
    std::erase_if(files, [&](const BundleFile& file) { return file.name == gone.name; });
    for (BundleFile& file : files) {
      if (file.name == "manifest-sha256.txt") file = consent::manifest_of(files);
    }
    CHECK(verdict(files) != consent::ProofVerdict::proven);
    std::erase_if(files, [](const BundleFile& file) { return file.name == "signature"; });
    CHECK(verdict(files) != consent::ProofVerdict::proven);
  }
}

TEST_CASE("no reader of checkpoints takes the signature of a pack, nor a pack that of a tree",
          "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  auto files = packed(log, asked(kStart + 240h));
  const std::vector keys{log.verifier_key()};
  const std::string note = bytes_of(files, "signature");
  CHECK(note.starts_with("libconsent-pack/v2\nlog romashka.example/consent\nmanifest "));
  const auto text = consent::note::verify(note, keys).text;
  CHECK_THROWS_AS(consent::parse_checkpoint(text), consent::ProofError);
  for (BundleFile& file : files) {
    if (file.name == "signature") file.bytes = log.checkpoint();
  }
  CHECK(consent::verify_bundle(files, keys).verdict == consent::ProofVerdict::refuted);
}

TEST_CASE("a log signs no pack of another log", "[bundle]") {
  const Folder folder;
  const Folder elsewhere;
  auto log = two_people(folder);
  auto other = two_people(elsewhere);
  const auto theirs =
      consent::assemble_bundle(other, consent::RulePack::russia(), asked(kStart + 240h));
  CHECK_THROWS_AS(consent::sign_pack(log, theirs), consent::Error);
  CHECK_THROWS_AS(consent::sign_pack(log, std::vector<BundleFile>{}), consent::Error);
}

TEST_CASE("a proven pack says how many entries it shows, and that a later stop is not excluded",
          "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  const auto found = consent::verify_bundle(packed(log, asked(kStart + 240h)), {});
  CHECK(
      found.statement.text() ==
      "all 2 entries about this subject up to entry 3, of the 5 that were signed; a later stop is "
      "not excluded");
  CHECK(consent::verify_bundle({}, {}).statement.empty());
}

TEST_CASE("a number that changed hands shows the holder of the moment asked about", "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  log.append(about<consent::NumberReassigned>(kNumber, kStart + 48h), kStart + 48h);
  log.append(about<consent::ConsentWithdrawn>(kNumber, kStart + 72h), kStart + 72h);
  const auto tags = log.subjects_of(kNumber);
  REQUIRE(tags.size() == 2);
  const std::vector keys{log.verifier_key()};

  const auto before = packed(log, asked(kStart + 24h));
  CHECK(consent::verify_bundle(before, keys).verdict == consent::ProofVerdict::proven);
  CHECK(anywhere(before, to_hex(tags[0])));
  CHECK_FALSE(anywhere(before, to_hex(tags[1])));

  const auto after = packed(log, asked(kStart + 240h));
  CHECK(consent::verify_bundle(after, keys).verdict == consent::ProofVerdict::proven);
  CHECK(anywhere(after, to_hex(tags[1])));
  // Of the earlier holder there is the entry that ended it, so that its receipt does not refute
  // this pack, and nothing else.
  const auto of_earlier = std::count_if(after.begin(), after.end(), [&](const BundleFile& file) {
    return file.bytes.find(to_hex(tags[0])) != std::string::npos;
  });
  CHECK(of_earlier == 1);
  CHECK(anywhere(after, "number.reassigned"));
  CHECK_FALSE(anywhere(after, "holder"));  // no finding that tells of the earlier one's consent
  CHECK(*json::parse(bytes_of(after, "case.json")).find("other_subjects")->integer() == 1);
}

TEST_CASE("nothing is shown of earlier holders to a holder the log has not met", "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  log.append(about<consent::NumberReassigned>(kNumber, kStart + 48h), kStart + 48h);
  CHECK_THROWS_AS(packed(log, asked(kStart + 240h)), consent::Error);
}

TEST_CASE("a number the log never met has no bundle, and the message does not name it",
          "[bundle]") {
  const Folder folder;
  auto log = two_people(folder);
  Question question = asked(kStart + 240h);
  question.number = *PhoneNumber::from_e164("+79995554433");
  CHECK_THROWS_MATCHES(packed(log, question), consent::Error,
                       Catch::Matchers::Message("bundle: the log has never met this number"));
}

TEST_CASE("a bundle carries the assignment that its answer stands on", "[bundle][callers]") {
  const Folder folder;
  auto log = two_people(folder);
  auto event = yes(kNumber, kStart + 5h);
  event.acts_for_any = true;
  log.append(event, kStart + 5h);
  const auto other =
      consent::assign_caller(log, {"call-centre", "", kStart, {}, {}, {}, {}, {}}, kStart + 5h);
  const auto seq =
      consent::assign_caller(log, {"7736050003", "", kStart, {}, {}, {}, {}, {}}, kStart + 5h);
  consent::release_caller(log, {other, kStart + 6h, {}}, kStart + 6h);
  const auto ended = consent::release_caller(log, {seq, kStart + 100h, {}}, kStart + 6h);
  Question question = asked(kStart + 99h);
  question.caller.id = "7736050003";
  question.caller.mass = consent::Stated::no;
  const auto check = [&](std::vector<BundleFile> files) {
    return consent::verify_bundle(whole(log, std::move(files)), std::vector{log.verifier_key()});
  };
  const auto files = packed(log, question);
  const auto result = check(files);
  CAPTURE(result.problem ? result.problem->what.text() : "");
  CHECK(result.verdict == consent::ProofVerdict::proven);
  const auto bundle_case = json::parse(bytes_of(files, "case.json"));
  CHECK(*bundle_case.find("answer")->find("verdict")->string() == "allow");
  CHECK(*bundle_case.find("answer")->find("assignment")->integer() ==
        static_cast<std::int64_t>(seq));
  REQUIRE(bundle_case.find("callers")->array()->size() == 2);
  CHECK(*bundle_case.find("callers")->array()->at(1).find("seq")->integer() ==
        static_cast<std::int64_t>(ended));
  CHECK(anywhere(files, "caller.released"));

  const auto with_case = [&](std::string from, std::string to) {
    auto changed = files;
    for (BundleFile& file : changed) {
      if (file.name != "case.json") continue;
      const std::size_t at = file.bytes.find(from);
      REQUIRE(at != std::string::npos);
      file.bytes.replace(at, from.size(), to);
    }
    return check(changed).verdict;
  };
  using enum consent::ProofVerdict;
  // Asked for another caller, or of a moment at which the assignment had ended.
  CHECK(with_case(R"("caller":"7736050003","channel")", R"("caller":"call-centre","channel")") ==
        refuted);
  CHECK(with_case(R"("assignment":)" + std::to_string(seq),
                  R"("assignment":)" + std::to_string(other)) == refuted);
  const std::string then = consent::to_text(kStart + 99h);
  CHECK(with_case(R"("question":{"at":")" + then,
                  R"("question":{"at":")" + consent::to_text(kStart + 100h)) == refuted);

  // Without a caller, or refused for another reason, nothing of callers leaves.
  const auto plain = packed(log, asked(kStart + 99h));
  CHECK_FALSE(anywhere(plain, "caller"));
  log.append(about<consent::ConsentWithdrawn>(kNumber, kStart + 101h), kStart + 101h);
  question.at = kStart + 102h;
  CHECK_FALSE(anywhere(packed(log, question), "caller.assigned"));
}
