// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "models/blocks/convolution.h"

namespace gan {

// EDSR's enlargement: for every doubling a convolution to four times the channels and a pixel
// shuffle, or one for a tripling; the convolutions are named "0", "2", .. as in a Sequential.
class EnlargeImpl : public torch::nn::Module {
 public:
  EnlargeImpl(int64_t features, int64_t scale);
  torch::Tensor forward(torch::Tensor x);

 private:
  int64_t step_;
  std::vector<Conv> convs_;
};
TORCH_MODULE(Enlarge);

}  // namespace gan
