#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "consent/decision.hpp"
#include "consent/numbering.hpp"
#include "consent/standing.hpp"
#include "decision/local_time.hpp"
#include "decision/rule_pack.hpp"
#include "decision/worth.hpp"
#include "standing/holder.hpp"

/// The decision core, over any source of subjects: judge() gives it vectors, the gate and the audit
/// their tables. Integers only; noexcept, no allocation, no lock; O(clauses).
namespace consent::decision {

using standing::Holder;
using standing::is_consent;
using standing::Spoil;
using standing::spoil_campaign;
using standing::spoil_channel;
using standing::spoil_covers;
using standing::spoil_distributor;
using standing::spoil_expired;
using standing::spoil_holder;
using standing::spoil_not_prior;
using standing::spoil_not_recorded;
using standing::spoil_purpose;
using standing::SubjectView;

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
  zone_not_known = -20,
  home_region = -21,
  counts_not_given = -22,
  not_proven = -23,
  caller_assigned = -24,  ///< whom the consent lets call unnamed
  assigned_late = -25,
};
inline constexpr std::int16_t builtin_count = 25;

/// What a row in force may hold against a consent, of the ground asked about: more bits of Spoil.
enum WorthSpoil : std::uint32_t {
  spoil_form = standing::spoil_worth,
  spoil_contract = spoil_form << 1,
  spoil_prechecked = spoil_form << 2,
  spoil_open_source = spoil_form << 3,
  spoil_addressee = spoil_form << 4,
  spoil_employee = spoil_form << 5,
  spoil_document = spoil_form << 6,
  spoil_term = spoil_form << 7,
  spoil_contract_term = spoil_form << 8,
};

/// What each spoil is called: by a row of its condition where one is in force, else by a built-in.
struct SpoilName {
  std::uint32_t spoil;
  std::optional<Condition> condition;
  std::optional<Builtin> builtin;  ///< none: worth, which without a row in force spoils nothing
};
inline constexpr std::array<SpoilName, 18> spoil_names{{
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
    {spoil_contract_term, Condition::in_contract_without_term, std::nullopt},
    {spoil_addressee, Condition::given_by_addressee, std::nullopt},
    {spoil_employee, Condition::employee_without_authority, std::nullopt},
    {spoil_document, Condition::without_document, std::nullopt},
    {spoil_term, Condition::without_term, std::nullopt},
}};

/// A list of fixed size; what does not fit is left out, and that is remembered.
struct Items {
  static constexpr std::size_t most = 24;
  std::array<Judgement::Item, most> items;
  std::size_t count = 0;
  bool full = false;

  void put(std::int16_t rule, FindingVerdict verdict, std::uint64_t seq) noexcept {
    if (count == most) {
      full = true;
      return;
    }
    items[count++] = {rule, verdict, seq};
  }
};

class Judge {
 public:
  using Mask = RuleSet;

  /// `out` is a new Judgement: written in place, since it is too large to copy for every question.
  /// `counted_at`: the moment that the question's counts are of.
  Judge(const ResolvedQuestion& asked, const RulePack::Impl& pack,
        std::span<const AssignedCaller> assigned, Instant counted_at, Judgement& out) noexcept
      : asked_(asked), pack_(pack), assigned_(assigned), counted_at_(counted_at), out_(out) {
    // An enumeration out of range may arrive from a cast; it must not index or shift anything.
    if (static_cast<unsigned>(asked_.purpose) >= RulePack::Impl::purposes)
      asked_.purpose = Purpose::unknown;
    channel_known_ = static_cast<unsigned>(asked_.channel) < RulePack::Impl::channels;
    facts_ = numbering_facts(asked_.number);
    if (channel_known_ && in_jurisdiction()) {
      active_ = pack_.active(asked_.at, asked_.purpose, asked_.channel);
    }
  }

  /// `subjects`: size() and operator[](i) giving a SubjectView, oldest first.
  template <typename Subjects>
  void over(const Subjects& subjects) noexcept {
    const std::size_t count = channel_known_ ? subjects.size() : 0;
    if (count != 0) holder_ = Holder(subjects, asked_.at);
    read_facts();
    decide();
    if (consent_lacking_) {
      why_not(Ground::advertising);
      earlier();
    }
    for (const Ground lacking : {Ground::personal_data, Ground::mass_calls, Ground::mailing}) {
      if (lacking_[static_cast<std::size_t>(lacking)]) why_not(lacking);
    }
    warn();
  }

