#include "log/derived.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/decimal.hpp"

namespace consent::derived {

namespace {

constexpr std::size_t size_bytes = 8;
constexpr std::size_t incarnation_bytes = 16;
constexpr std::size_t sealed_bytes = size_bytes + sizeof(Digest::bytes) + incarnation_bytes;

template <std::size_t N>
void put_u64(std::array<char, N>& out, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < size_bytes; ++i) {
    out[at + i] = static_cast<char>((value >> (8U * (size_bytes - 1 - i))) & 0xffU);
  }
}

std::uint64_t take_u64(std::string_view in) {
  std::uint64_t value = 0;
  for (const char c : in.substr(0, size_bytes)) value = (value << 8U) | static_cast<std::uint8_t>(c);
  return value;
}

std::string cut(const Digest& mac) { return std::string(mac.view().substr(0, mac_bytes)); }

}  // namespace

std::string mac_of(const HmacKey& key, const SubjectRow& row) {
  // Everything but the clauses has a fixed size: no two rows give the same bytes.
  std::array<char, 3 * size_bytes + 1> fixed{};
  put_u64(fixed, 0, static_cast<std::uint64_t>(row.count));
  put_u64(fixed, size_bytes, static_cast<std::uint64_t>(row.last));
  fixed[2 * size_bytes] = row.closed ? '\1' : '\0';
  put_u64(fixed, 2 * size_bytes + 1, static_cast<std::uint64_t>(row.closed.value_or(0)));
  std::array<char, 4 + sizeof(Digest::bytes) + fixed.size()> head{};
  std::copy_n("subj", 4, head.begin());
  if (row.tag.size() != sizeof(Digest::bytes)) return {};
  std::copy(row.tag.begin(), row.tag.end(), head.begin() + 4);
  std::copy(fixed.begin(), fixed.end(), head.begin() + 4 + sizeof(Digest::bytes));
  return cut(key.mac({head.data(), head.size()}, row.clauses));
}

std::string mac_of_term(const HmacKey& key, std::string_view before, std::int64_t id,
                        std::string_view text) {
  std::array<char, 4 + mac_bytes + size_bytes> head{};
  std::copy_n("term", 4, head.begin());
  std::copy_n(before.begin(), std::min(before.size(), mac_bytes), head.begin() + 4);
  put_u64(head, 4 + mac_bytes, static_cast<std::uint64_t>(id));
  return cut(key.mac({head.data(), head.size()}, text));
}

std::string mac_of_chunk(const HmacKey& key, std::uint64_t chunk, std::string_view bits) {
  std::array<char, 4 + size_bytes> head{};
  std::copy_n("bits", 4, head.begin());
  put_u64(head, 4, chunk);
  return cut(key.mac({head.data(), head.size()}, bits));
}

bool same_mac(std::string_view one, std::string_view other) noexcept {
  if (one.size() != mac_bytes || other.size() != mac_bytes) return false;
  unsigned differs = 0;
  for (std::size_t i = 0; i < mac_bytes; ++i) {
    differs |= static_cast<unsigned>(static_cast<unsigned char>(one[i])) ^
               static_cast<unsigned>(static_cast<unsigned char>(other[i]));
  }
  return differs == 0;
}

void StateRows::clear() {
  rows_.clear();
  seal_.clear();
  put_ = {};
}

void StateRows::read(sqlite::Connection& db) {
  rows_.clear();
  seal_.clear();
  sqlite::Statement rows(db, "SELECT key,value FROM state");
  while (rows.step()) {
    if (rows.blob(0) == seal_name) {
      seal_ = std::string(rows.blob(1));
      continue;
    }
    put(rows.blob(0), rows.blob(1));
    rows_.find(rows.blob(0))->second.stored = true;
  }
}

std::optional<StateRows::Seal> StateRows::parse_seal(std::string_view row) {
  if (row.size() != mac_bytes + sealed_bytes) return std::nullopt;
  row.remove_prefix(mac_bytes);
  Seal seal;
  seal.size = take_u64(row);
  seal.root = *digest_from_bytes(row.substr(size_bytes, sizeof(Digest::bytes)));
  seal.incarnation = std::string(row.substr(sealed_bytes - incarnation_bytes));
  return seal;
}

std::string StateRows::mac(const HmacKey& key, std::string_view sealed) const {
  Sha256 all;
  for (const auto& [name, row] : rows_) all.add(row.digest.view());
  return cut(key.mac("stat", sealed, all.finish().view()));
}

bool StateRows::is_authentic(const HmacKey& key) const {
  if (!parse_seal(seal_)) return false;
  const std::string_view row = seal_;
  return same_mac(row.substr(0, mac_bytes), mac(key, row.substr(mac_bytes)));
}

std::optional<std::string_view> StateRows::get(std::string_view name) const {
  const auto found = rows_.find(name);
  return found == rows_.end() ? std::nullopt : std::optional<std::string_view>(found->second.value);
}

void StateRows::put(std::string_view name, std::string_view value) {
  auto found = rows_.find(name);
  if (found == rows_.end()) {
    found = rows_.emplace(name, Row{}).first;
  } else if (found->second.value == value) {
    return;
  }
  Row& row = found->second;
  row.value = value;
  row.stored = false;
  // Digests of fixed size, in the order of names: no two tables give the same bytes.
  std::array<char, size_bytes> length{};
  put_u64(length, 0, name.size());
  row.digest = Sha256().add({length.data(), length.size()}).add(name).add(value).finish();
}

void StateRows::append(std::string_view name, std::uint64_t seq) {
  const auto list = get(name);
  std::string value = list ? std::string(*list) + ' ' : std::string();
  value += std::to_string(seq);
  put(name, value);
}

void StateRows::keep_only(std::initializer_list<std::string_view> kept) {
  std::erase_if(rows_, [&](const auto& row) {
    return std::find(kept.begin(), kept.end(), row.first) == kept.end();
  });
}

void StateRows::put_rows(sqlite::Connection& db) {
  if (!put_) {
    put_ = sqlite::Statement(db,
                             "INSERT INTO state(key,value) VALUES(?1,?2) "
                             "ON CONFLICT(key) DO UPDATE SET value=excluded.value");
  }
  for (auto& [name, row] : rows_) {
    if (row.stored) continue;
    put_.bind_text(1, name).bind_blob(2, row.value).run();
    row.stored = true;
  }
}

void StateRows::write(sqlite::Connection& db, const HmacKey& key, const Seal& seal) {
  put_rows(db);
  std::array<char, sealed_bytes> sealed{};
  put_u64(sealed, 0, seal.size);
  std::copy(seal.root.bytes.begin(), seal.root.bytes.end(), sealed.begin() + size_bytes);
  std::copy_n(seal.incarnation.begin(), std::min(seal.incarnation.size(), incarnation_bytes),
              sealed.end() - incarnation_bytes);
  seal_ = mac(key, {sealed.data(), sealed.size()});
  seal_.append(sealed.data(), sealed.size());
  put_.bind_text(1, seal_name).bind_blob(2, seal_).run();
}

void StateRows::write_unsealed(sqlite::Connection& db) { put_rows(db); }

}  // namespace consent::derived
