// SPDX-License-Identifier: LGPL-2.1-or-later
// What people's photographs and clips have suffered: some of mild blur, a sensor's noise and
// compression, each drawn anew for a picture, or nothing at all. Our own mixture; what encoders of
// video leave is learned from pairs (codec_pairs.sh).
#pragma once

#include "core/picture.h"
#include "training/random.h"

namespace gan::training {

struct EverydayOptions {
  double clean = 0.2;  // share of the pictures that nothing happens to; of the others
  double blur = 0.45, noise = 0.55, jpeg = 0.4;  // so many are damaged by each
  double sigma_low = 0.3, sigma_high = 1.6;      // of the blur, pixels
  double noise_high = 12;     // deviation of normal or photon noise, 8-bit code values, from 0
  double grey_noise = 0.3;    // share of noise that is the same in all channels
  double photon_noise = 0.3;  // share of noise that grows with the root of the light
  int quality_low = 25, quality_high = 95;  // of JPEG
};

// picture: RGB in [0, 1], sides at least 8; shrunk by the scale with the antialiased bicubic, then
// damaged. Clamped.
Picture damage_as_every_day(const Picture& picture, int scale, const EverydayOptions& options,
                            Random& random);

// What is soft already, as much of video is: a good picture blurred by a Gaussian of 0.6 to 2
// pixels. A network that has seen such ones among its targets does not sharpen what is no damage.
void soften(Picture& picture, Random& random);

}  // namespace gan::training
