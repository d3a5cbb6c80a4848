// What keys.db says of the head file and of the largest tree that was signed.
#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "crypto/seal.hpp"
#include "keys/keys.hpp"

namespace consent {

namespace {

constexpr const char* signed_row = "SELECT value FROM meta WHERE key='signed'";

/// Size in decimal, a space, the root in hex.
std::optional<KeyStore::Signed> read_signed(sqlite::Connection& db) {
  sqlite::Statement row(db, signed_row);
  if (!row.step()) return std::nullopt;
  const std::string value(row.blob(0));
  const std::size_t space = value.find(' ');
  const auto size = to_count(std::string_view(value).substr(0, space));
  const auto root = space == std::string::npos
                        ? std::nullopt
                        : digest_from_hex(std::string_view(value).substr(space + 1));
  if (!size || !root) {
    throw Error(ErrorCode::storage, "keys.db: the row of the last signature is damaged");
  }
  return KeyStore::Signed{*size, *root};
}

}  // namespace

bool KeyStore::requires_head_mac() {
  sqlite::Statement row(db_, "SELECT 1 FROM meta WHERE key='head_mac'");
  return row.step();
}

void KeyStore::require_head_mac() {
  if (!requires_head_mac()) put_meta("head_mac", "1");
}

std::optional<KeyStore::Signed> KeyStore::last_signed() { return read_signed(db_); }

void KeyStore::note_signed(const std::filesystem::path& file, const Signed& about,
                           const std::function<bool(const Signed&)>& extends) {
  auto db = sqlite::Connection::open(file, sqlite::Mode::write);
  sqlite::Transaction transaction(db);
  if (const auto last = read_signed(db)) {
    if (last->size == about.size && last->root == about.root) return;
    if (!extends(*last)) {
      throw Error(ErrorCode::storage,
                  Message("log: signs nothing, because its entries do not extend the {} that were "
                          "signed",
                          last->size));
    }
    // An older tree of the same log may be signed again; the largest stays noted.
    if (last->size > about.size) return;
  }
  const std::string value = std::to_string(about.size) + " " + to_hex(about.root);
  sqlite::Statement put(db,
                        "INSERT INTO meta(key,value) VALUES('signed',?1) "
                        "ON CONFLICT(key) DO UPDATE SET value=excluded.value");
  put.bind_blob(1, value).run();
  transaction.commit();
}

namespace {

constexpr std::string_view signing_row = "signing";
constexpr std::string_view next_row = "signing_next";
// Of a key that replaced another: a context of the master key seals one text.
constexpr std::string_view name_suffix = "_name";

std::string hex_of(const PublicKey& key) {
  return to_hex({reinterpret_cast<const char*>(key.data()), key.size()});
}

}  // namespace

SigningKey KeyStore::read_signing(std::string_view row) {
  const auto value = [&](std::string_view key) -> std::optional<std::string> {
    sqlite::Statement get(db_, "SELECT value FROM meta WHERE key=?1");
    if (!get.bind_text(1, key).step()) return std::nullopt;
    return std::string(get.blob(0));
  };
  auto bytes = value(row);
  if (!bytes) throw Error(ErrorCode::storage, "keys.db: incomplete");
  if (master_) {
    const std::string name = value(std::string(row) + std::string(name_suffix)).value_or("signing");
    try {
      bytes = consent::open(master_->view(), "libconsent/meta/v1/" + name, *bytes);
    } catch (const ProofError&) {
      throw Error(ErrorCode::crypto, "keys.db: another passphrase closed it");
    }
  }
  if (bytes->size() != SecretKey::size) {
    throw Error(ErrorCode::storage, "keys.db: a key of a wrong size");
  }
  SigningKey key = SigningKey::from_seed(
      SecretKey::View(reinterpret_cast<const std::uint8_t*>(bytes->data()), SecretKey::size));
  wipe(bytes->data(), bytes->size());
  return key;
}

SigningKey KeyStore::prepare_rotation(Entropy& entropy) {
  SigningKey key = SigningKey::generate(entropy);
  const SecretKey seed = SecretKey::copy_of(key.seed());
  const std::string name = "signing/" + hex_of(key.public_key());
  sqlite::Transaction transaction(db_);
  put_meta(next_row, master_ ? seal(master_->view(), "libconsent/meta/v1/" + name, seed.chars())
                             : std::string(seed.chars()));
  put_meta(std::string(next_row) + std::string(name_suffix), name);
  transaction.commit();
  return key;
}

std::optional<SigningKey> KeyStore::next_signing_key() {
  sqlite::Statement row(db_, "SELECT 1 FROM meta WHERE key='signing_next'");
  if (!row.step()) return std::nullopt;
  return read_signing(next_row);
}

void KeyStore::finish_rotation() {
  auto next = std::make_unique<const SigningKey>(read_signing(next_row));
  sqlite::Transaction transaction(db_);
  db_.execute(
      "DELETE FROM meta WHERE key IN ('signing','signing_name','signed');"
      "UPDATE meta SET key='signing' WHERE key='signing_next';"
      "UPDATE meta SET key='signing_name' WHERE key='signing_next_name'");
  transaction.commit();
  signing_ = std::move(next);
}

bool KeyStore::signs_as(const PublicKey& key) {
  if (signing_->public_key() == key) return true;
  auto next = next_signing_key();
  if (!next || next->public_key() != key) return false;
  if (writing_) {
    finish_rotation();
  } else {
    signing_ = std::make_unique<const SigningKey>(*std::move(next));
  }
  return true;
}

}  // namespace consent
