#include "consent/log.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <system_error>

#include "consent/error.hpp"
#include "consent/party.hpp"
#include "event/encode.hpp"
#include "log/head.hpp"
#include "log/keys.hpp"
#include "log/open.hpp"
#include "log/schema.hpp"
#include "log/seal.hpp"
#include "log/sqlite.hpp"
#include "log/standing.hpp"
#include "log/tree.hpp"
#include "log/writer.hpp"

namespace consent {

namespace {

namespace fs = std::filesystem;

// Counts forks of this process: a Log made before one must not touch its files after it.
std::atomic<std::uint64_t> fork_count{0};

std::uint64_t forks() {
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
  (void)registered;
  return fork_count.load(std::memory_order_relaxed);
}

void check_identity(const LogIdentity& identity) {
  const auto refuse = [](const char* what) { throw Error(ErrorCode::invalid_argument, what); };
  if (!note::is_name(identity.origin) || identity.origin.size() > 255) {
    refuse("origin: needed is a schema-less URL without spaces and '+', at most 255 bytes");
  }
  if (identity.origin.find("://") != std::string::npos) {
    refuse("origin: a schema-less URL is needed: leave out everything up to '://'");
  }
  int run = 0;
  for (const char c : identity.origin) {
    run = c >= '0' && c <= '9' ? run + 1 : 0;
    constexpr int phone_like = 10;
    if (run >= phone_like)
      refuse("origin: holds ten or more digits in a row: it is shown everywhere");
  }
  if (!identity.distributor.empty()) {
    const auto problem = check_inn(identity.distributor);
    if (problem != IdentifierProblem::ok) {
      throw Error(ErrorCode::invalid_argument,
                  std::string("distributor: not an INN (").append(to_word(problem)).append(")"));
    }
  }
  if (identity.distributor_name.size() > 255) refuse("distributor name: longer than 255 bytes");
}

void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

std::string hex_to_bytes(std::string_view hex) {
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(nibble(hex[i]) * 16 + nibble(hex[i + 1])));
  }
  return out;
}

std::string text_member(const canonical::Value& body, std::string_view key) {
  const canonical::Value* const member = body.find(key);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string{};
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
    throw BrokenLog(static_cast<std::uint64_t>(seq),
                    "entry " + std::to_string(seq) + ": " + error.what());
  }
}

}  // namespace

struct Log::Impl {
  fs::path folder;
  LogIdentity identity;
  Access access = Access::read_only;
  std::string incarnation;
  std::string impairment;
  std::vector<std::string> warnings;
  note::VerifierKey key;
  std::uint64_t forks_at_open = forks();

  // Before the readers' connections, so that it is closed after them: whoever closes last folds the
  // WAL into log.db.
  std::unique_ptr<Writer> writer;

  mutable std::mutex reading;
  mutable std::string verified_note;
  mutable Checkpoint verified_checkpoint;
  mutable sqlite::Connection db;
  mutable std::optional<KeyStore> keys;
  mutable std::unique_ptr<TileStore> tree;
  mutable sqlite::Statement read_entry, read_subject, read_sealed, read_wording, read_checkpoint;

  void check_fork() const {
    if (forks() != forks_at_open) {
      throw Error(ErrorCode::storage, "log: opened before a fork; the child must open its own");
    }
  }

  void check_writable() const {
    check_fork();
    if (writer) return;
    throw Error(ErrorCode::storage, impairment.empty() ? "log: opened read-only"
                                                       : "log: read-only, because " + impairment);
  }

  /// What restore() says of the loss.
  struct Restoring {
    std::string reason;
    Instant now;
  };
  LogRestored restored;
  static std::unique_ptr<Impl> open(const fs::path& folder, const LogOptions& options,
                                    const Restoring* restoring, Entropy& entropy);
  void begin_incarnation(const Restoring& restoring, const LogOptions& options,
                         const std::optional<HeadState>& state,
                         const std::optional<HeadState>& second, Entropy& entropy);

