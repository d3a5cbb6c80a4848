#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "consent/decision.hpp"
#include "consent/numbering.hpp"
#include "decision/conditions.hpp"
#include "decision/defects.hpp"
#include "decision/findings.hpp"
#include "decision/rule_pack.hpp"
#include "standing/holder.hpp"

namespace consent::decision {

/// One question before the judge: what is asked, what the log says of the number's holder, which
/// rows are in force, and what they have found so far. The functions of law.hpp read the first
/// three and add to the last. What only some rows need is worked out when the first of them asks.
class Case {
 public:
  using Rows = RuleSet;

  /// `counted_at`: the moment that the question's counts are of.
  Case(const ResolvedQuestion& asked, const RulePack::Impl& pack, const standing::Holder& holder,
       const LogFacts& facts, Instant counted_at) noexcept;

  // What is asked.
  [[nodiscard]] const ResolvedQuestion& asked() const noexcept { return asked_; }
  [[nodiscard]] const CallerFacts& caller() const noexcept { return asked_.caller; }
  [[nodiscard]] Instant at() const noexcept { return asked_.at; }
  [[nodiscard]] Purpose purpose() const noexcept { return contact_.purpose; }
  [[nodiscard]] Channel channel() const noexcept { return contact_.channel; }
  /// Who or what dials or sends: as asked, else as the caller states once for all.
  [[nodiscard]] DialledBy dialled_by() const noexcept {
    return asked_.dialled_by != DialledBy::unstated ? asked_.dialled_by : caller().dialled_by;
  }
  /// Whether the pack is of the number's country.
  [[nodiscard]] bool law_loaded() const noexcept { return law_loaded_; }
  /// Neither advertising nor taken for it, nor a purpose with rules of its own.
  [[nodiscard]] bool is_outside_advertising() const noexcept {
    return !standing::in_family(purpose()) && purpose() != Purpose::debt_collection;
  }
  [[nodiscard]] const standing::Contact& contact() const noexcept { return contact_; }
  [[nodiscard]] NumberKind number_kind() const noexcept { return facts_.kind; }
  [[nodiscard]] std::span<const AssignedCaller> assigned() const noexcept { return log_.assigned; }
  [[nodiscard]] const LogFacts& log() const noexcept { return log_; }
  [[nodiscard]] Instant counted_at() const noexcept { return counted_at_; }
  [[nodiscard]] bool is_message() const noexcept {
    return channel() != Channel::voice && channel() != Channel::robot;
  }
  /// Where the subscriber may be: as the host says, else by the numbering plan.
  [[nodiscard]] const Whereabouts& where() noexcept;

  // The rows.
  [[nodiscard]] const RulePack::Impl& pack() const noexcept { return pack_; }
  [[nodiscard]] const RulePack::Impl::InForce& in_force() const noexcept { return *in_force_; }
  [[nodiscard]] Rows rows_of(Condition condition) const noexcept {
    return in_force_->rows & pack_.rows_of(condition);
  }
  [[nodiscard]] Rows feeding(Condition condition, Ground ground) const noexcept {
    return rows_of(condition) & pack_.treats & pack_.feeding[static_cast<std::size_t>(ground)];
  }
  /// Rows on the separate document: those in force on the day of the consent, not of the contact.
  [[nodiscard]] Rows document_rows(const Clause& consent) const noexcept;
  /// Of `among`: rows that a consent without an end is too old for.
  [[nodiscard]] Rows outlived(const Clause& consent, const Rows& among) const noexcept;

