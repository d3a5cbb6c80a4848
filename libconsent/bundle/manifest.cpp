#include <algorithm>

#include "bundle/names.hpp"
#include "consent/bundle.hpp"
#include "consent/error.hpp"

namespace consent {

BundleFile manifest_of(std::span<const BundleFile> files) {
  std::vector<const BundleFile*> sorted;
  sorted.reserve(files.size());
  for (const BundleFile& file : files) {
    if (file.name == bundle::manifest) continue;
    if (!bundle::is_safe(file.name)) {
      throw Error(ErrorCode::invalid_argument, "bundle: a file name is not safe");
    }
    sorted.push_back(&file);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->name < b->name; });
  BundleFile result{std::string(bundle::manifest), {}};
  for (const BundleFile* file : sorted) {
    result.bytes += to_hex(sha256(file->bytes)) + "  " + file->name + '\n';
  }
  return result;
}

}  // namespace consent
