// A numbering file whose checksum was made to agree: whatever else it says, a lookup must neither
// read outside it nor give a text that lies outside it.
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "consent/numbering.hpp"
#include "fuzz/driver.hpp"
#include "places/numbering_file.hpp"

using consent_testing::promise;

std::vector<std::string> consent_testing::fuzz_seeds() {
  const auto file = std::filesystem::temp_directory_path() /
                    ("consent-fuzz-numbering-" + std::to_string(::getpid()));
  consent::NumberingImport import;
  std::uint32_t row = 0;
  for (const char* code : {"301", "495", "800", "900", "999"}) {
    // In one window more than are counted side by side.
    for (const char* first :
         {"0", "1000", "1001", "1003", "1005", "1007", "9998", "9999", "10000", "9999999"}) {
      import.add({.row = ++row,
                  .code = code,
                  .first = first,
                  .last = first,
                  .operator_name = first,
                  .region = "Омская область",
                  .inn = "7743895280"});
    }
  }
  import.write(file, consent::Instant{}, {"a.csv", "b.csv"});
  std::ifstream in(file, std::ios::binary);
  std::string seed{std::istreambuf_iterator<char>(in), {}};
  std::filesystem::remove(file);
  return {seed};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace consent::number;
  // A copy of its exact size, so that a tool that watches memory sees a read beyond it.
  const std::unique_ptr<std::byte[]> bytes(new std::byte[size]);
  std::memcpy(bytes.get(), data, size);
  if (size >= sizeof(FileHeader)) {
    FileHeader header;
    std::memcpy(&header, bytes.get(), sizeof header);
    header.magic = kFileMagic;
    header.version = kFileVersion;
    header.header_bytes = sizeof header;
    header.file_bytes = size;
    std::memcpy(bytes.get(), &header, sizeof header);
    header.checksum = file_checksum(bytes.get() + kChecksumFrom, size - kChecksumFrom);
    std::memcpy(bytes.get(), &header, sizeof header);
  }
  FileView view;
  if (!view.open({bytes.get(), size}).empty()) return 0;
  const auto* begin = reinterpret_cast<const char*>(bytes.get());
  const auto inside = [&](std::string_view text) {
    return text.empty() || (text.data() >= begin && text.data() + text.size() <= begin + size);
  };
  for (std::uint32_t code = 0; code < 1000; ++code) {
    for (const std::uint32_t rest : {0U, 1U, 1000U, 9'999U, 10'000U, 5'000'000U, 9'999'999U}) {
      if (const auto found = view.find(code, rest)) {
        promise(inside(found->operator_name) && inside(found->operator_inn) &&
                    inside(found->place_text),
                "a text lies inside the file");
      }
    }
  }
  for (const std::uint32_t row : {0U, 1U, 2U, ~0U}) {
    promise(inside(view.source(row)), "a source lies inside the file");
  }
  return 0;
}
