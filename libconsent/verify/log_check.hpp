#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "consent/error.hpp"
#include "consent/log.hpp"
#include "consent/verify.hpp"
#include "crypto/digest_hash.hpp"
#include "event/decode.hpp"
#include "event/encode.hpp"
#include "keys/keys.hpp"
#include "log/head.hpp"
#include "log/open.hpp"
#include "log/schema.hpp"
#include "sqlite/sqlite.hpp"
#include "standing/clock.hpp"
#include "standing/standing.hpp"

/// The check of a whole log. docs/reference/verify.md has its steps by number.
namespace consent::verifying {

namespace fs = std::filesystem;

struct Refuted {
  std::uint64_t seq;
  Message what;
};

[[noreturn]] inline void refute(std::uint64_t seq, const Message& what) {
  throw Refuted{seq, what};
}

inline constexpr std::uint64_t no_entry = ~std::uint64_t{0};

// A subject's entries inside one part of the log. What its first one claims of the entries before
// is checked when the parts are joined.
struct Subject {
  std::uint64_t first = 0;        ///< seq of the first entry here
  std::uint64_t claimed_seq = 0;  ///< its subject.seq
  std::int64_t claimed_prev = -1;
  std::uint64_t count = 0;
  std::int64_t last = -1;
  std::uint64_t kept_count = 0;  ///< of those that the derived table covers
  std::int64_t kept_last = -1;
  std::uint64_t ordinary = no_entry;  ///< first that may not follow a reassignment
  SubjectStanding standing;
};

/// Sealed details that an entry commits to.
struct NamedDetails {
  std::uint64_t seq;
  Digest commitment;
  Digest tag;  ///< of the subject; none: under the log's own key
};

/// What a checkpoint or receipt that was handed out says of the log.
struct Given {
  std::uint64_t size = 0;
  Digest root;
  std::optional<std::pair<std::uint64_t, Digest>> entry{};  ///< of a receipt: seq and leaf
};

/// A file that an entry names.
struct NamedEvidence {
  std::uint64_t seq;
  std::int64_t place;  ///< from 1
  Digest commitment;
  Digest tag;  ///< of the subject
};

using standing::most_clock_drift;

inline constexpr std::uint64_t worth_a_thread = 20000;

// The file mapped: a scan of all of it copies no pages.
inline sqlite::Connection open_to_scan(const fs::path& file) {
  auto db = open_log_for_reading(file);
  db.execute("PRAGMA mmap_size=8589934592");
  return db;
}

// One run of entries, checked by one thread from its own connection.
struct Part {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t kept_upto = 0;  ///< the derived table covers the entries below
  Digest prev;                  ///< what the first entry names as the leaf before it
  std::vector<Digest> leaves;
  std::unordered_map<Digest, Subject, DigestHash> subjects;
  Terms terms;
  std::unordered_map<Digest, std::uint64_t, DigestHash> wordings;
  std::vector<NamedEvidence> evidence;
  bool wants_details = false;  ///< keys.db is here
  std::vector<NamedDetails> details;
  std::vector<std::uint64_t> clock_steps;                         ///< seq of clock.step
  std::vector<std::uint64_t> assigned;                            ///< seq of caller.assigned
  std::vector<std::pair<std::uint64_t, std::uint64_t>> released;  ///< seq, and what it ends
  std::string origin, key, incarnation;
  Instant first_at{}, last_at = Instant::min();
  std::uint64_t backwards = 0, first_backwards = 0;
  std::vector<std::uint64_t> restores;  ///< seq of log.restored
  std::optional<Refuted> refuted;

  void check(sqlite::Connection& db, const std::function<void()>& advanced) {
    try {
      run(db, advanced);
    } catch (const Refuted& found) {
      refuted = found;
    }
  }

