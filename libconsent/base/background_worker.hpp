#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace consent {

/// A thread that runs posted work in order. What the work touches is its alone from post() until
/// wait() has returned. One thread posts.
class BackgroundWorker {
 public:
  BackgroundWorker() : thread_([this] { run(); }) {}
  BackgroundWorker(const BackgroundWorker&) = delete;
  BackgroundWorker& operator=(const BackgroundWorker&) = delete;
  ~BackgroundWorker() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  void post(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(work));
    }
    wake_.notify_all();
  }
  /// Returns when all posted work is done. @throws the first exception of the work; work posted
  /// after the failure and before this call is skipped.
  void wait() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return posted_.empty() && !busy_; });
    if (failed_) std::rethrow_exception(std::exchange(failed_, nullptr));
  }

  /// As wait(), and drops the exception.
  void finish() noexcept {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return posted_.empty() && !busy_; });
    failed_ = nullptr;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stop_ || !posted_.empty(); });
      if (posted_.empty()) return;
      const std::function<void()> next = std::move(posted_.front());
      posted_.pop_front();
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
      if (posted_.empty()) wake_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> posted_;
  std::exception_ptr failed_;
  bool busy_ = false;
  bool stop_ = false;
  std::thread thread_;
};

/// Rows that `Owner::*Put` writes on a background thread, in order, a batch at a time. The owner is
/// passed with each call, because it may be moved between transactions.
template <typename Owner, typename Row, void (Owner::*Put)(const Row&)>
class BatchWriter {
 public:
  explicit BatchWriter(std::size_t batch) : batch_(batch) {}

  void add(Owner& owner, Row row) {
    if (rows_.empty()) rows_.reserve(batch_);
    rows_.push_back(std::move(row));
    if (rows_.size() == batch_) flush(owner);
  }
  /// Runs `work` after the rows added before.
  void then(Owner& owner, std::function<void()> work) {
    flush(owner);
    worker_.post(std::move(work));
  }
  /// Returns when everything added is written. @throws what Put or the work threw
  void wait(Owner& owner) {
    flush(owner);
    worker_.wait();
  }
  /// Drops the rows that are not handed over, and waits for the rest.
  void cancel() noexcept {
    rows_.clear();
    worker_.finish();
  }

 private:
  void flush(Owner& owner) {
    if (rows_.empty()) return;
    const auto rows = std::make_shared<std::vector<Row>>(std::exchange(rows_, {}));
    worker_.post([&owner, rows] {
      for (const Row& row : *rows) (owner.*Put)(row);
    });
  }

  std::size_t batch_;
  std::vector<Row> rows_;
  BackgroundWorker worker_;
};

}  // namespace consent
