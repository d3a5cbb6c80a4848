// How a backup comes into the place of a log, and what it must forget again.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "base/decimal.hpp"
#include "consent/restore.hpp"
#include "consent/verify.hpp"
#include "event/rotation.hpp"
#include "log/evidence.hpp"
#include "log/impl.hpp"
#include "log/open.hpp"
#include "log/soundness.hpp"
#include "standing/callers.hpp"
#include "tlog/key_chain.hpp"
#include "tlog/note.hpp"

namespace consent {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_seq = std::uint64_t{1} << 53U;

void sync(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) throw Error(ErrorCode::storage, "restore: cannot be opened to be made durable");
  const int code = ::fsync(fd);
  ::close(fd);
  if (code != 0) throw Error(ErrorCode::storage, "restore: cannot be made durable");
}

/// What the log says of itself at its beginning, as the backup has it.
struct Origin {
  std::string name;
  std::optional<KeyChain> keys;
  std::uint64_t size = 0;
  Digest first, last;  ///< leaves
};

/// What folders of the log as it was later still tell.
struct Later {
  std::map<Digest, RecordedErasure> erased;
  std::uint64_t size = 0;  ///< as far as anything says
  bool head = false;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> unread;
};

std::optional<Digest> leaf_at(sqlite::Connection& db, std::uint64_t seq) {
  try {
    sqlite::Statement row(db, "SELECT leaf FROM entry WHERE seq=?1");
    if (!row.bind(1, static_cast<std::int64_t>(seq)).step()) return std::nullopt;
    return digest_from_bytes(row.blob(0));
  } catch (const Error&) {
    return std::nullopt;
  }
}

void take_erasure(const Entry& entry, Later& later) {
  const AnyEvent said = decode_event(entry);
  const SubjectErased& event = *get_if<SubjectErased>(said);
  RecordedErasure erased{entry.subject->tag, event.ground, event.scope, event.happened, {}};
  if (event.request) erased.request = event.request->sha256;
  later.erased.emplace(erased.tag, std::move(erased));
}

/// Reads as many entries of a damaged log as can be read, one by one: a page that is gone takes
/// only its own along. @throws Error (invalid_argument) where it is another log.
void read_later(const fs::path& folder, const Origin& origin, std::uint64_t upto, Later& later) {
  std::optional<sqlite::Connection> db;
  std::uint64_t end = upto;
  std::uint64_t from = origin.size;
  try {
    if (fs::exists(folder / "log.db")) {
      db = open_log_for_reading(folder / "log.db");
      const std::int64_t size = db->integer("SELECT coalesce(max(seq),-1)+1 FROM entry");
      end = std::max(end, std::min(static_cast<std::uint64_t>(size), most_seq));
    }
  } catch (const Error&) {
    if (db && !leaf_at(*db, 0)) db.reset();  // nothing of it can be read
  }
  if (db) {
    const auto first = leaf_at(*db, 0);
    if (first && *first != origin.first) {
      throw Error(ErrorCode::invalid_argument,
                  Message("restore: {} is not the backup's log", folder.filename().string()));
    }
    // One that went another way before the backup was made may know other erasures.
    const auto last = leaf_at(*db, origin.size - 1);
    if (last && *last != origin.last) from = 1;
  }
  later.size = std::max(later.size, end);
  sqlite::Statement row;
  if (db) {
    try {
      row = sqlite::Statement(*db, "SELECT leaf,bytes FROM entry WHERE seq=?1");
    } catch (const Error&) {
      db.reset();
    }
  }
  for (std::uint64_t seq = from; seq < end; ++seq) {
    bool read = false;
    try {
      if (db) {
        row.reset();
        if (row.bind(1, static_cast<std::int64_t>(seq)).step()) {
          const Entry entry = read_entry(static_cast<std::int64_t>(seq), row.blob(0), row.blob(1));
          if (entry.log == origin.name) {
            if (entry.type == EventType::subject_erased && entry.subject) {
              take_erasure(entry, later);
            }
            read = true;
          }
        }
      }
    } catch (const Error&) {
      read = false;
    }
    if (read) continue;
    if (!later.unread.empty() && later.unread.back().second == seq) {
      ++later.unread.back().second;
    } else {
      later.unread.emplace_back(seq, seq + 1);
    }
  }
  if (db) row.reset();
}

