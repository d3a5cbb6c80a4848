// How the writer forgets a subject.
#include <algorithm>

#include "consent/error.hpp"
#include "crypto/seal.hpp"
#include "log/evidence.hpp"
#include "log/writer.hpp"

namespace consent {

namespace {

/// Commitments of the entry's files that lie beside the log.
void add_files(sqlite::Connection& db, std::int64_t seq, std::vector<Digest>& files) {
  sqlite::Statement rows(db, "SELECT commitment FROM evidence WHERE seq=?1 AND bytes IS NULL");
  rows.bind(1, seq);
  while (rows.step()) {
    if (const auto commitment = digest_from_bytes(rows.blob(0))) files.push_back(*commitment);
  }
}

}  // namespace

Digest Writer::target_of(PhoneNumber number, const Prepared& prepared) {
  const auto found = holders_.find(number);
  if (found != holders_.end()) return found->second.tag;
  const auto newest = met_all_ ? std::nullopt : keys_.newest(index_of(number, prepared));
  if (!newest) throw Error(ErrorCode::not_found, "log: has nothing about this number");
  return newest->tag;
}

Writer::Holder& Writer::holder_at(PhoneNumber number, const Digest& tag) {
  const auto found = holders_.find(number);
  if (found != holders_.end() && found->second.kept->standing.tag == tag) return found->second;
  auto stored = keys_.by_tag(tag);
  if (!stored) throw Error(ErrorCode::not_found, "keys.db: no key for this subject");
  return aside_.emplace(
      Holder{std::move(stored->key), stored->id, stored->previous, tag, &hold_known(tag)});
}

Appended Writer::append_to(const Event& event, const Digest& tag, Instant now) {
  if (!poison_.empty()) throw Error(ErrorCode::storage, poison_);
  std::string salts(16 + SecretKey::size, '\0');
  entropy_->fill({reinterpret_cast<std::uint8_t*>(salts.data()), salts.size()});
  Request request;
  request.events.push_back(prepare(event, salts, tag));
  request.events.back().now = now;
  Request* const only = &request;
  commit({&only, 1});
  aside_.reset();
  return request.done.front();
}

Appended Writer::erase(const SubjectErased& event, const Digest& tag, Instant now) {
  if (!poison_.empty()) throw Error(ErrorCode::storage, poison_);
  keys_.blur_suppressed(now);
  const Appended done = append_to(Event(event), tag, now);
  {
    const std::unique_lock lock(holders_mutex_);
    holders_.erase(*event.number);
  }
  said_.erase(tag);
  try {
    const auto subject = keys_.by_tag(tag);
    if (!subject) throw Error(ErrorCode::internal, "keys.db: no key for this subject");
    destroy(*subject, kept_->hold(tag));
    keys_.scrub();
  } catch (const Error& error) {
    const Message why("log: an erasure was recorded and is not complete; open it again ({})",
                      error);
    poison_ = why;
    throw Error(error.code(), why);
  }
  return done;
}

void Writer::record_erased(const RecordedErasure& erased, Instant now) {
  if (!poison_.empty()) throw Error(ErrorCode::storage, poison_);
  std::string salts(16 + SecretKey::size, '\0');
  entropy_->fill({reinterpret_cast<std::uint8_t*>(salts.data()), salts.size()});
  // Every entry of a subject seals something; under a key that nobody keeps it stays closed.
  SubjectErased event{{std::nullopt, std::min(erased.happened, now)}};
  event.ground = erased.ground;
  event.scope = erased.scope;
  if (erased.request) event.request = FileHash{*erased.request};
  const Event said(event);
  const std::string details = encode_details(said);
  const Digest commit = commitment(
      SecretKey::View(reinterpret_cast<const std::uint8_t*>(salts.data()) + 16, SecretKey::size),
      details);
  const std::string sealed =
      seal(SecretKey::generate(*entropy_).view(), commit.view(), salts.substr(16) + details);
  std::string body;
  (void)encode_body(said, {}, commit, {}, body);
  try {
    sqlite::Transaction transaction(db_, begin_, commit_);
    KeptSubject& subject = kept_->hold(erased.tag);
    Envelope envelope;
    envelope.at = now;
    envelope.log = identity_.origin;
    envelope.prev = last_leaf_;
    const std::string salt = salts.substr(0, 16);
    envelope.salt = salt;
    envelope.seq = frontier_.size();
    envelope.type = EventType::subject_erased;
    envelope.subject = SubjectRef{subject.standing.tag, subject.count + 1, subject.last};
    put_entry(envelope, body, sealed);
    Entry entry;
    entry.seq = envelope.seq;
    entry.recorded = now;
    entry.type = envelope.type;
    kept_->add(subject, entry, &said, {});
    --subject_count_;
    kept_->state_rows().put(derived::StateRows::subjects_name, std::to_string(subject_count_));
    seal_tables();
    transaction.commit();
  } catch (...) {
    recover_after_failure();
    throw;
  }
  write_heads();
}

void Writer::destroy(const KeyStore::Subject& subject, const KeptSubject& kept) {
  std::vector<Digest> files;
  for (std::int64_t at = kept.last; at >= 0;) {
    add_files(db_, at, files);
    read_entry_.reset();
    if (!read_entry_.bind(1, at).step()) break;
    const auto decoded = decode_entry(read_entry_.blob(0));
    if (!decoded.entry.subject || decoded.entry.subject->prev >= at) break;
    at = decoded.entry.subject->prev;
  }
  read_entry_.reset();
  for (const Digest& file : files) evidence_.remove(file);
  if (!files.empty()) evidence_.sync();
  // Of one who held the number before, nothing but what was said in that time must stay out.
  const SubjectStanding& standing = kept.standing;
  const Clause& erased = standing.clauses.back();
  const bool holds = !standing.closed || *standing.closed == std::min(erased.said, erased.recorded);
  // What is destroyed here no older log.db knows of, and it must not pass for one of these keys'.
  keys_.saw_log(frontier_.size());
  keys_.erase(subject, {holds ? erased.recorded : *standing.closed, holds});
}

void Writer::complete_erasures() {
  keys_.for_each([this](const Digest& tag) {
    const auto kept = kept_->read(tag);
    if (!kept || !kept->standing.erased()) return;
    // A key is destroyed on the word of an entry, never on a table's.
    read_entry_.reset();
    bool erased = false;
    if (kept->last >= 0 && read_entry_.bind(1, kept->last).step()) {
      const Entry last = decode_entry(read_entry_.blob(0)).entry;
      erased = last.type == EventType::subject_erased && last.subject && last.subject->tag == tag;
    }
    read_entry_.reset();
    if (!erased) {
      throw Error(ErrorCode::storage,
                  "log.db: its table of standing calls a subject erased that no entry erased; "
                  "rebuild the log's tables");
    }
    if (const auto subject = keys_.by_tag(tag)) destroy(*subject, *kept);
  });
}

}  // namespace consent
