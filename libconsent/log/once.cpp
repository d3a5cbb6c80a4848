// What an import asks of the writer: is this said already, and may it be said of who holds the
// number now?

#include "consent/digest.hpp"
#include "consent/error.hpp"
#include "crypto/seal.hpp"
#include "log/writer.hpp"

namespace consent {

namespace {

constexpr std::size_t most_fingerprints = 1U << 20U;

[[noreturn]] void refuse(std::uint64_t seq) {
  throw BrokenLog(seq, Message("entry {}: its subject's chain does not fit", seq));
}

/// Who sent a received contact, and what it said, is sealed: without it two messages of one instant
/// are one. Of every other type the clear members say it all but notes, which tell nothing apart.
bool compares_details(EventType type) { return type == EventType::contact_received; }

Digest with_details(const Digest& clear, std::string_view details) {
  return Sha256().add(clear.view()).add(details).finish();
}

Digest fingerprint_of(const Writer::Prepared& prepared) {
  const Digest clear = fingerprint(prepared.type, prepared.body, prepared.details_at);
  if (!compares_details(prepared.type)) return clear;
  return with_details(clear, std::string_view(prepared.sealing).substr(SecretKey::size));
}

}  // namespace

void Writer::note_said(const Digest& tag, std::uint64_t seq, const Prepared& prepared) {
  if (const auto found = said_.find(tag); found != said_.end()) {
    found->second.emplace(fingerprint_of(prepared), seq);
    ++said_count_;
  }
}

const Writer::Said& Writer::said_by(const Digest& tag, const SecretKey& key, std::int64_t last) {
  if (const auto found = said_.find(tag); found != said_.end()) return found->second;
  settle_rows();
  if (said_count_ > most_fingerprints) {
    said_.clear();
    said_count_ = 0;
  }
  Said& said = said_[tag];
  for (std::int64_t seq = last; seq >= 0;) {
    read_entry_.reset();
    if (!read_entry_.bind(1, seq).step()) refuse(static_cast<std::uint64_t>(seq));
    const DecodedEntry decoded = decode_entry(read_entry_.blob(0));
    const Entry& entry = decoded.entry;
    if (!entry.subject || entry.subject->tag != tag || entry.subject->prev >= seq)
      refuse(entry.seq);
    const AnyEvent event = decode_body(entry.type, decoded.body);
    if (const auto* const told = std::get_if<Event>(&event)) {
      Digest says = fingerprint(*told);
      if (compares_details(entry.type)) {
        const std::string opened =
            open(key.view(), base_of(*told).details.view(), read_entry_.blob(1));
        if (opened.size() < SecretKey::size) refuse(entry.seq);
        says = with_details(says, std::string_view(opened).substr(SecretKey::size));
      }
      said[says] = entry.seq;
    }
    ++said_count_;
    seq = entry.subject->prev;
  }
  read_entry_.reset();
  return said;
}

Once Writer::judge_once(const Prepared& prepared, Appended& done) {
  const EventBase& base = base_of(*prepared.event);
  const PhoneNumber number = prepared.number();
  const auto suppressed = this->suppressed(number);
  if (suppressed && base.happened <= suppressed->before) return Once::erased;
  const auto cached = holders_.find(number);
  std::int64_t previous = 0;
  Once outcome = Once::recorded;
  const auto look = [&](const Digest& tag, const SecretKey& key, std::int64_t last,
                        std::optional<Instant> closed) {
    const Said& said = said_by(tag, key, last);
    if (const auto found = said.find(fingerprint_of(prepared)); found != said.end()) {
      done.seq = found->second;
      done.tag = tag;
      return true;
    }
    if (closed && base.happened < *closed) outcome = Once::before_reassignment;
    return false;
  };
  std::int64_t id = 0;
  if (cached != holders_.end()) {
    const Holder& newest = cached->second;
    if (look(newest.kept->standing.tag, newest.key, newest.kept->last,
             newest.kept->standing.closed)) {
      return Once::already_there;
    }
    previous = newest.previous;
    id = newest.id;
  } else if (met_all_) {
    return Once::recorded;
  } else {
    const auto stored = keys_.newest(index_of(number, prepared));
    if (!stored) {
      never_met_ = number;
      return Once::recorded;
    }
    previous = stored->id;
    id = stored->id + 1;
  }
  // A number passed on: what its earlier holders said is theirs, and nobody else's.
  while (previous != 0 && previous < id) {
    const auto stored = keys_.by_id(previous);
    if (!stored) break;
    settle_rows();
    if (const auto kept = kept_->read(stored->tag)) {
      if (look(stored->tag, stored->key, kept->last, kept->standing.closed)) {
        return Once::already_there;
      }
    }
    id = previous;
    previous = stored->previous;
  }
  return outcome;
}

}  // namespace consent
