#include "consent/message.hpp"

#include <string>

#include "catch.hpp"
#include "consent/error.hpp"

using consent::Error;
using consent::ErrorCode;
using consent::Message;

TEST_CASE("a message is its sentence filled, and keeps both", "[message]") {
  const Message message("entry {}: {}, {}", std::uint64_t{41}, "keys.db", Message("is missing"));
  CHECK(message.text() == "entry 41: keys.db, is missing");
  CHECK(message.sentence() == "entry {}: {}, {}");
  REQUIRE(message.arguments().size() == 3);
  CHECK(message.arguments()[0].as_it_is());
  CHECK(message.arguments()[1].as_it_is());
  CHECK_FALSE(message.arguments()[2].as_it_is());
}

TEST_CASE("a sentence that nothing fills is taken with its braces", "[message]") {
  CHECK(Message("a key is [a-z]{0,31}").text() == "a key is [a-z]{0,31}");
  CHECK(Message("a list of {{commitment, kind}}, {}", 2).text() ==
        "a list of {commitment, kind}, 2");
}

TEST_CASE("braces in an argument fill nothing", "[message]") {
  CHECK(Message("{}: {}", "{}", "b").text() == "{}: b");
}

TEST_CASE("an error within an error is said in the language of the whole", "[message][errors]") {
  const Error inner(ErrorCode::storage, Message("{}: no answer", "log.db"));
  const Error outer(ErrorCode::broken_log, Message("entry {}: {}", 7, inner));
  CHECK(std::string(outer.what()) == "entry 7: log.db: no answer");
  REQUIRE(outer.message().arguments().size() == 2);
  CHECK(outer.message().arguments()[1].sentence() == "{}: no answer");
}
