// Who asked that a record serve as proof alone is not read for anything else.
#include "catch.hpp"
#include "consent/create.hpp"
#include "consent/error.hpp"
#include "consent/evidence.hpp"
#include "consent/history.hpp"
#include "log_fixture.hpp"

namespace {

using consent::Access;
using consent::ErrorCode;
using consent::Log;
using consent::Use;
using consent::test::at;
using consent::test::given;
using consent::test::number;
using consent::test::romashka;
using consent::test::Scratch;

constexpr auto alice = "+79161234567";
const auto noon = at("2026-11-20T12:00:00Z");
const auto until = at("2026-12-01T00:00:00Z");
const auto before_restriction = at("2026-11-02T11:00:00Z");

template <class Call>
ErrorCode code_of(Call call) {
  try {
    call();
  } catch (const consent::Error& error) {
    return error.code();
  }
  FAIL("nothing was thrown");
  return ErrorCode::internal;
}

std::uint64_t consent_with_a_file(Log& log) {
  auto event = given(alice, "2026-11-02T10:00:00Z");
  consent::EvidenceFile file;
  file.kind = "recording";
  file.bytes = "heard";
  event.files.push_back(std::move(file));
  return log.append(event, at("2026-11-02T10:00:00Z")).seq;
}

void restrict(Log& log) {
  consent::SubjectRestricted order{{number(alice), at("2026-11-10T10:00:00Z"), ""}, "dispute"};
  order.until = until;
  log.append(order, at("2026-11-10T10:00:00Z"));
}

}  // namespace

TEST_CASE("a restricted record is read as proof, and for nothing else", "[log][restriction]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), at("2026-11-01T00:00:00Z"));
  const std::uint64_t seq = consent_with_a_file(log);
  restrict(log);
  const auto nothing = [](std::string_view) {};

  CHECK(consent::history_of(log, number(alice), Use::proof()).size() == 2);
  CHECK_NOTHROW(consent::read_evidence(log, seq, 1, Use::proof(), nothing));

  CHECK(code_of([&] { (void)consent::history_of(log, number(alice), Use::any(noon)); }) ==
        ErrorCode::restricted);
  CHECK(code_of([&] { consent::read_evidence(log, seq, 1, Use::any(noon), nothing); }) ==
        ErrorCode::restricted);

  // It ends at its moment, and reaches back no further than its own.
  CHECK(consent::history_of(log, number(alice), Use::any(until)).size() == 2);
  CHECK(consent::history_of(log, number(alice), Use::any(before_restriction)).size() == 2);
  CHECK_NOTHROW(consent::read_evidence(log, seq, 1, Use::any(until), nothing));
}

TEST_CASE("an earlier holder's restriction leaves their entries out of a later holder's history",
          "[log][restriction]") {
  const Scratch scratch;
  Log log = consent::create_log(scratch / "log", romashka(), at("2026-11-01T00:00:00Z"));
  const std::uint64_t seq = consent_with_a_file(log);
  restrict(log);
  log.append(consent::NumberReassigned{{number(alice), at("2026-11-12T00:00:00Z"), ""}},
             at("2026-11-12T00:00:00Z"));
  log.append(given(alice, "2026-11-14T10:00:00Z"), at("2026-11-14T10:00:00Z"));

  const auto all = consent::history_of(log, number(alice), Use::proof());
  const auto shown = consent::history_of(log, number(alice), Use::any(noon));
  CHECK(shown.size() < all.size());
  const auto earlier = log.entry(seq).subject->tag;
  for (const auto& entry : shown) CHECK(entry.subject->tag != earlier);
  CHECK(shown.back().seq == all.back().seq);
}
