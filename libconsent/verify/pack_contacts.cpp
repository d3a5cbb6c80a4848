// What a pack answers of single contacts.
#include <algorithm>

#include "event/json.hpp"
#include "verify/pack_check.hpp"

namespace consent::checking {

void Check::check_contacts() const {
  const json::Value* const contacts = case_.find("contacts");
  if (contacts == nullptr) return;
  const auto refused = [](bool is) {
    if (is) refute(7, "what is answered of a contact is about none that is here");
  };
  refused(contacts->array() == nullptr || contacts->array()->empty());
  const auto chain = std::span(entries_).subspan(1);
  const auto entry_at = [&](const std::int64_t* seq) {
    return std::find_if(chain.begin(), chain.end(), [seq](const Read& entry) {
      return seq != nullptr && static_cast<std::int64_t>(entry.seq) == *seq;
    });
  };
  std::int64_t before = 0;
  for (const json::Value& contact : *contacts->array()) {
    const std::int64_t* const seq = integer_of(contact, "seq");
    const json::Value* const answer = contact.find("answer");
    const json::Value* const question = contact.find("question");
    const auto entry = entry_at(seq);
    refused(entry == chain.end() || *seq <= before || answer == nullptr ||
            answer->object() == nullptr || question == nullptr || question->object() == nullptr);
    before = *seq;
    refused(entry->type != EventType::contact_made && entry->type != EventType::contact_received);
    const std::string* const at = text_of(*question, "at");
    const auto happened = entry->happened();
    refused(at == nullptr || !happened || *at != to_text(*happened));
    const std::string* const number = text_of(*answer, "number");
    refused(number == nullptr || *number != *text_of(case_, "number"));
    const json::Value* const relied_on = answer->find("relied_on");
    refused(relied_on != nullptr && !relied_on->null() &&
            entry_at(relied_on->integer()) == chain.end());
    const std::string* const verdict = text_of(*answer, "verdict");
    refused(verdict == nullptr || (answer->find("impaired") != nullptr && *verdict == "allow"));
  }
}

}  // namespace consent::checking
