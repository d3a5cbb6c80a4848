// What keys.db does to forget a subject, and what it keeps of the number.
#include <algorithm>
#include <array>

#include "consent/error.hpp"
#include "crypto/seal.hpp"
#include "keys/keys.hpp"

namespace consent {

namespace {

constexpr std::string_view suppress_label("libconsent/suppress/v1\0", 23);
constexpr auto day = std::chrono::hours(24);

/// First midnight (UTC) not before `at`.
Instant end_of_day(Instant at) {
  const auto midnight = std::chrono::floor<std::chrono::days>(at);
  return midnight == at ? at : midnight + day;
}

}  // namespace

std::optional<KeyStore::Suppressed> KeyStore::suppressed(PhoneNumber number) {
  if (!secrets_->suppress) return std::nullopt;
  const Digest index = secrets_->suppress->mac(suppress_label, "tel:" + number.e164());
  std::optional<Suppressed> found;
  settle();
  suppressed_.reset();
  if (suppressed_.bind_blob(1, index.view()).step()) {
    found = {Instant(std::chrono::microseconds(suppressed_.integer(0))),
             suppressed_.integer(1) != 0};
  }
  suppressed_.reset();
  return found;
}

bool KeyStore::suppressed_any() {
  // Of the file, each time: another process may have erased since this one opened it.
  if (!secrets_->suppress) return false;
  any_suppressed_.reset();
  const bool any = any_suppressed_.step();
  any_suppressed_.reset();
  return any;
}

void KeyStore::blur_suppressed(Instant now) {
  if (!suppressed_any()) return;
  std::vector<std::pair<std::string, std::int64_t>> blurred;
  {
    sqlite::Statement rows(db_, "SELECT idx,before FROM suppressed");
    while (rows.step()) {
      const Instant before(std::chrono::microseconds(rows.integer(1)));
      const Instant end = end_of_day(before);
      if (end != before && before + day < now) {
        blurred.emplace_back(rows.blob(0), end.time_since_epoch().count());
      }
    }
  }
  if (blurred.empty()) return;
  sqlite::Transaction transaction(db_);
  sqlite::Statement put(db_, "UPDATE suppressed SET before=?2 WHERE idx=?1");
  for (const auto& [index, end] : blurred) put.bind_blob(1, index).bind(2, end).run();
  transaction.commit();
}

PhoneNumber KeyStore::number_of(const Subject& subject) {
  address_.reset();
  if (!address_.bind(1, subject.id).step()) {
    address_.reset();
    throw Error(ErrorCode::not_found, Message("{}: no such subject", db_.name()));
  }
  const std::string sealed(address_.blob(0));
  address_.reset();
  const std::string address = consent::open(subject.key.view(), "address", sealed);
  constexpr std::size_t scheme = 4;  // "tel:"
  const auto number = address.size() > scheme
                          ? PhoneNumber::from_e164(std::string_view(address).substr(scheme))
                          : std::nullopt;
  if (!number)
    throw Error(ErrorCode::storage, Message("{}: an address that is no number", db_.name()));
  return *number;
}

void KeyStore::for_each(const std::function<void(const Digest&)>& visit) {
  std::vector<Digest> tags;
  {
    sqlite::Statement rows(db_, "SELECT tag FROM subject ORDER BY id");
    while (rows.step()) {
      if (const auto tag = digest_from_bytes(rows.blob(0))) tags.push_back(*tag);
    }
  }
  for (const Digest& tag : tags) visit(tag);
}

void KeyStore::erase(const Subject& subject, const Suppressed& suppressed) {
  const PhoneNumber number = number_of(subject);
  const Digest index = index_of(number);
  fold();
  sqlite::Transaction transaction(db_);
  {
    sqlite::Statement row(db_, "SELECT key,address FROM subject WHERE id=?1");
    if (row.bind(1, subject.id).step()) {
      destroyed_.emplace_back(row.blob(0));
      destroyed_.emplace_back(row.blob(1));
    }
  }
  destroyed_.emplace_back(subject.key.chars());  // where a passphrase masks what is stored
  // The number goes back to the holder before, or to nobody; the one after knows that one then.
  if (subject.previous != 0) {
    sqlite::Statement back(db_, "UPDATE number SET subject=?2 WHERE idx=?1 AND subject=?3");
    back.bind_blob(1, index.view()).bind(2, subject.previous).bind(3, subject.id).run();
  } else {
    sqlite::Statement gone(db_, "DELETE FROM number WHERE idx=?1 AND subject=?2");
    gone.bind_blob(1, index.view()).bind(2, subject.id).run();
    if (sqlite3_changes(db_.raw()) > 0) destroyed_.emplace_back(index.view());
  }
  sqlite::Statement relink(db_, "UPDATE subject SET previous=?2 WHERE previous=?1");
  relink.bind(1, subject.id).bind(2, subject.previous).run();
  sqlite::Statement drop(db_, "DELETE FROM subject WHERE id=?1");
  drop.bind(1, subject.id).run();
  const Digest known = secrets_->suppress->mac(suppress_label, "tel:" + number.e164());
  sqlite::Statement suppress(
      db_,
      "INSERT INTO suppressed(idx,before,bars) VALUES(?1,?2,?3) ON CONFLICT(idx) DO UPDATE SET "
      "before=max(before,excluded.before),bars=max(bars,excluded.bars)");
  suppress.bind_blob(1, known.view())
      .bind(2, suppressed.before.time_since_epoch().count())
      .bind(3, suppressed.bars ? 1 : 0)
      .run();
  put_meta("subjects", std::to_string(count_ - 1));
  // Whoever opens the store after a crash here does not know the bytes, and writes it anew.
  put_meta("scrub", "1");
  transaction.commit();
  --count_;
  count_stored_ = count_;
}

bool KeyStore::holds(std::span<const std::string> pieces) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(db_.raw(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file == nullptr || file->pMethods == nullptr) {
    return true;  // cannot look: as if something were there
  }
  // Through SQLite's own descriptor: closing another one would drop its locks.
  sqlite3_int64 size = 0;
  if (file->pMethods->xFileSize(file, &size) != SQLITE_OK) return true;
  std::size_t longest = 1;
  for (const std::string& piece : pieces) longest = std::max(longest, piece.size());
  constexpr sqlite3_int64 block = sqlite3_int64{1} << 20;
  std::string window;
  for (sqlite3_int64 at = 0; at < size; at += block) {
    const auto count = static_cast<std::size_t>(std::min(block, size - at));
    const std::size_t kept = std::min(window.size(), longest - 1);
    window.erase(0, window.size() - kept);
    window.resize(kept + count);
    if (file->pMethods->xRead(file, window.data() + kept, static_cast<int>(count), at) !=
        SQLITE_OK) {
      return true;
    }
    for (const std::string& piece : pieces) {
      if (window.find(piece) != std::string::npos) return true;
    }
  }
  return false;
}

void KeyStore::scrub() {
  const auto flag = [this] {
    sqlite::Statement row(db_, "SELECT 1 FROM meta WHERE key='scrub'");
    return row.step();
  };
  if (!flag()) {
    // A crash after the flag was taken back can leave a WAL, but nothing secret in it: it was
    // emptied before.
    return;
  }
  const auto empty_wal = [this] {
    const int code =
        sqlite3_wal_checkpoint_v2(db_.raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (code == SQLITE_OK) return;
    throw Error((code & 0xff) == SQLITE_BUSY ? ErrorCode::locked : ErrorCode::storage,
                Message("keys.db: destroyed keys still lie in its WAL, because {}",
                        Message((code & 0xff) == SQLITE_BUSY
                                    ? "another process reads it; open the log for writing again "
                                      "when it has ended"
                                    : sqlite3_errstr(code))));
  };
  empty_wal();
  // Moved pages leave copies that secure_delete does not know.
  if (destroyed_.empty() || holds(destroyed_)) {
    db_.vacuum();
    empty_wal();
    if (!destroyed_.empty() && holds(destroyed_)) {
      throw Error(ErrorCode::storage, "keys.db: a destroyed key is still found in it");
    }
  }
  for (std::string& piece : destroyed_) wipe(piece.data(), piece.size());
  destroyed_.clear();
  db_.execute("DELETE FROM meta WHERE key='scrub'");
  empty_wal();
}

}  // namespace consent
