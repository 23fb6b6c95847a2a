// SPDX-License-Identifier: LGPL-2.1-or-later
// Decoded pictures of a data set, kept in memory as far as a budget allows.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/image_file.h"

namespace gan::training {

// Bytes that may be kept; several keepers can share one. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(size_t bytes) : bytes_(bytes) {}
  bool take(size_t bytes);  // false when they no longer fit
  size_t used() const { return used_; }

 private:
  size_t bytes_;
  std::atomic<size_t> used_{0};
};

class ImageCache {
 public:
  static constexpr size_t kDefaultBudget = size_t{2} << 30;  // bytes of decoded pixels
  // What becomes of the picture of a file after reading; it must give the same for the same file.
  using Change = std::function<Bytes8(const Bytes8& image, size_t index)>;
  explicit ImageCache(std::vector<std::string> files, Change change = {},
                      size_t budget = kDefaultBudget);

  MemoryBudget& budget() const { return budget_; }

  size_t size() const { return files_.size(); }
  const std::string& file(size_t index) const { return files_[index]; }
  // Thread-safe; two threads may decode one file twice at the very start.
  std::shared_ptr<const Bytes8> get(size_t index) const;

 private:
  std::vector<std::string> files_;
  Change change_;
  mutable MemoryBudget budget_;
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<const Bytes8>> decoded_;
};

// A rectangle of packed 8-bit RGB as floats in [0, 1].
Picture crop_picture(const Bytes8& image, int x, int y, Size size);
Bytes8 to_bytes(const Picture& picture);  // clamped and rounded; 3 channels

// One of the 8 symmetries of the square: bit 0 mirrors, bit 1 turns upside down, bit 2 transposes.
Picture flipped(const Picture& picture, int symmetry);

}  // namespace gan::training
