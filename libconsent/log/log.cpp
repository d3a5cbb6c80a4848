#include "consent/log.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>

#include "base/decimal.hpp"
#include "consent/error.hpp"
#include "log/impl.hpp"
#include "log/open.hpp"
#include "tlog/note.hpp"

namespace consent {

namespace {

namespace fs = std::filesystem;

// Counts forks of this process: a Log made before one must not touch its files after it.
std::atomic<std::uint64_t> fork_count{0};

}  // namespace

std::uint64_t forks() {
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
  (void)registered;
  return fork_count.load(std::memory_order_relaxed);
}

Entry read_entry(std::int64_t seq, std::string_view leaf, std::string_view bytes) {
  try {
    Entry entry = decode_entry(bytes).entry;
    if (entry.seq != static_cast<std::uint64_t>(seq)) {
      throw Error(ErrorCode::invalid_argument, "'seq' is not its own");
    }
    if (entry.leaf.view() != leaf) {
      throw Error(ErrorCode::invalid_argument, "content does not hash to its leaf");
    }
    return entry;
  } catch (const Error& error) {
    throw BrokenLog(static_cast<std::uint64_t>(seq), Message("entry {}: {}", seq, error));
  }
}

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;
Log::~Log() {
  // In a child of fork() the files belong to the parent: letting go without closing is the only
  // thing that cannot hurt them.
  if (impl_ && forks() != impl_->forks_at_open) (void)impl_.release();
}

Appended Log::append(const Event& event, Instant now) {
  return append_many({&event, 1}, now).front();
}

namespace {

/// Whether these events may ever be recorded. @throws as Log::append()
void check(const Log& log, std::span<const Event> events) {
  const auto& diarist = log.identity().subscriber;
  for (const Event& event : events) {
    validate(event);
    if (diarist && base_of(event).number != diarist) {
      throw Error(ErrorCode::invalid_argument,
                  "number: this diary is kept for another number; who called is the sender");
    }
    // Its entry says that a key was destroyed, which appending does not do.
    if (std::holds_alternative<SubjectErased>(event)) {
      throw Error(ErrorCode::invalid_argument, "subject.erased: is recorded by erase() alone");
    }
    const auto target = refers_to(event);
    if (target && *target >= log.size()) {
      throw Error(ErrorCode::invalid_argument, "of: points at an entry that is not there");
    }
    if (target && std::holds_alternative<RequestAnswered>(event)) {
      const EventType type = log.entry(*target).type;
      if (type != EventType::request_received && type != EventType::consent_withdrawn) {
        throw Error(ErrorCode::invalid_argument, "of: points at an entry that is no demand");
      }
    }
  }
}

/// Whether these events may be recorded at `now`. @throws as Log::append()
void check_times(std::span<const Event> events, Instant now) {
  for (const Event& event : events) {
    if (base_of(event).happened > now) {
      throw Error(ErrorCode::invalid_argument, "happened: claims a time after its recording");
    }
    if (const auto* withdrawn = std::get_if<ConsentWithdrawn>(&event);
        withdrawn != nullptr && withdrawn->received_at && *withdrawn->received_at > now) {
      throw Error(ErrorCode::invalid_argument, "received_at: claims a time after its recording");
    }
    if (const auto* request = std::get_if<RequestReceived>(&event);
        request != nullptr && request->received_at && *request->received_at > now) {
      throw Error(ErrorCode::invalid_argument, "received_at: claims a time after its recording");
    }
  }
}

}  // namespace

std::vector<Appended> Log::append_many(std::span<const Event> events, Instant now) {
  impl_->check_writable();
  check(*this, events);
  check_times(events, now);
  return impl_->writer->append(events, now);
}

std::vector<Appended> Log::append_once(std::span<const Event> events, Instant now) {
  impl_->check_writable();
  check(*this, events);
  check_times(events, now);
  return impl_->writer->append_once(events, now);
}

/// The events and what was made of them, which points into them.
struct Offered::Impl {
  Writer* writer;
  std::shared_ptr<Writer::Life> life;  ///< of the writer
  std::uint64_t forks_at_offer = forks();
  std::vector<Event> events;
  std::vector<Writer::Prepared> prepared;

