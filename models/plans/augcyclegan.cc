// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/plans/augcyclegan.h"

#include <cmath>

#include "core/error.h"

namespace gan {

void AugCycleGanOptions::visit(OptionVisitor& v) {
  v.integer("latent", latent, 0, 512, "length of the code");
  v.integer("features", features, 1, 512, "feature maps at full size");
  v.text("style", style, "modulated|cin|instance", "how the code enters");
  v.flag("residual", residual, kResidualHelp);
}

void AugCycleGanOptions::check_together() const {
  check((latent == 0) == (style == "instance"), ErrorKind::kSettings,
        "network augcyclegan: latent must be 0 with style instance and at least 1 with the others, "
        "got ",
        latent, " with style ", style);
}

NetworkTraits augcyclegan_traits(const AugCycleGanOptions& options) {
  const bool modulated = options.style == "modulated";
  return {.low = modulated ? 0.0 : -1.0,
          // 3 + 1 + 1, three blocks, two modulated convolutions, 3.
          .receptive_radius = modulated ? 13 : kGlobalRadius,
          .size_multiple = modulated ? 1 : 2,
          .takes_other_sizes = true,
          .min_side = modulated ? 1 : 4,
          .latent = options.latent};
}

namespace {

// See blocks/modulated_conv.h: a weight {out, in, 3, 3} times the code's styles of its inputs, then
// over each output's norm.
conv::Layer modulated(const AugCycleGanOptions& options, const Parameters& parameters,
                      const std::string& name, conv::Value x, ConvChannels channels,
                      const Code& code) {
  const auto in = static_cast<size_t>(channels.in), out = static_cast<size_t>(channels.out),
             latent = static_cast<size_t>(options.latent);
  const auto slope = parameters(name + ".style.weight", {channels.in, options.latent});
  const auto offset = parameters(name + ".style.bias", {channels.in});
  conv::Layer layer = bare_conv(parameters, name + ".conv", {x}, channels);
  if (layer.weight.empty()) return layer;
  for (size_t i = 0; i < in; ++i) {
    double style = 1 + static_cast<double>(offset[i]);
    for (size_t z = 0; z < latent && !code.empty(); ++z)
      style += static_cast<double>(slope[i * latent + z]) * code[z];
    for (size_t o = 0; o < out; ++o)
      for (size_t tap = 0; tap < 9; ++tap)
        layer.weight[(o * in + i) * 9 + tap] *= static_cast<float>(style);
  }
  for (size_t o = 0; o < out; ++o) {
    double squares = 0;
    for (size_t i = o * in * 9; i < (o + 1) * in * 9; ++i)
      squares += static_cast<double>(layer.weight[i]) * layer.weight[i];
    for (size_t i = o * in * 9; i < (o + 1) * in * 9; ++i)
      layer.weight[i] *= static_cast<float>(1 / std::sqrt(squares + 1e-8));
  }
  return layer;
}

}  // namespace

conv::Plan augcyclegan_plan(const AugCycleGanOptions& options, const Parameters& parameters,
                            const Code& code) {
  constexpr float kSlope = 0.2f;
  options.check_together();
  check(options.style == "modulated", ErrorKind::kSettings, "network augcyclegan: style ",
        options.style, " has no plan");
  const int f = options.features;
  conv::Plan plan = {.subtract = {0.5f, 0.5f, 0.5f}, .multiply = 2};
  const auto plain = [&](const std::string& name, conv::Value x, ConvChannels channels,
                         int kernel) {
    return push(plan, sloped(named_conv(parameters, name, {x}, channels, kernel), kSlope));
  };
  const auto styled = [&](const std::string& name, conv::Value x, ConvChannels channels) {
    return sloped(modulated(options, parameters, name, x, channels, code), kSlope);
  };
  conv::Value x = plain("conv1", conv::kPicture, {3, f}, 7);
  x = plain("conv2", x, {f, f}, 3);
  x = plain("conv3", x, {f, 2 * f}, 3);
  for (int i = 0; i < kAugCycleGanBlocks; ++i) {
    conv::Layer sum = styled(concat("block", i), x, {2 * f, 2 * f});
    sum.adds = {{x, 1}};
    sum.slope_after = kSlope;
    x = push(plan, std::move(sum));
  }
  x = push(plan, styled("mod4", x, {2 * f, 2 * f}));
  x = push(plan, styled("mod5", x, {2 * f, f}));
  push(plan, named_conv(parameters, "conv_out", {x}, {f, 3}, 7));
  end_at_picture(plan, options.residual, options.residual ? 1 : 0.5f, 0.5f);
  return plan;
}

}  // namespace gan
