// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/plans/wespe.h"

#include "core/error.h"

namespace gan {

void WespeOptions::visit(OptionVisitor& v) {
  v.integer("features", features, 1, 512, "feature maps: 128 forward, 64 back");
  v.flag("residual", residual, kResidualHelp);
}

NetworkTraits wespe_traits(const WespeOptions&) {
  return {.receptive_radius = 4 + 2 * kWespeBlocks + 3 + 3};
}

conv::Plan wespe_plan(const WespeOptions& options, const Parameters& parameters) {
  const int f = options.features;
  conv::Plan plan = {.subtract = {0.5f, 0.5f, 0.5f}, .multiply = 2};
  conv::Value x =
      push(plan, sloped(named_conv(parameters, "conv1", {conv::kPicture}, {3, f}, 9), 0));
  const auto same = [&](const std::string& name, float slope) {
    return sloped(named_conv(parameters, name, {x}, {f, f}), slope);
  };
  for (int i = 0; i < kWespeBlocks; ++i) {
    const conv::Value before = x;
    x = push(plan, same(concat("block", i, ".conv1"), 0.2f));
    conv::Layer sum = same(concat("block", i, ".conv2"), 0.2f);
    sum.adds = {{before, 1}};
    x = push(plan, std::move(sum));
  }
  for (const char* name : {"conv2", "conv3", "conv4"}) x = push(plan, same(name, 0));
  push(plan, named_conv(parameters, "conv5", {x}, {f, 3}, 7));
  end_at_picture(plan, options.residual, options.residual ? 1 : 0.5f, 0.5f);
  return plan;
}

}  // namespace gan
