#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "consent/decision.hpp"
#include "consent/export.hpp"
#include "consent/log.hpp"
#include "consent/rules.hpp"

namespace consent {

/// The log's standings in memory, for dialers, level with the log at each question.
///
/// Fresh: after append() has returned, in any process of this machine, no question that is asked
/// from then on is answered from before it. The gate looks at the mapped head file first: where it
/// has not moved, an answer costs no lock, no allocation and no system call; where it has, one
/// thread reads what was added from the log (docs/reference/gate.md says what that costs), and the
/// others wait. Where the log cannot be followed any more every answer is `unknown`.
/// Thread safety: any number of threads may ask.
/// Fork: a gate lives on in a child, which opens the log for itself when the head moves.
class CONSENT_EXPORT Gate {
 public:
  /// Loads a log that is open, and follows it by another connection. `now` is kept as loaded_at().
  /// @throws Error (storage) where the folder lies on a network file system.
  static Gate load(const Log& log, const RulePack& pack, Instant now);
  /// Opens the folder read-only and follows it; of `options`, `access` and `wait` are not read.
  /// @throws Error as Log::open() and load(), also where the folder may not be entered.
  static Gate open(const std::filesystem::path& folder, const RulePack& pack, Instant now,
                   const LogOptions& options = {});

  Gate(Gate&&) noexcept;
  Gate& operator=(Gate&&) noexcept;
  ~Gate();

  /// Ids of a distributor and a campaign, resolved once for many questions. Where the log learns a
  /// name that the question may mean, ask() answers `unknown` with `gate/names-changed`: resolve
  /// again.
  /// @throws Error (invalid_argument) where `distributor` is "" and the log has not exactly one.
  [[nodiscard]] ResolvedQuestion resolve(const Question& question) const;
  /// Under which names ids are dealt now: goes into ResolvedQuestion::names, and is taken before
  /// them.
  [[nodiscard]] Names names() const noexcept;
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
  /// Warnings that say the same of every contact of a campaign, and of how many answers of
  /// may_contact() each was said. For a host that shows them once.
  [[nodiscard]] std::vector<std::pair<Finding, std::uint64_t>> campaign_warnings() const;
  /// One verdict a number, for the same scope and moment; `scope.number` is not read. As many as
  /// the shorter span holds. The head is looked at between small groups of them.
  void ask_many(std::span<const PhoneNumber> numbers, const ResolvedQuestion& scope,
                std::span<Verdict> verdicts) const noexcept;

  /// The same, resolved here, and anew where a name came in meanwhile.
  /// @throws Error as resolve()
  [[nodiscard]] std::vector<Verdict> may_contact_many(std::span<const PhoneNumber> numbers,
                                                      const Question& scope) const;

  /// Entries that are in the answers: all that were acknowledged before this call, and perhaps
  /// more.
  [[nodiscard]] std::uint64_t log_size() const noexcept;
  /// What is wrong with the log, so that every answer is `unknown` at most; "": nothing.
  [[nodiscard]] Message impairment() const;
  /// When it was opened.
  [[nodiscard]] Instant loaded_at() const noexcept;
  [[nodiscard]] std::uint64_t numbers() const noexcept;
  [[nodiscard]] const RulePack& rules() const noexcept;

 private:
  struct Impl;
  explicit Gate(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace consent
