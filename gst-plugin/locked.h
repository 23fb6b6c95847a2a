// SPDX-License-Identifier: LGPL-2.1-or-later
// A value that can only be reached through its lock.
#pragma once

#include <mutex>

namespace gan {

template <class T>
class Locked {
 public:
  Locked() = default;
  explicit Locked(T value) : value_(std::move(value)) {}

  T copy() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  // Of one member.
  template <class Member, class Class>
  Member copy(Member Class::*member) const {
    const std::lock_guard lock(mutex_);
    return value_.*member;
  }
  // with([](T& value) { ... }); the result of the function is returned.
  template <class Function>
  auto with(const Function& function) {
    const std::lock_guard lock(mutex_);
    return function(value_);
  }
  template <class Function>
  auto with(const Function& function) const {
    const std::lock_guard lock(mutex_);
    return function(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace gan
