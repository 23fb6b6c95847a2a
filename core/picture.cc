// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/picture.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace gan {

void round_to_8bit(Picture& picture) {
  for (float& value : picture.values)
    value =
        std::round(std::clamp(value, 0.0f, 1.0f) * 255.0f) * (1 / 255.0f);  // as image_file reads
}

Picture luma_bt601(const Picture& rgb) {
  check(rgb.channels == 3 || rgb.channels == 1, ErrorKind::kFailed,
        "luma wants 3 channels (RGB) or 1 (grey), got ", rgb.channels);
  Picture luma(rgb.size, 1);
  for (size_t i = 0; i < luma.values.size(); ++i) {
    if (rgb.channels == 1) {
      luma.values[i] = 16.0f + 219.0f * rgb.values[i];
    } else {
      const float* p = &rgb.values[3 * i];
      luma.values[i] = static_cast<float>(16.0 + 65.481 * p[0] + 128.553 * p[1] + 24.966 * p[2]);
    }
  }
  return luma;
}

void clamp_to_unit(Picture& picture) {
  for (float& value : picture.values) value = std::clamp(value, 0.0f, 1.0f);
}

Picture crop(const Picture& picture, int x, int y, Size size) {
  Picture result(size, picture.channels);
  for (int row = 0; row < size.height; ++row)
    std::copy_n(picture.view().row(y + row) + ptrdiff_t{x} * picture.channels,
                ptrdiff_t{size.width} * picture.channels, result.span().row(row));
  return result;
}

Picture centre_patch(const Picture& picture, int side) {
  const Size size{std::min(side, picture.size.width), std::min(side, picture.size.height)};
  return crop(picture, (picture.size.width - size.width) / 2,
              (picture.size.height - size.height) / 2, size);
}

Picture stacked(const Picture& a, const Picture& b) {
  check(a.size == b.size, ErrorKind::kFailed, "pictures of different sizes cannot be stacked");
  Picture result(a.size, a.channels + b.channels);
  auto to = result.values.begin();
  for (int64_t i = 0; i < a.size.area(); ++i) {
    to = std::copy_n(a.values.begin() + i * a.channels, a.channels, to);
    to = std::copy_n(b.values.begin() + i * b.channels, b.channels, to);
  }
  return result;
}

Picture crop_to_multiple(const Picture& picture, int multiple) {
  const Size size{picture.size.width / multiple * multiple,
                  picture.size.height / multiple * multiple};
  check(size.area() > 0, ErrorKind::kData, "picture of ", picture.size.width, "x",
        picture.size.height, " is smaller than the multiple of ", multiple, " it must have");
  return crop(picture, 0, 0, size);
}

}  // namespace gan
