// The vectors in tests/vectors/bundle are made by a generator that shares no line with libconsent;
// tests/python/test_bundle_verify.py gives the same ones to verify.py.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "catch.hpp"
#include "consent/bundle.hpp"
#include "consent/error.hpp"
#include "consent/verify.hpp"
#include "event/json.hpp"

namespace {

namespace json = consent::json;
using consent::BundleFile;
namespace fs = std::filesystem;

struct Vector {
  std::vector<BundleFile> files;
  std::vector<consent::note::VerifierKey> keys;
  std::vector<std::string> receipts;
  std::string verdict;
  std::int64_t step;
  /// Litter, signatures and extras that the coverage lists; without those the vector does not say.
  std::map<std::string, std::vector<std::string>> beside;
};

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Vectors are laid out for people; the reader takes canonical bytes only.
std::string without_layout(const std::string& text) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!quoted && (text[i] == ' ' || text[i] == '\n')) continue;
    if (quoted && text[i] == '\\')
      out += text[i++];
    else if (text[i] == '"')
      quoted = !quoted;
    out += text[i];
  }
  return out;
}

std::string content(const json::Value& value) {
  if (value.string() != nullptr) return *value.string();
  const std::string& hex = *value.find("hex")->string();
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return out;
}

void append(const json::Value& pairs, std::vector<BundleFile>& files) {
  for (const json::Value& pair : *pairs.array()) {
    files.push_back({*pair.array()->at(0).string(), content(pair.array()->at(1))});
  }
}

Vector load(const std::string& name) {
  const json::Value raw =
      json::parse(without_layout(read(fs::path(CONSENT_VECTORS) / "bundle" / (name + ".json"))));
  Vector vector;
  if (const json::Value* files = raw.find("files")) {
    append(*files, vector.files);
  } else {
    std::map<std::string, std::string> kept;
    for (BundleFile& file : load(*raw.find("from")->string()).files) {
      kept[file.name] = std::move(file.bytes);
    }
    for (const json::Value& gone : *raw.find("remove")->array()) kept.erase(*gone.string());
    for (const json::Value& pair : *raw.find("set")->array()) {
      kept[*pair.array()->at(0).string()] = content(pair.array()->at(1));
    }
    for (auto& [file, bytes] : kept) vector.files.push_back({file, bytes});
    append(*raw.find("add"), vector.files);
  }
  for (const json::Value& key : *raw.find("keys")->array()) {
    vector.keys.push_back(consent::note::parse_verifier_key(*key.string()));
  }
  if (const json::Value* receipts = raw.find("receipts")) {
    for (const json::Value& each : *receipts->array()) vector.receipts.push_back(*each.string());
  }
  vector.verdict = *raw.find("expect")->find("verdict")->string();
  vector.step = *raw.find("expect")->find("step")->integer();
  for (const char* list : {"litter", "signatures", "extras"}) {
    const json::Value* named = raw.find("expect")->find(list);
    if (named == nullptr) continue;
    for (const json::Value& each : *named->array()) vector.beside[list].push_back(*each.string());
    vector.beside.try_emplace(list);
  }
  return vector;
}

