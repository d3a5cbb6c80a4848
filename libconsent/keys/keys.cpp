#include "keys/keys.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <utility>

#include "consent/error.hpp"
#include "crypto/seal.hpp"
#include "sqlite/objects.hpp"

namespace consent {

namespace {

constexpr std::int64_t application_id = 0x434e534b;  // "CNSK"
constexpr std::int64_t schema_version = 3;
constexpr std::int64_t with_recent = 3;

constexpr const char* schema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE subject (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given twice: see KeyStore::find
  tag      BLOB NOT NULL CHECK (length(tag) = 32),
  key      BLOB NOT NULL CHECK (length(key) = 32),
  address  BLOB NOT NULL,             -- the number, sealed under this subject's key
  previous INTEGER NOT NULL           -- the number's subject before; 0: none
) STRICT;
CREATE TABLE number (
  idx     BLOB PRIMARY KEY CHECK (length(idx) = 32),   -- HMAC of the number under the index key
  subject INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE recent (
  subject INTEGER PRIMARY KEY,        -- one that `number` does not point to yet
  idx     BLOB NOT NULL CHECK (length(idx) = 32)
) STRICT;
CREATE TABLE suppressed (
  idx    BLOB PRIMARY KEY CHECK (length(idx) = 32),   -- HMAC of the number under the suppress key
  before INTEGER NOT NULL,            -- what was said up to then is refused; microseconds of 1970
  bars   INTEGER NOT NULL             -- 1: the number's holder was erased, not one before
) STRICT, WITHOUT ROWID;
)sql";

// What schema 1 had otherwise; its index of the tags stays.
constexpr const char* schema_1 = R"sql(
CREATE TABLE subject (
  id       INTEGER PRIMARY KEY,
  tag      BLOB NOT NULL UNIQUE CHECK (length(tag) = 32),
  key      BLOB NOT NULL CHECK (length(key) = 32),
  address  BLOB NOT NULL,             -- the number, sealed under this subject's key
  previous INTEGER NOT NULL           -- the number's subject before; 0: none
) STRICT;
)sql";

constexpr const char* from_1_to_2 = R"sql(
CREATE TABLE suppressed (
  idx    BLOB PRIMARY KEY CHECK (length(idx) = 32),
  before INTEGER NOT NULL,
  bars   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* from_2_to_3 = R"sql(
CREATE TABLE recent (
  subject INTEGER PRIMARY KEY,
  idx     BLOB NOT NULL CHECK (length(idx) = 32)
) STRICT;
)sql";

SecretKey key_from(std::string_view bytes, const std::string& name) {
  if (bytes.size() != 32) throw Error(ErrorCode::storage, name + ": a key of a wrong size");
  return SecretKey::copy_of(
      SecretKey::View(reinterpret_cast<const std::uint8_t*>(bytes.data()), SecretKey::size));
}

constexpr std::string_view meta_context = "libconsent/meta/v1/";
constexpr std::size_t salt_bytes = 16;

// N of scrypt is 2^this. A store says its own in meta; one that does not say is older.
constexpr unsigned new_cost = 17;
constexpr unsigned old_cost = 15;
constexpr unsigned most_cost = 20;  // 1 GiB: a file may not ask for more
constexpr std::size_t shortest_passphrase = 12;

unsigned cost_of(const std::optional<std::string>& stored, const std::string& store) {
  if (!stored) return old_cost;
  unsigned cost = 0;
  const auto [end, code] = std::from_chars(stored->data(), stored->data() + stored->size(), cost);
  if (code != std::errc{} || end != stored->data() + stored->size() || cost < old_cost ||
      cost > most_cost) {
    throw Error(ErrorCode::storage, store + ": the cost of scrypt is none that this build knows");
  }
  return cost;
}

void check_new(std::string_view passphrase) {
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  const auto length = std::count_if(passphrase.begin(), passphrase.end(), is_start);
  if (!passphrase.empty() && static_cast<std::size_t>(length) < shortest_passphrase) {
    throw Error(ErrorCode::invalid_argument, "passphrase: fewer than 12 characters");
  }
}

std::string random_salt(Entropy& entropy) {
  std::string salt(salt_bytes, '\0');
  entropy.fill({reinterpret_cast<std::uint8_t*>(salt.data()), salt.size()});
  return salt;
}

}  // namespace

