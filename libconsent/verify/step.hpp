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

inline bool is_hash(const std::string* text) { return text != nullptr && digest_from_hex(*text); }

/// A member of canonical::Value or json::Value; nullptr where absent or of another type.
template <typename Value>
const std::string* text_of(const Value& object, std::string_view key) {
  const Value* member = object.find(key);
  return member == nullptr ? nullptr : member->string();
}
template <typename Value>
const std::int64_t* integer_of(const Value& object, std::string_view key) {
  const Value* member = object.find(key);
  return member == nullptr ? nullptr : member->integer();
}

}  // namespace consent::bundle
