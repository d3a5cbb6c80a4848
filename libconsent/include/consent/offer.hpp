#pragma once

#include <memory>
#include <vector>

#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/log.hpp"

namespace consent {

/// Events that are validated, encoded and sealed already, and wait for append_once(). Made by
/// offer(). Use after the log is closed: Error (invalid_argument). One thread at a time.
class CONSENT_EXPORT Offered {
 public:
  Offered(Offered&&) noexcept;
  Offered& operator=(Offered&&) noexcept;
  ~Offered();

 private:
  friend CONSENT_EXPORT Offered offer(const Log& log, std::vector<Event> events);
  friend CONSENT_EXPORT std::vector<Appended> append_once(Log& log, Offered offered, Instant now);
  struct Impl;
  explicit Offered(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Does of Log::append_once() what needs no place in the log, on the calling thread alone: while
/// one thread records, another can make the next group ready. @throws as Log::append().
[[nodiscard]] CONSENT_EXPORT Offered offer(const Log& log, std::vector<Event> events);
/// As Log::append_once(events, now), with what offer() made of them, in the order of these calls.
/// @throws as Log::append(); Error (invalid_argument) where another log made it.
CONSENT_EXPORT std::vector<Appended> append_once(Log& log, Offered offered, Instant now);

}  // namespace consent
