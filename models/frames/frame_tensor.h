// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures as tensors {1, C, H, W}, float, channels_last: the memory of such a tensor is a picture
// of interleaved rows.
#pragma once

#include <torch/torch.h>

#include "core/picture.h"
#include "core/tiles.h"

namespace gan {

// A float tensor {1, channels, height, width} in channels_last on the CPU, and its memory as a
// picture.
torch::Tensor empty_picture_tensor(Size size, int64_t channels = 3);
PictureSpan picture_of(const torch::Tensor& tensor);  // of such a tensor
// The tensor itself where its memory is laid out so, else a copy that is.
torch::Tensor as_picture_tensor(const torch::Tensor& tensor);
// {N, C, H, W}: that part of it, the same memory.
torch::Tensor picture_part(const torch::Tensor& picture, const Rect& part);
// The picture's memory as a tensor, which must not be written to.
torch::Tensor tensor_of(const PictureView& picture);

}  // namespace gan
