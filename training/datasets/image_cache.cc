// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/image_cache.h"

#include "training/datasets/dataset.h"
#include "training/datasets/picture_source.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gan::training {

bool MemoryBudget::take(size_t bytes) {
  if (used_.fetch_add(bytes) + bytes <= bytes_) return true;
  used_.fetch_sub(bytes);
  return false;
}

ImageCache::ImageCache(std::vector<std::string> files, Change change, size_t budget)
    : files_(std::move(files)),
      change_(std::move(change)),
      budget_(budget),
      decoded_(files_.size()) {}

std::shared_ptr<const Bytes8> ImageCache::get(size_t index) const {
  {
    const std::lock_guard lock(mutex_);
    if (decoded_[index]) return decoded_[index];
  }
  reading(files_[index]);
  Bytes8 read = read_picture_8bit(files_[index]);
  const auto image =
      std::make_shared<const Bytes8>(change_ ? change_(read, index) : std::move(read));
  const std::lock_guard lock(mutex_);
  if (!decoded_[index] && budget_.take(image->rgb.size())) decoded_[index] = image;
  return image;
}

Picture crop_picture(const Bytes8& image, int x, int y, Size size) {
  Picture crop(size, 3);
  const size_t row_values = static_cast<size_t>(size.width) * 3;
  for (int row = 0; row < size.height; ++row) {
    const size_t start = (static_cast<size_t>(y + row) * image.size.width + x) * 3;
    float* to = &crop.values[static_cast<size_t>(row) * row_values];
    for (size_t i = 0; i < row_values; ++i) to[i] = image.rgb[start + i] * (1 / 255.0f);
  }
  return crop;
}

Bytes8 to_bytes(const Picture& picture) {
  Bytes8 bytes{picture.size, std::vector<uint8_t>(picture.values.size())};
  std::ranges::transform(picture.values, bytes.rgb.begin(), [](float value) {
    return static_cast<uint8_t>(std::lround(std::clamp(value, 0.0f, 1.0f) * 255.0f));
  });
  return bytes;
}

Picture flipped(const Picture& picture, int symmetry) {
  if (symmetry == 0) return picture;
  const bool mirror = symmetry & 1, upside_down = symmetry & 2, transpose = symmetry & 4;
  Size size = picture.size;
  if (transpose) std::swap(size.width, size.height);
  Picture result(size, picture.channels);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      int from_x = mirror ? size.width - 1 - x : x, from_y = upside_down ? size.height - 1 - y : y;
      if (transpose) std::swap(from_x, from_y);
      std::copy_n(picture.view().row(from_y) + from_x * picture.channels, picture.channels,
                  result.span().row(y) + x * picture.channels);
    }
  return result;
}

}  // namespace gan::training
