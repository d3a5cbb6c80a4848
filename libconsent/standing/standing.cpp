#include "standing/standing.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "consent/error.hpp"
#include "event/encode.hpp"
#include "standing/disposition.hpp"

namespace consent {

namespace {

/// What the files kept with an entry show.
std::uint16_t flags_of(const EventBase& base, bool may_be_document) {
  unsigned flags = 0;
  for (const EvidenceFile& file : base.files) {
    // A text that names the person is kept as a file, and is a wording all the same.
    const bool document = may_be_document && file.kind == "document";
    flags |= file.kind == "wording" ? Clause::has_wording
             : document             ? Clause::has_document
                                    : Clause::has_evidence;
    if (file.kind != "wording") flags |= Clause::keeps_file;
  }
  return static_cast<std::uint16_t>(flags);
}

std::uint16_t flags_of(const ConsentGiven& e) {
  unsigned flags = flags_of(e, true);
  const auto set = [&flags](bool is, unsigned flag) { flags |= is ? flag : 0U; };
  set(!e.evidence.empty(), Clause::has_evidence);
  set(!is_empty(e.wording), Clause::has_wording);
  set(e.prechecked, Clause::prechecked);
  set(e.acts_for_any, Clause::acts_for_any);
  set(e.in_contract.has_value(), Clause::in_contract);
  set(e.in_contract && e.in_contract->separate_mark, Clause::separate_mark);
  set(e.code && e.code->sent_to_this_number, Clause::code_sent_here);
  set(e.code && e.code->returned, Clause::code_returned);
  set(e.document.has_value(), Clause::has_document);
  set(e.giver == Giver::addressee, Clause::by_addressee);
  set(e.giver == Giver::employee, Clause::by_employee);
  set(!e.authority.empty(), Clause::with_authority);
  return static_cast<std::uint16_t>(flags);
}
std::uint16_t flags_of(const ConsentRefused& e) {
  unsigned flags = flags_of(e, false);
  if (!e.evidence.empty()) flags |= Clause::has_evidence;
  if (!is_empty(e.wording)) flags |= Clause::has_wording;
  return static_cast<std::uint16_t>(flags);
}
std::uint16_t flags_of(const EvidenceAdded& e) {
  unsigned flags = flags_of(e, true);
  const bool document = e.kind == "document";
  if (!e.evidence.empty()) flags |= document ? Clause::has_document : Clause::has_evidence;
  return static_cast<std::uint16_t>(flags);
}
std::uint16_t flags_of(const ConsentWithdrawn& e) {
  unsigned flags = flags_of(e, false);
  if (!e.evidence.empty()) flags |= Clause::has_evidence;
  return static_cast<std::uint16_t>(flags);
}

/// Adds what one event says. A type without a function here says nothing of consent.
struct ClauseWriter {
  const Entry& entry;
  std::string_view own;
  Terms& terms;
  SubjectStanding& standing;

  [[nodiscard]] Clause begun(Instant said) const {
    Clause clause;
    clause.type = entry.type;
    clause.seq = entry.seq;
    clause.recorded = entry.recorded;
    clause.said = said;
    return clause;
  }
  void add(const Clause& clause) const { standing.clauses.push_back(clause); }

  /// One clause for each distributor that is named; one alone where none is.
  template <typename E>
  void add_scope(const E& e, Clause& clause, Method method) const {
    clause.covers = e.covers;
    clause.purposes = e.purposes;
    clause.channels = e.channels;
    clause.flags = flags_of(e);
    clause.method = method;
    if (!e.campaign.empty()) clause.campaign = terms.id_of(e.campaign);
    std::vector<std::string_view> named;
    if (e.distributors) {
      named = in_writing(*e.distributors);
    } else if (!own.empty()) {
      named.push_back(own);
    }
    if (named.empty()) add(clause);
    for (const std::string_view distributor : named) {
      clause.distributor = terms.id_of(distributor);
      add(clause);
    }
  }

