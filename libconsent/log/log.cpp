#include "consent/log.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>

#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "log/impl.hpp"
#include "log/open.hpp"
#include "tlog/note.hpp"

namespace consent {

namespace {

namespace fs = std::filesystem;

// Counts forks of this process: a Log made before one must not touch its files after it.
std::atomic<std::uint64_t> fork_count{0};

}  // namespace

std::uint64_t forks() {
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
  (void)registered;
  return fork_count.load(std::memory_order_relaxed);
}

Entry read_entry(std::int64_t seq, std::string_view leaf, std::string_view bytes) {
  try {
    Entry entry = decode_entry(bytes).entry;
    if (entry.seq != static_cast<std::uint64_t>(seq)) {
      throw Error(ErrorCode::invalid_argument, "'seq' is not its own");
    }
    if (entry.leaf.view() != leaf) {
      throw Error(ErrorCode::invalid_argument, "content does not hash to its leaf");
    }
    return entry;
  } catch (const Error& error) {
    throw BrokenLog(static_cast<std::uint64_t>(seq), Message("entry {}: {}", seq, error));
  }
}

std::string text_member(const canonical::Value& body, std::string_view key) {
  const canonical::Value* const member = body.find(key);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string{};
}

std::string hex_to_bytes(std::string_view hex) {
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(nibble(hex[i]) * 16 + nibble(hex[i + 1])));
  }
  return out;
}

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;
Log::~Log() {
  // In a child of fork() the files belong to the parent: letting go without closing is the only
  // thing that cannot hurt them.
  if (impl_ && forks() != impl_->forks_at_open) (void)impl_.release();
}

