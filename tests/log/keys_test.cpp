// keys.db: a subject is found by its tag, without an index of the tags in the file.
#include "log/keys.hpp"

#include <filesystem>

#include "catch.hpp"
#include "log_fixture.hpp"

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
  return store.add(store.index_of(nth(n)), nth(n), previous, origin, system_entropy()).tag;
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
  const std::string passphrase = GENERATE("", "open sesame");
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
    const auto found = store.by_tag(tag);
    REQUIRE(found);
    CHECK(found->id == id);
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
  REQUIRE(foreign_sql(scratch / "keys.db", "CREATE UNIQUE INDEX by_tag ON subject(tag)") ==
          SQLITE_OK);
  KeyStore store = open(scratch, "", sqlite::Mode::write);
  const auto more = add_many(store, 3, 5);
  tags.insert(tags.end(), more.begin(), more.end());
  for (const Digest& tag : tags) CHECK(store.by_tag(tag));
  CHECK_FALSE(store.by_tag(Digest{}));
}
