#include "consent/create.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

#include "consent/error.hpp"
#include "consent/party.hpp"
#include "crypto/seal.hpp"
#include "event/encode.hpp"
#include "keys/keys.hpp"
#include "log/derived.hpp"
#include "log/head.hpp"
#include "log/schema.hpp"
#include "sqlite/sqlite.hpp"
#include "tlog/note.hpp"

namespace consent {

namespace {

namespace fs = std::filesystem;

// "v1" from release 0.1.0 on: until then the format may change.
constexpr std::string_view format_word = "v1-draft";

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
                  Message("distributor: not an INN ({})", Message(to_word(problem))));
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

}  // namespace

Log create_log(const fs::path& folder, const LogIdentity& identity, Instant now,
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
    throw Error(ErrorCode::storage,
                Message("log: the folder cannot be made: {}", Message(code.message())));
  }
  try {
    fs::permissions(made, fs::perms::owner_all);
    auto keys = KeyStore::create(made / "keys.db", identity.origin, incarnation, options.passphrase,
                                 entropy);
    auto db = sqlite::Connection::open(made / "log.db", sqlite::Mode::create);
    db.execute("PRAGMA journal_mode=WAL");

    LogCreated created{identity.distributor, identity.distributor_name, std::string(format_word),
                       incarnation};
    created.subscriber = identity.subscriber;
    const std::string details = encode_details(created);
    const SecretKey::View salt(reinterpret_cast<const std::uint8_t*>(salts.data()) + 16,
                               SecretKey::size);
    const Digest commit = commitment(salt, details);
    const note::VerifierKey key =
        note::verifier_key(identity.origin, keys.signing_key().public_key());

    if (identity.subscriber) created.details = commit;
    created.key = key.text();
    std::string body;
    encode_body(created, body);
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
      db.execute(schema::entry_in_order);
      const std::string pragma = "PRAGMA application_id=" + std::to_string(schema::application_id) +
                                 "; PRAGMA user_version=" + std::to_string(schema::version);
      db.execute(pragma.c_str());
      derived::StateRows state;
      state.put(derived::StateRows::subjects_name, "0");
      state.put(derived::StateRows::mark_name, "1");
      state.write(db, *keys.derived_key(incarnation), {1, leaf, incarnation});
      sqlite::Statement insert(
          db, "INSERT INTO entry(seq,prev,leaf,bytes,sealed) VALUES(0,?1,?2,?3,?4)");
      const Digest none;
      insert.bind_blob(1, none.view()).bind_blob(2, leaf.view()).bind_blob(3, bytes);
      std::string sealed;
      if (identity.subscriber) {
        sealed = seal(keys.log_key().view(), commit.view(), salts.substr(16) + details);
        insert.bind_blob(4, sealed);
      } else {
        insert.bind_null(4);
      }
      insert.run();
      transaction.commit();
    }
    auto head = HeadFile::create(made / "head");
    head.authenticate_with(keys.head_key());
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
    throw Error(ErrorCode::storage,
                Message("log: the folder cannot be put in place: {}", Message(code.message())));
  }
  sync_folder(parent);
  LogOptions writing = options;
  writing.access = Access::write;
  return Log::open(named, writing, entropy);
}

}  // namespace consent
