#include "tlog/tiles.hpp"

#include <algorithm>
#include <cstring>

#include "consent/error.hpp"

namespace consent {

namespace {

constexpr unsigned level_shift = 48;

std::int64_t tile_id(unsigned level, std::uint64_t index) {
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(level) << level_shift) | index);
}

Digest digest_at(std::string_view bytes, std::size_t index) {
  Digest digest;
  std::memcpy(digest.bytes.data(), bytes.data() + index * 32, 32);
  return digest;
}

}  // namespace

TileStore::TileStore(sqlite::Connection& connection)
    : read_tile_(connection, "SELECT hashes FROM tile WHERE id=?1"),
      read_leaves_(connection, "SELECT leaf FROM entry WHERE seq>=?1 AND seq<?2 ORDER BY seq"),
      read_roots_(connection, "SELECT root FROM tile WHERE id>=?1 AND id<?2 ORDER BY id"),
      write_tile_(connection, "INSERT INTO tile(id,root,hashes) VALUES(?1,?2,?3)") {}

void TileStore::put(unsigned level, std::uint64_t index, std::span<const Digest> row) {
  const Digest root = merkle::root(row);
  const std::string_view bytes(reinterpret_cast<const char*>(row.data()), row.size_bytes());
  write_tile_.bind(1, tile_id(level, index)).bind_blob(2, root.view()).bind_blob(3, bytes).run();
}

void TileStore::append(const Digest& leaf, std::uint64_t size) {
  edge_.push_back(leaf);
  std::uint64_t covered = size;
  for (unsigned level = 0; covered != 0 && covered % width == 0; ++level) {
    const std::uint64_t index = covered / width - 1;
    // After an open or a rollback memory begins in the middle of a tile.
    if (level == 0 && edge_.size() == width) {
      put(level, index, edge_);
    } else {
      put(level, index, hashes(level, index * width, width));
    }
    covered /= width;
  }
  if (size % width == 0) edge_.clear();
}

std::vector<Digest> TileStore::hashes(unsigned tile_level, std::uint64_t first,
                                      std::uint64_t count) {
  std::vector<Digest> out;
  out.reserve(count);
  const std::uint64_t tile = first / width;
  read_tile_.reset();
  if (read_tile_.bind(1, tile_id(tile_level, tile)).step()) {
    const std::string_view bytes = read_tile_.blob(0);
    if (bytes.size() != width * 32)
      throw Error(ErrorCode::storage, "log.db: a tile of a wrong size");
    for (std::uint64_t i = 0; i < count; ++i) out.push_back(digest_at(bytes, first % width + i));
    read_tile_.reset();
    return out;
  }
  read_tile_.reset();
  sqlite::Statement& rows = tile_level == 0 ? read_leaves_ : read_roots_;
  if (tile_level == 0) {
    rows.bind(1, static_cast<std::int64_t>(first))
        .bind(2, static_cast<std::int64_t>(first + count));
  } else {
    // A tile's root stands in the level above at the tile's own index.
    rows.bind(1, tile_id(tile_level - 1, first)).bind(2, tile_id(tile_level - 1, first + count));
  }
  while (rows.step()) {
    // CHECK holds for our connections; whoever edits the file may switch it off.
    const auto hash = digest_from_bytes(rows.blob(0));
    if (!hash) break;
    out.push_back(*hash);
  }
  rows.reset();
  if (out.size() != count) {
    throw BrokenLog(first, "log.db: the tree lacks hashes that its entries promise");
  }
  return out;
}

bool TileStore::tile_ready(std::uint64_t tile) {
  if (!tile_.empty() && tile_index_ == tile) return true;
  read_tile_.reset();
  const bool there = read_tile_.bind(1, tile_id(0, tile)).step();
  read_tile_.reset();
  return there;
}

Digest TileStore::inside(std::uint64_t tile, unsigned level, std::uint64_t index) {
  if (tile_.empty() || tile_index_ != tile) {
    // Children of node i are 2i and 2i + 1; the leaves are 256 to 511.
    std::vector<Digest> heap(2 * width);
    const auto leaves = hashes(0, tile * width, width);
    std::copy(leaves.begin(), leaves.end(), heap.begin() + width);
    for (std::size_t i = width - 1; i > 0; --i) {
      heap[i] = merkle::node_hash(heap[2 * i], heap[2 * i + 1]);
    }
    tile_ = std::move(heap);
    tile_index_ = tile;
  }
  return tile_[(width >> level) + (index & ((width >> level) - 1))];
}

Digest TileStore::node(unsigned level, std::uint64_t index) {
  const unsigned tile_level = level / height;
  const unsigned within = level % height;
  if (tile_level == 0) {
    const std::uint64_t tile = index >> (height - within);
    if (tile_ready(tile)) return inside(tile, level, index);
    return merkle::root(hashes(0, index << within, std::uint64_t{1} << within));
  }
  const std::uint64_t place = (static_cast<std::uint64_t>(level) << level_shift) | index;
  if (const auto found = upper_.find(place); found != upper_.end()) return found->second;
  const Digest node = merkle::root(hashes(tile_level, index << within, std::uint64_t{1} << within));
  constexpr std::size_t most_kept = 1U << 16U;
  if (upper_.size() >= most_kept) upper_.clear();
  upper_.emplace(place, node);
  return node;
}

}  // namespace consent
