// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames of bytes <-> tensors {1, 3, H, W}, float, RGB, channels_last: the memory of such a tensor
// is a picture of interleaved rows, so core/frame_rows writes straight into it.
#pragma once

#include <torch/torch.h>

#include "core/engine.h"
#include "core/frame_rows.h"

namespace gan {

// A float tensor {1, channels, height, width} in channels_last on the CPU, and its memory as a
// picture.
torch::Tensor empty_picture_tensor(Size size, int64_t channels = 3);
PictureSpan picture_of(const torch::Tensor& tensor);  // of such a tensor
// The tensor itself where its memory is laid out so, else a copy that is.
torch::Tensor as_picture_tensor(const torch::Tensor& tensor);

// Reads frames of one format into the top left of a tensor; what the tensor has to the right and
// below is filled by reflection. Rows are shared between this thread's OpenMP threads.
class FrameReader {
 public:
  explicit FrameReader(const FrameFormat& format) : format_(format) {}
  void read(const FrameView& frame, const torch::Tensor& to) const;

 private:
  FrameFormat format_;
};

// Writes the top left of a tensor {1, 3, H, W} as a frame. loss: what down(up(chroma)) of the input
// lost, at the size of the output's chroma, or empty pictures (see core/chroma.h).
struct ChromaLoss {
  Picture cb, cr;
};
class FrameWriter {
 public:
  explicit FrameWriter(const FrameFormat& format) : format_(format) {}
  void write(const torch::Tensor& from, const FrameSpan& frame, const ChromaLoss& loss) const;

 private:
  FrameFormat format_;
};

}  // namespace gan