  /// Where time alone cures the deny: the moment by which every reason given has passed.
  [[nodiscard]] std::optional<Instant> cure() const noexcept {
    if (out_.verdict != Verdict::deny || !curable_ || cure_ <= asked_.at) return std::nullopt;
    return cure_;
  }

 private:
  using Standing = standing::Standing;

  [[nodiscard]] bool in_jurisdiction() const noexcept {
    if (!facts_.country.empty()) return facts_.country == std::string_view(pack_.jurisdiction);
    return pack_.shares_plus7 &&
           facts_.kind != NumberKind::foreign;  // shared +7: the stricter reading
  }
  [[nodiscard]] Mask rows_of(Condition condition) const noexcept {
    return active_ & pack_.rows_of(condition);
  }
  [[nodiscard]] Mask rows_of(Ground ground) const noexcept {
    return rows_of(ground_conditions[static_cast<std::size_t>(ground)]);
  }
  [[nodiscard]] const Mask& feeding(Ground ground) const noexcept {
    return pack_.feeding[static_cast<std::size_t>(ground)];
  }
  [[nodiscard]] static constexpr Cover cover_of(Ground ground) noexcept {
    constexpr std::array<Cover, ground_count> covers{Cover::advertising, Cover::personal_data,
                                                     Cover::mass_calls, Cover::mailing};
    return covers[static_cast<std::size_t>(ground)];
  }

  [[nodiscard]] standing::Contact contact() const noexcept {
    return {asked_.distributor, asked_.campaign, asked_.purpose, asked_.channel};
  }

  [[nodiscard]] std::uint32_t spoils(const Clause& consent, Ground ground,
                                     std::uint32_t counted) const noexcept {
    std::uint32_t found = standing::spoils(consent, cover_of(ground), contact(),
                                           {asked_.at, asked_.basis}, holder_.began());
    if ((found & (spoil_covers | spoil_distributor)) == 0 && counted != 0)
      found |= worth_spoils(consent, ground) & counted;
    return found;
  }

  /// What the rules may hold against a consent, whether or not one in force does.
  [[nodiscard]] std::uint32_t worth_spoils(const Clause& consent, Ground ground) const noexcept {
    std::uint32_t found = 0;
    if (lacks_number_proof(consent, asked_.channel)) found |= spoil_form;
    if (consent.method == Method::open_source) found |= spoil_open_source;
    if ((consent.flags & Clause::in_contract) != 0) {
      if ((consent.flags & Clause::separate_mark) == 0) found |= spoil_contract;
      if (consent.until == Instant::max()) found |= spoil_contract_term;
    }
    if ((consent.flags & Clause::prechecked) != 0) found |= spoil_prechecked;
    if ((consent.flags & Clause::by_addressee) != 0) found |= spoil_addressee;
    if ((consent.flags & Clause::by_employee) != 0 &&
        (consent.flags & Clause::with_authority) == 0) {
      found |= spoil_employee;
    }
    if ((consent.flags & Clause::has_document) == 0 &&
        !(document_rows(consent) & pack_.treats & feeding(ground)).empty()) {
      found |= spoil_document;
    }
    if (too_old(consent, pack_.treats)) found |= spoil_term;
    return found;
  }

  /// Rows on the separate document: those in force on the day of the consent.
  [[nodiscard]] Mask document_rows(const Clause& consent) const noexcept {
    if (active_.empty()) return {};
    return pack_.active(consent.said, asked_.purpose, asked_.channel) &
           pack_.rows_of(Condition::without_document);
  }
  /// A consent without an end, older than a row of `among` lets pass.
  [[nodiscard]] bool too_old(const Clause& consent, const Mask& among) const noexcept {
    return !old_rows(consent, among).empty();
  }
  [[nodiscard]] Mask old_rows(const Clause& consent, const Mask& among) const noexcept {
    Mask found;
    if (consent.until != Instant::max() || consent.said >= asked_.at) return found;
    (rows_of(Condition::without_term) & among).for_each([&](std::size_t row) {
      const std::chrono::days limit(pack_.figures[row].older_than);
      if (asked_.at - consent.said > limit) found.insert(row);
    });
    return found;
  }

  /// Spoils of worth that a row in force speaks of, for a ground.
  [[nodiscard]] std::uint32_t counted(Ground ground) const noexcept {
    const Mask feeding_now = active_ & feeding(ground) & pack_.treats;
    std::uint32_t found = 0;
    if (!feeding_now.empty()) {
      for (const SpoilName& name : spoil_names) {
        if (!name.builtin && !(feeding_now & pack_.rows_of(*name.condition)).empty())
          found |= name.spoil;
      }
    }
    if (ground == Ground::personal_data && !active_.empty()) found |= spoil_document;
    // A row that allows because a consent stands needs one that is proven.
    if (ground == Ground::advertising && !rows_of(Condition::consent_stands).empty())
      found |= spoil_form | spoil_prechecked | spoil_open_source;
    return found;
  }

