// Where the clock was set back, as the entries say.
#include "consent/clock.hpp"

#include <algorithm>

#include "consent/error.hpp"
#include "event/decode.hpp"
#include "log/impl.hpp"
#include "standing/callers.hpp"
#include "standing/clock.hpp"

namespace consent {

std::vector<ClockSetBack> clock_set_back(const Log& log, std::uint64_t size) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const LogImpl::Reading reading(impl);
  if (std::string steps = impl.kept->state(standing::clock_key).value_or("");
      steps != impl.clock_steps) {
    std::vector<ClockSetBack> found;
    for (const std::uint64_t seq : callers::from_value(steps)) {
      const Entry entry = impl.entry_at(seq);
      const AnyEvent said = decode_event(entry);
      const auto* const step = get_if<ClockStep>(said);
      if (step == nullptr) {
        throw BrokenLog(seq, Message("entry {}: is no step of the clock, and the table says it is; "
                                     "rebuild the log's tables",
                                     seq));
      }
      if (standing::sets_back(step->before, step->after)) found.push_back({seq, step->after});
    }
    impl.set_back = std::move(found);
    impl.clock_steps = std::move(steps);
  }
  std::vector<ClockSetBack> found = impl.set_back;
  std::erase_if(found, [size](const ClockSetBack& each) { return each.seq >= size; });
  return found;
}

}  // namespace consent
