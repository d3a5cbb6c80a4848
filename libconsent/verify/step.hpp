#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "consent/digest.hpp"
#include "consent/error.hpp"
#include "consent/verify.hpp"
#include "event/canonical.hpp"
#include "event/json.hpp"

/// A step of a check, as docs/reference/verify.md and receipt.md number them.
namespace consent::bundle {

/// A step that does not hold. Never leaves this folder.
struct Failed {
  int step;
  ProofVerdict verdict;
  Message what;
  std::optional<std::uint64_t> seq;
};

/// Something contradicts the claim.
[[noreturn]] inline void refute(int step, Message what, std::optional<std::uint64_t> seq = {}) {
  throw Failed{step, ProofVerdict::refuted, std::move(what), seq};
}
/// Something needed is missing, or cannot be judged here.
[[noreturn]] inline void lack(int step, Message what, std::optional<std::uint64_t> seq = {}) {
  throw Failed{step, ProofVerdict::not_proven, std::move(what), seq};
}

/// What a library call refuses, told as the step that made it.
template <typename F>
auto in_step(int step, const Message& about, std::optional<std::uint64_t> seq, F&& call) {
  try {
    return std::forward<F>(call)();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::crypto) throw;
    refute(step, Message("{}: {}", about, error), seq);
  }
}

using json::integer_of;
using json::is_hash;
using json::text_of;

}  // namespace consent::bundle
