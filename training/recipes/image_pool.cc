// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/image_pool.h"

#include "models/blocks/batch_parts.h"

namespace gan::training {

torch::Tensor ImagePool::exchange(const torch::Tensor& pictures, Random& random) {
  torch::NoGradGuard no_grad;
  if (size_ == 0) return pictures.detach().clone();
  auto result = whole_batch(pictures.detach()).clone();
  for (int64_t i = 0; i < result.size(0); ++i) {
    const auto one = result.narrow(0, i, 1);
    if (pictures_.dim() != 4 || pictures_.size(0) < size_) {
      pictures_ = pictures_.dim() == 4 ? torch::cat({pictures_, one}) : one.clone();
    } else if (random.chance(0.5)) {
      const auto place = pictures_.narrow(0, random.below(size_), 1);
      const auto old = place.clone();
      place.copy_(one);
      one.copy_(old);
    }
  }
  return part_of_batch(result);
}

}  // namespace gan::training
