#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "consent/error.hpp"
#include "consent/standing.hpp"
#include "decision/findings.hpp"
#include "decision/judge.hpp"
#include "standing/holder.hpp"

/// Standings of many numbers in three contiguous arrays, for the gate and the audit.
namespace consent::decision {

using standing::SubjectView;

// g++ 12 deletes calls of a helper whose only effect is a prefetch unless it is always inlined
// (performance.md, 1).
[[gnu::always_inline]] inline void prefetch(const void* at) { __builtin_prefetch(at); }

/// Open addressing by the number's digits. The common number (one holder, still there) costs one
/// slot and one run of clauses; others one run of holders more. Not thread safe while it grows.
class StandingTable {
 public:
  struct Slot {
    std::uint64_t digits = 0;  ///< 0: free; no number is 0
    std::uint32_t first = 0;   ///< of clauses, or of holders where `held` has the bit
    std::uint32_t held = 0;    ///< how many
  };
  static constexpr std::uint32_t several = std::uint32_t{1} << 31;

  struct Holder {
    std::optional<Instant> closed;
    std::uint32_t first = 0;
    std::uint32_t clauses = 0;
  };

  /// One number's subjects, as Judge reads them. Borrowed.
  class Run {
   public:
    Run() = default;
    Run(const StandingTable& table, const Slot& slot) noexcept : table_(&table), slot_(slot) {}
    [[nodiscard]] std::size_t size() const noexcept {
      if (table_ == nullptr) return 0;
      return (slot_.held & several) != 0 ? slot_.held & ~several : 1;
    }
    SubjectView operator[](std::size_t i) const noexcept {
      const Clause* const clauses = table_->clauses_.data();
      if ((slot_.held & several) == 0) return {std::nullopt, {clauses + slot_.first, slot_.held}};
      const Holder& holder = table_->holders_[slot_.first + i];
      return {holder.closed, {clauses + holder.first, holder.clauses}};
    }

   private:
    const StandingTable* table_ = nullptr;
    Slot slot_;
  };

  StandingTable() : slots_(16), mask_(15) {}

  /// The number's slot, made where there is none; holds until the next insert().
  Slot& insert(PhoneNumber number) {
    if ((used_ + 1) * 5 > slots_.size() * 3) grow();
    Slot& slot = slots_[place(number.digits())];
    if (slot.digits == 0) {
      slot.digits = number.digits();
      ++used_;
    }
    return slot;
  }

  /// Puts a number's subjects behind its slot, once. Clauses of entries from `end` on are left out.
  void fill(Slot& slot, std::span<const SubjectStanding> subjects,
            std::uint64_t end = ~std::uint64_t{0}) {
    if (std::any_of(subjects.begin(), subjects.end(),
                    [](const SubjectStanding& each) { return each.broken; })) {
      broken_.insert(std::upper_bound(broken_.begin(), broken_.end(), slot.digits), slot.digits);
    }
    if (subjects.size() == 1 && !subjects[0].closed) {
      slot.first = narrow(clauses_.size());
      slot.held = append(subjects[0].clauses, end);
      return;
    }
    slot.first = narrow(holders_.size());
    slot.held = narrow(subjects.size()) | several;
    for (const SubjectStanding& subject : subjects) {
      const std::uint32_t first = narrow(clauses_.size());
      holders_.push_back({subject.closed, first, append(subject.clauses, end)});
    }
  }

  [[nodiscard]] const Slot* find(PhoneNumber number) const noexcept {
    const Slot& slot = slots_[place(number.digits())];
    return slot.digits == 0 ? nullptr : &slot;
  }
  [[nodiscard]] Slot* find(PhoneNumber number) noexcept {
    Slot& slot = slots_[place(number.digits())];
    return slot.digits == 0 ? nullptr : &slot;
  }
  [[nodiscard]] Run run(const Slot* slot) const noexcept {
    return slot == nullptr ? Run() : Run(*this, *slot);
  }

  /// Whether what the log keeps of the number could not be read.
  [[nodiscard]] bool is_broken(const Slot* slot) const noexcept {
    return !broken_.empty() && slot != nullptr &&
           std::binary_search(broken_.begin(), broken_.end(), slot->digits);
  }

  [[gnu::always_inline]] void prefetch_slot(PhoneNumber number) const noexcept {
    prefetch(&slots_[home(number.digits())]);
  }
  [[gnu::always_inline]] void prefetch_run(const Slot* slot) const noexcept {
    if (slot == nullptr) return;
    if ((slot->held & several) != 0) {
      prefetch(holders_.data() + slot->first);
    } else {
      prefetch(clauses_.data() + slot->first);
      // The first clause may lie over the border of two cache lines.
      prefetch(reinterpret_cast<const char*>(clauses_.data() + slot->first) + sizeof(Clause) - 1);
    }
  }

  [[nodiscard]] std::uint64_t size() const noexcept { return used_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept {
    return slots_.capacity() * sizeof(Slot) + holders_.capacity() * sizeof(Holder) +
           clauses_.capacity() * sizeof(Clause);
  }
  void shrink() {
    holders_.shrink_to_fit();
    clauses_.shrink_to_fit();
  }

 private:
  [[nodiscard]] std::size_t home(std::uint64_t digits) const noexcept {
    digits *= 0x9E3779B97F4A7C15;  // 2^64 / golden ratio
    digits ^= digits >> 32;
    digits *= 0xD6E8FEB86659FD93;  // numbers come in ranges: mix once more, or runs pile up
    return (digits ^ (digits >> 32)) & mask_;
  }
  [[nodiscard]] std::size_t place(std::uint64_t digits) const noexcept {
    std::size_t at = home(digits);
    while (slots_[at].digits != 0 && slots_[at].digits != digits) at = (at + 1) & mask_;
    return at;
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.digits != 0) slots_[place(slot.digits)] = slot;
    }
  }
  std::uint32_t append(const std::vector<Clause>& clauses, std::uint64_t end) {
    const std::size_t before = clauses_.size();
    for (const Clause& clause : clauses) {
      // A clause of no entry is not of the entries after `end` either.
      if (clause.seq < end || clause.seq == no_seq) clauses_.push_back(clause);
    }
    (void)narrow(clauses_.size());
    return narrow(clauses_.size() - before);
  }
  static std::uint32_t narrow(std::size_t size) {
    if (size >= several) throw Error(ErrorCode::not_built, "more than 2^31 clauses in one table");
    return static_cast<std::uint32_t>(size);
  }

  std::vector<Slot> slots_;  // a power of two, at most 0.6 full
  std::size_t mask_;
  std::uint64_t used_ = 0;
  std::vector<Holder> holders_;
  std::vector<Clause> clauses_;
  std::vector<std::uint64_t> broken_;  ///< digits, ascending; empty in every log that is whole
};

}  // namespace consent::decision
