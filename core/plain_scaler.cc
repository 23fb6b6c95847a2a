// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/plain_scaler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/simd.h"

namespace gan {

namespace {

constexpr int kTaps = 4;    // of Keys' kernel where nothing is shrunk
constexpr int kMargin = 4;  // mirrored samples at each end of a row
constexpr int kKept = 8;    // input rows that are kept wide, more than a row is made of

template <class Sample>
void load(const uint8_t* from, size_t step, int shift, float* to, int count) {
  for (int i = 0; i < count; ++i) {
    Sample sample;
    std::memcpy(&sample, from + static_cast<size_t>(i) * step, sizeof sample);
    to[i] = static_cast<float>(sample >> shift);
  }
}

GAN_SIMD void load_bytes(const uint8_t* from, float* to, int count) {
  for (int i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]);
}

// The two phases of a doubling, with weights in registers.
GAN_SIMD void widen_2(const float* from, float* to, int count, const int* first, const float* w) {
  const float *const a = from + first[0], *const b = from + first[1];
  const float a0 = w[0], a1 = w[1], a2 = w[2], a3 = w[3], b0 = w[4], b1 = w[5], b2 = w[6],
              b3 = w[7];
  for (int i = 0; i < count; ++i) {
    to[2 * i] = a0 * a[i] + a1 * a[i + 1] + a2 * a[i + 2] + a3 * a[i + 3];
    to[2 * i + 1] = b0 * b[i] + b1 * b[i + 1] + b2 * b[i + 2] + b3 * b[i + 3];
  }
}

GAN_SIMD void widen_any(int scale, const float* from, float* to, int count, const int* first,
                        const float* weight) {
  for (int i = 0; i < count; ++i)
    for (int p = 0; p < scale; ++p) {
      const float* const at = from + i + first[p];
      const float* const w = weight + p * kTaps;
      to[i * scale + p] = w[0] * at[0] + w[1] * at[1] + w[2] * at[2] + w[3] * at[3];
    }
}

// Four rows, weighed, as whole numbers from 0 to `most`.
template <class Sample>
inline __attribute__((always_inline)) void blend(const float* const rows[kTaps],
                                                 const float* weight, float most, int shift,
                                                 Sample* to, int count) {
  const float *const a = rows[0], *const b = rows[1], *const c = rows[2], *const d = rows[3];
  const float wa = weight[0], wb = weight[1], wc = weight[2], wd = weight[3];
  for (int i = 0; i < count; ++i) {
    float value = wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i] + 0.5f;
    value = value > 0 ? value : 0;
    value = value < most ? value : most;
    to[i] = static_cast<Sample>(static_cast<int>(value) << shift);
  }
}
GAN_SIMD void blend_bytes(const float* const rows[kTaps], const float* weight, float most,
                          uint8_t* to, int count) {
  blend(rows, weight, most, 0, to, count);
}
GAN_SIMD void blend_words(const float* const rows[kTaps], const float* weight, float most,
                          int shift, uint16_t* to, int count) {
  blend(rows, weight, most, shift, to, count);
}

void scatter(const uint8_t* from, size_t bytes, uint8_t* to, size_t step, int count) {
  for (int i = 0; i < count; ++i)
    std::memcpy(to + static_cast<size_t>(i) * step, from + static_cast<size_t>(i) * bytes, bytes);
}

}  // namespace

// What a thread works with; its memory is kept from frame to frame.
struct PlainScaler::Rows {
  std::vector<float> narrow, wide;
  std::vector<uint8_t> samples;
  std::array<int, kKept> held;  // which input row each part of `wide` is of
};

bool PlainScaler::can(PixelFormat format) {
  const FormatInfo& f = info(format);
  return f.word_group == 0 && (f.planes > 1 || f.component[1].shrink_x == 0);
}

PlainScaler::PlainScaler(PixelFormat format, const Colorimetry& colorimetry, Size in, int scale)
    : format_(info(format)), scale_(scale) {
  check(can(format) && scale >= 1, ErrorKind::kFailed, format_.name, " cannot be enlarged plainly");
  const auto add = [&](const Component& c) {
    parts_.push_back({c, component_size(c, in), component_size(c, scaled(in, scale)),
                      make_phases(c.shrink_x, colorimetry.horizontal),
                      make_phases(c.shrink_y, colorimetry.vertical)});
  };
  for (int i = 0; i < format_.components; ++i) add(format_.component[static_cast<size_t>(i)]);
  if (format_.has_alpha) add(format_.component[3]);
}

