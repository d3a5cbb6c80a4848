#include <algorithm>

#include "bundle/names.hpp"
#include "consent/bundle.hpp"
#include "consent/error.hpp"
#include "event/json.hpp"
#include "log/impl.hpp"
#include "tlog/note.hpp"

namespace consent {

BundleFile manifest_of(std::span<const BundleFile> files) {
  std::vector<const BundleFile*> sorted;
  sorted.reserve(files.size());
  for (const BundleFile& file : files) {
    if (file.name == bundle::manifest || file.name == bundle::signature) continue;
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

std::vector<BundleFile> sign_pack(const Log& log, std::span<const BundleFile> files) {
  const auto about = std::find_if(files.begin(), files.end(), [](const BundleFile& file) {
    return file.name == bundle::case_file;
  });
  const std::string& origin = log.identity().origin;
  const std::string key = log.verifier_key().text();
  const auto is = [](const json::Value& value, std::string_view member, std::string_view text) {
    const std::string* const found = json::text_of(value, member);
    return found != nullptr && *found == text;
  };
  const json::Value told = about == files.end() ? json::Value() : json::parse(about->bytes);
  if (!is(told, "format", bundle::format) || !is(told, "origin", origin) || !is(told, "key", key)) {
    throw Error(ErrorCode::invalid_argument, "pack: case.json is not of this log");
  }
  BundleFile manifest = manifest_of(files);
  std::string note = note::sign_note(bundle::signed_text(origin, manifest.bytes), origin,
                                     LogAccess::of(log).need_keys().signing_key());
  return {std::move(manifest), {std::string(bundle::signature), std::move(note)}};
}

}  // namespace consent
