// One copy of standing: every interface gives the answer of every other, over random histories.
#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "consent/audit.hpp"
#include "consent/bundle.hpp"
#include "consent/callers.hpp"
#include "consent/consent.h"
#include "consent/deadline.hpp"
#include "consent/erasure.hpp"
#include "consent/error.hpp"
#include "consent/gate.hpp"
#include "consent/history.hpp"
#include "consent/restriction.hpp"
#include "decision/text.hpp"
#include "event/decode.hpp"
#include "event/json.hpp"
#include "standing/histories.hpp"

using namespace histories;

namespace {

constexpr std::uint32_t seed = 20261130;
constexpr std::uint64_t numbers = 10'000;
constexpr std::int64_t last = 400;  ///< minute by which everything was recorded

/// A log of ten thousand histories, made once. The clock is wrong now and then.
struct World {
  World() {
    assign_caller(log, {.caller = centre, .distributor = own_inn, .from = minute(-500)},
                  minute(-450));
    assign_caller(log,
                  {.caller = centre,
                   .distributor = other_inn,
                   .from = minute(0),
                   .until = minute(200),
                   .purposes = {Purpose::advertising}},
                  minute(100));
    Teller teller(log, seed);
    for (const std::int64_t now : {0, 60, 30, 90, 240, 150, 200, 399}) teller.round(numbers, now);
    for (std::uint64_t i = 0; i < numbers; i += 500) {
      const auto number = Teller::number(i);
      if (log.subjects_of(number).empty()) continue;
      (void)erase(log, number, {.ground = "demand", .lose_proof = true}, minute(last));
      if (teller.dice().one_in(2))
        log.append(teller.consent(number, minute(last + 1)), minute(last + 2));
    }
  }
  Scratch scratch;
  Log log = new_log(scratch / "log");
};

const World& world() {
  static const World made;
  return made;
}

/// What the questions of one batch share: audit() takes one scope for all of its calls.
struct Scope {
  std::string distributor = own_inn;
  std::string campaign;
  Basis basis = Basis::said;
  bool by_centre = false;
  std::optional<ContactCounts> counts;
};

std::vector<Scope> scopes() {
  std::vector<Scope> made;
  for (const char* campaign : {"", "spring", "unheard"}) {
    for (const bool by_centre : {false, true})
      made.push_back({own_inn, campaign, Basis::said, by_centre, ContactCounts{}});
  }
  made.push_back({own_inn, "", Basis::recorded, false, ContactCounts{}});
  made.push_back({own_inn, "spring", Basis::recorded, true, ContactCounts{{1, 1, 1}, {1, 1, 1}}});
  made.push_back({other_inn, "autumn", Basis::said, true, ContactCounts{{9, 9, 9}, {2, 2, 2}}});
  made.push_back({third_inn, "", Basis::said, false, ContactCounts{}});
  return made;
}

Question question_of(Dice& dice, const Scope& scope, PhoneNumber number) {
  Question question = advertising_call(number, minute(dice.pick(last + 60) - 40));
  question.distributor = scope.distributor;
  question.campaign = scope.campaign;
  question.basis = scope.basis;
  question.counts = scope.counts;
  if (scope.by_centre) question.caller.id = centre;
  if (dice.one_in(2)) question.purpose = static_cast<Purpose>(dice.pick(10));
  if (dice.one_in(2)) question.channel = static_cast<Channel>(dice.pick(5));
  question.dialled_by = static_cast<DialledBy>(dice.pick(3));
  return question;
}

using Line = std::tuple<std::string, FindingVerdict, std::optional<std::uint64_t>>;

std::vector<Line> lines(const Decision& decision) {
  std::vector<Line> found;
  for (const Finding& each : decision.findings)
    found.emplace_back(each.rule, each.verdict, each.seq);
  return found;
}

struct CGate {
  CGate(const std::filesystem::path& folder, const char* caller_file) {
    consent_gate_options options{};
    options.size = sizeof options;
    options.caller_file = caller_file;
    REQUIRE(consent_gate_open(folder.c_str(), &options, &gate) == CONSENT_OK);
  }
  CGate(const CGate&) = delete;
  CGate& operator=(const CGate&) = delete;
  ~CGate() { consent_gate_close(gate); }
  consent_gate* gate = nullptr;
};

void same_in_c(const CGate& c, const Question& question, const Judgement& judgement,
               const Decision& decision) {
  const std::string number = question.number.e164();
  const std::string purpose(to_word(question.purpose));
  const std::string channel(to_word(question.channel));
  const std::string dialled(to_word(question.dialled_by));
  consent_contact_counts counts{};
  counts.size = sizeof counts;
  counts.attempts_day = question.counts->attempts.day;
  counts.attempts_week = question.counts->attempts.week;
  counts.attempts_month = question.counts->attempts.month;
  counts.talks_day = question.counts->talks.day;
  counts.talks_week = question.counts->talks.week;
  counts.talks_month = question.counts->talks.month;
  consent_question asked{};
  asked.size = sizeof asked;
  asked.number = number.c_str();
  asked.distributor = question.distributor.c_str();
  asked.purpose = purpose.c_str();
  asked.channel = channel.c_str();
  asked.dialled_by = question.dialled_by == DialledBy::unstated ? nullptr : dialled.c_str();
  asked.campaign = question.campaign.empty() ? nullptr : question.campaign.c_str();
  asked.at_us = question.at.time_since_epoch().count();
  asked.counts = &counts;
  consent_answer answer{};
  answer.size = sizeof answer;
  REQUIRE(consent_gate_ask(c.gate, &asked, &answer) == CONSENT_OK);
  REQUIRE(answer.verdict == static_cast<consent_verdict>(judgement.verdict));
  REQUIRE(answer.relied_on ==
          (decision.relied_on ? static_cast<std::int64_t>(*decision.relied_on) : -1));
  REQUIRE(answer.reason_mask == judgement.reasons.words()[0]);
  REQUIRE(std::equal(std::begin(answer.reason_mask_more), std::end(answer.reason_mask_more),
                     judgement.reasons.words().begin() + 1));
  REQUIRE(answer.log_size == decision.log_size);
  // Defaults have no bit: their words must be those of the decision.
  if (!judgement.reasons.empty()) return;
  std::string text(16384, '\0');
  text.resize(consent_answer_explain(c.gate, &asked, &answer, "en", text.data(), text.size()) - 1);
  REQUIRE(text == decision::every_line(decision, "en"));
}

}  // namespace