std::vector<std::string> vector_names() {
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(fs::path(CONSENT_VECTORS) / "bundle")) {
    if (file.path().extension() == ".json") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool has(const std::vector<consent::Message>& messages, const std::string& part) {
  return std::any_of(messages.begin(), messages.end(), [&](const consent::Message& message) {
    return message.text().find(part) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("every vector gets its verdict, and a refusal names its step", "[bundle][vectors]") {
  const auto names = vector_names();
  REQUIRE(names.size() > 100);
  for (const std::string& name : names) {
    CAPTURE(name);
    const Vector vector = load(name);
    const auto result = consent::verify_bundle(vector.files, vector.keys, vector.receipts);
    const std::string what = result.problem ? result.problem->what.text() : "";
    CAPTURE(what);
    CHECK(to_word(result.verdict) == vector.verdict);
    CHECK(result.problem.has_value() == (vector.step != 0));
    if (result.problem) {
      CHECK_THAT(what, Catch::Matchers::StartsWith("(" + std::to_string(vector.step) + ") "));
      CHECK(what.find("+7") == what.npos);  // a number in clear never stands in a message
    }
    CHECK_FALSE(result.coverage.not_checked.empty());
    for (const auto& [list, named] : vector.beside) {
      CAPTURE(list);
      CHECK(named == (list == "litter"       ? result.coverage.litter
                      : list == "signatures" ? result.coverage.signatures
                                             : result.coverage.extras));
    }
  }
}

TEST_CASE("a proven bundle says by which key, how far, and what was not checked", "[bundle]") {
  const Vector vector = load("happy");
  const auto result = consent::verify_bundle(vector.files, vector.keys);
  CHECK(result.coverage.entries == 5);
  CHECK(result.coverage.signed_up_to == 13);
  CHECK(result.coverage.key_was_given);
  CHECK(result.coverage.signed_by == vector.keys.front().text());
  CHECK(result.warnings.empty());
  CHECK(has(result.coverage.not_checked, "no later entry"));
  CHECK(has(result.coverage.not_checked, "not derived again"));
  CHECK_THAT(result.question.text(), consent_testing::contains("+79161234567"));
}

TEST_CASE("without a given key the warning and the question say so", "[bundle]") {
  const Vector vector = load("happy@own-key");
  const auto result = consent::verify_bundle(vector.files, {});
  CHECK_FALSE(result.coverage.key_was_given);
  CHECK(has(result.warnings, "out of the pack itself"));
  CHECK_THAT(result.question.text(), consent_testing::contains("the key inside the pack"));
}

TEST_CASE("warnings name what is odd and proves nothing", "[bundle]") {
  const auto warnings = [](const std::string& name) {
    const Vector vector = load(name);
    return consent::verify_bundle(vector.files, vector.keys).warnings;
  };
  CHECK(has(warnings("happy@clock-goes-back"), "entry 7 was recorded earlier"));
  CHECK(has(warnings("happy@other-file"), "letters/fas.txt is no part of the proof"));
}

TEST_CASE("a name that steers a terminal is listed escaped", "[bundle]") {
  Vector vector = load("happy");
  vector.files.push_back({"a\xC2\x9B.txt", "x"});
  vector.files.push_back({"b\xE2\x80\xAE.txt", "x"});
  vector.files.push_back({"c\xFF.txt", "x"});
  const auto result = consent::verify_bundle(vector.files, vector.keys);
  CHECK(to_word(result.verdict) == "not_proven");
  CHECK(result.coverage.extras ==
        std::vector<std::string>{"a\\u009b.txt", "b\\u202e.txt", "c\\xff.txt"});
}

TEST_CASE("no single flipped bit of a pack goes unseen", "[bundle]") {
  // The manifest is left as it was in one half and made to match in the other.
  const Vector happy = load("happy");
  for (std::size_t f = 0; f < happy.files.size(); ++f) {
    for (std::size_t at = 0; at < happy.files[f].bytes.size(); at += 7) {
      auto files = happy.files;
      files[f].bytes[at] = static_cast<char>(files[f].bytes[at] ^ 1 << at % 8);
      CAPTURE(files[f].name, at);
      CHECK(consent::verify_bundle(files, happy.keys).verdict != consent::ProofVerdict::proven);
      const std::string& name = files[f].name;
      if (!name.starts_with("entries/") && !name.starts_with("proofs/") &&
          !name.starts_with("openings/") && !name.starts_with("wordings/") &&
          name != "checkpoint" && name != "case.json" && name != "report.txt") {
        continue;
      }
      for (BundleFile& file : files) {
        if (file.name == "manifest-sha256.txt") file = consent::manifest_of(files);
      }
      CHECK(consent::verify_bundle(files, happy.keys).verdict != consent::ProofVerdict::proven);
    }
  }
}
