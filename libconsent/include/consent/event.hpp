#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "consent/digest.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/number.hpp"
#include "consent/party.hpp"

namespace consent {

/// The words on the wire; to_word()/…_from_word() below are the one place that spells them.
enum class Purpose : std::uint8_t {
  advertising,
  service,
  transactional,
  survey,
  debt_collection,
  political,
  social,
  mixed,      ///< treated as advertising
  unknown,    ///< treated as advertising
  reference,  ///< reference and analytical material, shown not to be advertising
};
enum class Channel : std::uint8_t { voice, robot, sms, messenger, email };
/// What a consent is given to: each is a legal basis of its own.
enum class Cover : std::uint8_t { advertising, personal_data, mass_calls, mailing };
enum class Method : std::uint8_t {
  unstated,
  paper,
  qualified_signature,
  sms_code,
  call_code,
  authenticated_app,
  recorded_voice,
  key_press,
  web_form,
  operator_note,
  open_source,
  email_link,
  sms_reply,  ///< an answer by SMS
  message,    ///< an answer by messenger
};
enum class Giver : std::uint8_t { unstated, holder, addressee, employee };
enum class Direction : std::uint8_t { outgoing, incoming };
enum class DialledBy : std::uint8_t { unstated, person, machine };
/// What the one who was called heard: a person, a robot, or neither for certain.
enum class HeardAs : std::uint8_t { unclear, person, robot };
/// An answer to a question that has one.
enum class YesNo : std::uint8_t { unknown, yes, no };
/// What a diarist says of a consent to the caller. Not known is no value: it is left out.
enum class ConsentClaim : std::uint8_t { never, withdrawn };
/// Is a contact advertising? `unclear` is to be treated as yes.
enum class IsAdvertising : std::uint8_t { unclear, yes, no };
/// What somebody may demand of whoever holds their data, or what the holder itself has found.
enum class RequestKind : std::uint8_t {
  access,               ///< what do you hold on me?
  correction,           ///< here is what is right
  stop_processing,      ///< process no more
  unlawful_processing,  ///< the processing is unlawful, as claimed or found
  purpose_reached,      ///< found by the holder: the data are no longer needed
};
enum class RequestOutcome : std::uint8_t {
  done,      ///< what was asked for is done
  refused,   ///< told why not
  extended,  ///< told, with reasons, that it will take longer
};

/// A set of one of the enumerations above, as bits. Empty means what the field says it means.
template <typename E>
class SetOf {
 public:
  constexpr SetOf() = default;
  constexpr SetOf(std::initializer_list<E> items) {
    for (E item : items) insert(item);
  }
  constexpr void insert(E item) { bits_ = static_cast<std::uint16_t>(bits_ | bit(item)); }
  [[nodiscard]] constexpr bool contains(E item) const { return (bits_ & bit(item)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr std::uint16_t bits() const { return bits_; }
  [[nodiscard]] static constexpr SetOf from_bits(std::uint16_t bits) {
    SetOf set;
    set.bits_ = bits;
    return set;
  }
  friend constexpr bool operator==(const SetOf&, const SetOf&) = default;

 private:
  static constexpr std::uint16_t bit(E item) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(item));
  }
  std::uint16_t bits_ = 0;
};
using Purposes = SetOf<Purpose>;
using Channels = SetOf<Channel>;
using Covers = SetOf<Cover>;

/// The exact text read or shown. Kept by its hash; the text itself is kept beside the entries and
/// must hold no personal data: a text with a person's name in it is an EvidenceFile of the kind
/// "wording".
struct Wording {
  std::string text{};  ///< UTF-8, at most 64 KiB; "" where only the hash is known, or nothing
  std::optional<Digest> sha256{};  ///< of the text, where it is not here
};
[[nodiscard]] inline bool is_empty(const Wording& wording) noexcept {
  return wording.text.empty() && !wording.sha256;
}
/// SHA-256 of the text. REQUIRES: a text or a hash.
[[nodiscard]] CONSENT_EXPORT Digest hash_of(const Wording& wording) noexcept;

/// A file that shows it, by its hash; the file itself stays where it is.
struct FileHash {
  Digest sha256;
};

/// A file that shows it, or a text that names the person, which the log itself keeps: sealed under
/// the subject's key, in the entry by a salted commitment alone, gone with the key.
/// Exactly one of `bytes` and `file` is not empty in what is recorded, and neither in what is read
/// back.
struct EvidenceFile {
  std::string kind{};            ///< short word, needed: "recording", "document", "wording"
  std::string bytes{};           ///< the content
  std::filesystem::path file{};  ///< or where it is read from while it is recorded; at most 16 GiB
  Digest commitment{};           ///< of what is read back: to the content. Set by the log.
  /// What the original is called ("recording.m4a"), and its media type ("audio/mp4"): sealed, for
  /// telephones put numbers into such names. "" where not known or not opened.
  std::string name{};
  std::string type{};
};

/// Fields that every event has.
struct EventBase {
  std::optional<PhoneNumber> number;  ///< needed; nullopt where an entry was read without its key
  Instant happened;  ///< claimed; when it was recorded is set by the log. In the future: refused.
  std::string source{};  ///< short machine word for where it came from ("web", "import:crm");
                         ///< [a-z0-9_.:-]{0,64}
  std::vector<EvidenceFile> files{};  ///< at most 32; their order is kept
  Digest details{};  ///< of what is read back: commitment to what is sealed. Set by the log.
};

/// The subscriber was asked for consent.
struct ConsentAsked : EventBase {
  Covers covers{Cover::advertising};
  Purposes purposes{};
  Channels channels{};
  std::optional<std::vector<std::string>> distributors{};
  std::string campaign{};
  Wording wording{};
  std::vector<FileHash> evidence{};
};

/// The subscriber said yes.
struct ConsentGiven : EventBase {
  Covers covers{Cover::advertising};
  Purposes purposes{};  ///< at least one
  Channels channels{};  ///< at least one
  /// ИНН (or another id word) of those the consent names. nullopt: the log's own distributor.
  /// Empty: the text names nobody, which no rule lets pass for a consent.
  std::optional<std::vector<std::string>> distributors{};
  std::vector<std::string> acts_for{};  ///< who may call for them, where the text names them
  /// The text lets "persons acting for" those named call, and names none: whoever the log says was
  /// assigned (CallerAssigned).
  bool acts_for_any = false;
  std::string advertiser{};  ///< "" where the text names none
  std::string campaign{};    ///< "" = not limited to one
  Method method = Method::unstated;
  Wording wording{};
  std::optional<FileHash> document{};  ///< the separate document a personal-data consent needs
  std::vector<FileHash> evidence{};
  std::optional<Instant> until{};  ///< first moment at which it no longer holds
  bool prechecked = false;
  struct InContract {
    bool separate_mark = false;
  };
  std::optional<InContract> in_contract{};  ///< stood inside a contract or application
  struct Code {
    bool sent_to_this_number = false;
    bool returned = false;
  };
  std::optional<Code> code{};  ///< a one-time code
  Giver giver = Giver::unstated;
  std::string authority{};  ///< by what right an employee or addressee spoke; short word
};

/// The subscriber was asked and said no. Empty sets mean "all".
struct ConsentRefused : EventBase {
  Covers covers{};
  Purposes purposes{};
  Channels channels{};
  std::optional<std::vector<std::string>> distributors{};  ///< nullopt: the log's own; empty: all
  std::string campaign{};
  Method method = Method::unstated;
  Wording wording{};
  std::vector<FileHash> evidence{};
};

/// The subscriber took a consent back or demanded a stop. Empty sets mean "all".
struct ConsentWithdrawn : EventBase {
  Covers covers{};
  Purposes purposes{};
  Channels channels{};
  std::optional<std::vector<std::string>> distributors{};  ///< nullopt: the log's own; empty: all
  std::string campaign{};
  Method means = Method::unstated;
  /// When the demand reached the distributor; `happened` where not given. No grace runs from it.
  std::optional<Instant> received_at{};
  Wording wording{};  ///< of the demand, or of the form it was made on
  std::vector<FileHash> evidence{};
};

/// The number has a new holder from `happened` on; earlier consents no longer speak for it.
struct NumberReassigned : EventBase {};

/// What was answered when a contact was held against the signs of advertising (advertising.hpp).
struct Assessment {
  IsAdvertising answer = IsAdvertising::unclear;
  std::string pack{};  ///< version of the rows that answered, short word, needed
  Digest answers{};    ///< Advertising::digest: of the answers given, which stay with the asker
};

/// A contact made or received.
struct ContactMade : EventBase {
  Direction direction = Direction::outgoing;
  Channel channel = Channel::voice;
  Purpose purpose = Purpose::unknown;
  bool requested_by_subscriber = false;
  DialledBy dialled_by = DialledBy::unstated;
  std::string distributor{};  ///< "" = the log's own
  std::string caller{};       ///< who dialled for the distributor, id word; "" = itself
  std::string outcome{};      ///< short machine word
  std::optional<std::int64_t> duration_s{};  ///< seconds, 0 or more
  std::string agent_ref{};                   ///< a pseudonym, never a name
  std::string campaign{};
  std::optional<FileHash> recording{};
  std::optional<Assessment> advertising{};  ///< absent: nobody asked
  Wording wording{};                        ///< the script that was read, without personal data
  std::optional<Instant> next_at{};         ///< when the subscriber asked to be contacted next
  // Sealed: free text, and names of people. At most 512 bytes, the note 4 KiB.
  std::string organisation{};
  std::string decision_maker{};
  std::string note{};
};

/// The subscriber told the telephone operator to let no mass calls, or no mailings, through.
struct OperatorRefusal : EventBase {
  Covers covers{Cover::mass_calls};   ///< mass_calls, mailing or both; nothing else
  std::string operator_id{};          ///< whose subscriber it is: INN or short word; "" = not known
  std::optional<Instant> in_force{};  ///< from when; `happened` where not given. May lie ahead.
};

/// What the table of personal data said of the number and its holder. Facts as words.
struct NumberClassified : EventBase {
  PersonalData personal_data = PersonalData::unknown;
  SubscriberKind kind = SubscriberKind::unknown;
  std::string inn{};  ///< 10 digits, an organisation's; a person's has no place in an entry
  std::string row{};  ///< which row answered: "ru/pd/09"
};

/// Files that show what an earlier entry says, found or received after it was written.
struct EvidenceAdded : EventBase {
  std::uint64_t of = 0;              ///< seq of that entry
  std::vector<FileHash> evidence{};  ///< at least one
  std::string kind{};                ///< short word: "recording", "delivery_receipt"
};

/// An earlier entry is wrong. It points at it and changes nothing: what is right is recorded as an
/// event of its own.
struct EntryCorrected : EventBase {
  std::uint64_t of = 0;               ///< seq of that entry
  std::string reason{};               ///< short word, needed: "wrong_number", "typed_twice"
  std::vector<std::string> fields{};  ///< members of its body that are wrong; empty: all of it
};

/// The subject's key was destroyed: nothing in the log leads to the person any more.
struct SubjectErased : EventBase {
  std::string ground{};               ///< short word for the legal ground, needed
  std::string scope{};                ///< short word for what was erased; "" = all
  std::optional<FileHash> request{};  ///< the demand for it
};

/// The subject's data may be kept and not used (blocking), or may be used again.
struct SubjectRestricted : EventBase {
  std::string ground{};            ///< short word, needed
  std::optional<Instant> until{};  ///< first moment at which it no longer holds
  bool released = false;           ///< true: ends it
  std::optional<FileHash> request{};
};

/// Nothing of the subject may be erased (legal hold), or it may be again.
struct SubjectHeld : EventBase {
  std::string by{};      ///< who ordered it: INN or short word, needed
  std::string ground{};  ///< short word for the case
  std::optional<Instant> until{};
  bool released = false;  ///< true: ends it
};

/// A demand about personal data arrived, or the holder found what starts the same clocks.
struct RequestReceived : EventBase {
  RequestKind kind = RequestKind::access;
  Method means = Method::unstated;
  /// When it reached whoever holds the data; `happened` where not given.
  std::optional<Instant> received_at{};
  std::vector<FileHash> evidence{};  ///< the letter
};

/// A request was answered, or its term extended. Of a withdrawal: done on another ground than
/// erasure, and the subscriber told so.
struct RequestAnswered : EventBase {
  std::uint64_t of = 0;  ///< seq of the request
  RequestOutcome outcome = RequestOutcome::done;
  std::vector<FileHash> evidence{};  ///< the answer
};

/// What a diarist says of consent to the caller, on one ground.
struct ConsentStance {
  ConsentClaim claim = ConsentClaim::never;
  std::optional<Instant> on{};  ///< when it was withdrawn, where that is known
};

/// A contact that a diarist received. Who called may be a number, a name, or nobody known.
struct ContactReceived : EventBase {
  Channel channel = Channel::voice;  ///< never `robot`: what was heard says that
  HeardAs heard = HeardAs::unclear;
  Purpose purpose = Purpose::unknown;
  std::string distributor{};  ///< INN or short word; "" = not established
  YesNo answered = YesNo::unknown;
  YesNo asked_to_stop = YesNo::unknown;   ///< by the diarist, during this contact
  YesNo called_by_name = YesNo::unknown;  ///< the caller used the diarist's name
  std::optional<std::int64_t> duration_s{};
  /// Whether advertising, and the use of personal data, was ever agreed to with the caller.
  /// nullopt: not known.
  std::optional<ConsentStance> advertising_consent{};
  std::optional<ConsentStance> personal_data_consent{};
  std::vector<FileHash> evidence{};  ///< files that stay where they are, by their hash alone
  // Sealed.
  std::string sender{};         ///< Sender::text(): a number, a short number, a name; "" = hidden
  std::string label{};          ///< what the screen showed beside it, at most 512 bytes
  std::string company{};        ///< on whose behalf they said they called, at most 512 bytes
  std::string identified_by{};  ///< how `distributor` was established, at most 512 bytes
  std::string said{};           ///< the words said, or the whole text of the message; 8 KiB
};
/// The channel as a decision asks for it: a voice that was a robot's is `robot`.
[[nodiscard]] CONSENT_EXPORT Channel channel_asked(const ContactReceived& contact) noexcept;

/// What may be told to a log about a number.
using Event = std::variant<ConsentAsked, ConsentGiven, ConsentRefused, ConsentWithdrawn,
                           NumberReassigned, ContactMade, OperatorRefusal, NumberClassified,
                           EvidenceAdded, EntryCorrected, SubjectErased, SubjectRestricted,
                           SubjectHeld, RequestReceived, RequestAnswered, ContactReceived>;

/// A text is in use from here on. Kept in the log's table of wordings.
struct WordingRegistered {
  Wording wording{};       ///< not empty
  std::string language{};  ///< "ru"; "" = not said
};

/// The clock no longer goes on from where it was. Which way follows from the two times.
struct ClockStep {
  Instant before{};  ///< what it should have shown, as far as the log knows
  Instant after{};   ///< what it showed
};

/// Acknowledged entries were lost, and the log goes on without them.
struct LogRestored {
  std::uint64_t lost_from = 0;  ///< first seq that is gone: the size that was left
  std::uint64_t lost_to = 0;    ///< size before the loss, as far as is known; not below lost_from
  std::string reason{};         ///< short word, needed
  std::string incarnation{};    ///< 16 raw bytes: of the log from here on
  bool end_unknown = false;     ///< more may be gone than is known: no head said where it ended
  /// Somebody went through what may be lost, by other records, and answers for it.
  bool reviewed = false;
};

/// Nothing else happened; the log was alive.
struct LogHeartbeat {};

/// A copy of the log was made: what it holds. Keys were copied with it where `expires` is there.
struct LogBackedUp {
  std::uint64_t size = 0;            ///< entries of the copy; not above the seq of this one
  Digest root{};                     ///< of these entries
  Digest file{};                     ///< SHA-256 of the copied log.db
  std::optional<Instant> expires{};  ///< first moment at which the copied keys open no more
};

/// A copy of keys was destroyed.
struct LogBackupDestroyed {
  std::uint64_t of = 0;  ///< seq of the entry that says it was made
};

/// A distributor has somebody else dial for it: a contract, an order. Empty sets mean "all".
struct CallerAssigned {
  std::string caller{};            ///< who dials: INN or short word, not the distributor
  std::string distributor{};       ///< for whom: INN or short word
  Instant from{};                  ///< first moment at which it holds; may lie ahead
  std::optional<Instant> until{};  ///< first moment at which it no longer holds; nullopt: open
  Purposes purposes{};
  Channels channels{};
  std::string campaign{};              ///< "" = not limited to one
  std::optional<FileHash> document{};  ///< what shows it: the contract, the order
};

/// An assignment ends.
struct CallerReleased {
  std::uint64_t of = 0;                ///< seq of the entry that assigned
  Instant until{};                     ///< first moment at which it no longer holds
  std::optional<FileHash> document{};  ///< what shows it
};

/// What a log says of itself and of those it is kept for. It has no subject; when it was recorded
/// is the entry's own time.
using LogEvent = std::variant<WordingRegistered, ClockStep, LogRestored, LogHeartbeat, LogBackedUp,
                              LogBackupDestroyed, CallerAssigned, CallerReleased>;

/// A log begins: entry 0, and no other.
struct LogCreated {
  std::string distributor{};        ///< INN or short word; "" in a diary
  std::string distributor_name{};   ///< as the owner writes it
  std::string format{};             ///< short word
  std::string incarnation{};        ///< 16 raw bytes
  std::string key{};                ///< verifier key that checks the log's checkpoints
  std::optional<Digest> details{};  ///< in a diary: commitment to its own number, which is sealed
  std::optional<PhoneNumber> subscriber{};  ///< that number; nullopt where it was not opened
};

/// Reserved: nothing writes it yet.
struct ReceiptIssued : EventBase {};
/// Of the log itself, and of a type that nothing writes yet: a body of any members.
struct Reserved {};

/// What an entry says, as it was read back: append() takes the first alternative as it is.
using AnyEvent = std::variant<Event, LogEvent, LogCreated, ReceiptIssued, Reserved>;

namespace detail {
template <typename E, typename Variant>
inline constexpr bool is_one_of = false;
template <typename E, typename... All>
inline constexpr bool is_one_of<E, std::variant<All...>> = (std::is_same_v<E, All> || ...);
}  // namespace detail

/// What an entry says, as one of the structs above; nullptr where it says something else.
template <typename E>
[[nodiscard]] const E* get_if(const AnyEvent& event) noexcept {
  if constexpr (detail::is_one_of<E, Event>) {
    const auto* const told = std::get_if<Event>(&event);
    return told == nullptr ? nullptr : std::get_if<E>(told);
  } else if constexpr (detail::is_one_of<E, LogEvent>) {
    const auto* const told = std::get_if<LogEvent>(&event);
    return told == nullptr ? nullptr : std::get_if<E>(told);
  } else {
    return std::get_if<E>(&event);
  }
}

enum class EventType : std::uint8_t {
  log_created,
  consent_asked,
  consent_given,
  consent_refused,
  consent_withdrawn,
  number_reassigned,
  contact_made,
  operator_refusal,
  number_classified,
  evidence_added,
  entry_corrected,
  subject_erased,
  subject_restricted,
  subject_held,
  request_received,
  request_answered,
  contact_received,
  wording_registered,
  clock_step,
  log_restored,
  log_heartbeat,
  log_backed_up,
  log_backup_destroyed,
  caller_assigned,
  caller_released,
  // Reserved: read, hashed and chained, ignored by standing; nothing writes them yet.
  anchor_added,
  map_recorded,
  key_rotated,
  receipt_issued,
};

/// Whether an entry of this type has a subject; the others are the log's own.
[[nodiscard]] CONSENT_EXPORT bool is_about_subject(EventType type) noexcept;
[[nodiscard]] CONSENT_EXPORT bool is_reserved(EventType type) noexcept;

[[nodiscard]] CONSENT_EXPORT EventType type_of(const Event& event) noexcept;
[[nodiscard]] CONSENT_EXPORT EventType type_of(const LogEvent& event) noexcept;
[[nodiscard]] CONSENT_EXPORT const EventBase& base_of(const Event& event) noexcept;
[[nodiscard]] CONSENT_EXPORT EventBase& base_of(Event& event) noexcept;
/// What every event about a subject has; nullptr where the log speaks of itself.
[[nodiscard]] CONSENT_EXPORT const EventBase* about_subject(const AnyEvent& event) noexcept;
/// The text that an event names; nullptr where its type names none.
[[nodiscard]] CONSENT_EXPORT const Wording* wording_of(const AnyEvent& event) noexcept;
[[nodiscard]] CONSENT_EXPORT const Wording* wording_of(const Event& event) noexcept;
/// The entry that an event points at, which must be there already; nullopt where it points at none.
[[nodiscard]] CONSENT_EXPORT std::optional<std::uint64_t> refers_to(const Event& event) noexcept;

[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Purpose) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Channel) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Cover) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Method) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Giver) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(Direction) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(DialledBy) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(HeardAs) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(YesNo) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(ConsentClaim) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(IsAdvertising) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(RequestKind) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(RequestOutcome) noexcept;
[[nodiscard]] CONSENT_EXPORT std::string_view to_word(EventType) noexcept;  ///< "consent.given"

/// The word's value; nullopt for a word that is not on the list. E is one of the enums above.
template <typename E>
[[nodiscard]] std::optional<E> from_word(std::string_view word) noexcept;
template <>
CONSENT_EXPORT std::optional<Purpose> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<Channel> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<Cover> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<Method> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<Giver> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<Direction> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<DialledBy> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<HeardAs> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<YesNo> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<ConsentClaim> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<IsAdvertising> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<RequestKind> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<RequestOutcome> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<PersonalData> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<SubscriberKind> from_word(std::string_view) noexcept;
template <>
CONSENT_EXPORT std::optional<EventType> from_word(std::string_view) noexcept;

/// Refuses what no log may hold: empty scopes of a consent, free text where a short word belongs,
/// sets of words out of range, too long fields. The message names the field, never its content.
/// @throws Error (invalid_argument)
CONSENT_EXPORT void validate(const Event& event);
CONSENT_EXPORT void validate(const LogEvent& event);

/// Is this one entry, alone, as the format says: its bytes canonical, its envelope complete, the
/// members of its body that are known of the shape they must have? Whether it stands where it says
/// it stands, only the log shows. @throws ParseError, Error (invalid_argument)
CONSENT_EXPORT void check_entry(std::string_view bytes);

}  // namespace consent
