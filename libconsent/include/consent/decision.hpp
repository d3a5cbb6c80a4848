#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/log.hpp"
#include "consent/number.hpp"
#include "consent/numbering.hpp"
#include "consent/rules.hpp"
#include "consent/standing.hpp"
#include "consent/zones.hpp"

namespace consent {

/// 0, 1, 2 in C. Deny is the zero value.
enum class Verdict : std::uint8_t { deny = 0, allow = 1, unknown = 2 };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Verdict verdict) noexcept;

/// Yes, no, or nothing was said of it.
enum class Stated : std::uint8_t { not_stated, no, yes };

/// As what a caller claims to be exempt from the rules on mass calls.
enum class Exempt : std::uint8_t {
  none,
  public_body,
  subordinate,  ///< an organisation subordinate to a public body
  municipality,
  listed,  ///< on a list of the Government
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Exempt exempt) noexcept;

/// What kind of organisation sends. Some may not use foreign messengers.
enum class Organisation : std::uint8_t {
  not_stated,
  public_body,
  subordinate,  ///< to a public body
  municipality,
  central_bank,
  state_company,  ///< half or more of it is the state's
  bank,
  financial,  ///< another financial organisation
  payment_participant,
  telecom_operator,
  platform,  ///< owner of a site or aggregator above the audience threshold
  other,
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Organisation organisation) noexcept;

/// What whoever dials says of themselves: facts no log can know. They go into a decision by their
/// hash, so that it can be shown later what was claimed.
struct Caller {
  std::string id{};  ///< ИНН or short word of who dials; "": the distributor itself
  SubscriberKind kind = SubscriberKind::unknown;  ///< of the caller; unknown: not stated
  Exempt exempt_as = Exempt::none;
  Stated mass = Stated::not_stated;  ///< are these mass calls or mailings?
  std::uint32_t calls_a_day = 0;     ///< contacts planned a day; 0: not stated
  /// Telephone operators with whom there is a contract for mass calls or mailings, by ИНН or short
  /// word. nullopt: not stated; empty: with none.
  std::optional<std::vector<std::string>> operator_contracts{};
  std::optional<std::string> label{};          ///< text shown on the called telephone; "": none
  Stated label_contract = Stated::not_stated;  ///< is there a contract on showing it?
  Stated hidden_number = Stated::not_stated;
  Stated foreign_number = Stated::not_stated;
  Stated creditor_named = Stated::not_stated;
  DialledBy dialled_by = DialledBy::unstated;  ///< of contacts that do not say it themselves
  std::string messenger{};                     ///< the same: which service, "whatsapp"
  Organisation organisation = Organisation::not_stated;
  /// Are payment data or personal data sent in selling goods or services?
  Stated sells_with_data = Stated::not_stated;

  /// From TOML; an absent key is a thing not stated. @throws Error (invalid_argument) naming file
  /// and key.
  static Caller from_toml(std::string_view toml, const std::string& name);
  static Caller from_file(const std::filesystem::path& file);
  [[nodiscard]] bool stated() const;
  friend bool operator==(const Caller&, const Caller&) = default;
};
/// The facts stated, as canonical JSON (docs/reference/format.md); "{}" where none is.
[[nodiscard]] CONSENT_EXPORT std::string canonical_text(const Caller& caller);
/// SHA-256 of canonical_text().
[[nodiscard]] CONSENT_EXPORT Digest hash_of(const Caller& caller);

/// Contacts already made with the one asked about, for the same distributor and purpose, in the
/// local day, calendar week (from Monday) and calendar month of the moment asked about.
struct ContactCounts {
  struct In {
    std::uint32_t day = 0, week = 0, month = 0;
    friend bool operator==(const In&, const In&) = default;
  };
  In attempts{};  ///< every contact tried
  In talks{};     ///< of these, those in which somebody answered
  friend bool operator==(const ContactCounts&, const ContactCounts&) = default;
};

/// One earlier contact, as far as it counts.
struct EarlierContact {
  Instant at{};
  bool talk = false;
};

/// Where whoever is contacted may be, as far as somebody knows.
struct Whereabouts {
  ZoneSet zones;           ///< empty: not known, and nobody guesses
  bool home_only = false;  ///< of a mobile number: its home region, not where the telephone is
};

/// May this number be contacted? Everything the rules need; nothing is looked up elsewhere.
struct Question {
  PhoneNumber number;
  std::string distributor{};  ///< ИНН; "" only where the log has exactly one distributor
  std::string advertiser{};
  Purpose purpose = Purpose::unknown;
  Channel channel = Channel::voice;
  DialledBy dialled_by = DialledBy::unstated;
  std::string campaign{};
  Instant at{};
  Basis basis = Basis::said;
  Caller caller{};
  /// The operator that serves the number now (after any porting), by ИНН or short word; "": not
  /// known. No numbering register tells it.
  std::string serving_operator{};
  /// nullopt: may_contact() counts the log's own entries; elsewhere: not known.
  std::optional<ContactCounts> counts{};
  /// Where the host knows the subscriber to be; nullopt: as the numbering plan says.
  std::optional<Whereabouts> whereabouts{};
  std::optional<Numbering> numbering{};  ///< an imported register; nullopt: the built-in plan
  std::string messenger{};               ///< which service sends; "": as the caller states
  bool requested = false;  ///< the subscriber asked for this very contact (a call-back)
};

