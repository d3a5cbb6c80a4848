#include "event/body.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "consent/error.hpp"
#include "event/encode.hpp"
#include "event/words.hpp"

namespace consent {

namespace {

using canonical::Value;

/// What the value of a member must be. `rule` ends the sentence "… is not ".
struct Shape {
  bool (*fits)(const Value&);
  std::string_view rule;
};
enum class Needed : bool { no, yes };
struct Member {
  std::string_view key;
  Shape shape;
  Needed needed = Needed::no;
};

bool is_time(const Value& v) {
  return v.string() != nullptr && parse_stored_instant(*v.string()).has_value();
}
bool is_hash(const Value& v) {
  return v.string() != nullptr && digest_from_hex(*v.string()).has_value();
}
bool is_id(const Value& v) {
  constexpr std::size_t digits = 32;
  return v.string() != nullptr && v.string()->size() == digits &&
         v.string()->find_first_not_of("0123456789abcdef") == std::string::npos;
}
bool is_word(const Value& v) {
  return v.string() != nullptr && !v.string()->empty() && words::word_problem(*v.string()).empty();
}
bool is_party(const Value& v) {
  return v.string() != nullptr && words::party_problem(*v.string()).empty();
}
bool is_organisation(const Value& v) {
  return v.string() != nullptr && words::is_organisation_inn(*v.string());
}
bool is_text(const Value& v) { return v.string() != nullptr && !v.string()->empty(); }
bool is_flag(const Value& v) { return v.boolean() != nullptr; }
bool is_true(const Value& v) { return v.boolean() != nullptr && *v.boolean(); }

template <std::int64_t Most>
bool is_count(const Value& v) {
  return v.integer() != nullptr && *v.integer() >= 0 && *v.integer() <= Most;
}

template <typename E>
bool is_one_of(const Value& v) {
  return v.string() != nullptr && from_word<E>(*v.string()).has_value();
}
bool is_step(const Value& v) {
  return v.string() != nullptr && (*v.string() == "back" || *v.string() == "forward");
}

/// In byte order, each once: of two entries that say the same, one spelling.
template <bool (*Item)(const Value&)>
bool is_list(const Value& v) {
  if (v.array() == nullptr) return false;
  const std::string* previous = nullptr;
  for (const Value& item : *v.array()) {
    if (!Item(item) || (previous != nullptr && *item.string() <= *previous)) return false;
    previous = item.string();
  }
  return true;
}
template <bool (*Item)(const Value&)>
bool is_filled_list(const Value& v) {
  return is_list<Item>(v) && !v.array()->empty();
}
bool is_operators_cover(const Value& v) {
  if (!is_one_of<Cover>(v)) return false;
  const auto cover = from_word<Cover>(*v.string());
  return cover == Cover::mass_calls || cover == Cover::mailing;
}

constexpr Shape a_time{is_time, "a time in the stored form"};
constexpr Shape a_hash{is_hash, "64 lower-case hex digits"};
constexpr Shape an_id{is_id, "32 lower-case hex digits"};
constexpr Shape a_word{is_word, "a short word"};
constexpr Shape a_party{is_party, "an INN or a short word"};
constexpr Shape an_organisation{is_organisation, "the INN of an organisation"};
constexpr Shape a_text{is_text, "a text"};
constexpr Shape a_flag{is_flag, "true or false"};
constexpr Shape only_true{is_true, "true, without which it is left out"};
constexpr Shape a_seq{is_count<canonical::max_integer>, "an integer from 0 on"};
constexpr Shape a_week_of_seconds{is_count<7 * 24 * 3600>, "an integer from 0 to one week"};
constexpr Shape hashes{is_filled_list<is_hash>, "a list of hashes, in order, each once"};
constexpr Shape short_words{is_filled_list<is_word>, "a list of short words, in order, each once"};
constexpr Shape parties{is_filled_list<is_party>, "a list of parties, in order, each once"};
constexpr Shape any_parties{is_list<is_party>, "a list of parties, in order, each once"};
constexpr Shape covers{is_filled_list<is_one_of<Cover>>, "a list of covers, in order, each once"};
constexpr Shape purposes{is_filled_list<is_one_of<Purpose>>,
                         "a list of purposes, in order, each once"};
constexpr Shape channels{is_filled_list<is_one_of<Channel>>,
                         "a list of channels, in order, each once"};
constexpr Shape operators_covers{is_filled_list<is_operators_cover>,
                                 "a list of mailing and mass_calls, in order, each once"};
constexpr Shape a_method{is_one_of<Method>, "a method"};
constexpr Shape a_channel{is_one_of<Channel>, "a channel"};
constexpr Shape a_purpose{is_one_of<Purpose>, "a purpose"};
constexpr Shape a_direction{is_one_of<Direction>, "a direction"};
constexpr Shape a_dialler{is_one_of<DialledBy>, "person or machine"};
constexpr Shape a_giver{is_one_of<Giver>, "a giver"};
constexpr Shape an_answer{is_one_of<PersonalData>, "yes, no or unknown"};
constexpr Shape a_kind{is_one_of<SubscriberKind>, "a kind of subscriber"};
constexpr Shape a_yes_no_unclear{is_one_of<IsAdvertising>, "yes, no or unclear"};
constexpr Shape a_request{is_one_of<RequestKind>, "a kind of request"};
constexpr Shape an_outcome{is_one_of<RequestOutcome>, "an outcome"};
constexpr Shape a_step{is_step, "back or forward"};

/// One walk serves both: tables and objects stand in byte order.
consteval bool in_order(std::span<const Member> table) {
  for (std::size_t i = 1; i < table.size(); ++i) {
    if (table[i - 1].key >= table[i].key) return false;
  }
  return true;
}

/// The member that breaks the table; nullptr where none does.
const Member* broken(std::span<const Member> table, const canonical::Object& object) {
  auto at = object.begin();
  for (const Member& member : table) {
    while (at != object.end() && at->first < member.key) ++at;
    const bool there = at != object.end() && at->first == member.key;
    if (there ? !member.shape.fits(at->second) : member.needed == Needed::yes) return &member;
  }
  return nullptr;
}
template <const auto& Table>
bool is_object(const Value& v) {
  static_assert(in_order(Table));
  return v.object() != nullptr && broken(Table, *v.object()) == nullptr;
}

constexpr std::array code_members{Member{"returned", a_flag, Needed::yes},
                                  Member{"sent_to_this_number", a_flag, Needed::yes}};
constexpr std::array contract_members{Member{"separate_mark", a_flag, Needed::yes}};
constexpr std::array giver_members{Member{"authority", a_word},
                                   Member{"kind", a_giver, Needed::yes}};
constexpr std::array assessment_members{
    Member{"answer", a_yes_no_unclear, Needed::yes},
    Member{"answers", a_hash, Needed::yes},
    Member{"pack", a_word, Needed::yes},
};
constexpr Shape an_assessment{is_object<assessment_members>, "{answer, answers, pack}"};
constexpr Shape a_code{is_object<code_members>, "{returned, sent_to_this_number}"};
constexpr Shape a_contract{is_object<contract_members>, "{separate_mark}"};
constexpr Shape a_giver_of{is_object<giver_members>, "{authority, kind}"};

constexpr std::array file_members{Member{"commitment", a_hash, Needed::yes},
                                  Member{"kind", a_word, Needed::yes}};
/// In the order the writer was given them: their number is how they are called.
bool is_files(const Value& v) {
  constexpr std::size_t most = 32;
  return v.array() != nullptr && !v.array()->empty() && v.array()->size() <= most &&
         std::all_of(v.array()->begin(), v.array()->end(), is_object<file_members>);
}
constexpr Shape sealed_files{is_files, "a list of {commitment, kind}, at most 32"};

// The tables of docs/reference/format.md, "Entry"; members in byte order.
constexpr std::array subject_members{
    Member{"details", a_hash, Needed::yes}, Member{"files", sealed_files},
    Member{"happened", a_time, Needed::yes}, Member{"source", a_word}};
constexpr std::array created{Member{"details", a_hash},
                             Member{"distributor", a_party},
                             Member{"distributor_name", a_text},
                             Member{"format", a_word, Needed::yes},
                             Member{"incarnation", an_id, Needed::yes},
                             Member{"key", a_text, Needed::yes}};
constexpr std::array asked{Member{"campaign", a_word}, Member{"channels", channels},
                           Member{"covers", covers},   Member{"distributors", parties},
                           Member{"evidence", hashes}, Member{"purposes", purposes},
                           Member{"wording", a_hash}};
constexpr std::array given{Member{"acts_for", parties},
                           Member{"acts_for_any", only_true},
                           Member{"advertiser", a_party},
                           Member{"campaign", a_word},
                           Member{"channels", channels, Needed::yes},
                           Member{"code", a_code},
                           Member{"covers", covers, Needed::yes},
                           Member{"distributors", any_parties, Needed::yes},
                           Member{"document", a_hash},
                           Member{"evidence", hashes},
                           Member{"giver", a_giver_of},
                           Member{"in_contract", a_contract},
                           Member{"method", a_method},
                           Member{"prechecked", only_true},
                           Member{"purposes", purposes, Needed::yes},
                           Member{"until", a_time},
                           Member{"wording", a_hash}};
constexpr std::array refused{Member{"campaign", a_word},   Member{"channels", channels},
                             Member{"covers", covers},     Member{"distributors", parties},
                             Member{"evidence", hashes},   Member{"method", a_method},
                             Member{"purposes", purposes}, Member{"wording", a_hash}};
constexpr std::array withdrawn{Member{"campaign", a_word},   Member{"channels", channels},
                               Member{"covers", covers},     Member{"distributors", parties},
                               Member{"evidence", hashes},   Member{"means", a_method},
                               Member{"purposes", purposes}, Member{"received_at", a_time}};
constexpr std::array contact{Member{"advertising", an_assessment},
                             Member{"agent_ref", a_word},
                             Member{"caller", a_party},
                             Member{"campaign", a_word},
                             Member{"channel", a_channel, Needed::yes},
                             Member{"dialled_by", a_dialler},
                             Member{"direction", a_direction, Needed::yes},
                             Member{"distributor", a_party},
                             Member{"duration_s", a_week_of_seconds},
                             Member{"outcome", a_word},
                             Member{"purpose", a_purpose, Needed::yes},
                             Member{"recording", a_hash},
                             Member{"requested_by_subscriber", only_true}};
constexpr std::array operator_refused{Member{"covers", operators_covers, Needed::yes},
                                      Member{"in_force", a_time}, Member{"operator_id", a_party}};
constexpr std::array classified{Member{"inn", an_organisation}, Member{"kind", a_kind},
                                Member{"personal_data", an_answer, Needed::yes},
                                Member{"row", a_word}};
constexpr std::array evidenced{Member{"evidence", hashes}, Member{"kind", a_word},
                               Member{"of", a_seq, Needed::yes}};
constexpr std::array corrected{Member{"fields", short_words}, Member{"of", a_seq, Needed::yes},
                               Member{"reason", a_word, Needed::yes}};
constexpr std::array erased{Member{"ground", a_word, Needed::yes}, Member{"request", a_hash},
                            Member{"scope", a_word}};
constexpr std::array restricted{Member{"ground", a_word, Needed::yes},
                                Member{"released", only_true}, Member{"request", a_hash},
                                Member{"until", a_time}};
constexpr std::array held{Member{"by", a_party, Needed::yes}, Member{"ground", a_word},
                          Member{"released", only_true}, Member{"until", a_time}};
constexpr std::array requested{Member{"evidence", hashes}, Member{"kind", a_request, Needed::yes},
                               Member{"means", a_method}, Member{"received_at", a_time}};
constexpr std::array answered{Member{"evidence", hashes}, Member{"of", a_seq, Needed::yes},
                              Member{"outcome", an_outcome, Needed::yes}};
constexpr std::array registered{Member{"language", a_word}, Member{"wording", a_hash, Needed::yes}};
constexpr std::array stepped{Member{"after", a_time, Needed::yes},
                             Member{"before", a_time, Needed::yes},
                             Member{"kind", a_step, Needed::yes}};
constexpr std::array restored{
    Member{"incarnation", an_id, Needed::yes}, Member{"lost_from", a_seq, Needed::yes},
    Member{"lost_to", a_seq, Needed::yes}, Member{"reason", a_word, Needed::yes}};
constexpr std::array backed_up{Member{"expires", a_time}, Member{"file", a_hash, Needed::yes},
                               Member{"root", a_hash, Needed::yes},
                               Member{"size", a_seq, Needed::yes}};
constexpr std::array backup_destroyed{Member{"of", a_seq, Needed::yes}};
constexpr std::array caller_assigned{Member{"caller", a_party, Needed::yes},
                                     Member{"campaign", a_word},
                                     Member{"channels", channels},
                                     Member{"distributor", a_party, Needed::yes},
                                     Member{"document", a_hash},
                                     Member{"from", a_time, Needed::yes},
                                     Member{"purposes", purposes},
                                     Member{"until", a_time}};
constexpr std::array caller_released{Member{"document", a_hash}, Member{"of", a_seq, Needed::yes},
                                     Member{"until", a_time, Needed::yes}};

static_assert(in_order(subject_members) && in_order(created) && in_order(asked) &&
              in_order(given) && in_order(refused) && in_order(withdrawn) && in_order(contact) &&
              in_order(operator_refused) && in_order(classified) && in_order(evidenced) &&
              in_order(corrected) && in_order(erased) && in_order(restricted) && in_order(held) &&
              in_order(requested) && in_order(answered) && in_order(registered) &&
              in_order(stepped) && in_order(restored) && in_order(backed_up) &&
              in_order(backup_destroyed) && in_order(caller_assigned) && in_order(caller_released));

std::span<const Member> members_of(EventType type) noexcept {
  switch (type) {
    case EventType::log_created:
      return created;
    case EventType::consent_asked:
      return asked;
    case EventType::consent_given:
      return given;
    case EventType::consent_refused:
      return refused;
    case EventType::consent_withdrawn:
      return withdrawn;
    case EventType::contact_made:
      return contact;
    case EventType::operator_refusal:
      return operator_refused;
    case EventType::number_classified:
      return classified;
    case EventType::evidence_added:
      return evidenced;
    case EventType::entry_corrected:
      return corrected;
    case EventType::subject_erased:
      return erased;
    case EventType::subject_restricted:
      return restricted;
    case EventType::subject_held:
      return held;
    case EventType::request_received:
      return requested;
    case EventType::request_answered:
      return answered;
    case EventType::wording_registered:
      return registered;
    case EventType::clock_step:
      return stepped;
    case EventType::log_restored:
      return restored;
    case EventType::log_backed_up:
      return backed_up;
    case EventType::log_backup_destroyed:
      return backup_destroyed;
    case EventType::caller_assigned:
      return caller_assigned;
    case EventType::caller_released:
      return caller_released;
    case EventType::number_reassigned:
    case EventType::log_heartbeat:
    case EventType::anchor_added:
    case EventType::map_recorded:
    case EventType::key_rotated:
    case EventType::receipt_issued:
      break;
  }
  return {};
}

[[noreturn]] void malformed(std::string_view member, const Message& what) {
  throw Error(ErrorCode::invalid_argument, Message("entry: '{}' {}", member, what));
}

void check(std::span<const Member> table, const Value& body) {
  const Member* const member = broken(table, *body.object());
  if (member == nullptr) return;
  if (body.find(member->key) == nullptr) malformed(member->key, "is missing");
  malformed(member->key, Message("is not {}", Message(member->shape.rule)));
}

std::string_view text_of(const Value& body, std::string_view key) {
  const Value* const member = body.find(key);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string_view{};
}

std::optional<std::int64_t> integer_of(const Value& body, std::string_view key) {
  const Value* const member = body.find(key);
  if (member == nullptr || member->integer() == nullptr) return std::nullopt;
  return *member->integer();
}

}  // namespace

void check_body(EventType type, const Value& body) {
  if (body.object() == nullptr) malformed("body", "is not an object");
  if (is_about_subject(type)) check(subject_members, body);
  check(members_of(type), body);
  if (type == EventType::evidence_added && body.find("evidence") == nullptr &&
      body.find("files") == nullptr) {
    malformed("evidence", "is missing");
  }
  if (type == EventType::clock_step) {
    // Text order is time order.
    const std::string_view before = text_of(body, "before");
    const std::string_view after = text_of(body, "after");
    if (before == after || (text_of(body, "kind") == "back") != (after < before)) {
      malformed("kind", "is not what the two times say");
    }
  } else if (type == EventType::log_restored) {
    if (integer_of(body, "lost_to") < integer_of(body, "lost_from")) {
      malformed("lost_to", "is below 'lost_from'");
    }
  } else if (type == EventType::number_classified && body.find("inn") != nullptr) {
    const std::string_view kind = text_of(body, "kind");
    if (kind == to_word(SubscriberKind::person) || kind == to_word(SubscriberKind::sole_trader)) {
      malformed("inn", "is an organisation's, and 'kind' a person");
    }
  } else if (type == EventType::caller_assigned) {
    if (text_of(body, "caller") == text_of(body, "distributor")) {
      malformed("caller", "is the distributor itself");
    }
    if (body.find("until") != nullptr && text_of(body, "until") <= text_of(body, "from")) {
      malformed("until", "is not after 'from'");
    }
  }
}

void check_body(const Entry& entry, const Value& body) {
  check_body(entry.type, body);
  if (is_about_subject(entry.type) && text_of(body, "happened") > to_text(entry.recorded)) {
    malformed("happened", "is after the entry was recorded");
  }
  const auto seq = static_cast<std::int64_t>(entry.seq);
  if (entry.type == EventType::evidence_added || entry.type == EventType::entry_corrected ||
      entry.type == EventType::request_answered || entry.type == EventType::log_backup_destroyed ||
      entry.type == EventType::caller_released) {
    if (integer_of(body, "of") >= seq) malformed("of", "is not an entry before this one");
  }
  if (entry.type == EventType::log_restored && integer_of(body, "lost_from") > seq) {
    malformed("lost_from", "is after this entry");
  }
  if (entry.type == EventType::log_backed_up && integer_of(body, "size") > seq) {
    malformed("size", "is above this entry's place");
  }
}

void check_entry(std::string_view bytes) {
  const DecodedEntry decoded = decode_entry(bytes);
  check_body(decoded.entry, decoded.body);
}

}  // namespace consent
