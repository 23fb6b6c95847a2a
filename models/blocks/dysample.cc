// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/dysample.h"

#include "core/error.h"

namespace gan {

DySampleImpl::DySampleImpl(const Shape& shape) : shape_(shape) {
  check(shape.in % shape.groups == 0, ErrorKind::kSettings, "DySample: ", shape.in,
        " channels cannot be divided into ", shape.groups, " groups");
  const int64_t places = 2 * shape.groups * shape.scale * shape.scale;
  if (shape.scale > 1)
    end_conv_ =
        register_module("end_conv", make_conv({.in = shape.in, .out = shape.out, .kernel = 1}));
  offset_ = register_module("offset", make_conv({.in = shape.in, .out = places, .kernel = 1}));
  scope_ = register_module("scope",
                           make_conv({.in = shape.in, .out = places, .kernel = 1, .bias = false}));
  torch::NoGradGuard no_grad;
  offset_->weight.normal_(0, 0.02);
  scope_->weight.zero_();
  const auto scale = static_cast<double>(shape.scale);
  const auto steps = (torch::arange(shape.scale) - (scale - 1) / 2) / scale;
  const auto grid = torch::stack(torch::meshgrid({steps, steps}, "ij"));  // y, x
  init_pos_ = register_buffer(
      "init_pos",
      grid.transpose(1, 2).repeat({1, shape.groups, 1}).reshape({1, -1, 1, 1}).contiguous());
}

torch::Tensor DySampleImpl::forward(const torch::Tensor& x) {
  const auto type = x.scalar_type();
  const int64_t n = x.size(0), height = x.size(2), width = x.size(3), scale = shape_.scale;
  // Places in float: in halves a picture of 320 pixels has too few of them.
  const auto offset = (offset_(x) * scope_(x).sigmoid() * 0.5 + init_pos_)
                          .to(at::kFloat)
                          .view({n, 2, -1, height, width});
  const auto options = offset.options();
  const auto columns = torch::arange(width, options) + 0.5,
             rows = torch::arange(height, options) + 0.5;
  const auto centres = torch::stack(torch::meshgrid({rows, columns}, "ij")).flip(0);  // x, y
  const auto size = torch::tensor({static_cast<float>(width), static_cast<float>(height)}, options);
  auto places =
      (centres.view({1, 2, 1, height, width}) + offset) / size.view({1, 2, 1, 1, 1}) * 2 - 1;
  places = at::pixel_shuffle(places.reshape({n, -1, height, width}), scale)
               .view({n, 2, -1, scale * height, scale * width})
               .permute({0, 2, 3, 4, 1})
               .flatten(0, 1);
  const auto groups = x.to(at::kFloat).reshape({n * shape_.groups, -1, height, width});
  auto sampled = at::grid_sampler(groups, places, /*bilinear=*/0, /*border=*/1, false)
                     .view({n, -1, scale * height, scale * width})
                     .to(type);
  return end_conv_ ? end_conv_(sampled) : sampled;
}

}  // namespace gan