  void operator()(const ConsentGiven& e) const {
    Clause clause = begun(e.happened);
    clause.until = e.until.value_or(Instant::max());
    if (!e.advertiser.empty()) clause.advertiser = terms.id_of(e.advertiser);
    add_scope(e, clause, e.method);
    Clause caller = begun(e.happened);
    for (const std::string_view id : in_writing(e.acts_for)) {
      caller.distributor = terms.id_of(id);
      add(caller);
    }
  }
  void operator()(const ConsentRefused& e) const {
    Clause clause = begun(e.happened);
    add_scope(e, clause, e.method);
  }
  void operator()(const ConsentWithdrawn& e) const {
    Clause clause = begun(e.received_at.value_or(e.happened));
    add_scope(e, clause, e.means);
  }
  /// Whichever is earlier: a reassignment reported late still took the number away then.
  void operator()(const NumberReassigned& e) const {
    standing.closed = std::min(e.happened, entry.recorded);
  }
  void operator()(const SubjectErased& e) const {
    if (!standing.closed) standing.closed = std::min(e.happened, entry.recorded);
    add(begun(e.happened));
  }
  void operator()(const SubjectRestricted& e) const {
    Clause clause = begun(e.happened);
    if (e.released) clause.flags = Clause::released;
    clause.until = e.until.value_or(Instant::max());
    add(clause);
  }
  void operator()(const NumberClassified& e) const {
    Clause clause = begun(e.happened);
    clause.flags = static_cast<std::uint16_t>(e.personal_data);
    add(clause);
  }
  /// For all who call: it names no distributor, purpose or channel, and says what in `covers`.
  void operator()(const OperatorRefusal& e) const {
    Clause clause = begun(e.in_force.value_or(e.happened));
    clause.covers = e.covers;
    if (e.in_force) clause.flags = Clause::in_force_stated;
    add(clause);
  }
  void operator()(const EvidenceAdded& e) const {
    Clause clause = begun(e.happened);
    clause.of = e.of;
    clause.flags = flags_of(e);
    add(clause);
  }
  /// Only what its end says of contacts after it. A demand to stop is an entry of its own.
  void operator()(const ContactMade& e) const {
    const auto disposition = standing::disposition_of(e.outcome);
    if (disposition == standing::Disposition::none ||
        disposition == standing::Disposition::do_not_call) {
      return;
    }
    Clause clause = begun(e.happened);
    clause.flags = static_cast<std::uint16_t>(disposition);
    clause.purposes = {e.purpose};
    clause.channels = {e.channel};
    if (!e.campaign.empty()) clause.campaign = terms.id_of(e.campaign);
    const std::string_view distributor = e.distributor.empty() ? own : e.distributor;
    if (!distributor.empty()) clause.distributor = terms.id_of(distributor);
    add(clause);
  }
  /// A correction points at an entry and changes no clause.
  template <typename E>
  void operator()(const E& /*event*/) const {}
};

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

// Before schema 6 a row was clauses alone, without advertiser and `of`: of an even length. Now a
// byte stands before them, and the length is odd.
constexpr std::size_t packed_clause_before = 1 + 1 + 2 * 4 + 4 * 2 + 8 * 4;
constexpr std::size_t packed_clause = packed_clause_before + 4 + 8;
static_assert(packed_clause % 2 == 0 && packed_clause_before % 2 == 0);
constexpr char row_of_now = 2;

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

void append_clauses(const Entry& entry, const Event& event, std::string_view own, Terms& terms,
                    SubjectStanding& standing) {
  std::visit(ClauseWriter{entry, own, terms, standing}, event);
}

std::optional<std::vector<Clause>> read_clauses(const Event& event, std::string_view own,
                                                Terms& terms) {
  Entry entry;
  entry.type = type_of(event);
  if (entry.type == EventType::number_reassigned || entry.type == EventType::subject_erased) {
    return std::nullopt;
  }
  SubjectStanding standing;
  append_clauses(entry, event, own, terms, standing);
  return std::move(standing.clauses);
}

bool SubjectStanding::erased() const noexcept {
  return !clauses.empty() && clauses.back().type == EventType::subject_erased;
}

void append_clauses(const Entry& entry, Terms& terms, SubjectStanding& standing) {
  const AnyEvent said = decode_event(entry);
  if (const auto* const event = std::get_if<Event>(&said)) {
    append_clauses(entry, *event, {}, terms, standing);
  }
}

std::string pack_clauses(std::span<const Clause> clauses) {
  std::string out;
  out.reserve(1 + clauses.size() * packed_clause);
  out.push_back(row_of_now);
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
    put(out, c.advertiser);
    put(out, c.of);
  }
  return out;
}

std::vector<Clause> unpack_clauses(std::string_view bytes) {
  auto clauses = try_unpack_clauses(bytes);
  if (!clauses) {
    throw Error(ErrorCode::storage,
                "standing: a row that is not what was kept; rebuild the log's tables");
  }
  return std::move(*clauses);
}

std::optional<std::vector<Clause>> try_unpack_clauses(std::string_view bytes) {
  const bool now = bytes.size() % 2 != 0;
  const std::size_t width = now ? packed_clause : packed_clause_before;
  if (now && bytes.front() != row_of_now) return std::nullopt;
  if (now) bytes.remove_prefix(1);
  if (bytes.size() % width != 0) return std::nullopt;
  std::vector<Clause> clauses(bytes.size() / width);
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
    if (!speaks_to_standing(c.type)) return std::nullopt;
    if (!now) continue;
    c.advertiser = take<std::uint32_t>(at);
    c.of = take<std::uint64_t>(at);
  }
  return clauses;
}

}  // namespace consent
