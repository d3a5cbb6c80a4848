// What Log::Impl does when a log is restored.
#include <algorithm>
#include <set>
#include <vector>

#include "log/impl.hpp"
#include "log/open.hpp"

namespace consent {

void Log::Impl::begin_incarnation(const Restoring& restoring, const LogOptions& options,
                                  const std::optional<HeadState>& state,
                                  const std::optional<HeadState>& second, Entropy& entropy) {
  const std::uint64_t size = size_now();
  restored.reason = restoring.reason;
  restored.lost_from = size;
  restored.lost_to = std::max(size, restoring.lost_to);
  for (const auto* head : {&state, &second}) {
    if (*head && (*head)->size > restored.lost_to) restored.lost_to = (*head)->size;
  }
  restored.end_unknown = end_unknown || restoring.end_unknown;
  std::string fresh(16, '\0');
  entropy.fill({reinterpret_cast<std::uint8_t*>(fresh.data()), fresh.size()});
  restored.incarnation = fresh;
  // Keys first; the log's own incarnation goes with the entry that names the loss, in one commit,
  // and the heads follow it. A crash before that commit leaves a log that is as impaired as it was.
  auto keys_now =
      KeyStore::open(folder / "keys.db", sqlite::Mode::write, identity.origin, options.passphrase);
  keys_are_newer = keys_now.log_size_seen() > size;
  restored.lost_to = std::max(restored.lost_to, keys_now.log_size_seen());
  keys_now.saw_log(size);
  // Beside newer keys a subject without one was erased, and the restore says so.
  keys_now.accept_lost(keys_are_newer ? 0 : lost_keys, kept->newest_subject());
  // What was signed beyond the entries that are left is gone with them, and the entry that names
  // the loss says so.
  if (const auto last = keys_now.last_signed();
      last && (last->size > size || merkle::root_of(last->size, nodes()) != last->root)) {
    keys_now.forget_signed();
  }
  keys_now.set_incarnation(fresh);
  incarnation = fresh;
  if (!impairment.empty()) warnings.push_back(Message("restored: {}", impairment));
  impairment = Message();
}

std::set<Digest> Log::Impl::without_key() const {
  std::vector<Digest> tags;
  {
    for (KeptStanding::Rows rows(*kept); rows.step();) {
      if (const auto tag = digest_from_bytes(rows.tag())) tags.push_back(*tag);
    }
  }
  for (const KeptSubject* subject : kept->behind()) tags.push_back(subject->standing.tag);
  std::set<Digest> out;
  for (const Digest& tag : tags) {
    if (keys->by_tag(tag)) continue;
    const auto subject = kept->read(tag);
    if (subject && !subject->standing.erased()) out.insert(tag);
  }
  return out;
}

}  // namespace consent
