// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/chroma.h"

#include <algorithm>

#include "core/simd.h"

namespace gan {
namespace {

GAN_SIMD void up_centred(const float* chroma, int pairs, float* to) {
  // Inner samples: pixel 2i lies a quarter before sample i, pixel 2i + 1 a quarter after it.
  for (int i = 1; i < pairs; ++i) {
    to[2 * i] = 0.75f * chroma[i] + 0.25f * chroma[i - 1];
    to[2 * i - 1] = 0.75f * chroma[i - 1] + 0.25f * chroma[i];
  }
}

GAN_SIMD void up_cosited(const float* chroma, int pairs, float* to) {
  for (int i = 1; i < pairs; ++i) {
    to[2 * i] = chroma[i];
    to[2 * i - 1] = 0.5f * (chroma[i - 1] + chroma[i]);
  }
}

GAN_SIMD void down_centred(const float* from, int pairs, float* chroma) {
  for (int i = 0; i < pairs; ++i) chroma[i] = 0.5f * (from[2 * i] + from[2 * i + 1]);
}

GAN_SIMD void down_cosited(const float* from, int pairs, float* chroma) {
  for (int i = 1; i < pairs; ++i)
    chroma[i] = 0.5f * from[2 * i] + 0.25f * (from[2 * i - 1] + from[2 * i + 1]);
}

}  // namespace

void chroma_up_row(const float* chroma, int count, float* to, int width, Siting siting) {
  if (count == width) {
    std::copy_n(chroma, count, to);
    return;
  }
  to[0] = chroma[0];
  (siting == Siting::kCentre ? up_centred : up_cosited)(chroma, count, to);
  if (width % 2 == 0) to[width - 1] = chroma[count - 1];
}

void chroma_down_row(const float* from, int width, float* chroma, int count, Siting siting) {
  if (count == width) {
    std::copy_n(from, count, chroma);
    return;
  }
  const int pairs = width / 2;
  if (siting == Siting::kCentre) {
    down_centred(from, pairs, chroma);
    if (count > pairs) chroma[count - 1] = from[width - 1];
    return;
  }
  down_cosited(from, pairs, chroma);
  const auto at = [&](int x) { return from[std::clamp(x, 0, width - 1)]; };
  for (const int i : {0, count - 1})
    chroma[i] = 0.5f * at(2 * i) + 0.25f * (at(2 * i - 1) + at(2 * i + 1));
}

RowPair chroma_up_rows(int y, Heights heights, Siting siting) {
  if (heights.chroma == heights.frame) return {y, y, 1, 0};
  const int row = y / 2;
  const bool odd = y % 2;
  const int neighbour = std::clamp(odd ? row + 1 : row - 1, 0, heights.chroma - 1);
  if (siting == Siting::kCentre) return {row, neighbour, 0.75f, 0.25f};
  return odd ? RowPair{row, neighbour, 0.5f, 0.5f} : RowPair{row, row, 1, 0};
}

RowTriple chroma_down_rows(int chroma_y, Heights heights, Siting siting) {
  if (heights.chroma == heights.frame) return {{chroma_y, chroma_y, chroma_y}, {1, 0, 0}};
  const auto at = [&](int y) { return std::clamp(y, 0, heights.frame - 1); };
  const int y = 2 * chroma_y;
  if (siting == Siting::kCentre) return {{at(y), at(y + 1), at(y)}, {0.5f, 0.5f, 0}};
  return {{at(y - 1), at(y), at(y + 1)}, {0.25f, 0.5f, 0.25f}};
}

bool loses_chroma(PixelFormat from, PixelFormat to) {
  const FormatInfo &a = info(from), &b = info(to);
  const Component &ca = a.component[1], &cb = b.component[1];
  return a.family == Family::kYuv && b.family == Family::kYuv && ca.shrink_x > 0 &&
         ca.shrink_x == cb.shrink_x && ca.shrink_y == cb.shrink_y;
}

void chroma_loss(const PictureView& chroma, Size frame, const Colorimetry& siting,
                 const PictureSpan& loss) {
  const int count = chroma.size.width, rows = chroma.size.height;
  const Heights heights{frame.height, rows};
  std::vector<float> mixed(static_cast<size_t>(count)), wide(static_cast<size_t>(frame.width)),
      narrow(mixed.size());
  // Full-size rows are linear in the chroma rows, so each is made, narrowed and added in turn.
  for (int row = 0; row < rows; ++row) {
    float* const out = loss.row(row);
    std::copy_n(chroma.row(row), count, out);
    const RowTriple triple = chroma_down_rows(row, heights, siting.vertical);
    for (int k = 0; k < 3; ++k) {
      if (triple.weight[k] == 0) continue;
      const RowPair pair = chroma_up_rows(triple.row[k], heights, siting.vertical);
      const float *first = chroma.row(pair.first), *second = chroma.row(pair.second);
      for (int i = 0; i < count; ++i)
        mixed[static_cast<size_t>(i)] =
            pair.first_weight * first[i] + pair.second_weight * second[i];
      chroma_up_row(mixed.data(), count, wide.data(), frame.width, siting.horizontal);
      chroma_down_row(wide.data(), frame.width, narrow.data(), count, siting.horizontal);
      for (int i = 0; i < count; ++i) out[i] -= triple.weight[k] * narrow[static_cast<size_t>(i)];
    }
  }
}

}  // namespace gan
