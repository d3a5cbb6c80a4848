// classify(): the facts as a situation of the table, its answer, and what would settle an unknown.
#include <algorithm>
#include <array>
#include <span>

#include "base/text.hpp"
#include "consent/classification.hpp"
#include "consent/error.hpp"
#include "number/code.hpp"
#include "number/personal_data_table.hpp"

namespace consent {
namespace {

using number::Situation;

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

/// Facts that cannot be true together (law sheet 7.2, hard rule d); nullopt where they can.
std::optional<std::string_view> contradiction(std::size_t inn, std::size_t ogrn,
                                              SubscriberKind holder, NumberUser user) noexcept {
  if (inn == 10 && ogrn == 15) return "an organisation's INN beside a sole trader's OGRNIP";
  if (inn == 12 && ogrn == 13) return "a person's INN beside an organisation's OGRN";
  if ((inn == 10 || ogrn == 13) && is_person(holder)) {
    return "the holder is said to be a person, and the identifier is an organisation's";
  }
  if ((inn == 12 || ogrn == 15) && is_organisation(holder)) {
    return "the holder is said to be an organisation, and the identifier is a person's";
  }
  if (user == NumberUser::holder && (is_organisation(holder) || inn == 10 || ogrn == 13)) {
    return "the user is said to be the person who holds the number, and the holder is an "
           "organisation";
  }
  return std::nullopt;
}

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
  if (const auto why = contradiction(inn, ogrn, facts.holder, facts.user)) refuse(Message(*why));
}

/// What was said, without the identifiers themselves.
struct Said {
  Situation of;  ///< the number or address alone
  std::size_t inn = 0;
  std::size_t ogrn = 0;
  SubscriberKind holder = SubscriberKind::unknown;
  NumberUser user = NumberUser::unknown;
  bool name = false;
  bool linked = false;
  bool former = false;
};

Said said_of(const PartyFacts& facts, const Situation& of) {
  Said said{of};
  said.inn = facts.inn.size();
  said.ogrn = facts.ogrn.size();
  said.holder = facts.holder;
  said.user = facts.user;
  said.name = facts.name;
  said.linked = facts.linked_attributes || facts.address || facts.account || facts.device;
  said.former = facts.former_subscriber;
  return said;
}

Situation situation_of(const Said& said) noexcept {
  Situation s = said.of;
  s.inn = static_cast<std::int64_t>(said.inn);
  s.ogrn = static_cast<std::int64_t>(said.ogrn);
  s.user = said.user;
  s.former = said.former;
  s.holder = said.holder;
  // "Used by the natural person who holds it" says who the holder is.
  if (s.holder == SubscriberKind::unknown && said.user == NumberUser::holder && s.ogrn == 0) {
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
  // The name beside an organisation's number is that of its employee.
  if (said.name && s.user == NumberUser::unknown && is_organisation(s.holder)) {
    s.user = NumberUser::named_employee;
  }
  // Whoever can name the employee has a name beside the number.
  s.name = said.name || s.user == NumberUser::named_employee;
  s.linked = said.linked || s.name;
  return s;
}

/// A fact that may be missing, and a value that it may have.
struct Option {
  std::string_view fact;
  std::string_view value;
  void (*state)(Said&);
};

// In the order in which an asker can find out most easily.
constexpr std::array kUser = std::to_array<Option>({
    {"user", "shared_line", [](Said& s) { s.user = NumberUser::shared_line; }},
    {"user", "named_employee", [](Said& s) { s.user = NumberUser::named_employee; }},
    {"user", "employee", [](Said& s) { s.user = NumberUser::employee; }},
    {"user", "holder", [](Said& s) { s.user = NumberUser::holder; }},
});
constexpr std::array kHolder = std::to_array<Option>({
    {"holder", "person", [](Said& s) { s.holder = SubscriberKind::person; }},
    {"holder", "sole_trader", [](Said& s) { s.holder = SubscriberKind::sole_trader; }},
    {"holder", "legal_entity", [](Said& s) { s.holder = SubscriberKind::legal_entity; }},
    {"holder", "public_body", [](Said& s) { s.holder = SubscriberKind::public_body; }},
});
constexpr std::array kInn = std::to_array<Option>({
    {"inn", "10", [](Said& s) { s.inn = 10; }},
    {"inn", "12", [](Said& s) { s.inn = 12; }},
});
constexpr std::array kOgrn = std::to_array<Option>({
    {"ogrn", "13", [](Said& s) { s.ogrn = 13; }},
    {"ogrn", "15", [](Said& s) { s.ogrn = 15; }},
});
constexpr std::array kBeside = std::to_array<Option>({
    {"name", "yes", [](Said& s) { s.name = true; }},
    {"address", "yes", [](Said& s) { s.linked = true; }},
    {"account", "yes", [](Said& s) { s.linked = true; }},
    {"device", "yes", [](Said& s) { s.linked = true; }},
});

class Settlements {
 public:
  explicit Settlements(const number::Table& table) : table_(table) {}

  std::vector<Settlement> of(const Said& said) {
    if (said.user == NumberUser::unknown) groups_.emplace_back(kUser);
    if (said.holder == SubscriberKind::unknown) groups_.emplace_back(kHolder);
    if (said.inn == 0) groups_.emplace_back(kInn);
    if (said.ogrn == 0) groups_.emplace_back(kOgrn);
    if (!said.name && !said.linked) groups_.emplace_back(kBeside);
    // Fewest facts first, so that of what is found nothing has a fact too many.
    for (std::size_t size = 1; size <= groups_.size(); ++size) add(said, 0, size);
    return std::move(found_);
  }

 private:
  void add(const Said& said, std::size_t group, std::size_t left) {
    if (left == 0) return judge(said);
    for (; group + left <= groups_.size(); ++group) {
      for (const Option& option : groups_[group]) {
        Said more = said;
        option.state(more);
        chosen_.push_back(&option);
        add(more, group + 1, left - 1);
        chosen_.pop_back();
      }
    }
  }

  void judge(const Said& said) {
    const bool has_less = std::any_of(sets_.begin(), sets_.end(), [&](const auto& set) {
      return std::all_of(set.begin(), set.end(), [&](const Option* option) {
        return std::find(chosen_.begin(), chosen_.end(), option) != chosen_.end();
      });
    });
    if (has_less || contradiction(said.inn, said.ogrn, said.holder, said.user)) return;
    const number::Row& row = table_.answer(situation_of(said));
    if (row.answer == PersonalData::unknown) return;
    sets_.push_back(chosen_);
    Settlement settlement;
    for (const Option* option : chosen_) {
      settlement.facts.emplace_back(option->fact, option->value);
    }
    settlement.personal_data = row.answer;
    settlement.row = row.id;
    settlement.basis = row.en;
    settlement.basis_ru = row.ru;
    settlement.citations = row.citations;
    settlement.citations_ru = row.citations_ru;
    settlement.confidence = row.confidence;
    found_.push_back(std::move(settlement));
  }

  const number::Table& table_;
  std::vector<std::span<const Option>> groups_;
  std::vector<const Option*> chosen_;
  std::vector<std::vector<const Option*>> sets_;
  std::vector<Settlement> found_;
};

Classification answer_of(const Said& said) {
  const Situation situation = situation_of(said);
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
  if (row.answer == PersonalData::yes) {
    answer.definable = situation.name ? Definable::directly : Definable::indirectly;
    const number::DefinableRow& why = situation.name ? table.directly : table.indirectly;
    answer.definable_why = why.en;
    answer.definable_why_ru = why.ru;
  }
  if (row.answer == PersonalData::unknown) answer.settled_by = Settlements(table).of(said);
  return answer;
}

/// A user, one '@', and a domain with a point inside; no blanks or control characters.
bool is_email(std::string_view text) noexcept {
  constexpr std::size_t most = 254;
  const std::size_t at = text.find('@');
  if (at == text.npos || at == 0 || text.size() > most || text.find('@', at + 1) != text.npos) {
    return false;
  }
  const std::string_view domain = text.substr(at + 1);
  const std::size_t point = domain.rfind('.');
  if (point == domain.npos || point == 0 || point + 1 == domain.size() || domain.front() == '-') {
    return false;
  }
  for (std::size_t i = 0; i < text.size();) {
    const number::Character c = number::decode(text, i);
    if (c.size == 0 || c.code <= 0x20 || c.code == 0x7F) return false;
    constexpr std::string_view none = "\"(),:;<>[\\]";
    if (c.code < 0x80 && none.find(static_cast<char>(c.code)) != none.npos) return false;
    i += c.size;
  }
  return domain.find("..") == domain.npos;
}

}  // namespace

Classification classify(PhoneNumber number, const PartyFacts& facts) {
  check(facts);
  const number::CodeFacts plan = number::code_facts(number);
  Situation of;
  of.number = plan.kind;
  of.abroad = plan.kind == NumberKind::foreign || plan.country == "KZ";
  return answer_of(said_of(facts, of));
}

Classification classify_email(std::string_view address, const PartyFacts& facts) {
  if (!is_email(address)) refuse("not an e-mail address");
  check(facts);
  Situation of;
  of.email = true;
  return answer_of(said_of(facts, of));
}

std::string_view to_word(Definable definable) noexcept {
  switch (definable) {
    case Definable::not_said:
      return "not_said";
    case Definable::directly:
      return "direct";
    case Definable::indirectly:
      return "indirect";
  }
  return "not_said";
}

}  // namespace consent
