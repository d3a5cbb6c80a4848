#include "consent/error.hpp"
#include "consent/rotation.hpp"
#include "event/words.hpp"
#include "log/impl.hpp"

namespace consent {

std::uint64_t rotate_key(Log& log, std::string_view reason, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  const std::string_view problem =
      reason.empty() ? std::string_view("is needed") : words::word_problem(reason);
  if (!problem.empty()) {
    throw Error(ErrorCode::invalid_argument, Message("reason: {}", Message(problem)));
  }
  // Everything before it stays signed by the key of its time.
  (void)log.checkpoint();
  const Writer::Rotating rotating{std::string(reason), log.verifier_key().text(),
                                  reason != reason_lost};
  const std::uint64_t seq = impl.writer->rotate(rotating, now);
  (void)log.verifier_key();
  (void)log.checkpoint();
  return seq;
}

}  // namespace consent
