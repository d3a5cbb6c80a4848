#include "consent/contacts.hpp"

#include <algorithm>
#include <chrono>

#include "consent/error.hpp"
#include "consent/history.hpp"
#include "duties/complaint_rows.hpp"

namespace consent {

namespace {

void add_files(const EventBase& event, std::span<const FileHash> hashes, std::uint64_t seq,
               const std::string& kind, std::vector<ContactFile>& files) {
  std::uint32_t place = 0;
  for (const EvidenceFile& file : event.files)
    files.push_back({seq, ++place, file.kind, file.name});
  for (std::size_t i = 0; i < hashes.size(); ++i) files.push_back({seq, 0, kind, {}});
}

/// The files that an event names by their hash alone.
std::span<const FileHash> hashes_of(const Event& event) {
  return std::visit(
      [](const auto& e) -> std::span<const FileHash> {
        if constexpr (requires { e.evidence; }) {
          return e.evidence;
        } else {
          return {};
        }
      },
      event);
}

}  // namespace

Noted noted_contacts(const Log& log, PhoneNumber number) {
  Noted noted;
  const std::vector<Digest> subjects = log.subjects_of(number);
  if (subjects.empty()) return noted;
  const auto contact_at = [&](std::uint64_t seq) -> NotedContact* {
    const auto found =
        std::find_if(noted.contacts.begin(), noted.contacts.end(),
                     [seq](const NotedContact& contact) { return contact.seq == seq; });
    return found == noted.contacts.end() ? nullptr : &*found;
  };
  for (const OpenedEntry& opened : open_entries_of(log, subjects.back())) {
    const AnyEvent any = decode_event(opened);
    const Event* const event = std::get_if<Event>(&any);
    if (event == nullptr) continue;
    const std::uint64_t seq = opened.entry.seq;
    if (const auto* const contact = std::get_if<ContactReceived>(event)) {
      NotedContact made{seq, opened.entry.recorded, *contact, {}, {}};
      add_files(*contact, contact->evidence, seq, {}, made.files);
      noted.contacts.push_back(std::move(made));
      continue;
    }
    if (const auto* const corrected = std::get_if<EntryCorrected>(event)) {
      NotedContact* const contact = contact_at(corrected->of);
      if (contact != nullptr && corrected->fields.empty()) contact->taken_back = seq;
      continue;
    }
    const auto* const added = std::get_if<EvidenceAdded>(event);
    NotedContact* const of = added == nullptr ? nullptr : contact_at(added->of);
    add_files(base_of(*event), hashes_of(*event), seq,
              added == nullptr ? std::string() : added->kind,
              of == nullptr ? noted.others : of->files);
  }
  return noted;
}

std::optional<std::uint64_t> same_contact(std::span<const NotedContact> noted,
                                          const ContactReceived& contact) {
  if (contact.sender.empty()) return std::nullopt;
  const std::chrono::minutes near{complaint::rows().same_contact_minutes};
  for (const NotedContact& other : noted) {
    if (other.taken_back || other.said.sender != contact.sender ||
        other.said.channel != contact.channel) {
      continue;
    }
    const auto apart = std::chrono::abs(other.said.happened - contact.happened);
    if (apart <= near) return other.seq;
  }
  return std::nullopt;
}

}  // namespace consent