namespace {

// What was said of the log outside it, held against what it says itself. "" where they agree.
// A head older than the log is what loss of power leaves, and is repaired; a newer one, or one of
// another log, means that entries once acknowledged are not here any more.
Message compare(const std::string& name, const HeadState& head, const std::string& incarnation,
                std::uint64_t size, const merkle::NodeReader& nodes) {
  if (head.incarnation != incarnation) {
    return Message("{}: belongs to another log or incarnation than log.db", Message(name));
  }
  if (head.size > size) {
    return Message("log.db: holds {} entries, {} were acknowledged; {} are missing", size,
                   head.size, head.size - size);
  }
  if (merkle::root_of(head.size, nodes) != head.root) {
    return Message("log.db: its first {} entries are not those that were acknowledged", head.size);
  }
  return {};
}

// keys.db is written before log.db, so it may know more subjects and never fewer. `lost`: how many
// of the log's have no key.
Message compare_keys(KeyStore& keys, sqlite::Connection& db, KeptStanding& kept,
                     const std::string& incarnation, std::uint64_t& lost) {
  const bool other = keys.incarnation() != incarnation;
  const std::uint64_t seen = keys.log_size_seen();
  // Asked after it: another process may be writing both.
  const auto size =
      static_cast<std::uint64_t>(db.integer("SELECT coalesce(max(seq),-1)+1 FROM entry"));
  if (!other && seen > size) {
    return Message(
        "log.db: is older than keys.db: it holds {} entries, and {} were there when the keys were "
        "last written; {} are missing",
        size, seen, seen - size);
  }
  std::uint64_t subjects = 0;
  if (db.integer("PRAGMA user_version") >= schema::with_state) {
    sqlite::Statement count(db, "SELECT value FROM state WHERE key='subjects'");
    subjects = count.step() ? to_count(count.blob(0)).value_or(0) : 0;
  } else {
    subjects = static_cast<std::uint64_t>(db.integer("SELECT count(*) FROM subject"));
  }
  const std::int64_t newest = newest_subject(db);
  const auto own = keys.newest_id();
  // As many, but not the same: one was erased and another came since.
  const bool older = own && *own < newest;
  if (!other && !older && keys.subjects() + keys.accepted_lost() >= subjects) return {};
  const sqlite::Transaction snapshot(db, "BEGIN");
  kept.catch_up();
  const auto behind = kept.behind();
  auto newer = behind.begin();
  sqlite::Statement rows(db, "SELECT tag,clauses FROM subject");
  lost = keys.missing([&](Digest& tag) {
    while (rows.step()) {
      tag = digest_from_bytes(rows.blob(0)).value_or(Digest{});
      // An erased one has none, and its row may not say so yet.
      if (std::any_of(behind.begin(), behind.end(), [&](const KeptSubject* each) {
            return each->standing.tag == tag && each->standing.erased();
          })) {
        continue;
      }
      SubjectStanding standing;
      standing.clauses = unpack_clauses(rows.blob(1));
      if (!standing.erased()) return true;
    }
    // Subjects that came after the table was last written: those without a row.
    while (newer != behind.end() && ((*newer)->written || (*newer)->standing.erased())) ++newer;
    if (newer == behind.end()) return false;
    tag = (*newer++)->standing.tag;
    return true;
  });
  if (other) {
    return "keys.db: was written before the log's last restore, or for another copy of it";
  }
  if (lost <= keys.accepted_lost() && !older) return {};
  // Keys of an earlier version do not say how far their log went.
  if (seen == 0 && keys.suppressed_any()) {
    return Message(
        "keys.db and log.db: are not of one moment, one of them is older: {} subject(s) of the log "
        "have no key",
        lost);
  }
  return Message("keys.db: is older than log.db: {} subject(s) lost their key", lost);
}

// A copy of the keys that outlives its term brings back what was destroyed since.
void check_expiry(KeyStore& keys, const LogOptions& options, bool writing) {
  const auto expires = keys.expires();
  if (!expires) return;
  if (!options.now) {
    throw Error(ErrorCode::storage,
                Message("keys.db: is a backup's copy, which opens until {}; it was not said when "
                        "it is opened",
                        to_text(*expires)));
  }
  if (*options.now >= *expires) {
    throw Error(ErrorCode::storage,
                Message("keys.db: is a backup's copy that expired at {}: people may have been "
                        "erased since, and it would bring them back; destroy it (log.db beside it "
                        "still verifies without it)",
                        to_text(*expires)));
  }
  if (writing) {
    throw Error(ErrorCode::storage,
                Message("keys.db: is a backup's copy, which opens until {} and is not written; "
                        "restore a log from it instead",
                        to_text(*expires)));
  }
}

}  // namespace

Log Log::open(const fs::path& folder, Access access, Entropy& entropy) {
  LogOptions options;
  options.access = access;
  return open(folder, options, entropy);
}

Log Log::open(const fs::path& folder, const LogOptions& options, Entropy& entropy) {
  return Log(Impl::open(folder, options, nullptr, entropy));
}

