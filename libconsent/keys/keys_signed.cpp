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

std::unique_ptr<const HmacKey> KeyStore::derived_key(std::string_view incarnation) const {
  return std::make_unique<const HmacKey>(
      hkdf_sha256(secrets_->log.chars(), incarnation, "libconsent/derived-mac/v1").view());
}

bool KeyStore::requires_derived_macs() {
  sqlite::Statement row(db_, "SELECT 1 FROM meta WHERE key='derived_macs'");
  return row.step();
}

void KeyStore::require_derived_macs() {
  if (!requires_derived_macs()) put_meta("derived_macs", "1");
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

void KeyStore::forget_signed() { db_.execute("DELETE FROM meta WHERE key='signed'"); }

}  // namespace consent