  [[nodiscard]] Standing read(Ground ground) const noexcept {
    const std::uint32_t counted_spoils = counted(ground);
    return standing::read(
        holder_, cover_of(ground), contact(), asked_.at,
        [&](const Clause& consent) { return spoils(consent, ground, counted_spoils) == 0; });
  }

  /// What the clauses say besides consents and stops.
  void read_facts() noexcept {
    restricted_ = standing::restriction(holder_.clauses(), asked_.at);
    classified_ = standing::classification(holder_, {asked_.at, asked_.basis});
    mass_ = mass();
  }

  [[nodiscard]] Stated mass() noexcept {
    if (asked_.channel == Channel::robot) return Stated::yes;
    if (asked_.caller.mass != Stated::not_stated) return asked_.caller.mass;
    Mask makes;
    if (asked_.dialled_by == DialledBy::machine) makes |= rows_of(Condition::mass_by_machine);
    if (asked_.caller.calls_a_day != 0) {
      rows_of(Condition::mass_by_count).for_each([&](std::size_t row) {
        if (asked_.caller.calls_a_day >= pack_.figures[row].at_least) makes.insert(row);
      });
    }
    made_mass_ = makes;
    if (!makes.empty()) return Stated::yes;
    return asked_.dialled_by == DialledBy::person ? Stated::no : Stated::not_stated;
  }

  void decide() noexcept {
    consent_ = read(Ground::advertising);
    const Mask consent_rows = rows_of(Ground::advertising);
    // Without a row that asks for a consent, a contact may still stand on another ground that the
    // rules name; only where they name none does the default decide.
    if (restricted_ != nullptr) {
      relied_stop_ = restricted_;
      deny(Builtin::restricted, restricted_->seq);
    }
    if (consent_.stop != nullptr && consent_.stop->type == EventType::subject_erased) {
      deny(Builtin::erased, consent_.stop->seq);
    } else if (consent_.stop != nullptr) {
      if (relied_stop_ == nullptr) relied_stop_ = consent_.stop;
      verdict_of(rows_of(Condition::stop_demand), consent_.stop->seq);
      if (rows_of(Condition::stop_demand).empty()) deny(Builtin::stop, consent_.stop->seq);
    }
    if (!consent_rows.empty()) {
      if (consent_.live != nullptr) {
        meet(consent_rows, consent_.live->seq);
      } else if (!(consent_.stop != nullptr && consent_.consented)) {
        verdict_of(consent_rows, no_seq);
      }
    }
    consent_lacking_ =
        consent_.live == nullptr && (!consent_rows.empty() || consent_.stop != nullptr);
    if (consent_.live != nullptr) {
      const Mask rows = rows_of(Condition::consent_stands);
      touched_ |= rows;
      rows.for_each([&](std::size_t row) {
        allows_.put(static_cast<std::int16_t>(row), FindingVerdict::allow, consent_.live->seq);
      });
    }
    machines();
    caller();
    personal_data();
    mass_contacts();
    operators();
    labels();
    concealment();
    hours();
    counts();
    old_consent();
    closing();
    // What a policy leaves open must not take the place of the default.
    if (denies_.count == 0 && allows_.count == 0 && !ground_open_) {
      if (consent_.live != nullptr) {
        unknowns_.put(static_cast<std::int16_t>(Builtin::no_rule), FindingVerdict::unknown,
                      consent_.live->seq);
      } else if (consent_.stop == nullptr) {
        consent_lacking_ = true;
        deny(Builtin::no_consent, no_seq);
      }
    }
    settle();
  }

  [[nodiscard]] bool allows_name(const Clause* consent) const noexcept {
    return consent != nullptr &&
           std::any_of(allows_.items.begin(), allows_.items.begin() + allows_.count,
                       [&](const Judgement::Item& item) { return item.seq == consent->seq; });
  }

