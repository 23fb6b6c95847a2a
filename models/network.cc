// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/network.h"

#include "core/error.h"

namespace gan {

void check_image(const torch::Tensor& image, int channels, int multiple, const char* network) {
  check(image.dim() == 4 && image.size(1) == channels, ErrorKind::kFailed, network, ": wants {N, ",
        channels, ", H, W}, got ", image.sizes());
  check(image.size(2) > 0 && image.size(3) > 0 && image.size(2) % multiple == 0 &&
            image.size(3) % multiple == 0,
        ErrorKind::kFailed, network, ": picture sides must be multiples of ", multiple, ", got ",
        image.size(3), "x", image.size(2));
}

int64_t parameter_count(const torch::nn::Module& network) {
  int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  return count;
}

}  // namespace gan
