// RFC 6962 section 2.1, with the verification steps of RFC 9162 sections 2.1.3.2 and 2.1.4.2.
#include <algorithm>
#include <bit>

#include "consent/error.hpp"
#include "consent/proof.hpp"

namespace consent::merkle {
namespace {

// SHA-256("")
constexpr Digest kEmptyRoot{{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                             0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                             0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}};

[[noreturn]] void refuse(const char* rule) { throw ProofError(rule); }

void check_size(std::uint64_t size) {
  if (size >= size_limit) {
    throw Error(ErrorCode::invalid_argument, "a tree has fewer than 2^63 leaves");
  }
}

constexpr unsigned ones(std::uint64_t n) noexcept {
  return static_cast<unsigned>(std::popcount(n));
}
constexpr unsigned width(std::uint64_t n) noexcept {
  return static_cast<unsigned>(std::bit_width(n));
}

/// Hashes between a leaf and the root: below the level where the paths of `index` and of the last
/// leaf meet there is one a level, above it only where the path turns left.
constexpr unsigned inclusion_length(std::uint64_t index, std::uint64_t size) noexcept {
  const unsigned meet = width(index ^ (size - 1));
  return meet + ones(index >> meet);
}

/// REQUIRES: 0 < size1 < size2 < size_limit.
constexpr unsigned consistency_length(std::uint64_t size1, std::uint64_t size2) noexcept {
  // The proof is that of the last leaf of the old tree, from its largest complete subtree upwards;
  // the subtree itself is left out where it is the whole old tree.
  const auto complete = static_cast<unsigned>(std::countr_zero(size1));
  return inclusion_length(size1 - 1, size2) - complete + (std::has_single_bit(size1) ? 0 : 1);
}

/// MTH of `count` leaves from `begin`. REQUIRES: count > 0; begin is a multiple of the smallest
/// power of two >= count, so every piece is a stored subtree.
Digest range_root(std::uint64_t begin, std::uint64_t count, const NodeReader& node) {
  std::uint64_t end = begin + count;
  auto level = static_cast<unsigned>(std::countr_zero(count));
  Digest hash = node(level, (end - 1) >> level);
  for (;;) {
    end -= std::uint64_t{1} << level;
    count -= std::uint64_t{1} << level;
    if (count == 0) return hash;
    level = static_cast<unsigned>(std::countr_zero(count));
    hash = node_hash(node(level, (end - 1) >> level), hash);
  }
}

}  // namespace

Digest node_hash(const Digest& left, const Digest& right) noexcept {
  std::array<char, 65> node;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  node[0] = 0x01;
  left.view().copy(&node[1], 32);
  right.view().copy(&node[33], 32);
  return sha256({node.data(), node.size()});
}

Digest root(std::span<const Digest> leaf_hashes) noexcept {
  Frontier frontier;
  for (const Digest& leaf : leaf_hashes) frontier.append(leaf);
  return frontier.root();
}

void verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Digest> path, const Digest& root) {
  if (size >= size_limit) refuse("inclusion proof: a tree has fewer than 2^63 leaves");
  if (index >= size) refuse("inclusion proof: the index is not in the tree");
  if (path.size() != inclusion_length(index, size)) {
    refuse("inclusion proof: the number of hashes is not what index and size demand");
  }
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Digest r = leaf;
  for (const Digest& p : path) {
    if (sn == 0) refuse("inclusion proof: too many hashes");
    if ((fn & 1) != 0 || fn == sn) {
      r = node_hash(p, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0 || r != root) refuse("inclusion proof: it does not lead to the root");
}

void verify_consistency(std::uint64_t size1, std::uint64_t size2, std::span<const Digest> path,
                        const Digest& root1, const Digest& root2) {
  if (size2 >= size_limit) refuse("consistency proof: a tree has fewer than 2^63 leaves");
  if (size1 > size2) refuse("consistency proof: the first tree is larger than the second");
  if (size1 == size2 || size1 == 0) {
    if (!path.empty()) refuse("consistency proof: no hashes belong to these sizes");
    if (size1 == size2 && root1 != root2) refuse("consistency proof: one size, two roots");
    return;
  }
  if (path.size() != consistency_length(size1, size2)) {
    refuse("consistency proof: the number of hashes is not what the sizes demand");
  }
  std::uint64_t fn = size1 - 1;
  std::uint64_t sn = size2 - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  const bool whole = std::has_single_bit(size1);
  Digest fr = whole ? root1 : path[0];
  Digest sr = fr;
  for (const Digest& c : path.subspan(whole ? 0 : 1)) {
    if (sn == 0) refuse("consistency proof: too many hashes");
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (fr != root1) refuse("consistency proof: it does not lead to the first root");
  if (sn != 0 || sr != root2) refuse("consistency proof: it does not lead to the second root");
}

Frontier Frontier::resume(std::uint64_t size, const NodeReader& node) {
  check_size(size);
  Frontier frontier;
  frontier.size_ = size;
  for (unsigned level = 0; level < 63; ++level) {
    if ((size >> level & 1) != 0) frontier.nodes_[level] = node(level, (size >> level) - 1);
  }
  return frontier;
}

void Frontier::append(const Digest& leaf) {
  Digest hash = leaf;
  unsigned level = 0;
  for (; (size_ >> level & 1) != 0; ++level) hash = node_hash(nodes_[level], hash);
  nodes_[level] = hash;
  ++size_;
}

void Frontier::append(const Digest& leaf, const NodeWriter& completed) {
  Digest hash = leaf;
  unsigned level = 0;
  completed(0, size_, hash);
  for (; (size_ >> level & 1) != 0; ++level) {
    hash = node_hash(nodes_[level], hash);
    completed(level + 1, size_ >> (level + 1), hash);
  }
  nodes_[level] = hash;
  ++size_;
}

Digest Frontier::root() const noexcept {
  if (size_ == 0) return kEmptyRoot;
  auto level = static_cast<unsigned>(std::countr_zero(size_));
  Digest hash = nodes_[level];
  while (++level < 64) {
    if ((size_ >> level & 1) != 0) hash = node_hash(nodes_[level], hash);
  }
  return hash;
}

Path inclusion_path(std::uint64_t index, std::uint64_t size, const NodeReader& node) {
  check_size(size);
  if (index >= size) throw Error(ErrorCode::invalid_argument, "the index is not in the tree");
  Path path;
  path.reserve(inclusion_length(index, size));
  for (unsigned level = 0; (size - 1) >> level != 0; ++level) {
    const std::uint64_t at = index >> level;
    const std::uint64_t last = (size - 1) >> level;
    if ((at & 1) != 0) {
      path.push_back(node(level, at - 1));
    } else if (at + 1 < last) {
      path.push_back(node(level, at + 1));
    } else if (at + 1 == last) {
      path.push_back(range_root(last << level, size - (last << level), node));  // may be incomplete
    }
  }
  return path;
}

Path consistency_path(std::uint64_t size1, std::uint64_t size2, const NodeReader& node) {
  check_size(size2);
  if (size1 > size2) {
    throw Error(ErrorCode::invalid_argument, "the first tree is larger than the second");
  }
  Path path;
  if (size1 == 0 || size1 == size2) return path;
  path.reserve(consistency_length(size1, size2));
  // RFC 6962 2.1.2, SUBPROOF turned into a loop: walk down to where the old tree ends, noting the
  // sibling of each step; the path is the notes from the bottom up.
  std::uint64_t begin = 0;
  std::uint64_t m = size1;
  std::uint64_t n = size2;
  while (m != n) {
    const std::uint64_t k = std::bit_floor(n - 1);
    if (m <= k) {
      path.push_back(range_root(begin + k, n - k, node));
      n = k;
    } else {
      path.push_back(range_root(begin, k, node));
      begin += k;
      m -= k;
      n -= k;
    }
  }
  if (begin != 0) path.push_back(range_root(begin, n, node));
  std::reverse(path.begin(), path.end());
  return path;
}

Digest root_of(std::uint64_t size, const NodeReader& node) {
  check_size(size);
  return size == 0 ? kEmptyRoot : range_root(0, size, node);
}

}  // namespace consent::merkle
