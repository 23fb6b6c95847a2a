// SPDX-License-Identifier: LGPL-2.1-or-later
// Chroma of 4:2:0 and 4:2:2 to full size and back, by the siting of the samples. In a direction in
// which it is not smaller than the frame it is copied.
//
// Up: linear interpolation between the samples' true places. Down: the average of what a sample
// stands for: (1 2 1) / 4 around a co-sited one, (1 1) / 2 around a centred one. Neither moves the
// picture. down(up(c)) is not c, so who sends chroma both ways adds c - down(up(c)) (what the way
// lost) to the result; then a network that changes nothing changes no code value.
#pragma once

#include "core/picture.h"

namespace gan {

// One row: `count` chroma samples <-> `width` pixels, count = (width + 1) / 2, or width.
void chroma_up_row(const float* chroma, int count, float* to, int width, Siting siting);
void chroma_down_row(const float* from, int width, float* chroma, int count, Siting siting);

struct Heights {
  int frame, chroma;  // chroma = (frame + 1) / 2, or frame
};

// Rows of a plane that a full-size row y is made of, and their weights.
struct RowPair {
  int first, second;
  float first_weight, second_weight;
};
RowPair chroma_up_rows(int y, Heights heights, Siting siting);

// Full-size rows that chroma row y is made of: up to three, clamped to the frame.
struct RowTriple {
  int row[3];
  float weight[3];
};
RowTriple chroma_down_rows(int chroma_y, Heights heights, Siting siting);

// Whether chroma goes from one YUV format to another by full size, and so loses something.
bool loses_chroma(PixelFormat from, PixelFormat to);

// c - down(up(c)) of a plane of one channel; `frame` is the full size.
void chroma_loss(const PictureView& chroma, Size frame, const Colorimetry& siting,
                 const PictureSpan& loss);

}  // namespace gan
