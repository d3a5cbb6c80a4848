// The six lines of README.md, and what they print.
#include <chrono>
#include <iostream>

#include "consent/create.hpp"
#include "consent/decision.hpp"
#include "consent/verify.hpp"

using namespace consent;

int main(int argc, char** argv) {
  const char* const folder = argc > 1 ? argv[1] : "romashka";
  const Instant now =
      std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto number = PhoneNumber::parse("8 (916) 123-45-67");
  const auto rules = RulePack::russia();
  // Who dials, and whether calls are mass, is declared once.
  const auto caller = Caller::from_toml("dialled_by = 'person'\nmass = false", "caller.toml");
  const Question question{.number = number,
                          .purpose = Purpose::advertising,
                          .channel = Channel::voice,
                          .at = now + std::chrono::minutes(5),
                          .caller = caller};
  const LogIdentity romashka{.origin = "romashka.example/consent", .distributor = "7707083893"};
  ConsentGiven yes{{number, now}};
  yes.purposes = {Purpose::advertising};
  yes.channels = {Channel::voice};
  yes.method = Method::recorded_voice;
  yes.files.push_back({"recording", "RIFF: yes, call me"});

  // README
  auto log = create_log(folder, romashka, now);
  log.append(yes, now);
  std::cout << one_line(may_contact(log, rules, question), "en") << "\n";
  log.append(ConsentWithdrawn{{number, now}}, now);
  std::cout << one_line(may_contact(log, rules, question), "en") << "\n";
  std::cout << to_word(verify_log(folder, {}).verdict) << "\n";
  // README
}
