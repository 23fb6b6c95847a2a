// SPDX-License-Identifier: LGPL-2.1-or-later
// Full-reference picture quality, with exact definitions. Two planes a (reference) and b must be of
// one size, sample type and peak; otherwise Error(kSettings).
//
// peak     the largest code value, 2^depth - 1, whatever the video range.
// mse      mean over all samples of (a - b)^2, in code values squared (0..255 for 8 bits). Exact:
//          sums of integers.
// psnr     10 log10(peak^2 / mse) in dB; identical planes give +infinity. It is never capped.
// ssim     kGaussian: Wang, Bovik, Sheikh, Simoncelli 2004: 11x11 Gaussian window, sigma 1.5, only
//          where the window fits ("valid"), weighted population variances, C1 = (0.01 peak)^2,
//          C2 = (0.03 peak)^2, mean over the map; no down-sampling. So compute BasicSR, and
//          scikit-image with gaussian_weights=True, use_sample_covariance=False.
//          kFfmpeg: what FFmpeg's filter ssim (and x264) compute: 8x8 blocks 4 samples apart, flat
//          weights, sample variances (over 63), C1 and C2 rounded; rows and columns beyond a
//          multiple of 4 do not count. Values of the two windows differ by some hundredths: never
//          compare one with the other. FFmpeg's SSE4 code (found in 5.1) strays from its own C code
//          by up to 0.04 where the blocks in a row are 2 more than a multiple of 4 (planes 40, 72,
//          88, 360 columns wide); the C code, ffmpeg -cpuflags 0, is what this is.
// ms_ssim  Wang, Simoncelli, Bovik 2003: five scales, weights 0.0448 0.2856 0.3001 0.2363 0.1333,
//          mean contrast-structure of scales 1 to 4 and mean Gaussian ssim of scale 5, negative
//          means counted as 0. Between scales means of 2x2 samples; a side that is odd is first
//          padded by a zero at each end, as pytorch-msssim does.
// flicker  mean of |(b - b') - (a - a')|, in code values, where ' is the frame before: what moves
//          or shimmers in b and not in a. static_mean is over the samples alone where the reference
//          stands still, |a - a'| <= 2/255 of the peak.
//
// Where no window fits (a side under 11, under 8 for kFfmpeg, under 161 for ms_ssim), and where no
// sample stands still, the value is NaN.
//
// All may be given Workers; the values do not depend on the number of threads.
#pragma once

#include "core/sample_plane.h"

namespace gan {

class Workers;

enum class SsimWindow : uint8_t { kGaussian, kFfmpeg };

double mse(const SamplePlane& a, const SamplePlane& b, Workers* workers = nullptr);
double psnr_db(double mse, double peak);
double ssim(const SamplePlane& a, const SamplePlane& b, SsimWindow window = SsimWindow::kGaussian,
            Workers* workers = nullptr);
double ms_ssim(const SamplePlane& a, const SamplePlane& b, Workers* workers = nullptr);

struct Flicker {
  double mean = 0, static_mean = 0;
};
struct PlanePair {
  SamplePlane reference, processed;
};
Flicker flicker(const PlanePair& before, const PlanePair& now, Workers* workers = nullptr);

// The same of several planes at once, handed out to the workers in one go: a frame is soon
// measured, and every hand-out costs.
struct PlaneTask {
  PlanePair now;
  const PlanePair* before = nullptr;  // for flicker
  bool mse = false, ssim = false;
  SsimWindow window = SsimWindow::kGaussian;
};
struct PlaneMeasures {
  double mse, ssim;
  Flicker flicker;
};
std::vector<PlaneMeasures> measure(const std::vector<PlaneTask>& tasks, Workers* workers = nullptr);

// The same for float pictures of any number of channels; mse pools all values, ssim averages the
// channels. `peak` is the largest value, 255 for luma_bt601 and for [0, 1] pictures times 255.
double mse(const PictureView& a, const PictureView& b);
double ssim(const PictureView& a, const PictureView& b, double peak);

// Throws unless two planes can be compared.
void check_alike(const SamplePlane& a, const SamplePlane& b);

}  // namespace gan
