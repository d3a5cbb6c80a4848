#include "event/encode.hpp"

#include <algorithm>
#include <array>

#include "consent/digest.hpp"
#include "consent/error.hpp"

namespace consent {

namespace {

using canonical::Value;
using canonical::Writer;

// The words of a set, sorted by bytes: in JSON an array has an order, a set has none.
template <typename E>
void write_set(Writer& w, std::string_view key, SetOf<E> set) {
  if (set.empty()) return;
  std::array<std::string_view, 16> words{};
  std::size_t count = 0;
  for (unsigned i = 0; i < 16; ++i) {
    const auto item = static_cast<E>(i);
    if (set.contains(item)) words[count++] = to_word(item);
  }
  std::sort(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
  w.key(key).begin_array();
  for (std::size_t i = 0; i < count; ++i) w.plain(words[i]);
  w.end_array();
}

void write_texts(Writer& w, std::string_view key, std::span<const std::string> given) {
  std::vector<std::string_view> texts(given.begin(), given.end());
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  w.key(key).begin_array();
  for (const auto text : texts) w.text(text);
  w.end_array();
}

void write_hashes(Writer& w, std::string_view key, const std::vector<FileHash>& files) {
  if (files.empty()) return;
  std::vector<Digest> hashes;
  hashes.reserve(files.size());
  for (const auto& file : files) hashes.push_back(file.sha256);
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  w.key(key).begin_array();
  for (const auto& hash : hashes) w.hex(hash.view());
  w.end_array();
}

void write_text(Writer& w, std::string_view key, std::string_view text) {
  if (!text.empty()) w.key(key).text(text);
}

void write_wording(Writer& w, const Wording& wording) {
  if (!wording.text.empty()) w.key("wording").hex(sha256(wording.text).view());
}

template <typename E>
void write_word(Writer& w, std::string_view key, E value) {
  if (static_cast<unsigned>(value) != 0) w.key(key).plain(to_word(value));
}

void write_named(Writer& w, const std::optional<std::vector<std::string>>& named,
                 std::string_view own, bool always) {
  if (named) {
    if (always || !named->empty()) write_texts(w, "distributors", *named);
  } else if (!own.empty()) {
    w.key("distributors").begin_array().text(own).end_array();
  } else if (always) {
    write_texts(w, "distributors", {});
  }
}

struct BodyWriter {
  Writer& w;
  std::string_view own;
  const Digest& details;
  std::span<const Digest> files;  ///< commitments to the event's files

  void kept(const EventBase& e) const {
    if (files.empty()) return;
    w.key("files").begin_array();
    for (std::size_t i = 0; i < files.size(); ++i) {
      w.begin_object();
      w.key("commitment").hex(files[i].view());
      w.key("kind").text(e.files[i].kind);
      w.end_object();
    }
    w.end_array();
  }
  void happened(const EventBase& e) const { w.key("happened").plain(to_text(e.happened)); }
  void sealed() const { w.key("details").hex(details.view()); }
  void source(const EventBase& e) const { write_text(w, "source", e.source); }

  void operator()(const ConsentAsked& e) const {
    write_text(w, "campaign", e.campaign);
    write_set(w, "channels", e.channels);
    write_set(w, "covers", e.covers);
    sealed();
    write_named(w, e.distributors, own, false);
    write_hashes(w, "evidence", e.evidence);
    kept(e);
    happened(e);
    write_set(w, "purposes", e.purposes);
    source(e);
    write_wording(w, e.wording);
  }
  void operator()(const ConsentGiven& e) const {
    if (!e.acts_for.empty()) write_texts(w, "acts_for", e.acts_for);
    if (e.acts_for_any) w.key("acts_for_any").boolean(true);
    write_text(w, "advertiser", e.advertiser);
    write_text(w, "campaign", e.campaign);
    write_set(w, "channels", e.channels);
    if (e.code) {
      w.key("code").begin_object();
      w.key("returned").boolean(e.code->returned);
      w.key("sent_to_this_number").boolean(e.code->sent_to_this_number);
      w.end_object();
    }
    write_set(w, "covers", e.covers);
    sealed();
    // Always present: "names nobody" must be said, not left out.
    write_named(w, e.distributors, own, true);
    if (e.document) w.key("document").hex(e.document->sha256.view());
    write_hashes(w, "evidence", e.evidence);
    kept(e);
    if (e.giver != Giver::unstated || !e.authority.empty()) {
      w.key("giver").begin_object();
      write_text(w, "authority", e.authority);
      w.key("kind").plain(to_word(e.giver));
      w.end_object();
    }
    happened(e);
    if (e.in_contract) {
      w.key("in_contract").begin_object();
      w.key("separate_mark").boolean(e.in_contract->separate_mark);
      w.end_object();
    }
    write_word(w, "method", e.method);
    if (e.prechecked) w.key("prechecked").boolean(true);
    write_set(w, "purposes", e.purposes);
    source(e);
    if (e.until) w.key("until").plain(to_text(*e.until));
    write_wording(w, e.wording);
  }
  void operator()(const ConsentRefused& e) const {
    write_text(w, "campaign", e.campaign);
    write_set(w, "channels", e.channels);
    write_set(w, "covers", e.covers);
    sealed();
    write_named(w, e.distributors, own, false);
    write_hashes(w, "evidence", e.evidence);
    kept(e);
    happened(e);
    write_word(w, "method", e.method);
    write_set(w, "purposes", e.purposes);
    source(e);
    write_wording(w, e.wording);
  }
  void operator()(const ConsentWithdrawn& e) const {
    write_text(w, "campaign", e.campaign);
    write_set(w, "channels", e.channels);
    write_set(w, "covers", e.covers);
    sealed();
    write_named(w, e.distributors, own, false);
    write_hashes(w, "evidence", e.evidence);
    kept(e);
    happened(e);
    write_word(w, "means", e.means);
    write_set(w, "purposes", e.purposes);
    if (e.received_at) w.key("received_at").plain(to_text(*e.received_at));
    source(e);
  }
  void operator()(const NumberReassigned& e) const {
    sealed();
    kept(e);
    happened(e);
    source(e);
  }
  void operator()(const ContactMade& e) const {
    if (e.advertising) {
      w.key("advertising").begin_object();
      w.key("answer").plain(to_word(e.advertising->answer));
      w.key("answers").hex(e.advertising->answers.view());
      w.key("pack").text(e.advertising->pack);
      w.end_object();
    }
    write_text(w, "agent_ref", e.agent_ref);
    write_text(w, "caller", e.caller);
    write_text(w, "campaign", e.campaign);
    w.key("channel").plain(to_word(e.channel));
    sealed();
    write_word(w, "dialled_by", e.dialled_by);
    w.key("direction").plain(to_word(e.direction));
    write_text(w, "distributor", e.distributor.empty() ? own : std::string_view(e.distributor));
    if (e.duration_s) w.key("duration_s").number(*e.duration_s);
    kept(e);
    happened(e);
    write_text(w, "outcome", e.outcome);
    w.key("purpose").plain(to_word(e.purpose));
    if (e.recording) w.key("recording").hex(e.recording->sha256.view());
    if (e.requested_by_subscriber) w.key("requested_by_subscriber").boolean(true);
    source(e);
  }
  void operator()(const OperatorRefusal& e) const {
    write_set(w, "covers", e.covers);
    sealed();
    kept(e);
    happened(e);
    if (e.in_force) w.key("in_force").plain(to_text(*e.in_force));
    write_text(w, "operator_id", e.operator_id);
    source(e);
  }
  void operator()(const NumberClassified& e) const {
    sealed();
    kept(e);
    happened(e);
    write_text(w, "inn", e.inn);
    if (e.kind != SubscriberKind::unknown) w.key("kind").plain(to_word(e.kind));
    w.key("personal_data").plain(to_word(e.personal_data));
    write_text(w, "row", e.row);
    source(e);
  }
  void operator()(const EvidenceAdded& e) const {
    sealed();
    write_hashes(w, "evidence", e.evidence);
    kept(e);
    happened(e);
    write_text(w, "kind", e.kind);
    w.key("of").number(static_cast<std::int64_t>(e.of));
    source(e);
  }
  void operator()(const EntryCorrected& e) const {
    sealed();
    if (!e.fields.empty()) write_texts(w, "fields", e.fields);
    kept(e);
    happened(e);
    w.key("of").number(static_cast<std::int64_t>(e.of));
    write_text(w, "reason", e.reason);
    source(e);
  }
  void operator()(const SubjectErased& e) const {
    sealed();
    kept(e);
    write_text(w, "ground", e.ground);
    happened(e);
    if (e.request) w.key("request").hex(e.request->sha256.view());
    write_text(w, "scope", e.scope);
    source(e);
  }
  void operator()(const SubjectRestricted& e) const {
    sealed();
    kept(e);
    write_text(w, "ground", e.ground);
    happened(e);
    if (e.released) w.key("released").boolean(true);
    if (e.request) w.key("request").hex(e.request->sha256.view());
    source(e);
    if (e.until) w.key("until").plain(to_text(*e.until));
  }
  void operator()(const SubjectHeld& e) const {
    write_text(w, "by", e.by);
    sealed();
    kept(e);
    write_text(w, "ground", e.ground);
    happened(e);
    if (e.released) w.key("released").boolean(true);
    source(e);
    if (e.until) w.key("until").plain(to_text(*e.until));
  }
  void operator()(const RequestReceived& e) const {
    sealed();
    write_hashes(w, "evidence", e.evidence);
    kept(e);
    happened(e);
    w.key("kind").plain(to_word(e.kind));
    write_word(w, "means", e.means);
    if (e.received_at) w.key("received_at").plain(to_text(*e.received_at));
    source(e);
  }
  void operator()(const RequestAnswered& e) const {
    sealed();
    write_hashes(w, "evidence", e.evidence);
    kept(e);
    happened(e);
    w.key("of").number(static_cast<std::int64_t>(e.of));
    w.key("outcome").plain(to_word(e.outcome));
    source(e);
  }
};

struct LogBodyWriter {
  Writer& w;

  void operator()(const WordingRegistered& e) const {
    write_text(w, "language", e.language);
    write_wording(w, e.wording);
  }
  void operator()(const ClockStep& e) const {
    w.key("after").plain(to_text(e.after));
    w.key("before").plain(to_text(e.before));
    w.key("kind").plain(e.after < e.before ? "back" : "forward");
  }
  void operator()(const LogRestored& e) const {
    w.key("incarnation").hex(e.incarnation);
    w.key("lost_from").number(static_cast<std::int64_t>(e.lost_from));
    w.key("lost_to").number(static_cast<std::int64_t>(e.lost_to));
    write_text(w, "reason", e.reason);
  }
  void operator()(const LogHeartbeat& /*e*/) const {}
  void operator()(const LogBackedUp& e) const {
    if (e.expires) w.key("expires").plain(to_text(*e.expires));
    w.key("file").hex(e.file.view());
    w.key("root").hex(e.root.view());
    w.key("size").number(static_cast<std::int64_t>(e.size));
  }
  void operator()(const LogBackupDestroyed& e) const {
    w.key("of").number(static_cast<std::int64_t>(e.of));
  }
  void operator()(const CallerAssigned& e) const {
    w.key("caller").text(e.caller);
    write_text(w, "campaign", e.campaign);
    write_set(w, "channels", e.channels);
    w.key("distributor").text(e.distributor);
    if (e.document) w.key("document").hex(e.document->sha256.view());
    w.key("from").plain(to_text(e.from));
    write_set(w, "purposes", e.purposes);
    if (e.until) w.key("until").plain(to_text(*e.until));
  }
  void operator()(const CallerReleased& e) const {
    if (e.document) w.key("document").hex(e.document->sha256.view());
    w.key("of").number(static_cast<std::int64_t>(e.of));
    w.key("until").plain(to_text(e.until));
  }
};

[[noreturn]] void malformed(const Message& what) {
  throw Error(ErrorCode::invalid_argument, Message("entry: {}", what));
}

const std::string& need_text(const Value& object, std::string_view key) {
  const Value* const member = object.find(key);
  if (member == nullptr || member->string() == nullptr) {
    malformed(Message("no text '{}'", key));
  }
  return *member->string();
}

std::int64_t need_integer(const Value& object, std::string_view key) {
  const Value* const member = object.find(key);
  if (member == nullptr || member->integer() == nullptr) {
    malformed(Message("no integer '{}'", key));
  }
  return *member->integer();
}

Digest need_digest(const Value& object, std::string_view key) {
  const auto digest = digest_from_hex(need_text(object, key));
  if (!digest) malformed(Message("'{}' is not 64 lower-case hex digits", key));
  return *digest;
}

void only(const Value& object, std::initializer_list<std::string_view> known,
          std::string_view otherwise) {
  for (const auto& [key, value] : *object.object()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      malformed(otherwise);
    }
  }
}

}  // namespace

void encode_entry(const Envelope& envelope, std::string_view body, std::string& out) {
  const std::size_t before = out.size();
  Writer w(out);
  w.begin_object();
  w.key("at").plain(to_text(envelope.at));
  w.key("body").raw(body);
  w.key("log").text(envelope.log);
  w.key("prev").hex(envelope.prev.view());
  w.key("salt").hex(envelope.salt);
  w.key("seq").number(static_cast<std::int64_t>(envelope.seq));
  if (envelope.subject) {
    w.key("subject").begin_object();
    w.key("prev").number(envelope.subject->prev);
    w.key("seq").number(static_cast<std::int64_t>(envelope.subject->seq));
    w.key("tag").hex(envelope.subject->tag.view());
    w.end_object();
  }
  w.key("type").plain(to_word(envelope.type));
  w.key("v").number(1);
  w.end_object();
  if (out.size() - before > canonical::max_bytes) {
    throw Error(ErrorCode::invalid_argument, "entry: longer than 16 KiB");
  }
}

void encode_body(const Event& event, std::string_view own_distributor, const Digest& details,
                 std::span<const Digest> files, std::string& out) {
  Writer w(out);
  w.begin_object();
  std::visit(BodyWriter{w, own_distributor, details, files}, event);
  w.end_object();
}

void encode_body(const LogEvent& event, std::string& out) {
  Writer w(out);
  w.begin_object();
  std::visit(LogBodyWriter{w}, event);
  w.end_object();
}

std::string encode_details(PhoneNumber number) {
  constexpr std::string_view around = R"({"number":""})";
  const std::string e164 = number.e164();
  std::string out;
  out.reserve(around.size() + e164.size());
  Writer w(out);
  w.begin_object();
  w.key("number").plain(e164);
  w.end_object();
  return out;
}

DecodedEntry decode_entry(std::string_view bytes) {
  DecodedEntry decoded;
  decoded.entry.leaf = merkle::leaf_hash(bytes);
  Value value = canonical::decode(bytes);
  if (value.object() == nullptr) malformed("not an object");
  if (need_integer(value, "v") != 1) malformed("a format version this version does not know");
  only(value, {"at", "body", "log", "prev", "salt", "seq", "subject", "type", "v"},
       "an envelope field this version does not know");

  Entry& entry = decoded.entry;
  const auto at = parse_stored_instant(need_text(value, "at"));
  if (!at) malformed("'at' is not a stored time");
  entry.recorded = *at;
  entry.prev = need_digest(value, "prev");
  const std::string& salt = need_text(value, "salt");
  if (salt.size() != 32 || salt.find_first_not_of("0123456789abcdef") != std::string::npos) {
    malformed("'salt' is not 32 lower-case hex digits");
  }
  const std::int64_t seq = need_integer(value, "seq");
  if (seq < 0) malformed("'seq' is negative");
  entry.seq = static_cast<std::uint64_t>(seq);
  const auto type = from_word<EventType>(need_text(value, "type"));
  if (!type) malformed("a type this version does not know");
  entry.type = *type;
  entry.log = need_text(value, "log");
  if (const Value* const subject = value.find("subject")) {
    if (subject->object() == nullptr) malformed("'subject' is not an object");
    only(*subject, {"prev", "seq", "tag"}, "a 'subject' field this version does not know");
    SubjectRef ref;
    ref.tag = need_digest(*subject, "tag");
    const std::int64_t subject_seq = need_integer(*subject, "seq");
    if (subject_seq < 1) malformed("'subject.seq' is below 1");
    ref.seq = static_cast<std::uint64_t>(subject_seq);
    ref.prev = need_integer(*subject, "prev");
    if (ref.prev < -1) malformed("'subject.prev' is below -1");
    entry.subject = ref;
  }
  if (entry.subject.has_value() != is_about_subject(entry.type)) {
    malformed(entry.subject ? "a 'subject' where the log speaks of itself" : "no 'subject'");
  }
  const Value* const body = value.find("body");
  if (body == nullptr || body->object() == nullptr) malformed("no 'body'");
  decoded.body = value.take("body");
  entry.bytes.assign(bytes);
  return decoded;
}

}  // namespace consent
