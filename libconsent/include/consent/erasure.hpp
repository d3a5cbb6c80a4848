#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/log.hpp"
#include "consent/number.hpp"

namespace consent {

/// A legal hold: nothing of the subject may be erased.
struct Hold {
  std::string by;                ///< who ordered it: INN or short word
  std::string ground;            ///< short word for the case; "" not said
  std::optional<Instant> until;  ///< first moment at which it no longer holds; nullopt: open
  std::uint64_t seq = 0;         ///< the entry that says so
};

/// What an erasure would destroy, and what stands in its way. Nothing was changed.
struct ErasureCheck {
  Digest tag;                 ///< of the subject that would be erased
  bool holds_number = false;  ///< false: of one who held the number before
  std::uint64_t entries = 0;  ///< about it: afterwards nobody can show whom they are about
  std::uint64_t consents = 0;
  std::uint64_t files = 0;  ///< sealed files that would be destroyed
  /// Entries of contacts made at or after the moment given: that they were lawful could not be
  /// proven any more.
  std::vector<std::uint64_t> contacts;
  std::optional<Hold> hold;
  std::optional<Instant> erased_before;  ///< the number's holder was erased already: nothing to do
};

struct ErasureOrder {
  std::string ground;     ///< short word for the legal ground, needed
  std::string requester;  ///< reference of the demand, as text; kept by a salted hash alone
  /// 32 random bytes for that hash, for who must know them before anything is destroyed; "": drawn.
  std::string request_salt;
  /// Contacts made at or after it still need their proof: from the row of retention.
  Instant needed_since{};
  bool lose_proof = false;         ///< erase although such contacts are there
  std::optional<Instant> held_at;  ///< who held the number then; nullopt: the latest holder
};

struct Erasure {
  bool erased = false;  ///< false: `before` says what stood in the way, and nothing was changed
  ErasureCheck before;
  std::uint64_t seq = 0;  ///< the entry subject.erased
  Instant at{};
  std::string request_salt;       ///< 32 bytes; "" where no reference was given
  std::optional<Digest> request;  ///< SHA-256("libconsent/commit/v1" || 0x00 || salt || reference)
};

/// What erasing the number's holder would destroy, and what prevents it. See ErasureOrder.
/// @throws Error (not_found) if the log has nothing about the number.
[[nodiscard]] CONSENT_EXPORT ErasureCheck
before_erasing(const Log& log, PhoneNumber number, Instant needed_since, Instant now,
               const std::optional<Instant>& held_at = std::nullopt);
/// Destroys the subject's key, its index row and its large files; records that it did. Order,
/// type, time and count of its entries stay, and every proof made before still verifies. A kill
/// at any point leaves the subject as it was or, after the next opening for writing, erased.
/// When this returns, neither the number nor its key is in any file of the folder.
/// @throws Error (not_found); (locked, storage) where it was recorded and could not be completed:
/// opening the log for writing again completes it.
CONSENT_EXPORT Erasure erase(Log& log, PhoneNumber number, const ErasureOrder& order, Instant now);
/// Records a hold or a restriction of the subject that held the number at `held_at`; append() means
/// the present holder. @throws as append(); Error (invalid_argument) for any other event;
/// (not_found) if nobody held it then; (erased) if that holder is erased.
CONSENT_EXPORT Appended append_of_holder(Log& log, const Event& event, Instant held_at,
                                         Instant now);

}  // namespace consent
