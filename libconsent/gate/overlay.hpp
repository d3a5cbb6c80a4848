#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "consent/number.hpp"
#include "consent/standing.hpp"

namespace consent::gate {

/// Standings of the numbers that were touched since a gate's table was filled, in front of it. Any
/// number of threads read without a lock or an allocation while one, under the gate's mutex,
/// writes.
///
/// A number's cell is made once and stays; what it points to is replaced, and freed when no reader
/// can hold it any more. A reader counts itself in one of a few counters meanwhile.
class Overlay {
 public:
  struct Node {
    std::vector<SubjectStanding> subjects;
    bool broken = false;  ///< what the log keeps of one of them could not be read
  };
  struct Cell {
    std::uint64_t digits;
    std::atomic<const Node*> node;
  };

  Overlay() { slots_.store(grown(first_size), std::memory_order_release); }
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;
  ~Overlay() {
    for (const auto& cell : cells_) delete cell->node.load(std::memory_order_relaxed);
  }

  /// nullptr where the number was not touched.
  [[nodiscard]] const Cell* find(PhoneNumber number) const noexcept {
    if (used_.load(std::memory_order_acquire) == 0) return nullptr;
    const Slots& slots = *slots_.load(std::memory_order_acquire);
    for (std::size_t at = home(number.digits(), slots);; at = (at + 1) & (slots.size - 1)) {
      const Cell* const cell = slots.cells[at].load(std::memory_order_acquire);
      if (cell == nullptr || cell->digits == number.digits()) return cell;
    }
  }

  /// Hands what the cell holds now to `use`, and keeps it meanwhile.
  template <typename Use>
  auto read(const Cell& cell, const Use& use) const noexcept {
    struct Counted {
      std::atomic<std::uint32_t>& count;
      explicit Counted(std::atomic<std::uint32_t>& counter) noexcept : count(counter) {
        count.fetch_add(1);
      }
      Counted(const Counted&) = delete;
      Counted& operator=(const Counted&) = delete;
      ~Counted() { count.fetch_sub(1); }
    };
    const Counted counted(readers_[counter_of_thread()].count);
    return use(*cell.node.load());
  }

  // For the one that writes.

  /// `is_new`: the table behind it does not have the number.
  void put(PhoneNumber number, Node node, bool is_new) {
    auto made = std::make_unique<const Node>(std::move(node));
    Slots* slots = slots_.load(std::memory_order_relaxed);
    if (const Cell* const found = find(number)) {
      retired_.reserve(retired_.size() + 1);  // so that nothing fails behind the exchange
      const Node* const old = const_cast<Cell*>(found)->node.exchange(made.release());
      retired_.push_back({std::unique_ptr<const Node>(old), 0});
      return;
    }
    const std::size_t used = used_.load(std::memory_order_relaxed);
    if ((used + 1) * 2 > slots->size) {
      slots = grown(slots->size * 2);
      for (const auto& cell : cells_) place(*slots, *cell);
      slots_.store(slots, std::memory_order_release);
    }
    cells_.push_back(std::make_unique<Cell>());
    Cell& cell = *cells_.back();
    cell.digits = number.digits();
    cell.node.store(made.release());
    place(*slots, cell);
    if (is_new) added_.fetch_add(1);
    used_.store(used + 1, std::memory_order_release);
  }

  /// Frees what was replaced and nobody reads any more.
  void collect() noexcept {
    std::uint32_t quiet = 0;
    for (std::size_t i = 0; i < counters; ++i) {
      if (readers_[i].count.load() == 0) quiet |= std::uint32_t{1} << i;
    }
    std::erase_if(retired_, [quiet](Retired& each) {
      each.quiet |= quiet;
      return each.quiet == (std::uint64_t{1} << counters) - 1;
    });
  }

  /// Of its numbers, those that are not in the table behind it.
  [[nodiscard]] std::size_t added() const noexcept {
    return added_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::size_t size() const noexcept { return used_.load(std::memory_order_acquire); }
  [[nodiscard]] std::size_t retired() const noexcept { return retired_.size(); }

 private:
  static constexpr std::size_t first_size = 64;
  static constexpr std::size_t counters = 16;
  struct Slots {
    std::size_t size;  ///< a power of two
    std::unique_ptr<std::atomic<Cell*>[]> cells;
  };
  struct alignas(64) Readers {
    std::atomic<std::uint32_t> count{0};
  };
  /// Which counters have been seen at zero since it was replaced; free when all were.
  struct Retired {
    std::unique_ptr<const Node> node;
    std::uint32_t quiet;
  };

  static std::size_t home(std::uint64_t digits, const Slots& slots) noexcept {
    digits *= 0x9E3779B97F4A7C15;  // as StandingTable
    digits ^= digits >> 32;
    digits *= 0xD6E8FEB86659FD93;
    return (digits ^ (digits >> 32)) & (slots.size - 1);
  }
  static void place(Slots& slots, Cell& cell) noexcept {
    std::size_t at = home(cell.digits, slots);
    while (slots.cells[at].load(std::memory_order_relaxed) != nullptr)
      at = (at + 1) & (slots.size - 1);
    slots.cells[at].store(&cell, std::memory_order_release);
  }
  /// A larger array; the one before stays, since somebody may be reading it.
  Slots* grown(std::size_t size) {
    arrays_.push_back(
        std::make_unique<Slots>(Slots{size, std::make_unique<std::atomic<Cell*>[]>(size)}));
    return arrays_.back().get();
  }
  static std::size_t counter_of_thread() noexcept {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed) % counters;
    return mine;
  }

  std::vector<std::unique_ptr<Slots>> arrays_;
  std::vector<std::unique_ptr<Cell>> cells_;
  std::vector<Retired> retired_;
  std::atomic<Slots*> slots_{nullptr};
  std::atomic<std::size_t> used_{0};
  std::atomic<std::size_t> added_{0};
  mutable std::array<Readers, counters> readers_;
};

}  // namespace consent::gate
