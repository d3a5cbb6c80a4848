// A whole log as one text file, and a log's folder from such a file: docs/reference/format.md,
// "Entries as a file".

#include "consent/copy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <memory>
#include <set>
#include <system_error>
#include <unordered_map>

#include "consent/rebuild.hpp"
#include "consent/verify.hpp"
#include "crypto/base64.hpp"
#include "log/evidence.hpp"
#include "log/impl.hpp"
#include "log/open.hpp"
#include "log/schema.hpp"

namespace consent {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view magic = "consent-entries/v1";
constexpr std::string_view sealed_word = "sealed ";
constexpr std::size_t longest_line = std::size_t{1} << 20U;
constexpr std::uint64_t told_every = 4096;

[[noreturn]] void refuse(std::uint64_t seq, const Message& what) {
  throw BrokenLog(seq, Message("entries: seq {}: {}", seq, what));
}

/// Bytes of a sealed file to a line.
constexpr std::size_t piece = std::size_t{48} << 10U;

/// A file that this process makes, its owner's alone, and that no link can lead elsewhere.
class NewFile {
 public:
  explicit NewFile(const fs::path& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {
    if (fd_ < 0) failed();
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  NewFile& operator<<(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() >= flush_at) flush();
    return *this;
  }
  /// Durable when this returns.
  void finish() {
    flush();
    if (::fsync(fd_) != 0) failed();
  }

 private:
  [[noreturn]] static void failed() {
    throw Error(ErrorCode::storage, Message("entries: a file cannot be written: {}",
                                            Message(std::generic_category().message(errno))));
  }
  void flush() {
    std::string_view left = buffer_;
    while (!left.empty()) {
      const ssize_t put = ::write(fd_, left.data(), left.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) failed();
      left.remove_prefix(static_cast<std::size_t>(put));
    }
    buffer_.clear();
  }
  static constexpr std::size_t flush_at = std::size_t{1} << 20U;
  int fd_;
  std::string buffer_;
};

/// Commitments of the files that an entry names, in their order.
std::vector<Digest> files_named(const AnyEvent& said) {
  std::vector<Digest> named;
  const EventBase* const base = about_subject(said);
  if (base == nullptr) return named;
  for (const EvidenceFile& file : base->files) named.push_back(file.commitment);
  return named;
}

void sync_path(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

std::optional<std::uint64_t> read_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

/// Lines of the file, none of them without its end.
class Lines {
 public:
  explicit Lines(const fs::path& file) : in_(file, std::ios::binary) {
    if (!in_) throw Error(ErrorCode::storage, "entries: the file cannot be read");
  }
  /// nullopt at the end, and where the last line has none.
  std::optional<std::string_view> next() {
    line_.clear();
    std::array<char, 1U << 14U> part{};
    while (true) {
      in_.getline(part.data(), static_cast<std::streamsize>(part.size()));
      const auto got = static_cast<std::size_t>(in_.gcount());
      if (in_.eof()) return std::nullopt;
      if (in_.fail()) {  // the part is full and the line goes on
        if (got == 0) return std::nullopt;
        line_.append(part.data(), got);
        in_.clear();
        if (line_.size() > longest_line) return std::nullopt;
        continue;
      }
      line_.append(part.data(), got - 1);
      return line_;
    }
  }

 private:
  std::ifstream in_;
  std::string line_;
};

struct Header {
  std::uint64_t entries = 0;
  std::string note;
};

Header read_header(Lines& lines) {
  const auto line = lines.next();
  if (!line || !line->starts_with(magic) || line->size() <= magic.size() + 1) {
    throw Error(ErrorCode::invalid_argument, "entries: not a file of entries of this version");
  }
  const std::string_view rest = line->substr(magic.size() + 1);
  const std::size_t space = rest.find(' ');
  const auto count = read_count(rest.substr(0, std::min(space, rest.size())));
  auto note =
      space == std::string_view::npos ? std::nullopt : base64::decode(rest.substr(space + 1));
  if ((*line)[magic.size()] != ' ' || !count || !note) {
    throw Error(ErrorCode::invalid_argument, "entries: the first line is not as it must be");
  }
  return {*count, std::move(*note)};
}

/// Puts what stands in the file into a database of our schema, each entry behind the one before.
class Taker {
 public:
  Taker(sqlite::Connection& db, fs::path folder, std::uint64_t entries)
      : folder_(std::move(folder)),
        entries_(entries),
        entry_(db, "INSERT INTO entry(seq,prev,leaf,bytes,sealed) VALUES(?1,?2,?3,?4,?5)"),
        wording_(db, "INSERT INTO wording(hash,text) VALUES(?1,?2)"),
        checkpoint_(db, "INSERT INTO checkpoint(size,note) VALUES(?1,?2)"),
        evidence_(
            db, "INSERT INTO evidence(seq,place,commitment,opening,bytes) VALUES(?1,?2,?3,?4,?5)"),
        tree_(db) {}

  [[nodiscard]] const std::string& origin() const noexcept { return origin_; }
  /// REQUIRES: entry 0 was taken.
  [[nodiscard]] const KeyChain& keys() const { return *keys_; }
  [[nodiscard]] Digest root() const { return frontier_.root(); }
  /// Files of evidence that came, and that entries name and did not come.
  [[nodiscard]] std::uint64_t evidence() const noexcept { return came_; }
  [[nodiscard]] std::uint64_t evidence_missing() const noexcept { return named_ - came_; }

  /// `sealed` nullopt where the log keeps no details of it.
  void take_entry(std::string_view bytes, const std::optional<std::string>& sealed) {
    const std::uint64_t seq = frontier_.size();
    DecodedEntry decoded;
    AnyEvent said;
    try {
      decoded = decode_entry(bytes);
      said = decode_event(decoded);
    } catch (const Error& error) {
      refuse(seq, error.message());
    }
    const Entry& entry = decoded.entry;
    if (entry.seq != seq) refuse(seq, "another entry stands in its place");
    if (entry.prev != last_) {
      refuse(seq == 0 ? 0 : seq - 1, "is not the entry that the next one follows");
    }
    if (seq == 0) {
      if (entry.type != EventType::log_created) refuse(0, "is not the creation of a log");
      origin_ = entry.log;
      keys_.emplace(origin_, get_if<LogCreated>(said)->key);
    }
    if (entry.type == EventType::key_rotated) {
      keys_->rotate(seq, entry.prev, read_rotation(decoded.body));
    }
    if (entry.log != origin_) refuse(seq, "belongs to another log");
    entry_.bind(1, static_cast<std::int64_t>(seq))
        .bind_blob(2, entry.prev.view())
        .bind_blob(3, entry.leaf.view())
        .bind_blob(4, bytes);
    if (sealed) {
      entry_.bind_blob(5, *sealed).run();
    } else {
      entry_.bind_null(5).run();
    }
    frontier_.append(entry.leaf);
    last_ = entry.leaf;
    tree_.append(entry.leaf, frontier_.size());
    if (auto named = files_named(said); !named.empty()) {
      named_ += named.size();
      files_.emplace(seq, std::move(named));
    }
  }

  void take_other(std::string_view line) {
    const auto bad = [] {
      throw Error(ErrorCode::invalid_argument, "entries: a line behind them is not as it must be");
    };
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) bad();
    const std::string_view kind = line.substr(0, space);
    const std::string_view rest = line.substr(space + 1);
    if (kind == "evidence") return take_evidence(rest);
    if (kind == "file") return begin_file(rest);
    const auto bytes = base64::decode(rest);
    if (!bytes) bad();
    if (kind == "piece") return take_piece(*bytes);
    if (kind == "wording") {
      const Digest hash = sha256(*bytes);
      wording_.bind_blob(1, hash.view()).bind_text(2, *bytes).run();
    } else if (kind == "checkpoint") {
      const Checkpoint checkpoint = parse_checkpoint(note::verify(*bytes, keys_->keys()).text);
      if (checkpoint.size > entries_) bad();
      (void)note::verify(*bytes, {&keys_->at(checkpoint.size), 1});
      checkpoint_.bind(1, static_cast<std::int64_t>(checkpoint.size)).bind_text(2, *bytes).run();
    } else {
      bad();
    }
  }

  /// Nothing more comes: the last file must be whole.
  void finish() {
    if (!file_) return;
    if (left_ != 0) {
      throw Error(ErrorCode::invalid_argument, "entries: a file of evidence was cut off");
    }
    file_->finish();
    file_.reset();
    ++came_;
  }

 private:
  [[noreturn]] static void bad_evidence() {
    throw Error(ErrorCode::invalid_argument, "entries: a line of evidence is not as it must be");
  }
  static std::string_view word(std::string_view& rest) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    const std::string_view first = rest.substr(0, space);
    rest.remove_prefix(std::min(space + 1, rest.size()));
    return first;
  }

