// Every question of a kind that people ask, over every year that the rules know and the next.
#include <array>
#include <string>
#include <vector>

#include "catch.hpp"
#include "decision/story.hpp"
#include "standing/disposition.hpp"

using namespace story;

namespace {

constexpr std::array exempts{Exempt::none, Exempt::public_body, Exempt::subordinate,
                             Exempt::municipality, Exempt::listed};
constexpr std::array diallers{DialledBy::unstated, DialledBy::person, DialledBy::machine};
constexpr std::array stated{Stated::not_stated, Stated::no, Stated::yes};

using standing::Disposition;
constexpr std::array endings{Disposition::wrong_person, Disposition::no_such_subscriber,
                             Disposition::not_interested, Disposition::lost_deal};

void ends(Story& told, Disposition how, Instant when) {
  Clause contact;
  contact.type = EventType::contact_made;
  contact.flags = static_cast<std::uint16_t>(how);
  contact.said = contact.recorded = when;
  contact.seq = ++told.seq;
  contact.distributor = romashka;
  told.subjects.back().clauses.push_back(contact);
}

/// A year before the moment asked about; what a subscriber may have said by then.
std::vector<std::pair<std::string, Story>> standings(Instant at) {
  const Instant before = at - std::chrono::days(300);
  const auto everything = [&](Story& told) -> Clause& {
    Clause& consent = told.consents(before);
    consent.purposes = Purposes::from_bits(0x3FF);
    consent.channels = Channels::from_bits(0x1F);
    return consent;
  };
  std::vector<std::pair<std::string, Story>> found;
  const auto add = [&](const char* name) -> Story& {
    return found.emplace_back(name, Story{}).second;
  };
  add("nothing");
  everything(add("consent"));
  everything(add("consent of every kind")).covers =
      Covers{Cover::advertising, Cover::personal_data, Cover::mass_calls, Cover::mailing};
  everything(add("a word alone")).flags = 0;
  Clause& form = everything(add("a form that shows nobody"));
  form.method = Method::web_form;
  everything(add("another distributor's consent")).distributor = other_bank;
  everything(add("a consent that ended")).until = at - std::chrono::days(1);
  add("stop").withdraws(before);
  {
    Story& told = add("consent, then a stop");
    everything(told);
    told.withdraws(at - std::chrono::days(10));
  }
  {
    Story& told = add("consent of an earlier holder");
    everything(told);
    told.reassigned(at - std::chrono::days(10));
  }
  {
    Story& told = add("consent, and a refusal at the operator");
    everything(told).covers =
        Covers{Cover::advertising, Cover::personal_data, Cover::mass_calls, Cover::mailing};
    Clause& refusal = told.withdraws(at - std::chrono::days(10));
    refusal.type = EventType::operator_refusal;
    refusal.covers = {Cover::mass_calls, Cover::mailing};
    refusal.distributor = nobody;
  }
  for (const auto how : endings) {
    Story& told = add("consent, and a contact that ended otherwise than well");
    everything(told);
    ends(told, how, at - std::chrono::days(10));
  }
  return found;
}

/// A default is labelled as one: it names no law, and says so by its name.
bool is_labelled(std::string_view rule) {
  return rule == "default/no-consent" || rule == "default/stop" || rule == "standing/erased" ||
         rule == "standing/restricted";
}

void check_answer(const ResolvedQuestion& question, const Judgement& judgement) {
  REQUIRE(judgement.count > 0);
  const auto first = finding_text(judgement.items[0].rule, judgement.items[0].verdict, russia());
  REQUIRE(first);
  // The first finding is the one that decides.
  REQUIRE(static_cast<int>(first->verdict) == static_cast<int>(judgement.verdict));
  if (judgement.verdict == Verdict::deny) {
    REQUIRE((is_labelled(first->rule) || !first->citation.empty()));
  } else if (judgement.verdict == Verdict::allow) {
    const bool row = russia().find(first->rule) != nullptr && !first->citation.empty();
    REQUIRE((row || judgement.relied_on != ~std::uint64_t{0}));
    // No advertising without a consent, whatever else permits.
    const bool advertising = question.purpose == Purpose::advertising ||
                             question.purpose == Purpose::mixed ||
                             question.purpose == Purpose::unknown;
    if (advertising && question.at >= parse_instant("2006-07-01T00:00:00+04:00"))
      REQUIRE(judgement.relied_on != ~std::uint64_t{0});
  }
}

}  // namespace

