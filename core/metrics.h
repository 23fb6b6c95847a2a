// SPDX-License-Identifier: LGPL-2.1-or-later
// Full-reference picture quality, with exact definitions.
//
// mse     mean over all samples of (a - b)^2, in code values squared (0..255 for 8 bits).
// psnr    10 log10(peak^2 / mse) in dB; identical planes give +infinity. peak is the largest code
//         value, 2^depth - 1, whatever the video range.
// ssim    Wang, Bovik, Sheikh, Simoncelli 2004: 11x11 Gaussian window, sigma 1.5, only where the
//         window fits ("valid"), weighted population variances, C1 = (0.01 peak)^2,
//         C2 = (0.03 peak)^2, mean over the map; no down-sampling. Planes with a side under 11
//         have no such window: NaN.
#pragma once

#include <cstdint>

#include "core/picture.h"

namespace gan {

// One component of a frame: little-endian samples, `bytes` 1 or 2 each, `step` bytes apart.
struct SamplePlane {
  const uint8_t* data = nullptr;
  Size size;
  ptrdiff_t stride = 0;  // bytes
  int step = 1;          // bytes
  int bytes = 1;
  int depth = 8;  // bits
  int shift = 0;  // bits below the value, as in P010
  double peak() const { return (1 << depth) - 1; }
};

// Component `index` of a frame; index 3 is alpha.
SamplePlane component_plane(const FrameView& frame, int index);

// The planes without `border` samples at each side. Throws Error(kSettings) when nothing is left.
SamplePlane crop(SamplePlane plane, int border);

// Both planes must have one size and depth; checked.
double mse(const SamplePlane& a, const SamplePlane& b);
double ssim(const SamplePlane& a, const SamplePlane& b);

// The same for float pictures of any number of channels; mse pools all values, ssim averages the
// channels. `peak` is the largest value, 255 for luma_bt601 and for [0, 1] pictures times 255.
double mse(const PictureView& a, const PictureView& b);
double ssim(const PictureView& a, const PictureView& b, double peak);

double psnr_db(double mse, double peak);

}  // namespace gan