  /// SEQ PLACE COMMITMENT OPENING BYTES: only what the entry itself names, each once.
  void take_evidence(std::string_view rest) {
    const auto seq = read_count(word(rest));
    const auto place = read_count(word(rest));
    const auto commitment = digest_from_hex(word(rest));
    const auto opening = base64::decode(word(rest));
    const std::string_view inside = word(rest);
    if (!seq || !place || !commitment || !opening || inside.empty() || !rest.empty()) {
      bad_evidence();
    }
    const auto named = files_.find(*seq);
    if (named == files_.end() || *place == 0 || *place > named->second.size() ||
        named->second[*place - 1] != *commitment) {
      refuse(*seq, "evidence that the entry does not name");
    }
    evidence_.bind(1, static_cast<std::int64_t>(*seq))
        .bind(2, static_cast<std::int64_t>(*place))
        .bind_blob(3, commitment->view())
        .bind_blob(4, *opening);
    if (inside == "-") {
      evidence_.bind_null(5).run();
      beside_.insert(*commitment);
    } else {
      const auto bytes = base64::decode(inside);
      if (!bytes || bytes->empty()) bad_evidence();
      evidence_.bind_blob(5, *bytes).run();
      ++came_;
    }
  }

  /// COMMITMENT SIZE, and pieces behind it.
  void begin_file(std::string_view rest) {
    finish();
    const auto commitment = digest_from_hex(word(rest));
    const auto size = read_count(word(rest));
    // Once each, and only one that lies beside a log: no name but a commitment is ever a file's.
    if (!commitment || !size || *size == 0 || !rest.empty() || beside_.erase(*commitment) == 0) {
      bad_evidence();
    }
    const fs::path place = folder_ / "evidence";
    if (fs::create_directory(place)) fs::permissions(place, fs::perms::owner_all);
    file_ = std::make_unique<NewFile>(place / to_hex(*commitment));
    left_ = *size;
  }

