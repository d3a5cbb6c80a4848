#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "consent/export.hpp"
#include "consent/instant.hpp"

namespace consent {

/// A set of time zones, a bit a row of rules/ru_zones.toml. Empty means that nobody knows the zone,
/// never "any". Several: the subscriber may be in each of them, so a rule about local hours must
/// hold in all.
class ZoneSet {
 public:
  constexpr ZoneSet() noexcept = default;
  constexpr explicit ZoneSet(std::uint32_t bits) noexcept : bits_(bits) {}

  [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] constexpr int size() const noexcept { return std::popcount(bits_); }
  [[nodiscard]] constexpr bool contains(ZoneSet other) const noexcept {
    return (bits_ & other.bits_) == other.bits_;
  }
  constexpr ZoneSet& operator|=(ZoneSet other) noexcept {
    bits_ |= other.bits_;
    return *this;
  }
  friend constexpr ZoneSet operator|(ZoneSet a, ZoneSet b) noexcept { return a |= b; }
  friend constexpr bool operator==(ZoneSet, ZoneSet) noexcept = default;

 private:
  std::uint32_t bits_ = 0;
};

/// Subjects of the Federation by their two-digit code, 1 to 99 (Москва 77, Байконур 99).
class RegionSet {
 public:
  constexpr RegionSet() noexcept = default;
  constexpr RegionSet(std::uint64_t low, std::uint64_t high) noexcept : bits_{low, high} {}

  /// `code` 0 to 127.
  constexpr void insert(unsigned code) noexcept { bits_[code / 64] |= bit(code); }
  constexpr void erase(unsigned code) noexcept { bits_[code / 64] &= ~bit(code); }
  [[nodiscard]] constexpr bool contains(unsigned code) const noexcept {
    return code < 128 && (bits_[code / 64] & bit(code)) != 0;
  }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_[0] == 0 && bits_[1] == 0; }
  [[nodiscard]] constexpr int size() const noexcept {
    return std::popcount(bits_[0]) + std::popcount(bits_[1]);
  }
  [[nodiscard]] constexpr std::uint64_t low() const noexcept { return bits_[0]; }
  [[nodiscard]] constexpr std::uint64_t high() const noexcept { return bits_[1]; }
  constexpr RegionSet& operator|=(RegionSet other) noexcept {
    bits_[0] |= other.bits_[0];
    bits_[1] |= other.bits_[1];
    return *this;
  }
  friend constexpr RegionSet operator|(RegionSet a, RegionSet b) noexcept { return a |= b; }
  friend constexpr bool operator==(const RegionSet&, const RegionSet&) noexcept = default;

 private:
  static constexpr std::uint64_t bit(unsigned code) noexcept {
    return std::uint64_t{1} << (code % 64);
  }
  std::array<std::uint64_t, 2> bits_{};
};

/// Offsets from UTC, minutes east, ascending, none twice. Empty: not known.
struct LocalOffsets {
  std::array<std::int16_t, 32> minutes{};
  std::uint8_t count = 0;

  [[nodiscard]] constexpr const std::int16_t* begin() const noexcept { return minutes.data(); }
  [[nodiscard]] constexpr const std::int16_t* end() const noexcept {
    return minutes.data() + count;
  }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return count; }
  [[nodiscard]] constexpr bool empty() const noexcept { return count == 0; }
};

/// Where a text says that something is.
struct Place {
  RegionSet regions;
  ZoneSet zones;  ///< of the regions, or of the district where the text names one that narrows
};

/// Zones and the regions that live by them, as dated rows: rules/ru_zones.toml, from law sheet 8.4.
/// Immutable; copies share; safe from any thread.
class CONSENT_EXPORT Zones {
 public:
  /// The table built into the library; read on the first call, which allocates.
  [[nodiscard]] static const Zones& russia();
  /// From TOML text of the same shape. `name` is for messages. @throws Error (rules) naming the
  /// row.
  [[nodiscard]] static Zones from_toml(std::string_view toml, const std::string& name);

  [[nodiscard]] std::string_view version() const noexcept;  ///< "ru-zones-2026-11-22"
  /// Changes with every change of the table's text.
  [[nodiscard]] std::uint64_t fingerprint() const noexcept;

  /// Offsets in force at `at` in all `zones`. Empty where the set is empty, or where the table does
  /// not know the offset of one of them then (before 2014-10-26). No allocation.
  [[nodiscard]] LocalOffsets local_offsets(ZoneSet zones, Instant at) const noexcept;

  /// Union of the zones of `regions`; empty where one of them is not in the table. No allocation.
  [[nodiscard]] ZoneSet zones_of(RegionSet regions) const noexcept;
  /// Zones of a country by ISO 3166: "RU" all its regions', "KZ"; empty for others.
  [[nodiscard]] ZoneSet zones_of_country(std::string_view iso) const noexcept;
  /// By the IANA name, "Asia/Omsk"; empty where it is not in the table.
  [[nodiscard]] ZoneSet zone(std::string_view name) const noexcept;
  /// IANA name of the one zone that `bit` (0 to 31) is; "" where none is.
  [[nodiscard]] std::string_view zone_name(unsigned bit) const noexcept;
  /// "Москва" for 77; "" for a code that is not in the table.
  [[nodiscard]] std::string_view region_name(unsigned code) const noexcept;
  [[nodiscard]] RegionSet all_regions() const noexcept;

  /// Reads a region column as lists write it: sets in any order ("г. Москва * Московская область"),
  /// paths from the settlement to the region ("г. Псков|Псковская обл."), "Российская Федерация,
  /// кроме …". All or nothing: empty where a part of the text names nothing that the table knows,
  /// since half a set of zones would be a guess.
  [[nodiscard]] Place place(std::string_view text) const;

 private:
  struct Impl;
  explicit Zones(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace consent
