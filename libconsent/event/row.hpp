#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/event.hpp"
#include "event/canonical.hpp"

/// One row a field: key, place, and the functions that write, read and check it. The tables of
/// event/table.hpp are made of them; encoder, decoder and both checkers walk these tables.
namespace consent::fields {

/// What an encoder knows besides the event. Defaults: write the event as it was read back.
struct Writing {
  canonical::Writer& w;
  std::string_view own{};           ///< the log's distributor, where the event names none
  const Digest* details = nullptr;  ///< commitment to what is sealed
  const std::span<const Digest>* files = nullptr;  ///< commitments to the event's files
  /// Set by the row "details": where the 64 digits of its value begin in the output.
  std::size_t details_at = std::string::npos;
  const std::string* text = nullptr;  ///< what `w` writes to
};

/// What may stand in an entry in clear. Every member throws Error (invalid_argument).
class Checker {
 public:
  /// `number`: the subscriber's, which no word may spell; none for what a log says of itself.
  explicit Checker(const std::optional<PhoneNumber>& number);

  void word(std::string_view field, std::string_view word) const;
  void party(std::string_view field, std::string_view id) const;
  void wording(std::string_view field, const Wording& wording) const;
  [[noreturn]] static void refuse(std::string_view field, const Message& rule);

 private:
  std::string national_;  ///< last ten digits of the number
};

/// In the body of the entry, in clear; or among the details, sealed for the subject.
enum class Place : std::uint8_t { body, sealed };

template <typename E>
struct Row {
  using Struct = E;
  std::string_view key{};
  std::string_view rule{};  ///< ends the sentence "… is not "
  bool needed = false;      ///< a body without it is refused
  Place place = Place::body;
  std::string_view asked{};  ///< what validate() says where the struct lacks it; "": it cannot
  void (*write)(Writing&, std::string_view key, const E&) = nullptr;  ///< nothing where absent
  bool (*read)(const canonical::Value&, E&) = nullptr;                ///< false: not as `rule` says
  void (*absent)(E&) = nullptr;                                       ///< the body does not have it
  bool (*lacks)(const E&) = nullptr;
  void (*check)(const Checker&, std::string_view field, const E&) = nullptr;

  [[nodiscard]] constexpr Row need(std::string_view otherwise = {}) const {
    Row row = *this;
    row.needed = true;
    row.asked = otherwise;
    return row;
  }
  [[nodiscard]] constexpr Row sealed() const {
    Row row = *this;
    row.place = Place::sealed;
    return row;
  }
};

/// Sorted by key at compile time, each key once: one walk serves a table and a canonical object.
template <typename E, std::size_t N>
consteval std::array<Row<E>, N> in_order(std::array<Row<E>, N> rows) {
  for (std::size_t i = 1; i < N; ++i) {
    for (std::size_t j = i; j > 0 && rows[j].key < rows[j - 1].key; --j) {
      const Row<E> row = rows[j];
      rows[j] = rows[j - 1];
      rows[j - 1] = row;
    }
  }
  for (std::size_t i = 1; i < N; ++i) {
    if (rows[i].key == rows[i - 1].key) throw "a key stands twice";
  }
  return rows;
}

/// The members of `E`, in the order of their keys.
template <typename E>
inline constexpr std::array<Row<E>, 0> table{};

template <typename E>
void write_members(Writing& out, const E& event, Place place) {
  for (const Row<E>& row : table<E>) {
    if (row.place == place) row.write(out, row.key, event);
  }
}

/// Reads what the table knows of `object` and leaves the rest alone. Adds the key of each member
/// that is missing though needed, or not as its rule says, to `broken`; without `broken`, stops at
/// the first. @returns the first such row; nullptr: none.
template <typename E>
const Row<E>* read_members(const canonical::Object& object, E& event, Place place,
                           std::vector<std::string_view>* broken = nullptr) {
  const Row<E>* first = nullptr;
  auto at = object.begin();
  for (const Row<E>& row : table<E>) {
    if (row.place != place) continue;
    while (at != object.end() && at->first < row.key) ++at;
    const bool there = at != object.end() && at->first == row.key;
    if (!there && row.absent != nullptr) row.absent(event);
    if (there ? row.read(at->second, event) : !row.needed) continue;
    if (first == nullptr) first = &row;
    if (broken == nullptr) return first;
    broken->push_back(row.key);
  }
  return first;
}

/// @throws Error (invalid_argument) for what no log may hold.
template <typename E>
void check_members(const Checker& checker, const E& event, std::string_view within = {}) {
  for (const Row<E>& row : table<E>) {
    const std::string field =
        within.empty() ? std::string() : std::string(within) + '.' + std::string(row.key);
    const std::string_view name = within.empty() ? row.key : std::string_view(field);
    if (!row.asked.empty() && row.lacks(event)) Checker::refuse(name, row.asked);
    if (row.check != nullptr) row.check(checker, name, event);
  }
}

}  // namespace consent::fields
