#include "consent/party.hpp"

namespace consent {

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