/// A rule's verdict: allow, deny, unknown; or warn (shown, changes nothing); or treat (changes what
/// a consent is worth, and names the rule it feeds).
enum class FindingVerdict : std::uint8_t { deny, allow, unknown, warn, treat };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(FindingVerdict verdict) noexcept;

/// One rule's answer. Owns its text: outlives the rules.
struct Finding {
  std::string rule;
  FindingVerdict verdict = FindingVerdict::deny;
  std::string why, why_ru;
  std::string citation, citation_ru;
  std::string confidence;
  std::optional<std::uint64_t> seq;  ///< the entry it speaks of
  bool of_campaign = false;          ///< says the same of every contact of a campaign: shown once
  bool weakens = false;              ///< a warning that belongs into the one line
};

/// How well a consent can be shown, by the method and the evidence of its record.
enum class Grade : std::uint8_t {
  not_proven,  ///< does not allow
  weak,        ///< one's own word: nothing that the subscriber did is kept
  fair,        ///< an act of the subscriber, or a file that shows it
  strong,      ///< an act that identifies the subscriber or the number, and its text or a file
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Grade grade) noexcept;

/// What a consent must show, each by itself.
struct Worth {
  Grade identified = Grade::not_proven;        ///< that it was this subscriber
  Grade expressed = Grade::not_proven;         ///< that they willed it
  Grade named = Grade::not_proven;             ///< to whom: not_proven or strong
  [[nodiscard]] Grade grade() const noexcept;  ///< the lowest
};
/// Of a recorded consent, for a distributor and channel, by the record alone: no date is asked.
[[nodiscard]] CONSENT_EXPORT Worth worth_of(const Clause& consent, std::uint32_t distributor,
                                            Channel channel) noexcept;

struct [[nodiscard]] Decision {
  Verdict verdict = Verdict::deny;         ///< deny until every rule has spoken
  std::vector<Finding> findings;           ///< the deciding one first
  std::optional<std::uint64_t> relied_on;  ///< seq of the event the verdict stands on
  std::optional<Instant> next_allowed;     ///< first moment at which the same question is allowed
  std::optional<Grade> worth;              ///< of the consent the answer rests on
  std::optional<Worth> proof;              ///< the same, what it shows of each of the three
  Instant at{};
  std::string rules;                   ///< version of the pack, and of what was added to it
  std::string zones;                   ///< version of the zone data; "" where none was read
  std::vector<std::string> consulted;  ///< ids of the rows in force for this question
  std::optional<Digest> caller;        ///< hash of the caller's facts; nullopt: none stated
  /// seq of the entry that assigns the caller, where the answer stands on it
  std::optional<std::uint64_t> assignment;
  std::uint64_t log_size = 0;
  /// What is wrong with the log, or with what it keeps of this number, so that no answer is a yes;
  /// "": nothing.
  Message impaired;
  [[nodiscard]] bool allowed() const noexcept { return verdict == Verdict::allow; }
};  // no operator bool: `if (decision)` must not compile

/// The answer of the decision core: no strings, no allocation, the same for may_contact, the gate
/// and the audit. Rules are named by their position in the pack.
struct Judgement {
  static constexpr std::size_t max_findings = 24;
  struct Item {
    std::int16_t rule;  ///< index in the pack; negative: a built-in finding (see builtin_finding())
    FindingVerdict verdict;
    std::uint64_t seq;  ///< ~0: none
  };
  Verdict verdict = Verdict::deny;
  std::uint8_t count = 0;
  bool has_worth = false;  ///< a consent is relied on, and the verdict is no deny
  Worth worth{};           ///< of that consent
  std::array<Item, max_findings> items{};
  std::uint64_t relied_on = ~std::uint64_t{0};   ///< ~0: none
  std::uint64_t assignment = ~std::uint64_t{0};  ///< that the verdict stands on; ~0: none
  std::optional<Instant> next_allowed;
  RuleSet reasons;  ///< rows among the deciding findings
};

/// The caller's facts, resolved.
struct CallerFacts {
  /// Does the contract cover the operator that serves the number?
  enum class Contract : std::uint8_t { not_stated, none, operator_not_known, not_with_it, with_it };
  std::uint32_t caller = 0;  ///< term id; 0: the distributor itself; ~0: one no clause names
  Contract contract = Contract::not_stated;
  Exempt exempt = Exempt::none;
  SubscriberKind kind = SubscriberKind::unknown;
  Stated mass = Stated::not_stated;
  Stated label = Stated::not_stated;  ///< no: known to be without one
  bool label_spelt = true;            ///< its characters are those allowed
  std::uint16_t label_size = 0;       ///< characters
  Stated label_contract = Stated::not_stated;
  Stated hidden_number = Stated::not_stated;
  Stated foreign_number = Stated::not_stated;
  Stated creditor_named = Stated::not_stated;
  std::uint32_t calls_a_day = 0;
  DialledBy dialled_by = DialledBy::unstated;
  Organisation organisation = Organisation::not_stated;
  Stated sells_with_data = Stated::not_stated;
  std::uint64_t messenger = 0;  ///< messenger_id() of the service; 0: not stated
};

