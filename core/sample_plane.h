// SPDX-License-Identifier: LGPL-2.1-or-later
// One component of a frame or picture as the metrics see it, and the same as plain rows.
#pragma once

#include <cstdint>
#include <vector>

#include "core/picture.h"

namespace gan {

// Samples of `bytes` 1 or 2 (little-endian, unsigned) or 4 (float), `step` bytes apart.
struct SamplePlane {
  const uint8_t* data = nullptr;
  Size size;
  ptrdiff_t stride = 0;  // bytes
  int step = 1;          // bytes
  int bytes = 1;
  double peak = 255;  // the largest value
  int shift = 0;      // bits below the value, as in P010
  // Rows are of words, three samples in each (core/packed_words.h): step, and this offset of the
  // first sample, are bytes of the unpacked row.
  bool words = false;
  int offset = 0;
};

// Component `index` of a frame; index 3 is alpha. The peak is 2^depth - 1, whatever the range.
SamplePlane component_plane(const FrameView& frame, int index);
// One channel of a float picture.
SamplePlane channel_plane(const PictureView& picture, int channel, double peak);

// The plane without border.width columns and border.height rows at each side. Throws
// Error(kSettings) when nothing is left.
SamplePlane crop(SamplePlane plane, Size border);

// The plane with its samples side by side, unpacked and unshifted: itself where it is so already,
// else a copy in `memory`.
SamplePlane packed(const SamplePlane& plane, std::vector<uint8_t>& memory);

// BT.601 luma of the super-resolution literature (luma_bt601 in core/picture.h) of three packed
// planes, as floats in `memory`, in code values of their depth: 16/255 to 235/255 of the peak.
SamplePlane luma_plane(const SamplePlane& r, const SamplePlane& g, const SamplePlane& b,
                       std::vector<uint8_t>& memory);

// Rows of a packed plane.
template <class Sample>
struct SampleRows {
  const uint8_t* data;
  ptrdiff_t stride;  // bytes
  const Sample* row(int y) const { return reinterpret_cast<const Sample*>(data + y * stride); }
};

// Calls function(SampleRows<Sample>, SampleRows<Sample>) for two packed planes of one kind.
template <class Function>
auto with_rows(const SamplePlane& a, const SamplePlane& b, const Function& function) {
  const auto call = [&]<class Sample>(Sample) {
    return function(SampleRows<Sample>{a.data, a.stride}, SampleRows<Sample>{b.data, b.stride});
  };
  switch (a.bytes) {
    case 1: return call(uint8_t{});
    case 2: return call(uint16_t{});
    default: return call(float{});
  }
}

}  // namespace gan
