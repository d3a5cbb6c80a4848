// How new subjects get their rows.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "consent/error.hpp"
#include "crypto/seal.hpp"
#include "keys/keys.hpp"

namespace consent {

namespace {

// Whoever opens the store to read takes so many rows into memory.
constexpr std::size_t most_recent = 1U << 18U;

}  // namespace

SecretKey KeyStore::mask(const SecretKey& master, const Digest& tag, std::string_view key,
                         const std::string& name) {
  const SecretKey mask =
      hkdf_sha256(master.chars(), {}, std::string("libconsent/subject-key/v1").append(tag.view()));
  std::array<std::uint8_t, SecretKey::size> bytes{};
  if (key.size() != bytes.size()) throw Error(ErrorCode::storage, name + ": a key of a wrong size");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(mask.view()[i] ^ static_cast<std::uint8_t>(key[i]));
  }
  SecretKey out = SecretKey::copy_of(bytes);
  wipe(bytes.data(), bytes.size());
  return out;
}

void KeyStore::fold_now() {
  if (recent_.empty()) return;
  std::vector<std::pair<Digest, std::int64_t>> rows(recent_.begin(), recent_.end());
  // In the order of the table: neighbours meet one page while it is at hand.
  std::sort(rows.begin(), rows.end());
  for (const auto& [index, id] : rows) point_.bind_blob(1, index.view()).bind(2, id).run();
  db_.execute("DELETE FROM recent");
}

void KeyStore::fold() {
  if (recent_.empty()) return;
  sqlite::Transaction transaction(db_);
  fold_now();
  transaction.commit();
  recent_.clear();
  recent_from_ = 0;
}

void KeyStore::begin(bool many) {
  db_.execute("BEGIN IMMEDIATE");
  many_ = false;
  committing_ = false;
  checkpoint_ = false;
  folded_ = false;
  if (!many) return;
  // Ids are told before their rows are there; where they could be given twice, nobody knows them.
  const auto newest = newest_id();
  if (!newest) return;
  next_id_ = *newest;
  constexpr std::size_t rows_at_once = 512;
  if (!rows_) rows_ = std::make_unique<Rows>(rows_at_once);
  many_ = true;
}

void KeyStore::put(const Row& row) {
  if (row.id == 0) {
    add_subject_.bind_null(1);
  } else {
    add_subject_.bind(1, row.id);
  }
  add_subject_.bind_blob(2, row.tag.view())
      .bind_blob(3, row.key.chars())
      .bind_blob(4, row.address)
      .bind(5, row.previous)
      .run();
  add_recent_.bind(1, sqlite3_last_insert_rowid(db_.raw())).bind_blob(2, row.index.view()).run();
}

void KeyStore::settle() {
  if (many_) rows_->wait(*this);
}

KeyStore::Subject KeyStore::add(NewSubject made, std::int64_t previous) {
  Row row{many_ ? ++next_id_ : 0,
          made.index,
          made.tag,
          master_ ? mask(*master_, made.tag, made.key.chars(), db_.name())
                  : SecretKey::copy_of(made.key.view()),
          std::move(made.address),
          previous};
  std::int64_t id = row.id;
  if (many_) {
    rows_->add(*this, std::move(row));
  } else {
    put(row);
    id = sqlite3_last_insert_rowid(db_.raw());
  }
  recent_[made.index] = id;
  if (indexes_) {
    indexes_->add(made.index);
    if (count_ >= indexes_->capacity()) indexes_.reset();
  }
  if (recent_from_ == 0) recent_from_ = id;
  recent_upto_ = id;
  met(made.tag, id);
  ++count_;
  return {id, made.tag, std::move(made.key), previous};
}

void KeyStore::commit_now() {
  folded_ = recent_.size() > most_recent;
  if (folded_) fold_now();
  if (count_ != count_stored_) put_meta("subjects", std::to_string(count_));
  db_.execute("COMMIT");
  if (std::exchange(checkpoint_, false)) checkpoint();
}

