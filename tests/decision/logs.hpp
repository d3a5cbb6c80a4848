// Real logs in a scratch folder, for what reads one.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "consent/create.hpp"
#include "consent/log.hpp"
#include "decision/story.hpp"

namespace story {

/// A folder that goes with its test.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "consent-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline constexpr const char* own_inn = "7707083893";
inline constexpr const char* other_inn = "7736050003";

inline Log new_log(const std::filesystem::path& folder, const std::string& distributor = own_inn) {
  LogIdentity identity;
  identity.origin = "romashka.example/consent";
  identity.distributor = distributor;
  return consent::create_log(folder, identity, minute(-600));
}

// An event with nothing but its base. The other fields have their defaults; g++ would hear them
// all.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
template <typename E>
E event_of(PhoneNumber number, Instant at) {
  return E{EventBase{number, at, ""}};
}
#pragma GCC diagnostic pop

inline ConsentGiven yes(PhoneNumber number, Instant at) {
  auto event = event_of<ConsentGiven>(number, at);
  event.purposes = {Purpose::advertising};
  event.channels = {Channel::voice};
  event.method = Method::recorded_voice;
  event.files.push_back({"recording", "RIFF: yes"});
  event.wording.text = "Согласен получать рекламу ООО «Ромашка» по телефону.";
  return event;
}
inline ConsentWithdrawn stop(PhoneNumber number, Instant at) {
  return event_of<ConsentWithdrawn>(number, at);
}
inline NumberReassigned passed_on(PhoneNumber number, Instant at) {
  return event_of<NumberReassigned>(number, at);
}

inline Question advertising_call(PhoneNumber number, Instant at) {
  Question question{number};
  question.purpose = Purpose::advertising;
  question.dialled_by = DialledBy::person;
  question.at = at;
  return question;
}

inline PhoneNumber nth(std::uint64_t n) { return *PhoneNumber::from_digits(79160000000 + n); }

}  // namespace story