TEST_CASE("no answer is a yes without a row or a consent, nor a no without a citation or a default",
          "[decision][enumeration]") {
  std::array<std::size_t, 3> verdicts{};
  for (int year = 2006; year <= 2027; ++year) {
    for (const char* day : {"-02-15T12:00:00+03:00", "-10-15T12:00:00+03:00"}) {
      const Instant at = parse_instant(std::to_string(year) + day);
      for (const auto& [name, told] : standings(at)) {
        for (int purpose = 0; purpose < 10; ++purpose) {
          for (int channel = 0; channel < 5; ++channel) {
            for (const DialledBy dialler : diallers) {
              for (const Exempt exempt : exempts) {
                for (const Stated mass : stated) {
                  ResolvedQuestion question = call_at(at);
                  question.purpose = static_cast<Purpose>(purpose);
                  question.channel = static_cast<Channel>(channel);
                  question.dialled_by = dialler;
                  question.caller.exempt = exempt;
                  question.caller.mass = mass;
                  const Judgement judgement = ask(told, question);
                  ++verdicts[static_cast<std::size_t>(judgement.verdict)];
                  INFO(year << day << ", " << name << ", " << to_word(question.purpose) << ", "
                            << to_word(question.channel) << ", " << to_word(dialler) << ", "
                            << to_word(exempt) << ", mass " << static_cast<int>(mass));
                  check_answer(question, judgement);
                }
              }
            }
          }
        }
      }
    }
  }
  for (const std::size_t count : verdicts) CHECK(count > 1000);
}

TEST_CASE("silence is a yes only where no true word makes it a no", "[decision][enumeration]") {
  const auto rank = [](Verdict verdict) {
    return verdict == Verdict::allow ? 2 : verdict == Verdict::unknown ? 1 : 0;
  };
  for (int year = 2006; year <= 2027; ++year) {
    const Instant at = parse_instant(std::to_string(year) + "-10-15T12:00:00+03:00");
    for (const auto& [name, told] : standings(at)) {
      for (int purpose = 0; purpose < 10; ++purpose) {
        for (int channel = 0; channel < 5; ++channel) {
          ResolvedQuestion silent = call_at(at);
          silent.purpose = static_cast<Purpose>(purpose);
          silent.channel = static_cast<Channel>(channel);
          silent.dialled_by = DialledBy::unstated;
          const Verdict unsaid = ask(told, silent).verdict;
          if (unsaid != Verdict::allow) continue;
          for (const DialledBy dialler : {DialledBy::person, DialledBy::machine}) {
            for (const Stated mass : {Stated::no, Stated::yes}) {
              ResolvedQuestion said = silent;
              said.dialled_by = dialler;
              said.caller.mass = mass;
              INFO(year << ", " << name << ", " << to_word(said.purpose) << ", "
                        << to_word(said.channel) << ", " << to_word(dialler) << ", mass "
                        << static_cast<int>(mass));
              // Silence is a yes only where no true word makes it a no.
              CHECK(rank(ask(told, said).verdict) > 0);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("no way a contact ended makes an answer milder", "[decision][enumeration][disposition]") {
  const auto rank = [](Verdict verdict) {
    return verdict == Verdict::allow ? 2 : verdict == Verdict::unknown ? 1 : 0;
  };
  std::size_t stricter = 0;
  for (const int year : {2006, 2012, 2018, 2026}) {
    const Instant at = parse_instant(std::to_string(year) + "-10-15T12:00:00+03:00");
    for (const auto& [name, told] : standings(at)) {
      for (const auto how : endings) {
        Story after = told;
        ends(after, how, at - std::chrono::days(5));
        for (int purpose = 0; purpose < 10; ++purpose) {
          for (int channel = 0; channel < 5; ++channel) {
            ResolvedQuestion question = call_at(at);
            question.purpose = static_cast<Purpose>(purpose);
            question.channel = static_cast<Channel>(channel);
            INFO(year << ", " << name << ", " << static_cast<int>(how) << ", "
                      << to_word(question.purpose) << ", " << to_word(question.channel));
            const int before = rank(ask(told, question).verdict);
            const int now = rank(ask(after, question).verdict);
            CHECK(now <= before);
            stricter += now < before ? 1U : 0U;
          }
        }
      }
    }
  }
  CHECK(stricter > 100);
}
