// What a log does to forget a person, and what it keeps so that nobody calls them again.
#include "consent/erasure.hpp"

#include <algorithm>
#include <unordered_set>

#include "crypto/seal.hpp"
#include "log/evidence.hpp"
#include "log/impl.hpp"
#include "standing/holder.hpp"

namespace consent {

namespace {

constexpr std::uint64_t no_entry = ~std::uint64_t{0};

std::optional<Instant> instant_member(const canonical::Value& body, std::string_view key) {
  const std::string text = text_member(body, key);
  return text.empty() ? std::nullopt : parse_stored_instant(text);
}

bool is_true(const canonical::Value& body, std::string_view key) {
  const canonical::Value* const member = body.find(key);
  return member != nullptr && member->boolean() != nullptr && *member->boolean();
}

/// Commitments of the entry's files that lie beside the log.
void add_files(sqlite::Connection& db, std::int64_t seq, std::vector<Digest>& files) {
  sqlite::Statement rows(db, "SELECT commitment FROM evidence WHERE seq=?1 AND bytes IS NULL");
  rows.bind(1, seq);
  while (rows.step()) {
    if (const auto commitment = digest_from_bytes(rows.blob(0))) files.push_back(*commitment);
  }
}

}  // namespace

// --- the writer ----------------------------------------------------------------------------------

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
    holders_.erase(event.number);
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
  const std::string details = "{}";
  const Digest commit = commitment(
      SecretKey::View(reinterpret_cast<const std::uint8_t*>(salts.data()) + 16, SecretKey::size),
      details);
  const std::string sealed =
      seal(SecretKey::generate(*entropy_).view(), commit.view(), salts.substr(16) + details);
  std::string body;
  canonical::Writer w(body);
  w.begin_object();
  w.key("details").hex(commit.view());
  w.key("ground").text(erased.ground);
  w.key("happened").plain(to_text(std::min(erased.happened, now)));
  if (erased.request) w.key("request").hex(erased.request->view());
  if (!erased.scope.empty()) w.key("scope").text(erased.scope);
  w.end_object();
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
    const canonical::Value said = canonical::decode(body);
    kept_->add(subject, entry, &said);
    --subject_count_;
    const std::string count = std::to_string(subject_count_);
    put_state_.bind_text(1, "subjects").bind_blob(2, count).run();
    transaction.commit();
    subject_count_stored_ = subject_count_;
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

// --- the log -------------------------------------------------------------------------------------

void Log::Impl::bar_suppressed(PhoneNumber number, std::vector<SubjectStanding>& standings) const {
  if (!keys || !keys->suppressed_any()) return;
  const auto suppressed = keys->suppressed(number);
  if (!suppressed || !suppressed->bars) return;
  if (standings.empty()) standings.emplace_back();
  SubjectStanding& last = standings.back();
  // Somebody else holds it since: the bar was on the one who was erased.
  const bool passed_on = std::any_of(standings.begin(), standings.end() - 1, [&](const auto& each) {
    return each.closed && *each.closed > suppressed->before;
  });
  if (passed_on) return;
  Clause bar;
  bar.type = EventType::subject_erased;
  bar.purposes = {Purpose::advertising, Purpose::mixed, Purpose::unknown};
  // From the beginning: what was said before the erasure did not come in, so any consent that is
  // here came after it and ends the bar.
  bar.said = Instant::min();
  bar.recorded = Instant::min();
  bar.seq = no_entry;
  last.clauses.insert(last.clauses.begin(), bar);
}

std::size_t Log::Impl::holder_among(std::span<const Digest> tags,
                                    const std::optional<KeyStore::Suppressed>& suppressed,
                                    const std::optional<Instant>& held_at) const {
  if (!held_at) return tags.empty() ? 0 : tags.size() - 1;
  for (std::size_t which = 0; which < tags.size(); ++which) {
    const auto subject = kept->read(tags[which]);
    if (subject && subject->standing.closed && *held_at >= *subject->standing.closed) continue;
    // Who held it then may be erased: whoever came after must not be taken for them.
    const bool came_after =
        suppressed && *held_at < suppressed->before &&
        (!subject || !subject->standing.closed || *subject->standing.closed > suppressed->before);
    return came_after ? tags.size() : which;
  }
  return tags.size();
}

ErasureCheck Log::Impl::check_erasure(PhoneNumber number, Instant needed_since, Instant now,
                                      const std::optional<Instant>& held_at) const {
  ErasureCheck check;
  const std::vector<Digest> tags = tags_of(number);
  const auto suppressed = keys->suppressed(number);
  const std::size_t which = holder_among(tags, suppressed, held_at);
  if (which >= tags.size()) {
    if (suppressed) {
      check.erased_before = suppressed->before;
      return check;
    }
    throw Error(ErrorCode::not_found, "log: has nothing about this number");
  }
  check.tag = tags[which];
  const auto subject = kept->read(check.tag);
  // Who held the number last is erased, and who is left held it before: asked again, it is not them
  // that are meant.
  if (!held_at && suppressed && suppressed->bars && subject && subject->standing.closed &&
      *subject->standing.closed <= suppressed->before) {
    check.erased_before = suppressed->before;
    return check;
  }
  check.holds_number = which + 1 == tags.size() && (!subject || !subject->standing.closed);
  if (subject && subject->standing.erased()) {
    check.erased_before = subject->standing.clauses.back().recorded;
    return check;
  }
  std::vector<Hold> holds;
  for (const Entry& entry : entries_of_tag(check.tag)) {
    ++check.entries;
    if (entry.type == EventType::consent_given) ++check.consents;
    const canonical::Value body = decode_entry(entry.bytes).body;
    if (const auto* const files = body.find("files"); files != nullptr && files->array()) {
      check.files += files->array()->size();
    }
    if (entry.type == EventType::contact_made && text_member(body, "direction") == "outgoing" &&
        instant_member(body, "happened").value_or(entry.recorded) >= needed_since) {
      check.contacts.push_back(entry.seq);
    }
    if (entry.type == EventType::subject_held) {
      Hold hold{text_member(body, "by"), text_member(body, "ground"), instant_member(body, "until"),
                entry.seq};
      // Each who ordered one has theirs: nobody else's word ends or shortens it.
      std::erase_if(holds, [&](const Hold& each) { return each.by == hold.by; });
      if (!is_true(body, "released")) holds.push_back(std::move(hold));
    }
  }
  for (Hold& hold : holds) {
    if (hold.until && now >= *hold.until) continue;
    const auto end = [](const Hold& each) { return each.until.value_or(Instant::max()); };
    if (!check.hold || end(*check.hold) < end(hold)) check.hold = std::move(hold);
  }
  return check;
}

ErasureCheck Log::before_erasing(PhoneNumber number, Instant needed_since, Instant now,
                                 const std::optional<Instant>& held_at) const {
  impl_->check_fork();
  (void)impl_->need_keys();
  const Impl::Reading reading(*impl_);
  return impl_->check_erasure(number, needed_since, now, held_at);
}

Erasure Log::erase(PhoneNumber number, const ErasureOrder& order, Instant now) {
  impl_->check_writable();
  SubjectErased event{{number, now}};
  event.ground = order.ground;
  Erasure done;
  if (!order.requester.empty()) {
    done.request_salt = order.request_salt;
    if (done.request_salt.empty()) {
      done.request_salt.resize(SecretKey::size);
      impl_->writer->random(done.request_salt);
    }
    if (done.request_salt.size() != SecretKey::size) {
      throw Error(ErrorCode::invalid_argument, "erase: request_salt: 32 bytes");
    }
    done.request =
        commitment(SecretKey::View(reinterpret_cast<const std::uint8_t*>(done.request_salt.data()),
                                   SecretKey::size),
                   order.requester);
    event.request = FileHash{*done.request};
  }
  validate(Event(event));
  return impl_->writer->alone([&] {
    done.before = before_erasing(number, order.needed_since, now, order.held_at);
    const ErasureCheck& check = done.before;
    if (check.erased_before || check.hold || (!check.contacts.empty() && !order.lose_proof)) {
      return done;
    }
    const Appended appended = impl_->writer->erase(event, check.tag, now);
    done.erased = true;
    done.seq = appended.seq;
    done.at = now;
    return done;
  });
}

bool Log::has_erased() const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  return impl_->keys && impl_->keys->suppressed_any();
}

