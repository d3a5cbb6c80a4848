#include "consent/party.hpp"

#include "consent/error.hpp"
#include "number/code.hpp"
#include "number/personal_data_table.hpp"

namespace consent {
namespace {

[[noreturn]] void refuse(const Message& why) {
  throw Error(ErrorCode::invalid_argument, Message("classify: {}", why));
}

void require(IdentifierProblem problem, std::string_view name) {
  if (problem == IdentifierProblem::ok) return;
  refuse(Message("{} is not valid: {}", Message(name), Message(to_word(problem))));
}

bool is_organisation(SubscriberKind kind) noexcept {
  return kind == SubscriberKind::legal_entity || kind == SubscriberKind::public_body;
}

bool is_person(SubscriberKind kind) noexcept {
  return kind == SubscriberKind::person || kind == SubscriberKind::sole_trader;
}

/// Facts that cannot be true together are an error, never a guess (law sheet 7.2, hard rule d).
void check(const PartyFacts& facts) {
  const std::size_t inn = facts.inn.size();
  const std::size_t ogrn = facts.ogrn.size();
  if (inn != 0) require(check_inn(facts.inn), "the INN");
  if (ogrn != 0) {
    if (ogrn == 15) {
      require(check_ogrnip(facts.ogrn), "the OGRNIP");
    } else {
      require(check_ogrn(facts.ogrn), "the OGRN");
    }
  }
  if (inn == 10 && ogrn == 15) refuse("an organisation's INN beside a sole trader's OGRNIP");
  if (inn == 12 && ogrn == 13) refuse("a person's INN beside an organisation's OGRN");
  if ((inn == 10 || ogrn == 13) && is_person(facts.holder)) {
    refuse("the holder is said to be a person, and the identifier is an organisation's");
  }
  if ((inn == 12 || ogrn == 15) && is_organisation(facts.holder)) {
    refuse("the holder is said to be an organisation, and the identifier is a person's");
  }
  if (facts.user == NumberUser::holder &&
      (is_organisation(facts.holder) || inn == 10 || ogrn == 13)) {
    refuse(
        "the user is said to be the person who holds the number, and the holder is an "
        "organisation");
  }
}

number::Situation situation_of(PhoneNumber number, const PartyFacts& facts) {
  const number::CodeFacts plan = number::code_facts(number);
  number::Situation s;
  s.number = plan.kind;
  s.abroad = plan.kind == NumberKind::foreign || plan.country == "KZ";
  s.inn = static_cast<std::int64_t>(facts.inn.size());
  s.ogrn = static_cast<std::int64_t>(facts.ogrn.size());
  s.user = facts.user;
  // Whoever can name the employee has a name beside the number.
  s.linked = facts.linked_attributes || facts.user == NumberUser::named_employee;
  s.former = facts.former_subscriber;
  s.holder = facts.holder;
  // "Used by the natural person who holds it" says who the holder is.
  if (s.holder == SubscriberKind::unknown && facts.user == NumberUser::holder && s.ogrn == 0) {
    s.holder = SubscriberKind::person;
  }
  s.stated = s.holder != SubscriberKind::unknown;
  if (!s.stated) {
    if (s.ogrn == 15) {
      s.holder = SubscriberKind::sole_trader;
    } else if (s.inn == 12) {
      s.holder = SubscriberKind::person;
    } else if (s.inn == 10 || s.ogrn == 13) {
      s.holder = SubscriberKind::legal_entity;
    }
  }
  return s;
}

}  // namespace

Classification classify(PhoneNumber number, const PartyFacts& facts) {
  check(facts);
  const number::Situation situation = situation_of(number, facts);
  const number::Table& table = number::personal_data_table();
  const number::Row& row = table.answer(situation);

  Classification answer;
  answer.personal_data = row.answer;
  answer.kind = situation.holder;
  answer.row = row.id;
  answer.basis = row.en;
  answer.basis_ru = row.ru;
  answer.citations = row.citations;
  answer.citations_ru = row.citations_ru;
  answer.confidence = row.confidence;
  for (const number::Warning& warning : table.warnings) {
    if (!warning.holds(situation, row)) continue;
    answer.warnings.push_back(warning.en);
    answer.warnings_ru.push_back(warning.ru);
  }
  return answer;
}

std::string_view to_word(SubscriberKind kind) noexcept {
  switch (kind) {
    case SubscriberKind::unknown:
      return "unknown";
    case SubscriberKind::person:
      return "person";
    case SubscriberKind::sole_trader:
      return "sole_trader";
    case SubscriberKind::legal_entity:
      return "legal_entity";
    case SubscriberKind::public_body:
      return "public_body";
  }
  return "unknown";
}

std::optional<SubscriberKind> subscriber_kind(std::string_view word) noexcept {
  using enum SubscriberKind;
  for (const auto kind : {unknown, person, sole_trader, legal_entity, public_body}) {
    if (to_word(kind) == word) return kind;
  }
  return std::nullopt;
}

std::string_view to_word(NumberUser user) noexcept {
  switch (user) {
    case NumberUser::unknown:
      return "unknown";
    case NumberUser::holder:
      return "holder";
    case NumberUser::shared_line:
      return "shared_line";
    case NumberUser::named_employee:
      return "named_employee";
    case NumberUser::employee:
      return "employee";
  }
  return "unknown";
}

std::optional<NumberUser> number_user(std::string_view word) noexcept {
  using enum NumberUser;
  for (const auto user : {unknown, holder, shared_line, named_employee, employee}) {
    if (to_word(user) == word) return user;
  }
  return std::nullopt;
}

std::string_view to_word(PersonalData answer) noexcept {
  switch (answer) {
    case PersonalData::unknown:
      return "unknown";
    case PersonalData::yes:
      return "yes";
    case PersonalData::no:
      return "no";
  }
  return "unknown";
}

}  // namespace consent
