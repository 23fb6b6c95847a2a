// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/enlarge.h"

#include "core/error.h"

namespace gan {

EnlargeImpl::EnlargeImpl(int64_t features, int64_t scale) : step_(scale == 3 ? 3 : 2) {
  check(scale == 1 || scale == 2 || scale == 3 || scale == 4 || scale == 8, ErrorKind::kSettings,
        "enlargement by pixel shuffles must be by 1, 2, 3, 4 or 8, got ", scale);
  for (int64_t done = 1; done < scale; done *= step_)
    convs_.push_back(register_module(std::to_string(2 * convs_.size()),
                                     make_conv({.in = features, .out = step_ * step_ * features})));
}

torch::Tensor EnlargeImpl::forward(torch::Tensor x) {
  for (auto& conv : convs_) x = at::pixel_shuffle(conv(x), step_);
  return x;
}

}  // namespace gan