KeyStore KeyStore::create(const std::filesystem::path& file, const std::string& origin,
                          const std::string& incarnation, std::string_view passphrase,
                          Entropy& entropy) {
  check_new(passphrase);
  // The mode is set before the first byte of a key is written.
  const mode_t before = umask(0077);
  KeyStore store;
  try {
    store.db_ = sqlite::Connection::open(file, sqlite::Mode::create);
  } catch (...) {
    umask(before);
    throw;
  }
  store.db_.execute("PRAGMA secure_delete=ON");
  // Nothing of it may reach a temporary file.
  store.db_.execute("PRAGMA temp_store=MEMORY");
  store.db_.execute("PRAGMA journal_mode=WAL");
  umask(before);
  const std::string pragma = "PRAGMA application_id=" + std::to_string(application_id) +
                             "; PRAGMA user_version=" + std::to_string(schema_version);
  {
    sqlite::Transaction transaction(store.db_);
    store.db_.execute(schema);
    store.db_.execute(pragma.c_str());
    sqlite::Statement put(store.db_, "INSERT INTO meta(key,value) VALUES(?1,?2)");
    const SigningKey signing = SigningKey::generate(entropy);
    const SecretKey index = SecretKey::generate(entropy);
    const SecretKey log = SecretKey::generate(entropy);
    std::optional<SecretKey> master;
    if (!passphrase.empty()) {
      const std::string salt = random_salt(entropy);
      master = stretch(passphrase, salt, new_cost);
      put.bind_text(1, "lock").bind_blob(2, salt).run();
      put.bind_text(1, "scrypt").bind_blob(2, std::to_string(new_cost)).run();
    }
    const auto put_key = [&](const char* name, std::string_view key) {
      // One master key seals each name once, when the store is made.
      const std::string kept =
          master ? seal(master->view(), std::string(meta_context) + name, key) : std::string(key);
      put.bind_text(1, name).bind_blob(2, kept).run();
    };
    put.bind_text(1, "origin").bind_blob(2, origin).run();
    put.bind_text(1, "incarnation").bind_blob(2, incarnation).run();
    put.bind_text(1, "subjects").bind_blob(2, "0").run();
    put.bind_text(1, "head_mac").bind_blob(2, "1").run();
    put.bind_text(1, "derived_macs").bind_blob(2, "1").run();
    put_key("signing", SecretKey::copy_of(signing.seed()).chars());
    put_key("index", index.chars());
    put_key("log", log.chars());
    put_key("suppress", SecretKey::generate(entropy).chars());
    transaction.commit();
  }
  store.writing_ = true;
  store.load(origin, passphrase);
  return store;
}

KeyStore KeyStore::open(const std::filesystem::path& file, sqlite::Mode mode,
                        const std::string& origin, std::string_view passphrase, Entropy& entropy) {
  KeyStore store;
  store.db_ = mode == sqlite::Mode::read ? sqlite::open_for_reading(file)
                                         : sqlite::Connection::open(file, mode);
  if (store.db_.integer("PRAGMA application_id") != application_id) {
    throw Error(ErrorCode::storage, store.db_.name() + ": not a key store of libconsent");
  }
  const std::int64_t version = store.db_.integer("PRAGMA user_version");
  if (version < 1 || version > schema_version) {
    throw Error(ErrorCode::storage, store.db_.name() + ": a schema of another version");
  }
  static const std::set<std::string> known = [] {
    auto all = sqlite::objects_after({schema});
    all.merge(sqlite::objects_after({schema_1, from_1_to_2, from_2_to_3}));
    return all;
  }();
  sqlite::check_objects(store.db_, known);
  store.writing_ = mode == sqlite::Mode::write;
  if (mode == sqlite::Mode::write) {
    store.db_.execute("PRAGMA secure_delete=ON");
    store.db_.execute("PRAGMA journal_mode=WAL");  // a journal on disk would keep erased keys
    store.db_.execute("PRAGMA temp_store=MEMORY");
  }
  store.load(origin, passphrase);
  if (mode == sqlite::Mode::write && version < schema_version) {
    store.migrate(entropy);
    store.load(origin, passphrase);
  }
  return store;
}

