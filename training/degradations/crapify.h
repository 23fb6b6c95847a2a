// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "core/picture.h"
#include "training/random.h"

namespace gan::training {

// fast.ai's "crappification" (course v3, lesson 7): the picture is shrunk until its shorter side is
// `side` (bilinear), a random whole number q is written on its upper left quarter, JPEG of quality
// q is applied, and the picture is enlarged to its old size (bilinear).
struct CrapifyOptions {
  int side = 96;                            // pixels
  int quality_low = 10, quality_high = 70;  // of q; equal: that quality
  bool text = true;
};
Picture crapify(const Picture& picture, const CrapifyOptions& options, Random& random);

// What a phone's camera does to a scene, for data sets that have clean photographs only: a slight
// blur, a colour cast, less contrast, dark corners, noise and JPEG. A model of no real phone.
struct PhoneCameraOptions {
  double blur = 0.8;       // largest sigma, pixels
  double cast = 0.12;      // largest gain away from 1 of a channel
  double vignette = 0.35;  // largest loss at the corners
  double noise = 6;        // largest sigma, 8-bit code values
  int quality_low = 60, quality_high = 95;
};
Picture photograph(const Picture& picture, const PhoneCameraOptions& options, Random& random);

}  // namespace gan::training