  void load_identity() {
    sqlite::Statement first(db, "SELECT leaf,bytes FROM entry WHERE seq=0");
    if (!first.step()) throw Error(ErrorCode::storage, db.name() + ": holds no entry");
    const Entry entry = consent::read_entry(0, first.blob(0), first.blob(1));
    if (entry.type != EventType::log_created) {
      throw BrokenLog(0, "entry 0: is not the creation of a log");
    }
    const canonical::Value body = decode_entry(entry.bytes).body;
    identity.origin = entry.log;
    identity.distributor = text_member(body, "distributor");
    identity.distributor_name = text_member(body, "distributor_name");
    incarnation = hex_to_bytes(text_member(body, "incarnation"));
    if (db.integer("PRAGMA user_version") >= 2) {
      sqlite::Statement newest(db, "SELECT value FROM state WHERE key='incarnation'");
      if (newest.step()) incarnation = newest.blob(0);
    }
    try {
      key = note::parse_verifier_key(text_member(body, "key"));
    } catch (const Error& error) {
      throw BrokenLog(0, std::string("entry 0: ") + error.what());
    }
    if (key.name != identity.origin) throw BrokenLog(0, "entry 0: a key of another name");
  }

  // A diary's own number is sealed under the log's key; without keys.db it stays unknown.
  void load_subscriber() {
    const Entry first = entry_at(0);
    const auto commit = digest_from_hex(text_member(decode_entry(first.bytes).body, "details"));
    if (!commit) return;
    read_sealed.reset();
    if (!read_sealed.bind(1, 0).step()) throw BrokenLog(0, "entry 0: its details are missing");
    const std::string text =
        consent::open(keys->log_key().view(), commit->view(), read_sealed.blob(0));
    read_sealed.reset();
    const canonical::Value details =
        canonical::decode(std::string_view(text).substr(SecretKey::size));
    identity.subscriber = PhoneNumber::from_e164(text_member(details, "number"));
  }

  void prepare() {
    tree = std::make_unique<TileStore>(db);
    read_entry = sqlite::Statement(
        db, "SELECT seq,leaf,bytes FROM entry WHERE seq>=?1 AND seq<?2 ORDER BY seq");
    read_subject =
        sqlite::Statement(db, "SELECT count,last,closed,clauses FROM subject WHERE tag=?1");
    read_sealed = sqlite::Statement(db, "SELECT bytes FROM sealed WHERE seq=?1");
    read_wording = sqlite::Statement(db, "SELECT text FROM wording WHERE hash=?1");
    read_checkpoint = sqlite::Statement(db, "SELECT note FROM checkpoint WHERE size=?1");
  }

  [[nodiscard]] std::uint64_t size_now() const {
    return static_cast<std::uint64_t>(db.integer("SELECT coalesce(max(seq),-1)+1 FROM entry"));
  }

  [[nodiscard]] merkle::NodeReader nodes() const {
    return [this](unsigned level, std::uint64_t index) { return tree->node(level, index); };
  }

  [[nodiscard]] Entry entry_at(std::uint64_t seq) const {
    read_entry.reset();
    if (!read_entry.bind(1, static_cast<std::int64_t>(seq))
             .bind(2, static_cast<std::int64_t>(seq) + 1)
             .step()) {
      read_entry.reset();
      throw Error(ErrorCode::not_found, "log: no entry " + std::to_string(seq));
    }
    Entry entry =
        consent::read_entry(read_entry.integer(0), read_entry.blob(1), read_entry.blob(2));
    read_entry.reset();
    return entry;
  }

  [[nodiscard]] KeyStore& need_keys() const {
    if (!keys) throw Error(ErrorCode::storage, "keys.db: not here; without it no number is known");
    return *keys;
  }

  // Oldest first.
  [[nodiscard]] std::vector<Digest> tags_of(std::int64_t newest) const {
    std::vector<Digest> tags;
    for (std::int64_t id = newest; id != 0;) {
      const auto subject = keys->by_id(id);
      if (!subject) break;
      tags.push_back(subject->tag);
      if (subject->previous >= id) break;  // a loop in a damaged file must not hang us
      id = subject->previous;
    }
    std::reverse(tags.begin(), tags.end());
    return tags;
  }

  [[nodiscard]] std::vector<Digest> tags_of(PhoneNumber number) const {
    KeyStore& store = need_keys();
    const auto newest = store.newest(store.index_of(number));
    return newest ? tags_of(newest->id) : std::vector<Digest>{};
  }

