#pragma once

#include <array>
#include <bit>
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
/// What a rule does where its condition holds. `unknown`: the answer cannot be known, whatever else
/// allows it; a deny stays a deny.
enum class Outcome : std::uint8_t { deny, allow, warn, treat, unknown };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(RuleKind kind) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Outcome outcome) noexcept;

/// Rows of a pack by their position, as bits.
class RuleSet {
 public:
  static constexpr std::size_t most = 256;  ///< rows a pack may hold
  using Words = std::array<std::uint64_t, most / 64>;

  constexpr RuleSet() = default;
  [[nodiscard]] static constexpr RuleSet from_words(const Words& words) noexcept {
    RuleSet set;
    set.words_ = words;
    return set;
  }
  constexpr void insert(std::size_t row) noexcept {
    words_[row / 64] |= std::uint64_t{1} << (row % 64);
  }
  [[nodiscard]] constexpr bool contains(std::size_t row) const noexcept {
    return row < most && ((words_[row / 64] >> (row % 64)) & 1U) != 0;
  }
  [[nodiscard]] constexpr bool empty() const noexcept {
    return (words_[0] | words_[1] | words_[2] | words_[3]) == 0;
  }
  [[nodiscard]] constexpr const Words& words() const noexcept { return words_; }
  constexpr RuleSet& operator&=(const RuleSet& other) noexcept {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  constexpr RuleSet& operator|=(const RuleSet& other) noexcept {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  [[nodiscard]] constexpr RuleSet without(const RuleSet& other) const noexcept {
    RuleSet rest = *this;
    for (std::size_t i = 0; i < words_.size(); ++i) rest.words_[i] &= ~other.words_[i];
    return rest;
  }
  friend constexpr RuleSet operator&(RuleSet a, const RuleSet& b) noexcept { return a &= b; }
  friend constexpr RuleSet operator|(RuleSet a, const RuleSet& b) noexcept { return a |= b; }
  friend constexpr bool operator==(const RuleSet&, const RuleSet&) = default;
  /// Calls `visit` with each position, ascending.
  template <typename Visit>
  constexpr void for_each(const Visit& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1)
        visit(i * 64 + static_cast<std::size_t>(std::countr_zero(word)));
    }
  }

 private:
  Words words_{};
};

/// A part of a local day, in minutes from its midnight; `from` belongs to it, `to` does not.
struct DayWindow {
  std::uint16_t from = 0, to = 24 * 60;
  friend bool operator==(const DayWindow&, const DayWindow&) = default;
};

/// The figures of a row. Each condition says which of them it needs; 0: not given.
struct RuleFigures {
  DayWindow working_days{}, other_days{};  ///< local time of whoever is contacted
  std::uint32_t a_day = 0, a_week = 0, a_month = 0;
  bool only_talks = false;       ///< of the counts above: conversations only, not every attempt
  std::uint32_t at_least = 0;    ///< contacts a day
  std::uint32_t older_than = 0;  ///< days
  std::uint32_t after_days = 0;  ///< whole local days that pass before it holds
  std::uint32_t longest = 0;     ///< characters
  std::uint16_t claims = 0;      ///< bits of Exempt: of these claims alone; 0: of any
  std::uint16_t senders = 0;     ///< bits of Organisation
  bool with_data = false;        ///< only where payment or personal data are sent in selling
  std::uint16_t methods = 0;     ///< bits of Method: of these alone; 0: of any
  std::uint16_t evidence = 0;    ///< flags of Clause, of which one is needed
  std::uint8_t worth = 0;        ///< Grade: at least
  std::uint8_t prong = 0;        ///< 0: the lowest of all; 1, 2, 3: identified, expressed, named
  friend bool operator==(const RuleFigures&, const RuleFigures&) = default;
};

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
  /// The name under which an open point is settled by whoever asks, and the outcomes it may be
  /// given; "": nothing to choose.
  std::string option;
  std::vector<Outcome> choices;
  /// Says the same of every contact of a campaign: shown once, with a count.
  bool of_campaign = false;
  /// After the pack's last known day an answer that this row would bear on is unknown.
  bool fails_closed = false;
  RuleFigures figures;
  std::string citation, citation_ru;
  std::string why, why_ru;  ///< one sentence each: what is said where the condition holds
  std::string met, met_ru;  ///< what is said where the row is met, for conditions that can be met
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
  /// This pack with the policy rows and options of another file: rows that only tighten, never
  /// allow more. A file whose head says `extends` gives the same by from_toml().
  /// @throws Error (rules) for a row that is not policy, or that could allow.
  [[nodiscard]] RulePack with_policy(std::string_view toml, const std::string& name) const;

  [[nodiscard]] std::string_view version() const noexcept;       ///< "ru-2026-11-22"
  [[nodiscard]] std::string_view jurisdiction() const noexcept;  ///< ISO 3166, "RU"
  /// First moment the pack does not know: the one after its last day. Later answers carry a
  /// warning.
  [[nodiscard]] std::optional<Instant> known_until() const noexcept;
  [[nodiscard]] std::span<const Rule> rules() const& noexcept;
  std::span<const Rule> rules() const&& = delete;  // would dangle
  /// Options that were given, "robot_with_consent=warn", in byte order; empty: all as built.
  [[nodiscard]] std::span<const std::string> options() const& noexcept;
  std::span<const std::string> options() const&& = delete;  // would dangle
  /// Rows in force at a moment for a purpose and channel: those an answer has consulted.
  [[nodiscard]] RuleSet in_force(Instant at, Purpose purpose, Channel channel) const noexcept;
  /// The last row of that id (a rule may have several, one after another), else of the first rule
  /// of that sheet row; nullptr where there is none.
  [[nodiscard]] const Rule* find(std::string_view id_or_sheet) const noexcept;

  struct Impl;
  [[nodiscard]] const Impl& impl() const noexcept { return *impl_; }

 private:
  explicit RulePack(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace consent
