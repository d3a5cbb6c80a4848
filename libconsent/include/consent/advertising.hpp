#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/rules.hpp"

namespace consent {

/// What somebody answered to one question about a contact.
enum class Said : std::uint8_t {
  unknown,  ///< was asked and cannot say
  yes,
  no,
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Said said) noexcept;
template <>
CONSENT_EXPORT std::optional<Said> from_word(std::string_view word) noexcept;

/// The answers by the keys of the questions. A question that is not in it was not asked.
using Answers = std::vector<std::pair<std::string, Said>>;

/// One question about a contact: a sign of advertising, or an exception. Its row names the law.
struct AdvertisingQuestion {
  std::string key;               ///< "promotion"
  std::string part;              ///< "scope", "sign", "exception", "practice"
  Said unasked = Said::unknown;  ///< what counts where nobody was asked
  /// Asked only where that question was answered so.
  std::optional<std::pair<std::string, Said>> after;
  std::string name, name_ru;  ///< short: "promotes on the market"
  std::string ask, ask_ru;    ///< the question itself
  std::string hint, hint_ru;  ///< "" where there is none
};

/// What a row says where its answers hold.
enum class AdvertisingOutcome : std::uint8_t {
  yes,
  no,
  unclear,
  warn,   ///< shown, changes nothing
  treat,  ///< changes other answers
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(AdvertisingOutcome outcome) noexcept;

/// One row's answer. Owns its text.
struct AdvertisingFinding {
  std::string rule;  ///< "ru/38-fz/3-1/promotion"
  AdvertisingOutcome outcome = AdvertisingOutcome::warn;
  RuleKind kind = RuleKind::law;
  std::string why, why_ru;
  std::string citation, citation_ru;
  std::string source;
  std::string confidence;  ///< C1, C2, G
};

/// Is this contact advertising?
struct [[nodiscard]] Advertising {
  IsAdvertising answer = IsAdvertising::unclear;
  /// Keys. Of `no`: the signs that are not there. Of `unclear`: what must be answered to tell; may
  /// be empty, where a row is open whatever is answered.
  std::vector<std::string> missing;
  std::vector<AdvertisingFinding> findings;  ///< the deciding one first, warnings last
  /// The purpose to file the contact under; nullopt: the rows do not tell. Never one that allows
  /// more than the answer: unclear is `unknown`, which is treated as advertising.
  std::optional<Purpose> purpose;
  std::string pack;  ///< version of the rows
  Digest digest;     ///< SHA-256 of pack, answers and text; docs/reference/advertising.md
  /// Whether the duties of advertising apply: yes and unclear.
  [[nodiscard]] bool treat_as_advertising() const noexcept { return answer != IsAdvertising::no; }
};  // no operator bool: an unclear answer is not a no

/// Questions and dated rows of one jurisdiction. Immutable; copies share; safe from threads.
class CONSENT_EXPORT AdvertisingPack {
 public:
  /// The rows built into the library: rules/ru_advertising.toml.
  static AdvertisingPack russia();
  /// From TOML text. `name` is for messages.
  /// @throws Error (rules) naming file and row.
  static AdvertisingPack from_toml(std::string_view toml, const std::string& name);

  [[nodiscard]] std::string_view version() const noexcept;  ///< "ru-ad-2026-11-22"
  [[nodiscard]] std::span<const AdvertisingQuestion> questions() const& noexcept;  ///< as asked
  std::span<const AdvertisingQuestion> questions() const&& = delete;               // would dangle

  struct Impl;
  [[nodiscard]] const Impl& impl() const noexcept { return *impl_; }

 private:
  explicit AdvertisingPack(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// Holds the answers against the rows in force at `at`. `text`: SHA-256 of the text of the contact,
/// where there is one; it goes into the digest and nothing else, since nobody reads texts here.
/// @throws Error (invalid_argument) where a key is not a question of the pack, or stands twice.
[[nodiscard]] CONSENT_EXPORT Advertising is_advertising(const AdvertisingPack& pack,
                                                        const Answers& answers, Instant at,
                                                        const std::optional<Digest>& text = {});

/// The next question to put, in the order of the pack; nullptr where every one that may still
/// change the answer has been put. @throws Error as is_advertising().
[[nodiscard]] CONSENT_EXPORT const AdvertisingQuestion* next_question(const AdvertisingPack& pack,
                                                                      const Answers& answers,
                                                                      Instant at);

}  // namespace consent
