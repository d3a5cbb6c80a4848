#include "consent/gate.hpp"

#include <algorithm>
#include <array>

#include "consent/callers.hpp"
#include "decision/resolve.hpp"
#include "gate/standing_table.hpp"

namespace consent {

struct Gate::Impl {
  RulePack pack;
  decision::StandingTable table;
  Terms terms;
  std::vector<std::string> distributors;
  std::vector<AssignedCaller> assigned;
  std::uint64_t size = 0;
  Instant at{};
};

Gate::Gate(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Gate::Gate(Gate&&) noexcept = default;
Gate& Gate::operator=(Gate&&) noexcept = default;
Gate::~Gate() = default;

Gate Gate::load(const Log& log, const RulePack& pack, Instant now) {
  auto impl = std::make_unique<Impl>(Impl{pack, {}, {}, {}, {}, log.size(), now});
  log.for_each_standing([&](PhoneNumber number, std::span<const SubjectStanding> subjects) {
    impl->table.fill(impl->table.insert(number), subjects);
  });
  impl->table.shrink();
  impl->terms = log.terms();  // after the standings: every id in them has its name
  impl->assigned = decision::resolved(assignments(log), impl->terms);
  impl->distributors = log.distributors();
  return Gate(std::move(impl));
}

Gate Gate::open(const std::filesystem::path& folder, const RulePack& pack, Instant now) {
  return load(Log::open(folder, Access::read_only), pack, now);
}

ResolvedQuestion Gate::resolve(const Question& question) const {
  const std::string_view distributor =
      decision::meant_or_throw(question.distributor, impl_->distributors);
  return decision::resolved(question, distributor, impl_->terms);
}

std::optional<std::uint32_t> Gate::distributor_id(std::string_view distributor) const noexcept {
  const auto meant = decision::meant(distributor, impl_->distributors);
  if (!meant) return std::nullopt;
  return decision::term(*meant, impl_->terms);
}

std::uint32_t Gate::campaign_id(std::string_view campaign) const noexcept {
  return decision::campaign_term(campaign, impl_->terms);
}

CallerFacts Gate::caller_facts(const Caller& caller,
                               std::string_view serving_operator) const noexcept {
  return decision::facts_of(caller, serving_operator, impl_->terms);
}

Judgement Gate::ask(const ResolvedQuestion& question) const noexcept {
  const auto& table = impl_->table;
  return decision::judge_over(question, table.run(table.find(question.number)), impl_->pack,
                              impl_->assigned);
}

Decision Gate::may_contact(const Question& question) const {
  const ResolvedQuestion resolved = resolve(question);
  return explain(ask(resolved), resolved, impl_->pack, impl_->size,
                 decision::caller_hash(question));
}

void Gate::ask_many(std::span<const PhoneNumber> numbers, const ResolvedQuestion& scope,
                    std::span<Verdict> verdicts) const noexcept {
  constexpr std::size_t batch = 32;
  const auto& table = impl_->table;
  const std::size_t count = std::min(numbers.size(), verdicts.size());
  ResolvedQuestion question = scope;
  for (std::size_t first = 0; first < count; first += batch) {
    const std::size_t last = std::min(first + batch, count);
    std::array<const decision::StandingTable::Slot*, batch> slots{};
    for (std::size_t i = first; i < last; ++i) table.prefetch_slot(numbers[i]);
    for (std::size_t i = first; i < last; ++i) {
      slots[i - first] = table.find(numbers[i]);
      table.prefetch_run(slots[i - first]);
    }
    for (std::size_t i = first; i < last; ++i) {
      question.number = numbers[i];
      verdicts[i] =
          decision::judge_over(question, table.run(slots[i - first]), impl_->pack, impl_->assigned)
              .verdict;
    }
  }
}

std::uint64_t Gate::loaded_size() const noexcept { return impl_->size; }
Instant Gate::loaded_at() const noexcept { return impl_->at; }
std::uint64_t Gate::numbers() const noexcept { return impl_->table.size(); }
const RulePack& Gate::rules() const noexcept { return impl_->pack; }

}  // namespace consent