TEST_CASE("check, gate, many at once, C and audit agree over ten thousand histories",
          "[standing][property][agreement]") {
  CAPTURE(seed);
  const Log& log = world().log;
  const RulePack& pack = russia();
  const Gate gate = Gate::load(log, pack, minute(last));
  const auto facts = world().scratch / "caller.toml";
  std::ofstream(facts) << "caller = \"" << centre << "\"\n";
  const CGate alone(world().scratch / "log", nullptr);
  const CGate by_centre(world().scratch / "log", facts.c_str());
  Dice dice(seed + 1);
  const std::vector<Scope> all = scopes();
  std::array<int, 3> verdicts{};
  for (std::size_t s = 0; s < all.size(); ++s) {
    CAPTURE(s);
    std::vector<Question> questions;
    std::vector<Call> calls;
    for (std::uint64_t i = s; i < numbers; i += all.size()) {
      for (int more = 0; more < 2; ++more) {
        questions.push_back(question_of(dice, all[s], Teller::number(i)));
        const Question& asked = questions.back();
        calls.push_back(
            {asked.number, asked.at, asked.purpose, asked.channel, asked.dialled_by, true});
      }
    }
    Question scope = questions.front();
    const AuditResult audited = audit(calls, log, pack, scope);
    REQUIRE(audited.judgements.size() == questions.size());
    for (std::size_t i = 0; i < questions.size(); ++i) {
      CAPTURE(i, questions[i].number.digits(), to_text(questions[i].at));
      const Question& asked = questions[i];
      const Decision checked = may_contact(log, pack, asked);
      ++verdicts[static_cast<std::size_t>(checked.verdict)];
      const Decision gated = gate.may_contact(asked);
      REQUIRE(gated.verdict == checked.verdict);
      REQUIRE(gated.relied_on == checked.relied_on);
      // A gate cannot list who was erased: of a number that nobody holds since, it knows nothing.
      const bool forgotten = log.subjects_of(asked.number).empty();
      if (!forgotten) REQUIRE(lines(gated) == lines(checked));
      REQUIRE(gated.next_allowed == checked.next_allowed);
      REQUIRE(gated.assignment == checked.assignment);
      REQUIRE(gated.log_size == checked.log_size);
      const ResolvedQuestion resolved = gate.resolve(asked);
      const Judgement judgement = gate.ask(resolved);
      Verdict many = Verdict::unknown;
      gate.ask_many({&asked.number, 1}, resolved, {&many, 1});
      REQUIRE(many == checked.verdict);
      const Judgement& call = audited.judgements[i];
      REQUIRE(call.verdict == checked.verdict);
      if (!forgotten) REQUIRE(call.reasons == judgement.reasons);
      const Decision called = explain(call, resolved, pack, audited.log_size);
      REQUIRE(called.relied_on == checked.relied_on);
      REQUIRE(lines(called) == lines(checked));
      if (asked.basis == Basis::said && !forgotten)
        same_in_c(all[s].by_centre ? by_centre : alone, asked, judgement, checked);
    }
  }
  // The histories are about something.
  for (const int count : verdicts) CHECK(count > 300);
}

