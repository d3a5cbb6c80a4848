#include "consent/maintenance.hpp"

#include "log/impl.hpp"
#include "log/rotations.hpp"

namespace consent {

bool observe_clock(Log& log, Instant wall, std::chrono::microseconds monotonic) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  return impl.writer != nullptr && impl.writer->observe_clock(wall, monotonic);
}

Digest register_wording(Log& log, const Wording& wording, std::string_view language, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  WordingRegistered event{wording, std::string(language)};
  validate(LogEvent(event));
  impl.writer->append(LogEvent(std::move(event)), now);
  return sha256(wording.text);
}

void heartbeat(Log& log, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  impl.writer->append(LogEvent(LogHeartbeat{}), now);
}

std::vector<std::uint64_t> rotations_of(const Log& log) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const std::lock_guard lock(impl.reading);
  impl.read_chain();
  return impl.chain->rotations();
}

std::string keys_copy_place(const Log& log, std::uint64_t seq) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const std::lock_guard lock(impl.reading);
  return impl.keys ? impl.keys->copy_place(seq) : std::string();
}

}  // namespace consent