/// The log's own keys as they were later, where they are whole. They know every erasure.
std::optional<KeyStore> own_keys(const fs::path& folder, const Origin& origin,
                                 const LogOptions& options) {
  std::error_code code;
  if (!fs::exists(folder / "keys.db", code)) return std::nullopt;
  try {
    auto keys =
        KeyStore::open(folder / "keys.db", sqlite::Mode::read, origin.name, options.passphrase);
    if (keys.expires() || !keys.is_whole() ||
        !origin.keys->holds(note::verifier_key(origin.name, keys.signing_key().public_key()))) {
      return std::nullopt;
    }
    return keys;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::crypto) throw;
    return std::nullopt;
  }
}

bool is_damaged(const fs::path& folder, const LogOptions& options) {
  std::error_code code;
  if (!fs::exists(folder / "keys.db", code)) return true;
  try {
    LogOptions reading = options;
    reading.access = Access::read_only;
    if (!Log::open(folder, reading).impairment().empty()) return true;
    return verify_log(folder, {}).verdict == ProofVerdict::refuted;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::crypto || error.code() == ErrorCode::locked) throw;
    return true;
  }
}

void copy_evidence(const fs::path& made, const std::vector<fs::path>& sources) {
  auto db = open_log_for_reading(made / "log.db");
  if (db.integer("SELECT count(*) FROM sqlite_schema WHERE name='evidence'") == 0) return;
  sqlite::Statement rows(db, "SELECT DISTINCT commitment FROM evidence WHERE bytes IS NULL");
  const fs::path place = made / "evidence";
  while (rows.step()) {
    const auto commitment = digest_from_bytes(rows.blob(0));
    if (!commitment) continue;
    for (const fs::path& source : sources) {
      const fs::path file = EvidenceFolder(source).find(*commitment);
      if (file.empty()) continue;
      if (fs::create_directory(place)) fs::permissions(place, fs::perms::owner_all);
      fs::copy_file(file, place / to_hex(*commitment));
      sync(place / to_hex(*commitment), O_RDONLY);
      break;
    }
  }
  if (fs::exists(place)) sync(place, O_RDONLY | O_DIRECTORY);
}

Origin read_backup(const fs::path& backup) {
  std::error_code code;
  if (!fs::exists(backup / "log.db", code)) {
    throw Error(ErrorCode::storage, "restore: there is no backup in the folder named");
  }
  const Verification verified = verify_log(backup, {});
  if (verified.verdict == ProofVerdict::refuted) {
    throw Error(ErrorCode::storage, Message("restore: the backup itself does not verify: {}",
                                            verified.problem ? verified.problem->what : Message()));
  }
  auto db = open_log_for_reading(backup / "log.db");
  Origin origin;
  sqlite::Statement first(db, "SELECT leaf,bytes FROM entry WHERE seq=0");
  if (!first.step()) throw Error(ErrorCode::storage, "restore: the backup holds no entry");
  const Entry entry = read_entry(0, first.blob(0), first.blob(1));
  origin.name = entry.log;
  origin.first = entry.leaf;
  const AnyEvent said = decode_event(entry);
  origin.keys.emplace(entry.log, get_if<LogCreated>(said)->key);
  for (const std::uint64_t seq : callers::from_value(listed_rotations(db))) {
    sqlite::Statement row(db, "SELECT leaf,bytes FROM entry WHERE seq=?1");
    if (!row.bind(1, static_cast<std::int64_t>(seq)).step()) break;
    const DecodedEntry rotated = decode_entry(row.blob(1));
    origin.keys->rotate(seq, rotated.entry.prev, read_rotation(rotated.body));
  }
  origin.size = static_cast<std::uint64_t>(db.integer("SELECT max(seq)+1 FROM entry"));
  origin.last = leaf_at(db, origin.size - 1).value_or(Digest{});
  return origin;
}

std::string stamp(Instant now) {
  std::string text = to_text(now).substr(0, 19);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + "Z";
}

/// Acts of destruction are kept for years, whatever becomes of the log. One of an entry that is
/// gone gets a name of its own, so that a later entry's act finds its place free.
void copy_acts(const fs::path& made, const std::vector<fs::path>& sources, std::uint64_t size,
               const std::string& now) {
  for (const fs::path& source : sources) {
    std::error_code code;
    if (!fs::is_directory(source / "acts", code)) continue;
    const fs::path place = made / "acts";
    if (fs::create_directory(place)) fs::permissions(place, fs::perms::owner_all);
    for (const auto& file : fs::directory_iterator(source / "acts")) {
      if (!file.is_regular_file()) continue;
      std::string name = file.path().stem().string();
      if (const auto seq = to_count(name); seq && *seq >= size) name += "-lost-" + now;
      const fs::path copy = place / (name + file.path().extension().string());
      if (fs::copy_file(file.path(), copy, fs::copy_options::skip_existing)) sync(copy, O_RDONLY);
    }
    sync(place, O_RDONLY | O_DIRECTORY);
  }
}

}  // namespace

