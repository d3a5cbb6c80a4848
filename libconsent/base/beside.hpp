#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace consent {

/// A thread that does what one other tells it, in order. What it touches nobody else may, from
/// tell() until wait() has returned.
class Beside {
 public:
  Beside() : thread_([this] { work(); }) {}
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  ~Beside() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  void tell(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      told_.push_back(std::move(work));
    }
    wake_.notify_all();
  }
  /// Until all of it is done. @throws what the first that failed threw; whatever was told after
  /// that one, before this call, is not done.
  void wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return told_.empty() && !busy_; });
    if (failed_) std::rethrow_exception(std::exchange(failed_, nullptr));
  }

  /// The same, whatever failed.
  void finish() noexcept {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return told_.empty() && !busy_; });
    failed_ = nullptr;
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stop_ || !told_.empty(); });
      if (told_.empty()) return;
      const std::function<void()> next = std::move(told_.front());
      told_.pop_front();
      const bool skipped = failed_ != nullptr;
      busy_ = true;
      lock.unlock();
      std::exception_ptr error;
      try {
        if (!skipped) next();
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      busy_ = false;
      if (error) failed_ = error;
      if (told_.empty()) wake_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> told_;
  std::exception_ptr failed_;
  bool busy_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace consent
