// SPDX-License-Identifier: LGPL-2.1-or-later
// The two forms of SSIM, on packed planes that are alike and large enough; see core/metrics.h.
#pragma once

#include "core/bands.h"
#include "core/metrics.h"

namespace gan {

struct Similarity {
  double ssim = 0, contrast = 0;  // contrast: the factor of contrast and structure alone
  Similarity& operator+=(const Similarity& other) {
    ssim += other.ssim;
    contrast += other.contrast;
    return *this;
  }
};

inline constexpr int kGaussianWindow = 11, kBlockWindow = 8;

// Sums over some rows of the map; a row of blocks for blocks. There is a form for vectors of 4,
// 8 and 16 lanes; gaussian_lanes() are the most that the processor has.
int gaussian_lanes();
double gaussian_rows(const PlanePair& planes, const Interval& rows, int lanes);
double block_rows(const SamplePlane& a, const SamplePlane& b, const Interval& rows);

// Means over the map.
Similarity gaussian_similarity(const SamplePlane& a, const SamplePlane& b, Workers* workers);

// The map of a window on a plane; empty where the window does not fit.
Size ssim_map(Size plane, SsimWindow window);
// Sum over those rows of the map that belong to a band of rows of the plane.
double ssim_of_band(const PlanePair& planes, SsimWindow window, int band);

}  // namespace gan