  void settle() noexcept {
    const Items* first = &allows_;
    if (denies_.count != 0) {
      out_.verdict = Verdict::deny;
      first = &denies_;
    } else if (unknowns_.count != 0) {
      out_.verdict = Verdict::unknown;
      first = &unknowns_;
    } else {
      out_.verdict = Verdict::allow;
    }
    for (std::size_t i = 0; i < first->count; ++i) {
      if (first->items[i].rule >= 0)
        out_.reasons.insert(static_cast<std::size_t>(first->items[i].rule));
    }
    if (out_.verdict == Verdict::allow) {
      // A consent that no row relies on is not what the answer stands on.
      const Clause* const stands = allows_name(consent_.live) ? consent_.live : other_live_;
      if (stands != nullptr) {
        out_.relied_on = stands->seq;
        out_.worth = worth(*stands, asked_.distributor, asked_.channel).grade();
      }
    } else if (out_.verdict == Verdict::deny && relied_stop_ != nullptr) {
      out_.relied_on = relied_stop_->seq;
    }
    // The deciding ones are the first list that is not empty.
    for (const Items* list : {&denies_, &unknowns_, &allows_}) {
      for (std::size_t i = 0; i < list->count; ++i)
        put(list->items[i].rule, list->items[i].verdict, list->items[i].seq);
      left_out_ = left_out_ || list->full;
    }
    made_mass_.for_each([&](std::size_t row) {
      put(static_cast<std::int16_t>(row), FindingVerdict::treat, no_seq);
    });
    exempted_.for_each([&](std::size_t row) {
      put(static_cast<std::int16_t>(row), FindingVerdict::treat, no_seq);
    });
    if (assignment_ != nullptr && out_.verdict != Verdict::deny) {
      out_.assignment = assignment_->seq;
      item(Builtin::caller_assigned, FindingVerdict::treat, assignment_->seq);
    }
  }

  void machines() noexcept {
    const bool machine = asked_.dialled_by == DialledBy::machine;
    const bool talks = asked_.channel == Channel::voice;
    if (asked_.channel == Channel::robot || (machine && !talks))
      verdict_of(rows_of(Condition::without_human), no_seq);
    if (machine && talks) verdict_of(rows_of(Condition::machine_dialled_person), no_seq);
    const bool message = !talks && asked_.channel != Channel::robot;
    if (message && asked_.dialled_by == DialledBy::unstated)
      verdict_of(rows_of(Condition::sender_not_stated), no_seq);
  }

  /// Somebody else dials for the distributor: does the consent name them?
  void caller() noexcept {
    const std::uint32_t id = asked_.caller.caller;
    const Mask rows = rows_of(Condition::caller_not_named);
    if (id == 0 || id == asked_.distributor || consent_.live == nullptr || rows.empty()) return;
    for (const Clause& clause : holder_.clauses()) {
      if (clause.seq == consent_.live->seq && clause.type == EventType::consent_given &&
          clause.covers.empty() && clause.distributor == id) {
        return;
      }
    }
    if ((consent_.live->flags & Clause::acts_for_any) != 0) {
      assignment_ = standing::assignment_of(id, assigned_, contact(), asked_.at, asked_.basis);
      if (assignment_ != nullptr) return;
    }
    verdict_of(rows, consent_.live->seq);
  }

  void personal_data() noexcept {
    const Mask needed = rows_of(Ground::personal_data);
    const Mask stop_rows = rows_of(Condition::personal_data_stop);
    const Mask unknown_rows = rows_of(Condition::personal_data_unknown);
    if ((needed | stop_rows | unknown_rows).empty()) return;
    const bool answered = classified_ != nullptr;
    const auto answer = answered ? standing::answer_of(*classified_) : PersonalData::unknown;
    const Standing standing = read(Ground::personal_data);
    if (answered && answer == PersonalData::no) {
      // Nothing is needed; but whoever demands by name that the use of their data stop is obeyed,
      // and not told that they have none.
      if (standing.named_stop != nullptr) {
        verdict_of(stop_rows, standing.named_stop->seq);
        if (relied_stop_ == nullptr && !stop_rows.empty()) relied_stop_ = standing.named_stop;
      }
      return;
    }
    // A stop of everything is spoken of already; it is one of the data too where they are a
    // person's.
    if (const Clause* const stop = answered ? standing.stop : standing.named_stop) {
      verdict_of(stop_rows, stop->seq);
      if (relied_stop_ == nullptr && !stop_rows.empty()) relied_stop_ = stop;
    }
    if (standing.live != nullptr) {
      if (!needed.empty()) meet(needed, standing.live->seq);
      if ((standing.live->flags & Clause::has_document) == 0)
        warn_of(document_rows(*standing.live) & pack_.warns, standing.live->seq);
    } else if (answered) {  // what is recorded as unknown is treated as yes
      if (!needed.empty()) {
        lacking_[static_cast<std::size_t>(Ground::personal_data)] = true;
        verdict_of(needed, classified_->seq);
      }
    } else if (facts_.kind == NumberKind::mobile || facts_.kind == NumberKind::geographic ||
               facts_.kind == NumberKind::unknown || facts_.kind == NumberKind::personal) {
      verdict_of(unknown_rows, no_seq);
    }
  }

