#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "consent/export.hpp"
#include "consent/message.hpp"

namespace consent {

/// Stable: these numbers cross the C ABI and never change meaning. Exit codes are the CLI's.
enum class ErrorCode : std::int32_t {
  invalid_argument = 1,  ///< the caller's input cannot be used; the message says where it breaks
  storage = 2,           ///< a file or the database refused: absent, full, read-only, not ours
  broken_log = 3,        ///< the log does not hash to what it claims; BrokenLog::seq() says where
  locked = 4,            ///< another process holds the writer's place
  not_found = 5,         ///< asked by name or number for something that must exist
  proof = 6,             ///< a proof, signature or checkpoint does not verify
  crypto = 7,            ///< OpenSSL could not do what was asked
  not_built = 8,         ///< a named feature that this version does not have
  rules = 9,             ///< a rule pack cannot be loaded; the message names file and row
  internal = 10,         ///< a broken promise of this library: report it
  erased = 11,           ///< said before its number's holder was erased: it must not come in again
  restricted = 12,       ///< kept for proof alone
};

/// Whatever cannot be done. The message names the object and the rule, never a person's data;
/// what() is its English, for developers and logs.
class CONSENT_EXPORT Error : public std::runtime_error {
 public:
  Error(ErrorCode code, Message message)
      : std::runtime_error(message.text()),
        code_(code),
        message_(std::make_shared<const Message>(std::move(message))) {}
  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const Message& message() const noexcept { return *message_; }

 private:
  ErrorCode code_;
  std::shared_ptr<const Message> message_;  ///< shared: an exception must copy without failing
};

/// Text that cannot be read; offset() is the byte, from 0, of the first character that is wrong.
class CONSENT_EXPORT ParseError final : public Error {
 public:
  ParseError(std::size_t offset, Message message)
      : Error(ErrorCode::invalid_argument, std::move(message)), offset_(offset) {}
  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

 private:
  std::size_t offset_;
};

/// The log does not verify; seq() is the first bad entry, from 0.
class CONSENT_EXPORT BrokenLog final : public Error {
 public:
  BrokenLog(std::uint64_t seq, Message message)
      : Error(ErrorCode::broken_log, std::move(message)), seq_(seq) {}
  [[nodiscard]] std::uint64_t seq() const noexcept { return seq_; }

 private:
  std::uint64_t seq_;
};

/// A proof, signature or checkpoint that does not verify.
class CONSENT_EXPORT ProofError final : public Error {
 public:
  explicit ProofError(Message message) : Error(ErrorCode::proof, std::move(message)) {}
};

}  // namespace consent
