// SPDX-License-Identifier: LGPL-2.1-or-later
// The bytes of a pickle, read in their order.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/error.h"

namespace gan {

// Every reader throws Error(kWrongType), which begins with `what`, where the bytes end before it.
class PickleBytes {
 public:
  PickleBytes(std::string_view bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  std::string_view what() const { return what_; }
  size_t place() const { return at_; }
  [[noreturn]] void damaged(const char* why) const {
    fail(ErrorKind::kWrongType, what_, ": damaged pickle: ", why, " at byte ", at_);
  }

  std::string_view take(uint64_t count) {
    if (count > bytes_.size() - at_) damaged("cut short");
    const auto piece = bytes_.substr(at_, count);
    at_ += count;
    return piece;
  }
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view line() {
    const size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) damaged("a line has no end");
    const auto text = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return text;
  }

 private:
  std::string_view bytes_, what_;
  size_t at_ = 0;
};

}  // namespace gan
