// A backup in the place of a log: what comes back, what must not, and what cannot be known.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "catch.hpp"
#include "consent/backup.hpp"
#include "consent/create.hpp"
#include "consent/erasure.hpp"
#include "consent/error.hpp"
#include "consent/evidence.hpp"
#include "consent/history.hpp"
#include "consent/log.hpp"
#include "consent/maintenance.hpp"
#include "consent/restore.hpp"
#include "consent/restriction.hpp"
#include "consent/verify.hpp"
#include "keys/keys.hpp"
#include "log/log_fixture.hpp"
#include "upkeep/byte_search.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

constexpr auto alice = "+79161234567";
constexpr auto boris = "+79031112233";
constexpr auto vera = "+79261112244";
const Instant noon = at("2026-11-20T12:00:00Z");
const Instant later = at("2026-11-22T12:00:00Z");
const Instant expiry = at("2026-12-01T00:00:00Z");
const KeysCopy keys{expiry, at("2026-12-20T12:00:00Z")};

ErasureOrder erasing() {
  ErasureOrder order;
  order.ground = "152-fz/21";
  order.needed_since = later;
  return order;
}

LogOptions at_moment(Instant now) {
  LogOptions options;
  options.now = now;
  return options;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Keys and number of a subject, as nobody may find them again.
Needles secrets_of(const fs::path& folder, const char* who) {
  Needles needles;
  add_number(needles, number(who));
  auto store =
      KeyStore::open(folder / "keys.db", sqlite::Mode::read, "romashka.example/consent", {});
  const auto subject = store.newest(store.index_of(number(who)));
  REQUIRE(subject);
  add_secret(needles, "key", std::string(subject->key.chars()));
  return needles;
}

/// Two people, a backup with keys, then one of them erased and a third begun and erased.
struct Story {
  Scratch scratch;
  fs::path log = scratch / "log";
  fs::path copy = scratch / "copy";
  Needles secrets;
  Backup made;
  Digest tag;
  Story() {
    Log writing = consent::create_log(log, romashka(), noon);
    writing.append(given(alice, "2026-11-02T10:00:00Z"), noon);
    writing.append(given(boris, "2026-11-02T10:00:00Z"), noon);
    secrets = secrets_of(log, alice);
    made = consent::back_up(writing, copy, keys, noon);
    const Erasure erased =
        consent::erase(writing, number(alice), erasing(), noon + std::chrono::hours(1));
    REQUIRE(erased.erased);
    tag = erased.before.tag;
    writing.append(given(vera, "2026-11-02T10:00:00Z"), noon + std::chrono::hours(2));
  }
};

RestoreOrder from(const fs::path& backup) {
  RestoreOrder order;
  order.backup = backup;
  order.reason = "backup";
  return order;
}

void damage_log(const fs::path& folder) {
  fs::remove(folder / "log.db-wal");
  fs::remove(folder / "log.db-shm");
  fs::resize_file(folder / "log.db", 100);
}

ErrorCode refused(const fs::path& folder, const RestoreOrder& order, Instant now) {
  try {
    (void)consent::restore_from(folder, order, now);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

}  // namespace

TEST_CASE("a backup with keys is recorded, and opens to be read until it expires",
          "[restore_from][backup]") {
  const Story story;
  {
    const Log log = Log::open(story.log, Access::read_only);
    const Entry entry = log.entry(*story.made.seq);
    CHECK(entry.type == EventType::log_backed_up);
    CHECK(entry.bytes.find("\"file\":\"" + to_hex(story.made.file)) != std::string::npos);
    CHECK(entry.bytes.find("\"root\":\"" + to_hex(story.made.root)) != std::string::npos);
    CHECK(entry.bytes.find(R"("expires":"2026-12-01T00:00:00.000000Z")") != std::string::npos);
    CHECK(consent::keys_copy_place(log, *story.made.seq) == story.copy.string());
  }
  CHECK(fs::status(story.copy / "keys.db").permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write));
  {
    const Log copy = Log::open(story.copy, at_moment(later));
    CHECK(consent::history_of(copy, number(alice), consent::Use::proof()).size() == 1);
    CHECK(copy.impairment().empty());
  }
  try {
    const Log expired = Log::open(story.copy, at_moment(expiry));
    FAIL("an expired copy opened");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("expired at 2026-12-01") != std::string::npos);
  }
  CHECK_THROWS_AS(Log::open(story.copy, Access::read_only), Error);
  LogOptions writing = at_moment(later);
  writing.access = Access::write;
  CHECK_THROWS_AS(Log::open(story.copy, writing), Error);
  CHECK(verify_log(story.copy, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a copy of the keys that a kill left half made is gone when the log is next written",
          "[restore_from][crash]") {
  const Scratch scratch;
  fs::path left;
  {
    Log log = consent::create_log(scratch / "log", romashka(), noon);
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  }
  const pid_t child = fork();
  REQUIRE(child >= 0);
  left = scratch / ("copy.making-" + std::to_string(child == 0 ? getpid() : child)).c_str();
  if (child == 0) {
    // As the kernel kills it when the copy is there and the log does not know of it.
    Log log = Log::open(scratch / "log", Access::write);
    struct rlimit most {};
    most.rlim_cur = most.rlim_max = fs::file_size(scratch / "log/keys.db");
    signal(SIGXFSZ, SIG_DFL);
    if (fs::file_size(scratch / "log/log.db") <= most.rlim_cur) _exit(2);
    setrlimit(RLIMIT_FSIZE, &most);
    (void)consent::back_up(log, scratch / "copy", keys, noon);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(fs::exists(left));
  { const Log read = Log::open(scratch / "log", Access::read_only); }
  CHECK(fs::exists(left));
  { const Log written = Log::open(scratch / "log", Access::write); }
  CHECK_FALSE(fs::exists(left));
  Log log = Log::open(scratch / "log", Access::write);
  CHECK(consent::back_up(log, scratch / "copy", keys, noon).seq.has_value());
  { const Log again = Log::open(scratch / "copy", at_moment(noon)); }
  CHECK(fs::exists(scratch / "copy/keys.db"));
}

TEST_CASE("keys are copied neither into the past nor beyond what the row allows",
          "[restore_from][backup]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), noon);
  CHECK_THROWS_AS(consent::back_up(log, scratch / "copy", KeysCopy{noon, keys.latest}, noon),
                  Error);
  CHECK_THROWS_AS(
      consent::back_up(log, scratch / "copy",
                       KeysCopy{keys.latest + std::chrono::microseconds(1), keys.latest}, noon),
      Error);
  CHECK_FALSE(fs::exists(scratch / "copy"));
  CHECK(log.size() == 1);
  const Backup made = consent::back_up(log, scratch / "copy", std::nullopt, noon);
  CHECK(log.entry(*made.seq).bytes.find("expires") == std::string::npos);
  CHECK_THROWS_AS(consent::backup_destroyed(log, *made.seq, noon), Error);
  const Backup held = consent::back_up(log, scratch / "held", keys, noon);
  CHECK(log.entry(consent::backup_destroyed(log, *held.seq, noon)).type ==
        EventType::log_backup_destroyed);
}

TEST_CASE("evidence beside the log goes along with the keys and comes back",
          "[restore_from][backup]") {
  const Scratch scratch;
  std::ofstream(scratch / "recording.wav", std::ios::binary) << std::string(200'000, 'r');
  Backup made;
  {
    Log log = consent::create_log(scratch / "log", romashka(), noon);
    auto event = given(alice, "2026-11-02T10:00:00Z");
    event.files.push_back({"recording", {}, scratch / "recording.wav"});
    log.append(event, noon);
    made = consent::back_up(log, scratch / "copy", keys, noon);
  }
  CHECK(made.evidence == 1);
  fs::remove_all(scratch / "log");
  const Restored done = consent::restore_from(scratch / "log", from(scratch / "copy"), later);
  CHECK_FALSE(done.end_known);
  const Log log = Log::open(scratch / "log", Access::read_only);
  std::string read;
  (void)consent::read_evidence(log, 1, 1, consent::Use::proof(),
                               [&](std::string_view piece) { read.append(piece); });
  CHECK(read == std::string(200'000, 'r'));
}

TEST_CASE("who was erased after the backup does not come back with it", "[restore_from][erasure]") {
  const Story story;
  // The keys of the damaged log are gone, its log.db can be read: its entries say who was erased.
  fs::remove(story.log / "keys.db");
  const Restored done = consent::restore_from(story.log, from(story.copy), later);
  CHECK_FALSE(done.own_keys);
  CHECK(done.erased == std::vector<Digest>{story.tag});
  CHECK(done.end_known);
  CHECK(done.unread.empty());
  CHECK(done.lost_from == 3);
  CHECK(done.lost_to == 6);
  CHECK(fs::exists(done.aside / "log.db"));
  Log log = Log::open(story.log, Access::write);
  CHECK(log.access() == Access::write);
  const std::string restored = log.entry(done.seq).bytes;
  CHECK(restored.find(R"("lost_from":3)") != std::string::npos);
  CHECK(restored.find(R"("lost_to":6)") != std::string::npos);
  const Entry again = log.entry(done.seq + 1);
  CHECK(again.type == EventType::subject_erased);
  CHECK(again.bytes.find(R"("ground":"152-fz/21")") != std::string::npos);
  CHECK(consent::erased_at(log, number(alice)).has_value());
  CHECK_THROWS_AS(log.append(given(alice, "2026-11-03T10:00:00Z"), later), Error);
  CHECK(consent::history_of(log, number(boris), consent::Use::proof()).size() == 1);
  CHECK(verify_log(story.log, {}).verdict == ProofVerdict::proven);
  CHECK(search(story.log, story.secrets).found.empty());
  CHECK_FALSE(search(story.copy, story.secrets).found.empty());  // the search does find
}

TEST_CASE("the log's own newer keys are kept, and say by themselves who was erased",
          "[restore_from][erasure]") {
  const Story story;
  damage_log(story.log);
  const Restored done = consent::restore_from(story.log, from(story.copy), later);
  CHECK(done.own_keys);
  CHECK(done.keys_aside);
  CHECK(done.erased == std::vector<Digest>{story.tag});
  CHECK(done.unread == std::vector<std::pair<std::uint64_t, std::uint64_t>>{{3, 6}});
  Log log = Log::open(story.log, Access::write);
  CHECK(log.access() == Access::write);
  CHECK(log.entry(done.seq + 1).bytes.find("key_is_gone") != std::string::npos);
  CHECK(consent::erased_at(log, number(alice)).has_value());
  log.append(given(boris, "2026-11-21T10:00:00Z"), later);
  CHECK(verify_log(story.log, {}).verdict == ProofVerdict::proven);
  CHECK(search(story.log, story.secrets).found.empty());
}

TEST_CASE("a backup without keys goes together with the keys that are left", "[restore_from]") {
  const Scratch scratch;
  {
    Log log = consent::create_log(scratch / "log", romashka(), noon);
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
    (void)consent::back_up(log, scratch / "copy", std::nullopt, noon);
    log.append(withdrawn(alice, "2026-11-03T10:00:00Z"), noon);
  }
  damage_log(scratch / "log");
  const Restored done = consent::restore_from(scratch / "log", from(scratch / "copy"), later);
  CHECK(done.own_keys);
  CHECK(done.erased.empty());
  CHECK(consent::history_of(Log::open(scratch / "log", Access::write), number(alice),
                            consent::Use::proof())
            .size() == 1);
}

TEST_CASE("with nothing left but the backup, an act names who must be erased again",
          "[restore_from][erasure]") {
  const Story story;
  fs::remove_all(story.log);
  RestoreOrder order = from(story.copy);
  order.erased = {story.tag};
  const Restored done = consent::restore_from(story.log, order, later);
  CHECK_FALSE(done.end_known);
  CHECK(done.lost_to == done.lost_from);
  CHECK(done.aside.empty());
  CHECK(done.erased == std::vector<Digest>{story.tag});
  CHECK(search(story.log, story.secrets).found.empty());
}

TEST_CASE("a head that was not kept up, or another backup's, does not say where the log ended",
          "[restore_from]") {
  const Scratch scratch;
  LogOptions with;
  with.second_head = scratch / "elsewhere";
  { (void)consent::create_log(scratch / "log", romashka(), noon, with); }
  {
    Log log = Log::open(scratch / "log", Access::write);  // without it
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
    (void)consent::back_up(log, scratch / "copy", keys, noon);
    (void)consent::back_up(log, scratch / "newer", std::nullopt, noon);
    log.append(given(boris, "2026-11-02T10:00:00Z"), noon);
  }
  fs::remove_all(scratch / "log");
  SECTION("a second head older than the backup") {
    CHECK_FALSE(
        consent::restore_from(scratch / "log", from(scratch / "copy"), later, with).end_known);
  }
  SECTION("the head of a newer copy") {
    RestoreOrder order = from(scratch / "copy");
    order.newer = {scratch / "newer"};
    CHECK_FALSE(consent::restore_from(scratch / "log", order, later).end_known);
  }
}

TEST_CASE("a backup comes neither over a healthy log nor over anything else", "[restore_from]") {
  const Story story;
  CHECK(refused(story.log, from(story.copy), later) == ErrorCode::invalid_argument);
  fs::create_directory(story.scratch / "other");
  std::ofstream(story.scratch / "other/letter.txt") << "kept";
  CHECK(refused(story.scratch / "other", from(story.copy), later) == ErrorCode::invalid_argument);
  CHECK(fs::exists(story.scratch / "other/letter.txt"));
}

TEST_CASE("a restore that cannot be done leaves everything as it was", "[restore_from]") {
  const Story story;
  damage_log(story.log);
  fs::remove(story.log / "keys.db");
  const std::string before = bytes_of(story.log / "log.db");
  CHECK(refused(story.log, from(story.copy), expiry) == ErrorCode::storage);  // expired
  CHECK(refused(story.log, from(story.scratch / "absent"), later) == ErrorCode::storage);
  fs::remove(story.copy / "keys.db");
  CHECK(refused(story.log, from(story.copy), later) == ErrorCode::storage);  // no keys at all
  CHECK(bytes_of(story.log / "log.db") == before);
  for (const auto& file : fs::directory_iterator(story.scratch.path())) {
    CHECK(file.path().string().find(".restoring-") == std::string::npos);
    CHECK(file.path().string().find(".damaged-") == std::string::npos);
  }
}

TEST_CASE("another log's backup is refused", "[restore_from]") {
  const Story story;
  const Scratch other;
  LogIdentity identity = romashka();
  { const Log log = consent::create_log(other / "log", identity, noon); }
  fs::remove(other / "log/keys.db");
  CHECK(refused(other / "log", from(story.copy), later) == ErrorCode::invalid_argument);
}
