// SPDX-License-Identifier: LGPL-2.1-or-later
// How far threads are with a group's tasks.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "core/conv/piece.h"

namespace gan::conv {

// Which of a group's tasks are done, and whose memory is free.
class Progress {
 public:
  void reset(size_t tasks, const std::vector<std::unique_ptr<Scratch>>& scratches) {
    done_.assign(tasks, false);
    first_undone_ = 0;
    free_.clear();
    for (const auto& scratch : scratches) free_.push_back(scratch.get());
  }

  // Waits until tasks 0 .. after - 1 are done and memory is free.
  Scratch* begin(int after) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return first_undone_ >= after && !free_.empty(); });
    Scratch* const scratch = free_.back();
    free_.pop_back();
    return scratch;
  }

  void end(int task, Scratch* scratch) {
    const std::lock_guard lock(mutex_);
    free_.push_back(scratch);
    done_[static_cast<size_t>(task)] = true;
    const int before = first_undone_;
    while (static_cast<size_t>(first_undone_) < done_.size() &&
           done_[static_cast<size_t>(first_undone_)])
      ++first_undone_;
    if (first_undone_ > before || free_.size() == 1) changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<char> done_;
  int first_undone_ = 0;
  std::vector<Scratch*> free_;
};

}  // namespace gan::conv
