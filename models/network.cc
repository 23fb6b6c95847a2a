// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/network.h"

#include <algorithm>

#include "core/error.h"

namespace gan {

torch::Tensor ImageLatentNetwork::run(const NetworkInput& input) {
  return forward(input.image,
                 input.truncation == 1 ? input.latent : input.latent * input.truncation);
}

torch::Tensor LatentNetwork::run(const NetworkInput& input) {
  return forward(input.truncation == 1 ? input.latent : input.latent * input.truncation);
}

void check_image(const torch::Tensor& image, const NetworkTraits& traits, const char* network) {
  check(image.defined() && image.dim() == 4 && image.size(1) == traits.in_channels,
        ErrorKind::kFailed, network, ": wants {N, ", traits.in_channels, ", H, W}, got ",
        image.defined() ? concat(image.sizes()) : "nothing");
  const int64_t width = image.size(3), height = image.size(2);
  check(traits.fixed_side == 0 || (width == traits.fixed_side && height == traits.fixed_side),
        ErrorKind::kFailed, network, ": wants pictures of ", traits.fixed_side, "x",
        traits.fixed_side, ", got ", width, "x", height);
  check(std::min(width, height) >= traits.min_side, ErrorKind::kFailed, network,
        ": picture sides must be at least ", traits.min_side, ", got ", width, "x", height);
  check(traits.takes_other_sizes ||
            (width % traits.size_multiple == 0 && height % traits.size_multiple == 0),
        ErrorKind::kFailed, network, ": picture sides must be multiples of ", traits.size_multiple,
        ", got ", width, "x", height);
}

torch::Tensor check_latent(const torch::Tensor& latent, const NetworkTraits& traits,
                           const char* network) {
  const bool pointwise =
      latent.defined() && latent.dim() == 4 && latent.size(2) == 1 && latent.size(3) == 1;
  const auto code = pointwise ? latent.flatten(1) : latent;
  check(code.defined() && code.dim() == 2 && code.size(1) == traits.latent, ErrorKind::kFailed,
        network, ": wants a code {N, ", traits.latent, "}, got ",
        latent.defined() ? concat(latent.sizes()) : "nothing");
  return code;
}

torch::Tensor label_weights(const torch::Tensor& label, int classes, at::ScalarType type,
                            const char* network) {
  check(label.defined() && (label.dim() == 1 || (label.dim() == 2 && label.size(1) == classes)),
        ErrorKind::kFailed, network, ": wants labels {N} or weights {N, ", classes, "}, got ",
        label.defined() ? concat(label.sizes()) : "nothing");
  if (label.dim() == 2) return label.to(type);
  const auto index = label.to(torch::kLong);
  check(index.numel() == 0 ||
            (index.min().item<int64_t>() >= 0 && index.max().item<int64_t>() < classes),
        ErrorKind::kFailed, network, ": labels must be 0 to ", classes - 1);
  return torch::one_hot(index, classes).to(type);
}

torch::Tensor to_network_range(const torch::Tensor& picture, const NetworkTraits& traits) {
  if (traits.low == 0 && traits.high == 1) return picture;
  return picture * (traits.high - traits.low) + traits.low;
}

torch::Tensor from_network_range(const torch::Tensor& picture, const NetworkTraits& traits) {
  if (traits.low == 0 && traits.high == 1) return picture;
  return (picture - traits.low).div_(traits.high - traits.low);
}

void to_channels_last(torch::nn::Module& module) {
  for (auto& parameter : module.parameters())
    if (parameter.dim() == 4)
      parameter.set_data(parameter.data().contiguous(torch::MemoryFormat::ChannelsLast));
}

int64_t parameter_count(const torch::nn::Module& network) {
  int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  return count;
}

}  // namespace gan
