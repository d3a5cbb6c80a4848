#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sqlite/sqlite.hpp"
#include "standing/losses.hpp"

/// What a log knows against itself, in one place: Log::Impl::soundness() and what it stands on.
namespace consent {

/// What the entries log.restored say, and the row that listed them when they were read.
struct LossesRead {
  std::string row;
  std::uint64_t size = 0;  ///< entries that were looked through where no row lists them
  std::vector<losses::Told> told;
};

/// The seqs of all entries log.restored from `from` on, by looking at every entry: for logs that
/// were restored before the table listed them.
[[nodiscard]] std::vector<std::uint64_t> find_restores(sqlite::Connection& db, std::uint64_t from);

}  // namespace consent