  [[nodiscard]] std::optional<SubjectStanding> standing_at(const Digest& tag) const {
    read_subject.reset();
    if (!read_subject.bind_blob(1, tag.view()).step()) {
      read_subject.reset();
      return std::nullopt;
    }
    SubjectStanding standing;
    standing.tag = tag;
    if (!read_subject.is_null(2)) {
      standing.closed = Instant(std::chrono::microseconds(read_subject.integer(2)));
    }
    standing.clauses = unpack_clauses(read_subject.blob(3));
    read_subject.reset();
    return standing;
  }

  [[nodiscard]] std::vector<Entry> entries_of_tag(const Digest& tag) const {
    read_subject.reset();
    if (!read_subject.bind_blob(1, tag.view()).step()) {
      read_subject.reset();
      return {};
    }
    std::int64_t at = read_subject.integer(1);
    read_subject.reset();
    std::vector<Entry> entries;
    while (at >= 0) {
      Entry entry = entry_at(static_cast<std::uint64_t>(at));
      if (!entry.subject || entry.subject->tag != tag || entry.subject->prev >= at) {
        throw BrokenLog(
            entry.seq, "entry " + std::to_string(entry.seq) + ": its subject's chain does not fit");
      }
      at = entry.subject->prev;
      entries.push_back(std::move(entry));
    }
    std::reverse(entries.begin(), entries.end());
    return entries;
  }
};

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;
Log::~Log() {
  // In a child of fork() the files belong to the parent: letting go without closing is the only
  // thing that cannot hurt them.
  if (impl_ && forks() != impl_->forks_at_open) (void)impl_.release();
}

Log Log::create(const fs::path& folder, const LogIdentity& identity, Instant now,
                Entropy& entropy) {
  return create(folder, identity, now, LogOptions{}, entropy);
}

