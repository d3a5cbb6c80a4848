#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "consent/gate.hpp"
#include "consent/log_standing.hpp"
#include "decision/doubt.hpp"
#include "gate/overlay.hpp"
#include "gate/standing_table.hpp"
#include "log/head_view.hpp"

/// What a gate keeps in memory of a log, and how it stays level with it. docs/reference/gate.md,
/// "Fresh at the next question", says what a question costs.
namespace consent::gate {

/// The standings: a table filled once, and in front of it the numbers touched since.
struct Base {
  decision::StandingTable table;
  Overlay overlay;
};

/// What a question is answered from, as of one moment; replaced as a whole.
struct State {
  Base* base = nullptr;
  Names names;
  Terms terms;
  std::vector<std::string> distributors;
  std::vector<AssignedCaller> assigned;
  std::vector<ClockSetBack> set_back;
  decision::Doubts doubts;
  Message impairment;

  [[nodiscard]] LogFacts facts() const noexcept { return {assigned, set_back}; }
};

/// Any number of threads read; whoever finds that the head moved brings it level, one at a time.
class Memory {
 public:
  /// Loads `log`, and follows it by `follower`, which is `log` itself where `log` is nullptr.
  Memory(Log follower, const Log* log);
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory();

  /// Makes sure that what is read next is not from before anything that was acknowledged before
  /// this call. Where the head has not moved: no lock, no allocation, no system call.
  void follow() noexcept {
    if (!is_level()) bring_level();
  }
  /// REQUIRES: follow() was called. Lives as long as this.
  [[nodiscard]] const State& state() const noexcept {
    return *state_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_.load(); }
  /// Set where the log could not be followed: nothing that is in memory is a yes.
  [[nodiscard]] bool lost() const noexcept { return lost_.load(std::memory_order_acquire); }
  /// Why the log could not be followed; "" where it was.
  [[nodiscard]] Message failure() const;

 private:
  /// What only whoever brings the memory level touches. A child of fork() makes its own.
  struct Following {
    std::mutex mutex;
    std::uint64_t forks = 0;
    /// Set while it is worked with: a child that finds it set cannot use what is half done.
    std::atomic<bool> busy{false};
    std::optional<Log> log;
    std::vector<std::unique_ptr<HeadView>> views;
    std::vector<std::unique_ptr<Base>> bases;
    std::vector<std::unique_ptr<State>> states;
    /// Beginnings of tags, with whose they are: an erased one is known by nothing else.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> tags;
    std::unordered_set<std::uint64_t> tags_added;
    Message failure;
    Following* before = nullptr;  ///< the parent's
  };

  [[nodiscard]] bool is_level() const noexcept {
    const HeadView* const head = head_.load(std::memory_order_acquire);
    if (head == nullptr || lost_.load(std::memory_order_acquire)) return false;
    for (std::size_t i = 0; i < HeadView::words; ++i) {
      if (head->word(i) != seen_[i].load(std::memory_order_acquire)) return false;
    }
    return true;
  }
  void bring_level() noexcept;
  [[nodiscard]] Following& following();
  void take_over(Following& following);
  void update(Following& following);
  void load(Following& following, const Log& log);
  void add(Following& following, const Added& added, const Soundness& soundness);
  void put(Following& following, Base& base, PhoneNumber number,
           std::vector<SubjectStanding> subjects);
  void publish(Following& following, std::unique_ptr<State> state);
  void see(const HeadView::Mark& mark) noexcept;

  std::filesystem::path head_file_;
  std::atomic<const HeadView*> head_{nullptr};
  std::array<std::atomic<std::uint64_t>, HeadView::words> seen_{};
  std::atomic<const State*> state_{nullptr};
  std::atomic<std::uint64_t> size_{0};
  std::atomic<bool> lost_{false};
  std::atomic<Following*> following_{nullptr};
};

}  // namespace consent::gate
