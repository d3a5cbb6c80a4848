#include "standing/standing.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "consent/error.hpp"
#include "event/encode.hpp"

namespace consent {

namespace {

using canonical::Value;

[[noreturn]] void malformed(const Entry& entry, std::string_view what) {
  throw BrokenLog(entry.seq, Message("entry {}: {}", entry.seq, Message(what)));
}

// Unknown words in a known field cannot be "ignored": a stop for a channel this version does not
// know would then stop nothing.
template <typename E>
SetOf<E> read_set(const Entry& entry, const Value& body, std::string_view key) {
  SetOf<E> set;
  const Value* const member = body.find(key);
  if (member == nullptr) return set;
  if (member->array() == nullptr) malformed(entry, "a scope that is not a list");
  for (const Value& item : *member->array()) {
    const auto value = item.string() != nullptr ? from_word<E>(*item.string()) : std::nullopt;
    if (!value) malformed(entry, "a word that is not on its list");
    set.insert(*value);
  }
  return set;
}

std::string_view read_text(const Entry& entry, const Value& body, std::string_view key) {
  const Value* const member = body.find(key);
  if (member == nullptr) return {};
  if (member->string() == nullptr) malformed(entry, "a field that is not a text");
  return *member->string();
}

std::optional<Instant> read_instant(const Entry& entry, const Value& body, std::string_view key) {
  const std::string_view text = read_text(entry, body, key);
  if (text.empty()) return std::nullopt;
  const auto at = parse_stored_instant(text);
  if (!at) malformed(entry, "a time that is not in the stored form");
  return at;
}

bool read_flag(const Entry& entry, const Value& body, std::string_view key) {
  const Value* const member = body.find(key);
  if (member == nullptr) return false;
  if (member->boolean() == nullptr) malformed(entry, "a flag that is neither true nor false");
  return *member->boolean();
}

// Only what the entry's type knows: a member of the same name in another type means nothing.
std::uint16_t read_flags(const Entry& entry, const Value& body) {
  unsigned flags = 0;
  if (body.find("evidence") != nullptr) flags |= Clause::has_evidence;
  if (const Value* const files = body.find("files");
      files != nullptr && files->array() != nullptr) {
    for (const Value& file : *files->array()) {
      // A text that names the person is kept as a file, and is a wording all the same.
      const std::string_view kind = read_text(entry, file, "kind");
      const bool document = kind == "document" && entry.type == EventType::consent_given;
      flags |= kind == "wording" ? Clause::has_wording
               : document        ? Clause::has_document
                                 : Clause::has_evidence;
    }
  }
  if (entry.type == EventType::consent_withdrawn) return static_cast<std::uint16_t>(flags);
  if (body.find("wording") != nullptr) flags |= Clause::has_wording;
  if (entry.type != EventType::consent_given) return static_cast<std::uint16_t>(flags);
  if (read_flag(entry, body, "prechecked")) flags |= Clause::prechecked;
  if (read_flag(entry, body, "acts_for_any")) flags |= Clause::acts_for_any;
  if (const Value* const contract = body.find("in_contract")) {
    flags |= Clause::in_contract;
    if (read_flag(entry, *contract, "separate_mark")) flags |= Clause::separate_mark;
  }
  if (const Value* const code = body.find("code")) {
    if (read_flag(entry, *code, "sent_to_this_number")) flags |= Clause::code_sent_here;
    if (read_flag(entry, *code, "returned")) flags |= Clause::code_returned;
  }
  if (body.find("document") != nullptr) flags |= Clause::has_document;
  if (const Value* const giver = body.find("giver")) {
    const auto kind = from_word<Giver>(read_text(entry, *giver, "kind"));
    if (kind == Giver::addressee) flags |= Clause::by_addressee;
    if (kind == Giver::employee) flags |= Clause::by_employee;
    if (giver->find("authority") != nullptr) flags |= Clause::with_authority;
  }
  return static_cast<std::uint16_t>(flags);
}

template <typename T>
void put(std::string& out, T value) {
  static_assert(std::endian::native == std::endian::little);
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

template <typename T>
T take(const char*& at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  at += sizeof(T);
  return value;
}

constexpr std::size_t packed_clause = 1 + 1 + 2 * 4 + 4 * 2 + 8 * 4;

}  // namespace

Terms::Terms(const Terms& other) { *this = other; }

Terms& Terms::operator=(const Terms& other) {
  if (this == &other) return *this;
  texts_.clear();
  ids_.clear();
  for (const auto& text : other.texts_) id_of(text);
  return *this;
}

std::uint32_t Terms::id_of(std::string_view text) {
  if (const std::uint32_t id = find(text); id != 0) return id;
  texts_.emplace_back(text);
  const auto id = static_cast<std::uint32_t>(texts_.size());
  ids_.emplace(texts_.back(), id);
  return id;
}

std::uint32_t Terms::find(std::string_view text) const {
  const auto found = ids_.find(text);
  return found == ids_.end() ? 0 : found->second;
}

std::string_view Terms::text(std::uint32_t id) const {
  if (id == 0 || id > texts_.size()) return {};
  return texts_[id - 1];
}

void append_clauses(const Entry& entry, const canonical::Value& body, Terms& terms,
                    SubjectStanding& standing) {
  const bool consent = entry.type == EventType::consent_given;
  const bool withdrawal = entry.type == EventType::consent_withdrawn;
  const bool reassignment = entry.type == EventType::number_reassigned;
  const bool to_operator = entry.type == EventType::operator_refusal;
  // A correction points at an entry and changes no clause; the rest says nothing of consent.
  if (!speaks_to_standing(entry.type)) return;

  const auto happened = read_instant(entry, body, "happened");
  if (!happened) malformed(entry, "no 'happened'");
  if (reassignment) {
    // Whichever is earlier: a reassignment reported late still took the number away then.
    standing.closed = std::min(*happened, entry.recorded);
    return;
  }
  Clause clause;
  clause.type = entry.type;
  clause.seq = entry.seq;
  clause.recorded = entry.recorded;
  clause.said = *happened;
  if (entry.type == EventType::subject_erased) {
    if (!standing.closed) standing.closed = std::min(*happened, entry.recorded);
    standing.clauses.push_back(clause);
    return;
  }
  if (entry.type == EventType::subject_restricted) {
    if (read_flag(entry, body, "released")) clause.flags = Clause::released;
    clause.until = read_instant(entry, body, "until").value_or(Instant::max());
    standing.clauses.push_back(clause);
    return;
  }
  if (entry.type == EventType::number_classified) {
    const auto answer = from_word<PersonalData>(read_text(entry, body, "personal_data"));
    if (!answer) malformed(entry, "an answer that is not on its list");
    clause.flags = static_cast<std::uint16_t>(*answer);
    standing.clauses.push_back(clause);
    return;
  }
  clause.covers = read_set<Cover>(entry, body, "covers");
  if (to_operator) {
    // For all who call: it names no distributor, purpose or channel, and says what in `covers`.
    if (const auto in_force = read_instant(entry, body, "in_force")) {
      clause.said = *in_force;
      clause.flags = Clause::in_force_stated;
    }
    standing.clauses.push_back(clause);
    return;
  }
  clause.purposes = read_set<Purpose>(entry, body, "purposes");
  clause.channels = read_set<Channel>(entry, body, "channels");
  clause.flags = read_flags(entry, body);
  if (withdrawal) clause.said = read_instant(entry, body, "received_at").value_or(*happened);
  if (consent) clause.until = read_instant(entry, body, "until").value_or(Instant::max());
  const std::string_view word = read_text(entry, body, withdrawal ? "means" : "method");
  if (!word.empty()) {
    const auto method = from_word<Method>(word);
    if (!method) malformed(entry, "a method that is not on its list");
    clause.method = *method;
  }
  const std::string_view campaign = read_text(entry, body, "campaign");
  if (!campaign.empty()) clause.campaign = terms.id_of(campaign);

  const Value* const named = body.find("distributors");
  const bool lists = named != nullptr && named->array() != nullptr;
  if (named != nullptr && !lists) malformed(entry, "distributors that are not a list");
  if (!lists || named->array()->empty()) {
    standing.clauses.push_back(clause);
  } else {
    for (const Value& item : *named->array()) {
      if (item.string() == nullptr) malformed(entry, "a distributor that is not a text");
      clause.distributor = terms.id_of(*item.string());
      standing.clauses.push_back(clause);
    }
  }
  const Value* const callers = consent ? body.find("acts_for") : nullptr;
  if (callers == nullptr) return;
  if (callers->array() == nullptr) malformed(entry, "callers that are not a list");
  Clause caller;
  caller.type = clause.type;
  caller.seq = clause.seq;
  caller.said = clause.said;
  caller.recorded = clause.recorded;
  for (const Value& item : *callers->array()) {
    if (item.string() == nullptr) malformed(entry, "a caller that is not a text");
    caller.distributor = terms.id_of(*item.string());
    standing.clauses.push_back(caller);
  }
}

std::optional<std::vector<Clause>> read_clauses(EventType type, const canonical::Value& body,
                                                Terms& terms) {
  if (type == EventType::number_reassigned || type == EventType::subject_erased) {
    return std::nullopt;
  }
  Entry entry;
  entry.type = type;
  SubjectStanding standing;
  append_clauses(entry, body, terms, standing);
  return std::move(standing.clauses);
}

bool SubjectStanding::erased() const noexcept {
  return !clauses.empty() && clauses.back().type == EventType::subject_erased;
}

void append_clauses(const Entry& entry, Terms& terms, SubjectStanding& standing) {
  append_clauses(entry, decode_entry(entry.bytes).body, terms, standing);
}

std::string pack_clauses(std::span<const Clause> clauses) {
  std::string out;
  out.reserve(clauses.size() * packed_clause);
  for (const Clause& c : clauses) {
    put(out, static_cast<std::uint8_t>(c.type));
    put(out, static_cast<std::uint8_t>(c.method));
    put(out, c.covers.bits());
    put(out, c.purposes.bits());
    put(out, c.channels.bits());
    put(out, c.flags);
    put(out, c.distributor);
    put(out, c.campaign);
    put(out, c.said.time_since_epoch().count());
    put(out, c.recorded.time_since_epoch().count());
    put(out, c.until.time_since_epoch().count());
    put(out, c.seq);
  }
  return out;
}

std::vector<Clause> unpack_clauses(std::string_view bytes) {
  if (bytes.size() % packed_clause != 0) {
    throw Error(ErrorCode::storage, "standing: a row of another width; rebuild the log's tables");
  }
  std::vector<Clause> clauses(bytes.size() / packed_clause);
  const char* at = bytes.data();
  const auto instant = [&at] { return Instant(std::chrono::microseconds(take<std::int64_t>(at))); };
  for (Clause& c : clauses) {
    c.type = static_cast<EventType>(take<std::uint8_t>(at));
    c.method = static_cast<Method>(take<std::uint8_t>(at));
    c.covers = Covers::from_bits(take<std::uint16_t>(at));
    c.purposes = Purposes::from_bits(take<std::uint16_t>(at));
    c.channels = Channels::from_bits(take<std::uint16_t>(at));
    c.flags = take<std::uint16_t>(at);
    c.distributor = take<std::uint32_t>(at);
    c.campaign = take<std::uint32_t>(at);
    c.said = instant();
    c.recorded = instant();
    c.until = instant();
    c.seq = take<std::uint64_t>(at);
  }
  return clauses;
}

}  // namespace consent
