#include "gate/memory.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "consent/callers.hpp"
#include "consent/clock.hpp"
#include "consent/error.hpp"
#include "consent/log_standing.hpp"
#include "consent/maintenance.hpp"
#include "decision/resolve.hpp"
#include "log/impl.hpp"

namespace consent::gate {

namespace {

std::uint64_t beginning(const Digest& tag) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < sizeof out; ++i) out = (out << 8U) | tag.bytes[i];
  return out;
}

bool any_broken(std::span<const SubjectStanding> subjects) {
  return std::any_of(subjects.begin(), subjects.end(),
                     [](const SubjectStanding& each) { return each.broken; });
}

}  // namespace

Memory::Memory(Log follower, const Log* log) : head_file_(follower.folder() / "head") {
  auto following = std::make_unique<Following>();
  following->forks = forks();
  following->log.emplace(std::move(follower));
  HeadView::Mark mark{};
  // The head before the log: what it acknowledges is then there.
  if (auto head = HeadView::open(head_file_)) {
    following->views.push_back(std::make_unique<HeadView>(std::move(*head)));
    mark = following->views.back()->mark();
    head_.store(following->views.back().get(), std::memory_order_release);
  }
  load(*following, log == nullptr ? *following->log : *log);
  see(mark);
  following_.store(following.release(), std::memory_order_release);
}

Memory::~Memory() { delete following_.load(); }

void Memory::see(const HeadView::Mark& mark) noexcept {
  for (std::size_t i = 0; i < mark.size(); ++i) seen_[i].store(mark[i], std::memory_order_release);
}

Message Memory::failure() const {
  if (!lost()) return {};
  Following& following = const_cast<Memory*>(this)->following();
  const std::lock_guard lock(following.mutex);
  return following.failure;
}

Memory::Following& Memory::following() {
  for (;;) {
    Following* current = following_.load(std::memory_order_acquire);
    if (current->forks == forks()) return *current;
    // The parent's mutex may have been held by a thread that is not here.
    auto fresh = std::make_unique<Following>();
    fresh->forks = forks();
    fresh->before = current;
    if (following_.compare_exchange_strong(current, fresh.get())) return *fresh.release();
  }
}

void Memory::take_over(Following& following) {
  Following& before = *following.before;
  following.log.emplace(reopened(*before.log));
  if (!before.busy.load()) {
    following.views = std::move(before.views);
    following.bases = std::move(before.bases);
    following.states = std::move(before.states);
    following.tags = std::move(before.tags);
    following.tags_added = std::move(before.tags_added);
  } else {
    lost_.store(true, std::memory_order_release);  // everything is read anew
  }
  // Left as it is: its log is the parent's, and so may be what a thread was in the middle of.
  following.before = nullptr;
}

void Memory::bring_level() noexcept {
  Following* at_work = nullptr;
  try {
    Following& following = this->following();
    const std::lock_guard lock(following.mutex);
    if (is_level()) return;
    at_work = &following;
    following.busy.store(true);
    try {
      if (following.before != nullptr) take_over(following);
      update(following);
      lost_.store(false, std::memory_order_release);
      following.failure = Message();
    } catch (const Error& error) {
      lost_.store(true, std::memory_order_release);
      following.failure = Message("the log cannot be followed: {}", error);
    }
    following.busy.store(false);
  } catch (...) {
    lost_.store(true, std::memory_order_release);
    if (at_work != nullptr) at_work->busy.store(false);
  }
}

void Memory::update(Following& following) {
  bool anew = lost();
  const HeadView* head = head_.load(std::memory_order_acquire);
  if (head == nullptr || !head->is(head_file_)) {
    anew = true;
    auto opened = HeadView::open(head_file_);
    if (opened) following.views.push_back(std::make_unique<HeadView>(std::move(*opened)));
    // Still none: the log is as impaired as it was, and what is in memory allows nothing.
    if (!opened && head == nullptr && !lost() && state().doubts.impaired) return;
    head = opened ? following.views.back().get() : nullptr;
    head_.store(head, std::memory_order_release);
  }
  // The head before the log: what it acknowledges is then there.
  const HeadView::Mark mark = head == nullptr ? HeadView::Mark{} : head->mark();
  if (!anew && !state().doubts.impaired) {
    const Soundness soundness = following.log->soundness();
    const std::uint64_t size = size_.load();
    if (!soundness.impaired()) {
      const Added added = added_since(*following.log, size);
      anew = added.restored || added.size < size;
      if (!anew) add(following, added, soundness);
    } else {
      anew = true;
    }
  } else {
    anew = true;
  }
  if (anew) {
    // Opened again: another log may lie there now, or this one was restored.
    following.log.emplace(reopened(*following.log));
    load(following, *following.log);
  }
  see(mark);
}

