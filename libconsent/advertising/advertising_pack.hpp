#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "consent/advertising.hpp"

namespace consent {

/// One row, its questions as places in the list of questions.
struct AdvertisingRow {
  std::optional<Instant> from;  ///< first moment in force; nullopt: always
  std::optional<Instant> to;    ///< first moment no longer in force; nullopt: still
  std::vector<std::pair<std::size_t, Said>> when;
  std::vector<std::pair<std::size_t, Said>> sets;  ///< treat only
  bool overrides = false;                          ///< treat: also answers that were given
  std::optional<Purpose> purpose;
  AdvertisingFinding says;

  [[nodiscard]] bool in_force(Instant at) const noexcept {
    return (!from || *from <= at) && (!to || at < *to);
  }
};

struct AdvertisingPack::Impl {
  std::string version;
  std::optional<Instant> known_until;  ///< first moment the pack does not know
  std::vector<AdvertisingQuestion> questions;
  std::vector<AdvertisingRow> rows;

  [[nodiscard]] std::optional<std::size_t> place_of(std::string_view key) const noexcept {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      if (questions[i].key == key) return i;
    }
    return std::nullopt;
  }
};

}  // namespace consent
