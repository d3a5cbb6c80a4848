#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "consent/consent.h"
#include "consent/gate.hpp"
#include "decision/logs.hpp"

using namespace story;

// Counts what this thread allocates, through new or malloc. The sanitizers want both for
// themselves.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS
namespace {
thread_local std::uint64_t allocations = 0;
}
extern "C" {
void* __libc_malloc(std::size_t);
void* malloc(std::size_t size) {  // operator new calls it
  ++allocations;
  return __libc_malloc(size);
}
}
#endif

namespace {

std::int64_t us(Instant at) { return at.time_since_epoch().count(); }

struct Fixture {
  Scratch scratch;
  consent_gate* gate = nullptr;

  explicit Fixture(const std::string& distributor = own_inn) {
    {
      Log log = new_log(scratch / "log", distributor);
      auto consent = yes(mobile(), minute(0));
      consent.distributors = {{own_inn}};
      log.append(consent, minute(1));
      auto campaign = yes(nth(1), minute(0));
      campaign.distributors = {{own_inn}};
      campaign.campaign = "a-campaign-whose-name-fits-into-no-small-string";
      log.append(campaign, minute(1));
    }
    const consent_gate_options options{sizeof(consent_gate_options), us(minute(5)), nullptr};
    REQUIRE(consent_gate_open((scratch / "log").c_str(), &options, &gate) == CONSENT_OK);
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() { consent_gate_close(gate); }
};

consent_question question() {
  consent_question asked{};
  asked.size = sizeof asked;
  asked.number = "+79161234567";
  asked.purpose = "advertising";
  asked.channel = "voice";
  asked.dialled_by = "person";
  asked.at_us = us(minute(10));
  return asked;
}

consent_answer full_of(int byte) {
  consent_answer answer;
  std::memset(&answer, byte, sizeof answer);
  answer.size = sizeof answer;
  return answer;
}

void denied(const consent_answer& answer) {
  CHECK(answer.verdict == CONSENT_DENY);
  CHECK(answer.reason_mask == 0);
  CHECK(answer.relied_on == 0);
  CHECK(answer.age_us == 0);
}

}  // namespace

TEST_CASE("zero is DENY", "[capi]") {
  consent_answer answer;
  std::memset(&answer, 0, sizeof answer);
  CHECK(answer.verdict == CONSENT_DENY);
}

TEST_CASE("the answers of C are those of C++", "[capi]") {
  const Fixture fixture;
  const Gate gate = Gate::open(fixture.scratch / "log", russia(), minute(5));
  const char* const named = "a-campaign-whose-name-fits-into-no-small-string";
  const char* const campaign = GENERATE(true, false) ? named : nullptr;
  for (const char* number : {"+79161234567", "+79160000001", "+79160000002", "+77012345678"}) {
    for (const char* purpose : {"advertising", "service", "mixed"}) {
      for (const char* channel : {"voice", "robot", "sms"}) {
        auto asked = question();
        asked.number = number;
        asked.purpose = purpose;
        asked.channel = channel;
        asked.campaign = campaign;
        auto answer = full_of(0xFF);
        REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
        Question same{*PhoneNumber::from_e164(number)};
        same.purpose = *from_word<Purpose>(purpose);
        same.channel = *from_word<Channel>(channel);
        same.campaign = asked.campaign == nullptr ? "" : asked.campaign;
        same.dialled_by = DialledBy::person;
        same.at = minute(10);
        const Judgement judgement = gate.ask(gate.resolve(same));
        CHECK(answer.verdict == static_cast<int>(judgement.verdict));
        CHECK(answer.reason_mask == judgement.reasons.words()[0]);
        CHECK(answer.relied_on == static_cast<std::int64_t>(judgement.relied_on));  // ~0 is -1
        CHECK(answer.log_size == gate.log_size());
      }
    }
  }
}

TEST_CASE("age is the time since opening, never negative", "[capi]") {
  const Fixture fixture;
  auto asked = question();
  auto answer = full_of(0);
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  CHECK(answer.age_us == 5 * 60'000'000LL);  // now_us 0: at_us
  asked.now_us = us(minute(65));
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  CHECK(answer.age_us == 3'600'000'000LL);
  asked.now_us = us(minute(1));
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  CHECK(answer.age_us == 0);
  asked.now_us = INT64_MAX;
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  CHECK(answer.age_us > 0);
}

TEST_CASE("what cannot be asked is invalid, and the answer is zero", "[capi][errors]") {
  const Fixture fixture;
  const auto refused = [&](const consent_question& asked) {
    auto answer = full_of(0x01);
    CHECK(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_INVALID_ARGUMENT);
    denied(answer);
  };
  auto asked = question();
  asked.number = nullptr;
  refused(asked);
  asked = question();
  asked.number = "12";
  refused(asked);
  asked = question();
  asked.purpose = "adverts";
  refused(asked);
  asked = question();
  asked.channel = nullptr;
  refused(asked);
  asked = question();
  asked.channel = "Voice";
  refused(asked);
  asked = question();
  asked.dialled_by = "dog";
  refused(asked);
  asked = question();
  asked.size = offsetof(consent_question, serving_operator) - 1;
  refused(asked);
  asked.size = 0;
  refused(asked);
  asked.size = SIZE_MAX;
  refused(asked);

  asked = question();
  auto answer = full_of(0x01);
  CHECK(consent_gate_ask(nullptr, &asked, &answer) == CONSENT_INVALID_ARGUMENT);
  denied(answer);
  answer = full_of(0x01);
  CHECK(consent_gate_ask(fixture.gate, nullptr, &answer) == CONSENT_INVALID_ARGUMENT);
  denied(answer);
  CHECK(consent_gate_ask(fixture.gate, &asked, nullptr) == CONSENT_INVALID_ARGUMENT);
}

TEST_CASE("a purpose left out is unknown, which is treated as advertising", "[capi]") {
  const Fixture fixture;
  auto asked = question();
  asked.purpose = nullptr;
  auto answer = full_of(0);
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  CHECK(answer.verdict == CONSENT_ALLOW);
  CHECK(answer.reason_mask == 1);
}

TEST_CASE("a distributor left out where there is not exactly one is invalid", "[capi][errors]") {
  const Fixture fixture("");
  auto asked = question();
  auto answer = full_of(0x01);
  // The log was created for nobody; whether its one named distributor counts is the log's word.
  const auto expected = Gate::open(fixture.scratch / "log", russia(), minute(5)).distributor_id("");
  CHECK(consent_gate_ask(fixture.gate, &asked, &answer) ==
        (expected ? CONSENT_OK : CONSENT_INVALID_ARGUMENT));
  asked.distributor = own_inn;
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  CHECK(answer.verdict == CONSENT_ALLOW);
  asked.distributor = other_inn;
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  CHECK(answer.verdict == CONSENT_DENY);
}

TEST_CASE("structs of a newer caller are read while they ask for nothing new", "[capi][abi]") {
  const Fixture fixture;
  struct NewerQuestion {
    consent_question known;
    std::int64_t later;
  } asked{question(), 0};
  asked.known.size = sizeof asked;
  struct NewerAnswer {
    consent_answer known;
    std::int64_t later;
  } answer{full_of(0xAA), -1};
  answer.known.size = sizeof answer;
  REQUIRE(consent_gate_ask(fixture.gate, &asked.known, &answer.known) == CONSENT_OK);
  CHECK(answer.known.verdict == CONSENT_ALLOW);
  CHECK(answer.known.size == sizeof answer);
  CHECK(answer.later == 0);  // zeroed, not left as it was
  asked.later = 1;
  CHECK(consent_gate_ask(fixture.gate, &asked.known, &answer.known) == CONSENT_INVALID_ARGUMENT);
  CHECK(answer.known.verdict == CONSENT_DENY);
}

TEST_CASE("structs of the first release are answered as they were", "[capi][abi]") {
  const Fixture fixture;
  auto asked = question();
  asked.size = offsetof(consent_question, serving_operator);
  asked.serving_operator = reinterpret_cast<const char*>(1);  // beyond its size: never read
  asked.counts = reinterpret_cast<const consent_contact_counts*>(1);
  auto answer = full_of(0x5A);
  answer.size = offsetof(consent_answer, reason_mask_more);
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  CHECK(answer.verdict == CONSENT_ALLOW);
  CHECK(answer.reason_mask != 0);
  CHECK(answer.reason_mask_more[0] == 0x5A5A5A5A5A5A5A5A);  // beyond its size: never written
}

TEST_CASE("counts are read where they are given, and their size is asked for", "[capi]") {
  const Fixture fixture;
  auto asked = question();
  asked.purpose = "debt_collection";
  auto answer = full_of(0x5A);
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  CHECK(answer.verdict == CONSENT_UNKNOWN);
  consent_contact_counts counts{};
  asked.counts = &counts;
  CHECK(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_INVALID_ARGUMENT);
  counts.size = sizeof counts;
  counts.attempts_day = counts.talks_day = 1;
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  CHECK(answer.verdict == CONSENT_DENY);
}

TEST_CASE("an answer whose size is wrong is refused and not written beyond it", "[capi][abi]") {
  const Fixture fixture;
  const auto asked = question();
  alignas(consent_answer) std::array<unsigned char, sizeof(consent_answer)> bytes;
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{12},
                                 offsetof(consent_answer, reason_mask_more) - 1}) {
    bytes.fill(0x5A);
    auto* answer = reinterpret_cast<consent_answer*>(bytes.data());
    answer->size = size;
    CHECK(consent_gate_ask(fixture.gate, &asked, answer) == CONSENT_INVALID_ARGUMENT);
    CHECK(answer->size == size);
    for (std::size_t i = std::max(size, sizeof(std::size_t)); i < bytes.size(); ++i)
      REQUIRE(bytes[i] == 0x5A);
  }
  auto answer = full_of(0x5A);
  answer.size = SIZE_MAX;
  CHECK(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_INVALID_ARGUMENT);
  CHECK(answer.verdict == CONSENT_DENY);
}

