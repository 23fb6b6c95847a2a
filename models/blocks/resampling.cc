// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/resampling.h"

namespace gan {

torch::Tensor nearest_twice(const torch::Tensor& x) {
  return at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2});
}

torch::Tensor bilinear_twice(const torch::Tensor& x) {
  return at::upsample_bilinear2d(x, {x.size(2) * 2, x.size(3) * 2}, false);
}

torch::Tensor enlarge_bicubic(const torch::Tensor& x, int64_t scale) {
  if (scale == 1) return x;
  const auto type =
      x.device().is_cpu() && x.scalar_type() == at::kBFloat16 ? at::kFloat : x.scalar_type();
  return at::upsample_bicubic2d(x.to(type), {x.size(2) * scale, x.size(3) * scale}, false)
      .to(x.scalar_type());
}

}  // namespace gan