std::unique_ptr<Log::Impl> Log::Impl::open(const fs::path& folder, const LogOptions& options,
                                           const Restoring* restoring, Entropy& entropy) {
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  const fs::path database = folder / "log.db";
  if (!fs::exists(database)) {
    throw Error(ErrorCode::storage, "log.db: there is no log in this folder");
  }
  if (sqlite::has_wal_reset_bug(sqlite3_libversion_number())) {
    impl->warnings.push_back(
        Message("SQLite {} can lose commits when a second tool checkpoints log.db: let nothing but "
                "libconsent open it while it is written",
                sqlite3_libversion()));
  }
  const bool writing = options.access == Access::write;
  const bool two_heads = !options.second_head.empty();

  // The writer's place first: nothing may change between the comparison below and the first write.
  std::vector<HeadFile> heads;
  std::optional<HeadState> state;
  std::optional<HeadState> second;
  if (writing) {
    heads.push_back(HeadFile::open_for_writing(folder / "head", options.wait));
    state = heads.front().last();
    if (two_heads) {
      heads.push_back(HeadFile::open_for_writing(options.second_head, options.wait));
      second = heads.back().last();
    }
    // Opened for writing once, so that what a crash left in the WAL is recovered before we read.
    auto recovering = sqlite::Connection::open(database, sqlite::Mode::write);
    check_log_file(recovering);
    // Another tool may have switched the file to a journal, where readers would block the writer.
    recovering.execute("PRAGMA journal_mode=WAL");
    migrate_log_file(recovering);
  } else {
    state = HeadFile::read(folder / "head");
    if (two_heads) second = HeadFile::read(options.second_head);
  }
  impl->db = open_log_for_reading(database);
  impl->load_identity();
  impl->prepare();
  const fs::path key_file = folder / "keys.db";
  const bool has_keys = fs::exists(key_file);
  if (writing && !has_keys) {
    throw Error(ErrorCode::storage, "keys.db: not here; a log without its keys is read-only");
  }

  const std::uint64_t size = impl->size_now();
  const auto suspect = [&](Message what) {
    if (impl->impairment.empty()) impl->impairment = std::move(what);
  };
  if (state) {
    suspect(compare("head", *state, impl->incarnation, size, impl->nodes()));
  } else {
    suspect("head: missing or unreadable; what was acknowledged cannot be known");
  }
  if (second) {
    suspect(compare("second head", *second, impl->incarnation, size, impl->nodes()));
  } else if (two_heads) {
    impl->warnings.push_back(
        writing ? Message("second head: was not there; it begins with entry {}", size)
                : Message("second head: is not there"));
  }

  std::optional<KeyStore> keys;
  if (has_keys) {
    impl->keys =
        KeyStore::open(key_file, sqlite::Mode::read, impl->identity.origin, options.passphrase);
    if (impl->keys->signing_key().public_key() != impl->key.key) {
      throw Error(ErrorCode::storage, "keys.db: belongs to another log");
    }
    check_expiry(*impl->keys, options, writing);
    std::error_code code;
    const auto mode = fs::status(key_file, code).permissions();
    constexpr auto others = fs::perms::group_all | fs::perms::others_all;
    if (!code && (mode & others) != fs::perms::none) {
      impl->warnings.emplace_back("keys.db: others than its owner may open it");
    }
    suspect(compare_keys(*impl->keys, impl->db, *impl->kept, impl->incarnation, impl->lost_keys));
    impl->load_subscriber();
  }
  if (!writing) return impl;

  if (restoring != nullptr) {
    if (impl->impairment.empty() && !restoring->even_if_whole) {
      throw Error(ErrorCode::invalid_argument, "log: nothing is wrong with it; nothing to restore");
    }
    impl->begin_incarnation(*restoring, options, state, second, entropy);
  }
  if (impl->impairment.empty()) {
    auto own =
        KeyStore::open(key_file, sqlite::Mode::write, impl->identity.origin, options.passphrase);
    own.saw_log(impl->size_now());
    impl->writer = std::make_unique<Writer>(folder, impl->identity, impl->incarnation,
                                            std::move(heads), std::move(own), entropy);
    impl->access = Access::write;
    if (!impl->keys->can_suppress()) {  // the writer has just brought keys.db to this version
      impl->keys =
          KeyStore::open(key_file, sqlite::Mode::read, impl->identity.origin, options.passphrase);
    }
    if (restoring != nullptr) impl->writer->append(LogEvent(impl->restored), restoring->now);
  }
  return impl;
}

Appended Log::append(const Event& event, Instant now) {
  return append_many({&event, 1}, now).front();
}