 private:
  void run(sqlite::Connection& db, const std::function<void()>& advanced) {
    leaves.reserve(last - first);
    sqlite::Statement rows(
        db, "SELECT seq,prev,leaf,bytes FROM entry WHERE seq>=?1 AND seq<?2 ORDER BY seq");
    rows.bind(1, static_cast<std::int64_t>(first)).bind(2, static_cast<std::int64_t>(last));
    Digest before;
    for (std::uint64_t seq = first; seq < last; ++seq) {
      // (1) Rows stand in order, without gaps.
      if (!rows.step() || rows.integer(0) != static_cast<std::int64_t>(seq)) {
        refute(seq, "entry is missing");
      }
      // (2) The stored bytes are hashed before anything in them is believed.
      DecodedEntry decoded;
      AnyEvent said;
      try {
        decoded = decode_entry(rows.blob(3));
        said = decode_event(decoded);
      } catch (const Error& error) {
        refute(seq, error.message());
      }
      const Entry& entry = decoded.entry;
      if (entry.leaf.view() != rows.blob(2))
        refute(seq, "content does not hash to the stored leaf");
      // (3) Each entry names its own place, its log and the entry before.
      if (entry.seq != seq) refute(seq, "names another sequence number");
      if (rows.blob(1) != entry.prev.view()) refute(seq, "does not follow the entry before it");
      if (seq == first) {
        prev = entry.prev;
        origin = entry.log;
        first_at = entry.recorded;
      } else if (entry.prev != before) {
        refute(seq, "does not follow the entry before it");
      }
      if (entry.log != origin) refute(seq, "belongs to another log");
      if ((seq == 0) != (entry.type == EventType::log_created)) {
        refute(seq, seq == 0 ? "is not the creation of a log" : "creates the log a second time");
      }
      if (const auto* const created = get_if<LogCreated>(said)) {
        key = created->key;
        incarnation = created->incarnation;
      }
      if (const auto* const begun = get_if<LogRestored>(said)) {
        incarnation = begun->incarnation;
        restores.push_back(seq);
      }
      if (entry.type == EventType::clock_step) clock_steps.push_back(seq);
      if (entry.type == EventType::caller_assigned) assigned.push_back(seq);
      if (const auto* const ends = get_if<CallerReleased>(said)) {
        released.emplace_back(seq, ends->of);
      }
      // (4) Each subject's own chain.
      if (entry.subject) subject_entry(entry, said);
      if (entry.type != EventType::clock_step && entry.recorded + most_clock_drift < last_at &&
          seq > first && backwards++ == 0) {
        first_backwards = seq;
      }
      last_at = entry.recorded;
      before = entry.leaf;
      if (wants_details) {
        const EventBase* const base = about_subject(said);
        const auto* const created = get_if<LogCreated>(said);
        const auto commitment = base != nullptr      ? std::optional(base->details)
                                : created != nullptr ? created->details
                                                     : std::nullopt;
        if (commitment) {
          details.push_back({seq, *commitment, entry.subject ? entry.subject->tag : Digest{}});
        }
      }
      if (const Wording* const wording = wording_of(said); wording && !is_empty(*wording)) {
        wordings.emplace(hash_of(*wording), seq);
      }
      if (const EventBase* const base = about_subject(said)) {
        std::int64_t place = 0;
        for (const EvidenceFile& file : base->files) {
          evidence.push_back({seq, ++place, file.commitment, entry.subject->tag});
        }
      }
      leaves.push_back(entry.leaf);
      advanced();
    }
  }

  void subject_entry(const Entry& entry, const AnyEvent& said) {
    const auto [found, added] = subjects.try_emplace(entry.subject->tag);
    Subject& subject = found->second;
    const auto seq = entry.seq;
    if (added) {
      subject.first = seq;
      subject.claimed_seq = entry.subject->seq;
      subject.claimed_prev = entry.subject->prev;
      subject.standing.tag = entry.subject->tag;
    } else {
      if (!may_follow(subject.standing, entry.type)) refute(seq, closed_text);
      if (entry.subject->seq != subject.claimed_seq + subject.count) refute(seq, count_text);
      if (entry.subject->prev != subject.last) refute(seq, chain_text);
    }
    if (!is_about_record(entry.type) && subject.ordinary == no_entry) subject.ordinary = seq;
    subject.count += 1;
    subject.last = static_cast<std::int64_t>(seq);
    if (seq < kept_upto) {
      subject.kept_count = subject.count;
      subject.kept_last = subject.last;
    }
    if (const auto* const event = std::get_if<Event>(&said)) {
      append_clauses(entry, *event, {}, terms, subject.standing);
    }
  }