PlainScaler::Axis PlainScaler::make_phases(int shrink, Siting siting) const {
  // Sample j of a smaller component lies at luma (j << shrink) + place.
  const int ratio = 1 << shrink;
  const double place = siting == Siting::kCentre ? (ratio - 1) / 2.0 : 0;
  const double at_zero = (((place + 0.5) / scale_ - 0.5) - place) / ratio;
  const double shift = at_zero - (0.5 / scale_ - 0.5);
  constexpr int kMiddle = 16;
  const ResampleAxis axis = make_axis(
      {2 * kMiddle, 2 * kMiddle * scale_, static_cast<double>(scale_), shift}, Filter::kBicubic);
  Axis phases;
  for (int p = 0; p < scale_; ++p) {
    const size_t start = static_cast<size_t>((kMiddle * scale_ + p) * axis.taps);
    size_t k = start;
    while (k + kTaps < start + static_cast<size_t>(axis.taps) && axis.weight[k] == 0) ++k;
    phases.first.push_back(axis.index[k] - kMiddle);
    phases.weight.insert(phases.weight.end(), axis.weight.begin() + static_cast<ptrdiff_t>(k),
                         axis.weight.begin() + static_cast<ptrdiff_t>(k + kTaps));
  }
  return phases;
}

// An input row as wide as the output's.
const float* PlainScaler::widened(const Part& part, const FrameView& in, int row,
                                  Rows& rows) const {
  const size_t slot = static_cast<size_t>(row % kKept);
  const size_t wide = static_cast<size_t>(part.in.width) * static_cast<size_t>(scale_);
  float* const to = rows.wide.data() + slot * wide;
  if (rows.held[slot] == row) return to;
  rows.held[slot] = row;
  const Component& c = part.component;
  const auto& plane = in.planes[c.plane];
  const uint8_t* const from = plane.data + row * plane.stride + c.offset;
  float* const narrow = rows.narrow.data() + kMargin;
  const int width = part.in.width;
  if (c.depth <= 8 && c.step == 1 && c.shift == 0)
    load_bytes(from, narrow, width);
  else if (c.depth <= 8)
    load<uint8_t>(from, c.step, c.shift, narrow, width);
  else
    load<uint16_t>(from, c.step, c.shift, narrow, width);
  for (int i = 1; i <= kMargin; ++i) {
    narrow[-i] = narrow[mirrored(-i, width)];
    narrow[width - 1 + i] = narrow[mirrored(width - 1 + i, width)];
  }
  if (scale_ == 2)
    widen_2(narrow, to, width, part.columns.first.data(), part.columns.weight.data());
  else
    widen_any(scale_, narrow, to, width, part.columns.first.data(), part.columns.weight.data());
  return to;
}

void PlainScaler::run_part(const Part& part, const FrameView& in, const FrameSpan& out, int begin,
                           int end) const {
  thread_local Rows rows;
  const size_t wide = static_cast<size_t>(part.in.width) * static_cast<size_t>(scale_);
  rows.narrow.resize(static_cast<size_t>(part.in.width) + 2 * kMargin);
  rows.wide.resize(wide * kKept);
  rows.held.fill(-1);
  const Component& c = part.component;
  const size_t bytes = c.depth <= 8 ? 1 : 2;
  rows.samples.resize(wide * bytes);
  const auto most = static_cast<float>((1 << c.depth) - 1);
  const bool packed = c.step != bytes;
  for (int y = begin; y < end; ++y) {
    const auto phase = static_cast<size_t>(y % scale_);
    const float* from[kTaps];
    for (int k = 0; k < kTaps; ++k)
      from[k] = widened(part, in, mirrored(y / scale_ + part.rows.first[phase] + k, part.in.height),
                        rows);
    const auto& plane = out.planes[c.plane];
    uint8_t* const to = plane.data + y * plane.stride + c.offset;
    uint8_t* const at = packed ? rows.samples.data() : to;
    const float* const weight = part.rows.weight.data() + phase * kTaps;
    if (bytes == 1)
      blend_bytes(from, weight, most, at, part.out.width);
    else
      blend_words(from, weight, most, c.shift, reinterpret_cast<uint16_t*>(at), part.out.width);
    if (packed) scatter(at, bytes, to, c.step, part.out.width);
  }
}

void PlainScaler::run(const FrameView& in, const FrameSpan& out, int begin, int end) const {
  // Of packed formats with a byte that no component has.
  const Component& first = parts_[0].component;
  const size_t bytes = first.depth <= 8 ? 1 : 2;
  if (format_.planes == 1 && first.step > parts_.size() * bytes)
    for (int y = begin; y < end; ++y)
      std::memset(out.planes[0].data + y * out.planes[0].stride, 0xff,
                  static_cast<size_t>(parts_[0].out.width) * first.step);
  for (const Part& part : parts_) {
    const int shrink = part.component.shrink_y, round = (1 << shrink) - 1;
    const int last = end == out.size.height ? part.out.height : (end + round) >> shrink;
    run_part(part, in, out, (begin + round) >> shrink, last);
  }
}

}  // namespace gan
