#include <algorithm>

#include "log/impl.hpp"

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
  std::string fresh(16, '\0');
  entropy.fill({reinterpret_cast<std::uint8_t*>(fresh.data()), fresh.size()});
  restored.incarnation = fresh;
  // Keys first; the log's own incarnation goes with the entry that names the loss, in one commit,
  // and the heads follow it. A crash before that commit leaves a log that is as impaired as it was.
  auto keys_now =
      KeyStore::open(folder / "keys.db", sqlite::Mode::write, identity.origin, options.passphrase);
  keys_now.set_incarnation(fresh);
  incarnation = fresh;
  if (!impairment.empty()) warnings.push_back(Message("restored: {}", impairment));
  impairment = Message();
}

Log Log::restore(const std::filesystem::path& folder, std::string_view reason, Instant now,
                 const LogOptions& options, Entropy& entropy) {
  LogOptions writing = options;
  writing.access = Access::write;
  const Impl::Restoring restoring{std::string(reason), now};
  LogRestored event;
  event.reason = restoring.reason;
  event.incarnation = std::string(16, '\0');
  validate(LogEvent(event));
  return Log(Impl::open(folder, writing, &restoring, entropy));
}

}  // namespace consent
