// What the writer does with events before their place in the log is known.
#include <algorithm>
#include <utility>

#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "crypto/seal.hpp"
#include "event/encode.hpp"
#include "event/rotation.hpp"
#include "log/open.hpp"
#include "log/schema.hpp"
#include "log/writer.hpp"
#include "standing/callers.hpp"
#include "standing/standing.hpp"
#include "tlog/key_chain.hpp"
#include "tlog/note.hpp"

namespace consent {

namespace {

constexpr std::size_t salt_bytes = 16;
// For the entry, for the commitment, and a key in case the number is new.
constexpr std::size_t salts_each = salt_bytes + 2 * SecretKey::size;
constexpr std::size_t most_body_bytes = 15 * 1024;

std::string random_bytes(Entropy& entropy, std::size_t count) {
  std::string out(count, '\0');
  entropy.fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

SecretKey::View as_key(const char* bytes) {
  return SecretKey::View(reinterpret_cast<const std::uint8_t*>(bytes), SecretKey::size);
}

}  // namespace

std::size_t Writer::NumberHash::operator()(PhoneNumber number) const noexcept {
  // Numbers come in runs: without mixing, neighbours would share the low bits of nothing else.
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  const std::uint64_t mixed = number.digits() * golden;
  return mixed ^ (mixed >> 32U);
}

Writer::Prepared Writer::prepare(const Event& event, std::string_view salts,
                                 const std::optional<Digest>& target) {
  Prepared prepared;
  prepared.event = &event;
  prepared.type = type_of(event);
  prepared.target = target;
  std::copy_n(salts.begin(), salt_size, prepared.salt.begin());
  const std::string details = encode_details(event);
  const std::string_view salt = salts.substr(salt_size, SecretKey::size);
  prepared.commitment = commitment(as_key(salt.data()), details);
  prepared.sealing.reserve(salt.size() + details.size());
  prepared.sealing.append(salt).append(details);
  std::vector<Digest> files;
  for (const EvidenceFile& file : base_of(event).files) {
    prepared.files.push_back(evidence_.take(file, *entropy_));
    files.push_back(prepared.files.back().commitment);
  }
  // A text that grows moves as often as it doubles: this one grows in place, again and again.
  thread_local std::string body;
  body.clear();
  prepared.details_at = encode_body(event, identity_.distributor, prepared.commitment, files, body);
  prepared.body = body;
  if (const Wording* const wording = wording_of(event)) prepared.wording = wording->text;
  if (prepared.body.size() > most_body_bytes) {
    throw Error(ErrorCode::invalid_argument, "event: longer than 15 KiB when written");
  }
  return prepared;
}

void Writer::seal_early(std::span<Prepared> prepared, std::string_view salts) const {
  // Of some at a time: whoever records takes the lock for each new number.
  constexpr std::size_t at_once = 256;
  std::vector<std::optional<SecretKey>> known(std::min(prepared.size(), at_once));
  const bool expect_new = expect_new_.load(std::memory_order_relaxed);
  for (std::size_t first = 0; first < prepared.size(); first += at_once) {
    const auto group = prepared.subspan(first, std::min(at_once, prepared.size() - first));
    {
      const std::shared_lock lock(holders_mutex_);
      for (std::size_t i = 0; i < group.size(); ++i) {
        known[i].reset();
        const auto found = holders_.find(group[i].number());
        if (found == holders_.end()) continue;
        known[i] = SecretKey::copy_of(found->second.key.view());
        group[i].sealed_for = found->second.tag;
      }
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      Prepared& one = group[i];
      if (!known[i]) {
        if (!expect_new) continue;
        const auto key =
            salts.substr((first + i) * salts_each + salt_size + SecretKey::size, SecretKey::size);
        one.fresh = keys_.make(one.number(), SecretKey::copy_of(as_key(key.data())));
        one.sealed_for = one.fresh->tag;
      }
      const SecretKey& under = known[i] ? *known[i] : one.fresh->key;
      one.sealed = seal(under.view(), one.commitment.view(), one.sealing);
    }
  }
}

std::vector<Appended> Writer::append(std::span<const Event> events, Instant now) {
  return submit(prepare(events, 2), now);
}

std::vector<Appended> Writer::append_once(std::span<const Event> events, Instant now) {
  return append_once(prepare(events, 2), now);
}

std::vector<Writer::Prepared> Writer::offer(std::span<const Event> events) {
  return prepare(events, 1);
}

std::vector<Appended> Writer::append_once(std::vector<Prepared> offered, Instant now) {
  for (Prepared& one : offered) one.once = true;
  return submit(std::move(offered), now);
}

std::vector<Writer::Prepared> Writer::prepare(std::span<const Event> events, unsigned threads) {
  std::vector<Prepared> prepared(events.size());
  std::string salts = random_bytes(*entropy_, salts_each * events.size());
  struct Wiped {
    std::string& bytes;
    ~Wiped() { wipe(bytes.data(), bytes.size()); }
  } const wiped{salts};
  try {
    const auto prepare_from = [&](std::size_t first, std::size_t last) {
      const auto terms = std::make_shared<Terms>();
      for (std::size_t i = first; i < last; ++i) {
        Prepared& one = prepared[i];
        one = prepare(events[i], std::string_view(salts).substr(salts_each * i, salts_each));
        if (!speaks_to_standing(one.type)) continue;
        one.clauses = read_clauses(events[i], identity_.distributor, *terms);
        if (one.clauses) one.terms = terms;
      }
      seal_early(std::span(prepared).subspan(first, last - first),
                 std::string_view(salts).substr(salts_each * first));
    };
    constexpr std::size_t worth_a_thread = 128;
    if (threads < 2 || events.size() < worth_a_thread) {
      prepare_from(0, events.size());
    } else {
      std::exception_ptr failed;
      {
        const std::size_t half = events.size() / 2;
        const std::jthread other([&] {
          try {
            prepare_from(half, events.size());
          } catch (...) {
            failed = std::current_exception();
          }
        });
        prepare_from(0, half);
      }
      if (failed) std::rethrow_exception(failed);
    }
  } catch (...) {
    settle(prepared, {});
    throw;
  }
  return prepared;
}

void Writer::settle(std::span<const Prepared> events,
                    std::span<const Appended> done) const noexcept {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool recorded = i < done.size() && done[i].once == Once::recorded;
    for (const SealedEvidence& file : events[i].files) {
      if (!file.bytes.empty()) continue;
      if (recorded) {
        evidence_.settle(file.commitment);
      } else {
        evidence_.remove(file.commitment);
      }
    }
  }
}

Writer::Prepared Writer::about_log(const LogEvent& event) {
  Prepared made;
  made.type = type_of(event);
  entropy_->fill({reinterpret_cast<std::uint8_t*>(made.salt.data()), salt_size});
  encode_body(event, made.body);
  if (const auto* registered = std::get_if<WordingRegistered>(&event)) {
    made.wording = registered->wording.text;
  }
  if (const auto* restored = std::get_if<LogRestored>(&event)) {
    made.incarnation = restored->incarnation;
  }
  return made;
}

std::uint64_t Writer::append(const LogEvent& event, Instant now) {
  std::vector<Prepared> events;
  events.push_back(about_log(event));
  return submit(std::move(events), now).front().seq;
}

std::uint64_t Writer::rotate(const Rotating& rotating, Instant now, const LogEvent* before) {
  alone([this] { (void)keys_.prepare_rotation(*entropy_); });
  std::vector<Prepared> events;
  if (before != nullptr) events.push_back(about_log(*before));
  Prepared& made = events.emplace_back();
  made.type = EventType::key_rotated;
  entropy_->fill({reinterpret_cast<std::uint8_t*>(made.salt.data()), salt_size});
  made.rotating = &rotating;
  return submit(std::move(events), now).back().seq;
}

std::string Writer::rotation_body(const Rotating& rotating, const Envelope& envelope) {
  const auto next = keys_.next_signing_key();
  if (!next) throw Error(ErrorCode::internal, "keys.db: no key was prepared");
  KeyRotation rotation;
  rotation.replaces = rotating.replaces;
  rotation.reason = rotating.reason;
  return encode_body(KeyChain::sign(identity_.origin, envelope.seq, envelope.prev,
                                    std::move(rotation), *next,
                                    rotating.old_is_here ? &keys_.signing_key() : nullptr));
}

}  // namespace consent
