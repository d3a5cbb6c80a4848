#include "decision/law.hpp"

/// The number as personal data of a person.
namespace consent::decision::law {
namespace {

/// Recorded as personal data, or as unknown, which is treated as such.
bool taken_for_personal_data(const Clause* classified) noexcept {
  return classified != nullptr && standing::answer_of(*classified) != PersonalData::no;
}

}  // namespace

/// A stop of everything is spoken of already; it is one of the data too where they are a person's.
/// One that says by name that the use of the data stop is obeyed whatever the number is.
void personal_data_stop(Case& it, const Rows& rows) noexcept {
  const standing::Standing& data = it.standing(Ground::personal_data);
  const Clause* const stop = taken_for_personal_data(it.classified()) ? data.stop : data.named_stop;
  if (stop == nullptr) return;
  it.verdict_of(rows, stop->seq);
  it.rely_on_stop(stop);
}

void no_personal_data_consent(Case& it, const Rows& rows) noexcept {
  const Clause* const classified = it.classified();
  if (classified != nullptr && !taken_for_personal_data(classified)) return;
  if (const Clause* const consent = it.standing(Ground::personal_data).live) {
    it.meet(rows, *consent, Ground::personal_data);
    if ((it.flags_of(*consent) & Clause::has_document) == 0)
      it.warn_of(it.document_rows(*consent) & it.pack().warns, consent->seq);
  } else if (classified != nullptr) {
    it.lacking[static_cast<std::size_t>(Ground::personal_data)] = true;
    it.verdict_of(rows, classified->seq);
  }
}

void personal_data_unknown(Case& it, const Rows& rows) noexcept {
  if (it.classified() != nullptr || it.standing(Ground::personal_data).live != nullptr) return;
  const NumberKind kind = it.number_kind();
  if (kind == NumberKind::mobile || kind == NumberKind::geographic || kind == NumberKind::unknown ||
      kind == NumberKind::personal) {
    it.verdict_of(rows, no_seq);
  }
}

}  // namespace consent::decision::law
