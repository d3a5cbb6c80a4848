#include "consent/gate.hpp"

#include <algorithm>
#include <array>
#include <atomic>

#include "consent/maintenance.hpp"
#include "decision/findings.hpp"
#include "decision/resolve.hpp"
#include "gate/memory.hpp"

namespace consent {

using decision::StandingTable;

struct Gate::Impl {
  RulePack pack;
  Instant at{};
  mutable gate::Memory memory;
  /// Answers in words that carry a warning; the built-in ones first, then the rows of the pack.
  mutable std::vector<std::atomic<std::uint64_t>> warned;

  Impl(const RulePack& rules, Instant now, Log follower, const Log* log)
      : pack(rules),
        at(now),
        memory(std::move(follower), log),
        warned(decision::builtin_count + rules.rules().size()) {}

  void count(const Judgement& judgement) const noexcept {
    for (std::size_t i = 0; i < judgement.count; ++i) {
      const Judgement::Item& item = judgement.items[i];
      if (item.verdict != FindingVerdict::warn) continue;
      const auto place = static_cast<std::size_t>(
          item.rule < 0 ? -item.rule - 1 : decision::builtin_count + item.rule);
      if (place < warned.size()) warned[place].fetch_add(1, std::memory_order_relaxed);
    }
  }

  [[nodiscard]] const gate::State& level() const noexcept {
    memory.follow();
    return memory.state();
  }

  /// Whether the question's ids may mean something else by now, or miss what they would mean.
  static bool names_changed(const ResolvedQuestion& question, const Names& now) noexcept {
    const Names& then = question.names;
    if (then == now || then.loaded == 0) return false;
    const auto fixed = [&](std::uint32_t id) { return id <= then.known; };
    return then.loaded != now.loaded || !fixed(question.distributor) || !fixed(question.campaign) ||
           !fixed(question.caller.caller);
  }

  [[nodiscard]] Judgement judge(const ResolvedQuestion& question, const gate::State& state,
                                const StandingTable::Slot* slot) const noexcept {
    if (names_changed(question, state.names)) [[unlikely]] {
      Judgement out;
      out.verdict = Verdict::unknown;
      decision::doubt(out, decision::Builtin::names_changed, decision::no_seq);
      return out;
    }
    decision::Doubts doubts = state.doubts;
    if (memory.lost()) doubts.impaired = true;
    if (const auto* const cell = state.base->overlay.find(question.number)) {
      return state.base->overlay.read(*cell, [&](const gate::Overlay::Node& node) noexcept {
        doubts.broken = node.broken;
        return decision::judge_log(question, standing::Vectors{node.subjects}, pack, state.facts(),
                                   doubts);
      });
    }
    const StandingTable& table = state.base->table;
    doubts.broken = table.is_broken(slot);
    return decision::judge_log(question, table.run(slot), pack, state.facts(), doubts);
  }

  [[nodiscard]] Judgement judge(const ResolvedQuestion& question,
                                const gate::State& state) const noexcept {
    return judge(question, state, state.base->table.find(question.number));
  }