namespace {

/// Whether these events may ever be recorded. @throws as Log::append()
void check(const Log& log, std::span<const Event> events) {
  for (const Event& event : events) {
    validate(event);
    // Its entry says that a key was destroyed, which appending does not do.
    if (std::holds_alternative<SubjectErased>(event)) {
      throw Error(ErrorCode::invalid_argument, "subject.erased: is recorded by erase() alone");
    }
    const auto target = refers_to(event);
    if (target && *target >= log.size()) {
      throw Error(ErrorCode::invalid_argument, "of: points at an entry that is not there");
    }
    if (target && std::holds_alternative<RequestAnswered>(event)) {
      const EventType type = log.entry(*target).type;
      if (type != EventType::request_received && type != EventType::consent_withdrawn) {
        throw Error(ErrorCode::invalid_argument, "of: points at an entry that is no demand");
      }
    }
  }
}

/// Whether these events may be recorded at `now`. @throws as Log::append()
void check_times(std::span<const Event> events, Instant now) {
  for (const Event& event : events) {
    if (base_of(event).happened > now) {
      throw Error(ErrorCode::invalid_argument, "happened: claims a time after its recording");
    }
    if (const auto* withdrawn = std::get_if<ConsentWithdrawn>(&event);
        withdrawn != nullptr && withdrawn->received_at && *withdrawn->received_at > now) {
      throw Error(ErrorCode::invalid_argument, "received_at: claims a time after its recording");
    }
    if (const auto* request = std::get_if<RequestReceived>(&event);
        request != nullptr && request->received_at && *request->received_at > now) {
      throw Error(ErrorCode::invalid_argument, "received_at: claims a time after its recording");
    }
  }
}

}  // namespace

std::vector<Appended> Log::append_many(std::span<const Event> events, Instant now) {
  impl_->check_writable();
  check(*this, events);
  check_times(events, now);
  return impl_->writer->append(events, now);
}

std::vector<Appended> Log::append_once(std::span<const Event> events, Instant now) {
  impl_->check_writable();
  check(*this, events);
  check_times(events, now);
  return impl_->writer->append_once(events, now);
}

/// The events and what was made of them, which points into them.
struct Offered::Impl {
  Writer* writer;
  std::shared_ptr<Writer::Life> life;  ///< of the writer
  std::uint64_t forks_at_offer = forks();
  std::vector<Event> events;
  std::vector<Writer::Prepared> prepared;

  ~Impl() {
    // What nobody recorded leaves no file behind; without its writer the next opening sweeps it. In
    // a child of fork() the files are the parent's.
    if (forks() != forks_at_offer) return;
    const std::lock_guard lock(life->mutex);
    if (life->open) writer->settle(prepared, {});
  }
};

Offered::Offered(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Offered::Offered(Offered&&) noexcept = default;
Offered& Offered::operator=(Offered&&) noexcept = default;
Offered::~Offered() = default;

Offered Log::offer(std::vector<Event> events) const {
  impl_->check_writable();
  check(*this, events);
  auto made = std::make_unique<Offered::Impl>();
  made->writer = impl_->writer.get();
  made->life = impl_->writer->life();
  made->events = std::move(events);
  made->prepared = made->writer->offer(made->events);
  return Offered(std::move(made));
}

std::vector<Appended> Log::append_once(Offered offered, Instant now) {
  impl_->check_writable();
  if (!offered.impl_ || offered.impl_->life != impl_->writer->life()) {
    throw Error(ErrorCode::invalid_argument, "offered: to another log, or recorded already");
  }
  check_times(offered.impl_->events, now);
  return impl_->writer->append_once(std::exchange(offered.impl_->prepared, {}), now);
}

std::string_view to_word(Once outcome) noexcept {
  switch (outcome) {
    case Once::recorded:
      return "recorded";
    case Once::already_there:
      return "already_there";
    case Once::before_reassignment:
      return "before_reassignment";
    case Once::erased:
      return "erased";
  }
  return {};
}

const LogIdentity& Log::identity() const noexcept { return impl_->identity; }
const fs::path& Log::folder() const noexcept { return impl_->folder; }
Access Log::access() const noexcept { return impl_->access; }
const Message& Log::impairment() const noexcept { return impl_->impairment; }
const std::vector<Message>& Log::warnings() const noexcept { return impl_->warnings; }
note::VerifierKey Log::verifier_key() const { return impl_->key; }

std::uint64_t Log::size() const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  return impl_->size_now();
}

