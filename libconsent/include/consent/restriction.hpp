#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consent/digest.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"
#include "consent/number.hpp"

namespace consent {

class Log;

/// The subject's record may be kept, and used for proof alone.
struct Restriction {
  std::string ground;            ///< short word
  std::optional<Instant> until;  ///< first moment at which it no longer holds; nullopt: open
  std::uint64_t seq = 0;
};

/// What a record is read for. Under a restriction it may be used for proof alone.
class Use {
 public:
  /// Any use at this moment: a record that is restricted then is refused.
  [[nodiscard]] static Use any(Instant now) { return Use(now); }
  /// Proof: a restricted record may be read too.
  [[nodiscard]] static Use proof() { return Use(std::nullopt); }
  /// nullopt: proof.
  [[nodiscard]] std::optional<Instant> moment() const { return now_; }

 private:
  explicit Use(std::optional<Instant> now) : now_(now) {}
  std::optional<Instant> now_;
};

/// Whether what is held on the subject who held the number at `at` may be used for proof alone
/// then.
[[nodiscard]] CONSENT_EXPORT std::optional<Restriction> restriction_of(const Log& log,
                                                                       PhoneNumber number,
                                                                       Instant at);
/// The same of one subject, by its tag. Needs no key.
[[nodiscard]] CONSENT_EXPORT std::optional<Restriction> restriction_of(const Log& log,
                                                                       const Digest& tag,
                                                                       Instant at);
/// Tags of all whose record may be used for proof alone at `at`, in no order. Needs no key.
[[nodiscard]] CONSENT_EXPORT std::vector<Digest> restricted(const Log& log, Instant at);
/// When the number's holder was erased: what was said up to then is not recorded again. Later
/// than a day after, the end of that day (UTC). nullopt: never, or the present holder was not.
[[nodiscard]] CONSENT_EXPORT std::optional<Instant> erased_at(const Log& log, PhoneNumber number);
/// Whether anybody was erased: if not, erased_at() need not be asked.
[[nodiscard]] CONSENT_EXPORT bool has_erased(const Log& log);

}  // namespace consent
