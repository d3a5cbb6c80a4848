#include <bit>
#include <functional>
#include <map>

#include "catch.hpp"
#include "consent/error.hpp"
#include "consent/proof.hpp"
#include "vector_files.hpp"

namespace merkle = consent::merkle;
using consent::Digest;
using consent::ProofError;
using consent_testing::digest;
using consent_testing::from_hex;
using consent_testing::vectors;
using merkle::Path;

namespace {

// RFC 6962 2.1 word for word, over leaf hashes.
std::size_t split(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
Digest mth(std::span<const Digest> d) {
  if (d.empty()) return consent::sha256("");
  if (d.size() == 1) return d[0];
  const std::size_t k = split(d.size());
  return merkle::node_hash(mth(d.first(k)), mth(d.subspan(k)));
}
Path naive_path(std::size_t m, std::span<const Digest> d) {
  if (d.size() == 1) return {};
  const std::size_t k = split(d.size());
  Path path = m < k ? naive_path(m, d.first(k)) : naive_path(m - k, d.subspan(k));
  path.push_back(m < k ? mth(d.subspan(k)) : mth(d.first(k)));
  return path;
}
Path naive_subproof(std::size_t m, std::span<const Digest> d, bool whole) {
  if (m == d.size()) return whole ? Path{} : Path{mth(d)};
  const std::size_t k = split(d.size());
  Path path =
      m <= k ? naive_subproof(m, d.first(k), whole) : naive_subproof(m - k, d.subspan(k), false);
  path.push_back(m <= k ? mth(d.subspan(k)) : mth(d.first(k)));
  return path;
}

std::vector<Digest> leaves(std::size_t n) {
  std::vector<Digest> result;
  for (std::size_t i = 0; i < n; ++i)
    result.push_back(merkle::leaf_hash("leaf " + std::to_string(i)));
  return result;
}

/// What a log keeps, and how often it was read.
struct Store {
  std::map<std::pair<unsigned, std::uint64_t>, Digest> nodes;
  std::size_t reads = 0;
  merkle::NodeReader reader() {
    return [this](unsigned level, std::uint64_t index) {
      ++reads;
      return nodes.at({level, index});  // throws for a subtree that is not complete
    };
  }
  merkle::NodeWriter writer() {
    return [this](unsigned level, std::uint64_t index, const Digest& hash) {
      if (!nodes.emplace(std::pair(level, index), hash).second)
        throw std::logic_error("told twice");
    };
  }
};

bool included(const Digest& leaf, std::uint64_t index, std::uint64_t size, const Path& path,
              const Digest& root) {
  try {
    merkle::verify_inclusion(leaf, index, size, path, root);
    return true;
  } catch (const ProofError&) {
    return false;
  }
}
bool consistent(std::uint64_t size1, std::uint64_t size2, const Path& path, const Digest& root1,
                const Digest& root2) {
  try {
    merkle::verify_consistency(size1, size2, path, root1, root2);
    return true;
  } catch (const ProofError&) {
    return false;
  }
}

Path path_of(const consent_testing::Vector& vector) {
  Path path;
  for (const auto& hex : vector.texts("path")) path.push_back(digest(hex));
  return path;
}

}  // namespace

TEST_CASE("roots of the certificate-transparency leaves are the known ones", "[log][merkle]") {
  // Leaves and roots of transparency-dev/merkle, testdata; sizes 1 to 8.
  const std::vector<std::string> data{"",
                                      "00",
                                      "10",
                                      "2021",
                                      "3031",
                                      "40414243",
                                      "5051525354555657",
                                      "606162636465666768696a6b6c6d6e6f"};
  const std::vector<std::string> roots{
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  std::vector<Digest> hashes;
  merkle::Frontier frontier;
  CHECK(frontier.root() == consent::sha256(""));
  CHECK(merkle::root({}) == consent::sha256(""));
  for (std::size_t i = 0; i < data.size(); ++i) {
    hashes.push_back(merkle::leaf_hash(from_hex(data[i])));
    frontier.append(hashes.back());
    CHECK(to_hex(merkle::root(hashes)) == roots[i]);
    CHECK(to_hex(frontier.root()) == roots[i]);
    CHECK(frontier.size() == i + 1);
  }
}

TEST_CASE("inclusion vectors", "[log][merkle][vectors]") {
  for (const auto& vector : vectors("merkle/inclusion")) {
    INFO(vector.name);
    CHECK(included(digest(vector.text("leaf")), vector.number("index"), vector.number("size"),
                   path_of(vector), digest(vector.text("root"))) == vector.accepted());
  }
}

TEST_CASE("consistency vectors", "[log][merkle][vectors]") {
  for (const auto& vector : vectors("merkle/consistency")) {
    INFO(vector.name);
    CHECK(consistent(vector.number("size1"), vector.number("size2"), path_of(vector),
                     digest(vector.text("root1")),
                     digest(vector.text("root2"))) == vector.accepted());
  }
}

TEST_CASE("paths and roots from stored subtrees are those of the definitions, for every size to 64",
          "[log][merkle][property]") {
  const auto all = leaves(64);
  Store store;
  merkle::Frontier frontier;
  for (std::size_t n = 1; n <= all.size(); ++n) {
    frontier.append(all[n - 1], store.writer());
    const auto d = std::span(all).first(n);
    const Digest root = mth(d);
    CHECK(frontier.root() == root);
    CHECK(merkle::root(d) == root);
    CHECK(merkle::root_of(n, store.reader()) == root);
    auto resumed = merkle::Frontier::resume(n, store.reader());
    CHECK(resumed.size() == n);
    CHECK(resumed.root() == root);
    resumed.append(all[0]);
    auto longer = std::vector<Digest>(d.begin(), d.end());
    longer.push_back(all[0]);
    CHECK(resumed.root() == mth(longer));
    for (std::size_t m = 0; m < n; ++m) {
      const Path path = merkle::inclusion_path(m, n, store.reader());
      REQUIRE(path == naive_path(m, d));
      REQUIRE(included(all[m], m, n, path, root));
    }
    for (std::size_t m = 1; m <= n; ++m) {
      const Path path = merkle::consistency_path(m, n, store.reader());
      REQUIRE(path == naive_subproof(m, d, true));
      REQUIRE(consistent(m, n, path, mth(d.first(m)), root));
    }
    CHECK(merkle::consistency_path(0, n, store.reader()).empty());
  }
  CHECK(merkle::root_of(0, store.reader()) == consent::sha256(""));
}

TEST_CASE("no path of a tree to 20 leaves proves another place, size or length",
          "[log][merkle][property]") {
  const auto all = leaves(20);
  std::vector<Digest> roots;
  for (std::size_t n = 0; n <= all.size(); ++n) roots.push_back(mth(std::span(all).first(n)));
  for (std::size_t n = 1; n <= all.size(); ++n) {
    for (std::size_t m = 0; m < n; ++m) {
      const Path path = naive_path(m, std::span(all).first(n));
      for (std::size_t other = 0; other <= n + 1; ++other) {
        if (other != m) REQUIRE_FALSE(included(all[m], other, n, path, roots[n]));
      }
      for (std::size_t i = 0; i < path.size(); ++i) {
        Path changed = path;
        changed[i].bytes[i % 32] ^= 1;
        REQUIRE_FALSE(included(all[m], m, n, changed, roots[n]));
      }
      Path longer = path;
      longer.push_back(roots[n]);
      REQUIRE_FALSE(included(all[m], m, n, longer, roots[n]));
      if (!path.empty()) {
        longer.pop_back();
        longer.pop_back();
        REQUIRE_FALSE(included(all[m], m, n, longer, roots[n]));
      }
      REQUIRE_FALSE(included(all[m], m, 0, path, roots[n]));
      REQUIRE_FALSE(included(all[m], m, n | merkle::size_limit, path, roots[n]));
    }
    for (std::size_t m = 1; m <= n; ++m) {
      const Path path = naive_subproof(m, std::span(all).first(n), true);
      for (std::size_t other = 1; other <= n; ++other) {
        if (other != m) REQUIRE_FALSE(consistent(m, n, path, roots[other], roots[n]));
        if (other != n) REQUIRE_FALSE(consistent(m, n, path, roots[m], roots[other]));
      }
      for (std::size_t i = 0; i < path.size(); ++i) {
        Path changed = path;
        changed[i].bytes[i % 32] ^= 0x80;
        REQUIRE_FALSE(consistent(m, n, changed, roots[m], roots[n]));
      }
      Path longer = path;
      longer.push_back(roots[n]);
      REQUIRE_FALSE(consistent(m, n, longer, roots[m], roots[n]));
      if (m != n) {
        REQUIRE_FALSE(consistent(n, m, path, roots[n], roots[m]));
        REQUIRE_FALSE(consistent(m, n, Path(path.begin(), path.end() - 1), roots[m], roots[n]));
      }
      REQUIRE_FALSE(consistent(m, n | merkle::size_limit, path, roots[m], roots[n]));
    }
  }
}

TEST_CASE("a size of 0 proves nothing and takes no hashes", "[log][merkle]") {
  const auto all = leaves(3);
  const Digest root = mth(all);
  const Digest none = consent::sha256("");
  CHECK(consistent(0, 3, {}, none, root));
  CHECK_FALSE(consistent(0, 3, {root}, none, root));
  CHECK(consistent(0, 0, {}, none, none));
  CHECK_FALSE(consistent(0, 0, {}, none, root));
  CHECK_FALSE(included(none, 0, 0, {}, none));
}

TEST_CASE("a path is read in O(log n), also near the edges of a large tree", "[log][merkle]") {
  // The reader makes every complete subtree up, so the tree may be as large as one likes.
  std::size_t reads = 0;
  std::uint64_t size = 0;
  const merkle::NodeReader node = [&](unsigned level, std::uint64_t index) {
    ++reads;
    REQUIRE(((index + 1) << level) <= size);  // complete
    return consent::sha256(std::to_string(level) + ' ' + std::to_string(index));
  };
  for (const std::uint64_t n :
       {std::uint64_t{1'000'000}, (std::uint64_t{1} << 40) + 1, merkle::size_limit - 1}) {
    size = n;
    for (const std::uint64_t m : {std::uint64_t{0}, n / 3, n - 2, n - 1}) {
      reads = 0;
      const auto path = merkle::inclusion_path(m, n, node);
      CHECK(reads <= 2U * 63);
      CHECK(path.size() <= 63);
      reads = 0;
      (void)merkle::consistency_path(m, n, node);
      CHECK(reads <= 2U * 63);
    }
  }
}

TEST_CASE("what is asked of a tree must be in it", "[log][merkle]") {
  Store store;
  CHECK_THROWS_AS(merkle::inclusion_path(0, 0, store.reader()), consent::Error);
  CHECK_THROWS_AS(merkle::inclusion_path(3, 3, store.reader()), consent::Error);
  CHECK_THROWS_AS(merkle::inclusion_path(0, merkle::size_limit, store.reader()), consent::Error);
  CHECK_THROWS_AS(merkle::consistency_path(4, 3, store.reader()), consent::Error);
  CHECK_THROWS_AS(merkle::consistency_path(1, merkle::size_limit, store.reader()), consent::Error);
  CHECK_THROWS_AS(merkle::root_of(merkle::size_limit, store.reader()), consent::Error);
  CHECK_THROWS_AS(merkle::Frontier::resume(merkle::size_limit, store.reader()), consent::Error);
}

TEST_CASE("a frontier stays as it was where the store fails", "[log][merkle]") {
  const auto all = leaves(4);
  merkle::Frontier frontier;
  for (std::size_t i = 0; i < 3; ++i) frontier.append(all[i]);
  for (const unsigned fails_at : {0U, 1U, 2U}) {
    CHECK_THROWS(frontier.append(all[3], [&](unsigned level, std::uint64_t, const Digest&) {
      if (level == fails_at) throw std::runtime_error("disk full");
    }));
    CHECK(frontier.size() == 3);
    CHECK(frontier.root() == mth(std::span(all).first(3)));
  }
  frontier.append(all[3]);
  CHECK(frontier.root() == mth(all));
}