Digest Log::root() const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  const sqlite::Transaction snapshot(impl_->db, "BEGIN");
  return merkle::root_of(impl_->size_now(), impl_->nodes());
}

Digest Log::root_at(std::uint64_t size) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  if (size > impl_->size_now()) {
    throw Error(ErrorCode::invalid_argument, "log: is shorter than the size asked for");
  }
  return merkle::root_of(size, impl_->nodes());
}

std::string Log::checkpoint() {
  impl_->check_fork();
  if (impl_->writer) return impl_->writer->checkpoint(impl_->key);
  const std::lock_guard lock(impl_->reading);
  const std::uint64_t size = impl_->size_now();
  impl_->read_checkpoint.reset();
  if (impl_->read_checkpoint.bind(1, static_cast<std::int64_t>(size)).step()) {
    std::string kept(impl_->read_checkpoint.blob(0));
    impl_->read_checkpoint.reset();
    return kept;
  }
  impl_->read_checkpoint.reset();
  // Entries that are not those once acknowledged may contradict what was signed: two such
  // signatures would prove a fork.
  if (!impl_->impairment.empty()) {
    throw Error(ErrorCode::storage,
                Message("log: signs nothing new, because {}", impl_->impairment));
  }
  const Checkpoint checkpoint{impl_->identity.origin, size, merkle::root_of(size, impl_->nodes())};
  return note::sign_note(checkpoint.text(), impl_->key.name, impl_->need_keys().signing_key());
}

InclusionProof Log::prove_inclusion(std::uint64_t seq, std::string_view checkpoint) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  // A bundle proves many entries against one checkpoint; its signature is checked once.
  if (impl_->verified_note != checkpoint) {
    const std::array keys{impl_->key};
    impl_->verified_checkpoint = parse_checkpoint(note::verify(checkpoint, keys).text);
    impl_->verified_note = checkpoint;
  }
  const Checkpoint& parsed = impl_->verified_checkpoint;
  if (parsed.size > impl_->size_now() || seq >= parsed.size) {
    throw Error(ErrorCode::invalid_argument, "log: the checkpoint does not reach the entry");
  }
  return {seq, merkle::inclusion_path(seq, parsed.size, impl_->nodes()), std::string(checkpoint)};
}

merkle::Path Log::prove_consistency(std::uint64_t size1, std::uint64_t size2) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  if (size2 > impl_->size_now()) {
    throw Error(ErrorCode::invalid_argument, "log: is shorter than the size asked for");
  }
  return merkle::consistency_path(size1, size2, impl_->nodes());
}

Entry Log::entry(std::uint64_t seq) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  return impl_->entry_at(seq);
}

void Log::for_each(std::uint64_t first, std::uint64_t last,
                   const std::function<void(const Entry&)>& visit) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  constexpr auto most = static_cast<std::uint64_t>(INT64_MAX);
  sqlite::Statement& rows = impl_->read_entry;
  rows.reset();
  rows.bind(1, static_cast<std::int64_t>(std::min(first, most)))
      .bind(2, static_cast<std::int64_t>(std::min(last, most)));
  try {
    while (rows.step()) visit(consent::read_entry(rows.integer(0), rows.blob(1), rows.blob(2)));
  } catch (...) {
    rows.reset();
    throw;
  }
  rows.reset();
}

std::vector<Digest> Log::subjects_of(PhoneNumber number) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  return impl_->tags_of(number);
}

std::vector<Entry> Log::entries_of(const Digest& tag) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  return impl_->entries_of_tag(tag);
}

std::vector<OpenedEntry> Log::open_entries_of(const Digest& tag) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  const auto subject = impl_->need_keys().by_tag(tag);
  if (!subject) throw Error(ErrorCode::not_found, "keys.db: no key for this subject");
  std::vector<OpenedEntry> opened;
  for (Entry& entry : impl_->entries_of_tag(tag)) {
    opened.push_back(impl_->opened(std::move(entry), subject->key));
  }
  return opened;
}

