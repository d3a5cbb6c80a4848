// The steps have the numbers of docs/reference/receipt.md; verify.py has the same. Of what makes a
// receipt this file shares parse_receipt(), the hash, the readers of event/, note and Merkle
// verification: no more.

#include "consent/error.hpp"
#include "consent/instant.hpp"
#include "consent/number.hpp"
#include "consent/receipt.hpp"
#include "verify/check_receipt.hpp"
#include "verify/step.hpp"

namespace consent {

bundle::ReadReceipt bundle::check_receipt(std::string_view file,
                                          std::span<const note::VerifierKey> trusted) {
  // (1) The file is a receipt.
  const Receipt receipt = in_step(1, "file", {}, [&] { return parse_receipt(file); });
  // (2) The checkpoint is signed by the log's key.
  const Signed signature = open_checkpoint(2, receipt.proof.checkpoint, receipt.key, trusted);
  if (signature.signer.text() != receipt.key.text()) {
    refute(2, "the receipt names another key than the one that signed");
  }
  // (3) The entry is of this log, about a subject, and has the place of the proof.
  const std::uint64_t seq = receipt.proof.index;
  Read entry = read_entry(3, seq, signature.checkpoint.origin, receipt.entry);
  if (!entry.subject || !is_about_subject(entry.type)) {
    refute(3, Message("entry {} is about nobody", seq), seq);
  }
  const Subject& subject = *entry.subject;
  if (subject.seq < 1 || subject.prev < -1 || subject.prev >= static_cast<std::int64_t>(seq) ||
      (subject.seq == 1) != (subject.prev == -1)) {
    refute(3, Message("entry {}: its place among its subject's is impossible", seq), seq);
  }
  // (4) It is included under the root that step 2 found signed.
  in_step(4, Message("entry {}", seq), seq, [&] {
    merkle::verify_inclusion(entry.leaf, seq, signature.checkpoint.size, receipt.proof.path,
                             signature.checkpoint.root);
  });
  // (5) The opening is the entry's and names a number.
  const PhoneNumber number = in_step(
      5, "opening", seq, [&] { return opened_number(entry, &receipt.salt, &receipt.details); });
  // (6) The times are possible.
  const auto happened = entry.happened();
  if (!happened) refute(6, Message("entry {} does not say when it happened", seq), seq);
  if (*happened > entry.recorded) {
    refute(6, Message("entry {} was recorded before it happened", seq), seq);
  }
  return {std::move(entry), number, signature};
}

Verification verify_receipt(std::string_view file, std::span<const note::VerifierKey> trusted) {
  Verification result;
  result.question =
      "Does the log hold the entry of this receipt, and is it about the number in it?";
  for (const char* what : {"that no later entry about this subject changes what it says",
                           "that the times are true: no time anchor, the log's owner set the clock",
                           "that everyone was shown the same log: no witness has signed",
                           "that the entry tells the truth about what was said"}) {
    result.coverage.not_checked.emplace_back(what);
  }
  if (trusted.empty()) {
    result.warnings.emplace_back(
        "the key came out of the receipt itself: compare it with one got from the log's owner");
  }
  try {
    const bundle::ReadReceipt read = bundle::check_receipt(file, trusted);
    result.coverage.entries = 1;
    result.coverage.signed_up_to = read.signature.checkpoint.size;
    result.coverage.signed_by = read.signature.signer.text();
    result.coverage.key_was_given = !trusted.empty();
    result.verdict = ProofVerdict::proven;
    result.question = Message(
        "Does log {}, signed at {} entries by {}, hold entry {} ({}, recorded {}) about {}, under "
        "tag {}?",
        read.signature.checkpoint.origin, read.signature.checkpoint.size,
        Message(trusted.empty() ? "the key inside the receipt" : "the given key"), read.entry.seq,
        to_word(read.entry.type), read.entry.at, read.number.e164(),
        to_hex(read.entry.subject->tag.view()));
  } catch (const bundle::Failed& failed) {
    result.verdict = failed.verdict;
    result.problem = Problem{failed.seq.value_or(0), Message("({}) {}", failed.step, failed.what)};
  }
  return result;
}

}  // namespace consent
