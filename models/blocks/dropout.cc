// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/dropout.h"

#include "models/blocks/batch_parts.h"

namespace gan {
namespace {

torch::Tensor masked(const torch::Tensor& x, const torch::Tensor& like, double share) {
  const auto mask =
      drawn_like(like, [&](torch::Tensor& whole) { whole.bernoulli_(1 - share).div_(1 - share); });
  return x * mask;
}

}  // namespace

torch::Tensor batch_dropout(const torch::Tensor& x, double share, bool training) {
  return training && share > 0 ? masked(x, x, share) : x;
}

torch::Tensor batch_feature_dropout(const torch::Tensor& x, double share, bool training) {
  return training && share > 0 ? masked(x, x.detach().narrow(2, 0, 1).narrow(3, 0, 1), share) : x;
}

}  // namespace gan
