#pragma once

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <string>

#include "consent/log.hpp"

namespace consent::test {

/// A folder of its own that is gone afterwards.
class Scratch {
 public:
  Scratch() {
    std::random_device device;
    path_ = std::filesystem::temp_directory_path() /
            ("consent-test-" + std::to_string(device()) + "-" + std::to_string(device()));
    std::filesystem::create_directory(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline Instant at(std::string_view text) { return parse_instant(text); }
inline PhoneNumber number(std::string_view text) { return PhoneNumber::parse(text); }

inline LogIdentity romashka() {
  LogIdentity identity;
  identity.origin = "romashka.example/consent";
  identity.distributor = "7707083893";
  identity.distributor_name = "ООО Ромашка";
  return identity;
}

inline ConsentGiven given(std::string_view to, std::string_view when) {
  ConsentGiven event{{number(to), at(when), ""}};
  event.purposes = {Purpose::advertising};
  event.channels = {Channel::voice};
  event.method = Method::sms_code;
  event.code = ConsentGiven::Code{true, true};
  event.wording.text = "Согласен получать рекламу ООО «Ромашка» по телефону.";
  return event;
}

inline ConsentWithdrawn withdrawn(std::string_view from, std::string_view when) {
  return ConsentWithdrawn{{number(from), at(when), ""}};
}

/// What the sqlite3 shell of somebody else would do to the file. Returns SQLite's code.
inline int foreign_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* db = nullptr;
  sqlite3_open(file.c_str(), &db);
  const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  sqlite3_close(db);
  return code;
}

}  // namespace consent::test
