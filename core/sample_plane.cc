// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/sample_plane.h"

#include "core/error.h"
#include "core/packed_words.h"
#include "core/simd.h"

namespace gan {
namespace {

template <class Sample, int kStep>
GAN_SIMD void pack_row(const Sample* from, int count, int shift, Sample* to) {
  for (int i = 0; i < count; ++i) to[i] = static_cast<Sample>(from[i * kStep] >> shift);
}

void pack_floats(const float* from, int count, int step, float* to) {
  for (int i = 0; i < count; ++i) to[i] = from[i * step];
}

// Samples of a row of words as far as the last one that counts, in whole words; else none.
int samples_to_unpack(const SamplePlane& plane) {
  if (!plane.words) return 0;
  const int last = (plane.offset + plane.step * (plane.size.width - 1)) / 2;
  return (last / 3 + 1) * 3;
}

// Behind `to` lie samples_to_unpack().
template <class Sample>
void pack(const SamplePlane& plane, Sample* to) {
  const int width = plane.size.width, step = plane.step / plane.bytes;
  const int to_unpack = samples_to_unpack(plane);
  Sample* const unpacked = to + plane.size.area();
  for (int y = 0; y < plane.size.height; ++y, to += width) {
    const auto* from = reinterpret_cast<const Sample*>(plane.data + y * plane.stride);
    if constexpr (std::is_same_v<Sample, uint16_t>)
      if (plane.words) {
        unpack_words(plane.data + y * plane.stride, to_unpack, unpacked);
        from = unpacked + plane.offset / 2;
      }
    if constexpr (std::is_same_v<Sample, float>) {
      pack_floats(from, width, step, to);
    } else {
      switch (step) {
        case 1: pack_row<Sample, 1>(from, width, plane.shift, to); break;
        case 2: pack_row<Sample, 2>(from, width, plane.shift, to); break;
        case 3: pack_row<Sample, 3>(from, width, plane.shift, to); break;
        default: pack_row<Sample, 4>(from, width, plane.shift, to);
      }
    }
  }
}

template <class Sample>
GAN_SIMD void luma_row(const Sample* r, const Sample* g, const Sample* b, int count, float black,
                       float* to) {
  for (int i = 0; i < count; ++i)
    to[i] = black + 65.481f / 255 * r[i] + 128.553f / 255 * g[i] + 24.966f / 255 * b[i];
}

// And behind it room for samples_to_unpack().
SamplePlane plane_in(std::vector<uint8_t>& memory, const SamplePlane& like, int bytes) {
  const ptrdiff_t stride = ptrdiff_t{like.size.width} * bytes;
  memory.resize(static_cast<size_t>(stride * like.size.height + samples_to_unpack(like) * bytes));
  return {memory.data(), like.size, stride, bytes, bytes, like.peak};
}

}  // namespace

SamplePlane component_plane(const FrameView& frame, int index) {
  const FormatInfo& format = info(frame.format);
  const Component& component = format.component[static_cast<size_t>(index)];
  const auto& plane = frame.planes[component.plane];
  const bool words = format.word_group > 0;
  return {plane.data + (words ? 0 : component.offset),
          component_size(component, frame.size),
          plane.stride,
          component.step,
          component.depth > 8 ? 2 : 1,
          static_cast<double>((1 << component.depth) - 1),
          component.shift,
          words,
          words ? component.offset : 0};
}

SamplePlane channel_plane(const PictureView& picture, int channel, double peak) {
  constexpr int kFloat = sizeof(float);
  return {reinterpret_cast<const uint8_t*>(picture.data + channel),
          picture.size,
          picture.stride * kFloat,
          picture.channels * kFloat,
          kFloat,
          peak};
}

SamplePlane crop(SamplePlane plane, Size border) {
  const Size left{plane.size.width - 2 * border.width, plane.size.height - 2 * border.height};
  check(left.width > 0 && left.height > 0, ErrorKind::kSettings, "crop-border ", border.height,
        " leaves nothing of a plane of ", plane.size.width, "x", plane.size.height);
  plane.data += border.height * plane.stride;
  if (plane.words)
    plane.offset += border.width * plane.step;
  else
    plane.data += border.width * plane.step;
  plane.size = left;
  return plane;
}

SamplePlane packed(const SamplePlane& plane, std::vector<uint8_t>& memory) {
  if (plane.step == plane.bytes && plane.shift == 0 && !plane.words) return plane;
  const SamplePlane to = plane_in(memory, plane, plane.bytes);
  switch (plane.bytes) {
    case 1: pack(plane, memory.data()); break;
    case 2: pack(plane, reinterpret_cast<uint16_t*>(memory.data())); break;
    default: pack(plane, reinterpret_cast<float*>(memory.data()));
  }
  return to;
}

SamplePlane luma_plane(const SamplePlane& r, const SamplePlane& g, const SamplePlane& b,
                       std::vector<uint8_t>& memory) {
  const SamplePlane to = plane_in(memory, r, sizeof(float));
  with_rows(r, g, [&](auto red, auto green) {
    const decltype(red) blue{b.data, b.stride};
    for (int y = 0; y < r.size.height; ++y)
      luma_row(red.row(y), green.row(y), blue.row(y), r.size.width,
               static_cast<float>(16 * r.peak / 255),
               reinterpret_cast<float*>(memory.data() + y * to.stride));
  });
  return to;
}

}  // namespace gan
