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

Picture crop_to_multiple(const Picture& picture, int multiple) {
  const Size size{picture.size.width / multiple * multiple,
                  picture.size.height / multiple * multiple};
  check(size.area() > 0, ErrorKind::kData, "picture of ", picture.size.width, "x",
        picture.size.height, " is smaller than the multiple of ", multiple, " it must have");
  Picture cropped(size, picture.channels);
  const PictureView from = picture.view();
  const PictureSpan to = cropped.span();
  for (int y = 0; y < size.height; ++y)
    std::copy_n(from.row(y), ptrdiff_t{size.width} * picture.channels, to.row(y));
  return cropped;
}

}  // namespace gan