  ~Impl() {
    // What nobody recorded leaves no file behind; without its writer the next opening sweeps it. In
    // a child of fork() the files are the parent's.
    if (forks() != forks_at_offer) return;
    const std::lock_guard lock(life->mutex);
    if (life->open) writer->settle(prepared, {});
  }
};

Offered::Offered(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Offered::Offered(Offered&&) noexcept = default;
Offered& Offered::operator=(Offered&&) noexcept = default;
Offered::~Offered() = default;

Offered Log::offer(std::vector<Event> events) const {
  impl_->check_writable();
  check(*this, events);
  auto made = std::make_unique<Offered::Impl>();
  made->writer = impl_->writer.get();
  made->life = impl_->writer->life();
  made->events = std::move(events);
  made->prepared = made->writer->offer(made->events);
  return Offered(std::move(made));
}

std::vector<Appended> Log::append_once(Offered offered, Instant now) {
  impl_->check_writable();
  if (!offered.impl_ || offered.impl_->life != impl_->writer->life()) {
    throw Error(ErrorCode::invalid_argument, "offered: to another log, or recorded already");
  }
  check_times(offered.impl_->events, now);
  return impl_->writer->append_once(std::exchange(offered.impl_->prepared, {}), now);
}

std::string_view to_word(Once outcome) noexcept {
  switch (outcome) {
    case Once::recorded:
      return "recorded";
    case Once::already_there:
      return "already_there";
    case Once::before_reassignment:
      return "before_reassignment";
    case Once::erased:
      return "erased";
  }
  return {};
}

const LogIdentity& Log::identity() const noexcept { return impl_->identity; }
const fs::path& Log::folder() const noexcept { return impl_->folder; }
Access Log::access() const noexcept { return impl_->access; }
Message Log::impairment() const { return soundness().impairment; }
const std::vector<Message>& Log::warnings() const& noexcept { return impl_->warnings; }
note::VerifierKey Log::verifier_key() const { return impl_->key; }

std::uint64_t Log::size() const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  return impl_->size_now();
}

Digest Log::root() const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  const sqlite::Transaction snapshot(impl_->db, "BEGIN");
  return merkle::root_of(impl_->size_now(), impl_->nodes());
}

Digest Log::root_at(std::uint64_t size) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  if (size > impl_->size_now()) {
    throw Error(ErrorCode::invalid_argument, "log: is shorter than the size asked for");
  }
  return merkle::root_of(size, impl_->nodes());
}

std::string Log::checkpoint() {
  impl_->check_fork();
  if (impl_->writer) return impl_->writer->checkpoint();
  const std::lock_guard lock(impl_->reading);
  const std::uint64_t size = impl_->size_now();
  impl_->read_checkpoint.reset();
  if (impl_->read_checkpoint.bind(1, static_cast<std::int64_t>(size)).step()) {
    std::string kept(impl_->read_checkpoint.blob(0));
    impl_->read_checkpoint.reset();
    return kept;
  }
  impl_->read_checkpoint.reset();
  // Entries that are not those once acknowledged may contradict what was signed: two such
  // signatures would prove a fork.
  if (!impl_->impairment.empty()) {
    throw Error(ErrorCode::storage,
                Message("log: signs nothing new, because {}", impl_->impairment));
  }
  const Checkpoint checkpoint{impl_->identity.origin, size, merkle::root_of(size, impl_->nodes())};
  const SigningKey& key = impl_->need_keys().signing_key();
  KeyStore::note_signed(
      impl_->folder / "keys.db", {size, checkpoint.root}, [&](const KeyStore::Signed& last) {
        return last.size <= size && merkle::root_of(last.size, impl_->nodes()) == last.root;
      });
  return note::sign_note(checkpoint.text(), impl_->key.name, key);
}

InclusionProof Log::prove_inclusion(std::uint64_t seq, std::string_view checkpoint) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  // A bundle proves many entries against one checkpoint; its signature is checked once.
  if (impl_->verified_note != checkpoint) {
    const std::array keys{impl_->key};
    impl_->verified_checkpoint = parse_checkpoint(note::verify(checkpoint, keys).text);
    impl_->verified_note = checkpoint;
  }
  const Checkpoint& parsed = impl_->verified_checkpoint;
  if (parsed.size > impl_->size_now() || seq >= parsed.size) {
    throw Error(ErrorCode::invalid_argument, "log: the checkpoint does not reach the entry");
  }
  return {seq, merkle::inclusion_path(seq, parsed.size, impl_->nodes()), std::string(checkpoint)};
}

merkle::Path Log::prove_consistency(std::uint64_t size1, std::uint64_t size2) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  if (size2 > impl_->size_now()) {
    throw Error(ErrorCode::invalid_argument, "log: is shorter than the size asked for");
  }
  return merkle::consistency_path(size1, size2, impl_->nodes());
}

Entry Log::entry(std::uint64_t seq) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  return impl_->entry_at(seq);
}

void Log::for_each(std::uint64_t first, std::uint64_t last,
                   const std::function<void(const Entry&)>& visit) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  constexpr auto most = static_cast<std::uint64_t>(INT64_MAX);
  sqlite::Statement& rows = impl_->read_entry;
  rows.reset();
  rows.bind(1, static_cast<std::int64_t>(std::min(first, most)))
      .bind(2, static_cast<std::int64_t>(std::min(last, most)));
  try {
    while (rows.step()) visit(consent::read_entry(rows.integer(0), rows.blob(1), rows.blob(2)));
  } catch (...) {
    rows.reset();
    throw;
  }
  rows.reset();
}

std::vector<Digest> Log::subjects_of(PhoneNumber number) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  return impl_->tags_of(number);
}

