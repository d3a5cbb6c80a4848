#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/contacts.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"

namespace consent {

/// To whom a complaint goes. docs/reference/complaint.md.
enum class Body : std::uint8_t { fas, rkn, operator_, prosecutor, police };
enum class Applicant : std::uint8_t { person, legal_entity };
/// How it is filed. `portal`: Gosuslugi or the body's own site, with a login.
enum class Filing : std::uint8_t { unstated, paper, portal, email, spam_form };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Body body) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Filing filing) noexcept;
/// nullopt for a word that is not on the list.
[[nodiscard]] CONSENT_EXPORT std::optional<Body> body_from_word(std::string_view word) noexcept;
[[nodiscard]] CONSENT_EXPORT std::optional<Filing> filing_from_word(std::string_view word) noexcept;

/// What stands outside the log, by the applicant's word: whether it is there, never what it says.
struct ComplaintFacts {
  Applicant applicant = Applicant::person;
  bool representative = false;     ///< somebody else files
  bool other_holder = false;       ///< the contract with the operator is another's
  bool operator_contract = false;  ///< the consent may stand inside the contract with the operator
  bool full_name = false;
  bool postal_address = false;
  bool electronic_address = false;
  bool passport = false;  ///< its series and number
  /// Attachments that the applicant encloses and the log does not hold: words of ReadyItem::item.
  std::vector<std::string> encloses;
  Filing filing = Filing::unstated;
  bool answered_or_silent = false;  ///< a body has answered, or let its term pass
  bool fraud = false;               ///< they asked for codes, passwords or money
};

/// How a thing stands. `partly`: some contacts have it.
enum class ReadyState : std::uint8_t { missing, partly, present };
/// `refuse`: its absence is a ground to refuse; `advise`: a source recommends it;
/// `unconfirmed`: no source was found that says so.
enum class Weight : std::uint8_t { refuse, advise, unconfirmed };
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(ReadyState state) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Weight weight) noexcept;

/// One thing that a body asks for.
struct ReadyItem {
  std::string item;  ///< "operator_detail"
  std::string part;  ///< "field" or "attachment"
  ReadyState state{};
  Weight weight{};
  std::vector<std::uint64_t> lacking;   ///< contacts without it
  std::vector<std::uint64_t> shown_by;  ///< entries that hold it
  std::string name, name_ru, how, how_ru, why, why_ru, citation, citation_ru, source, confidence;
};

/// What is said besides: whose the burden of proof is, what is no appeal, who must sign.
struct ComplaintNote {
  std::string id;
  std::string about;  ///< "burden", "no_appeal", "signer", "note"
  std::string text, text_ru, citation, citation_ru, source, confidence;
};

/// The term of limitation of one contact. It runs from the contact.
struct LimitationState {
  std::uint64_t seq = 0;  ///< of the contact
  enum class State : std::uint8_t { open, soon, expired } state{};
  Instant warn_from, expires;  ///< first moments, of local days
  std::string rule, citation, citation_ru, source, confidence;
};
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(LimitationState::State state) noexcept;

/// Sums in rubles, both ends inclusive.
struct FineRange {
  std::int64_t least = 0, most = 0;
};
/// What the law of the day of one contact provides. A range, and nobody's promise.
struct FineState {
  std::uint64_t seq = 0;
  std::string rule, sheet;
  FineRange citizens, officials, entities;
  std::string citation, citation_ru, source, confidence;
};

struct Readiness {
  Body body{};
  std::string rules;                    ///< version of the rows
  std::vector<std::uint64_t> contacts;  ///< those complained of
  bool ready = false;                   ///< nothing is missing whose absence is a ground to refuse
  std::vector<ReadyItem> items;         ///< what gets most complaints refused first
  std::vector<ComplaintNote> notes;
  std::vector<LimitationState> limitation;
  std::vector<FineState> fines;
};

/// A body that the facts fit, or not, and why.
struct BodyFit {
  Body body{};
  bool fits = false;
  std::string name, name_ru, why, why_ru, confidence;
  std::vector<std::string> checklist, checklist_ru;
};

/// Which contacts a complaint is about: none named means all that nobody took back.
/// @throws Error (invalid_argument) naming the entry that is no contact, or is taken back.
[[nodiscard]] CONSENT_EXPORT std::vector<NotedContact> complained_of(
    const Noted& noted, std::span<const std::uint64_t> seqs);

/// What a complaint to a body still lacks at a moment.
/// REQUIRES: a body that has rows: fas, rkn or operator_.
/// @throws Error (invalid_argument) where it has none; as complained_of().
[[nodiscard]] CONSENT_EXPORT Readiness ready(const Noted& noted,
                                             std::span<const std::uint64_t> seqs, Body body,
                                             const ComplaintFacts& facts, Instant at);

/// The bodies, those that fit first, in the order in which they are proposed. Both FAS and
/// Roskomnadzor: one pack with two covers.
[[nodiscard]] CONSENT_EXPORT std::vector<BodyFit> bodies(const Noted& noted,
                                                         std::span<const std::uint64_t> seqs,
                                                         const ComplaintFacts& facts);

/// Whether files of a kind stay in the log when a number's entries are proved: they name the
/// applicant, or show contacts with others.
[[nodiscard]] CONSENT_EXPORT bool is_kept_back(std::string_view kind) noexcept;

/// Version of the built-in rows.
[[nodiscard]] CONSENT_EXPORT std::string_view complaint_rules() noexcept;

}  // namespace consent
