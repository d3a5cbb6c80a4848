// Every bit of what an attacker can reach: never a yes over a stop, never a proof over other bytes.
#include <fstream>

#include "catch.hpp"
#include "consent/bundle.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/gate.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

constexpr auto alice = "+79161234567";
const Instant noon = at("2026-11-20T12:00:00Z");

Question about(std::string_view who) {
  Question question{number(who)};
  question.purpose = Purpose::advertising;
  question.channel = Channel::voice;
  question.at = noon;
  question.caller.mass = Stated::no;
  return question;
}

/// One who consented and took it back.
fs::path stopped(const Scratch& scratch) {
  const fs::path folder = scratch / "log";
  Log log = create_log(folder, romashka(), at("2026-11-01T12:00:00Z"));
  log.append(given(alice, "2026-11-02T10:00:00Z"), at("2026-11-02T10:00:00Z"));
  log.append(withdrawn(alice, "2026-11-03T10:00:00Z"), at("2026-11-03T10:00:00Z"));
  (void)log.checkpoint();
  return folder;
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::in);
  out << bytes;
}

std::string flipped(std::string bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
  return bytes;
}

}  // namespace

TEST_CASE("no bit of a small pack can be flipped unseen", "[bundle][bits]") {
  const Scratch scratch;
  const Log log = Log::open(stopped(scratch), Access::read_only);
  Log signing = Log::open(scratch / "log", Access::write);
  auto files = assemble_bundle(signing, RulePack::russia(), about(alice));
  for (BundleFile& file : sign_pack(signing, files)) files.push_back(std::move(file));
  const std::vector keys{log.verifier_key()};
  REQUIRE(verify_bundle(files, keys).verdict == ProofVerdict::proven);
  std::size_t bits = 0;
  for (BundleFile& file : files) {
    const std::string whole = file.bytes;
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit, ++bits) {
      file.bytes = flipped(whole, bit);
      if (verify_bundle(files, keys).verdict == ProofVerdict::proven) {
        FAIL(file.name << " bit " << bit);
      }
    }
    file.bytes = whole;
  }
  CHECK(bits > 10'000);
}

TEST_CASE("no bit of the head turns a stop into a yes, nor proves what it did not cover",
          "[log][head][bits]") {
  const Scratch scratch;
  const fs::path folder = stopped(scratch);
  const std::string whole = read(folder / "head");
  REQUIRE(whole.size() == 256);
  const std::vector keys{Log::open(folder, Access::read_only).verifier_key()};
  REQUIRE_FALSE(
      may_contact(Log::open(folder, Access::read_only), RulePack::russia(), about(alice)).allowed());
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    write(folder / "head", flipped(whole, bit));
    CAPTURE(bit);
    const Log log = Log::open(folder, Access::read_only);
    REQUIRE_FALSE(may_contact(log, RulePack::russia(), about(alice)).allowed());
    if (bit % 16 == 0) {
      const Gate gate = Gate::open(folder, RulePack::russia(), noon);
      REQUIRE_FALSE(gate.may_contact(about(alice)).allowed());
    }
  }
  write(folder / "head", whole);
  CHECK(verify_log(folder, keys).verdict == ProofVerdict::proven);
}
