// main() of a fuzz target without libFuzzer. Prints the rng seed; on a crash, the last input as
// hex.
#include "fuzz/driver.hpp"

#include <chrono>
#include <csignal>
#include <random>

namespace {

std::string last_input;  // read by the handler below, while nothing else runs

void show_last_input(int signal) {
  std::fputs("last input, hex: ", stderr);
  for (const char c : last_input)
    std::fprintf(stderr, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
  std::fputc('\n', stderr);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
  const auto seed =
      argc > 2 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)) : std::random_device()();
  std::printf("%s %g %u\n", argv[0], seconds, seed);
  std::fflush(stdout);
  std::signal(SIGABRT, show_last_input);
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const auto run = [](const std::string& input) {
    last_input = input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  };
  const auto seeds = consent_testing::fuzz_seeds();
  if (seeds.empty()) {
    std::fputs("no seeds\n", stderr);
    return 1;
  }
  for (const auto& input : seeds) run(input);
  run("");
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::size_t count = 0;
  for (; std::chrono::steady_clock::now() < end; ++count) {
    std::string input = seeds[below(seeds.size())];
    for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
      const std::string& other = seeds[below(seeds.size())];
      const std::size_t at = below(input.size() + 1);
      const std::size_t from = below(other.size() + 1);
      switch (below(6)) {
        case 0:
          if (at < input.size()) input[at] = static_cast<char>(input[at] ^ 1 << below(8));
          break;
        case 1:
          input.insert(at, 1, static_cast<char>(static_cast<unsigned char>(below(256))));
          break;
        case 2:
          input.erase(at, 1 + below(8));
          break;
        case 3:
          input.resize(at);
          break;
        case 4:
          input.insert(at, other, from, below(32));
          break;
        default:
          input.replace(at, std::string::npos, other, from, std::string::npos);
          break;
      }
    }
    run(input);
  }
  std::printf("%zu inputs\n", count);
  return 0;
}
