#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "consent/decision.hpp"
#include "consent/export.hpp"
#include "consent/log.hpp"
#include "consent/rules.hpp"

namespace consent {

/// The log's standings in memory, for dialers: one question costs no lock, no allocation and no
/// I/O.
///
/// Fresh as of open: an event appended later is not seen. loaded_size() and loaded_at() say so.
/// Thread safety: immutable after open; any number of threads may ask. Holds no file open, so it
/// may be opened before or after fork().
class CONSENT_EXPORT Gate {
 public:
  /// Loads a log that is open. `now` is kept as loaded_at().
  static Gate load(const Log& log, const RulePack& pack, Instant now);
  /// Opens the folder read-only, loads, closes.
  static Gate open(const std::filesystem::path& folder, const RulePack& pack, Instant now);

  Gate(Gate&&) noexcept;
  Gate& operator=(Gate&&) noexcept;
  ~Gate();

  /// Ids of a distributor and a campaign, resolved once for many questions.
  /// @throws Error (invalid_argument) where `distributor` is "" and the log has not exactly one.
  [[nodiscard]] ResolvedQuestion resolve(const Question& question) const;
  /// The ids alone, without a throw or an allocation. A distributor: "" is the log's only one,
  /// nullopt where there is not exactly one. A campaign: "" is none.
  [[nodiscard]] std::optional<std::uint32_t> distributor_id(
      std::string_view distributor) const noexcept;
  [[nodiscard]] std::uint32_t campaign_id(std::string_view campaign) const noexcept;
  /// A caller's facts, for a number that `serving_operator` serves ("": not known).
  [[nodiscard]] CallerFacts caller_facts(const Caller& caller,
                                         std::string_view serving_operator) const noexcept;
  [[nodiscard]] Judgement ask(const ResolvedQuestion& question) const noexcept;
  [[nodiscard]] Decision may_contact(const Question& question) const;
  /// One verdict a number, for the same scope and moment; `scope.number` is not read. As many as
  /// the shorter span holds.
  void ask_many(std::span<const PhoneNumber> numbers, const ResolvedQuestion& scope,
                std::span<Verdict> verdicts) const noexcept;

  /// Entries in the log when loading began: all of them are seen (and perhaps some appended
  /// meanwhile).
  [[nodiscard]] std::uint64_t loaded_size() const noexcept;
  [[nodiscard]] Instant loaded_at() const noexcept;
  [[nodiscard]] std::uint64_t numbers() const noexcept;
  [[nodiscard]] const RulePack& rules() const noexcept;

 private:
  struct Impl;
  explicit Gate(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace consent
