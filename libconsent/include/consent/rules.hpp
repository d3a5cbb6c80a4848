#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"

namespace consent {

enum class RuleKind : std::uint8_t { law, guidance, policy };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(RuleKind kind) noexcept;
/// What a rule does where its condition holds.
enum class Outcome : std::uint8_t { deny, allow, warn, treat };

/// One dated row. A change of law adds a row and closes another; a row is never edited.
struct Rule {
  std::string id;               ///< "ru/38-fz/18-1"
  std::string sheet;            ///< row of the law sheet, "AD-001"
  std::optional<Instant> from;  ///< first moment in force; nullopt: always
  std::optional<Instant> to;    ///< first moment no longer in force; nullopt: still
  RuleKind kind = RuleKind::law;
  std::string condition;  ///< a condition this version knows; an unknown one is refused at load
  Purposes purposes;      ///< empty: all
  Channels channels;      ///< empty: all
  Outcome outcome = Outcome::deny;
  std::string feeds;  ///< treat: the rule it feeds
  std::string citation, citation_ru;
  std::string why, why_ru;  ///< one sentence each: what is said where the condition holds
  std::string met, met_ru;  ///< no_consent rows only: what is said where a consent meets the rule
  std::string source;       ///< where the text was read
  std::string confidence;   ///< C1, C2, G
  std::string read_by, read_on;
};

/// A loaded, validated set of rows of one jurisdiction. Immutable; copies share; safe from threads.
class CONSENT_EXPORT RulePack {
 public:
  /// The pack of Russian law built into the library.
  static RulePack russia();
  /// From TOML text. `name` is for messages. Local dates become Instants here, by the zone the pack
  /// names. @throws Error (rules) naming file and row, also where the machine has no time zone
  /// database.
  static RulePack from_toml(std::string_view toml, const std::string& name);
  static RulePack from_file(const std::filesystem::path& file);

  [[nodiscard]] std::string_view version() const noexcept;       ///< "ru-2026-11-22"
  [[nodiscard]] std::string_view jurisdiction() const noexcept;  ///< ISO 3166, "RU"
  /// First moment the pack does not know: the one after its last day. Later answers carry a
  /// warning.
  [[nodiscard]] std::optional<Instant> known_until() const noexcept;
  [[nodiscard]] std::span<const Rule> rules() const noexcept;
  /// The last row of that id (a rule may have several, one after another), else of that sheet row;
  /// nullptr where there is none.
  [[nodiscard]] const Rule* find(std::string_view id_or_sheet) const noexcept;

  struct Impl;
  [[nodiscard]] const Impl& impl() const noexcept { return *impl_; }

 private:
  explicit RulePack(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace consent
