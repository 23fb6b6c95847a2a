// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "core/picture.h"

namespace gan::training {

// What a baseline JPEG of `quality` (1..100) does to a picture, without its entropy coding: 4:2:0
// by 2x2 means, 8x8 cosine transform, the standard's example tables, rounding; chroma is repeated
// back. The quality's factor may be fractional, as in DiffJPEG (Shin and Song 2017), whose numbers
// these are. 3 channels in [0, 1].
void simulate_jpeg(Picture& picture, double quality);

}  // namespace gan::training
