#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "consent/decision.hpp"
#include "consent/numbering.hpp"
#include "consent/standing.hpp"
#include "decision/rule_pack.hpp"

/// The decision core, over any source of subjects: judge() gives it vectors, the gate and the audit
/// their tables. Integers only; noexcept, no allocation, no lock; O(clauses).
namespace consent::decision {

/// One holder of the number, borrowed.
struct SubjectView {
  std::optional<Instant> closed;
  std::span<const Clause> clauses;  ///< in order of seq
};

inline constexpr std::uint64_t no_seq = ~std::uint64_t{0};

/// Findings that are no rule of law: what house.md calls standing, and the defaults. Rule index -1,
/// -2, …
enum class Builtin : std::int16_t {
  no_consent = -1,  ///< default: nobody said yes
  no_rule = -2,     ///< default: a consent, but no law loaded that says it suffices
  stop = -3,        ///< default: a stop where no row of law speaks
  known_until = -4,
  recorded_late = -5,
  expired = -6,
  not_recorded = -7,
  campaign = -8,
  covers = -9,
  distributor = -10,
  purpose = -11,
  channel = -12,
  not_prior = -13,
  earlier_holder = -14,
  ended_by_stop = -15,
  nothing_kept = -16,
  more = -17,
  restricted = -18,  ///< kept for proof alone
  erased = -19,      ///< whoever holds the number was erased, and nobody has consented since
};
inline constexpr std::int16_t builtin_count = 19;

/// Why one consent does not count. Bits of one word, so that "counts" is "== 0".
enum Spoil : std::uint32_t {
  spoil_covers = 1U << 0,
  spoil_distributor = 1U << 1,
  spoil_holder = 1U << 2,
  spoil_not_prior = 1U << 3,
  spoil_not_recorded = 1U << 4,
  spoil_expired = 1U << 5,
  spoil_purpose = 1U << 6,
  spoil_channel = 1U << 7,
  spoil_campaign = 1U << 8,
  // Worth: counts against a consent only where a row in force says so.
  spoil_form = 1U << 9,
  spoil_contract = 1U << 10,
  spoil_prechecked = 1U << 11,
  spoil_open_source = 1U << 12,
};

/// What each spoil is called: by a row of its condition where one is in force, else by a built-in.
struct SpoilName {
  std::uint32_t spoil;
  std::optional<Condition> condition;
  std::optional<Builtin> builtin;  ///< none: worth, which without a row in force spoils nothing
};
inline constexpr std::array<SpoilName, 13> spoil_names{{
    {spoil_holder, Condition::earlier_holder, Builtin::earlier_holder},
    {spoil_distributor, Condition::other_distributor, Builtin::distributor},
    {spoil_covers, std::nullopt, Builtin::covers},
    {spoil_purpose, Condition::other_purpose, Builtin::purpose},
    {spoil_channel, Condition::other_channel, Builtin::channel},
    {spoil_campaign, std::nullopt, Builtin::campaign},
    {spoil_expired, std::nullopt, Builtin::expired},
    {spoil_not_recorded, std::nullopt, Builtin::not_recorded},
    {spoil_not_prior, Condition::not_prior, Builtin::not_prior},
    {spoil_prechecked, Condition::prechecked, std::nullopt},
    {spoil_open_source, Condition::open_source, std::nullopt},
    {spoil_form, Condition::form_without_number_proof, std::nullopt},
    {spoil_contract, Condition::in_contract_without_mark, std::nullopt},
}};

/// Purposes that are advertising or treated as it (law sheet 1.1, design note; house.md).
inline constexpr Purposes advertising_family{Purpose::advertising, Purpose::mixed,
                                             Purpose::unknown};

class Judge {
 public:
  using Mask = RulePack::Impl::Mask;

