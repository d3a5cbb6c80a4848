#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "consent/decision.hpp"
#include "consent/event.hpp"
#include "consent/log.hpp"
#include "consent/standing.hpp"

namespace consent {

/// Finds the advertising contacts that were made over a stop, as a decision about each of them
/// would: what standing says of the contact's own moment. Derived from entries, never from tables.
class BrokenStops {
 public:
  /// `own`: the log's distributor, which a contact that names none was made for.
  explicit BrokenStops(std::string own) : own_(std::move(own)) {}

  /// Takes one entry about a subject, or a step of the clock, in order of seq.
  void take(const Entry& entry, const AnyEvent& said);
  /// For each stop that was broken, the first contact that broke it; both by seq.
  [[nodiscard]] std::map<std::uint64_t, std::uint64_t> find(const Log& log, const RulePack& pack);
  /// Whether the record of a subject is kept for proof alone.
  [[nodiscard]] bool restricted(const Digest& tag, Instant at) const;

 private:
  struct Contact {
    std::uint64_t seq = 0;
    Digest tag;
    std::uint32_t distributor = 0, campaign = 0;
    Purpose purpose{};
    Channel channel{};
    Instant at{};
  };

  std::string own_;
  Terms terms_;
  std::map<Digest, SubjectStanding> standings_;
  std::vector<Contact> contacts_;
  std::vector<ClockSetBack> set_back_;
  bool stopped_ = false, passed_on_ = false;
};

}  // namespace consent