  void mass_contacts() noexcept {
    for (const Ground ground : {Ground::mass_calls, Ground::mailing}) {
      const Mask needed = rows_of(ground);
      if (needed.empty() || mass_ != Stated::yes) continue;
      const Standing standing = read(ground);
      if (standing.live != nullptr) {
        meet(needed, standing.live->seq);
        if (other_live_ == nullptr) other_live_ = standing.live;
        continue;
      }
      if (asked_.caller.exempt != Exempt::none) {
        const Mask claims = rows_of(Condition::exempt_caller);
        const Mask lifts = claims & pack_.treats & feeding(ground);
        const Mask open = claims & pack_.unknowns;
        touched_ |= lifts;
        if (!open.empty()) {
          verdict_of(open, no_seq);
          continue;
        }
        if (!lifts.empty()) {
          exempted_ |= lifts;
          continue;
        }
      }
      lacking_[static_cast<std::size_t>(ground)] = true;
      verdict_of(needed, no_seq);
    }
    if (mass_ == Stated::not_stated) verdict_of(rows_of(Condition::mass_not_stated), no_seq);
  }

  void operators() noexcept {
    const auto refused = [&](Cover cover, Condition condition) {
      rows_of(condition).for_each([&](std::size_t row) {
        const Clause* const refusal = refused_by(cover, pack_.figures[row].after_days);
        if (refusal == nullptr) return;
        Mask one;
        one.insert(row);
        // The operator stops mass contacts, and no others.
        if (mass_ == Stated::no) {
          warn_of(one, refusal->seq);
        } else {
          verdict_of(one, refusal->seq);
          if (relied_stop_ == nullptr && !(one & pack_.denies).empty()) relied_stop_ = refusal;
        }
      });
    };
    refused(Cover::mass_calls, Condition::operator_refused_calls);
    refused(Cover::mailing, Condition::operator_refused_mailing);
    if (mass_ != Stated::yes) return;
    using Contract = CallerFacts::Contract;
    const Contract contract = asked_.caller.contract;
    if (contract == Contract::none || contract == Contract::not_with_it)
      verdict_of(rows_of(Condition::no_operator_contract), no_seq);
    if (contract == Contract::not_stated || contract == Contract::operator_not_known)
      verdict_of(rows_of(Condition::operator_not_known), no_seq);
  }
  /// The refusal told to the operator that binds at the moment, the earliest to bind; nullptr:
  /// none. A later one that names its day may bind before an earlier one that does not.
  [[nodiscard]] const Clause* refused_by(Cover cover, std::uint32_t after) const noexcept {
    const Clause* found = nullptr;
    Instant since{};
    const auto take = [&](const Clause& clause) {
      if (clause.type != EventType::operator_refusal || !clause.covers.contains(cover)) return;
      const Instant from = refused_from(clause, after);
      if (from > asked_.at || (found != nullptr && from >= since)) return;
      found = &clause;
      since = from;
    };
    for (const Clause& clause : holder_.clauses()) take(clause);
    holder_.for_each_stray(take);
    return found;
  }
  /// From when a refusal told to the operator binds: as the operator said, else so many local days
  /// of the pack's zone after it was told.
  [[nodiscard]] Instant refused_from(const Clause& refusal, std::uint32_t after) const noexcept {
    if ((refusal.flags & Clause::in_force_stated) != 0 || after == 0) return refusal.said;
    const std::int16_t offset = pack_.offset(refusal.said);
    return moment(local(refusal.said, offset).day + std::chrono::days(after), 0, offset);
  }

  void labels() noexcept {
    const CallerFacts& facts = asked_.caller;
    const bool business =
        facts.kind == SubscriberKind::legal_entity || facts.kind == SubscriberKind::sole_trader;
    if (!business || facts_.kind != NumberKind::mobile) return;
    if (facts.label_contract == Stated::no)
      verdict_of(rows_of(Condition::no_label_contract), no_seq);
    if (facts.label != Stated::yes) verdict_of(rows_of(Condition::not_labelled), no_seq);
    if (facts.label != Stated::yes) return;
    rows_of(Condition::label_malformed).for_each([&](std::size_t row) {
      if (facts.label_spelt && facts.label_size <= pack_.figures[row].longest) return;
      Mask one;
      one.insert(row);
      verdict_of(one, no_seq);
    });
  }

