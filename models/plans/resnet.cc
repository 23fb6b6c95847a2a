// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/plans/resnet.h"

#include <cmath>
#include <optional>

#include "core/error.h"

namespace gan {

void ResnetOptions::visit(OptionVisitor& v) {
  v.integer("in_channels", in_channels, 1, 8, "channels of the input");
  v.integer("out_channels", out_channels, 1, 8, "channels of the output");
  v.integer("features", features, 1, 512, "feature maps at full size");
  v.integer("blocks", blocks, 0, 64, "residual blocks: 9 for 256 pixels, 6 for 128");
  v.text("norm", norm, "instance|batch|none", "normalisation");
  v.flag("dropout", dropout, "0.5 in the blocks while training");
  v.text("padding", padding, "reflect|replicate|zero", "in the blocks");
  v.text("test_norm", test_norm, "running|batch", "statistics of batch norm when not training");
  v.flag("residual", residual, kResidualHelp);
}

void ResnetOptions::check_together() const {
  check(!residual || in_channels == out_channels, ErrorKind::kSettings,
        "network resnet: residual wants as many channels out as in, got ", out_channels, " and ",
        in_channels);
}

NetworkTraits resnet_traits(const ResnetOptions& options) {
  const bool local =
      options.norm == "none" || (options.norm == "batch" && options.test_norm == "running");
  // The head reaches 3 + 1 + 2 = 6 pixels; every block two 3x3 at a quarter of the size; the tail
  // at most 4 quarter-size pixels' worth and 3 more.
  return {.in_channels = options.in_channels,
          .out_channels = options.out_channels,
          .low = -1,
          .receptive_radius = local ? 12 + 8 * options.blocks : kGlobalRadius,
          .size_multiple = 4,
          .takes_other_sizes = true,
          .min_side = 5};
}

namespace {

using conv::Layer;
using conv::Padding;
using conv::Value;

Padding padding_of(const std::string& word) {
  return word == "reflect"     ? Padding::kReflect
         : word == "replicate" ? Padding::kReplicate
                               : Padding::kZero;
}

// Layers are named by their place in the module's sequences.
class Builder {
 public:
  Builder(const ResnetOptions& options, const Parameters& parameters)
      : options_(options), parameters_(parameters), plan_{.in_channels = options.in_channels} {
    plan_.subtract.assign(static_cast<size_t>(options.in_channels), 0.5f);
    plan_.multiply = 2;
  }

  conv::Plan build() {
    const int f = options_.features;
    Value x = conv::kPicture;
    Layer first = convolution("model.1", x, {options_.in_channels, f}, 7);
    first.padding = Padding::kReflect;
    x = normed(std::move(first), "model.2", 0);
    int place = 4;  // convolution, norm and ReLU in turn
    for (const int width : {2 * f, 4 * f}) {
      Layer down = convolution(concat("model.", place), x, {width / 2, width}, 3);
      down.stride = 2;
      x = normed(std::move(down), concat("model.", place + 1), 0);
      place += 3;
    }
    for (int i = 0; i < options_.blocks; ++i) x = block(concat("model.", place++), x, 4 * f);
    for (const int width : {2 * f, f}) {
      x = enlarged(concat("model.", place), concat("model.", place + 1), x, width);
      place += 3;
    }
    Layer last =
        named_conv(parameters_, concat("model.", place + 1), {x}, {f, options_.out_channels}, 7);
    last.padding = Padding::kReflect;
    push(plan_, std::move(last));
    // From [-1, 1] to [0, 1].
    end_at_picture(plan_, options_.residual, 0.5f, 0.5f);
    return std::move(plan_);
  }

 private:
  bool biased() const { return options_.norm == "instance"; }

  Layer convolution(const std::string& name, Value x, ConvChannels channels, int kernel) const {
    return biased() ? named_conv(parameters_, name, {x}, channels, kernel)
                    : bare_conv(parameters_, name, {x}, channels, kernel);
  }

  struct Affine {
    std::vector<float> factor, shift;
  };
  // A batch norm by its running statistics.
  Affine running(const std::string& name, int channels) const {
    Affine affine{parameters_(name + ".weight", {channels}),
                  parameters_(name + ".bias", {channels})};
    const auto mean = parameters_(name + ".running_mean", {channels}),
               variance = parameters_(name + ".running_var", {channels});
    for (size_t c = 0; c < mean.size(); ++c) {
      affine.factor[c] /= std::sqrt(variance[c] + 1e-5f);
      affine.shift[c] -= mean[c] * affine.factor[c];
    }
    return affine;
  }
  bool has_running() const { return options_.norm == "batch" && options_.test_norm == "running"; }
  bool has_means() const {
    return options_.norm == "instance" || (options_.norm == "batch" && !has_running());
  }

