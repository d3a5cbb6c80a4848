// keys.db: a subject is found by its tag, without an index of the tags in the file.
#include "keys/keys.hpp"

#include <filesystem>

#include "catch.hpp"
#include "log/log_fixture.hpp"

using namespace consent;
using namespace consent::test;

namespace fs = std::filesystem;

namespace {

constexpr auto origin = "romashka.example/consent";

KeyStore create(const Scratch& scratch, const std::string& passphrase = "") {
  return KeyStore::create(scratch / "keys.db", origin, "incarnation", passphrase, system_entropy());
}

KeyStore open(const Scratch& scratch, const std::string& passphrase = "",
              sqlite::Mode mode = sqlite::Mode::read) {
  return KeyStore::open(scratch / "keys.db", mode, origin, passphrase);
}

PhoneNumber nth(int n) { return number("+7916" + std::to_string(1000000 + n)); }

/// Tag of a new subject of the nth number, not committed.
Digest add(KeyStore& store, int n, std::int64_t previous = 0) {
  return store.add(store.make(nth(n), SecretKey::generate(system_entropy())), previous).tag;
}

std::vector<Digest> add_many(KeyStore& store, int first, int last) {
  std::vector<Digest> tags;
  store.begin();
  for (int n = first; n < last; ++n) tags.push_back(add(store, n));
  store.commit();
  return tags;
}

}  // namespace

TEST_CASE("each of many subjects is found by its tag, those that came later too", "[log][keys]") {
  const std::string passphrase = GENERATE("", "open sesame!");
  const Scratch scratch;
  KeyStore writer = create(scratch, passphrase);
  KeyStore reader = open(scratch, passphrase);
  std::vector<Digest> tags;
  for (const int first : {0, 600, 601}) {  // more than are remembered as met of late
    const auto more = add_many(writer, first, first + (first == 600 ? 1 : 600));
    tags.insert(tags.end(), more.begin(), more.end());
    for (KeyStore* const store : {&writer, &reader}) {
      for (std::size_t i = 0; i < tags.size(); ++i) {
        const auto found = store->by_tag(tags[i]);
        REQUIRE(found);
        REQUIRE(found->tag == tags[i]);
        REQUIRE(store->number_of(*found) == nth(static_cast<int>(i)));
      }
      CHECK_FALSE(store->by_tag(Digest{}));
    }
  }
  std::size_t next = 0;
  CHECK(reader.missing([&](Digest& tag) {
    tag = next < tags.size() ? tags[next] : Digest{};
    return next++ <= tags.size();
  }) == 1);
}

TEST_CASE("tags that begin alike are told apart", "[log][keys]") {
  const Scratch scratch;
  const std::string zeros(std::size_t{2} * 23, '0');
  {
    KeyStore store = create(scratch);
    add_many(store, 0, 2);
  }
  REQUIRE(foreign_sql(scratch / "keys.db",
                      "UPDATE subject SET tag=CASE id WHEN 1 THEN x'0102030405060708" + zeros +
                          "01' ELSE x'0102030405060708" + zeros + "02' END") == SQLITE_OK);
  KeyStore store = open(scratch);
  Digest tag{};
  for (std::uint8_t i = 0; i < 8; ++i) tag.bytes[i] = static_cast<std::uint8_t>(i + 1);
  for (const std::uint8_t id : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{1}}) {
    tag.bytes[31] = id;
    // Found, and refused: the tag is not its key's.
    CHECK_THROWS_WITH(store.by_tag(tag),
                      "keys.db: subject " + std::to_string(id) + ": not its key");
  }
  tag.bytes[31] = 3;
  CHECK_FALSE(store.by_tag(tag));
}

TEST_CASE("a subject rolled back is found neither by tag nor by number, and its id misleads nobody",
          "[log][keys]") {
  const Scratch scratch;
  KeyStore store = create(scratch);
  const auto kept = add_many(store, 0, 2);
  store.begin();
  const Digest undone = add(store, 2);
  CHECK(store.by_tag(undone));
  CHECK(store.newest(store.index_of(nth(2))));
  store.rollback();
  CHECK_FALSE(store.by_tag(undone));
  CHECK_FALSE(store.newest(store.index_of(nth(2))));
  const auto after = add_many(store, 3, 4);
  CHECK_FALSE(store.by_tag(undone));
  CHECK(store.by_tag(after.front()));
  CHECK(store.by_tag(kept.front()));
  CHECK(store.subjects() == 3);
}

