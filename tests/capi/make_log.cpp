// Makes the log that gate.c asks, afresh.
#include <cstdio>
#include <filesystem>

#include "decision/logs.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: capi_make_log FOLDER\n"), 2;
  const std::filesystem::path folder = argv[1];
  std::filesystem::remove_all(folder);
  consent::Log log = story::new_log(folder);
  log.append(story::yes(story::mobile(), story::minute(0)), story::minute(1));
  log.append(story::yes(story::nth(1), story::minute(0)), story::minute(1));
  log.append(story::stop(story::nth(1), story::minute(20)), story::minute(21));
  return 0;
}
