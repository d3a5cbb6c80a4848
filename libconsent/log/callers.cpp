// Who dials for whom, as the entries say.
#include "consent/callers.hpp"

#include <algorithm>

#include "consent/error.hpp"
#include "log/impl.hpp"
#include "log/schema.hpp"
#include "standing/callers.hpp"

namespace consent {

namespace {

/// A scope of an assignment; absent: empty, which means all. nullopt for what is no list of words.
template <typename E>
std::optional<SetOf<E>> scope(const canonical::Value& body, std::string_view key) {
  SetOf<E> set;
  const canonical::Value* const member = body.find(key);
  if (member == nullptr) return set;
  if (member->array() == nullptr) return std::nullopt;
  for (const canonical::Value& item : *member->array()) {
    const auto value = item.string() != nullptr ? from_word<E>(*item.string()) : std::nullopt;
    if (!value) return std::nullopt;
    set.insert(*value);
  }
  return set;
}

}  // namespace

std::uint64_t assign_caller(Log& log, CallerAssigned assigned, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  if (assigned.distributor.empty()) assigned.distributor = impl.identity.distributor;
  if (assigned.distributor.empty()) {
    throw Error(ErrorCode::invalid_argument, "distributor: must be given, the log belongs to none");
  }
  const LogEvent event(std::move(assigned));
  validate(event);
  return impl.writer->append(event, now);
}

std::uint64_t release_caller(Log& log, const CallerReleased& released, Instant now) {
  LogImpl& impl = LogAccess::of(log);
  impl.check_writable();
  const LogEvent event(released);
  validate(event);
  if (released.of >= log.size() || log.entry(released.of).type != EventType::caller_assigned) {
    throw Error(ErrorCode::invalid_argument, Message("entry {}: assigns nobody", released.of));
  }
  return impl.writer->append(event, now);
}

std::vector<CallerAssignment> assignments(const Log& log, std::uint64_t size) {
  const LogImpl& impl = LogAccess::of(log);
  impl.check_fork();
  const LogImpl::Reading reading(impl);
  std::vector<CallerAssignment> found;
  // Before `state` nobody could be assigned.
  if (impl.db.integer("PRAGMA user_version") < schema::with_state) return found;
  sqlite::Statement row(impl.db, "SELECT value FROM state WHERE key=?1");
  if (!row.bind_text(1, callers::state_key).step()) return found;
  for (const std::uint64_t seq : callers::from_value(row.blob(0))) {
    if (seq >= size) break;
    const Entry entry = impl.entry_at(seq);
    const canonical::Value body = decode_entry(entry.bytes).body;
    const auto refuse = [&](std::string_view what) {
      throw BrokenLog(seq, Message("entry {}: {}", seq, Message(what)));
    };
    const auto until = parse_stored_instant(text_member(body, "until"));
    if (entry.type == EventType::caller_assigned) {
      const auto from = parse_stored_instant(text_member(body, "from"));
      CallerAssignment made;
      made.seq = seq;
      made.distributor = text_member(body, "distributor");
      made.caller = text_member(body, "caller");
      const auto purposes = scope<Purpose>(body, "purposes");
      const auto channels = scope<Channel>(body, "channels");
      if (!from || made.distributor.empty() || made.caller.empty()) refuse("assigns nobody");
      if (!purposes || !channels) refuse("a word that is not on its list");
      made.from = *from;
      made.purposes = *purposes;
      made.channels = *channels;
      made.campaign = text_member(body, "campaign");
      made.until = until.value_or(Instant::max());
      made.recorded = entry.recorded;
      made.document = digest_from_hex(text_member(body, "document"));
      found.push_back(std::move(made));
    } else if (entry.type == EventType::caller_released) {
      const canonical::Value* const of = body.find("of");
      const auto meant = std::find_if(found.begin(), found.end(), [&](const auto& each) {
        return of != nullptr && of->integer() != nullptr &&
               static_cast<std::int64_t>(each.seq) == *of->integer();
      });
      if (meant == found.end() || !until) refuse("ends no assignment");
      meant->until = std::min(meant->until, *until);
      meant->released.push_back(seq);
    } else {
      refuse("says nothing of callers, and the table says it does; rebuild the log's tables");
    }
  }
  return found;
}

}  // namespace consent