  void take_piece(std::string_view bytes) {
    if (!file_ || bytes.size() > left_) bad_evidence();
    *file_ << bytes;
    left_ -= bytes.size();
  }

  fs::path folder_;
  std::uint64_t entries_;
  sqlite::Statement entry_, wording_, checkpoint_, evidence_;
  std::unordered_map<std::uint64_t, std::vector<Digest>> files_;  ///< that entries name, by seq
  std::set<Digest> beside_;  ///< of which the sealed bytes are yet to come
  std::unique_ptr<NewFile> file_;
  std::uint64_t left_ = 0;
  std::uint64_t named_ = 0;
  std::uint64_t came_ = 0;
  TileStore tree_;
  merkle::Frontier frontier_;
  Digest last_;
  std::string origin_;
  std::optional<KeyChain> keys_;
};

/// A sealed file that lies beside the log, as lines. @returns how many; 0 where it is not there:
/// its subject was erased, or it is lost.
std::uint64_t put_file(NewFile& out, const fs::path& folder, const Digest& commitment) {
  const fs::path place = EvidenceFolder(folder).find(commitment);
  if (place.empty()) return 0;
  std::ifstream in(place, std::ios::binary);
  std::error_code code;
  const std::uint64_t size = fs::file_size(place, code);
  if (!in || code || size == 0) return 0;
  out << "file " << to_hex(commitment) << " " << std::to_string(size) << "\n";
  std::uint64_t lines = 1;
  std::string bytes;
  for (std::uint64_t at = 0; at < size; at += piece, ++lines) {
    bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece, size - at)));
    if (!in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
      throw Error(ErrorCode::storage, "entries: a file of evidence cannot be read");
    }
    out << "piece " << base64::encode(bytes) << "\n";
  }
  return lines;
}

/// The folder, where it already holds this log up to the checkpoint or beyond.
bool holds(const fs::path& folder, const Checkpoint& wanted) {
  if (!fs::exists(folder / "log.db")) return false;
  const Log log = Log::open(folder, Access::read_only);
  return log.identity().origin == wanted.origin && log.size() >= wanted.size &&
         log.root_at(wanted.size) == wanted.root;
}

}  // namespace