Log Log::create(const fs::path& folder, const LogIdentity& identity, Instant now,
                const LogOptions& options, Entropy& entropy) {
  check_identity(identity);
  std::error_code code;
  if (fs::exists(folder, code) &&
      (!fs::is_directory(folder, code) || !fs::is_empty(folder, code))) {
    throw Error(ErrorCode::storage,
                "log: the folder exists and is not empty; a second log is not begun in it");
  }
  const fs::path parent = fs::absolute(folder).lexically_normal().parent_path();
  if (!fs::is_directory(parent, code)) {
    throw Error(ErrorCode::storage, "log: the folder above it does not exist");
  }
  std::string incarnation(16, '\0');
  std::string salts(48, '\0');
  entropy.fill({reinterpret_cast<std::uint8_t*>(incarnation.data()), incarnation.size()});
  entropy.fill({reinterpret_cast<std::uint8_t*>(salts.data()), salts.size()});

  // Made under another name and renamed when whole: a crash leaves no half a log behind its name.
  const fs::path absolute = fs::absolute(folder).lexically_normal();
  const fs::path named = absolute.has_filename() ? absolute : absolute.parent_path();
  const fs::path made = named.string() + ".making-" + to_hex(incarnation).substr(0, 8);
  if (!fs::create_directory(made, code)) {
    throw Error(ErrorCode::storage, "log: the folder cannot be made: " + code.message());
  }
  try {
    fs::permissions(made, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
    auto keys = KeyStore::create(made / "keys.db", identity.origin, incarnation, options.passphrase,
                                 entropy);
    auto db = sqlite::Connection::open(made / "log.db", sqlite::Mode::create);
    db.execute("PRAGMA journal_mode=WAL");

    std::string details;
    if (identity.subscriber) details = encode_details(*identity.subscriber);
    const SecretKey::View salt(reinterpret_cast<const std::uint8_t*>(salts.data()) + 16,
                               SecretKey::size);
    const Digest commit = commitment(salt, details);
    const note::VerifierKey key =
        note::verifier_key(identity.origin, keys.signing_key().public_key());

    std::string body;
    canonical::Writer w(body);
    w.begin_object();
    if (identity.subscriber) w.key("details").hex(commit.view());
    if (!identity.distributor.empty()) w.key("distributor").text(identity.distributor);
    if (!identity.distributor_name.empty()) {
      w.key("distributor_name").text(identity.distributor_name);
    }
    w.key("format").plain("v1-draft");
    w.key("incarnation").hex(incarnation);
    w.key("key").text(key.text());
    w.end_object();
    Envelope envelope;
    envelope.at = now;
    envelope.log = identity.origin;
    const std::string entry_salt = salts.substr(0, 16);
    envelope.salt = entry_salt;
    envelope.type = EventType::log_created;
    std::string bytes;
    encode_entry(envelope, body, bytes);
    const Digest leaf = merkle::leaf_hash(bytes);

    {
      sqlite::Transaction transaction(db);
      db.execute(schema::log);
      const std::string pragma = "PRAGMA application_id=" + std::to_string(schema::application_id) +
                                 "; PRAGMA user_version=" + std::to_string(schema::version);
      db.execute(pragma.c_str());
      db.execute("INSERT INTO state(key,value) VALUES('subjects',CAST('0' AS BLOB))");
      sqlite::Statement insert(db, "INSERT INTO entry(seq,prev,leaf,bytes) VALUES(0,?1,?2,?3)");
      insert.bind_blob(1, Digest{}.view()).bind_blob(2, leaf.view()).bind_blob(3, bytes).run();
      if (identity.subscriber) {
        const std::string sealed =
            seal(keys.log_key().view(), commit.view(), salts.substr(16) + details);
        sqlite::Statement put(db, "INSERT INTO sealed(seq,bytes) VALUES(0,?1)");
        put.bind_blob(1, sealed).run();
      }
      transaction.commit();
    }
    auto head = HeadFile::create(made / "head");
    head.write(1, leaf, incarnation);
    head.sync();
    for (auto* connection : {&db, &keys.connection()}) {
      sqlite3_wal_checkpoint_v2(connection->raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                                nullptr);
    }
  } catch (...) {
    fs::remove_all(made, code);
    throw;
  }
  sync_folder(made);
  fs::rename(made, named, code);
  if (code) {
    std::error_code ignored;
    fs::remove_all(made, ignored);
    throw Error(ErrorCode::storage, "log: the folder cannot be put in place: " + code.message());
  }
  sync_folder(parent);
  LogOptions writing = options;
  writing.access = Access::write;
  return open(named, writing, entropy);
}

namespace {

// What was said of the log outside it, held against what it says itself. "" where they agree.
// A head older than the log is what loss of power leaves, and is repaired; a newer one, or one of
// another log, means that entries once acknowledged are not here any more.
std::string compare(const std::string& name, const HeadState& head, const std::string& incarnation,
                    std::uint64_t size, const merkle::NodeReader& nodes) {
  if (head.incarnation != incarnation) {
    return name + ": belongs to another log or incarnation than log.db";
  }
  if (head.size > size) {
    return "log.db: holds " + std::to_string(size) + " entries, " + std::to_string(head.size) +
           " were acknowledged; " + std::to_string(head.size - size) + " are missing";
  }
  if (merkle::root_of(head.size, nodes) != head.root) {
    return "log.db: its first " + std::to_string(head.size) +
           " entries are not those that were acknowledged";
  }
  return {};
}

// keys.db is written before log.db, so it may know more subjects and never fewer.
std::string compare_keys(KeyStore& keys, sqlite::Connection& db, const std::string& incarnation) {
  if (keys.incarnation() != incarnation) {
    return "keys.db: was written before the log's last restore, or for another copy of it";
  }
  std::uint64_t subjects = 0;
  if (db.integer("PRAGMA user_version") >= 2) {
    sqlite::Statement count(db, "SELECT value FROM state WHERE key='subjects'");
    subjects = count.step() ? std::stoull(std::string(count.blob(0))) : 0;
  } else {
    subjects = static_cast<std::uint64_t>(db.integer("SELECT count(*) FROM subject"));
  }
  if (keys.subjects() >= subjects) return {};
  sqlite::Statement tags(db, "SELECT tag FROM subject");
  const std::uint64_t lost = keys.missing([&](Digest& tag) {
    if (!tags.step()) return false;
    tag = digest_from_bytes(tags.blob(0)).value_or(Digest{});
    return true;
  });
  if (lost == 0) return {};
  return "keys.db: is older than log.db: " + std::to_string(lost) + " subject(s) lost their key";
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
    impl->warnings.push_back(std::string("SQLite ") + sqlite3_libversion() +
                             " can lose commits when a second tool checkpoints log.db: let nothing "
                             "but libconsent open it while it is written");
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
  const auto suspect = [&](std::string what) {
    if (impl->impairment.empty()) impl->impairment = std::move(what);
  };
  if (state) {
    suspect(compare("head", *state, impl->incarnation, size, impl->nodes()));
  } else if (size > 1) {
    suspect("head: missing or unreadable; what was acknowledged cannot be known");
  }
  if (second) {
    suspect(compare("second head", *second, impl->incarnation, size, impl->nodes()));
  } else if (two_heads) {
    impl->warnings.push_back("second head: was not there; it begins with entry " +
                             std::to_string(size));
  }

  std::optional<KeyStore> keys;
  if (has_keys) {
    impl->keys =
        KeyStore::open(key_file, sqlite::Mode::read, impl->identity.origin, options.passphrase);
    if (impl->keys->signing_key().public_key() != impl->key.key) {
      throw Error(ErrorCode::storage, "keys.db: belongs to another log");
    }
    suspect(compare_keys(*impl->keys, impl->db, impl->incarnation));
    impl->load_subscriber();
  }
  if (!writing) return impl;

  if (restoring != nullptr) {
    if (impl->impairment.empty()) {
      throw Error(ErrorCode::invalid_argument, "log: nothing is wrong with it; nothing to restore");
    }
    impl->begin_incarnation(*restoring, options, state, second, entropy);
  }
  if (impl->impairment.empty()) {
    impl->writer = std::make_unique<Writer>(
        folder, impl->identity, impl->incarnation, std::move(heads),
        KeyStore::open(key_file, sqlite::Mode::write, impl->identity.origin, options.passphrase),
        entropy);
    impl->access = Access::write;
    if (restoring != nullptr) impl->writer->append(LogEvent(impl->restored), restoring->now);
  }
  return impl;
}

void Log::Impl::begin_incarnation(const Restoring& restoring, const LogOptions& options,
                                  const std::optional<HeadState>& state,
                                  const std::optional<HeadState>& second, Entropy& entropy) {
  const std::uint64_t size = size_now();
  restored.reason = restoring.reason;
  restored.lost_from = size;
  restored.lost_to = size;
  for (const auto* head : {&state, &second}) {
    if (*head && (*head)->size > restored.lost_to) restored.lost_to = (*head)->size;
  }
  std::string fresh(16, '\0');
  entropy.fill({reinterpret_cast<std::uint8_t*>(fresh.data()), fresh.size()});
  restored.incarnation = fresh;
  // Keys first; the log's own incarnation goes with the entry that names the loss, in one commit,
  // and the heads follow it. A crash before that commit leaves a log that is as impaired as it was.
  auto keys_now =
      KeyStore::open(folder / "keys.db", sqlite::Mode::write, identity.origin, options.passphrase);
  keys_now.set_incarnation(fresh);
  incarnation = fresh;
  warnings.push_back("restored: " + impairment);
  impairment.clear();
}

Log Log::restore(const fs::path& folder, std::string_view reason, Instant now,
                 const LogOptions& options, Entropy& entropy) {
  LogOptions writing = options;
  writing.access = Access::write;
  const Impl::Restoring restoring{std::string(reason), now};
  LogRestored event;
  event.reason = restoring.reason;
  event.incarnation = std::string(16, '\0');
  validate(LogEvent(event));
  return Log(Impl::open(folder, writing, &restoring, entropy));
}

Rebuilt Log::rebuild(const fs::path& folder, const LogOptions& options) {
  const HeadFile place = HeadFile::open_for_writing(folder / "head", options.wait);
  auto db = sqlite::Connection::open(folder / "log.db", sqlite::Mode::write);
  check_log_file(db);
  migrate_log_file(db);
  sqlite::Transaction transaction(db);

  struct Kept {
    std::uint64_t count = 0;
    std::int64_t last = -1;
    SubjectStanding standing;
  };
  Rebuilt done;
  Terms terms;
  std::map<Digest, Kept> subjects;
  std::optional<std::string> incarnation;
  {
    sqlite::Statement rows(db, "SELECT seq,leaf,bytes FROM entry ORDER BY seq");
    while (rows.step()) {
      const Entry entry = consent::read_entry(rows.integer(0), rows.blob(1), rows.blob(2));
      ++done.entries;
      const canonical::Value body = decode_entry(entry.bytes).body;
      if (entry.type == EventType::log_restored) {
        incarnation = hex_to_bytes(text_member(body, "incarnation"));
      }
      if (!entry.subject) continue;
      Kept& kept = subjects[entry.subject->tag];
      kept.standing.tag = entry.subject->tag;
      kept.count += 1;
      kept.last = static_cast<std::int64_t>(entry.seq);
      append_clauses(entry, body, terms, kept.standing);
    }
  }
  const auto derived = [&db] {
    Sha256 all;
    sqlite::Statement rows(
        db, "SELECT tag,count,last,coalesce(closed,''),clauses FROM subject ORDER BY tag");
    while (rows.step()) {
      for (int column = 0; column < 5; ++column) all.add(rows.blob(column)).add("|");
    }
    sqlite::Statement names(db, "SELECT id,text FROM term ORDER BY id");
    while (names.step()) all.add(names.blob(0)).add(names.blob(1)).add("|");
    sqlite::Statement states(db, "SELECT key,value FROM state ORDER BY key");
    while (states.step()) all.add(states.blob(0)).add(states.blob(1)).add("|");
    return all.finish();
  };
  const Digest before = derived();
  db.execute("DELETE FROM subject; DELETE FROM term; DELETE FROM state;");
  sqlite::Statement put(
      db, "INSERT INTO subject(tag,count,last,closed,clauses) VALUES(?1,?2,?3,?4,?5)");
  for (const auto& [tag, kept] : subjects) {
    const std::string clauses = pack_clauses(kept.standing.clauses);
    put.bind_blob(1, tag.view()).bind(2, static_cast<std::int64_t>(kept.count)).bind(3, kept.last);
    if (kept.standing.closed) {
      put.bind(4, kept.standing.closed->time_since_epoch().count());
    } else {
      put.bind_null(4);
    }
    put.bind_blob(5, clauses).run();
    ++done.subjects;
  }
  sqlite::Statement name(db, "INSERT INTO term(id,text) VALUES(?1,?2)");
  for (std::uint32_t id = 1; id <= terms.size(); ++id) {
    name.bind(1, id).bind_text(2, terms.text(id)).run();
  }
  sqlite::Statement state(db, "INSERT INTO state(key,value) VALUES(?1,?2)");
  const std::string count = std::to_string(done.subjects);
  state.bind_text(1, "subjects").bind_blob(2, count).run();
  if (incarnation) state.bind_text(1, "incarnation").bind_blob(2, *incarnation).run();
  done.differed = derived() != before;
  transaction.commit();
  sqlite3_wal_checkpoint_v2(db.raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  return done;
}

bool Log::observe_clock(Instant wall, std::chrono::microseconds monotonic) {
  impl_->check_fork();
  return impl_->writer != nullptr && impl_->writer->observe_clock(wall, monotonic);
}

Digest Log::register_wording(const Wording& wording, std::string_view language, Instant now) {
  impl_->check_writable();
  WordingRegistered event{wording, std::string(language)};
  validate(LogEvent(event));
  impl_->writer->append(LogEvent(std::move(event)), now);
  return sha256(wording.text);
}

void Log::heartbeat(Instant now) {
  impl_->check_writable();
  impl_->writer->append(LogEvent(LogHeartbeat{}), now);
}

Appended Log::append(const Event& event, Instant now) {
  return append_many({&event, 1}, now).front();
}

std::vector<Appended> Log::append_many(std::span<const Event> events, Instant now) {
  impl_->check_writable();
  for (const Event& event : events) {
    validate(event);
    // Their entries would say that something was destroyed or barred, and nothing here does it yet.
    if (std::holds_alternative<SubjectErased>(event) ||
        std::holds_alternative<SubjectRestricted>(event) ||
        std::holds_alternative<SubjectHeld>(event)) {
      throw Error(ErrorCode::not_built, "erasure, restriction and hold: not in this version");
    }
    if (const auto target = refers_to(event); target && *target >= size()) {
      throw Error(ErrorCode::invalid_argument, "of: points at an entry that is not there");
    }
    if (base_of(event).happened > now) {
      throw Error(ErrorCode::invalid_argument, "happened: claims a time after its recording");
    }
    if (const auto* withdrawn = std::get_if<ConsentWithdrawn>(&event);
        withdrawn != nullptr && withdrawn->received_at && *withdrawn->received_at > now) {
      throw Error(ErrorCode::invalid_argument, "received_at: claims a time after its recording");
    }
  }
  return impl_->writer->append(events, now);
}

const LogIdentity& Log::identity() const noexcept { return impl_->identity; }
const fs::path& Log::folder() const noexcept { return impl_->folder; }
Access Log::access() const noexcept { return impl_->access; }
const std::string& Log::impairment() const noexcept { return impl_->impairment; }
const std::vector<std::string>& Log::warnings() const noexcept { return impl_->warnings; }
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
  const std::lock_guard lock(impl_->reading);
  const sqlite::Transaction snapshot(impl_->db, "BEGIN");
  return impl_->entries_of_tag(tag);
}

std::vector<OpenedEntry> Log::open_entries_of(const Digest& tag) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  const auto subject = impl_->need_keys().by_tag(tag);
  if (!subject) throw Error(ErrorCode::not_found, "keys.db: no key for this subject");
  const sqlite::Transaction snapshot(impl_->db, "BEGIN");
  std::vector<OpenedEntry> opened;
  for (Entry& entry : impl_->entries_of_tag(tag)) {
    const auto commit = digest_from_hex(text_member(decode_entry(entry.bytes).body, "details"));
    impl_->read_sealed.reset();
    if (!commit || !impl_->read_sealed.bind(1, static_cast<std::int64_t>(entry.seq)).step()) {
      impl_->read_sealed.reset();
      throw BrokenLog(entry.seq,
                      "entry " + std::to_string(entry.seq) + ": its details are missing");
    }
    const std::string text =
        consent::open(subject->key.view(), commit->view(), impl_->read_sealed.blob(0));
    impl_->read_sealed.reset();
    if (text.size() < SecretKey::size) {
      throw BrokenLog(entry.seq, "entry " + std::to_string(entry.seq) + ": its details are cut");
    }
    opened.push_back(
        {std::move(entry), text.substr(0, SecretKey::size), text.substr(SecretKey::size)});
  }
  return opened;
}

std::vector<Entry> Log::history(PhoneNumber number) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  const sqlite::Transaction snapshot(impl_->db, "BEGIN");
  std::vector<Entry> entries;
  for (const Digest& tag : impl_->tags_of(number)) {
    auto part = impl_->entries_of_tag(tag);
    std::move(part.begin(), part.end(), std::back_inserter(entries));
  }
  return entries;
}

