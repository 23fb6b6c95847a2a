// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/plans/dped.h"

#include "core/error.h"

namespace gan {

void DpedOptions::visit(OptionVisitor& v) {
  v.integer("features", features, 1, 512, "feature maps");
  v.integer("blocks", blocks, 1, 32, "residual blocks");
  v.real("epsilon", epsilon, 1e-8, 0.1, "of the instance norms");
}

NetworkTraits dped_traits(const DpedOptions&) { return {.receptive_radius = kGlobalRadius}; }

conv::Plan dped_plan(const DpedOptions& options, const Parameters& parameters) {
  const int f = options.features;
  conv::Plan plan;
  conv::Value x =
      push(plan, sloped(named_conv(parameters, "layers.0", {conv::kPicture}, {3, f}, 9), 0));
  const auto same = [&](const std::string& name) {
    return named_conv(parameters, name, {x}, {f, f});
  };
  for (int i = 0; i < options.blocks; ++i) {
    const conv::Value before = x;
    // Convolution, norm and ReLU, twice; the second ReLU stands before the sum.
    for (int k = 0; k < 6; k += 3) {
      const auto name = [&](int layer) { return concat("layers.", 2 + i, ".layers.", layer); };
      x = push(plan, same(name(k)));
      conv::Layer norm = {.inputs = {x}, .kernel = 0, .out_channels = f};
      norm.normalise = options.epsilon;
      norm.weight = parameters(name(k + 1) + ".weight", {f});
      norm.bias = parameters(name(k + 1) + ".bias", {f});
      if (k > 0) norm.adds = {{before, 1}};
      x = push(plan, sloped(std::move(norm), 0));
    }
  }
  const int last = 2 + options.blocks;
  for (const int i : {last, last + 2}) x = push(plan, sloped(same(concat("layers.", i)), 0));
  push(plan, named_conv(parameters, concat("layers.", last + 4), {x}, {f, 3}, 9));
  end_at_picture(plan, false, 0.58f, 0.5f);
  return plan;
}

}  // namespace gan
