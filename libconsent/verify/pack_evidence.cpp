// Files, receipts and the answer of a pack.
#include <algorithm>

#include "verify/pack_check.hpp"

namespace consent::checking {

void Check::evidence() {
  std::set<std::string> named;
  for (const Read& entry : std::span(entries_).subspan(1)) {
    if (entry.broken(field::files)) {
      refute(9, Message("entry {}: its files are not a list of {{commitment, kind}}", entry.seq),
             entry.seq);
    }
    std::uint64_t place = 0;
    for (const EvidenceFile& file : about_subject(entry.body.event)->files) {
      ++place;
      const std::string name = bundle::evidence_file(entry.seq, place);
      const auto salt = salts_.find({entry.seq, place});
      if (salt == salts_.end()) {
        result_.coverage.not_checked.push_back(
            Message("file {} of entry {}: only its commitment is here", place, entry.seq));
        continue;
      }
      named.insert(name);
      const std::string& content = need(9, name, entry.seq);
      constexpr std::string_view label("libconsent/commit/v1\0", 21);
      if (Sha256().add(label).add(salt->second.view()).add(content).finish() != file.commitment) {
        refute(9, Message("{} is another file than entry {} committed to", name, entry.seq),
               entry.seq);
      }
      salts_.erase(salt);
    }
  }
  if (!salts_.empty()) {
    const std::uint64_t seq = salts_.begin()->first.first;
    refute(9, Message("the opening of entry {} names a file that the entry does not", seq), seq);
  }
  only(9, "evidence/", named);
}

void Check::step_9() {
  evidence();
  std::set<std::string> named;
  for (const Read& entry : entries_) {
    if (entry.broken(field::wording)) {
      refute(9, Message("entry {}: the wording is not a hash", entry.seq), entry.seq);
    }
    const Wording* const wording = wording_of(entry.body.event);
    if (wording == nullptr || is_empty(*wording)) continue;
    std::string name = bundle::wording_file(to_hex(hash_of(*wording)));
    if (!files_.contains(name)) {
      result_.coverage.not_checked.push_back(
          Message("the wording of entry {}: only its hash is here", entry.seq));
    }
    named.insert(std::move(name));
  }
  only(9, "wordings/", named);
  for (const std::string& name : named) {
    const auto found = files_.find(name);
    if (found != files_.end() && bundle::wording_file(to_hex(sha256(*found->second))) != name) {
      refute(9, Message("{} is another text", name));
    }
  }
}

void Check::step_11() {
  for (std::size_t i = 0; i < receipts_.size(); ++i) {
    const Message about = Message("receipt {}", i + 1);
    bundle::ReadReceipt receipt = [&] {
      try {
        return bundle::check_receipt(receipts_[i], chain_->keys());
      } catch (const Failed& failed) {
        // A receipt that does not hold shows nothing, neither for the pack nor against it.
        lack(11, Message("{}: it does not hold itself: ({}) {}", about, failed.step, failed.what));
      }
    }();
    compare(about, receipt);
  }
}

void Check::compare(const Message& about, const bundle::ReadReceipt& receipt) {
  const std::uint64_t seq = receipt.entry.seq;
  if (receipt.signature.checkpoint.origin != checkpoint_.origin ||
      !chain_->holds(receipt.signature.signer)) {
    lack(11, Message("{}: it is of another log, or signed by another key", about));
  }
  if (receipt.signature.checkpoint.size == checkpoint_.size &&
      receipt.signature.checkpoint.root != checkpoint_.root) {
    refute(11, Message("{}: the log has signed two different trees of one size", about), seq);
  }
  if (receipt.number.e164() != *text_of(case_, "number"))
    lack(11, Message("{}: it is about another number", about));
  for (const std::vector<Read>* each : {&entries_, &former_, &callers_, &clock_, &rotations_}) {
    for (const Read& entry : *each) {
      if (entry.seq == seq && entry.leaf != receipt.entry.leaf) {
        refute(11, Message("{}: entry {} is another one there", about, seq), seq);
      }
    }
  }
  const bundle::Subject& held = *receipt.entry.subject;
  if (held.tag == *digest_from_hex(*text_of(case_, "tag"))) {
    same_subject(about, receipt.entry);
  } else {
    other_subject(about, receipt.entry);
  }
}

void Check::same_subject(const Message& about, const Read& held) {
  const auto chain = std::span(entries_).subspan(1);
  if (std::any_of(chain.begin(), chain.end(),
                  [&](const Read& entry) { return entry.seq == held.seq; })) {
    return;
  }
  if (held.seq < checkpoint_.size) {
    refute(11, Message("{}: the pack leaves out entry {}", about, held.seq), held.seq);
  }
  const auto count = static_cast<std::int64_t>(chain.size());
  const auto last = static_cast<std::int64_t>(chain.back().seq);
  // Below its checkpoint the pack has all of them: what follows points at the last, or at what
  // follows that one.
  const bool fits = held.subject->seq == count + 1
                        ? held.subject->prev == last
                        : held.subject->seq > count &&
                              held.subject->prev >= static_cast<std::int64_t>(checkpoint_.size);
  if (!fits) {
    refute(11, Message("{}: entry {} follows others than those here", about, held.seq), held.seq);
  }
  newer(about, held);
}

void Check::other_subject(const Message& about, const Read& held) {
  const auto size = static_cast<std::int64_t>(checkpoint_.size);
  // The earliest entry of that subject which the receipt shows.
  const std::int64_t known =
      held.subject->prev >= 0 ? held.subject->prev : static_cast<std::int64_t>(held.seq);
  if (known >= size) return newer(about, held);
  const auto chain = std::span(entries_).subspan(1);
  const Read& last = chain.back();
  const bool ended =
      last.type == EventType::number_reassigned || last.type == EventType::subject_erased;
  if (ended && known > static_cast<std::int64_t>(last.seq)) return;
  const auto closing = std::find_if(former_.begin(), former_.end(), [&](const Read& entry) {
    return entry.subject->tag == held.subject->tag;
  });
  if (closing == former_.end()) {
    refute(11,
           Message("{}: entry {} is about this number under another tag, and nothing here "
                   "shows that it had passed to another holder or been erased",
                   about, held.seq),
           held.seq);
  }
  if (closing->seq < held.seq || closing->subject->seq < held.subject->seq ||
      (closing->seq == held.seq) != (closing->subject->seq == held.subject->seq)) {
    refute(11, Message("{}: entry {} comes after the end of its holder", about, held.seq),
           held.seq);
  }
  if (closing->seq > chain.front().seq) {
    refute(11, Message("{}: both tags of the number were in use at once", about), held.seq);
  }
}

void Check::newer(const Message& about, const Read& held) {
  result_.warnings.push_back(
      Message("{}: entry {} is newer than this pack; ask for a newer one", about, held.seq));
}

void Check::step_10() {
  for (const char* what :
       {"that no later entry about this subject exists in the log (this format has no map yet)",
        "that the log knows this number under no other tag",
        "that the times are true: no time anchor, the log's owner set the clock",
        "that everyone was shown the same log: no witness has signed",
        "the answer in case.json: it was not derived again from the entries",
        "that report.html, report.txt, verify.html, verify.py and FORMAT.md say what the entries "
        "say",
        "that the entries tell the truth about what was said"}) {
    result_.coverage.not_checked.emplace_back(what);
  }
  if (!callers_.empty()) {
    result_.coverage.not_checked.emplace_back(
        "that no other entry of the log ends the caller's assignment");
  }
  if (result_.verdict != ProofVerdict::proven) {
    result_.question =
        "Does the log hold the entries of this pack, and are they about the number of "
        "case.json?";
    return;
  }
  result_.question = Message(
      "Does log {}, signed at {} entries by {}, hold the {} entries of this pack about {}, "
      "the subject's first to entry {} without a gap?",
      checkpoint_.origin, checkpoint_.size,
      Message(trusted_.empty() ? "the key inside the pack" : "the given key"), entries_.size() - 1,
      *text_of(case_, "number"), entries_.back().seq);
  result_.statement = Message(
      "all {} entries about this subject up to entry {}, of the {} that were signed; a later stop "
      "is not excluded",
      entries_.size() - 1, entries_.back().seq, checkpoint_.size);
}

std::vector<Read>& Check::list_of(Of of) {
  switch (of) {
    case Of::former:
      return former_;
    case Of::callers:
      return callers_;
    case Of::clock:
      return clock_;
    case Of::rotations:
      return rotations_;
    case Of::subject:
      break;
  }
  return entries_;
}

}  // namespace consent::checking