std::optional<Instant> Log::erased_at(PhoneNumber number) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  KeyStore& store = impl_->need_keys();
  if (!store.suppressed_any()) return std::nullopt;
  const auto suppressed = store.suppressed(number);
  return suppressed ? std::optional(suppressed->before) : std::nullopt;
}

Appended Log::append_of_holder(const Event& event, Instant held_at, Instant now) {
  impl_->check_writable();
  if (!std::holds_alternative<SubjectHeld>(event) &&
      !std::holds_alternative<SubjectRestricted>(event)) {
    throw Error(ErrorCode::invalid_argument,
                "held_at: only with a hold or a restriction; whatever else is said of a number is "
                "about its latest holder");
  }
  validate(event);
  const EventBase& base = base_of(event);
  if (base.happened > now) {
    throw Error(ErrorCode::invalid_argument, "happened: claims a time after its recording");
  }
  return impl_->writer->alone([&] {
    Digest tag;
    {
      const Impl::Reading reading(*impl_);
      const auto tags = impl_->tags_of(base.number);
      const auto suppressed = impl_->keys->suppressed(base.number);
      const std::size_t which = impl_->holder_among(tags, suppressed, held_at);
      if (which >= tags.size()) {
        if (suppressed)
          throw Error(ErrorCode::erased, "held_at: who held the number then is erased");
        throw Error(ErrorCode::not_found, "log: has nothing about this number then");
      }
      tag = tags[which];
    }
    return impl_->writer->append_to(event, tag, now);
  });
}

