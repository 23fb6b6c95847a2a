// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/plans/compact.h"

#include "core/error.h"

namespace gan {

void CompactOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 4, "channels of the input");
  v.integer("out_channels", out_channels, 1, 4, "channels of the output");
  v.integer("features", features, 1, 1024, "feature maps");
  v.integer("convs", convs, 0, 256, "convolutions between the first and the last");
  v.integer("scale", scale, 1, 8, "enlargement");
  v.integer("unshuffle", unshuffle, 1, 4, "the convolutions work at the side divided by this");
  v.text("activation", activation, "prelu|relu|leakyrelu", "after every convolution but the last");
}

void CompactOptions::check_together() const {
  check(in_channels == out_channels || in_channels == 1, ErrorKind::kSettings,
        "network compact: out_channels must equal in_channels, got ", out_channels, " and ",
        in_channels);
}

NetworkTraits compact_traits(const CompactOptions& options) {
  return {.in_channels = options.in_channels,
          .out_channels = options.out_channels,
          .scale = options.scale,
          .receptive_radius = (options.convs + 2) * options.unshuffle + options.unshuffle - 1,
          .size_multiple = options.unshuffle};
}

conv::Plan compact_plan(const CompactOptions& options, const Parameters& parameters) {
  options.check_together();
  const int inner = options.in_channels * options.unshuffle * options.unshuffle,
            shuffle = options.scale * options.unshuffle;
  conv::Plan plan = {.in_channels = options.in_channels};
  const auto name = [](int index) { return concat("body.", index); };
  for (int i = 0; i <= options.convs; ++i) {
    // Convolutions and activations in turn.
    const int in = i == 0 ? inner : options.features;
    conv::Layer layer = named_conv(parameters, name(2 * i), {i}, {in, options.features});
    if (i == 0) layer.unshuffle = options.unshuffle;
    layer.activation = conv::Activation::kSlope;
    if (options.activation == "prelu")
      layer.slopes = parameters(name(2 * i + 1) + ".weight", {options.features});
    else
      layer.slopes = {options.activation == "relu" ? 0.0f : 0.1f};
    plan.layers.push_back(std::move(layer));
  }
  const int last = options.convs + 1;
  conv::Layer detail = named_conv(parameters, name(2 * last), {last},
                                  {options.features, options.out_channels * shuffle * shuffle});
  detail.shuffle = shuffle;
  detail.add_picture = true;
  plan.layers.push_back(std::move(detail));
  return plan;
}

}  // namespace gan