TEST_CASE("opening says what went wrong and leaves the handle alone", "[capi][errors]") {
  const Scratch scratch;
  const consent_gate_options options{sizeof(consent_gate_options), 0, nullptr};
  int somewhere = 0;
  auto* const untouched = reinterpret_cast<consent_gate*>(&somewhere);
  consent_gate* gate = untouched;
  CHECK(consent_gate_open(nullptr, &options, &gate) == CONSENT_INVALID_ARGUMENT);
  CHECK(consent_gate_open("/nonexistent", nullptr, &gate) == CONSENT_INVALID_ARGUMENT);
  CHECK(consent_gate_open("/nonexistent", &options, nullptr) == CONSENT_INVALID_ARGUMENT);
  CHECK(consent_gate_open("/nonexistent", &options, &gate) == CONSENT_STORAGE);
  consent_gate_options bad_rules = options;
  bad_rules.rules_file = "/nonexistent/rules.toml";
  CHECK(consent_gate_open("/nonexistent", &bad_rules, &gate) == CONSENT_RULES);
  bad_rules.size = 3;
  CHECK(consent_gate_open("/nonexistent", &bad_rules, &gate) == CONSENT_INVALID_ARGUMENT);
  CHECK(gate == untouched);
}

TEST_CASE("explaining never writes beyond the buffer and cuts between characters",
          "[capi][explain]") {
  const Fixture fixture;
  auto asked = question();
  asked.number = "+79160000002";
  auto answer = full_of(0);
  REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
  const std::size_t needed =
      consent_answer_explain(fixture.gate, &asked, &answer, "ru", nullptr, 0);
  REQUIRE(needed > 50);
  std::vector<char> whole(needed);
  CHECK(consent_answer_explain(fixture.gate, &asked, &answer, "ru", whole.data(), whole.size()) ==
        needed);
  CHECK(std::strlen(whole.data()) + 1 == needed);
  CHECK_THAT(std::string(whole.data()), consent_testing::contains("НЕЛЬЗЯ"));
  for (std::size_t capacity = 0; capacity < needed; ++capacity) {
    std::vector<char> buffer(needed + 8, 'z');
    REQUIRE(consent_answer_explain(fixture.gate, &asked, &answer, "ru", buffer.data(), capacity) ==
            needed);
    REQUIRE(std::all_of(buffer.begin() + static_cast<std::ptrdiff_t>(capacity), buffer.end(),
                        [](char c) { return c == 'z'; }));
    if (capacity == 0) continue;
    const std::string cut = buffer.data();
    REQUIRE(cut.size() < capacity);
    REQUIRE(std::string(whole.data()).starts_with(cut));
    REQUIRE((static_cast<unsigned char>(whole[cut.size()]) & 0xC0U) !=
            0x80U);  // the next begins a character
  }
  CHECK(consent_answer_explain(fixture.gate, &asked, &answer, "de", whole.data(), whole.size()) ==
        0);
  CHECK(consent_answer_explain(fixture.gate, &asked, nullptr, "ru", whole.data(), whole.size()) ==
        0);
  CHECK(consent_answer_explain(nullptr, &asked, &answer, "ru", whole.data(), whole.size()) == 0);
  answer.verdict = CONSENT_ALLOW;  // not what was answered
  CHECK(consent_answer_explain(fixture.gate, &asked, &answer, "ru", whole.data(), whole.size()) ==
        0);
  CHECK(whole[0] == '\0');
}