void KeyStore::migrate(Entropy& entropy) {
  sqlite::Transaction transaction(db_);
  if (db_.integer("PRAGMA user_version") == 1) {
    db_.execute(from_1_to_2);
    const SecretKey key = SecretKey::generate(entropy);
    const std::string name = "suppress";
    put_meta(name, master_ ? seal(master_->view(), std::string(meta_context) + name, key.chars())
                           : std::string(key.chars()));
    db_.execute("PRAGMA user_version=2");
  }
  if (db_.integer("PRAGMA user_version") == 2) {
    db_.execute(from_2_to_3);
    db_.execute("PRAGMA user_version=3");
  }
  transaction.commit();
}

void KeyStore::load(const std::string& origin, std::string_view passphrase) {
  sqlite::Statement get(db_, "SELECT value FROM meta WHERE key=?1");
  const auto find = [&](std::string_view key) -> std::optional<std::string> {
    get.reset();
    if (!get.bind_text(1, key).step()) return std::nullopt;
    return std::string(get.blob(0));
  };
  const auto value = [&](std::string_view key) {
    auto found = find(key);
    if (!found) throw Error(ErrorCode::storage, db_.name() + ": incomplete");
    return *std::move(found);
  };
  if (value("origin") != origin) {
    throw Error(ErrorCode::storage, db_.name() + ": belongs to another log");
  }
  origin_ = origin;
  incarnation_ = value("incarnation");
  if (const auto salt = find("lock")) {
    if (passphrase.empty()) {
      throw Error(ErrorCode::crypto,
                  db_.name() + ": is closed with a passphrase, and none was given");
    }
    master_ = stretch(passphrase, *salt, cost_of(find("scrypt"), db_.name()));
  }
  const auto secret = [&](const char* key) {
    std::string bytes = value(key);
    if (master_) {
      try {
        bytes = consent::open(master_->view(), std::string(meta_context) + key, bytes);
      } catch (const ProofError&) {
        throw Error(ErrorCode::crypto, db_.name() + ": another passphrase closed it");
      }
    }
    SecretKey read = key_from(bytes, db_.name());
    wipe(bytes.data(), bytes.size());
    return read;
  };
  std::unique_ptr<Secrets> secrets(
      new Secrets{SigningKey::from_seed(secret("signing").view()), HmacKey(secret("index").view()),
                  secret("log"),
                  HmacKey(hkdf_sha256(secret("log").chars(), {}, "libconsent/head-mac/v1").view()),
                  std::nullopt});
  const bool suppressing = find("suppress").has_value();
  if (suppressing) secrets->suppress.emplace(secret("suppress").view());
  secrets_ = std::move(secrets);
  if (suppressing) {
    any_suppressed_ = sqlite::Statement(db_, "SELECT 1 FROM suppressed LIMIT 1");
    suppressed_ = sqlite::Statement(db_, "SELECT before,bars FROM suppressed WHERE idx=?1");
  }
  read_count();
  lost_ = static_cast<std::uint64_t>(
      db_.integer("SELECT coalesce((SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta "
                  "WHERE key='lost'),0)"));
  get.reset();
  prepare();
}

void KeyStore::put_meta(std::string_view key, std::string_view value) {
  sqlite::Statement put(db_,
                        "INSERT INTO meta(key,value) VALUES(?1,?2) "
                        "ON CONFLICT(key) DO UPDATE SET value=excluded.value");
  put.bind_text(1, key).bind_blob(2, value).run();
}