  /// `out` is a new Judgement: written in place, since it is too large to copy for every question.
  Judge(const ResolvedQuestion& asked, const RulePack::Impl& pack, Judgement& out) noexcept
      : asked_(asked), pack_(pack), out_(out) {
    // An enumeration out of range may arrive from a cast; it must not index or shift anything.
    if (static_cast<unsigned>(asked_.purpose) >= RulePack::Impl::purposes)
      asked_.purpose = Purpose::unknown;
    channel_known_ = static_cast<unsigned>(asked_.channel) < RulePack::Impl::channels;
    if (channel_known_ && in_jurisdiction()) {
      active_ = pack_.active(asked_.at, asked_.purpose, asked_.channel);
    }
    for (const SpoilName& name : spoil_names) {
      if (!name.builtin && rows_of(*name.condition) != 0) worth_ |= name.spoil;
    }
  }

  /// `subjects`: size() and operator[](i) giving a SubjectView, oldest first.
  template <typename Subjects>
  void over(const Subjects& subjects) noexcept {
    const std::size_t count = channel_known_ ? subjects.size() : 0;
    // Who holds the number at `at`. Clauses of others never count, and a consent said before the
    // last change of holder is nobody's now.
    std::size_t holder = 0;
    for (; holder < count; ++holder) {
      const auto closed = subjects[holder].closed;
      if (!closed || *closed > asked_.at) break;
      if (!began_ || *closed > *began_) began_ = *closed;
    }
    std::span<const Clause> clauses;
    if (holder < count) {
      clauses = subjects[holder].clauses;
      for (std::size_t i = holder + 1; i < count; ++i) {  // a reassignment noted out of order
        const auto closed = subjects[i].closed;
        if (closed && *closed <= asked_.at && (!began_ || *closed > *began_)) began_ = *closed;
      }
    }
    read(clauses);
    decide();
    if (out_.verdict == Verdict::deny && live_ == nullptr) {
      why_not(clauses);
      earlier(subjects, count, holder);
    }
    warn();
  }

 private:
  [[nodiscard]] bool in_jurisdiction() const noexcept {
    const NumberFacts facts = numbering_facts(asked_.number);
    if (!facts.country.empty()) return facts.country == std::string_view(pack_.jurisdiction);
    return pack_.shares_plus7 &&
           facts.kind != NumberKind::foreign;  // shared +7: the stricter reading
  }
  [[nodiscard]] Mask rows_of(Condition condition) const noexcept {
    return active_ & pack_.rows_of(condition);
  }
  [[nodiscard]] bool in_family() const noexcept {
    return advertising_family.contains(asked_.purpose);
  }

  [[nodiscard]] Instant counts_from(const Clause& consent) const noexcept {
    return asked_.basis == Basis::recorded ? std::max(consent.said, consent.recorded)
                                           : consent.said;
  }

  [[nodiscard]] static bool is_stop(const Clause& clause) noexcept {
    return clause.type == EventType::consent_refused ||
           clause.type == EventType::consent_withdrawn || clause.type == EventType::subject_erased;
  }

  /// The record may be kept and not used. A release counts from when it is known.
  void restrict_by(const Clause& clause) noexcept {
    if ((clause.flags & Clause::released) != 0) {
      if (std::max(clause.said, clause.recorded) <= asked_.at) restricted_ = nullptr;
    } else if (std::min(clause.said, clause.recorded) <= asked_.at && asked_.at < clause.until) {
      restricted_ = &clause;
    }
  }

  /// Does this stop bear on the question? Overlapping scopes: the least permissive reading.
  [[nodiscard]] bool stops(const Clause& stop) const noexcept {
    if (!stop.covers.empty() && !stop.covers.contains(Cover::advertising)) return false;
    if (stop.distributor != 0 && stop.distributor != asked_.distributor) return false;
    if (stop.campaign != 0 && asked_.campaign != 0 && stop.campaign != asked_.campaign)
      return false;
    if (!stop.purposes.empty() && !stop.purposes.contains(asked_.purpose) &&
        !(in_family() && (stop.purposes.bits() & advertising_family.bits()) != 0)) {
      return false;
    }
    // "Do not call me" is said of robots too.
    return stop.channels.empty() || stop.channels.contains(asked_.channel) ||
           (asked_.channel == Channel::robot && stop.channels.contains(Channel::voice));
  }