TEST_CASE("a number that changes hands twice in one transaction points to its last subject",
          "[log][keys]") {
  const Scratch scratch;
  KeyStore store = create(scratch);
  store.begin();
  const Digest first = add(store, 0);
  const auto before = store.newest(store.index_of(nth(0)));
  REQUIRE(before);
  CHECK(before->tag == first);
  const Digest second = add(store, 0, before->id);
  store.commit();
  const auto newest = open(scratch).newest(store.index_of(nth(0)));
  REQUIRE(newest);
  CHECK(newest->tag == second);
  CHECK(newest->previous == before->id);
}

TEST_CASE("an erased subject's tag finds nobody, in a connection that knew it too", "[log][keys]") {
  const Scratch scratch;
  KeyStore writer = create(scratch);
  KeyStore reader = open(scratch);
  const auto tags = add_many(writer, 0, 3);
  REQUIRE(reader.by_tag(tags[2]));
  writer.erase(*writer.by_tag(tags[2]), {at("2026-11-20T12:00:00Z"), true});
  writer.scrub();
  // The last id of the table: given again, it would lead an old answer to another's key.
  const auto newer = add_many(writer, 3, 4);
  for (KeyStore* const store : {&writer, &reader}) {
    CHECK_FALSE(store->by_tag(tags[2]));
    const auto found = store->by_tag(newer.front());
    REQUIRE(found);
    CHECK(found->id > 3);
    CHECK(store->by_tag(tags[0]));
  }
}

