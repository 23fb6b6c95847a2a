// SPDX-License-Identifier: LGPL-2.1-or-later
// Threads that share the parts of one job.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace gan {

class Workers {
 public:
  // `threads` counts the calling one too; 0: one for each processor. Fewer where the system grants
  // no more.
  explicit Workers(int threads = 1);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int count() const { return static_cast<int>(threads_.size()) + 1; }

  // Calls task(0) .. task(count - 1), each once, in any order and on any of the threads, and
  // returns when all are done. `task` must not throw. One caller at a time.
  void run(int count, const std::function<void(int)>& task);

 private:
  void work();
  bool take(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  const std::function<void(int)>* task_ = nullptr;
  int next_ = 0, count_ = 0, unfinished_ = 0;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace gan