  [[nodiscard]] std::uint32_t spoils(const Clause& consent) const noexcept {
    if (!consent.covers.contains(Cover::advertising)) return spoil_covers;
    if (consent.distributor == 0 || consent.distributor != asked_.distributor)
      return spoil_distributor;
    std::uint32_t found = 0;
    if (began_ && consent.said < *began_) found |= spoil_holder;
    if (counts_from(consent) >= asked_.at) {
      found |= consent.said >= asked_.at ? spoil_not_prior : spoil_not_recorded;
    }
    if (asked_.at >= consent.until) found |= spoil_expired;
    if (!names_purpose(consent)) found |= spoil_purpose;
    if (!consent.channels.contains(asked_.channel)) found |= spoil_channel;
    if (consent.campaign != 0 && consent.campaign != asked_.campaign) found |= spoil_campaign;
    return found | (worth(consent) & worth_);
  }

  /// Unknown is treated as advertising; a consent to "unknown" is express consent to nothing.
  [[nodiscard]] bool names_purpose(const Clause& consent) const noexcept {
    if (in_family() && consent.purposes.contains(Purpose::advertising)) return true;
    return asked_.purpose != Purpose::unknown && consent.purposes.contains(asked_.purpose);
  }

  /// What the rules may hold against a consent, whether or not one in force does.
  [[nodiscard]] std::uint32_t worth(const Clause& consent) const noexcept {
    std::uint32_t found = 0;
    const bool sent = (consent.flags & Clause::code_sent_here) != 0;
    const bool returned = (consent.flags & Clause::code_returned) != 0;
    switch (consent.method) {
      case Method::web_form:
        if (!(sent && returned)) found |= spoil_form;
        break;
      case Method::email_link:  // shows who reads the mailbox, not who holds the number
        if (!(sent && returned) && asked_.channel != Channel::email) found |= spoil_form;
        break;
      case Method::sms_code:
      case Method::call_code:  // nothing said of the code: the method's own word counts
        if (sent != returned) found |= spoil_form;
        break;
      case Method::open_source:
        found |= spoil_open_source;
        break;
      default:
        break;
    }
    if ((consent.flags & Clause::in_contract) != 0 &&
        (consent.flags & Clause::separate_mark) == 0) {
      found |= spoil_contract;
    }
    if ((consent.flags & Clause::prechecked) != 0) found |= spoil_prechecked;
    return found;
  }

  void read(std::span<const Clause> clauses) noexcept {
    const Clause* late = nullptr;  // counts, but was recorded after `at`
    for (const Clause& clause : clauses) {
      if (clause.type == EventType::subject_restricted) {
        restrict_by(clause);
      } else if (is_stop(clause)) {
        const Instant from = std::min(clause.said, clause.recorded);
        if (from <= asked_.at && stops(clause) && (stop_ == nullptr || from >= stopped_)) {
          stop_ = &clause;
          stopped_ = from;
        }
      } else if (clause.type == EventType::consent_given && spoils(clause) == 0) {
        const Clause*& best = clause.recorded > asked_.at ? late : live_;
        if (best == nullptr || counts_from(clause) >= counts_from(*best)) best = &clause;
      }
    }
    // A tie between a stop and a consent is a stop.
    const auto ended = [&](const Clause* consent) {
      return consent != nullptr && stop_ != nullptr && counts_from(*consent) <= stopped_;
    };
    consented_ = live_ != nullptr || late != nullptr;
    if (ended(live_)) live_ = nullptr;
    if (ended(late)) late = nullptr;
    if (live_ == nullptr) live_ = late;  // a consent that the log could show then is preferred
    if (live_ != nullptr) stop_ = nullptr;
  }

