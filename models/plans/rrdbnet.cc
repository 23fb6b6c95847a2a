// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/plans/rrdbnet.h"

#include "core/error.h"

namespace gan {

void RrdbNetOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 4, "channels of the input");
  v.integer("out_channels", out_channels, 1, 4, "channels of the output");
  v.integer("scale", scale, 1, 16, "enlargement: 2^doublings, or that over 2 or 4");
  v.integer("doublings", doublings, 0, 4, "of the side after the blocks");
  v.integer("features", features, 1, 1024, "feature maps");
  v.integer("blocks", blocks, 1, 128, "residual-in-residual dense blocks");
  v.integer("growth", growth, 1, 512, "channels that each dense convolution adds");
  v.flag("plus", plus, "ESRGAN+: more skips within the dense blocks");
}

void RrdbNetOptions::check_together() const {
  const int largest = 1 << doublings;
  check(scale == largest || scale * 2 == largest || scale * 4 == largest, ErrorKind::kSettings,
        "network rrdbnet: scale must be ", largest, " or that over 2 or 4, got ", scale,
        " with doublings=", doublings);
}

NetworkTraits rrdbnet_traits(const RrdbNetOptions& options) {
  // 15 convolutions a block, the first and the body's at the inner size; then one at each doubled
  // size and two at the last: 1/2 + ... + 1/2^d + 2/2^d inner pixels, at most 2.
  const int inner = 15 * options.blocks + 2 + 2;
  return {.in_channels = options.in_channels,
          .out_channels = options.out_channels,
          .scale = options.scale,
          .receptive_radius = inner * options.unshuffle() + options.unshuffle() - 1,
          .size_multiple = options.unshuffle()};
}

namespace {

class Builder {
 public:
  Builder(const RrdbNetOptions& options, const Parameters& parameters)
      : options_(options), parameters_(parameters), plan_{.in_channels = options.in_channels} {}

  conv::Plan build() {
    const ConvChannels same = {options_.features, options_.features};
    const int unshuffle = options_.unshuffle(),
              joined = options_.in_channels * unshuffle * unshuffle;
    conv::Layer first = layer("conv_first", {conv::kPicture}, {joined, options_.features});
    first.unshuffle = unshuffle;
    const conv::Value head = add(std::move(first));
    conv::Value x = head;
    for (int i = 0; i < options_.blocks; ++i) x = block(concat("body.", i), x);
    conv::Layer trunk = layer("conv_body", {x}, same);
    trunk.adds = {{head, 1}};
    x = add(std::move(trunk));
    for (int i = 1; i <= options_.doublings; ++i) {
      conv::Layer up = leaky(layer(concat("conv_up", i), {x}, same));
      up.twice = true;
      x = add(std::move(up));
    }
    x = add(leaky(layer("conv_hr", {x}, same)));
    add(layer("conv_last", {x}, {options_.features, options_.out_channels}));
    return std::move(plan_);
  }

 private:
  conv::Layer layer(const std::string& name, std::vector<conv::Value> inputs,
                    ConvChannels channels) const {
    return named_conv(parameters_, name, std::move(inputs), channels);
  }
  static conv::Layer leaky(conv::Layer layer) { return sloped(std::move(layer), 0.2f); }
  conv::Value add(conv::Layer layer) { return push(plan_, std::move(layer)); }

  // Three dense blocks; each adds a fifth of its result to what it read, and so do the three.
  conv::Value block(const std::string& name, conv::Value outer) {
    conv::Value x = outer;
    for (int i = 1; i <= 3; ++i) {
      std::vector<conv::Value> dense = {x};
      const std::string conv = concat(name, ".rdb", i, ".conv");
      const auto joined = [&](int k) { return options_.features + (k - 1) * options_.growth; };
      for (int k = 1; k <= 4; ++k)
        dense.push_back(add(leaky(layer(concat(conv, k), dense, {joined(k), options_.growth}))));
      conv::Layer last = layer(conv + "5", dense, {joined(5), options_.features});
      last.adds = {{x, 0.2f}};
      if (i == 3) last.adds.push_back({outer, 0.2f});
      x = add(std::move(last));
    }
    return x;
  }

  const RrdbNetOptions& options_;
  const Parameters& parameters_;
  conv::Plan plan_;
};

}  // namespace

conv::Plan rrdbnet_plan(const RrdbNetOptions& options, const Parameters& parameters) {
  options.check_together();
  check(!options.plus, ErrorKind::kSettings, "network rrdbnet: plus=true has no plan");
  return Builder(options, parameters).build();
}

}  // namespace gan
