// Every fuzz_<what>.cpp has libFuzzer's entry point and gives its seeds:
//   clang++ -fsanitize=fuzzer,address,undefined ... fuzz_note.cpp      runs for as long as you like
//   fuzz_note [seconds] [rng seed]    with driver.cpp: seeded mutations of the seeds, in ctest
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace consent_testing {

/// What to mutate: one input a string.
std::vector<std::string> fuzz_seeds();

/// A broken promise ends the process, as libFuzzer wants it.
inline void promise(bool kept, const char* what) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

}  // namespace consent_testing
