// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/resize.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/simd.h"

namespace gan {
namespace {

// Half width of the kernel, in input samples at scale 1.
double support(Filter filter) {
  switch (filter) {
    case Filter::kNearest: return 0.5;
    case Filter::kBilinear: return 1;
    case Filter::kBicubic: return 2;
    case Filter::kLanczos: return 3;
  }
  return 0;
}

double kernel(Filter filter, double x) {
  const double a = std::abs(x);
  switch (filter) {
    case Filter::kNearest: return x >= -0.5 && x < 0.5 ? 1 : 0;
    case Filter::kBilinear: return std::max(0.0, 1 - a);
    case Filter::kBicubic:  // Keys 1981, eq. 15, a = -0.5
      if (a <= 1) return (1.5 * a - 2.5) * a * a + 1;
      return a <= 2 ? ((-0.5 * a + 2.5) * a - 4) * a + 2 : 0;
    case Filter::kLanczos: {
      if (a >= 3) return 0;
      const double t = std::numbers::pi * a;
      return t < 1e-9 ? 1 : 3 * std::sin(t) * std::sin(t / 3) / (t * t);
    }
  }
  return 0;
}

int mirror(int i, int size) {
  const int period = 2 * size;
  i = ((i % period) + period) % period;
  return i < size ? i : period - 1 - i;
}

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

Resizer::Axis Resizer::make_axis(int in, int out, double scale, Filter filter) {
  if (scale == 0) scale = static_cast<double>(out) / in;
  // Nearest never averages, as everywhere.
  const double stretch = filter == Filter::kNearest ? 1 : std::max(1.0, 1 / scale);
  const double radius = support(filter) * stretch;
  Axis axis;
  axis.taps = static_cast<int>(std::ceil(2 * radius)) + 2;
  std::vector<double> sample(static_cast<size_t>(axis.taps));
  for (int x = 0; x < out; ++x) {
    const double centre = (x + 0.5) / scale - 0.5;
    const int left = static_cast<int>(std::floor(centre - radius));
    double sum = 0;
    for (int k = 0; k < axis.taps; ++k)
      sum += sample[static_cast<size_t>(k)] = kernel(filter, (centre - left - k) / stretch);
    for (int k = 0; k < axis.taps; ++k) {
      axis.index.push_back(mirror(left + k, in));
      axis.weight.push_back(static_cast<float>(sample[static_cast<size_t>(k)] / sum));
    }
  }
  return axis;
}

Resizer::Resizer(Size in, Size out, Filter filter, double scale) : in_(in), out_(out) {
  check(in.width > 0 && in.height > 0 && out.width > 0 && out.height > 0, ErrorKind::kFailed,
        "resize wants sides of at least 1 pixel, got ", in.width, "x", in.height, " to ", out.width,
        "x", out.height);
  rows_ = make_axis(in.height, out.height, scale, filter);
  columns_ = make_axis(in.width, out.width, scale, filter);
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

Filter filter_from_name(std::string_view name) {
  if (name == "nearest") return Filter::kNearest;
  if (name == "bilinear") return Filter::kBilinear;
  if (name == "bicubic") return Filter::kBicubic;
  if (name == "lanczos") return Filter::kLanczos;
  fail(ErrorKind::kSettings, "filter must be nearest, bilinear, bicubic or lanczos, got ", name);
}

}  // namespace gan
