#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "consent/digest.hpp"
#include "consent/number.hpp"
#include "crypto/base64.hpp"

/// Looks for a number and for secret bytes in every file of a folder, in every packing that anybody
/// might have chosen.
namespace consent::test {

using Needles = std::vector<std::pair<std::string, std::string>>;  ///< name, bytes

inline void add_number(Needles& needles, PhoneNumber number) {
  const std::uint64_t digits = number.digits();
  const std::string plain = std::to_string(digits);
  const std::string national = plain.substr(plain.size() - 10);
  needles.emplace_back("the digits", national);  // also inside +7…, 8…, 7… and JSON
  std::string wide_le;
  std::string wide_be;
  for (const char c : national) {
    wide_le += {c, '\0'};
    wide_be += {'\0', c};
  }
  needles.emplace_back("UTF-16 LE", wide_le);
  needles.emplace_back("UTF-16 BE", wide_be);
  for (const std::uint64_t value : {digits, digits % std::uint64_t{10'000'000'000}}) {
    // The bytes that are not leading zeros: so it is found at any width.
    std::string little;
    for (std::uint64_t rest = value; rest != 0; rest >>= 8U) {
      little.push_back(static_cast<char>(rest & 0xffU));
    }
    needles.emplace_back("packed, little-endian", little);
    needles.emplace_back("packed, big-endian", std::string(little.rbegin(), little.rend()));
  }
  for (std::string text : {plain, "0" + plain, national, plain + "f"}) {
    if (text.size() % 2 != 0) continue;
    std::string high_first;
    std::string low_first;
    for (std::size_t i = 0; i < text.size(); i += 2) {
      const auto nibble = [](char c) { return static_cast<unsigned>(c == 'f' ? 15 : c - '0'); };
      high_first.push_back(static_cast<char>(nibble(text[i]) << 4U | nibble(text[i + 1])));
      low_first.push_back(static_cast<char>(nibble(text[i + 1]) << 4U | nibble(text[i])));
    }
    needles.emplace_back("BCD", high_first);
    needles.emplace_back("BCD, nibbles swapped", low_first);
  }
}

inline void add_secret(Needles& needles, const std::string& name, const std::string& bytes) {
  needles.emplace_back(name, bytes);
  const std::string hex = to_hex(bytes);
  std::string upper = hex;
  for (char& c : upper) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  needles.emplace_back(name + ", hex", hex);
  needles.emplace_back(name + ", HEX", upper);
  // At each of three alignments, without the letters that depend on neighbours.
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const std::string text = base64::encode(std::string(shift, 'x') + bytes);
    std::string inner = text.substr(4, text.size() - 8);
    needles.emplace_back(name + ", base64", inner);
    for (char& c : inner) c = c == '+' ? '-' : c == '/' ? '_' : c;
    needles.emplace_back(name + ", base64url", inner);
  }
}

struct Search {
  std::vector<std::string> files;  ///< searched, by name below the folder
  std::vector<std::string> found;  ///< "file: what"
};

inline Search search(const std::filesystem::path& folder, const Needles& needles) {
  namespace fs = std::filesystem;
  Search result;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    std::string haystack = name + '\n';  // names tell as well
    if (entry.is_regular_file()) {
      result.files.push_back(name);
      std::ifstream in(entry.path(), std::ios::binary);
      haystack.append(std::istreambuf_iterator<char>(in), {});
    }
    for (const auto& [what, bytes] : needles) {
      if (haystack.find(bytes) != std::string::npos) result.found.push_back(name + ": " + what);
    }
  }
  return result;
}

}  // namespace consent::test