  [[nodiscard]] Message impairment(const gate::State& state) const {
    Message failure = memory.failure();
    return failure.empty() ? state.impairment : failure;
  }
};

Gate::Gate(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Gate::Gate(Gate&&) noexcept = default;
Gate& Gate::operator=(Gate&&) noexcept = default;
Gate::~Gate() = default;

Gate Gate::load(const Log& log, const RulePack& pack, Instant now) {
  return Gate(std::make_unique<const Impl>(pack, now, reopened(log), &log));
}

Gate Gate::open(const std::filesystem::path& folder, const RulePack& pack, Instant now,
                const LogOptions& options) {
  LogOptions reading = options;
  reading.access = Access::read_only;
  return Gate(std::make_unique<const Impl>(pack, now, Log::open(folder, reading), nullptr));
}

ResolvedQuestion Gate::resolve(const Question& question) const {
  const gate::State& state = impl_->level();
  const std::string_view distributor =
      decision::meant_or_throw(question.distributor, state.distributors);
  ResolvedQuestion resolved = decision::resolved(question, distributor, state.terms);
  resolved.names = state.names;
  return resolved;
}

Names Gate::names() const noexcept { return impl_->level().names; }

std::optional<std::uint32_t> Gate::distributor_id(std::string_view distributor) const noexcept {
  const gate::State& state = impl_->memory.state();
  const auto meant = decision::meant(distributor, state.distributors);
  if (!meant) return std::nullopt;
  return decision::term(*meant, state.terms);
}

std::uint32_t Gate::campaign_id(std::string_view campaign) const noexcept {
  return decision::campaign_term(campaign, impl_->memory.state().terms);
}

CallerFacts Gate::caller_facts(const Caller& caller,
                               std::string_view serving_operator) const noexcept {
  return decision::facts_of(caller, serving_operator, impl_->memory.state().terms);
}

Judgement Gate::ask(const ResolvedQuestion& question) const noexcept {
  return impl_->judge(question, impl_->level());
}

Decision Gate::may_contact(const Question& question) const {
  for (;;) {
    const ResolvedQuestion resolved = resolve(question);
    const gate::State& state = impl_->level();
    if (Impl::names_changed(resolved, state.names)) continue;
    const std::uint64_t size = impl_->memory.size();
    const Judgement judgement = impl_->judge(resolved, state);
    impl_->count(judgement);
    return explain(judgement, resolved, impl_->pack, size, decision::caller_hash(question),
                   impl_->impairment(state));
  }
}

std::vector<std::pair<Finding, std::uint64_t>> Gate::campaign_warnings() const {
  std::vector<std::pair<Finding, std::uint64_t>> found;
  for (std::size_t place = 0; place < impl_->warned.size(); ++place) {
    const std::uint64_t answers = impl_->warned[place].load(std::memory_order_relaxed);
    const int builtin = -static_cast<int>(place) - 1;
    const int row = static_cast<int>(place) - decision::builtin_count;
    const auto number = static_cast<std::int16_t>(row < 0 ? builtin : row);
    if (answers == 0) continue;
    auto finding = finding_text(number, FindingVerdict::warn, impl_->pack);
    if (finding && finding->of_campaign) found.emplace_back(*std::move(finding), answers);
  }
  return found;
}

void Gate::ask_many(std::span<const PhoneNumber> numbers, const ResolvedQuestion& scope,
                    std::span<Verdict> verdicts) const noexcept {
  constexpr std::size_t batch = 32;
  const std::size_t count = std::min(numbers.size(), verdicts.size());
  ResolvedQuestion question = scope;
  for (std::size_t first = 0; first < count; first += batch) {
    const std::size_t last = std::min(first + batch, count);
    const gate::State& state = impl_->level();
    const StandingTable& table = state.base->table;
    std::array<const StandingTable::Slot*, batch> slots{};
    for (std::size_t i = first; i < last; ++i) table.prefetch_slot(numbers[i]);
    for (std::size_t i = first; i < last; ++i) {
      slots[i - first] = table.find(numbers[i]);
      table.prefetch_run(slots[i - first]);
    }
    for (std::size_t i = first; i < last; ++i) {
      question.number = numbers[i];
      verdicts[i] = impl_->judge(question, state, slots[i - first]).verdict;
    }
  }
}

std::vector<Verdict> Gate::may_contact_many(std::span<const PhoneNumber> numbers,
                                            const Question& scope) const {
  std::vector<Verdict> verdicts(numbers.size());
  for (;;) {
    const ResolvedQuestion resolved = resolve(scope);
    ask_many(numbers, resolved, verdicts);
    // Where a name came in meanwhile, some were left open that need not be.
    if (!Impl::names_changed(resolved, names())) return verdicts;
  }
}

std::uint64_t Gate::log_size() const noexcept {
  (void)impl_->level();
  return impl_->memory.size();
}
Message Gate::impairment() const {
  const gate::State& state = impl_->level();
  return impl_->impairment(state);
}
Instant Gate::loaded_at() const noexcept { return impl_->at; }
std::uint64_t Gate::numbers() const noexcept {
  const gate::Base& base = *impl_->level().base;
  return base.table.size() + base.overlay.added();
}
const RulePack& Gate::rules() const noexcept { return impl_->pack; }

}  // namespace consent
