// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "core/picture.h"
#include "training/random.h"

namespace gan::training {

// Encodes as 4:2:0 JPEG of `quality` (1..100, libjpeg's scale) and decodes again; 3 channels.
void jpeg_round_trip(Picture& picture, int quality);

}  // namespace gan::training
