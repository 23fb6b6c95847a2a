// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/machine/interruption.h"

#include "core/error.h"

namespace gan {
namespace {

thread_local const std::atomic<bool>* current_flag = nullptr;

}  // namespace

Interruptible::Interruptible(const std::atomic<bool>& flag) : before_(current_flag) {
  current_flag = &flag;
}
Interruptible::~Interruptible() { current_flag = before_; }

const std::atomic<bool>* interruption() { return current_flag; }

void end_if_interrupted() {
  if (current_flag && current_flag->load(std::memory_order_relaxed)) [[unlikely]]
    fail(ErrorKind::kInterrupted, "interrupted");
}

}  // namespace gan
