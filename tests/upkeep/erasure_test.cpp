// A person is forgotten: what goes, what stays, what stands in the way.
#include "consent/erasure.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/evidence.hpp"
#include "consent/history.hpp"
#include "consent/log.hpp"
#include "consent/log_standing.hpp"
#include "consent/rebuild.hpp"
#include "consent/restore.hpp"
#include "consent/restriction.hpp"
#include "consent/verify.hpp"
#include "keys/keys.hpp"
#include "log/evidence.hpp"
#include "log/log_fixture.hpp"
#include "upkeep/byte_search.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

constexpr auto alice = "+79161234567";
constexpr auto boris = "+79031112233";
const Instant noon = at("2026-11-20T12:00:00Z");
const Instant needed = at("2025-11-20T00:00:00Z");

LogOptions writing(const std::string& passphrase = "") {
  LogOptions options;
  options.access = Access::write;
  options.passphrase = passphrase;
  return options;
}

ErasureOrder order(bool lose_proof = false) {
  ErasureOrder made;
  made.ground = "152-fz/21-5";
  made.requester = "вх. 17 от 2026-11-19";
  made.needed_since = needed;
  made.lose_proof = lose_proof;
  return made;
}

ContactMade called(std::string_view to, std::string_view when) {
  ContactMade event{{number(to), at(when)}};
  event.purpose = Purpose::advertising;
  return event;
}

/// Secrets of a number's newest subject, read as the erasure would.
Needles needles_of(const fs::path& folder, std::string_view who,
                   const std::string& passphrase = "") {
  Needles needles;
  add_number(needles, number(who));
  auto keys = KeyStore::open(folder / "keys.db", sqlite::Mode::read, "romashka.example/consent",
                             passphrase);
  const auto subject = keys.newest(keys.index_of(number(who)));
  REQUIRE(subject);
  add_secret(needles, "key", std::string(subject->key.chars()));
  add_secret(needles, "index", std::string(keys.index_of(number(who)).view()));
  sqlite::Statement row(keys.connection(), "SELECT key,address FROM subject WHERE id=?1");
  REQUIRE(row.bind(1, subject->id).step());
  add_secret(needles, "stored key", std::string(row.blob(0)));
  add_secret(needles, "address", std::string(row.blob(1)));
  return needles;
}

std::string join(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

std::string code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::to_string(static_cast<int>(error.code()));
  }
  return "none";
}
const std::string erased_code = std::to_string(static_cast<int>(ErrorCode::erased));

}  // namespace