  void decide() noexcept {
    if (restricted_ != nullptr) {
      out_.relied_on = restricted_->seq;
      item(Builtin::restricted, FindingVerdict::deny, restricted_->seq);
    }
    if (stop_ != nullptr && stop_->type == EventType::subject_erased) {
      item(Builtin::erased, FindingVerdict::deny, stop_->seq);
    } else if (stop_ != nullptr) {
      out_.relied_on = stop_->seq;
      deciding(Condition::stop_demand, Builtin::stop, FindingVerdict::deny, stop_->seq);
    }
    if (live_ == nullptr && !(stop_ != nullptr && consented_)) {
      deciding(Condition::no_consent, Builtin::no_consent, FindingVerdict::deny, no_seq);
    }
    const bool machine = asked_.dialled_by == DialledBy::machine;
    const bool talks = asked_.channel == Channel::voice;
    Mask unattended = 0;
    if (asked_.channel == Channel::robot || (machine && !talks))
      unattended |= rows_of(Condition::without_human);
    if (machine && talks) unattended |= rows_of(Condition::machine_dialled_person);
    warned_ = unattended & pack_.warns;
    deciding(unattended & ~pack_.warns, FindingVerdict::deny, no_seq);

    const bool denied = live_ == nullptr || out_.count != 0;
    if (live_ == nullptr) return;
    const bool ruled = rows_of(Condition::no_consent) != 0;
    if (!denied) {
      out_.verdict = ruled ? Verdict::allow : Verdict::unknown;
      out_.relied_on = ruled ? live_->seq : no_seq;
    }
    if (ruled) {
      const Mask rows = rows_of(Condition::no_consent);
      if (denied) {
        items(rows, FindingVerdict::allow, live_->seq);
      } else {
        deciding(rows, FindingVerdict::allow, live_->seq);
      }
    } else {
      item(Builtin::no_rule, FindingVerdict::unknown, live_->seq);
    }
  }

  /// Why each consent did not count, the latest first.
  void why_not(std::span<const Clause> clauses) noexcept {
    const Clause* first_after = nullptr;  // of those said after the contact, one is enough
    bool ended_named = false;
    for (std::size_t end = clauses.size(); end > 0;) {
      // One entry has a clause for each distributor it names; those naming the one asked about
      // speak.
      std::size_t begin = end - 1;
      bool names_it = clauses[begin].distributor == asked_.distributor;
      while (begin > 0 && clauses[begin - 1].seq == clauses[end - 1].seq) {
        --begin;
        names_it = names_it || clauses[begin].distributor == asked_.distributor;
      }
      for (std::size_t i = begin; i < end; ++i) {
        const Clause& clause = clauses[i];
        if (clause.type != EventType::consent_given) continue;
        if (names_it && clause.distributor != asked_.distributor) continue;
        const std::uint32_t found = spoils(clause);
        if (found == 0) {
          if (!ended_named) item(Builtin::ended_by_stop, FindingVerdict::treat, clause.seq);
          ended_named = true;
        } else if (clause.said >= asked_.at) {
          if (found == spoil_not_prior &&
              (first_after == nullptr || clause.said < first_after->said)) {
            first_after = &clause;
          }
        } else if (stop_ == nullptr || counts_from(clause) > stopped_) {
          name(found, clause.seq);
        }
        if (!names_it) break;  // several others named: said once
      }
      end = begin;
    }
    if (first_after != nullptr) name(spoil_not_prior, first_after->seq);
  }

