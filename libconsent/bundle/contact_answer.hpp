#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "consent/decision.hpp"
#include "consent/log.hpp"
#include "consent/rules.hpp"

namespace consent {

/// A question and what the log answered.
struct Answered {
  Question question;
  Decision decision;
};

/// What the log answers. A diary that does not know for whom a contact was made answers as of
/// somebody whom no consent names; where it holds a consent to anybody, that is `unknown`.
/// `entries`: those of the subject, opened.
[[nodiscard]] Answered answer(const Log& log, const RulePack& pack, Question question,
                              std::span<const OpenedEntry> entries);

/// The question that a recorded contact is, at its own moment; nullopt where the entry is no
/// contact. What the contact does not say is as in `base`.
[[nodiscard]] std::optional<Question> question_of(const Log& log, const OpenedEntry& entry,
                                                  const Question& base);

/// Contacts among the entries that no correction takes back, in order.
[[nodiscard]] std::vector<std::uint64_t> contacts_among(std::span<const OpenedEntry> entries);

}  // namespace consent
