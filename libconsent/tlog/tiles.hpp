#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "consent/proof.hpp"
#include "sqlite/sqlite.hpp"

namespace consent {

/// The stored Merkle tree: full 256-wide tiles, written once; the right edge comes from the leaf
/// rows. A tile row also holds its own root, so that the level above need not read its hashes.
class TileStore {
 public:
  static constexpr unsigned height = 8;        ///< levels a tile spans
  static constexpr std::uint64_t width = 256;  ///< hashes in a full tile

  explicit TileStore(sqlite::Connection& connection);

  /// Takes the leaf at `size - 1` in and stores the tiles that it completes.
  void append(const Digest& leaf, std::uint64_t size);
  /// After a transaction that was rolled back.
  void forget() noexcept {
    edge_.clear();
    tile_.clear();
    upper_.clear();
  }

  /// Complete subtree of 2^level leaves at `index`; reads O(1) rows or O(256) leaf rows, and none
  /// for what it was asked before: a complete subtree never changes.
  [[nodiscard]] Digest node(unsigned level, std::uint64_t index);

 private:
  [[nodiscard]] std::vector<Digest> hashes(unsigned tile_level, std::uint64_t first,
                                           std::uint64_t count);
  void put(unsigned level, std::uint64_t index, std::span<const Digest> row);
  [[nodiscard]] bool tile_ready(std::uint64_t tile);
  [[nodiscard]] Digest inside(std::uint64_t tile, unsigned level, std::uint64_t index);

  std::vector<Digest> tile_;  ///< nodes of the full level-0 tile last asked for, as a heap
  std::uint64_t tile_index_ = 0;
  std::unordered_map<std::uint64_t, Digest> upper_;  ///< nodes of tiles above level 0, by place
  std::vector<Digest> edge_;  ///< leaves since the last full tile, or none where not known
  sqlite::Statement read_tile_, read_leaves_, read_roots_, write_tile_;
};

}  // namespace consent
