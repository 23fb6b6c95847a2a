// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/plans/span.h"

#include "core/error.h"

namespace gan {

void SpanOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 4, "channels of the input");
  v.integer("out_channels", out_channels, 1, 4, "channels of the output");
  v.integer("features", features, 1, 1024, "feature maps");
  v.integer("scale", scale, 1, 8, "enlargement");
  v.flag("branches", branches, "the form for training, of several convolutions for one");
  v.flag("normalise", normalise, "subtract the mean of pictures and multiply by 255");
}

NetworkTraits span_traits(const SpanOptions& options) {
  return {.in_channels = options.in_channels,
          .out_channels = options.out_channels,
          .scale = options.scale,
          .receptive_radius = 3 * kSpanBlocks + 3};
}

namespace {

using Numbers = std::vector<float>;

size_t index(int row, int column, int columns) {
  return static_cast<size_t>(row) * static_cast<size_t>(columns) + static_cast<size_t>(column);
}

// Product of matrices {rows, inner} and {inner, columns}.
std::vector<double> product(const Numbers& left, const std::vector<double>& right, int rows,
                            int inner) {
  const auto columns = static_cast<int>(right.size()) / inner;
  std::vector<double> result(static_cast<size_t>(rows) * static_cast<size_t>(columns));
  for (int r = 0; r < rows; ++r)
    for (int k = 0; k < inner; ++k)
      for (int c = 0; c < columns; ++c)
        result[index(r, c, columns)] += left[index(r, k, inner)] * right[index(k, c, columns)];
  return result;
}

class Builder {
 public:
  Builder(const SpanOptions& options, const Parameters& parameters)
      : options_(options), parameters_(parameters) {
    plan_.in_channels = options.in_channels;
    if (!options.normalise) return;
    if (options.in_channels == 3) plan_.subtract = {0.4488f, 0.4371f, 0.4040f};  // DIV2K's mean
    plan_.multiply = 255;
  }

  conv::Plan build() {
    const ConvChannels same = {options_.features, options_.features};
    const conv::Value first =
        add(layer("conv_1", conv::kPicture, {options_.in_channels, options_.features}));
    conv::Value x = first, first_block = first, last_inner = first;
    for (int i = 1; i <= kSpanBlocks; ++i) {
      const std::string name = concat("block_", i);
      last_inner = add(silu(layer(name + ".c1_r", x, same)));
      const conv::Value second = add(silu(layer(name + ".c2_r", last_inner, same)));
      conv::Layer gated = layer(name + ".c3_r", second, same);
      gated.gate = x;
      x = add(std::move(gated));
      if (i == 1) first_block = x;
    }
    const conv::Value last = add(layer("conv_2", x, same));
    x = add(named_conv(parameters_, "conv_cat", {first, last, first_block, last_inner},
                       {4 * options_.features, options_.features}, 1));
    const int out = options_.out_channels * options_.scale * options_.scale;
    conv::Layer detail = named_conv(parameters_, "upsampler.0", {x}, {options_.features, out});
    detail.shuffle = options_.scale;
    add(std::move(detail));
    return std::move(plan_);
  }

 private:
  static conv::Layer silu(conv::Layer layer) {
    layer.activation = conv::Activation::kSilu;
    return layer;
  }
  conv::Value add(conv::Layer layer) { return push(plan_, std::move(layer)); }

  conv::Layer layer(const std::string& name, conv::Value input, ConvChannels channels) const {
    return options_.branches ? fused(name, input, channels)
                             : named_conv(parameters_, name + ".eval_conv", {input}, channels);
  }

  // See generators/span.cc, Note [Fusing].
  conv::Layer fused(const std::string& name, conv::Value input, ConvChannels channels) const {
    const int in = channels.in, out = channels.out, wide_in = kSpanBranchGain * in,
              wide_out = kSpanBranchGain * out;
    const auto read = [&](const char* of, ConvChannels from_to, int kernel) {
      return named_conv(parameters_, name + of, {}, from_to, kernel);
    };
    const conv::Layer skip = read(".sk", channels, 1), first = read(".conv.0", {in, wide_in}, 1),
                      second = read(".conv.1", {wide_in, wide_out}, 3),
                      third = read(".conv.2", {wide_out, out}, 1);
    conv::Layer layer = {.inputs = {input}, .out_channels = out};
    if (first.weight.empty()) return layer;  // names alone were asked for
    // {wide_out, in, 9} of the second after the first, and its biases.
    std::vector<double> inner(static_cast<size_t>(wide_out * in * 9)),
        bias(second.bias.begin(), second.bias.end());
    for (int a = 0; a < wide_out; ++a)
      for (int b = 0; b < wide_in; ++b)
        for (int tap = 0; tap < 9; ++tap) {
          const double weight = second.weight[index(index_of(a, b, wide_in), tap, 9)];
          bias[static_cast<size_t>(a)] += weight * first.bias[static_cast<size_t>(b)];
          for (int i = 0; i < in; ++i)
            inner[index(index_of(a, i, in), tap, 9)] += weight * first.weight[index(b, i, in)];
        }
    std::vector<double> weight = product(third.weight, inner, out, wide_out);
    for (int o = 0; o < out; ++o)
      for (int i = 0; i < in; ++i)
        weight[index(index_of(o, i, in), 4, 9)] += skip.weight[index(o, i, in)];
    std::vector<double> biases = product(third.weight, bias, out, wide_out);
    for (size_t o = 0; o < biases.size(); ++o)
      biases[o] += static_cast<double>(third.bias[o]) + skip.bias[o];
    layer.weight.assign(weight.begin(), weight.end());
    layer.bias.assign(biases.begin(), biases.end());
    return layer;
  }
  static int index_of(int row, int column, int columns) { return row * columns + column; }

  const SpanOptions& options_;
  const Parameters& parameters_;
  conv::Plan plan_;
};

}  // namespace

conv::Plan span_plan(const SpanOptions& options, const Parameters& parameters) {
  return Builder(options, parameters).build();
}

}  // namespace gan
