// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/resize.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/simd.h"

namespace gan {
namespace {

GAN_SIMD void add_row(float* to, const float* from, float weight, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; ++i) to[i] += weight * from[i];
}
GAN_SIMD void set_row(float* to, const float* from, float weight, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; ++i) to[i] = weight * from[i];
}

template <int kChannels>
void filter_row(const float* from, float* to, int width, int taps, const int* index,
                const float* weight) {
  for (int x = 0; x < width; ++x, index += taps, weight += taps, to += kChannels) {
    float sum[kChannels] = {};
    for (int k = 0; k < taps; ++k)
      for (int c = 0; c < kChannels; ++c) sum[c] += weight[k] * from[index[k] * kChannels + c];
    std::copy_n(sum, kChannels, to);
  }
}

}  // namespace

Resizer::Resizer(Size in, Size out, Filter filter, double scale) : in_(in), out_(out) {
  check(in.width > 0 && in.height > 0 && out.width > 0 && out.height > 0, ErrorKind::kFailed,
        "resize wants sides of at least 1 pixel, got ", in.width, "x", in.height, " to ", out.width,
        "x", out.height);
  rows_ = make_axis({in.height, out.height, scale}, filter);
  columns_ = make_axis({in.width, out.width, scale}, filter);
}

void Resizer::run(const PictureView& in, const PictureSpan& out) {
  check(in.size == in_ && out.size == out_ && in.channels == out.channels, ErrorKind::kFailed,
        "resize: sizes differ from those it was made for");
  check(in.channels == 1 || in.channels == 3 || in.channels == 4, ErrorKind::kFailed,
        "resize: wants 1, 3 or 4 channels, got ", in.channels);
  const ptrdiff_t row_floats = ptrdiff_t{in_.width} * in.channels;
  scratch_.resize(static_cast<size_t>(row_floats));
  for (int y = 0; y < out_.height; ++y) {
    const size_t at = static_cast<size_t>(y) * static_cast<size_t>(rows_.taps);
    bool first = true;
    for (size_t k = at; k < at + static_cast<size_t>(rows_.taps); ++k) {
      if (rows_.weight[k] == 0) continue;
      (first ? set_row : add_row)(scratch_.data(), in.row(rows_.index[k]), rows_.weight[k],
                                  row_floats);
      first = false;
    }
    const auto filter = in.channels == 1   ? filter_row<1>
                        : in.channels == 3 ? filter_row<3>
                                           : filter_row<4>;
    filter(scratch_.data(), out.row(y), out_.width, columns_.taps, columns_.index.data(),
           columns_.weight.data());
  }
}

Picture resize(const Picture& in, Size out, Filter filter, double scale) {
  Picture result(out, in.channels);
  Resizer(in.size, out, filter, scale).run(in.view(), result.span());
  return result;
}

Picture rescale(const Picture& in, double scale, Filter filter) {
  const auto side = [&](int n) {
    // ceil, but not up from a whole number that rounding made a hair too large
    return static_cast<int>(std::ceil(n * scale - 1e-9));
  };
  return resize(in, {side(in.size.width), side(in.size.height)}, filter, scale);
}

}  // namespace gan
