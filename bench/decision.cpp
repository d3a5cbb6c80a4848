// A decision out of the gate, law and all, beside the bare hash map that a dialer would ask "is
// there a yes?".
#include <array>
#include <unordered_map>
#ifdef CONSENT_BENCH_ABSL
#include <absl/container/flat_hash_map.h>
#endif

#include "bench.hpp"
#include "consent/gate.hpp"

namespace {

#ifdef CONSENT_BENCH_ABSL
using Map = absl::flat_hash_map<std::uint64_t, std::uint64_t>;
constexpr const char* map_name = "absl::flat_hash_map";
#else
using Map = std::unordered_map<std::uint64_t, std::uint64_t>;
constexpr const char* map_name = "std::unordered_map";
#endif

}  // namespace

int main() {
  using namespace bench;
  const Options options;
  const BigLog big = big_log(options);
  std::optional<consent::Gate> gate;
  const double opening =
      timed([&] { gate = consent::Gate::open(big.folder, consent::RulePack::russia(), now()); });

  const std::uint64_t subjects = gate->numbers();
  Map map;
  map.reserve(subjects);
  for (std::uint64_t i = 0; i < subjects; ++i) map[number(i).digits()] = i | 1;
  // Every fifth number is one the log never met.
  std::vector<consent::PhoneNumber> asked;
  std::mt19937_64 random(11);
  for (std::size_t i = 0; i < (options.quick ? 100'000U : 1'000'000U); ++i)
    asked.push_back(number(random() % (subjects + subjects / 4)));
  std::vector<consent::Verdict> verdicts(asked.size());
  const auto scope = gate->resolve({.number = asked.front(),
                                    .purpose = consent::Purpose::advertising,
                                    .channel = consent::Channel::voice,
                                    .at = now()});

  Series one, many, peer;
  std::uint64_t sink = 0;
  const double each = 1e9 / static_cast<double>(asked.size());
  for (int round = 0; round < options.rounds; ++round) {
    auto question = scope;
    one.push_back(each * timed([&] {
                    for (const auto& number : asked) {
                      question.number = number;
                      sink += static_cast<std::uint64_t>(gate->ask(question).verdict);
                    }
                  }));
    many.push_back(each * timed([&] { gate->ask_many(asked, scope, verdicts); }));
    peer.push_back(each * timed([&] {
                     for (const auto& number : asked) {
                       const auto found = map.find(number.digits());
                       if (found != map.end()) sink += found->second;
                     }
                   }));
  }
  if (sink == 1) std::fputs("", stderr);  // the compiler must believe that somebody reads it
  const std::string of = " of " + figure(static_cast<double>(subjects)) + " numbers, ns";
  row("decision, one at a time," + of, one, map_name, peer);
  row("decision, ask_many," + of, many, map_name, peer);
  line("opening the gate, s", figure(opening), "", "", "", "");
}
