// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/workers.h"

#include <algorithm>
#include <system_error>

namespace gan {

Workers::Workers(int threads) {
  if (threads == 0) threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  try {
    for (int i = 1; i < threads; ++i) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {  // the system grants no more
  }
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

// Does one part of the job, if one is left.
bool Workers::take(std::unique_lock<std::mutex>& lock) {
  if (next_ >= count_) return false;
  const int part = next_++;
  lock.unlock();
  (*task_)(part);
  lock.lock();
  if (--unfinished_ == 0) idle_.notify_all();
  return true;
}

void Workers::work() {
  std::unique_lock lock(mutex_);
  while (!over_)
    if (!take(lock)) wake_.wait(lock);
}

void Workers::run(int count, const std::function<void(int)>& task) {
  if (threads_.empty() || count == 1) {
    for (int i = 0; i < count; ++i) task(i);
    return;
  }
  std::unique_lock lock(mutex_);
  task_ = &task;
  next_ = 0;
  count_ = unfinished_ = count;
  wake_.notify_all();
  while (take(lock)) {
  }
  idle_.wait(lock, [&] { return unfinished_ == 0; });
}

}  // namespace gan