  // A pass by the statistics of the picture at hand.
  Layer normalising(Value x, const std::string& norm, int channels) const {
    Layer pass = {.inputs = {x}, .kernel = 0, .out_channels = channels};
    pass.normalise = 1e-5;
    if (options_.norm != "batch") return pass;
    pass.weight = parameters_(norm + ".weight", {channels});
    pass.bias = parameters_(norm + ".bias", {channels});
    for (const char* unused : {".running_mean", ".running_var"})
      parameters_(norm + unused, {channels});
    return pass;
  }

  // The layer, its norm, and a slope, or what is added to it.
  Value normed(Layer layer, const std::string& norm, std::optional<float> slope,
               std::vector<conv::Add> adds = {}) {
    const int channels = layer.out_channels;
    if (has_running()) {
      const Affine affine = running(norm, channels);
      const size_t taps = layer.weight.size() / static_cast<size_t>(channels);
      for (size_t i = 0; i < layer.weight.size() && !affine.factor.empty(); ++i)
        layer.weight[i] *= affine.factor[i / taps];
      layer.bias = affine.shift;
    }
    if (has_means()) layer = normalising(push(plan_, std::move(layer)), norm, channels);
    if (slope) layer = sloped(std::move(layer), *slope);
    layer.adds = std::move(adds);
    return push(plan_, std::move(layer));
  }

  Value block(const std::string& name, Value before, int width) {
    // A padding is a place of its own, and so is a dropout.
    const int pad = options_.padding == "zero" ? 0 : 1;
    const auto at = [&](int place) { return concat(name, ".conv_block.", place); };
    const auto padded = [&](int place, Value x) {
      Layer layer = convolution(at(place), x, {width, width}, 3);
      layer.padding = padding_of(options_.padding);
      return layer;
    };
    const Value x = normed(padded(pad, before), at(pad + 1), 0);
    const int second = 2 * pad + 3 + (options_.dropout ? 1 : 0);
    return normed(padded(second, x), at(second + 1), std::nullopt, {{before, 1}});
  }

  // A transposed convolution of stride 2: what even and odd rows and columns are made of are four
  // convolutions at the smaller size. Row 2y sees row y by the middle tap, row 2y + 1 sees row y by
  // the last and row y + 1 by the first.
  Value enlarged(const std::string& name, const std::string& norm, Value x, int width) {
    const int in = 2 * width;
    const std::vector<float> weight = parameters_(name + ".weight", {in, width, 3, 3});
    const std::vector<float> bias =
        biased() ? parameters_(name + ".bias", {width}) : std::vector<float>();
    std::optional<Affine> affine;
    if (has_running()) affine = running(norm, width);
    Layer woven = {.kernel = 0, .out_channels = width, .bias = affine ? affine->shift : bias};
    for (const int odd_row : {0, 1})
      for (const int odd_column : {0, 1}) {
        Layer part = {.inputs = {x}, .out_channels = width};
        part.weight = part_of(weight, {in, width}, odd_row, odd_column);
        for (size_t i = 0; affine && i < part.weight.size(); ++i)
          part.weight[i] *= affine->factor[i / (static_cast<size_t>(in) * 9)];
        woven.inputs.push_back(push(plan_, std::move(part)));
      }
    if (has_means()) woven = normalising(push(plan_, std::move(woven)), norm, width);
    return push(plan_, sloped(std::move(woven), 0));
  }

  // {out, in, 3, 3} of {in, out, 3, 3}.
  static std::vector<float> part_of(const std::vector<float>& weight, ConvChannels channels,
                                    int odd_row, int odd_column) {
    struct Tap {
      size_t of, to;
    };
    const auto taps = [](int odd) {
      return odd ? std::vector<Tap>{{2, 1}, {0, 2}} : std::vector<Tap>{{1, 1}};
    };
    const auto in = static_cast<size_t>(channels.in), out = static_cast<size_t>(channels.out);
    std::vector<float> part(weight.size());
    for (size_t i = 0; i < in && !weight.empty(); ++i)
      for (size_t o = 0; o < out; ++o)
        for (const Tap& row : taps(odd_row))
          for (const Tap& column : taps(odd_column))
            part[(o * in + i) * 9 + row.to * 3 + column.to] =
                weight[(i * out + o) * 9 + row.of * 3 + column.of];
    return part;
  }

  const ResnetOptions& options_;
  const Parameters& parameters_;
  conv::Plan plan_;
};

}  // namespace

conv::Plan resnet_plan(const ResnetOptions& options, const Parameters& parameters) {
  options.check_together();
  return Builder(options, parameters).build();
}

}  // namespace gan
