// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

#include <string_view>

namespace gan {

// What super-resolution networks subtract from a picture, {1, 3, 1, 1} of its type and device: the
// mean of the pictures of DIV2K, or one half. Pictures of other than three channels have 0. It is
// part of no file and differs between trainers.
inline constexpr const char* kMeanWords = "div2k|half|zero";
inline constexpr const char* kMeanHelp = "of pictures, subtracted before the network";
inline torch::Tensor rgb_mean(const torch::Tensor& picture, std::string_view name) {
  const auto options = picture.options();
  if (picture.size(1) != 3 || name == "zero") return torch::zeros({1, 1, 1, 1}, options);
  if (name == "half") return torch::full({1, 1, 1, 1}, 0.5, options);
  return torch::tensor({0.4488, 0.4371, 0.4040}, options).view({1, 3, 1, 1});
}

}  // namespace gan