#ifdef COUNTS_ALLOCATIONS
TEST_CASE("asking allocates nothing", "[capi][bounds]") {
  const Fixture fixture;
  auto asked = question();
  asked.number = "8 (916) 123-45-67";
  asked.distributor = own_inn;
  asked.campaign = "a-campaign-whose-name-fits-into-no-small-string";
  asked.dialled_by = "machine";
  auto answer = full_of(0);
  auto bad = asked;
  bad.number = "a text that is no number at all, and long enough to be allocated if somebody did";
  const std::uint64_t before = allocations;
  const consent_status good_status = consent_gate_ask(fixture.gate, &asked, &answer);
  const consent_status bad_status = consent_gate_ask(fixture.gate, &bad, &answer);
  const std::uint64_t after = allocations;
  CHECK(good_status == CONSENT_OK);
  CHECK(bad_status == CONSENT_INVALID_ARGUMENT);
  CHECK(after == before);
  const std::string control(100, 'x');
  CHECK(allocations > after);  // the counter counts
}
#endif

TEST_CASE("garbage never crosses as anything but a status", "[capi][fuzz]") {
  const Fixture fixture;
  std::mt19937 random{20261122};
  const auto word = [&] {
    std::string out(random() % 24, ' ');
    for (char& c : out)
      c = static_cast<char>(random() % 4 == 0 ? random() % 255 + 1 : '0' + random() % 10);
    return out;
  };
  for (int i = 0; i < 20000; ++i) {
    const std::string number = (random() % 2 == 0 ? "+7" : "") + word(), other = word();
    auto asked = question();
    asked.number = number.c_str();
    if (random() % 3 == 0) asked.distributor = other.c_str();
    if (random() % 8 == 0) asked.purpose = other.c_str();
    if (random() % 8 == 0) asked.channel = other.c_str();
    if (random() % 3 == 0) asked.campaign = other.c_str();
    asked.at_us =
        static_cast<std::int64_t>((static_cast<std::uint64_t>(random()) << 32) | random());
    asked.now_us =
        static_cast<std::int64_t>((static_cast<std::uint64_t>(random()) << 32) | random());
    auto answer = full_of(0xFF);
    const consent_status status = consent_gate_ask(fixture.gate, &asked, &answer);
    REQUIRE((status == CONSENT_OK || status == CONSENT_INVALID_ARGUMENT));
    if (status != CONSENT_OK) REQUIRE(answer.verdict == CONSENT_DENY);
    std::array<char, 64> text;
    (void)consent_answer_explain(fixture.gate, &asked, &answer, "en", text.data(), text.size());
  }
}

