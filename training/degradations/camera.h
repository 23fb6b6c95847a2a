// SPDX-License-Identifier: LGPL-2.1-or-later
// What cameras and files do to pictures: noise and JPEG.
#pragma once

#include "core/picture.h"
#include "training/random.h"

namespace gan::training {

// Adds independent normal noise of that deviation (in units of [0, 1]) to every value; not clamped.
void add_gaussian_noise(Picture& picture, double sigma, Random& random);

// Encodes as 4:2:0 JPEG of `quality` (1..100, libjpeg's scale) and decodes again; 3 channels.
void jpeg_round_trip(Picture& picture, int quality);

}  // namespace gan::training
