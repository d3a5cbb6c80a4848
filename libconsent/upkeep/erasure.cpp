// What a log does to forget a person, and what it keeps so that nobody calls them again.
#include "consent/erasure.hpp"

#include <algorithm>

#include "crypto/seal.hpp"
#include "log/impl.hpp"

namespace consent {

namespace {

ErasureCheck check_erasure(const LogImpl& impl, PhoneNumber number, Instant needed_since,
                           Instant now, const std::optional<Instant>& held_at) {
  ErasureCheck check;
  const std::vector<Digest> tags = impl.tags_of(number);
  const auto suppressed = impl.keys->suppressed(number);
  const std::size_t which = impl.holder_among(tags, suppressed, held_at);
  if (which >= tags.size()) {
    if (suppressed) {
      check.erased_before = suppressed->before;
      return check;
    }
    throw Error(ErrorCode::not_found, "log: has nothing about this number");
  }
  check.tag = tags[which];
  const auto subject = impl.kept->read(check.tag);
  // Who held the number last is erased, and who is left held it before: asked again, it is not them
  // that are meant.
  if (!held_at && suppressed && suppressed->bars && subject && subject->standing.closed &&
      *subject->standing.closed <= suppressed->before) {
    check.erased_before = suppressed->before;
    return check;
  }
  check.holds_number = which + 1 == tags.size() && (!subject || !subject->standing.closed);
  if (subject && subject->standing.erased()) {
    check.erased_before = subject->standing.clauses.back().recorded;
    return check;
  }
  std::vector<Hold> holds;
  for (const Entry& entry : impl.entries_of_tag(check.tag)) {
    ++check.entries;
    if (entry.type == EventType::consent_given) ++check.consents;
    const AnyEvent said = decode_event(entry);
    if (const EventBase* const base = about_subject(said)) check.files += base->files.size();
    if (const auto* const contact = get_if<ContactMade>(said);
        contact != nullptr && contact->direction == Direction::outgoing &&
        contact->happened >= needed_since) {
      check.contacts.push_back(entry.seq);
    }
    if (const auto* const held = get_if<SubjectHeld>(said)) {
      Hold hold{held->by, held->ground, held->until, entry.seq};
      // Each who ordered one has theirs: nobody else's word ends or shortens it.
      std::erase_if(holds, [&](const Hold& each) { return each.by == hold.by; });
      if (!held->released) holds.push_back(std::move(hold));
    }
  }
  for (Hold& hold : holds) {
    if (hold.until && now >= *hold.until) continue;
    const auto end = [](const Hold& each) { return each.until.value_or(Instant::max()); };
    if (!check.hold || end(*check.hold) < end(hold)) check.hold = std::move(hold);
  }
  return check;
}

}  // namespace

ErasureCheck before_erasing(const Log& log, PhoneNumber number, Instant needed_since, Instant now,
                            const std::optional<Instant>& held_at) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  (void)impl.need_keys();
  const LogImpl::Reading reading(impl);
  return check_erasure(impl, number, needed_since, now, held_at);
}

Erasure erase(Log& log, PhoneNumber number, const ErasureOrder& order, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  SubjectErased event{{number, now}};
  event.ground = order.ground;
  Erasure done;
  if (!order.requester.empty()) {
    done.request_salt = order.request_salt;
    if (done.request_salt.empty()) {
      done.request_salt.resize(SecretKey::size);
      impl.writer->random(done.request_salt);
    }
    if (done.request_salt.size() != SecretKey::size) {
      throw Error(ErrorCode::invalid_argument, "erase: request_salt: 32 bytes");
    }
    done.request =
        commitment(SecretKey::View(reinterpret_cast<const std::uint8_t*>(done.request_salt.data()),
                                   SecretKey::size),
                   order.requester);
    event.request = FileHash{*done.request};
  }
  validate(Event(event));
  return impl.writer->alone([&] {
    done.before = before_erasing(log, number, order.needed_since, now, order.held_at);
    const ErasureCheck& check = done.before;
    if (check.erased_before || check.hold || (!check.contacts.empty() && !order.lose_proof)) {
      return done;
    }
    const Appended appended = impl.writer->erase(event, check.tag, now);
    done.erased = true;
    done.seq = appended.seq;
    done.at = now;
    return done;
  });
}

Appended append_of_holder(Log& log, const Event& event, Instant held_at, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  if (!std::holds_alternative<SubjectHeld>(event) &&
      !std::holds_alternative<SubjectRestricted>(event)) {
    throw Error(ErrorCode::invalid_argument,
                "held_at: only with a hold or a restriction; whatever else is said of a number is "
                "about its latest holder");
  }
  validate(event);
  const EventBase& base = base_of(event);
  if (base.happened > now) {
    throw Error(ErrorCode::invalid_argument, "happened: claims a time after its recording");
  }
  return impl.writer->alone([&] {
    Digest tag;
    {
      const LogImpl::Reading reading(impl);
      const auto tags = impl.tags_of(*base.number);
      const auto suppressed = impl.keys->suppressed(*base.number);
      const std::size_t which = impl.holder_among(tags, suppressed, held_at);
      if (which >= tags.size()) {
        if (suppressed)
          throw Error(ErrorCode::erased, "held_at: who held the number then is erased");
        throw Error(ErrorCode::not_found, "log: has nothing about this number then");
      }
      tag = tags[which];
    }
    return impl.writer->append_to(event, tag, now);
  });
}

}  // namespace consent
