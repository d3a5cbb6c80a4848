// The files that a log keeps with its entries.
#include <array>

#include "consent/evidence.hpp"
#include "log/evidence.hpp"
#include "log/impl.hpp"

namespace consent {

namespace {

/// The entry's files, in order.
std::vector<KeptEvidence> named_by(const Entry& entry) {
  std::vector<KeptEvidence> named;
  const AnyEvent said = decode_event(entry);
  const EventBase* const base = about_subject(said);
  if (base == nullptr) return named;
  for (const EvidenceFile& file : base->files) {
    KeptEvidence kept;
    kept.seq = entry.seq;
    kept.place = static_cast<std::uint32_t>(named.size() + 1);
    kept.kind = file.kind;
    kept.commitment = file.commitment;
    named.push_back(std::move(kept));
  }
  return named;
}

/// What the originals are called, where the subject's key is there.
void name_files(const LogImpl& impl, const Entry& entry, std::vector<KeptEvidence>& kept) {
  if (kept.empty() || !impl.keys || !entry.subject) return;
  const auto subject = impl.keys->by_tag(entry.subject->tag);
  if (!subject) return;
  const AnyEvent said = decode_event(impl.opened(entry, subject->key));
  const EventBase* const base = about_subject(said);
  for (std::size_t i = 0; base != nullptr && i < kept.size(); ++i) {
    kept[i].name = base->files[i].name;
    kept[i].type = base->files[i].type;
  }
}

sqlite::Statement row_of(sqlite::Connection& db, const KeptEvidence& kept) {
  sqlite::Statement row(db,
                        "SELECT commitment,opening,bytes FROM evidence WHERE seq=?1 AND place=?2");
  row.bind(1, static_cast<std::int64_t>(kept.seq)).bind(2, kept.place);
  if (!row.step() || row.blob(0) != kept.commitment.view()) {
    throw BrokenLog(kept.seq,
                    Message("entry {}: its evidence {} is not in log.db", kept.seq, kept.place));
  }
  return row;
}

}  // namespace

std::vector<KeptEvidence> evidence_of(const Log& log, std::uint64_t seq) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const std::lock_guard lock(impl.reading);
  const Entry entry = impl.entry_at(seq);
  auto named = named_by(entry);
  name_files(impl, entry, named);
  const EvidenceFolder folder(impl.folder);
  for (KeptEvidence& kept : named) {
    kept.beside = row_of(impl.db, kept).is_null(2);
    kept.there = !kept.beside || !folder.find(kept.commitment).empty();
  }
  return named;
}

std::string read_evidence(const Log& log, std::uint64_t seq, std::uint32_t place, Use use,
                          const std::function<void(std::string_view)>& take) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  if (const auto now = use.moment()) {
    const auto subject = log.entry(seq).subject;
    if (subject && restriction_of(log, subject->tag, *now)) {
      throw Error(ErrorCode::restricted,
                  Message("seq {}: its record is restricted: kept for proof alone", seq));
    }
  }
  std::string opening;
  std::string bytes;
  KeptEvidence kept;
  {
    const std::lock_guard lock(impl.reading);
    const Entry entry = impl.entry_at(seq);
    auto named = named_by(entry);
    if (place == 0 || place > named.size()) {
      throw Error(ErrorCode::not_found,
                  Message("log: entry {} keeps {} file(s)", seq, named.size()));
    }
    kept = std::move(named[place - 1]);
    const auto subject = impl.need_keys().by_tag(entry.subject->tag);
    if (!subject) throw Error(ErrorCode::not_found, "keys.db: no key for this subject");
    const sqlite::Statement row = row_of(impl.db, kept);
    opening = consent::open(subject->key.view(), kept.commitment.view(), row.blob(1));
    bytes = row.blob(2);
  }
  // A large file is read without the lock: others go on.
  const auto file =
      bytes.empty() ? EvidenceFolder(impl.folder).find(kept.commitment) : std::filesystem::path();
  open_evidence(opening, kept.commitment, bytes, file, take);
  return opening.substr(0, SecretKey::size);
}

}  // namespace consent
