// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "core/options.h"
#include "core/picture.h"
#include "training/random.h"

namespace gan::training {

// The high-order degradation of Real-ESRGAN (Wang et al. 2021, arXiv:2107.10833, section 3.2):
// blur, resize, noise and JPEG, twice, with sinc filters for ringing. Defaults are those of the
// x4plus release. Where the original draws the kind of noise once for a batch, here every sample
// has its own, so no pool of earlier pairs is needed to mix them.
struct DegradationOrder {
  double blur_probability, sinc_probability;
  double sigma_low, sigma_high;      // of the blur, pixels
  double resize_up, resize_down;     // probabilities; the rest keeps the size
  double scale_low, scale_high;      // of the resize
  double gaussian_probability;       // of Gaussian noise, else Poisson
  double noise_low, noise_high;      // sigma of the former, 8-bit code values
  double poisson_low, poisson_high;  // strength of the latter
};
struct TwoOrderOptions {
  DegradationOrder first{1, 0.1, 0.2, 3, 0.2, 0.7, 0.15, 1.5, 0.5, 1, 30, 0.05, 3};
  DegradationOrder second{0.8, 0.1, 0.2, 1.5, 0.3, 0.4, 0.3, 1.2, 0.5, 1, 25, 0.05, 2.5};
  double grey_noise_probability = 0.4;
  int jpeg_low = 30, jpeg_high = 95;
  double final_sinc_probability = 0.8;
};

// picture: RGB in [0, 1], sides multiples of scale. Returns it damaged, of sides / scale, clamped
// and rounded to 8 bits. Everything random comes from `random`.
Picture degrade_twice(const Picture& picture, int scale, const TwoOrderOptions& options,
                      Random& random);

}  // namespace gan::training