  void concealment() noexcept {
    const CallerFacts& facts = asked_.caller;
    if (facts.hidden_number == Stated::yes || facts.foreign_number == Stated::yes ||
        facts.creditor_named == Stated::no) {
      verdict_of(rows_of(Condition::caller_concealed), no_seq);
    } else if (facts.hidden_number == Stated::not_stated ||
               facts.foreign_number == Stated::not_stated ||
               facts.creditor_named == Stated::not_stated) {
      verdict_of(rows_of(Condition::concealment_not_stated), no_seq);
    }
  }

  [[nodiscard]] const Whereabouts& where() noexcept {
    if (!asked_.whereabouts) asked_.whereabouts = whereabouts(asked_.number, asked_.numbering);
    return *asked_.whereabouts;
  }

  void hours() noexcept {
    const Mask rows = rows_of(Condition::outside_hours);
    if (rows.empty()) return;
    const LocalOffsets clocks = Zones::russia().local_offsets(where().zones, asked_.at);
    if (clocks.empty()) {  // no zone, no guess; a habit that only warns is silent then
      if (!(rows & pack_.denies).empty()) {
        touched_ |= rows;
        ground_open_ = ground_open_ || !(rows & pack_.met).empty();
        unknowns_.put(static_cast<std::int16_t>(Builtin::zone_not_known), FindingVerdict::unknown,
                      no_seq);
      }
      return;
    }
    const Clocks all(clocks.begin(), clocks.size());
    bool spoke = false;
    rows.for_each([&](std::size_t row) {
      const RuleFigures& figures = pack_.figures[row];
      Mask one;
      one.insert(row);
      if (inside_hours(asked_.at, all, figures)) {
        if (pack_.met.contains(row)) {
          meet(one, no_seq);
          spoke = true;
        }
        touched_ |= one;
        return;
      }
      spoke = true;
      verdict_of(one, no_seq, next_inside(asked_.at, all, figures));
    });
    home_only_ = spoke && where().home_only;
  }

  void counts() noexcept {
    const Mask rows = rows_of(Condition::over_count);
    if (rows.empty()) return;
    touched_ |= rows;
    if (!asked_.counts) {
      if (!(rows & pack_.denies).empty())
        unknowns_.put(static_cast<std::int16_t>(Builtin::counts_not_given), FindingVerdict::unknown,
                      no_seq);
      return;
    }
    const LocalOffsets clocks = clocks_or_all(where().zones, asked_.at);
    const Clocks all(clocks.begin(), clocks.size());
    rows.for_each([&](std::size_t row) {
      const RuleFigures& figures = pack_.figures[row];
      const ContactCounts::In& made =
          figures.only_talks ? asked_.counts->talks : asked_.counts->attempts;
      std::optional<Instant> over;
      const auto check = [&](std::uint32_t most, std::uint32_t so_far, Period period) {
        if (most == 0 || so_far < most) return;
        // Asked about a later moment than the counts are of: an ended period counts nothing.
        if (!same_period(counted_at_, asked_.at, period, all)) return;
        const Instant end = period_over(asked_.at, period, all);
        if (!over || end > *over) over = end;
      };
      check(figures.a_day, made.day, Period::day);
      check(figures.a_week, made.week, Period::week);
      check(figures.a_month, made.month, Period::month);
      if (!over) return;
      Mask one;
      one.insert(row);
      verdict_of(one, no_seq, over);
    });
  }

  /// Warnings about the consent relied on.
  void old_consent() noexcept {
    if (consent_.live == nullptr) return;
    warn_of(old_rows(*consent_.live, pack_.warns), consent_.live->seq);
    const std::uint32_t found = worth_spoils(*consent_.live, Ground::advertising);
    if ((found & spoil_contract_term) != 0)
      warn_of(rows_of(Condition::in_contract_without_term) & pack_.warns, consent_.live->seq);
    if ((found & spoil_addressee) != 0)
      warn_of(rows_of(Condition::given_by_addressee) & pack_.warns, consent_.live->seq);
    if ((found & spoil_employee) != 0)
      warn_of(rows_of(Condition::employee_without_authority) & pack_.warns, consent_.live->seq);
  }

