// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/imagenet.h"

namespace gan {
namespace {

torch::Tensor channelwise(at::ArrayRef<double> values, const torch::Tensor& like) {
  return torch::tensor(values, like.options()).view({1, 3, 1, 1});
}
constexpr double kMean[] = {0.485, 0.456, 0.406}, kDeviation[] = {0.229, 0.224, 0.225};

}  // namespace

torch::Tensor imagenet_normalise(const torch::Tensor& rgb) {
  return (rgb - channelwise(kMean, rgb)) / channelwise(kDeviation, rgb);
}

torch::Tensor imagenet_denormalise(const torch::Tensor& rgb) {
  return at::addcmul(channelwise(kMean, rgb), rgb, channelwise(kDeviation, rgb));
}

}  // namespace gan