void KeyStore::set_incarnation(const std::string& incarnation) {
  put_meta("incarnation", incarnation);
  incarnation_ = incarnation;
}

SecretKey KeyStore::unmask(const Digest& tag, std::string_view stored) const {
  if (!master_) return key_from(stored, db_.name());
  return mask(*master_, tag, stored, db_.name());
}

std::uint64_t KeyStore::missing(const std::function<bool(Digest&)>& next_tag) {
  std::uint64_t count = 0;
  for (Digest tag; next_tag(tag);) {
    if (!find(tag)) ++count;
  }
  return count;
}

void KeyStore::prepare() {
  newest_ = sqlite::Statement(
      db_,
      "SELECT s.id,s.tag,s.key,s.previous FROM number n JOIN subject s ON s.id=n.subject "
      "WHERE n.idx=?1");
  by_id_ = sqlite::Statement(db_, "SELECT id,tag,key,previous FROM subject WHERE id=?1");
  address_ = sqlite::Statement(db_, "SELECT address FROM subject WHERE id=?1");
  // Stores made before keep a unique index of the tags, and their ids can be given twice.
  const bool indexed =
      db_.integer("SELECT count(*) FROM sqlite_schema WHERE type='index' AND tbl_name='subject'") >
      0;
  if (indexed) {
    id_of_tag_ = sqlite::Statement(db_, "SELECT id FROM subject WHERE tag=?1");
  } else {
    tag_of_id_ = sqlite::Statement(db_, "SELECT tag FROM subject WHERE id=?1");
    tags_after_ = sqlite::Statement(db_, "SELECT id,tag FROM subject WHERE id>?1 ORDER BY id");
  }
  forget_tags();
  add_subject_ = sqlite::Statement(
      db_, "INSERT INTO subject(id,tag,key,address,previous) VALUES(?1,?2,?3,?4,?5)");
  point_ = sqlite::Statement(db_,
                             "INSERT INTO number(idx,subject) VALUES(?1,?2) "
                             "ON CONFLICT(idx) DO UPDATE SET subject=excluded.subject");
  has_recent_ =
      db_.integer("SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='recent'") > 0;
  recent_.clear();
  recent_from_ = 0;
  recent_upto_ = 0;
  if (!has_recent_) return;
  add_recent_ = sqlite::Statement(db_, "INSERT INTO recent(subject,idx) VALUES(?1,?2)");
  first_recent_ = sqlite::Statement(db_, "SELECT coalesce(min(subject),0) FROM recent");
  recent_after_ =
      sqlite::Statement(db_, "SELECT subject,idx FROM recent WHERE subject>?1 ORDER BY subject");
  if (writing_) read_recent();
}

void KeyStore::read_recent() {
  if (!has_recent_) return;
  first_recent_.reset();
  const std::int64_t from = first_recent_.step() ? first_recent_.integer(0) : 0;
  first_recent_.reset();
  if (from != recent_from_) {  // folded meanwhile: what is in memory may be no longer the newest
    recent_.clear();
    recent_from_ = from;
    recent_upto_ = 0;
  }
  recent_after_.reset();
  recent_after_.bind(1, recent_upto_);
  while (recent_after_.step()) {
    const auto index = digest_from_bytes(recent_after_.blob(1));
    if (!index) throw Error(ErrorCode::storage, db_.name() + ": an index of a wrong size");
    recent_upto_ = recent_after_.integer(0);
    recent_[*index] = recent_upto_;
  }
  recent_after_.reset();
}

Digest KeyStore::index_of(PhoneNumber number) const {
  return number_index(secrets_->index, "tel:" + number.e164());
}

KeyStore::Subject KeyStore::read(sqlite::Statement& statement) {
  const auto tag = digest_from_bytes(statement.blob(1));
  if (!tag) throw Error(ErrorCode::storage, db_.name() + ": a tag of a wrong size");
  Subject subject{statement.integer(0), *tag, unmask(*tag, statement.blob(2)),
                  statement.integer(3)};
  statement.reset();
  // What is sealed under a key that is not the tag's, nobody opens again.
  if (subject_tag(subject.key.view(), origin_) != subject.tag) {
    throw Error(ErrorCode::storage, Message("keys.db: subject {}: not its key", subject.id));
  }
  met(subject.tag, subject.id);
  return subject;
}

