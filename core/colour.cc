// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/colour.h"

namespace gan {

MatrixWeights weights(Matrix matrix) {
  switch (matrix) {
    case Matrix::kBt601: return {0.299, 0.114};
    case Matrix::kBt2020: return {0.2627, 0.0593};
    case Matrix::kBt709:
    case Matrix::kRgb: break;
  }
  return {0.2126, 0.0722};
}

CodeScale luma_scale(Range range, int depth) {
  const float unit = static_cast<float>(1 << (depth - 8));
  if (range == Range::kFull) return {0, 1 / static_cast<float>((1 << depth) - 1)};
  return {16 * unit, 1 / (219 * unit)};
}

CodeScale chroma_scale(Range range, int depth) {
  const float centre = static_cast<float>(1 << (depth - 1));
  if (range == Range::kFull) return {centre, 1 / static_cast<float>((1 << depth) - 1)};
  return {centre, 1 / (224 * static_cast<float>(1 << (depth - 8)))};
}

CodeScale component_scale(const FormatInfo& format, int component, Range range) {
  const int depth = format.component[static_cast<size_t>(component)].depth;
  if (component == 3) return luma_scale(Range::kFull, depth);
  return format.family == Family::kYuv && component > 0 ? chroma_scale(range, depth)
                                                        : luma_scale(range, depth);
}

}  // namespace gan