std::vector<Entry> Log::entries_of(const Digest& tag) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  return impl_->entries_of_tag(tag);
}

std::vector<OpenedEntry> Log::open_entries_of(const Digest& tag) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  const auto subject = impl_->need_keys().by_tag(tag);
  if (!subject) throw Error(ErrorCode::not_found, "keys.db: no key for this subject");
  std::vector<OpenedEntry> opened;
  for (Entry& entry : impl_->entries_of_tag(tag)) {
    opened.push_back(impl_->opened(std::move(entry), subject->key));
  }
  return opened;
}

std::vector<Entry> Log::history(PhoneNumber number) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  std::vector<Entry> entries;
  for (const Impl::Tagged& each : impl_->tagged(number)) {
    if (impl_->must_know(each.id) && !impl_->kept->read(each.tag)) {
      throw Error(ErrorCode::storage, removed_row);
    }
    auto part = impl_->entries_of_tag(each.tag);
    std::move(part.begin(), part.end(), std::back_inserter(entries));
  }
  return entries;
}

std::vector<SubjectStanding> Log::standing_of(PhoneNumber number) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  return impl_->standings_of(number);
}

void Log::for_each_standing(
    const std::function<void(PhoneNumber, std::span<const SubjectStanding>)>& visit) const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  // All sides in the order of tags: one pass over the table instead of a search for each number.
  const auto holders = impl_->need_keys().numbers();
  KeptStanding::Rows rows(*impl_->kept);
  bool more = rows.step();
  const auto behind = impl_->kept->behind();
  auto newer = behind.begin();
  const std::int64_t newest = impl_->kept->is_sealed() ? impl_->kept->newest_subject() : 0;
  std::vector<SubjectStanding> standings;
  for (const KeyStore::Holder& holder : holders) {
    while (more && rows.tag() < holder.tag.view()) more = rows.step();
    standings.clear();
    if (holder.previous != 0) {
      for (const Impl::Tagged& each : impl_->tagged(holder.previous)) {
        if (auto subject = impl_->kept->read(each.tag)) {
          standings.push_back(std::move(subject->standing));
        } else if (each.id <= newest) {
          standings.push_back(Impl::missing(each.tag));
        }
      }
    }
    while (newer != behind.end() && (*newer)->standing.tag < holder.tag) ++newer;
    if (newer != behind.end() && (*newer)->standing.tag == holder.tag) {
      standings.push_back((*newer)->standing);
    } else if (more && rows.tag() == holder.tag.view()) {
      standings.push_back(rows.standing());
    } else if (holder.id <= newest) {
      standings.push_back(Impl::missing(holder.tag));
    }
    impl_->bar_suppressed(holder.number, standings);
    if (!standings.empty()) visit(holder.number, standings);
  }
}

Terms Log::terms() const {
  impl_->check_fork();
  const Impl::Reading reading(*impl_);
  return impl_->kept->terms();
}

std::vector<std::string> Log::distributors() const {
  if (!impl_->identity.distributor.empty()) return {impl_->identity.distributor};
  std::set<std::uint32_t> ids;
  const auto take = [&ids](std::span<const Clause> clauses) {
    Impl::take_distributors(clauses, ids);
  };
  {
    const Impl::Reading reading(*impl_);
    // A damaged row has none: its subject is unknown to every question.
    for (KeptStanding::Rows rows(*impl_->kept); rows.step();) take(rows.standing().clauses);
    for (const KeptSubject* subject : impl_->kept->behind()) take(subject->standing.clauses);
  }
  const Terms known = terms();
  std::vector<std::string> names;
  for (const std::uint32_t id : ids) names.emplace_back(known.text(id));
  return names;
}

std::optional<std::string> Log::wording(const Digest& hash) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  impl_->read_wording.reset();
  std::optional<std::string> text;
  if (impl_->read_wording.bind_blob(1, hash.view()).step()) {
    text = std::string(impl_->read_wording.blob(0));
  }
  impl_->read_wording.reset();
  return text;
}

OpenedEntry Log::open_entry(std::uint64_t seq) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  const sqlite::Transaction snapshot(impl_->db, "BEGIN");
  Entry entry = impl_->entry_at(seq);
  if (!entry.subject) throw Error(ErrorCode::not_found, "log: the entry is about nobody");
  const auto subject = impl_->need_keys().by_tag(entry.subject->tag);
  if (!subject) throw Error(ErrorCode::not_found, "keys.db: no key for this subject");
  return impl_->opened(std::move(entry), subject->key);
}

std::string Log::checkpoint_over(std::uint64_t seq) {
  impl_->check_fork();
  {
    const std::lock_guard lock(impl_->reading);
    sqlite::Statement kept(impl_->db,
                           "SELECT note FROM checkpoint WHERE size>?1 ORDER BY size LIMIT 1");
    if (kept.bind(1, static_cast<std::int64_t>(seq)).step()) return std::string(kept.blob(0));
  }
  return checkpoint();
}

}  // namespace consent
