#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consent/digest.hpp"
#include "crypto/secret.hpp"
#include "sqlite/sqlite.hpp"

/// MACs of what log.db keeps beside its entries, under a key of keys.db and one incarnation:
/// docs/reference/format.md, "Derived tables", is normative. HMAC-SHA-256, its first 16 bytes.
namespace consent::derived {

inline constexpr std::size_t mac_bytes = 16;
/// Entries whose bits share a row of the table `newest`, and a MAC.
inline constexpr std::uint64_t chunk_entries = 8192;

/// One row of the table `subject`.
struct SubjectRow {
  std::string_view tag;
  std::int64_t count = 0;
  std::int64_t last = -1;
  std::optional<std::int64_t> closed;
  std::string_view clauses;
};

[[nodiscard]] std::string mac_of(const HmacKey& key, const SubjectRow& row);
/// `before`: the MAC of the term before it, "" before the first: one MAC covers all names up to it.
[[nodiscard]] std::string mac_of_term(const HmacKey& key, std::string_view before, std::int64_t id,
                                      std::string_view text);
/// `bits`: bit i % 8 of byte i / 8 is set where entry chunk * chunk_entries + i is the newest of
/// its subject; without zero bytes at the end.
[[nodiscard]] std::string mac_of_chunk(const HmacKey& key, std::uint64_t chunk,
                                       std::string_view bits);
/// Compares in constant time.
[[nodiscard]] bool same_mac(std::string_view one, std::string_view other) noexcept;

/// The table `state`, whole in memory: its row `seal` authenticates all others, the size and root
/// of the tree that they were written with, and the incarnation. One thread at a time.
class StateRows {
 public:
  static constexpr std::string_view seal_name = "seal";
  static constexpr std::string_view chunks_name = "newest";  ///< MACs of all chunks, in order
  static constexpr std::string_view terms_name = "terms";    ///< count, and MAC of the last term
  static constexpr std::string_view mark_name = "standing_upto";
  static constexpr std::string_view subjects_name = "subjects";
  static constexpr std::string_view newest_subject_name = "newest_subject";
  static constexpr std::string_view incarnation_name = "incarnation";

  struct Seal {
    std::uint64_t size = 0;
    Digest root;
    std::string incarnation;  ///< 16 bytes
  };

  /// Reads every row.
  void read(sqlite::Connection& db);
  /// nullopt where there is no seal, or none that can be read.
  [[nodiscard]] static std::optional<Seal> parse_seal(std::string_view row);
  /// Whether the seal is of these rows, under the key of its incarnation.
  [[nodiscard]] bool is_authentic(const HmacKey& key) const;
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  /// Rows are written by write().
  void put(std::string_view name, std::string_view value);
  /// Adds `seq` to a list.
  void append(std::string_view name, std::uint64_t seq);
  /// Forgets every row that is not among `kept`.
  void keep_only(std::initializer_list<std::string_view> kept);
  /// Writes what was put, and the seal, within the transaction under way.
  void write(sqlite::Connection& db, const HmacKey& key, const Seal& seal);
  /// Writes what was put, without a seal: nobody with keys takes it for ours.
  void write_unsealed(sqlite::Connection& db);
  [[nodiscard]] const std::string& seal() const noexcept { return seal_; }
  void clear();

 private:
  struct Row {
    std::string value;
    Digest digest;  ///< of name and value
    bool stored = false;
  };
  [[nodiscard]] std::string mac(const HmacKey& key, std::string_view sealed) const;
  void put_rows(sqlite::Connection& db);

  std::map<std::string, Row, std::less<>> rows_;
  std::string seal_;
  sqlite::Statement put_;
};

}  // namespace consent::derived
