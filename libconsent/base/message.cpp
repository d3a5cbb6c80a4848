#include "consent/message.hpp"

#include <utility>

namespace consent {

Message::Message(std::string sentence) : sentence_(std::move(sentence)), text_(sentence_) {}
Message::Message(std::string_view sentence) : Message(std::string(sentence)) {}
Message::Message(const char* sentence) : Message(std::string(sentence)) {}

Message Message::verbatim(std::string text) {
  Message made(std::move(text));
  made.as_it_is_ = true;
  return made;
}

void Message::fill_in() {
  std::size_t next = 0;
  for (std::size_t i = 0; i < sentence_.size(); ++i) {
    const std::string_view two = std::string_view(sentence_).substr(i, 2);
    if (two == "{}" && next < arguments_.size()) {
      text_ += arguments_[next++].text_;
      ++i;
    } else {
      if (two == "{{" || two == "}}") ++i;
      text_ += two.front();
    }
  }
}

}  // namespace consent
