// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/frames/frame_tensor.h"

#include "core/error.h"

namespace gan {

torch::Tensor empty_picture_tensor(Size size, int64_t channels) {
  return torch::empty({1, size.height, size.width, channels}).permute({0, 3, 1, 2});
}

namespace {

// {1, 1, H, W} has any stride between its channels.
bool is_interleaved(const torch::Tensor& tensor) {
  const int64_t channels = tensor.size(1);
  return (tensor.stride(1) == 1 || channels == 1) && tensor.stride(3) == channels &&
         tensor.stride(2) >= channels * tensor.size(3);
}

}  // namespace

torch::Tensor as_picture_tensor(const torch::Tensor& tensor) {
  if (is_interleaved(tensor)) return tensor;
  auto copy = empty_picture_tensor(
      {static_cast<int>(tensor.size(3)), static_cast<int>(tensor.size(2))}, tensor.size(1));
  return copy.copy_(tensor);
}

PictureSpan picture_of(const torch::Tensor& tensor) {
  check(tensor.scalar_type() == at::kFloat && is_interleaved(tensor), ErrorKind::kFailed,
        "not a picture tensor: ", tensor.sizes(), " by ", tensor.strides());
  return {tensor.data_ptr<float>(),
          {static_cast<int>(tensor.size(3)), static_cast<int>(tensor.size(2))},
          static_cast<int>(tensor.size(1)),
          tensor.stride(2)};
}

torch::Tensor tensor_of(const PictureView& picture) {
  const int64_t channels = picture.channels, width = picture.size.width;
  return torch::from_blob(const_cast<float*>(picture.data),
                          {1, channels, picture.size.height, width},
                          {picture.stride * picture.size.height, 1, picture.stride, channels});
}

torch::Tensor picture_part(const torch::Tensor& picture, const Rect& part) {
  return picture.slice(2, part.y, part.y + part.size.height)
      .slice(3, part.x, part.x + part.size.width);
}

}  // namespace gan
