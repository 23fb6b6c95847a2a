// SPDX-License-Identifier: LGPL-2.1-or-later
// The two forms of SSIM, on packed planes that are alike and large enough; see core/metrics.h.
#pragma once

#include "core/sample_plane.h"

namespace gan {

class Workers;

struct Similarity {
  double ssim = 0, contrast = 0;  // contrast: the factor of contrast and structure alone
  Similarity& operator+=(const Similarity& other) {
    ssim += other.ssim;
    contrast += other.contrast;
    return *this;
  }
};

inline constexpr int kGaussianWindow = 11, kBlockWindow = 8;

// Means over the map.
double gaussian_ssim(const SamplePlane& a, const SamplePlane& b, Workers* workers);
Similarity gaussian_similarity(const SamplePlane& a, const SamplePlane& b, Workers* workers);
double block_ssim(const SamplePlane& a, const SamplePlane& b, Workers* workers);

}  // namespace gan