  /// The latest consent of an earlier holder, which somebody may think still counts.
  template <typename Subjects>
  void earlier(const Subjects& subjects, std::size_t count, std::size_t holder) noexcept {
    for (std::size_t i = std::min(holder, count); i-- > 0;) {
      const std::span<const Clause> clauses = subjects[i].clauses;
      for (std::size_t c = clauses.size(); c-- > 0;) {
        const Clause& clause = clauses[c];
        if (clause.type == EventType::consent_given && clause.covers.contains(Cover::advertising) &&
            clause.distributor == asked_.distributor && clause.said < asked_.at) {
          name(spoil_holder, clause.seq);
          return;
        }
      }
    }
  }

  void name(std::uint32_t found, std::uint64_t seq) noexcept {
    for (const SpoilName& spoil : spoil_names) {
      if ((found & spoil.spoil) == 0) continue;
      const Mask rows = spoil.condition ? rows_of(*spoil.condition) : 0;
      if (rows != 0) {
        items(rows, FindingVerdict::treat, seq);
      } else if (spoil.builtin) {
        item(*spoil.builtin, FindingVerdict::treat, seq);
      }
    }
  }

  void warn() noexcept {
    reserve_ = 0;
    items(warned_, FindingVerdict::warn, no_seq);
    if (live_ != nullptr) {
      if (live_->recorded > asked_.at)
        item(Builtin::recorded_late, FindingVerdict::warn, live_->seq);
      constexpr auto kept = Clause::has_document | Clause::has_evidence | Clause::has_wording;
      if ((live_->flags & kept) == 0) item(Builtin::nothing_kept, FindingVerdict::warn, live_->seq);
    }
    if (pack_.known_until && asked_.at >= *pack_.known_until) {
      item(Builtin::known_until, FindingVerdict::warn, no_seq);
    }
    if (left_out_) item(Builtin::more, FindingVerdict::warn, no_seq);
  }

  void deciding(Mask rows, FindingVerdict verdict, std::uint64_t seq) noexcept {
    out_.reasons |= rows;
    items(rows, verdict, seq);
  }
  void deciding(Condition condition, Builtin otherwise, FindingVerdict verdict,
                std::uint64_t seq) noexcept {
    const Mask rows = rows_of(condition);
    if (rows != 0) {
      deciding(rows, verdict, seq);
    } else {
      item(otherwise, verdict, seq);
    }
  }
  void items(Mask rows, FindingVerdict verdict, std::uint64_t seq) noexcept {
    for (; rows != 0; rows &= rows - 1)
      put(static_cast<std::int16_t>(std::countr_zero(rows)), verdict, seq);
  }
  void item(Builtin builtin, FindingVerdict verdict, std::uint64_t seq) noexcept {
    put(static_cast<std::int16_t>(builtin), verdict, seq);
  }
  void put(std::int16_t rule, FindingVerdict verdict, std::uint64_t seq) noexcept {
    if (out_.count + reserve_ >= Judgement::max_findings) {
      left_out_ = true;
      return;
    }
    out_.items[out_.count++] = {rule, verdict, seq};
  }

  ResolvedQuestion asked_;
  const RulePack::Impl& pack_;
  bool channel_known_ = false;
  Mask active_ = 0;                     // rows in force for this question
  std::uint32_t worth_ = 0;             // worth spoils that a row in force speaks of
  std::optional<Instant> began_;        // when the present holder's time began
  const Clause* live_ = nullptr;        // the consent that stands
  const Clause* stop_ = nullptr;        // the stop that stands
  const Clause* restricted_ = nullptr;  // the restriction that stands
  Instant stopped_{};
  bool consented_ = false;  // some consent would stand but for the stop
  Mask warned_ = 0;
  std::size_t reserve_ = 6;  // places kept for warnings
  bool left_out_ = false;
  Judgement& out_;
};

template <typename Subjects>
[[nodiscard]] Judgement judge_over(const ResolvedQuestion& asked, const Subjects& subjects,
                                   const RulePack& pack) noexcept {
  Judgement out;
  Judge(asked, pack.impl(), out).over(subjects);
  return out;
}

}  // namespace consent::decision
