#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consent/digest.hpp"
#include "consent/entry.hpp"
#include "consent/export.hpp"
#include "consent/log.hpp"
#include "consent/number.hpp"
#include "consent/restriction.hpp"

namespace consent {

/// All entries about a number over all of its subjects, in order of seq. Entries of earlier holders
/// whose records `use` may not read are left out.
/// @throws Error (restricted) where it may not read the latest holder's.
[[nodiscard]] CONSENT_EXPORT std::vector<Entry> history_of(const Log& log, PhoneNumber number,
                                                           Use use);
/// Entries of one subject in order.
[[nodiscard]] CONSENT_EXPORT std::vector<Entry> entries_of(const Log& log, const Digest& tag);
/// The same with their sealed details. @throws Error (not_found) where the key is gone.
[[nodiscard]] CONSENT_EXPORT std::vector<OpenedEntry> open_entries_of(const Log& log,
                                                                      const Digest& tag);
/// Text of a wording by its SHA-256; nullopt where only the hash is known.
[[nodiscard]] CONSENT_EXPORT std::optional<std::string> wording_named(const Log& log,
                                                                      const Digest& hash);

}  // namespace consent