TEST_CASE("due names a stop exactly where check denies the contact that was made",
          "[standing][property][agreement]") {
  CAPTURE(seed);
  const Log& log = world().log;
  const RulePack& pack = russia();
  std::set<std::string> stop_rows{"default/stop"};  // abroad, where no row of law speaks
  for (const Rule& rule : pack.rules()) {
    if (rule.condition == "stop_demand") stop_rows.insert(rule.id);
  }
  std::map<std::uint64_t, std::uint64_t> expected;  // stop, first contact that broke it
  std::uint64_t contacts = 0;
  log.for_each(0, log.size(),
               [&](const Entry& entry) { contacts += entry.type == EventType::contact_made; });
  for (std::uint64_t i = 0; i < numbers; ++i) {
    for (const Entry& entry : consent::history_of(log, Teller::number(i), consent::Use::proof())) {
      if (entry.type != EventType::contact_made) continue;
      const AnyEvent said = decode_event(entry);
      const ContactMade& made = std::get<ContactMade>(std::get<Event>(said));
      if (made.direction != Direction::outgoing) continue;
      Question question{Teller::number(i)};
      question.purpose = made.purpose;
      if (question.purpose != Purpose::advertising && question.purpose != Purpose::mixed &&
          question.purpose != Purpose::unknown) {
        continue;
      }
      question.channel = made.channel;
      question.distributor = made.distributor.empty() ? own_inn : made.distributor;
      question.campaign = made.campaign;
      question.at = made.happened;
      question.counts = ContactCounts{};
      for (const Finding& each : may_contact(log, pack, question).findings) {
        if (each.verdict != FindingVerdict::deny || !each.seq || !stop_rows.contains(each.rule))
          continue;
        const auto [at, fresh] = expected.emplace(*each.seq, entry.seq);
        if (!fresh) at->second = std::min(at->second, entry.seq);
      }
    }
  }
  std::map<std::uint64_t, std::uint64_t> found;
  for (const Due& each : due(log, DeadlineRows::russia(), Calendar::russia(), minute(100'000))) {
    // Of one who was erased nobody can ask any more.
    if (each.broken_by && each.number) found.emplace(each.seq, *each.broken_by);
  }
  CHECK(found.size() > 300);
  CHECK(contacts > 1000);
  for (const auto& [stop, contact] : expected) {
    CAPTURE(stop, contact);
    REQUIRE(found.contains(stop));
    REQUIRE(found.at(stop) == contact);
  }
  for (const auto& [stop, contact] : found) {
    CAPTURE(stop, contact);
    REQUIRE(expected.contains(stop));
  }
}

TEST_CASE("the record is restricted exactly where check denies for it",
          "[standing][property][agreement]") {
  CAPTURE(seed);
  const Log& log = world().log;
  Dice dice(seed + 2);
  int restricted = 0;
  for (std::uint64_t i = 0; i < numbers; ++i) {
    Question question = advertising_call(Teller::number(i), minute(dice.pick(last + 60) - 40));
    question.counts = ContactCounts{};
    std::optional<std::uint64_t> seen;
    for (const Finding& each : may_contact(log, russia(), question).findings) {
      if (each.rule == "standing/restricted") seen = each.seq;
    }
    const auto said = restriction_of(log, question.number, question.at);
    CAPTURE(i);
    REQUIRE(said.has_value() == seen.has_value());
    if (said) REQUIRE(said->seq == *seen);
    restricted += seen.has_value() ? 1 : 0;
  }
  CHECK(restricted > 100);
}

TEST_CASE("a pack gives the answer of check", "[standing][property][agreement]") {
  CAPTURE(seed);
  World own;  // a pack signs, and signing writes
  Dice dice(seed + 3);
  const std::vector<Scope> all = scopes();
  int shown = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const Scope& scope = all[static_cast<std::size_t>(dice.pick(static_cast<int>(all.size())))];
    Question question = question_of(dice, scope, Teller::number(i));
    question.at = minute(last + 30);
    const Decision checked = may_contact(own.log, russia(), question);
    std::vector<BundleFile> files;
    try {
      files = assemble_bundle(own.log, russia(), question);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found && error.code() != ErrorCode::erased) throw;
      continue;
    }
    const auto found = std::find_if(files.begin(), files.end(), [](const BundleFile& file) {
      return file.name == "case.json";
    });
    REQUIRE(found != files.end());
    const json::Value document = json::parse(found->bytes);
    const json::Value& answer = *document.find("answer");
    CAPTURE(i);
    REQUIRE(*answer.find("verdict")->string() == to_word(checked.verdict));
    const auto* relied_on = answer.find("relied_on")->integer();
    // What was filed under another holder is theirs to show.
    if (relied_on != nullptr)
      REQUIRE(static_cast<std::uint64_t>(*relied_on) == checked.relied_on.value());
    ++shown;
  }
  CHECK(shown > 200);
}