std::vector<SubjectStanding> Log::standing_of(PhoneNumber number) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  const sqlite::Transaction snapshot(impl_->db, "BEGIN");
  std::vector<SubjectStanding> standings;
  for (const Digest& tag : impl_->tags_of(number)) {
    if (auto standing = impl_->standing_at(tag)) standings.push_back(std::move(*standing));
  }
  return standings;
}

void Log::for_each_standing(
    const std::function<void(PhoneNumber, std::span<const SubjectStanding>)>& visit) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  const sqlite::Transaction snapshot(impl_->db, "BEGIN");
  // Both sides in the order of tags: one pass over the table instead of a search for each number.
  const auto holders = impl_->need_keys().numbers();
  sqlite::Statement rows(impl_->db, "SELECT tag,closed,clauses FROM subject ORDER BY tag");
  bool more = rows.step();
  std::vector<SubjectStanding> standings;
  for (const KeyStore::Holder& holder : holders) {
    while (more && rows.blob(0) < holder.tag.view()) more = rows.step();
    standings.clear();
    if (holder.previous != 0) {
      for (const Digest& tag : impl_->tags_of(holder.previous)) {
        if (auto standing = impl_->standing_at(tag)) standings.push_back(std::move(*standing));
      }
    }
    if (more && rows.blob(0) == holder.tag.view()) {
      SubjectStanding standing;
      standing.tag = holder.tag;
      if (!rows.is_null(1)) standing.closed = Instant(std::chrono::microseconds(rows.integer(1)));
      standing.clauses = unpack_clauses(rows.blob(2));
      standings.push_back(std::move(standing));
    }
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
  const Terms known = terms();
  const std::lock_guard lock(impl_->reading);
  std::set<std::uint32_t> ids;
  sqlite::Statement rows(impl_->db, "SELECT clauses FROM subject");
  while (rows.step()) {
    for (const Clause& clause : unpack_clauses(rows.blob(0))) {
      if (clause.distributor != 0) ids.insert(clause.distributor);
    }
  }
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