  // What the log says.
  [[nodiscard]] const standing::Holder& holder() const noexcept { return holder_; }
  /// Of a ground; read once.
  [[nodiscard]] const standing::Standing& standing(Ground ground) noexcept;
  [[nodiscard]] const standing::Standing& consent() noexcept {
    return standing(Ground::advertising);
  }
  /// The same where a row has asked for it; nullptr: none has.
  [[nodiscard]] const standing::Standing* standing_read(Ground ground) const noexcept {
    const auto& kept = standings_[static_cast<std::size_t>(ground)];
    return kept ? &*kept : nullptr;
  }
  /// The last answer to "is this number personal data?"; nullptr: none.
  [[nodiscard]] const Clause* classified() noexcept;
  /// Why a consent does not count for a ground.
  [[nodiscard]] std::uint32_t defects(const Clause& consent, Ground ground) const noexcept;
  /// Of `wanted`: what rules may hold against a consent, whether or not one in force does.
  [[nodiscard]] std::uint32_t defects_of_worth(const Clause& consent, Ground ground,
                                               std::uint32_t wanted) const noexcept;
  /// Flags of a consent with what was added to show it until the moment.
  [[nodiscard]] std::uint16_t flags_of(const Clause& consent) const noexcept;
  [[nodiscard]] Worth worth_of(const Clause& consent, Ground ground) const noexcept;
  /// Consents that a row which allows relies on; visit(clause, ground).
  template <typename Visit>
  void for_each_relied_on(const Visit& visit) noexcept {
    for (std::size_t i = 0; i < ground_count; ++i) {
      const auto ground = static_cast<Ground>(i);
      if (!relied_on[i]) continue;
      if (const Clause* const consent = standing(ground).live) visit(*consent, ground);
    }
  }
  /// Is this one of many? By what is stated, else by the rows that take it for one.
  [[nodiscard]] Stated mass() const noexcept;

  // What is found.
  /// Rows whose condition holds: each by its outcome. `cured`: when the condition passes by itself.
  void verdict_of(const Rows& rows, std::uint64_t seq,
                  std::optional<Instant> cured = std::nullopt) noexcept;
  void warn_of(const Rows& rows, std::uint64_t seq) noexcept;
  /// Rows that are met: those that may allow say so.
  void meet(const Rows& rows, std::uint64_t seq) noexcept;
  void meet(const Rows& rows, const Clause& consent, Ground ground) noexcept;
  void allow(const Rows& rows, std::uint64_t seq) noexcept;
  void deny(Builtin builtin, std::uint64_t seq) noexcept;
  void unknown(Builtin builtin, std::uint64_t seq) noexcept;
  /// Rows that bear on the contact, whether or not they speak.
  void touch(const Rows& rows) noexcept { touched_ |= rows; }
  /// A stop that the answer stands on, where no earlier one was named.
  void rely_on_stop(const Clause* stop) noexcept {
    if (relied_stop == nullptr) relied_stop = stop;
  }
  [[nodiscard]] const Rows& touched() const noexcept { return touched_; }

  Items denies, unknowns, allows, warns;
  Rows made_mass, exempted;
  Rows exemption;  ///< rows that accept the caller's claim, whether or not the contact is mass
  const AssignedCaller* assignment = nullptr;  ///< that lets the caller call
  const Clause* relied_stop = nullptr;
  std::array<bool, ground_count> relied_on{};  ///< grounds that a row found met by a consent
  std::array<bool, ground_count> lacking{};    ///< grounds asked for, and not there
  bool ground_open = false;                    ///< a row would allow, if only more were known
  bool home_only = false;                      ///< a row spoke by the mobile number's home region
  bool curable = true;                         ///< time alone ends every deny
  Instant cure = Instant::min();

 private:
  const ResolvedQuestion& asked_;
  const RulePack::Impl& pack_;
  const standing::Holder& holder_;
  const LogFacts& log_;
  Instant counted_at_;
  standing::Contact contact_;
  NumberFacts facts_;
  bool law_loaded_;
  const RulePack::Impl::InForce* in_force_;
  Rows touched_;
  std::array<std::optional<standing::Standing>, ground_count> standings_;
  std::optional<const Clause*> classified_;
  std::optional<Whereabouts> where_;
};

}  // namespace consent::decision