TEST_CASE("after an erasure no file of the folder holds the number or its key, in any packing",
          "[log][erasure]") {
  const std::string passphrase = GENERATE("", "open sesame!");
  INFO(passphrase);
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon, writing(passphrase));
  // So many that pages split and rows move.
  std::vector<Event> crowd;
  for (int i = 0; i < 3000; ++i) {
    crowd.emplace_back(
        given("+7903" + std::to_string(1000000 + i * 7919 % 9000000), "2026-11-01T10:00:00Z"));
  }
  log.append_many(std::span(crowd).first(1500), noon);
  auto event = given(alice, "2026-11-02T10:00:00Z");
  event.files = {{"recording", std::string(200'000, 'r') + "+79161234567", {}},
                 {"wording", "Я, +79161234567, согласна", {}}};
  log.append(event, noon);
  log.append_many(std::span(crowd).subspan(1500), noon);
  log.append(withdrawn(alice, "2026-11-03T10:00:00Z"), noon);
  const Needles needles = needles_of(folder, alice, passphrase);
  REQUIRE_FALSE(search(folder, needles).found.empty());  // the search can find

  const Erasure done = consent::erase(log, number(alice), order(), noon);
  REQUIRE(done.erased);
  CHECK(done.before.entries == 2);
  CHECK(done.before.files == 2);
  // At once, while the log is open, and after it was closed.
  for (const bool closed : {false, true}) {
    if (closed) {
      const Log gone = std::move(log);
    }
    const Search result = search(folder, needles);
    INFO(join(result.found));
    CHECK(result.found.empty());
    CAPTURE(join(result.files));
    for (const char* file : {"log.db", "keys.db", "head"}) {
      CHECK(std::find(result.files.begin(), result.files.end(), file) != result.files.end());
    }
    if (!closed) {
      CHECK(std::find(result.files.begin(), result.files.end(), "keys.db-wal") !=
            result.files.end());
    }
  }
  CHECK(verify_log(folder, {}, {{}, {}, {}, passphrase}).verdict == ProofVerdict::proven);
}

TEST_CASE("many erasures one after another leave nothing of any of them", "[log][erasure]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  std::vector<Event> crowd;
  for (int i = 0; i < 600; ++i) {
    crowd.emplace_back(given("+7903" + std::to_string(1000000 + i), "2026-11-01T10:00:00Z"));
  }
  log.append_many(crowd, noon);
  Needles all;
  for (int i = 0; i < 600; i += 3) {
    const std::string who = "+7903" + std::to_string(1000000 + i);
    for (const auto& needle : needles_of(folder, who)) {
      if (needle.first == "key" || needle.first == "index" || needle.first == "the digits") {
        all.push_back(needle);
      }
    }
    REQUIRE(consent::erase(log, number(who), order(), noon).erased);
  }
  const Search result = search(folder, all);
  INFO(join(result.found));
  CHECK(result.found.empty());
  CHECK(log.subjects_of(number("+79031000001")).size() == 1);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("order, type, time and count of an erased person's entries stay, and proofs verify",
          "[log][erasure]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  const auto first = log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  const std::string checkpoint = log.checkpoint();
  const InclusionProof proof = log.prove_inclusion(first.seq, checkpoint);
  const std::string bytes = log.entry(first.seq).bytes;
  const Erasure done = consent::erase(log, number(alice), order(), noon);
  REQUIRE(done.erased);
  CHECK(log.entry(first.seq).bytes == bytes);
  const auto about = consent::entries_of(log, first.tag);
  REQUIRE(about.size() == 2);
  CHECK(about[1].type == EventType::subject_erased);
  CHECK(about[1].seq == done.seq);
  CHECK(about[1].bytes.find("вх. 17") == std::string::npos);
  CHECK(about[1].bytes.find(to_hex(*done.request)) != std::string::npos);
  CHECK(consent::history_of(log, number(alice), consent::Use::proof()).empty());
  CHECK(log.subjects_of(number(alice)).empty());
  CHECK_THROWS_AS(consent::open_entries_of(log, first.tag), Error);
  const Checkpoint parsed =
      parse_checkpoint(note::verify(checkpoint, std::vector{log.verifier_key()}).text);
  CHECK_NOTHROW(merkle::verify_inclusion(merkle::leaf_hash(bytes), proof.index, parsed.size,
                                         proof.path, parsed.root));
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("a second erasure says when the first was, and an unknown number is not found",
          "[log][erasure]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), noon);
  log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  REQUIRE(consent::erase(log, number(alice), order(), noon).erased);
  const Erasure again = consent::erase(log, number(alice), order(), noon + std::chrono::hours(1));
  CHECK_FALSE(again.erased);
  CHECK(again.before.erased_before == noon);
  CHECK(log.size() == 3);
  CHECK_THROWS_AS(consent::erase(log, number(boris), order(), noon), Error);
  ErasureOrder no_ground = order();
  no_ground.ground.clear();
  CHECK_THROWS_AS(consent::erase(log, number(alice), no_ground, noon), Error);
  CHECK_THROWS_AS(log.append(SubjectErased{{number(alice), noon}, "152-fz"}, noon), Error);
}

TEST_CASE("a contact that still needs its proof stops an erasure unless the loss is accepted",
          "[log][erasure]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), noon);
  log.append(given(alice, "2024-01-02T10:00:00Z"), noon);
  log.append(called(alice, "2024-05-02T10:00:00Z"), noon);
  const auto recent = log.append(called(alice, "2026-05-02T10:00:00Z"), noon);
  ContactMade incoming = called(alice, "2026-05-03T10:00:00Z");
  incoming.direction = Direction::incoming;
  log.append(incoming, noon);
  const ErasureCheck before = consent::before_erasing(log, number(alice), needed, noon);
  CHECK(before.contacts == std::vector{recent.seq});
  CHECK(before.consents == 1);
  CHECK(before.entries == 4);
  CHECK(before.holds_number);
  const Erasure refused = consent::erase(log, number(alice), order(), noon);
  CHECK_FALSE(refused.erased);
  CHECK(log.size() == 5);
  CHECK(consent::history_of(log, number(alice), consent::Use::proof()).size() == 4);
  CHECK(consent::erase(log, number(alice), order(true), noon).erased);
}

TEST_CASE("a legal hold stops an erasure and says by whom and until when", "[log][erasure]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), noon);
  log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  SubjectHeld held{{number(alice), at("2026-11-10T10:00:00Z")}};
  held.by = "7707083893";
  held.ground = "case-7";
  held.until = at("2027-01-01T00:00:00Z");
  log.append(held, noon);
  const Erasure refused = consent::erase(log, number(alice), order(true), noon);
  CHECK_FALSE(refused.erased);
  REQUIRE(refused.before.hold);
  CHECK(refused.before.hold->by == "7707083893");
  CHECK(refused.before.hold->until == held.until);
  CHECK_FALSE(consent::before_erasing(log, number(alice), needed, *held.until).hold);  // it ran out
  held.released = true;
  held.until.reset();
  log.append(held, noon);
  CHECK(consent::erase(log, number(alice), order(true), noon).erased);
  held.number = number(boris);
  CHECK_THROWS_AS(log.append(held, noon), Error);
}

TEST_CASE("an erasure of a former holder, asked for twice, does not reach who came after",
          "[log][erasure]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), noon);
  const auto pass_on = [&](const char* when) {
    NumberReassigned reassigned{{number(alice), at(when)}};
    log.append(reassigned, noon);
  };
  log.append(given(alice, "2026-01-10T10:00:00Z"), noon);
  pass_on("2026-03-01T00:00:00Z");
  log.append(given(alice, "2026-04-10T10:00:00Z"), noon);
  pass_on("2026-05-01T00:00:00Z");
  log.append(given(alice, "2026-06-10T10:00:00Z"), noon);
  const auto erase_holder_at = [&](const char* when) {
    ErasureOrder asked = order();
    asked.held_at = at(when);
    return consent::erase(log, number(alice), asked, noon);
  };
  REQUIRE(erase_holder_at("2026-04-15T00:00:00Z").erased);  // the second
  for (int twice = 0; twice < 2; ++twice) {
    const Erasure again = erase_holder_at("2026-04-15T00:00:00Z");
    CHECK_FALSE(again.erased);
    CHECK(again.before.erased_before == at("2026-05-01T00:00:00Z"));
  }
  CHECK(log.subjects_of(number(alice)).size() == 2);
  REQUIRE(erase_holder_at("2026-02-01T00:00:00Z").erased);  // the first, later
  CHECK_FALSE(erase_holder_at("2026-02-01T00:00:00Z").erased);
  CHECK(log.subjects_of(number(alice)).size() == 1);
  REQUIRE(erase_holder_at("2026-06-15T00:00:00Z").erased);  // the last
  CHECK_FALSE(erase_holder_at("2026-06-15T00:00:00Z").erased);
}

TEST_CASE("an erasure of the present holder, asked for twice, does not reach who came before",
          "[log][erasure]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), noon);
  log.append(given(alice, "2026-01-10T10:00:00Z"), noon);
  log.append(NumberReassigned{{number(alice), at("2026-03-01T00:00:00Z")}}, noon);
  log.append(given(alice, "2026-04-10T10:00:00Z"), noon);
  REQUIRE(consent::erase(log, number(alice), order(), noon).erased);
  for (int again = 0; again < 2; ++again) {
    CHECK(consent::before_erasing(log, number(alice), needed, noon).erased_before.has_value());
    const Erasure twice =
        consent::erase(log, number(alice), order(), noon + std::chrono::hours(again));
    CHECK_FALSE(twice.erased);
    CHECK(twice.before.erased_before.has_value());
  }
  CHECK(log.subjects_of(number(alice)).size() == 1);
  ErasureOrder former = order();
  former.held_at = at("2026-02-01T00:00:00Z");
  CHECK(consent::erase(log, number(alice), former, noon).erased);
  // Whoever has it next, and passes it on, is meant again.
  const Instant much_later = at("2027-03-01T00:00:00Z");
  log.append(given(alice, "2027-01-10T10:00:00Z"), much_later);
  log.append(NumberReassigned{{number(alice), at("2027-02-01T00:00:00Z")}}, much_later);
  CHECK(consent::erase(log, number(alice), order(true), much_later).erased);
}

TEST_CASE("a hold is ended and shortened by whoever ordered it, and by nobody else",
          "[log][erasure]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), noon);
  log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  const auto hold = [&](const char* by, std::optional<Instant> until, bool released = false) {
    SubjectHeld held{{number(alice), at("2026-11-10T10:00:00Z")}};
    held.by = by;
    held.until = until;
    held.released = released;
    log.append(held, noon);
  };
  const auto who = [&](Instant when) {
    const auto found = consent::before_erasing(log, number(alice), needed, when).hold;
    return found ? found->by : std::string("nobody");
  };
  const Instant soon = at("2027-01-01T00:00:00Z");
  const Instant late = at("2030-01-01T00:00:00Z");
  hold("court", late);
  hold("ufas", soon);
  CHECK(who(noon) == "court");  // that which lasts longest
  CHECK(who(soon) == "court");
  hold("ufas", std::nullopt, true);
  hold("stranger", std::nullopt, true);
  CHECK(who(noon) == "court");
  CHECK_FALSE(consent::erase(log, number(alice), order(true), noon).erased);
  hold("ufas", std::nullopt);
  CHECK(who(late) == "ufas");  // open
  hold("ufas", std::nullopt, true);
  hold("court", soon);
  CHECK(who(soon) == "nobody");
  hold("court", std::nullopt, true);
  CHECK(consent::erase(log, number(alice), order(true), noon).erased);
}

TEST_CASE("what was said before the erasure does not come in again, what is said after does",
          "[log][erasure]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  CHECK_FALSE(consent::has_erased(log));
  REQUIRE(consent::erase(log, number(alice), order(), noon).erased);
  CHECK(consent::has_erased(log));
  CHECK(consent::erased_at(log, number(alice)) == noon);
  CHECK_FALSE(consent::erased_at(log, number(boris)));
  const Instant later = noon + std::chrono::hours(2);
  const auto old = given(alice, "2026-11-02T10:00:00Z");
  CHECK(code_of([&] { log.append(old, later); }) == erased_code);
  CHECK(code_of([&] {
          log.append(withdrawn(alice, "2026-11-20T12:00:00Z"), later);  // the very moment
        }) == erased_code);
  const std::vector<Event> mixed{given(boris, "2026-11-02T10:00:00Z"), old};
  CHECK(code_of([&] { log.append_many(mixed, later); }) == erased_code);
  CHECK(log.size() == 3);

  const auto bar = consent::standing_of(log, number(alice));
  REQUIRE(bar.size() == 1);
  REQUIRE(bar[0].clauses.size() == 1);
  CHECK(bar[0].clauses[0].type == EventType::subject_erased);

  const auto fresh = log.append(given(alice, "2026-11-20T13:00:00Z"), later);
  CHECK(log.subjects_of(number(alice)) == std::vector{fresh.tag});
  CHECK(consent::history_of(log, number(alice), consent::Use::proof()).size() == 1);
  // A day later the exact moment is forgotten too: it would lead to the entry of the erasure.
  const Instant next_week = noon + std::chrono::hours(24 * 7);
  log.append(given(boris, "2026-11-02T10:00:00Z"), next_week);
  REQUIRE(consent::erase(log, number(boris), order(), next_week).erased);
  CHECK(consent::erased_at(log, number(alice)) == at("2026-11-21T00:00:00Z"));
  CHECK(consent::standing_of(log, number(alice))[0].clauses.size() == 2);
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("erasing the new holder leaves the old one's proofs and details, and the reverse",
          "[log][erasure]") {
  const bool newer = GENERATE(true, false);
  INFO((newer ? "the new holder" : "the old holder"));
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  auto event = given(alice, "2026-01-02T10:00:00Z");
  event.files = {{"recording", std::string(100'000, 'o'), {}}};
  const auto old_one = log.append(event, noon);
  log.append(NumberReassigned{{number(alice), at("2026-06-01T00:00:00Z")}}, noon);
  event = given(alice, "2026-11-02T10:00:00Z");
  event.files = {{"recording", std::string(100'000, 'n'), {}}};
  const auto new_one = log.append(event, noon);
  ErasureOrder which = order();
  if (!newer) which.held_at = at("2026-03-01T00:00:00Z");
  const Erasure done = consent::erase(log, number(alice), which, noon);
  REQUIRE(done.erased);
  CHECK(done.before.holds_number == newer);
  const auto& stays = newer ? old_one : new_one;
  const auto& goes = newer ? new_one : old_one;
  CHECK(done.before.tag == goes.tag);
  CHECK(log.subjects_of(number(alice)) == std::vector{stays.tag});
  CHECK_NOTHROW(consent::open_entries_of(log, stays.tag));
  CHECK_THROWS_AS(consent::open_entries_of(log, goes.tag), Error);
  std::string content;
  consent::read_evidence(log, stays.seq, 1, consent::Use::proof(),
                         [&](std::string_view piece) { content.append(piece); });
  CHECK(content == std::string(100'000, newer ? 'o' : 'n'));
  CHECK_FALSE(consent::evidence_of(log, goes.seq)[0].there);
  CHECK(log.prove_inclusion(goes.seq, log.checkpoint()).index == goes.seq);
  const Instant later = noon + std::chrono::hours(1);
  if (newer) {
    CHECK(code_of([&] { log.append(given(alice, "2026-11-19T10:00:00Z"), later); }) == erased_code);
    CHECK_NOTHROW(log.append(given(alice, "2026-11-20T12:30:00Z"), later));
    CHECK(log.subjects_of(number(alice)).size() == 2);
  } else {
    // Of the old holder's time nothing comes in; the new one goes on as if nothing had been.
    CHECK(code_of([&] { log.append(given(alice, "2026-05-02T10:00:00Z"), later); }) == erased_code);
    CHECK_NOTHROW(log.append(given(alice, "2026-11-19T10:00:00Z"), later));
    const auto standings = consent::standing_of(log, number(alice));
    for (const Clause& clause : standings.back().clauses) {
      CHECK(clause.type == EventType::consent_given);
    }
  }
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
  { const Log gone = std::move(log); }
  CHECK_FALSE(consent::rebuild(folder, writing()).differed);
  CHECK(Log::open(folder, Access::write).impairment().empty());
}

TEST_CASE("a restriction is known from its beginning until it ends", "[log][erasure]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), noon);
  log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  SubjectRestricted restricted{{number(alice), at("2026-11-10T10:00:00Z")}};
  restricted.ground = "152-fz/21-1";
  restricted.until = at("2026-12-01T00:00:00Z");
  const auto done = log.append(restricted, noon);
  CHECK_FALSE(consent::restriction_of(log, number(alice), at("2026-11-09T00:00:00Z")));
  const auto found = consent::restriction_of(log, number(alice), noon);
  REQUIRE(found);
  CHECK(found->ground == "152-fz/21-1");
  CHECK(found->until == restricted.until);
  CHECK(found->seq == done.seq);
  CHECK_FALSE(consent::restriction_of(log, number(alice), *restricted.until));
  restricted.released = true;
  restricted.until.reset();
  log.append(restricted, noon);
  CHECK_FALSE(consent::restriction_of(log, number(alice), noon));
  CHECK(consent::restriction_of(log, number(alice), at("2026-11-15T00:00:00Z")));
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("keys put back after an erasure do not bring anybody back", "[log][erasure][restore]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon);
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  }
  fs::copy(folder / "keys.db", scratch / "keys.db");
  const Needles needles = needles_of(folder, alice);
  {
    Log log = Log::open(folder, Access::write);
    REQUIRE(consent::erase(log, number(alice), order(), noon).erased);
  }
  fs::copy(scratch / "keys.db", folder / "keys.db", fs::copy_options::overwrite_existing);
  {
    const Log log = Log::open(folder, Access::write);
    CHECK(log.impairment().empty());
    CHECK(log.subjects_of(number(alice)).empty());
    CHECK(consent::erased_at(log, number(alice)) == noon);
  }
  const Search result = search(folder, needles);
  INFO(join(result.found));
  CHECK(result.found.empty());
}

TEST_CASE("a key store of schema 1 gets the suppress key when it is written", "[log][erasure]") {
  const std::string passphrase = GENERATE("", "open sesame!");
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  {
    Log log = consent::create_log(folder, romashka(), noon, writing(passphrase));
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  }
  REQUIRE(foreign_sql(
              folder / "keys.db",
              "DROP TABLE suppressed; DROP TABLE recent; DELETE FROM meta WHERE key='suppress'; "
              "PRAGMA user_version=1;") == SQLITE_OK);
  LogOptions reading;
  reading.passphrase = passphrase;
  CHECK_FALSE(consent::has_erased(Log::open(folder, reading)));
  Log log = Log::open(folder, writing(passphrase));
  REQUIRE(consent::erase(log, number(alice), order(), noon).erased);
  CHECK(consent::erased_at(log, number(alice)) == noon);
}

TEST_CASE("a hold and a restriction reach who held the number before, and not who came after",
          "[log][erasure]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  Log log = consent::create_log(folder, romashka(), at("2026-11-01T00:00:00Z"));
  log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  log.append(NumberReassigned{{number(alice), at("2026-11-05T00:00:00Z")}}, noon);
  log.append(given(alice, "2026-11-06T10:00:00Z"), noon);
  const auto tags = log.subjects_of(number(alice));
  REQUIRE(tags.size() == 2);
  const Instant then = at("2026-11-03T00:00:00Z");

  SubjectHeld held{{number(alice), noon}};
  held.by = "court";
  const Appended hold = consent::append_of_holder(log, held, then, noon);
  CHECK(hold.tag == tags[0]);
  CHECK(consent::before_erasing(log, number(alice), needed, noon, then).hold.has_value());
  CHECK_FALSE(consent::before_erasing(log, number(alice), needed, noon).hold.has_value());
  ErasureOrder former = order();
  former.held_at = then;
  CHECK_FALSE(consent::erase(log, number(alice), former, noon).erased);

  SubjectRestricted restricted{{number(alice), noon}};
  restricted.ground = "152-fz/21-1";
  CHECK(consent::append_of_holder(log, restricted, then, noon).tag == tags[0]);
  CHECK(consent::restriction_of(log, tags[0], noon));
  CHECK_FALSE(consent::restriction_of(log, tags[1], noon));
  CHECK_FALSE(consent::restriction_of(log, number(alice), noon));
  CHECK(consent::restricted(log, noon) == std::vector<Digest>{tags[0]});

  const auto code_of = [&](const Event& event, Instant at_that_time) {
    try {
      (void)consent::append_of_holder(log, event, at_that_time, noon);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  CHECK(code_of(given(alice, "2026-11-02T10:00:00Z"), then) == ErrorCode::invalid_argument);
  held.number = number(boris);
  CHECK(code_of(held, then) == ErrorCode::not_found);

  // Who held it then is erased: nobody else is held in their stead.
  held.number = number(alice);
  held.released = true;
  consent::append_of_holder(log, held, then, noon);
  REQUIRE(consent::erase(log, number(alice), former, noon).erased);
  held.released = false;
  CHECK(code_of(held, then) == ErrorCode::erased);
  CHECK_FALSE(consent::before_erasing(log, number(alice), needed, noon).hold.has_value());
  CHECK(consent::restricted(log, noon).empty());
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("an old log.db beside newer keys is called old, and the keys not", "[log][erasure]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  const fs::path old = scratch / "old";
  fs::create_directory(old);
  const auto put_back = [&](const char* file) {
    fs::copy_file(old / file, folder / file, fs::copy_options::overwrite_existing);
  };
  std::uint64_t size = 0;
  const bool erasing = GENERATE(true, false);
  {
    Log log = consent::create_log(folder, romashka(), at("2026-11-01T00:00:00Z"));
    log.append(given(alice, "2026-11-02T10:00:00Z"), noon);
  }
  for (const char* file : {"log.db", "head", "keys.db"}) fs::copy_file(folder / file, old / file);
  {
    Log log = Log::open(folder, Access::write);
    log.append(given(boris, "2026-11-02T10:00:00Z"), noon);
    if (erasing) REQUIRE(consent::erase(log, number(alice), order(), noon).erased);
  }
  {
    const Log log = Log::open(folder, Access::write);
    CHECK(log.impairment().empty());
    size = log.size();
  }
  // With the head of that time, so that it has nothing to say.
  put_back("log.db");
  put_back("head");
  for (const Access access : {Access::read_only, Access::write}) {
    const Log log = Log::open(folder, access);
    CHECK(log.access() == Access::read_only);
    CHECK(log.impairment().text().find("log.db: is older than keys.db") == 0);
    CHECK(log.impairment().text().find(std::to_string(size - 2) + " are missing") !=
          std::string::npos);
  }
  // The keys of whoever came since are still there: the right log.db can be put back.
  {
    auto keys =
        KeyStore::open(folder / "keys.db", sqlite::Mode::read, "romashka.example/consent", {});
    CHECK(keys.newest(keys.index_of(number(boris))).has_value());
  }
  // Going on without it is a decision, and the entry names how far the keys say the log went.
  {
    LogOptions options = writing();
    Log log = consent::restore(folder, "backup", noon, options);
    CHECK(log.entry(2).bytes.find("\"lost_to\":" + std::to_string(size)) != std::string::npos);
    log.append(given(boris, "2026-11-03T10:00:00Z"), noon);
  }
  CHECK(Log::open(folder, Access::write).impairment().empty());
  CHECK(verify_log(folder, {}).verdict == ProofVerdict::proven);
}

TEST_CASE("old keys beside a newer log.db are still called old", "[log][erasure]") {
  const Scratch scratch;
  const fs::path folder = scratch / "log";
  { const Log log = consent::create_log(folder, romashka(), at("2026-11-01T00:00:00Z")); }
  fs::copy_file(folder / "keys.db", scratch / "keys.db");
  {
    Log log = Log::open(folder, Access::write);
    log.append(given(boris, "2026-11-02T10:00:00Z"), noon);
  }
  fs::copy_file(scratch / "keys.db", folder / "keys.db", fs::copy_options::overwrite_existing);
  CHECK(
      Log::open(folder, Access::write).impairment().text().find("keys.db: is older than log.db") ==
      0);
}