 public:
  static constexpr const char* closed_text =
      "speaks of a subject that was closed by reassignment or erasure";
  static constexpr const char* count_text = "its subject's count does not fit";
  static constexpr const char* chain_text = "its subject's chain does not fit";
};

/// A verifier of its own: it shares the hash, the reader of canonical JSON and append_clauses()
/// with the writer, and no code that writes.
class LogCheck {
 public:
  LogCheck(const fs::path& file, bool alone, sqlite::Connection& db, Verification& result,
           const VerifyOptions& options)
      : file_(file), alone_(alone), db_(db), result_(result), options_(options) {}

  void run(std::span<const note::VerifierKey> trusted, const std::optional<HeadState>& head);

 private:
  void entries();

  /// Opens keys.db, if it is here and can be opened.
  void open_keys();

  /// How many entries the newest one promises, which is looked up and not counted; where the file
  /// has no room for so many, those that are there: the gap lies among them.
  std::uint64_t count_entries();

  /// The derived table may be behind the entries; it says itself up to where it goes.
  void read_mark(std::uint64_t all);

  /// Puts a part behind those before it. The first thing wrong by seq is what counts, whether the
  /// part's own thread found it or it shows only here.
  void join(Part& part);

  /// (5) The root at every size that was signed or acknowledged.
  void roots(const std::optional<HeadState>& head);

  void tree(sqlite::Connection& db);

  /// The tree and the standing do not need each other: two threads on a long log. What is told is
  /// the same as if one came after the other.
  void tree_and_standing(const std::function<void()>& between);

  void keys_to_trust(std::span<const note::VerifierKey> trusted);

  void checkpoints();

  /// Reads what was handed out, before the tree is built.
  void read_given();

  /// (12) The log extends every checkpoint and receipt that was handed out.
  void against_given();

  /// (13) Every sealed detail opens, and is what its entry committed to.
  void details();

  /// (14) Every entry is covered by the owner's keys.
  void coverage();

  void against_head(const std::optional<HeadState>& head);

  void standing();

  void state();

  /// Whether the derived tables were written with the keys that are here.
  void kept_macs();

  void wordings();

  void evidence();

 public:
  /// Something is not here that should be, and nothing contradicts.
  [[nodiscard]] const std::optional<Refuted>& lacking() const noexcept { return lacking_; }

 private:
  static constexpr std::int64_t evidence_since = 4;
  const fs::path& file_;
  const bool alone_;  ///< log.db without its folder
  sqlite::Connection& db_;
  Verification& result_;
  const VerifyOptions& options_;
  std::vector<note::VerifierKey> keys_to_trust_;
  std::optional<KeyStore> keys_;
  bool opens_sealed_ = false;  ///< with keys_
  Message no_keys_;            ///< why nothing sealed can be opened; "" if it can
  std::uint64_t by_head_ = 0;  ///< entries that an authentic head covers
  std::vector<Given> given_;
  std::vector<NamedDetails> named_details_;
  std::vector<NamedEvidence> named_evidence_;
  std::vector<std::uint64_t> clock_steps_;
  std::vector<std::uint64_t> assigned_, released_;  ///< seq of entries on callers
  std::optional<Refuted> lacking_;
  std::vector<Digest> leaves_;
  std::unordered_set<std::uint64_t> wanted_;
  std::uint64_t tiles_kept_ = 0;
  Instant last_at_ = Instant::min();
  std::uint64_t backwards_ = 0, first_backwards_ = 0;
  static constexpr const char* state_text =
      "what is kept of the log itself is not what its entries say";
  std::string origin_, own_key_, incarnation_;
  std::vector<std::uint64_t> restores_;  ///< seq of log.restored
  std::uint64_t kept_upto_ = 0;
  bool has_state_ = false, has_clock_steps_ = false, has_evidence_ = false, has_mark_ = false,
       mark_fits_ = true;
  Terms terms_;
  std::unordered_map<Digest, Subject, DigestHash> subjects_;
  std::map<std::uint64_t, Digest> roots_;
  std::unordered_map<Digest, std::uint64_t, DigestHash> named_wordings_;
};

}  // namespace consent::verifying
