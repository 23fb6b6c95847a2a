// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures in float: interleaved rows of `channels` values a pixel, nominally in [0, 1].
#pragma once

#include <type_traits>
#include <vector>

#include "core/frame.h"

namespace gan {

// Borrowed. Element (x, y, c) is data[y * stride + x * channels + c]; stride counts floats.
template <class Float>
struct BasicPictureView {
  Float* data = nullptr;
  Size size;
  int channels = 0;
  ptrdiff_t stride = 0;
  Float* row(int y) const { return data + y * stride; }
  Float* at(int x, int y) const { return row(y) + ptrdiff_t{x} * channels; }
  operator BasicPictureView<const Float>() const requires(!std::is_const_v<Float>) {
    return {data, size, channels, stride};
  }
  BasicPictureView crop(int border) const {
    return {data + border * stride + border * channels,
            {size.width - 2 * border, size.height - 2 * border},
            channels,
            stride};
  }
};
using PictureView = BasicPictureView<const float>;
using PictureSpan = BasicPictureView<float>;

// Owned.
struct Picture {
  Size size;
  int channels = 0;
  std::vector<float> values;

  Picture() = default;
  Picture(Size size_, int channels_)
      : size(size_), channels(channels_), values(static_cast<size_t>(size_.area()) * channels_) {}
  PictureView view() const {
    return {values.data(), size, channels, ptrdiff_t{size.width} * channels};
  }
  PictureSpan span() { return {values.data(), size, channels, ptrdiff_t{size.width} * channels}; }
};

// Makes it one of that size and channels where it is not; what it holds then is of no use.
inline void resize_to(Picture& picture, Size size, int channels) {
  if (picture.size != size || picture.channels != channels) picture = Picture(size, channels);
}

// What a file of 8 bits keeps of a picture: each value clamped to [0, 1] and rounded to k / 255.
void round_to_8bit(Picture& picture);

// BT.601 luma as the super-resolution literature measures it (MATLAB rgb2ycbcr):
// 16 + 65.481 R + 128.553 G + 24.966 B for R, G, B in [0, 1]; about 16..235, not rounded.
// From 3 channels to 1; a picture of 1 channel g gives 16 + 219 g.
Picture luma_bt601(const Picture& rgb);

void clamp_to_unit(Picture& picture);  // each value to [0, 1]

// The rectangle of `size` with its corner at (x, y), which lies inside the picture.
Picture crop(const Picture& picture, int x, int y, Size size);

// The middle `side` x `side` of a picture, or all of it where it is smaller.
Picture centre_patch(const Picture& picture, int side);

// a's channels before b's, pixel by pixel; both of one size.
Picture stacked(const Picture& a, const Picture& b);

// The largest rectangle at the top left whose sides are multiples of `multiple`.
Picture crop_to_multiple(const Picture& picture, int multiple);

}  // namespace gan
