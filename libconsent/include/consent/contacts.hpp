#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/log.hpp"

namespace consent {

/// A file that shows a contact: kept by the log, or named by its hash alone.
struct ContactFile {
  std::uint64_t seq = 0;    ///< of the entry that holds it
  std::uint32_t place = 0;  ///< among the entry's files, from 1; 0: a hash alone
  std::string kind;         ///< short word; of a hash that of its entry, where it has one
  std::string name;         ///< what the original is called; "" where unknown
};

/// A contact that a diary noted, with what later entries add to it.
struct NotedContact {
  std::uint64_t seq = 0;
  Instant recorded;
  ContactReceived said;
  std::vector<ContactFile> files;  ///< its own, and those that evidence.added names for it
  /// seq of an entry.corrected that takes all of it back.
  std::optional<std::uint64_t> taken_back;
};

/// What a diary holds of one number: its contacts in the order of the log, and the files of its
/// other entries.
struct Noted {
  std::vector<NotedContact> contacts;
  std::vector<ContactFile> others;
};

/// Needs the keys of whoever holds the number now: an earlier holder's contacts are theirs.
/// @throws Error (storage), BrokenLog.
[[nodiscard]] CONSENT_EXPORT Noted noted_contacts(const Log& log, PhoneNumber number);

/// The contact that this one seems to be, typed twice: the same caller over the same channel within
/// the minutes of rules/ru_complaint.toml. nullopt: none; a hidden caller is nobody's double.
[[nodiscard]] CONSENT_EXPORT std::optional<std::uint64_t> same_contact(
    std::span<const NotedContact> noted, const ContactReceived& contact);

}  // namespace consent
