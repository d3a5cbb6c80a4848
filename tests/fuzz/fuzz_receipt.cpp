// Receipts, and packs with one file replaced.
#include <array>

#include "consent/bundle.hpp"
#include "consent/error.hpp"
#include "consent/receipt.hpp"
#include "consent/verify.hpp"
#include "fuzz/driver.hpp"
#include "vector_files.hpp"

using consent_testing::promise;

std::vector<std::string> consent_testing::fuzz_seeds() {
  std::vector<std::string> seeds;
  for (const auto& vector : vectors("receipt")) seeds.push_back(vector.bytes("receipt"));
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace consent;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try {
    const Receipt read = parse_receipt(bytes);
    promise(read.text() == bytes, "a receipt has one spelling");
  } catch (const Error&) {
  }
  const Verification receipt = verify_receipt(bytes, {});
  promise(receipt.problem.has_value() == (receipt.verdict != ProofVerdict::proven),
          "a verdict that is not proven says why");
  // A file of a pack, whatever it holds, is refused and never thrown about.
  for (const std::string_view name : {"case.json", "checkpoint", "entries/000000.json"}) {
    std::vector<BundleFile> files{{std::string(name), bytes}, {"report.txt", "x"}};
    files.push_back(manifest_of(files));
    const Verification pack = verify_bundle(files, {}, std::array{bytes});
    promise(pack.verdict != ProofVerdict::proven, "no single file proves a pack");
    promise(pack.problem.has_value(), "a refused pack says why");
  }
  // A manifest of any bytes, and a name of any bytes.
  const std::vector<BundleFile> odd{{"manifest-sha256.txt", bytes}, {bytes.substr(0, 300), bytes}};
  promise(verify_bundle(odd, {}).verdict != ProofVerdict::proven, "names alone prove nothing");
  return 0;
}