TEST_CASE("a store made with an index of its tags is read and written by it", "[log][keys]") {
  const Scratch scratch;
  std::vector<Digest> tags;
  {
    KeyStore store = create(scratch);
    tags = add_many(store, 0, 3);
  }
  REQUIRE(foreign_sql(scratch / "keys.db", R"sql(
CREATE TABLE kept AS SELECT * FROM subject;
DROP TABLE subject;
CREATE TABLE subject (
  id       INTEGER PRIMARY KEY,
  tag      BLOB NOT NULL UNIQUE CHECK (length(tag) = 32),
  key      BLOB NOT NULL CHECK (length(key) = 32),
  address  BLOB NOT NULL,             -- the number, sealed under this subject's key
  previous INTEGER NOT NULL           -- the number's subject before; 0: none
) STRICT;
INSERT INTO subject SELECT * FROM kept;
DROP TABLE kept;
)sql") == SQLITE_OK);
  KeyStore store = open(scratch, "", sqlite::Mode::write);
  const auto more = add_many(store, 3, 5);
  tags.insert(tags.end(), more.begin(), more.end());
  for (const Digest& tag : tags) CHECK(store.by_tag(tag));
  CHECK_FALSE(store.by_tag(Digest{}));
}

TEST_CASE("what is not ours in keys.db is refused at opening, by its name", "[log][keys]") {
  const auto* const sql = GENERATE(
      "CREATE VIEW foreign_one AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 "
      "FROM n) SELECT x FROM n",
      "CREATE TRIGGER foreign_one AFTER INSERT ON subject BEGIN DELETE FROM number; END",
      "CREATE TABLE foreign_one (x)", "CREATE INDEX foreign_one ON subject(key)");
  CAPTURE(sql);
  const Scratch scratch;
  { KeyStore store = create(scratch); }
  REQUIRE(foreign_sql(scratch / "keys.db", sql) == SQLITE_OK);
  for (const auto mode : {sqlite::Mode::read, sqlite::Mode::write}) {
    CHECK_THROWS_WITH(open(scratch, "", mode), consent_testing::contains("foreign_one"));
  }
}

TEST_CASE("a number is found while its subject is recent and after the index was brought up to it",
          "[log][keys]") {
  const Scratch scratch;
  KeyStore writer = create(scratch);
  KeyStore reader = open(scratch);
  const auto first = add_many(writer, 0, 3);
  const auto newest = [](KeyStore& store, int n) {
    const auto found = store.newest(store.index_of(nth(n)));
    return found ? found->tag : Digest{};
  };
  for (KeyStore* const store : {&writer, &reader}) CHECK(newest(*store, 1) == first[1]);
  writer.fold();
  CHECK(writer.connection().integer("SELECT count(*) FROM recent") == 0);
  CHECK(writer.connection().integer("SELECT count(*) FROM number") == 3);
  for (KeyStore* const store : {&writer, &reader}) CHECK(newest(*store, 1) == first[1]);
  // Passed on after the index was brought up: what is recent is newer than what it says.
  const auto before = writer.newest(writer.index_of(nth(1)));
  REQUIRE(before);
  writer.begin();
  const Digest second = add(writer, 1, before->id);
  writer.commit();
  for (KeyStore* const store : {&writer, &reader}) CHECK(newest(*store, 1) == second);
  // A reader that remembers what was recent before two folds must not believe it.
  writer.fold();
  const auto third_before = writer.newest(writer.index_of(nth(1)));
  REQUIRE(third_before);
  writer.begin();
  const Digest third = add(writer, 1, third_before->id);
  writer.commit();
  writer.fold();
  add_many(writer, 5, 6);
  for (KeyStore* const store : {&writer, &reader}) CHECK(newest(*store, 1) == third);
  CHECK(reader.numbers().size() == 4);
}

TEST_CASE("a store of the schema before keeps its index, and what is new is found in it",
          "[log][keys]") {
  const Scratch scratch;
  Digest old;
  {
    KeyStore store = create(scratch);
    old = add_many(store, 0, 1).front();
    store.fold();
  }
  REQUIRE(foreign_sql(scratch / "keys.db", "DROP TABLE recent; PRAGMA user_version=2") ==
          SQLITE_OK);
  KeyStore reader = open(scratch);
  CHECK(reader.newest(reader.index_of(nth(0)))->tag == old);
  KeyStore writer = open(scratch, "", sqlite::Mode::write);
  const Digest fresh = add_many(writer, 1, 2).front();
  // The reader opened the file before it was brought to this schema.
  for (KeyStore* const store : {&writer, &reader}) {
    CHECK(store->newest(store->index_of(nth(0)))->tag == old);
    const auto found = store->newest(store->index_of(nth(1)));
    REQUIRE(found);
    CHECK(found->tag == fresh);
  }
}

TEST_CASE("a key that is not its tag's is not used", "[log][keys]") {
  const Scratch scratch;
  {
    KeyStore store = create(scratch);
    add_many(store, 0, 1);
  }
  REQUIRE(foreign_sql(scratch / "keys.db", "UPDATE subject SET key=randomblob(32)") == SQLITE_OK);
  KeyStore store = open(scratch);
  CHECK_THROWS_WITH(store.newest(store.index_of(nth(0))), "keys.db: subject 1: not its key");
}

TEST_CASE("a number is not led to the subject of another", "[log][keys]") {
  const std::string table = GENERATE("number", "recent");
  const Scratch scratch;
  {
    KeyStore store = create(scratch);
    add_many(store, 0, 2);
    if (table == "number") store.fold();
  }
  REQUIRE(foreign_sql(scratch / "keys.db", "UPDATE " + table + " SET subject=-subject; UPDATE " +
                                               table + " SET subject=3+subject") == SQLITE_OK);
  KeyStore store = open(scratch);
  CHECK_THROWS_WITH(store.newest(store.index_of(nth(0))),
                    "keys.db: subject 2: the index leads another number to it");
  CHECK_THROWS_WITH(store.newest(store.index_of(nth(1))),
                    "keys.db: subject 1: the index leads another number to it");
}

TEST_CASE("only the newest keys are orphans, whatever is known of those below", "[log][keys]") {
  const Scratch scratch;
  KeyStore store = create(scratch);
  const auto tags = add_many(store, 0, 5);
  const auto known = [&](const Digest& tag) { return tag == tags[2]; };
  CHECK(store.sweep(0, known) == 2);
  CHECK(store.by_tag(tags[0]));
  CHECK_FALSE(store.by_tag(tags[4]));
  CHECK_FALSE(store.newest(store.index_of(nth(3))));
  CHECK(store.sweep(2, [](const Digest&) { return false; }) == 1);
  CHECK(store.by_tag(tags[1]));
}
