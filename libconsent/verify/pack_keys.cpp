// (5) Whose key signed the pack.
#include <algorithm>

#include "tlog/note.hpp"
#include "verify/pack_check.hpp"

namespace consent::checking {

void Check::step_5() {
  if (entries_.empty() || entries_.front().seq != 0) lack(5, "entry 0 is missing", 0);
  const Read& first = entries_.front();
  if (first.type != EventType::log_created || first.subject) {
    refute(5, "entry 0 is not the creation of the log", 0);
  }
  const LogCreated* const created = first.says<LogCreated>();
  in_step(5, Message("entry {}", 0), 0, [&] { chain_.emplace(checkpoint_.origin, created->key); });
  for (const Read& entry : rotations_) {
    if (!entry.rotation || entry.subject) {
      refute(5, Message("entry {} does not rotate the log's key", entry.seq), entry.seq);
    }
    in_step(5, Message("entry {}", entry.seq), entry.seq,
            [&] { chain_->rotate(entry.seq, entry.prev, *entry.rotation); });
  }
  const auto own = note::parse_verifier_key(result_.coverage.signed_by);
  if (chain_->current().text() != own.text()) {
    refute(5, "entry 0 and the rotations lead to another key than the one that signed", 0);
  }
  if (chain_->is_reached(own, trusted_)) return;
  const bool known = trusted_.empty() ||
                     std::any_of(trusted_.begin(), trusted_.end(),
                                 [&](const note::VerifierKey& key) { return chain_->holds(key); });
  if (!known) lack(5, "no given key has signed the pack");
  lack(5,
       "the key that signed replaced one that was lost or revoked: get it from the log's owner and "
       "give it (--key)");
}

}  // namespace consent::checking
