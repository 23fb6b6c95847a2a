// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/degradations/everyday.h"

#include <algorithm>
#include <cmath>

#include "core/resize.h"
#include "training/degradations/camera.h"
#include "training/degradations/kernels.h"
#include "training/degradations/noise.h"

namespace gan::training {
namespace {

void blur(Picture& picture, double sigma) {
  const int size = 2 * static_cast<int>(std::ceil(3 * sigma)) + 1;
  filter(picture, blur_kernel({.size = size, .sigma_x = sigma, .sigma_y = sigma}));
}

// Normal noise whose variance is the value's share of white's: that of counted photons.
void add_photon_noise(Picture& picture, double sigma, Random& random) {
  for (float& value : picture.values) {
    const double light = std::max(static_cast<double>(value), 0.0);
    value += static_cast<float>(sigma * std::sqrt(light) * random.normal());
  }
}

}  // namespace

Picture damage_as_every_day(const Picture& picture, int scale, const EverydayOptions& options,
                            Random& random) {
  Picture small = scale > 1
                      ? resize(picture, {picture.size.width / scale, picture.size.height / scale})
                      : picture;
  clamp_to_unit(small);
  if (random.chance(options.clean)) return small;
  if (random.chance(options.blur))
    blur(small, random.uniform(options.sigma_low, options.sigma_high));
  if (random.chance(options.noise)) {
    const double sigma = random.uniform(0, options.noise_high) / 255;
    if (random.chance(options.photon_noise))
      add_photon_noise(small, sigma, random);
    else
      add_gaussian_noise(small, sigma,
                         random.chance(options.grey_noise) ? NoiseColour::kGrey : NoiseColour::kRgb,
                         random);
    clamp_to_unit(small);
  }
  if (random.chance(options.jpeg)) {
    const int qualities = options.quality_high - options.quality_low + 1;
    jpeg_round_trip(small, options.quality_low + random.below(qualities));
  }
  return small;
}

void soften(Picture& picture, Random& random) { blur(picture, random.uniform(0.6, 2)); }

}  // namespace gan::training