Restored restore_from(const fs::path& folder, const RestoreOrder& order, Instant now,
                      const LogOptions& options, Entropy& entropy) {
  LogRestored named;
  named.reason = order.reason;
  named.incarnation = std::string(16, '\0');
  validate(LogEvent(named));
  std::error_code code;
  const fs::path absolute = fs::absolute(folder).lexically_normal();
  const fs::path place = absolute.has_filename() ? absolute : absolute.parent_path();
  const bool there = fs::symlink_status(place, code).type() != fs::file_type::not_found &&
                     !(fs::is_directory(place, code) && fs::is_empty(place, code));
  LogOptions with = options;
  with.now = now;
  with.access = Access::write;
  HeadFile held;  // while this goes on, nobody writes the log in whose place the backup comes
  if (there) {
    const auto has = [&](const char* name) { return fs::exists(place / name, code); };
    if (!fs::is_directory(place, code) || !(has("log.db") || has("keys.db") || has("head"))) {
      throw Error(ErrorCode::invalid_argument,
                  "restore: something else than a log is there; it is not moved");
    }
    if (has("head")) held = HeadFile::open_for_writing(place / "head", options.wait);
    if (!is_damaged(place, with)) {
      throw Error(ErrorCode::invalid_argument,
                  "restore: the log there is not damaged; a backup would only lose entries");
    }
  }
  const Origin origin = read_backup(order.backup);

  // What is known of the time after the backup.
  std::vector<fs::path> sources;
  if (there) sources.push_back(place);
  sources.insert(sources.end(), order.newer.begin(), order.newer.end());
  for (const fs::path& each : order.newer) {
    if (!fs::is_directory(each, code)) {
      throw Error(ErrorCode::invalid_argument, "restore: a newer folder named is not there");
    }
  }
  Later later;
  later.size = origin.size;
  std::optional<fs::path> head;
  std::uint64_t acknowledged = origin.size;
  for (const fs::path& each : sources) {
    if (const auto state = HeadFile::read(each / "head")) {
      if (!head || state->size > acknowledged) head = each / "head";
      // The lost log's own says where it ended; a copy's says where that copy did, and one that
      // stands before the backup was not kept up.
      if (there && each == place && state->size >= origin.size) later.head = true;
      acknowledged = std::max(acknowledged, std::min(state->size, most_seq));
    }
  }
  for (const fs::path& each : sources) {
    if (auto keys = own_keys(each, origin, with)) {
      acknowledged = std::max(acknowledged, std::min(keys->log_size_seen(), most_seq));
    }
  }
  if (!options.second_head.empty()) {
    if (const auto state = HeadFile::read(options.second_head)) {
      if (state->size >= origin.size) later.head = true;
      acknowledged = std::max(acknowledged, std::min(state->size, most_seq));
    }
  }
  for (const fs::path& each : sources) read_later(each, origin, acknowledged, later);
  if (sources.empty() && acknowledged > origin.size) {
    later.unread.emplace_back(origin.size, acknowledged);
  }
  later.size = std::max(later.size, acknowledged);

  Restored done;
  done.size = origin.size;
  done.lost_from = origin.size;
  done.lost_to = later.size;
  done.end_known = later.head;
  done.unread = later.unread;

  const fs::path made = place.string() + ".restoring-" + std::to_string(::getpid());
  if (!fs::create_directory(made, code)) {
    throw Error(ErrorCode::storage, "restore: the folder cannot be made beside the log's place");
  }
  try {
    fs::permissions(made, fs::perms::owner_all);
    open_log_for_reading(order.backup / "log.db").copy_to(made / "log.db");
    for (const fs::path& each : sources) {
      if (auto keys = own_keys(each, origin, with)) {
        keys->connection().copy_to(made / "keys.db");
        done.own_keys = true;
        break;
      }
    }
    if (!done.own_keys) {
      if (!fs::exists(order.backup / "keys.db", code)) {
        throw Error(ErrorCode::storage,
                    "restore: neither the backup nor the damaged log has a keys.db that can be "
                    "read; without keys the log can be verified and not written");
      }
      auto keys = KeyStore::open(order.backup / "keys.db", sqlite::Mode::read, origin.name,
                                 options.passphrase);
      const auto expires = keys.expires();
      if (!expires) {
        throw Error(
            ErrorCode::invalid_argument,
            "restore: what is given as a backup is a log with keys of its own, which may go "
            "on; a folder that was copied by hand is put in the place of the log");
      }
      if (now >= *expires) {
        throw Error(ErrorCode::storage,
                    Message("restore: the backup's keys expired at {}: people may have been erased "
                            "since, and they would come back; destroy the copy",
                            to_text(*expires)));
      }
      keys.connection().copy_to(made / "keys.db");
    }
    {
      auto keys = KeyStore::open(made / "keys.db", sqlite::Mode::write, origin.name,
                                 options.passphrase, entropy);
      keys.lift_expiry();
    }
    if (head) fs::copy_file(*head, made / "head");
    std::vector<fs::path> with_evidence = sources;
    with_evidence.push_back(order.backup);
    copy_evidence(made, with_evidence);
    copy_acts(made, with_evidence, origin.size, stamp(now));

    const LogImpl::Restoring restoring{order.reason, now, true, later.size, !later.head};
    auto impl = LogImpl::open(made, with, &restoring, entropy);
    done.seq = impl->size_now() - (impl->rotating ? 2 : 1);
    std::set<Digest> keyless;
    {
      const LogImpl::Reading reading(*impl);
      keyless = impl->without_key();
    }
    for (const Digest& tag : order.erased) {
      later.erased.emplace(tag, RecordedErasure{tag, "destruction_act", {}, now, {}});
    }
    for (const Digest& tag : keyless) {
      later.erased.emplace(tag, RecordedErasure{tag, "key_is_gone", {}, now, {}});
    }
    for (const auto& [tag, erased] : later.erased) {
      std::optional<KeyStore::Subject> subject;
      {
        const LogImpl::Reading reading(*impl);
        const auto kept = impl->kept->read(tag);
        if (!kept) {
          if (!done.own_keys) ++done.unknown_erased;
          continue;
        }
        if (kept->standing.erased()) continue;
        subject = impl->keys->by_tag(tag);
      }
      impl->writer->alone([&, &tag = tag, &erased = erased] {
        if (!subject) {
          impl->writer->record_erased(erased, now);
          return;
        }
        SubjectErased event{{impl->keys->number_of(*subject), std::min(erased.happened, now)}};
        event.ground = erased.ground;
        event.scope = erased.scope;
        if (erased.request) event.request = FileHash{*erased.request};
        (void)impl->writer->erase(event, tag, now);
      });
      done.erased.push_back(tag);
    }
    impl.reset();
    {
      LogOptions reading = with;
      reading.access = Access::read_only;
      const Log check = Log::open(made, reading);
      if (!check.impairment().empty()) {
        throw Error(ErrorCode::storage,
                    Message("restore: what was put together is not whole: {}", check.impairment()));
      }
    }
    if (const auto verified = verify_log(made, {}); verified.verdict == ProofVerdict::refuted) {
      throw Error(ErrorCode::storage, "restore: what was put together does not verify");
    }
    for (const char* left : {"log.db-wal", "log.db-shm", "keys.db-wal", "keys.db-shm"}) {
      fs::remove(made / left, code);
    }
    for (const char* file : {"log.db", "keys.db", "head"}) sync(made / file, O_RDONLY);
    sync(made, O_RDONLY | O_DIRECTORY);

    if (there) {
      done.aside = place.string() + ".damaged-" + stamp(now);
      if (fs::exists(fs::symlink_status(done.aside, code))) {
        throw Error(ErrorCode::storage, "restore: the place for the damaged folder is taken");
      }
      if (::rename(place.c_str(), done.aside.c_str()) != 0) {
        throw Error(ErrorCode::storage, "restore: the damaged folder cannot be put aside");
      }
    }
    if (::rename(made.c_str(), place.c_str()) != 0) {
      if (there) (void)::rename(done.aside.c_str(), place.c_str());
      throw Error(ErrorCode::storage, "restore: the log cannot be put in its place");
    }
    // Whoever mapped the head that was put aside sees that it moved, and finds the new one.
    if (held.is_open()) held.touch();
    sync(place.parent_path(), O_RDONLY | O_DIRECTORY);
    done.keys_aside = there && fs::exists(done.aside / "keys.db", code);
    return done;
  } catch (...) {
    fs::remove_all(made, code);
    throw;
  }
}

}  // namespace consent