namespace {

std::optional<Restriction> restriction_in(const SubjectStanding& standing, Instant at) {
  std::optional<Restriction> found;
  if (standing.erased()) return found;  // nothing leads to anybody any more
  if (const Clause* const clause = standing::restriction(standing.clauses, at)) {
    found = Restriction{{}, std::nullopt, clause->seq};
    if (clause->until != Instant::max()) found->until = clause->until;
  }
  return found;
}

}  // namespace

std::optional<Restriction> Log::restriction_of(PhoneNumber number, Instant at) const {
  impl_->check_fork();
  std::vector<Digest> tags;
  {
    const Impl::Reading reading(*impl_);
    tags = impl_->tags_of(number);
  }
  return tags.empty() ? std::nullopt : restriction_of(tags.back(), at);
}

std::optional<Restriction> Log::restriction_of(const Digest& tag, Instant at) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  const auto subject = impl_->kept->read(tag);
  auto found = subject ? restriction_in(subject->standing, at) : std::nullopt;
  if (found) {
    found->ground = text_member(decode_entry(impl_->entry_at(found->seq).bytes).body, "ground");
  }
  return found;
}

std::vector<Digest> Log::restricted(Instant at) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  const auto behind = impl_->kept->behind();
  std::unordered_set<Digest, DigestHash> newer;
  std::vector<Digest> tags;
  for (const KeptSubject* subject : behind) {
    newer.insert(subject->standing.tag);
    if (restriction_in(subject->standing, at)) tags.push_back(subject->standing.tag);
  }
  sqlite::Statement rows(impl_->db, "SELECT tag,clauses FROM subject");
  while (rows.step()) {
    SubjectStanding standing;
    standing.tag = digest_from_bytes(rows.blob(0)).value_or(Digest{});
    if (newer.contains(standing.tag)) continue;
    standing.clauses = unpack_clauses(rows.blob(1));
    if (restriction_in(standing, at)) tags.push_back(standing.tag);
  }
  return tags;
}

}  // namespace consent