TEST_CASE("many threads may ask one gate", "[capi][threads]") {
  const Fixture fixture;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        auto asked = question();
        consent_answer answer;
        answer.size = sizeof answer;
        if (consent_gate_ask(fixture.gate, &asked, &answer) != CONSENT_OK ||
            answer.verdict != CONSENT_ALLOW)
          ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("every status has its word", "[capi]") {
  CHECK(std::string(consent_status_word(CONSENT_OK)) == "ok");
  CHECK(std::string(consent_status_word(CONSENT_LOCKED)) == "locked");
  CHECK(std::string(consent_status_word(-7)) == "unknown");
  CHECK(std::string(consent_status_word(INT32_MAX)) == "unknown");
}

TEST_CASE("a gate of C hears how a contact ended", "[capi][disposition]") {
  const Fixture fixture;
  const auto verdict = [&] {
    const auto asked = question();
    auto answer = full_of(0);
    REQUIRE(consent_gate_ask(fixture.gate, &asked, &answer) == CONSENT_OK);
    return answer.verdict;
  };
  const auto ends = [&](const char* outcome, int when) {
    ContactMade contact{{mobile(), minute(when), ""}};
    contact.purpose = Purpose::advertising;
    contact.outcome = outcome;
    Log::open(fixture.scratch / "log", Access::write).append(contact, minute(when));
  };
  const auto before = verdict();
  CHECK(before != CONSENT_DENY);
  ends("busy", 6);
  CHECK(verdict() == before);
  ends("wrong_person", 7);
  CHECK(verdict() == CONSENT_UNKNOWN);
  ends("do_not_call", 8);
  CHECK(verdict() == CONSENT_DENY);
}
