// SPDX-License-Identifier: LGPL-2.1-or-later
// Code values <-> R'G'B' in [0, 1]: ITU-R BT.601-7, BT.709-6, BT.2020-2 (non-constant luminance),
// limited and full range, any depth. Nothing is clamped on the way in.
#pragma once

#include "core/frame.h"

namespace gan {

struct MatrixWeights {
  double kr, kb;  // luma = kr R + (1 - kr - kb) G + kb B
};
MatrixWeights weights(Matrix matrix);  // kRgb counts as BT.709

// value = (code - offset) * scale, for one component of a format.
struct CodeScale {
  float offset, scale;
};
// Components of RGB and grey formats, and luma.
CodeScale luma_scale(Range range, int depth);
// Chroma, centred on 0: [-0.5, 0.5].
CodeScale chroma_scale(Range range, int depth);
// Component 0..3 of the format; 3 is alpha, of full range.
CodeScale component_scale(const FormatInfo& format, int component, Range range);

}  // namespace gan
