#include "consent/restore.hpp"

#include <set>
#include <utility>

#include "log/impl.hpp"

namespace consent {

Log restore(const std::filesystem::path& folder, std::string_view reason, Instant now,
            const LogOptions& options, Entropy& entropy) {
  LogOptions writing = options;
  writing.access = Access::write;
  const LogImpl::Restoring restoring{std::string(reason), now};
  LogRestored event;
  event.reason = restoring.reason;
  event.incarnation = std::string(16, '\0');
  validate(LogEvent(event));
  auto impl = LogImpl::open(folder, writing, &restoring, entropy);
  if (impl->keys_are_newer) {
    // Whose key newer keys do not have was erased by an entry that is lost: it is recorded again.
    std::set<Digest> keyless;
    {
      const LogImpl::Reading reading(*impl);
      keyless = impl->without_key();
    }
    for (const Digest& tag : keyless) {
      impl->writer->alone([&] {
        impl->writer->record_erased({tag, "key_is_gone", {}, now, {}}, now);
      });
    }
  }
  return LogAccess::make(std::move(impl));
}

std::uint64_t review_losses(Log& log, std::string_view reason, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  if (log.soundness().doubtful_below == 0) {
    throw Error(ErrorCode::invalid_argument, "log: no loss waits for a review");
  }
  LogRestored event;
  event.lost_from = event.lost_to = log.size();
  event.reason = reason;
  event.incarnation = impl.incarnation;
  event.reviewed = true;
  validate(LogEvent(event));
  return impl.writer->append(LogEvent(std::move(event)), now);
}

}  // namespace consent
