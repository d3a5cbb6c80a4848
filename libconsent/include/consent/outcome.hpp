#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/export.hpp"
#include "consent/instant.hpp"

namespace consent {

/// Who answered a call.
enum class Reached : std::uint8_t { unknown, nobody, machine, somebody, decision_maker };
/// Whether to call again.
enum class Retry : std::uint8_t {
  unknown,
  no,
  within_cap,  ///< as often as caps and hours allow
  when_asked,  ///< at the time the subscriber named
};
/// What an outcome leaves of further advertising.
enum class Further : std::uint8_t {
  unchanged,
  not_this_campaign,
  own_consent,  ///< only on a consent given after it
  stopped,
};
/// What must be recorded because of an outcome.
enum class ToRecord : std::uint8_t { nothing, withdrawal, consent, call_back };

[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Reached value) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Retry value) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Further value) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(ToRecord value) noexcept;

/// How a call ended, and what follows. Policy of this library, not law.
struct CallOutcome {
  std::string id;             ///< short word, as `contact.made` keeps it: "no_such_subscriber"
  std::string name, name_ru;  ///< "no such subscriber"
  Reached reached = Reached::unknown;
  Retry retry = Retry::unknown;
  /// The consent is of no use until one is given anew. Not a withdrawal: standing is unchanged.
  bool suspends = false;
  Further advertising = Further::unchanged;
  ToRecord record = ToRecord::nothing;
  std::string leans_on;  ///< row of the law sheet that decides by itself; "" where there is none
  std::string why, why_ru;
  std::string source;
};

/// What was not heeded.
enum class OutcomeCondition : std::uint8_t {
  contact_after_suspension,
  advertising_same_campaign,
  advertising_without_own_consent,
  withdrawal_not_recorded,
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(OutcomeCondition condition) noexcept;

/// What an audit says where a contact did not heed an earlier outcome. Policy too.
struct OutcomeRule {
  std::string id;  ///< "policy/outcome/withdrawal-not-recorded"
  OutcomeCondition condition{};
  std::string leans_on;
  std::string why, why_ru;
  std::string source;
};

/// The outcomes and rules of rules/outcomes.toml. Immutable; copies share; safe from threads.
class CONSENT_EXPORT OutcomePack {
 public:
  static OutcomePack standard();
  /// @throws Error (rules) naming file and row.
  static OutcomePack from_toml(std::string_view toml, const std::string& name);

  [[nodiscard]] std::string_view version() const noexcept;  ///< "outcomes-2026-11-22"
  /// The first one is "unknown".
  [[nodiscard]] std::span<const CallOutcome> outcomes() const& noexcept;
  std::span<const CallOutcome> outcomes() const&& = delete;  // would dangle
  [[nodiscard]] std::span<const OutcomeRule> rules() const& noexcept;
  std::span<const OutcomeRule> rules() const&& = delete;  // would dangle
  /// Place of an outcome; nullopt for a word that is not in the pack.
  [[nodiscard]] std::optional<std::uint16_t> find(std::string_view id) const noexcept;

 private:
  struct Impl;
  explicit OutcomePack(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// One contact of one number.
struct EndedContact {
  Instant at{};
  std::uint16_t outcome = 0;   ///< place in the pack
  std::uint32_t campaign = 0;  ///< equal numbers: one campaign
  bool outgoing = true;        ///< an incoming one changes what follows and is at fault in nothing
  bool advertising = true;     ///< also where the purpose is mixed or unknown
};
/// A consent to advertising, or a stop of it, by this number.
struct Expressed {
  Instant said{};
  bool stop = false;
};
struct OutcomeFinding {
  std::size_t contact = 0;  ///< place of the contact at fault
  std::size_t rule = 0;     ///< place in the pack
  std::size_t because = 0;  ///< place of the contact whose outcome was not heeded
};

/// What the contacts of one number did not heed. `contacts` in order of `at`: what was said at one
/// moment counts for later ones only. `expressed` in any order.
[[nodiscard]] CONSENT_EXPORT std::vector<OutcomeFinding> judge_outcomes(
    const OutcomePack& pack, std::span<const EndedContact> contacts,
    std::span<const Expressed> expressed);

}  // namespace consent