  /// After the last day the rules know, rows that say so speak no more for those they concern.
  void closing() noexcept {
    if (!pack_.known_until || asked_.at < *pack_.known_until || pack_.closing.empty()) return;
    (touched_ & active_ & pack_.closing).for_each([&](std::size_t row) {
      for (std::size_t i = 0; i < unknowns_.count; ++i) {
        if (unknowns_.items[i].rule == static_cast<std::int16_t>(row)) return;
      }
      unknowns_.put(static_cast<std::int16_t>(row), FindingVerdict::unknown, no_seq);
    });
  }

  /// Why each consent did not count, the latest first.
  void why_not(Ground ground) noexcept {
    const Standing standing = ground == Ground::advertising ? consent_ : read(ground);
    const std::uint32_t counted_spoils = counted(ground);
    const Clause* first_after = nullptr;  // of those said after the contact, one is enough
    bool ended_named = false;
    const std::span<const Clause> clauses = holder_.clauses();
    for (std::size_t end = clauses.size(); end > 0;) {
      // One entry has a clause for each distributor it names; those naming the one asked about
      // speak.
      std::size_t begin = end - 1;
      bool names_it =
          is_consent(clauses[begin]) && clauses[begin].distributor == asked_.distributor;
      while (begin > 0 && clauses[begin - 1].seq == clauses[end - 1].seq) {
        --begin;
        names_it = names_it ||
                   (is_consent(clauses[begin]) && clauses[begin].distributor == asked_.distributor);
      }
      for (std::size_t i = begin; i < end; ++i) {
        const Clause& clause = clauses[i];
        if (!is_consent(clause)) continue;
        if (names_it && clause.distributor != asked_.distributor) continue;
        const std::uint32_t found = spoils(clause, ground, counted_spoils);
        // That a consent is to advertising and not to this is no news.
        if (ground != Ground::advertising && found == spoil_covers) break;
        if (found == 0) {
          if (!ended_named) item(Builtin::ended_by_stop, FindingVerdict::treat, clause.seq);
          ended_named = true;
        } else if (clause.said >= asked_.at) {
          if (found == spoil_not_prior &&
              (first_after == nullptr || clause.said < first_after->said)) {
            first_after = &clause;
          }
        } else if (standing.stop == nullptr || clause.said > standing.stopped) {
          name(found, clause, ground);
        }
        if (!names_it) break;  // several others named: said once
      }
      end = begin;
    }
    if (first_after != nullptr) name(spoil_not_prior, *first_after, ground);
  }

  /// The latest consent of an earlier holder, which somebody may think still counts.
  void earlier() noexcept {
    holder_.for_each_earlier([&](const Clause& clause) {
      if (clause.type != EventType::consent_given || !clause.covers.contains(Cover::advertising) ||
          clause.distributor != asked_.distributor || clause.said >= asked_.at) {
        return false;
      }
      name(spoil_holder, clause, Ground::advertising);
      return true;
    });
  }

  void name(std::uint32_t found, const Clause& clause, Ground ground) noexcept {
    for (const SpoilName& spoil : spoil_names) {
      if ((found & spoil.spoil) == 0) continue;
      Mask rows;
      if (spoil.spoil == spoil_document) {
        rows = document_rows(clause) & pack_.treats & feeding(ground);
      } else if (spoil.condition) {
        rows = rows_of(*spoil.condition) & pack_.treats & feeding(ground);
      }
      if (!rows.empty()) {
        touched_ |= rows;
        rows.for_each([&](std::size_t row) {
          put(static_cast<std::int16_t>(row), FindingVerdict::treat, clause.seq);
        });
      } else {
        item(spoil.builtin.value_or(Builtin::not_proven), FindingVerdict::treat, clause.seq);
      }
    }
  }

  void warn() noexcept {
    reserve_ = 0;
    for (std::size_t i = 0; i < warns_.count; ++i)
      put(warns_.items[i].rule, FindingVerdict::warn, warns_.items[i].seq);
    left_out_ = left_out_ || warns_.full;
    if (const Clause* const live = consent_.live) {
      if (live->recorded > asked_.at) item(Builtin::recorded_late, FindingVerdict::warn, live->seq);
      constexpr auto kept = Clause::has_document | Clause::has_evidence | Clause::has_wording;
      if ((live->flags & kept) == 0) item(Builtin::nothing_kept, FindingVerdict::warn, live->seq);
    }
    if (out_.assignment != no_seq && assignment_->recorded > asked_.at)
      item(Builtin::assigned_late, FindingVerdict::warn, assignment_->seq);
    if (home_only_) item(Builtin::home_region, FindingVerdict::warn, no_seq);
    if (pack_.known_until && asked_.at >= *pack_.known_until) {
      item(Builtin::known_until, FindingVerdict::warn, no_seq);
    }
    if (left_out_) {
      if (out_.count >= Judgement::max_findings) out_.count = Judgement::max_findings - 1;
      item(Builtin::more, FindingVerdict::warn, no_seq);
    }
  }