Copied export_entries(Log& log, const fs::path& file,
                      const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  LogImpl& impl = LogAccess::of(log);
  const std::string signed_note = log.checkpoint();
  const note::VerifierKey key = log.verifier_key();
  const Checkpoint signed_to = parse_checkpoint(note::verify(signed_note, {&key, 1}).text);
  if (fs::is_symlink(fs::symlink_status(file))) {
    throw Error(ErrorCode::storage, "entries: a symbolic link is there; it is not written through");
  }
  Copied copied{signed_to.size, signed_to.root, signed_to.origin, key.text()};
  const fs::path part = file.string() + ".part";
  std::error_code code;
  fs::remove(part, code);
  try {
    NewFile out(part);
    const auto size = static_cast<std::int64_t>(signed_to.size);
    out << magic << " " << std::to_string(signed_to.size) << " " << base64::encode(signed_note)
        << "\n";
    std::uint64_t named = 0;
    log.for_each(0, signed_to.size, [&](const Entry& entry) {
      if (entry.subject) named += files_named(decode_event(entry)).size();
      out << entry.bytes << "\n";
      if (const auto sealed = impl.sealed_at(entry.seq)) {
        out << sealed_word << base64::encode(*sealed) << "\n";
      }
      if (entry.seq % told_every == 0 && progress) progress(entry.seq, signed_to.size);
    });
    std::uint64_t behind = 0;
    std::set<Digest> beside;
    {
      const std::lock_guard lock(impl.reading);
      sqlite::Statement wordings(impl.db, "SELECT text FROM wording ORDER BY hash");
      for (; wordings.step(); ++behind) {
        out << "wording " << base64::encode(wordings.blob(0)) << "\n";
      }
      // A log opened to read signs and keeps nothing; the copy keeps what it was signed by, so that
      // it can be handed on.
      bool kept = false;
      sqlite::Statement notes(impl.db,
                              "SELECT note,size FROM checkpoint WHERE size<=?1 ORDER BY size");
      for (notes.bind(1, size); notes.step(); ++behind) {
        out << "checkpoint " << base64::encode(notes.blob(0)) << "\n";
        kept = kept || notes.integer(1) == size;
      }
      if (!kept) {
        out << "checkpoint " << base64::encode(signed_note) << "\n";
        ++behind;
      }
      if (impl.db.integer("SELECT count(*) FROM sqlite_schema WHERE name='evidence'") != 0) {
        sqlite::Statement rows(impl.db,
                               "SELECT seq,place,commitment,opening,bytes FROM evidence "
                               "WHERE seq<?1 ORDER BY seq,place");
        for (rows.bind(1, size); rows.step(); ++behind) {
          const Digest commitment = digest_from_bytes(rows.blob(2)).value_or(Digest{});
          out << "evidence " << std::to_string(rows.integer(0)) << " "
              << std::to_string(rows.integer(1)) << " " << to_hex(commitment) << " "
              << base64::encode(rows.blob(3)) << " ";
          if (rows.is_null(4)) {
            out << "-\n";
            beside.insert(commitment);
          } else {
            out << base64::encode(rows.blob(4)) << "\n";
            ++copied.evidence;
          }
        }
      }
    }
    // Without the lock: a large file must not keep others waiting.
    for (const Digest& commitment : beside) {
      if (const std::uint64_t lines = put_file(out, impl.folder, commitment)) {
        behind += lines;
        ++copied.evidence;
      }
    }
    copied.evidence_missing = named - std::min(named, copied.evidence);
    out << "end " << std::to_string(behind) << "\n";
    out.finish();
    fs::rename(part, file, code);
    if (code) throw Error(ErrorCode::storage, "entries: the file cannot be put in place");
  } catch (...) {
    fs::remove(part, code);
    throw;
  }
  return copied;
}

