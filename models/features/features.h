// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks whose inner layers perceptual losses compare.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/network.h"

namespace gan {

class FeatureNetwork : public ImageNetwork {
 public:
  using ImageNetwork::forward;
  // What the named layers give of a picture {N, 3, H, W} of any size; computes no further than the
  // deepest. Throws Error(kSettings) for a name that the network has not.
  virtual std::map<std::string, torch::Tensor> forward(const torch::Tensor& image,
                                                       const std::vector<std::string>& layers) = 0;
  // Of pictures of which every layer still gives a pixel.
  virtual int least_side(const std::vector<std::string>& layers) const = 0;
};

}  // namespace gan