  /// Rows whose condition holds: each by its outcome. `cured`: when the condition passes by itself.
  void verdict_of(const Mask& rows, std::uint64_t seq,
                  std::optional<Instant> cured = std::nullopt) noexcept {
    if (rows.empty()) return;
    touched_ |= rows;
    warn_of(rows & pack_.warns, seq);
    (rows & pack_.unknowns).for_each([&](std::size_t row) {
      unknowns_.put(static_cast<std::int16_t>(row), FindingVerdict::unknown, seq);
    });
    (rows & pack_.denies).for_each([&](std::size_t row) {
      denies_.put(static_cast<std::int16_t>(row), FindingVerdict::deny, seq);
      std::optional<Instant> passes = cured;
      if (const auto end = pack_.ends[row]; end && (!passes || *end < *passes)) passes = end;
      if (!passes) {
        curable_ = false;
      } else if (*passes > cure_) {
        cure_ = *passes;
      }
    });
  }
  void deny(Builtin builtin, std::uint64_t seq) noexcept {
    curable_ = false;
    denies_.put(static_cast<std::int16_t>(builtin), FindingVerdict::deny, seq);
  }
  void warn_of(const Mask& rows, std::uint64_t seq) noexcept {
    touched_ |= rows;
    rows.for_each([&](std::size_t row) {
      warns_.put(static_cast<std::int16_t>(row), FindingVerdict::warn, seq);
    });
  }
  /// Rows that are met: those that may allow say so.
  void meet(const Mask& rows, std::uint64_t seq) noexcept {
    touched_ |= rows;
    (rows & pack_.met).for_each([&](std::size_t row) {
      allows_.put(static_cast<std::int16_t>(row), FindingVerdict::allow, seq);
    });
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
  std::span<const AssignedCaller> assigned_;
  const AssignedCaller* assignment_ = nullptr;  // that lets the caller call
  Instant counted_at_;
  NumberFacts facts_;
  bool channel_known_ = false;
  Mask active_;                         // rows in force for this question
  Mask touched_;                        // of these, the ones that bear on it
  Mask made_mass_, exempted_;           // rows that make a contact mass, that lift a ground
  Holder holder_;                       // of the number at the moment
  Standing consent_;                    // of the contact itself: the ground of advertising
  const Clause* other_live_ = nullptr;  // a consent to mass contacts
  const Clause* relied_stop_ = nullptr;
  const Clause* restricted_ = nullptr;  // the restriction that stands
  const Clause* classified_ = nullptr;
  Stated mass_ = Stated::not_stated;
  std::array<bool, ground_count> lacking_{};
  Items denies_, unknowns_, allows_, warns_;
  bool ground_open_ = false;      // a row would allow, if only more were known
  bool consent_lacking_ = false;  // it was asked for, and is not there
  bool curable_ = true;
  Instant cure_ = Instant::min();
  bool home_only_ = false;
  std::size_t reserve_ = 8;  // places kept for warnings
  bool left_out_ = false;
  Judgement& out_;
};

/// First moment after a deny at which the same question is allowed, where time alone brings it.
template <typename Subjects>
[[nodiscard]] std::optional<Instant> next_allowed(const ResolvedQuestion& asked,
                                                  const Subjects& subjects,
                                                  const RulePack::Impl& pack,
                                                  std::span<const AssignedCaller> assigned,
                                                  Instant cured) noexcept {
  constexpr int steps = 16;
  ResolvedQuestion later = asked;
  for (int step = 0; step < steps; ++step) {
    later.at = cured;
    Judgement out;
    Judge judge(later, pack, assigned, asked.at, out);
    judge.over(subjects);
    if (out.verdict == Verdict::allow) return later.at;
    const auto next = judge.cure();
    if (!next) return std::nullopt;
    cured = *next;
  }
  return std::nullopt;
}

template <typename Subjects>
[[nodiscard]] Judgement judge_over(const ResolvedQuestion& asked, const Subjects& subjects,
                                   const RulePack& pack,
                                   std::span<const AssignedCaller> assigned = {}) noexcept {
  Judgement out;
  Judge judge(asked, pack.impl(), assigned, asked.at, out);
  judge.over(subjects);
  if (const auto cured = judge.cure())
    out.next_allowed = next_allowed(asked, subjects, pack.impl(), assigned, *cured);
  return out;
}

}  // namespace consent::decision