void Memory::load(Following& following, const Log& log) {
  auto next = std::make_unique<State>();
  // What the log knows against itself first, then its size, then what it says.
  const Soundness soundness = log.soundness();
  const std::uint64_t size = log.size();
  auto base = std::make_unique<Base>();
  std::vector<std::pair<std::uint64_t, std::uint64_t>> tags;
  for_each_standing(log, [&](PhoneNumber number, std::span<const SubjectStanding> subjects) {
    base->table.fill(base->table.insert(number), subjects);
    for (const SubjectStanding& each : subjects)
      tags.emplace_back(beginning(each.tag), number.digits());
  });
  base->table.shrink();
  tags.shrink_to_fit();
  const State* const before = state_.load(std::memory_order_acquire);
  next->base = base.get();
  next->names.loaded = before == nullptr ? 1 : before->names.loaded + 1;
  next->terms = terms_of(log);  // after the standings: every id in them has its name
  next->names.known = static_cast<std::uint32_t>(next->terms.size());
  next->assigned = decision::resolved(assignments(log), next->terms);
  next->set_back = clock_set_back(log);
  next->distributors = distributors_of(log);
  next->doubts = decision::doubts_of(soundness);
  next->impairment = soundness.impairment;
  following.bases.push_back(std::move(base));
  following.tags = std::move(tags);
  following.tags_added.clear();
  size_.store(size);
  publish(following, std::move(next));
}

void Memory::put(Following& following, Base& base, PhoneNumber number,
                 std::vector<SubjectStanding> subjects) {
  for (const SubjectStanding& each : subjects) {
    const std::uint64_t tag = beginning(each.tag);
    if (following.tags_added.insert(tag).second) following.tags.emplace_back(tag, number.digits());
  }
  const bool broken = any_broken(subjects);
  const bool is_new = std::as_const(base.table).find(number) == nullptr;
  base.overlay.put(number, {std::move(subjects), broken}, is_new);
}

void Memory::add(Following& following, const Added& added, const Soundness& soundness) {
  const State& now = state();
  bool names = added.callers;
  for (const Added::Number& each : added.numbers) {
    for (const SubjectStanding& subject : each.subjects) {
      names =
          names ||
          std::any_of(subject.clauses.begin(), subject.clauses.end(), [&](const Clause& clause) {
            return std::max(clause.distributor, clause.campaign) > now.names.known;
          });
    }
    put(following, *now.base, each.number, each.subjects);
  }
  // Erased since: nothing leads from the tag to the number any more but what is in memory.
  for (const Digest& tag : added.gone) {
    const std::uint64_t wanted = beginning(tag);
    std::vector<PhoneNumber> numbers;
    for (const auto& [each, digits] : following.tags) {
      if (each != wanted) continue;
      if (const auto number = PhoneNumber::from_digits(digits)) numbers.push_back(*number);
    }
    for (const PhoneNumber number : numbers)
      put(following, *now.base, number, standing_of(*following.log, number));
  }
  now.base->overlay.collect();
  const auto is_new = [&](const std::string& name) {
    return std::find(now.distributors.begin(), now.distributors.end(), name) ==
           now.distributors.end();
  };
  const bool distributors =
      std::any_of(added.distributors.begin(), added.distributors.end(), is_new);
  const decision::Doubts doubts = decision::doubts_of(soundness);
  if (names || distributors || doubts != now.doubts) {
    auto next = std::make_unique<State>();
    next->base = now.base;
    next->names = now.names;
    next->terms = terms_of(*following.log);
    next->names.known = static_cast<std::uint32_t>(next->terms.size());
    next->assigned = decision::resolved(assignments(*following.log), next->terms);
    next->set_back = clock_set_back(*following.log);
    next->distributors = now.distributors;
    for (const std::string& name : added.distributors) {
      if (is_new(name)) next->distributors.push_back(name);
    }
    next->doubts = doubts;
    next->impairment = soundness.impairment;
    publish(following, std::move(next));
  }
  size_.store(added.size);
}

void Memory::publish(Following& following, std::unique_ptr<State> state) {
  following.states.push_back(std::move(state));
  state_.store(following.states.back().get(), std::memory_order_release);
}

}  // namespace consent::gate