std::vector<Entry> Log::history(PhoneNumber number) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  std::vector<Entry> entries;
  for (const Digest& tag : impl_->tags_of(number)) {
    auto part = impl_->entries_of_tag(tag);
    std::move(part.begin(), part.end(), std::back_inserter(entries));
  }
  return entries;
}

std::vector<SubjectStanding> Log::standing_of(PhoneNumber number) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  std::vector<SubjectStanding> standings;
  for (const Digest& tag : impl_->tags_of(number)) {
    if (auto subject = impl_->kept->read(tag)) standings.push_back(std::move(subject->standing));
  }
  impl_->bar_suppressed(number, standings);
  return standings;
}

void Log::for_each_standing(
    const std::function<void(PhoneNumber, std::span<const SubjectStanding>)>& visit) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  // All sides in the order of tags: one pass over the table instead of a search for each number.
  const auto holders = impl_->need_keys().numbers();
  sqlite::Statement rows(impl_->db, "SELECT tag,closed,clauses FROM subject ORDER BY tag");
  bool more = rows.step();
  const auto behind = impl_->kept->behind();
  auto newer = behind.begin();
  std::vector<SubjectStanding> standings;
  for (const KeyStore::Holder& holder : holders) {
    while (more && rows.blob(0) < holder.tag.view()) more = rows.step();
    standings.clear();
    if (holder.previous != 0) {
      for (const Digest& tag : impl_->tags_of(holder.previous)) {
        if (auto subject = impl_->kept->read(tag)) {
          standings.push_back(std::move(subject->standing));
        }
      }
    }
    while (newer != behind.end() && (*newer)->standing.tag < holder.tag) ++newer;
    if (newer != behind.end() && (*newer)->standing.tag == holder.tag) {
      standings.push_back((*newer)->standing);
    } else if (more && rows.blob(0) == holder.tag.view()) {
      SubjectStanding standing;
      standing.tag = holder.tag;
      if (!rows.is_null(1)) standing.closed = Instant(std::chrono::microseconds(rows.integer(1)));
      standing.clauses = unpack_clauses(rows.blob(2));
      standings.push_back(std::move(standing));
    }
    impl_->bar_suppressed(holder.number, standings);
    if (!standings.empty()) visit(holder.number, standings);
  }
}

Terms Log::terms() const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  Terms terms;
  sqlite::Statement rows(impl_->db, "SELECT text FROM term ORDER BY id");
  while (rows.step()) terms.id_of(rows.blob(0));
  return terms;
}

std::vector<std::string> Log::distributors() const {
  if (!impl_->identity.distributor.empty()) return {impl_->identity.distributor};
  std::set<std::uint32_t> ids;
  const auto take = [&ids](std::span<const Clause> clauses) {
    for (const Clause& clause : clauses) {
      const bool caller = clause.type == EventType::consent_given && clause.covers.empty();
      if (clause.distributor != 0 && !caller) ids.insert(clause.distributor);
    }
  };
  {
    const Impl::Reading reading(*impl_);
    sqlite::Statement rows(impl_->db, "SELECT clauses FROM subject");
    while (rows.step()) take(unpack_clauses(rows.blob(0)));
    for (const KeptSubject* subject : impl_->kept->behind()) take(subject->standing.clauses);
  }
  const Terms known = terms();
  std::vector<std::string> names;
  for (const std::uint32_t id : ids) names.emplace_back(known.text(id));
  return names;
}

std::optional<std::string> Log::wording(const Digest& hash) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  impl_->read_wording.reset();
  std::optional<std::string> text;
  if (impl_->read_wording.bind_blob(1, hash.view()).step()) {
    text = std::string(impl_->read_wording.blob(0));
  }
  impl_->read_wording.reset();
  return text;
}

}  // namespace consent
