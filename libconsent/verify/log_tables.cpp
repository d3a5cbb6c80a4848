// Derived tables, kept texts and sealed files.
#include "base/decimal.hpp"
#include "crypto/seal.hpp"
#include "log/evidence.hpp"
#include "log/kept.hpp"
#include "log/schema.hpp"
#include "standing/callers.hpp"
#include "standing/clock.hpp"
#include "standing/losses.hpp"
#include "verify/log_check.hpp"

namespace consent::verifying {

void LogCheck::standing() {
  // (9) The derived tables say what the entries say, those of `subject` as of the entry that
  // they go up to: a reader takes the rest from the entries themselves.
  if (!mark_fits_) refute(leaves_.size(), state_text);
  sqlite::Statement rows(db_, "SELECT tag,count,last,closed,clauses FROM subject");
  std::uint64_t seen = 0;
  while (rows.step()) {
    ++seen;
    const auto tag = digest_from_bytes(rows.blob(0));
    const auto found = tag ? subjects_.find(*tag) : subjects_.end();
    if (found == subjects_.end() || found->second.kept_count == 0)
      refute(leaves_.size(), "standing of a subject without entries");
    const Subject& subject = found->second;
    const SubjectStanding& built = subject.standing;
    // A reassignment is the last entry of its subject.
    const bool whole = subject.kept_count == subject.count;
    const bool closed = whole && built.closed.has_value();
    const bool closed_fits =
        rows.is_null(3) == !closed &&
        (!closed || built.closed == Instant(std::chrono::microseconds(rows.integer(3))));
    std::span<const Clause> clauses = built.clauses;
    while (!whole && !clauses.empty() && clauses.back().seq >= kept_upto_) {
      clauses = clauses.first(clauses.size() - 1);
    }
    if (rows.integer(1) != static_cast<std::int64_t>(subject.kept_count) ||
        rows.integer(2) != subject.kept_last || !closed_fits ||
        (has_evidence_ && rows.blob(4) != pack_clauses(clauses))) {
      refute(static_cast<std::uint64_t>(subject.kept_last),
             "the kept standing of its subject is not what the entries say");
    }
  }
  const auto expected = std::count_if(subjects_.begin(), subjects_.end(),
                                      [](const auto& item) { return item.second.kept_count > 0; });
  if (seen != static_cast<std::uint64_t>(expected)) {
    refute(leaves_.size(), "standing of a subject is missing");
  }
  sqlite::Statement terms(db_, "SELECT id,text FROM term ORDER BY id");
  std::uint32_t id = 0;
  while (has_evidence_ && terms.step()) {
    ++id;
    if (terms.integer(0) != id || terms_.text(id) != terms.blob(1)) {
      refute(leaves_.size(), "the kept names of distributors and campaigns are not the entries'");
    }
  }
  if (has_evidence_ && id != terms_.size()) refute(leaves_.size(), "kept names are missing");
  state();
  kept_macs();
  // Rows of an earlier schema say less than the entries, and are read anew when it is written.
  result_.coverage.standing_checked = has_evidence_;
}

void LogCheck::state() {
  if (!has_state_) return;
  sqlite::Statement rows(db_, "SELECT key,value FROM state");
  const auto living = std::count_if(subjects_.begin(), subjects_.end(), [](const auto& each) {
    return !each.second.standing.erased();
  });
  std::vector<std::uint64_t> told_callers = assigned_;
  told_callers.insert(told_callers.end(), released_.begin(), released_.end());
  std::sort(told_callers.begin(), told_callers.end());
  std::size_t seen = 0;
  bool lists_restores = false;  // a log restored by an earlier version does not; they are found
  while (rows.step()) {
    const std::string_view key = rows.blob(0);
    lists_restores = lists_restores || key == losses::state_key;
    // Their MACs: kept_macs() looks at them where the keys are here.
    if (key == derived::StateRows::seal_name || key == derived::StateRows::chunks_name ||
        key == derived::StateRows::terms_name) {
      continue;
    }
    if (key == "newest_subject") {
      // Of keys.db, which is not here: each subject had an id, and none had the same.
      const auto id = to_count(rows.blob(1));
      if (!id || *id < subjects_.size()) refute(leaves_.size(), state_text);
      continue;
    }
    ++seen;
    const bool fits = key == "subjects"        ? rows.blob(1) == std::to_string(living)
                      : key == "incarnation"   ? rows.blob(1) == incarnation_
                      : key == "standing_upto" ? has_mark_
                      : key == losses::state_key
                          ? !restores_.empty() && rows.blob(1) == callers::to_value(restores_)
                      : key == callers::state_key
                          ? !told_callers.empty() && rows.blob(1) == callers::to_value(told_callers)
                      : key == standing::clock_key
                          ? has_clock_steps_ && rows.blob(1) == callers::to_value(clock_steps_)
                          : false;
    if (!fits) refute(leaves_.size(), state_text);
  }
  const std::size_t needed = 1U + (restores_.empty() ? 0U : 1U) + (has_mark_ ? 1U : 0U) +
                             (lists_restores ? 1U : 0U) + (told_callers.empty() ? 0U : 1U) +
                             (has_clock_steps_ && !clock_steps_.empty() ? 1U : 0U);
  if (seen != needed) refute(leaves_.size(), state_text);
}

void LogCheck::kept_macs() {
  if (!keys_) return;
  if (db_.integer("PRAGMA user_version") < schema::with_macs) {
    if (keys_->requires_derived_macs()) {
      refute(leaves_.size(), "its tables are of an earlier schema than its keys wrote");
    }
    return;
  }
  KeptStanding kept(db_, KeptStanding::Damage::marked);
  kept.authenticate_with(*keys_);
  kept.catch_up();
  if (!kept.damage().empty()) refute(leaves_.size(), kept.damage());
  for (KeptStanding::Rows rows(kept); rows.step();) {
    if (rows.standing().broken) {
      refute(leaves_.size(), "the kept standing of a subject was not written with this log's keys");
    }
  }
}

void LogCheck::wordings() {
  // (10) A kept text is the text an entry names.
  sqlite::Statement rows(db_, "SELECT hash,text FROM wording");
  std::uint64_t kept = 0;
  while (rows.step()) {
    const Digest hash = sha256(rows.blob(1));
    if (hash.view() != rows.blob(0)) refute(leaves_.size(), "a kept wording is not its hash's");
    if (!named_wordings_.contains(hash)) {
      refute(leaves_.size(), "a wording is kept that no entry names");
    }
    ++kept;
  }
  if (kept != named_wordings_.size()) {
    result_.warnings.push_back(
        Message("{} wording(s) are known by their hash alone", named_wordings_.size() - kept));
  }
}

void LogCheck::evidence() {
  // (11) Every file an entry names is kept under its commitment, and no other; where the keys are
  // here, it opens and is what the entry committed to.
  if (db_.integer("PRAGMA user_version") < evidence_since) {
    if (!named_evidence_.empty()) refute(named_evidence_[0].seq, "its evidence is not kept");
    return;
  }
  if (static_cast<std::size_t>(db_.integer("SELECT count(*) FROM evidence")) >
      named_evidence_.size()) {
    refute(leaves_.size(), "evidence is kept that no entry names");
  }
  if (named_evidence_.empty()) return;
  KeyStore* const keys = opens_sealed_ ? &*keys_ : nullptr;
  if (!keys) result_.coverage.not_checked.push_back(Message("sealed evidence: {}", no_keys_));
  const EvidenceFolder folder(file_.parent_path());
  sqlite::Statement read(db_,
                         "SELECT commitment,opening,bytes FROM evidence WHERE seq=?1 AND place=?2");
  std::uint64_t gone = 0;
  std::uint64_t absent = 0;
  std::vector<const NamedEvidence*> missing;
  for (const NamedEvidence& named : named_evidence_) {
    read.reset();
    read.bind(1, static_cast<std::int64_t>(named.seq)).bind(2, named.place);
    const bool there = read.step();
    if (!there && !keys) {  // a copy that was made of the entries alone
      ++absent;
      continue;
    }
    if (!there || read.blob(0) != named.commitment.view()) {
      refute(named.seq, Message("its evidence {} is not in log.db", named.place));
    }
    if (!keys) continue;
    const auto subject = keys->by_tag(named.tag);
    if (!subject) {
      ++gone;
      continue;
    }
    const auto place = read.is_null(2) ? folder.find(named.commitment) : fs::path();
    if (read.is_null(2) && place.empty()) {
      missing.push_back(&named);
      continue;
    }
    try {
      const auto opening = open(subject->key.view(), named.commitment.view(), read.blob(1));
      open_evidence(opening, named.commitment, read.blob(2), place, [](std::string_view) {});
    } catch (const ProofError& error) {
      refute(named.seq, Message("its evidence {} is not what was sealed ({})", named.place, error));
    }
  }
  if (absent > 0) {
    result_.coverage.not_checked.push_back(
        Message("{} file(s) of evidence: not in this copy of the log", absent));
  }
  if (gone > 0) {
    result_.coverage.not_checked.push_back(
        Message("{} file(s) of evidence: their subjects' keys are destroyed", gone));
  }
  for (const NamedEvidence* const lost : missing) {
    result_.warnings.push_back(
        Message("entry {}: its evidence {}, the file evidence/{}, is missing", lost->seq,
                lost->place, to_hex(lost->commitment)));
  }
  if (!missing.empty()) {
    lacking_ =
        Refuted{missing[0]->seq,
                Message("{} file(s) of evidence are missing; see the warnings", missing.size())};
  }
}

}  // namespace consent::verifying