void KeyStore::checkpoint() noexcept {
  sqlite3_wal_checkpoint_v2(db_.raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

void KeyStore::start_commit(bool checkpoint) {
  checkpoint_ = checkpoint;
  if (!many_) return;
  rows_->then(*this, [this] { commit_now(); });
  committing_ = true;
}

void KeyStore::commit() {
  if (committing_) {
    rows_->wait(*this);
  } else {
    settle();
    commit_now();
  }
  many_ = false;
  committing_ = false;
  if (folded_) {
    recent_.clear();
    recent_from_ = 0;
  }
  count_stored_ = count_;
}

void KeyStore::rollback() {
  if (many_) rows_->cancel();  // what failed there is undone now
  many_ = false;
  committing_ = false;
  forget_tags();  // the ids of what is undone are given again
  if (db_.in_transaction()) sqlite3_exec(db_.raw(), "ROLLBACK", nullptr, nullptr, nullptr);
  // After some errors SQLite has rolled back already, and a COMMIT that failed may be kept.
  read_count();
  recent_.clear();
  recent_from_ = 0;
  recent_upto_ = 0;
  read_recent();
}

std::optional<std::int64_t> KeyStore::newest_id() {
  if (id_of_tag_) return std::nullopt;
  return db_.integer("SELECT coalesce(max(seq),0) FROM sqlite_sequence WHERE name='subject'");
}

void KeyStore::accept_lost(std::uint64_t lost, std::int64_t newest_id) {
  sqlite::Transaction transaction(db_);
  put_meta("lost", std::to_string(lost));
  const auto own = this->newest_id();
  if (own && *own < newest_id) {
    sqlite::Statement raise(db_, *own == 0
                                     ? "INSERT INTO sqlite_sequence(name,seq) VALUES('subject',?1)"
                                     : "UPDATE sqlite_sequence SET seq=?1 WHERE name='subject'");
    raise.bind(1, newest_id).run();
  }
  transaction.commit();
  lost_ = lost;
}

std::size_t KeyStore::sweep(std::int64_t upto, const std::function<bool(const Digest&)>& known) {
  std::vector<std::pair<std::int64_t, std::int64_t>> orphans;
  {
    // Only the newest can be orphans: what a damaged table of standing does not know below them is
    // a key that somebody's entries still need.
    sqlite::Statement rows(db_, "SELECT id,tag,previous FROM subject WHERE id>?1 ORDER BY id DESC");
    rows.bind(1, upto);
    while (rows.step()) {
      const auto tag = digest_from_bytes(rows.blob(1));
      if (!tag || known(*tag)) break;
      orphans.emplace_back(rows.integer(0), rows.integer(2));
    }
  }
  if (orphans.empty()) return 0;
  fold();
  sqlite::Transaction transaction(db_);
  // One pass over the numbers: without an index on `subject` a search for each orphan would read
  // the whole table each time, and a crash in a large import leaves many.
  std::map<std::int64_t, std::int64_t> before(orphans.begin(), orphans.end());
  std::vector<std::pair<std::string, std::int64_t>> moved;
  {
    sqlite::Statement rows(db_, "SELECT idx,subject FROM number");
    while (rows.step()) {
      std::int64_t id = rows.integer(1);
      if (!before.contains(id)) continue;
      for (auto found = before.find(id); found != before.end(); found = before.find(id)) {
        id = found->second;
      }
      moved.emplace_back(std::string(rows.blob(0)), id);
    }
  }
  sqlite::Statement back(db_, "UPDATE number SET subject=?2 WHERE idx=?1");
  sqlite::Statement unpoint(db_, "DELETE FROM number WHERE idx=?1");
  for (const auto& [index, id] : moved) {
    if (id != 0) {
      back.bind_blob(1, index).bind(2, id).run();
    } else {
      unpoint.bind_blob(1, index).run();
    }
  }
  sqlite::Statement drop(db_, "DELETE FROM subject WHERE id=?1");
  for (const auto& [id, previous] : orphans) drop.bind(1, id).run();
  count_ = static_cast<std::uint64_t>(db_.integer("SELECT count(*) FROM subject"));
  put_meta("subjects", std::to_string(count_));
  transaction.commit();
  count_stored_ = count_;
  return orphans.size();
}

}  // namespace consent