void KeyStore::read_indexes() {
  constexpr std::size_t fewest = 1U << 16U;
  indexes_.emplace(std::max<std::size_t>(fewest, 3 * count_));
  sqlite::Statement rows(db_, "SELECT idx FROM number");
  while (rows.step()) {
    if (const auto index = digest_from_bytes(rows.blob(0))) indexes_->add(*index);
  }
  for (const auto& [index, id] : recent_) indexes_->add(index);
  never_met_ = 0;
}

std::optional<KeyStore::Subject> KeyStore::newest(const Digest& index) {
  if (indexes_ && !indexes_->may_hold(index)) return std::nullopt;
  settle();
  // A reader looks at one moment: between two, a row could have gone from one table to the other.
  std::optional<sqlite::Transaction> snapshot;
  if (!writing_) {
    // A writer in another process may have brought the file to this schema.
    if (!has_recent_ && db_.integer("PRAGMA user_version") >= with_recent) prepare();
    snapshot.emplace(db_, "BEGIN");
    read_recent();
  }
  if (const auto found = recent_.find(index); found != recent_.end()) {
    auto subject = by_id(found->second);
    if (!subject) return std::nullopt;
    return bound(*std::move(subject), index);
  }
  newest_.reset();
  if (!newest_.bind_blob(1, index.view()).step()) {
    newest_.reset();
    // As many questions cost what reading them all does.
    constexpr std::uint64_t worth_it = 8;
    if (writing_ && !indexes_ && ++never_met_ > count_ / worth_it) read_indexes();
    return std::nullopt;
  }
  return bound(read(newest_), index);
}

std::optional<KeyStore::Subject> KeyStore::by_id(std::int64_t id) {
  settle();
  by_id_.reset();
  if (!by_id_.bind(1, id).step()) {
    by_id_.reset();
    return std::nullopt;
  }
  return read(by_id_);
}

std::optional<KeyStore::Subject> KeyStore::by_tag(const Digest& tag) {
  const auto id = find(tag);
  return id ? by_id(*id) : std::nullopt;
}

std::vector<KeyStore::Holder> KeyStore::numbers() {
  std::vector<Holder> out;
  // By rowid, so that the pages are read in their order; who is nobody's predecessor is the newest.
  sqlite::Statement rows(db_,
                         "SELECT tag,key,address,previous,id FROM subject WHERE id NOT IN "
                         "(SELECT previous FROM subject WHERE previous!=0) ORDER BY id");
  while (rows.step()) {
    const auto tag = digest_from_bytes(rows.blob(0));
    if (!tag) throw Error(ErrorCode::storage, db_.name() + ": a tag of a wrong size");
    const SecretKey key = unmask(*tag, rows.blob(1));
    const std::string address = consent::open(key.view(), "address", rows.blob(2));
    constexpr std::size_t scheme = 4;  // "tel:"
    const auto number = address.size() > scheme
                            ? PhoneNumber::from_e164(std::string_view(address).substr(scheme))
                            : std::nullopt;
    if (!number) throw Error(ErrorCode::storage, db_.name() + ": an address that is no number");
    out.push_back({*number, *tag, rows.integer(4), rows.integer(3)});
  }
  std::sort(out.begin(), out.end(), [](const Holder& a, const Holder& b) { return a.tag < b.tag; });
  return out;
}

KeyStore::NewSubject KeyStore::make(PhoneNumber number, SecretKey key) const {
  const std::string address = "tel:" + number.e164();
  const Digest tag = subject_tag(key.view(), origin_);
  // One key seals one address, once: the context cannot meet a second text.
  std::string sealed = seal(key.view(), "address", address);
  return {std::move(key), number_index(secrets_->index, address), tag, std::move(sealed)};
}

}  // namespace consent