/// A messenger's name without case and punctuation, as a number; 0 for none.
[[nodiscard]] CONSENT_EXPORT std::uint64_t messenger_id(std::string_view name) noexcept;

/// As a numbering plan says; nullopt: the built-in one. noexcept, no allocation.
[[nodiscard]] CONSENT_EXPORT Whereabouts
whereabouts(PhoneNumber number, const std::optional<Numbering>& numbering = std::nullopt) noexcept;

/// Counts earlier contacts in the local day, week and month of `at`; where several clocks are
/// possible, by the one that counts most, and where none is known, by all of the country's. Those
/// at or after `at` are left out.
[[nodiscard]] CONSENT_EXPORT ContactCounts count_contacts(std::span<const EarlierContact> earlier,
                                                          Instant at, ZoneSet zones) noexcept;

/// Under which names of distributors, campaigns and callers a question was resolved. A gate that
/// follows its log learns more of them.
struct Names {
  std::uint32_t loaded = 0;  ///< how often the names were read from the beginning; 0: not said
  std::uint32_t known = 0;   ///< ids up to this one keep their meaning
  friend bool operator==(const Names&, const Names&) = default;
};

/// What judge() needs besides the subject: ids already resolved, so that no string is compared.
struct ResolvedQuestion {
  PhoneNumber number;
  std::uint32_t distributor;  ///< term id; ~0: a distributor no clause names
  std::uint32_t campaign;     ///< 0: none asked about; ~0: one no clause names
  Purpose purpose;
  Channel channel;
  DialledBy dialled_by;
  Instant at;
  Basis basis;
  CallerFacts caller{};
  std::optional<ContactCounts> counts{};
  std::optional<Whereabouts> whereabouts{};  ///< nullopt: as the numbering plan says
  std::optional<Numbering> numbering{};      ///< nullopt: the built-in plan
  Names names{};                             ///< of the gate that resolved it
  std::uint32_t advertiser = 0;              ///< term id; 0: the distributor's own goods
  bool requested = false;
};

/// The decision. `subjects`: who held the number, oldest first; the one holding it at `at` counts.
/// `facts`: who dials for whom, and where the clock was set back. noexcept, no allocation, no lock.
/// Rules: house.md "standing"; rows of `pack`.
[[nodiscard]] CONSENT_EXPORT Judgement judge(const ResolvedQuestion& question,
                                             std::span<const SubjectStanding> subjects,
                                             const RulePack& pack,
                                             const LogFacts& facts = {}) noexcept;

/// What stands at the moment asked about, of advertising: entries by seq.
struct StandingEntries {
  std::optional<std::uint64_t> consent;
  std::optional<std::uint64_t> stop;         ///< a refusal or withdrawal
  std::optional<std::uint64_t> restriction;  ///< the record is kept for proof alone
  friend bool operator==(const StandingEntries&, const StandingEntries&) = default;
};
/// As judge() reads them for the same question.
[[nodiscard]] CONSENT_EXPORT StandingEntries standing_at(const ResolvedQuestion& question,
                                                         std::span<const SubjectStanding> subjects,
                                                         const RulePack& pack,
                                                         const LogFacts& facts = {}) noexcept;

/// A finding that is no rule of law: what follows from standing itself, and the defaults. Judgement
/// names it by a negative number.
struct BuiltinFinding {
  std::string_view rule;  ///< "default/no-consent"
  std::string_view why, why_ru;
};
/// nullptr for a number that names none. -1, -2, … without a gap.
[[nodiscard]] CONSENT_EXPORT const BuiltinFinding* builtin_finding(std::int16_t number) noexcept;

/// The texts of a finding, without the entry it speaks of. `rule`: as Judgement::Item has it;
/// nullopt: neither a row of the pack nor a built-in finding.
[[nodiscard]] CONSENT_EXPORT std::optional<Finding> finding_text(std::int16_t rule,
                                                                 FindingVerdict verdict,
                                                                 const RulePack& pack);

/// Findings with their texts. `caller` and `impairment` (Soundness) are kept as the decision's.
[[nodiscard]] CONSENT_EXPORT Decision explain(const Judgement& judgement,
                                              const ResolvedQuestion& question,
                                              const RulePack& pack, std::uint64_t log_size,
                                              const std::optional<Digest>& caller = std::nullopt,
                                              const Message& impairment = {});

/// May I contact this number, and why? Default deny.
/// @throws Error (invalid_argument) where the distributor was left out and the log has not exactly
/// one.
[[nodiscard]] CONSENT_EXPORT Decision may_contact(const Log& log, const RulePack& pack,
                                                  const Question& question);

/// One line for the screen of whoever dials; lang "ru" or "en".
[[nodiscard]] CONSENT_EXPORT std::string one_line(const Decision& decision, std::string_view lang);

}  // namespace consent
