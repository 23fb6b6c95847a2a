// SPDX-License-Identifier: LGPL-2.1-or-later
// Long work that another thread may end: layers and loops over tensors ask in between.
#pragma once

#include <atomic>

namespace gan {

// While it lives, work of the calling thread ends as soon as the flag is set.
class Interruptible {
 public:
  explicit Interruptible(const std::atomic<bool>& flag);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  const std::atomic<bool>* before_;
};

// The calling thread's flag; null: there is none.
const std::atomic<bool>* interruption();

// Throws Error(kInterrupted) where the calling thread's flag is set.
void end_if_interrupted();

}  // namespace gan