Copied import_entries(const fs::path& file, const fs::path& folder,
                      std::span<const note::VerifierKey> trusted,
                      const std::function<void(std::uint64_t, std::uint64_t)>& progress,
                      Entropy& entropy) {
  Lines lines(file);
  const Header header = read_header(lines);
  const fs::path absolute = fs::absolute(folder).lexically_normal();
  const fs::path named = absolute.has_filename() ? absolute : absolute.parent_path();
  std::error_code code;
  if (!fs::is_directory(named.parent_path(), code)) {
    throw Error(ErrorCode::storage, "log: the folder above it does not exist");
  }
  std::string random(8, '\0');
  entropy.fill({reinterpret_cast<std::uint8_t*>(random.data()), random.size()});
  const fs::path made =
      named.string() + ".making-" + to_hex(sha256(random)).substr(0, random.size());
  if (!fs::create_directory(made, code)) {
    throw Error(ErrorCode::storage,
                Message("log: the folder cannot be made: {}", Message(code.message())));
  }
  Copied copied;
  try {
    fs::permissions(made, fs::perms::owner_all);
    {
      auto db = sqlite::Connection::open(made / "log.db", sqlite::Mode::create);
      db.execute("PRAGMA journal_mode=WAL");
      sqlite::Transaction transaction(db);
      db.execute(schema::log);
      const std::string pragma = "PRAGMA application_id=" + std::to_string(schema::application_id) +
                                 "; PRAGMA user_version=" + std::to_string(schema::version);
      db.execute(pragma.c_str());
      Taker taker(db, made, header.entries);
      auto line = lines.next();
      for (std::uint64_t seq = 0; seq < header.entries; ++seq) {
        if (!line || !line->starts_with('{')) {
          refuse(seq, "is missing: the file was cut off, or a line was taken out");
        }
        const std::string entry(*line);
        std::optional<std::string> sealed;
        line = lines.next();
        if (line && line->starts_with(sealed_word)) {
          sealed = base64::decode(line->substr(sealed_word.size()));
          if (!sealed) refuse(seq, "what is sealed beside it is not as it must be");
          line = lines.next();
        }
        taker.take_entry(entry, sealed);
        if (seq % told_every == 0 && progress) progress(seq, header.entries);
      }
      if (header.entries == 0) refuse(0, "is missing: no log is without its first entry");
      const note::VerifierKey& signer = taker.keys().at(header.entries);
      const Checkpoint signed_to = parse_checkpoint(note::verify(header.note, {&signer, 1}).text);
      if (!trusted.empty() && !taker.keys().is_reached(signer, trusted)) {
        throw ProofError("note: no given key has signed it");
      }
      if (signed_to.origin != taker.origin()) {
        refuse(0, "the checkpoint is another log's");
      }
      if (signed_to.size != header.entries || signed_to.root != taker.root()) {
        refuse(header.entries - 1, "the entries up to here are not those that were signed");
      }
      std::uint64_t behind = 0;
      for (;; line = lines.next()) {
        if (!line) refuse(header.entries, "the file was cut off behind the entries");
        if (*line == "end " + std::to_string(behind)) break;
        if (line->starts_with("{")) refuse(header.entries, "an entry beyond those signed");
        taker.take_other(*line);
        ++behind;
      }
      if (lines.next()) refuse(header.entries, "something stands behind the end");
      taker.finish();
      copied = {signed_to.size, signed_to.root, signed_to.origin, signer.text()};
      copied.evidence = taker.evidence();
      copied.evidence_missing = taker.evidence_missing();
      transaction.commit();
    }
    const Checkpoint whole{copied.origin, copied.entries, copied.root};
    if (fs::exists(named, code) && !(fs::is_directory(named, code) && fs::is_empty(named, code))) {
      if (!holds(named, whole)) {
        throw Error(ErrorCode::storage, "log: the folder exists and holds something else");
      }
      copied.already_there = true;
      fs::remove_all(made, code);
      return copied;
    }
    (void)rebuild(made);
    // What no head acknowledged and no key of ours signed opens read-only: two logs of one name
    // must not both go on.
    fs::remove(made / "head");
    const Verification verified = verify_log(made, trusted);
    if (verified.verdict == ProofVerdict::refuted) {
      refuse(verified.problem->seq, verified.problem->what);
    }
  } catch (...) {
    fs::remove_all(made, code);
    throw;
  }
  if (fs::exists(made / "evidence", code)) sync_path(made / "evidence");
  sync_path(made);
  fs::rename(made, named, code);
  if (code) {
    std::error_code ignored;
    fs::remove_all(made, ignored);
    throw Error(ErrorCode::storage,
                Message("log: the folder cannot be put in place: {}", Message(code.message())));
  }
  sync_path(named.parent_path());
  return copied;
}

}  // namespace consent
