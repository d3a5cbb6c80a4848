// Reading tests/vectors/*.tsv and the shared data sets, for the tests of stage 1.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace consent_testing {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline std::vector<std::string> split(std::string_view line, char at) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t end = line.find(at);
    out.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return out;
    line.remove_prefix(end + 1);
  }
}

/// The bytes that a first column stands for: \n \r \t \\ \xNN \uNNNN.
inline std::string unescape(std::string_view text) {
  std::string out;
  const auto hex = [&](std::size_t at, std::size_t size) {
    return static_cast<unsigned>(std::stoul(std::string(text.substr(at, size)), nullptr, 16));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '\\':
        out += '\\';
        break;
      case 'x':
        out += static_cast<char>(hex(i + 1, 2));
        i += 2;
        break;
      case 'u': {
        const unsigned code = hex(i + 1, 4);
        i += 4;
        if (code >= 0x800) {
          out += static_cast<char>(0xE0U | (code >> 12U));
          out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
        } else {
          out += static_cast<char>(0xC0U | (code >> 6U));
        }
        out += static_cast<char>(0x80U | (code & 0x3FU));
        break;
      }
      default:
        throw std::runtime_error("unknown escape in a vector");
    }
  }
  return out;
}

/// Rows of a vector file with exactly `columns` columns; comments and empty lines left out.
inline std::vector<std::vector<std::string>> vectors(std::string_view name, std::size_t columns) {
  std::vector<std::vector<std::string>> rows;
  const auto path = std::filesystem::path(CONSENT_VECTORS) / name;
  for (const std::string& line : split(read_file(path), '\n')) {
    if (line.empty() || line.front() == '#') continue;
    auto row = split(line, '\t');
    if (row.size() != columns) throw std::runtime_error("wrong columns in " + path.string());
    rows.push_back(std::move(row));
  }
  if (rows.empty()) throw std::runtime_error("no rows in " + path.string());
  return rows;
}

/// The folder of shared data sets: $CONSENT_SHARED, or ../shared beside the repository.
inline std::optional<std::filesystem::path> shared_data() {
  const char* const named = std::getenv("CONSENT_SHARED");
  const std::filesystem::path root =
      named != nullptr ? std::filesystem::path(named)
                       : std::filesystem::path(CONSENT_SOURCE_DIR) / ".." / "shared";
  if (std::filesystem::exists(root / "data")) return root / "data";
  return std::nullopt;
}

}  // namespace consent_testing
