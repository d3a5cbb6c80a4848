// Who dials for whom, as the entries say.
#include "consent/callers.hpp"

#include <algorithm>

#include "consent/error.hpp"
#include "log/impl.hpp"
#include "standing/callers.hpp"

namespace consent {

std::uint64_t assign_caller(Log& log, CallerAssigned assigned, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  if (assigned.distributor.empty()) assigned.distributor = impl.identity.distributor;
  if (assigned.distributor.empty()) {
    throw Error(ErrorCode::invalid_argument, "distributor: must be given, the log belongs to none");
  }
  const LogEvent event(std::move(assigned));
  validate(event);
  return impl.writer->append(event, now);
}

std::uint64_t release_caller(Log& log, const CallerReleased& released, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  const LogEvent event(released);
  validate(event);
  if (released.of >= log.size() || log.entry(released.of).type != EventType::caller_assigned) {
    throw Error(ErrorCode::invalid_argument, Message("entry {}: assigns nobody", released.of));
  }
  return impl.writer->append(event, now);
}

std::vector<CallerAssignment> assignments(const Log& log, std::uint64_t size) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const LogImpl::Reading reading(impl);
  std::vector<CallerAssignment> found;
  const auto row = impl.kept->state(callers::state_key);
  if (!row) return found;
  for (const std::uint64_t seq : callers::from_value(*row)) {
    if (seq >= size) break;
    const Entry entry = impl.entry_at(seq);
    const AnyEvent said = decode_event(entry);
    const auto refuse = [&](std::string_view what) {
      throw BrokenLog(seq, Message("entry {}: {}", seq, Message(what)));
    };
    if (const auto* const assigned = get_if<CallerAssigned>(said)) {
      CallerAssignment made;
      made.seq = seq;
      made.distributor = assigned->distributor;
      made.caller = assigned->caller;
      made.from = assigned->from;
      made.until = assigned->until.value_or(Instant::max());
      made.purposes = assigned->purposes;
      made.channels = assigned->channels;
      made.campaign = assigned->campaign;
      made.recorded = entry.recorded;
      if (assigned->document) made.document = assigned->document->sha256;
      found.push_back(std::move(made));
    } else if (const auto* const ends = get_if<CallerReleased>(said)) {
      const auto meant = std::find_if(found.begin(), found.end(),
                                      [&](const auto& each) { return each.seq == ends->of; });
      if (meant == found.end()) refuse("ends no assignment");
      meant->until = std::min(meant->until, ends->until);
      meant->released.push_back(seq);
    } else {
      refuse("says nothing of callers, and the table says it does; rebuild the log's tables");
    }
  }
  return found;
}

}  // namespace consent
