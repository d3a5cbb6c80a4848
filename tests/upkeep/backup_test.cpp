#include "consent/backup.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/restore.hpp"
#include "consent/verify.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using consent::test::at;
namespace fs = std::filesystem;

namespace {

constexpr const char* kWhen = "2026-03-01T09:00:00Z";

void fill(Log& log, int first, int count) {
  for (int i = first; i < first + count; ++i) {
    log.append(test::given("+7916" + std::to_string(1000000 + i), kWhen), at(kWhen));
  }
}

ErrorCode refused(const Log& log, const fs::path& to) {
  try {
    (void)back_up(log, to);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

}  // namespace

TEST_CASE("backup: the copy is proven, says what it holds and opens without complaint",
          "[backup]") {
  const test::Scratch scratch;
  auto log = consent::create_log(scratch / "log", test::romashka(), at(kWhen));
  fill(log, 0, 300);
  const Backup made = back_up(log, scratch / "copy");
  CHECK(made.size == 301);
  CHECK(made.root == log.root());
  fill(log, 300, 10);  // the log goes on
  CHECK(log.size() == 311);
  const auto copy = Log::open(scratch / "copy", Access::read_only);
  CHECK(copy.size() == 301);
  CHECK(copy.impairment().empty());
  CHECK(verify_log(scratch / "copy", {}).verdict == ProofVerdict::not_proven);  // no key
}

TEST_CASE("backup: it holds neither a key nor a way to a number, and is nobody else's to read",
          "[backup]") {
  const test::Scratch scratch;
  auto log = consent::create_log(scratch / "log", test::romashka(), at(kWhen));
  fill(log, 0, 3);
  (void)back_up(log, scratch / "copy");
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(scratch / "copy")) {
    names.push_back(file.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"head", "log.db"});
  CHECK((fs::status(scratch / "copy").permissions() & fs::perms::others_all) == fs::perms::none);
  CHECK_THROWS_AS(Log::open(scratch / "copy", Access::write), Error);
  const auto copy = Log::open(scratch / "copy", Access::read_only);
  CHECK_THROWS_AS(copy.subjects_of(test::number("+79161000000")), Error);
}

TEST_CASE("backup: taken while others write, it is one moment of the log", "[backup]") {
  const test::Scratch scratch;
  auto log = consent::create_log(scratch / "log", test::romashka(), at(kWhen));
  std::atomic<bool> stop = false;
  std::thread writing([&] {
    for (int i = 0; !stop; i += 5) fill(log, i, 5);
  });
  std::vector<Backup> made;
  for (int i = 0; i < 5; ++i) {
    const auto reading = Log::open(scratch / "log", Access::read_only);  // as another process would
    made.push_back(back_up(reading, scratch.path() / ("copy" + std::to_string(i))));
  }
  stop = true;
  writing.join();
  for (std::size_t i = 0; i < made.size(); ++i) {
    const fs::path copy = scratch.path() / ("copy" + std::to_string(i));
    CHECK(verify_log(copy, {}).verdict == ProofVerdict::not_proven);  // no key, and no refutation
    CHECK(made[i].root == log.root(made[i].size));
  }
}

TEST_CASE("backup: nothing is written over, inside the log, or where there is no folder",
          "[backup]") {
  const test::Scratch scratch;
  auto log = consent::create_log(scratch / "log", test::romashka(), at(kWhen));
  fs::create_directory(scratch / "there");
  CHECK(refused(log, scratch / "there") == ErrorCode::storage);
  fs::create_symlink(scratch / "nowhere", scratch / "link");
  CHECK(refused(log, scratch / "link") == ErrorCode::storage);
  CHECK(refused(log, scratch / "absent/copy") == ErrorCode::storage);
  CHECK(refused(log, scratch / "log") == ErrorCode::storage);
  CHECK(refused(log, scratch / "log/copy") == ErrorCode::invalid_argument);
  CHECK(fs::is_empty(scratch / "there"));
  // Nothing half-made is left.
  for (const auto& file : fs::directory_iterator(scratch.path())) {
    CHECK(file.path().string().find(".making-") == std::string::npos);
  }
}

TEST_CASE(
    "backup: put back into the folder, the head shows what came after it, and a restore "
    "names that range",
    "[backup]") {
  const test::Scratch scratch;
  Backup made;
  {
    auto log = consent::create_log(scratch / "log", test::romashka(), at(kWhen));
    fill(log, 0, 10);
    made = back_up(log, scratch / "copy");
    fill(log, 10, 7);
  }
  for (const char* file : {"log.db", "log.db-wal", "log.db-shm"})
    fs::remove(scratch / "log" / file);
  fs::copy_file(scratch / "copy" / "log.db", scratch / "log" / "log.db");
  CHECK_FALSE(Log::open(scratch / "log", Access::read_only).impairment().empty());
  auto log = consent::restore(scratch / "log", "backup", at(kWhen));
  CHECK(log.size() == made.size + 1);
  const std::string entry = log.entry(made.size).bytes;
  CHECK(entry.find("\"lost_from\":11") != std::string::npos);
  CHECK(entry.find("\"lost_to\":18") != std::string::npos);
  fill(log, 20, 1);
  CHECK(verify_log(scratch / "log", {}).verdict == ProofVerdict::proven);
}
