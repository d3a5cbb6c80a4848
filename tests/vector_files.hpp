// The vectors of tests/vectors that are canonical JSON, one object a file, named by what was done
// to it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consent/digest.hpp"
#include "event/canonical.hpp"

namespace consent_testing {

inline std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(static_cast<unsigned char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  return out;
}

inline consent::Digest digest(std::string_view hex) {
  return consent::digest_from_hex(hex).value();
}

struct Vector {
  std::string name;
  consent::canonical::Value fields;

  const std::string& text(std::string_view key) const { return need(field(key).string(), key); }
  /// The text under `key`, or the bytes under `key_hex`.
  std::string bytes(const std::string& key) const {
    return fields.find(key) != nullptr ? text(key) : from_hex(text(key + "_hex"));
  }
  std::vector<std::string> texts(std::string_view key) const {
    std::vector<std::string> result;
    for (const auto& value : need(field(key).array(), key))
      result.push_back(need(value.string(), key));
    return result;
  }
  std::int64_t integer(std::string_view key) const { return need(field(key).integer(), key); }
  /// A decimal string: sizes do not fit the integers of canonical JSON.
  std::uint64_t number(std::string_view key) const { return std::stoull(text(key)); }
  bool accepted() const { return text("expect") == "accept"; }

 private:
  const consent::canonical::Value& field(std::string_view key) const {
    return need(fields.find(key), key);
  }
  template <class T>
  const T& need(const T* value, std::string_view key) const {
    if (value == nullptr) throw std::runtime_error(name + " lacks " + std::string(key));
    return *value;
  }
};

/// The vectors of one folder whose names begin with `prefix`, in the order of their names.
inline std::vector<Vector> vectors(const std::string& folder, const std::string& prefix = "") {
  std::vector<Vector> result;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(CONSENT_VECTORS "/") + folder)) {
    const std::string name = file.path().stem().string();
    if (file.path().extension() != ".json" || !name.starts_with(prefix)) continue;
    std::string text(std::filesystem::file_size(file.path()), '\0');
    std::ifstream(file.path(), std::ios::binary)
        .read(text.data(), static_cast<std::streamsize>(text.size()));
    if (text.ends_with('\n')) text.pop_back();
    result.push_back({name, consent::canonical::decode(text)});
  }
  if (result.empty()) throw std::runtime_error("no vectors in " + folder);
  std::sort(result.begin(), result.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return result;
}

}  // namespace consent_testing
