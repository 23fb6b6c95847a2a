// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/omnisr.h"

#include <cmath>

#include "core/error.h"
#include "models/blocks/norm.h"
#include "models/blocks/transformer_frame.h"
#include "models/blocks/windows.h"

namespace gan {

namespace nn = torch::nn;

namespace {

using torch::Tensor;

constexpr int64_t kHeads = 4;

Conv omni_conv(int64_t in, int64_t out, int64_t kernel, int64_t groups = 1, bool bias = false) {
  return make_conv({.in = in, .out = out, .kernel = kernel, .bias = bias, .groups = groups});
}
nn::Linear omni_linear(int64_t in, int64_t out) {
  return nn::Linear(nn::LinearOptions(in, out).bias(false));
}
}  // namespace

// A window is a square of pixels, or one pixel of each of as many squares.
struct OmniCut {
  int64_t window;
  bool grid;

  // {N, C, H, W} -> {N, windows, pixels, C}
  Tensor apart(const Tensor& x) const {
    const int64_t n = x.size(0), channels = x.size(1), rows = x.size(2) / window,
                  columns = x.size(3) / window;
    const auto parts =
        grid ? x.reshape({n, channels, window, rows, window, columns}).permute({0, 3, 5, 2, 4, 1})
             : x.reshape({n, channels, rows, window, columns, window}).permute({0, 2, 4, 3, 5, 1});
    return parts.reshape({n, rows * columns, window * window, channels});
  }
  Tensor together(const Tensor& x, at::IntArrayRef sizes) const {
    const int64_t rows = sizes[2] / window, columns = sizes[3] / window;
    const auto parts = x.reshape({sizes[0], rows, columns, window, window, sizes[1]});
    return (grid ? parts.permute({0, 5, 3, 1, 4, 2}) : parts.permute({0, 5, 1, 3, 2, 4}))
        .reshape(sizes);
  }
};

// x + a depthwise convolution between two of one pixel, weighed by channel.
class OmniConv : public nn::Module {
 public:
  explicit OmniConv(int64_t features) {
    const auto row = std::make_shared<Module>(), fourth = std::make_shared<Module>(),
               gate = std::make_shared<Module>();
    first_ = row->register_module("0", omni_conv(features, features, 1, 1, true));
    middle_ = row->register_module("2", omni_conv(features, features, 3, features, true));
    narrow_ = gate->register_module("1", omni_linear(features, features / 4));
    widen_ = gate->register_module("3", omni_linear(features / 4, features));
    fourth->register_module("gate", gate);
    row->register_module("4", fourth);
    last_ = row->register_module("5", omni_conv(features, features, 1, 1, true));
    register_module("fn", row);
  }
  Tensor forward(const Tensor& x) {
    const auto y = at::gelu(middle_(at::gelu(first_(x))));
    const auto weights = widen_(at::silu(narrow_(y.mean(at::IntArrayRef{2, 3})))).sigmoid();
    return last_(y * weights.unsqueeze(2).unsqueeze(3)) + x;
  }

 private:
  Conv first_{nullptr}, middle_{nullptr}, last_{nullptr};
  nn::Linear narrow_{nullptr}, widen_{nullptr};
};

// x + attention between the pixels of windows.
class OmniPixels : public nn::Module {
 public:
  OmniPixels(const OmniSrOptions& options, bool grid)
      : cut_{options.window, grid}, index_(relative_index({options.window, options.window})) {
    const int64_t features = options.features, distances = 2 * options.window - 1;
    norm_ = register_module("norm", LayerNorm(features));
    const auto attention = std::make_shared<Module>(), out = std::make_shared<Module>();
    to_qkv_ = attention->register_module("to_qkv", omni_linear(features, 3 * features));
    to_out_ = out->register_module("0", omni_linear(features, features));
    attention->register_module("to_out", out);
    if (options.positions)
      bias_ =
          attention->register_module("rel_pos_bias", nn::Embedding(distances * distances, kHeads));
    register_module("fn", attention);
  }
  Tensor forward(const Tensor& x) {
    const auto windows = cut_.apart(x);
    const auto parts = to_qkv_(norm_(windows)).flatten(0, 1).chunk(3, 2);
    const double scale = 1 / std::sqrt(static_cast<double>(x.size(1) / kHeads));
    const auto attended =
        attend(to_heads(parts[0] * scale, kHeads), to_heads(parts[1], kHeads),
               to_heads(parts[2], kHeads), bias_ ? position_bias(bias_->weight, index_) : Tensor());
    return cut_.together(to_out_(attended).view(windows.sizes()) + windows, x.sizes());
  }

 private:
  OmniCut cut_;
  Tensor index_;
  LayerNorm norm_{nullptr};
  nn::Linear to_qkv_{nullptr}, to_out_{nullptr};
  nn::Embedding bias_{nullptr};
};

// x + attention between the channels of windows.
class OmniChannels : public nn::Module {
 public:
  OmniChannels(const OmniSrOptions& options, bool grid) : cut_{options.window, grid} {
    const int64_t features = options.features;
    norm_ = register_module("norm", ChannelNorm(features));
    const auto attention = std::make_shared<Module>();
    temperature_ = attention->register_parameter("temperature", torch::ones({kHeads, 1, 1}));
    qkv_ = attention->register_module("qkv", omni_conv(features, 3 * features, 1));
    local_ = attention->register_module("qkv_dwconv",
                                        omni_conv(3 * features, 3 * features, 3, 3 * features));
    out_ = attention->register_module("project_out", omni_conv(features, features, 1));
    register_module("fn", attention);
  }
  Tensor forward(const Tensor& x) {
    const auto parts = local_(qkv_(norm_(x))).chunk(3, 1);
    // {N, windows, heads, C / heads, pixels}; on grids the pixels of one place in all windows.
    const auto heads = [&](const Tensor& part) {
      const auto windows = OmniCut{cut_.window, false}.apart(part);
      return (cut_.grid ? windows.transpose(1, 2) : windows)
          .unflatten(3, {kHeads, part.size(1) / kHeads})
          .permute({0, 1, 3, 4, 2});
    };
    const auto weights =
        (at::matmul(unit_length(heads(parts[0])), unit_length(heads(parts[1])).transpose(-2, -1)) *
         temperature_)
            .softmax(-1);
    auto attended = at::matmul(weights, heads(parts[2])).permute({0, 1, 4, 2, 3}).flatten(3);
    if (cut_.grid) attended = attended.transpose(1, 2);
    return out_(OmniCut{cut_.window, false}.together(attended, x.sizes())) + x;
  }

 private:
  OmniCut cut_;
  ChannelNorm norm_{nullptr};
  Tensor temperature_;
  Conv qkv_{nullptr}, local_{nullptr}, out_{nullptr};
};

// x + a gated convolution.
class OmniGate : public nn::Module {
 public:
  explicit OmniGate(int64_t features) {
    norm_ = register_module("norm", ChannelNorm(features));
    const auto gate = std::make_shared<Module>();
    in_ = gate->register_module("project_in", omni_conv(features, 2 * features, 1));
    local_ =
        gate->register_module("dwconv", omni_conv(2 * features, 2 * features, 3, 2 * features));
    out_ = gate->register_module("project_out", omni_conv(features, features, 1));
    register_module("fn", gate);
  }
  Tensor forward(const Tensor& x) {
    const auto halves = local_(in_(norm_(x))).chunk(2, 1);
    return out_(at::gelu(halves[0]) * halves[1]) + x;
  }

 private:
  ChannelNorm norm_{nullptr};
  Conv in_{nullptr}, local_{nullptr}, out_{nullptr};
};

// Places 1, 3, 7 and 9 of the original's Sequential only cut and join windows.
class OmniBlock : public nn::Module {
 public:
  explicit OmniBlock(const OmniSrOptions& options) {
    const auto row = std::make_shared<Module>();
    const auto add = [&](int place, const auto& layer) {
      row->register_module(std::to_string(place), layer);
      layers_.push_back(nn::AnyModule(layer));
    };
    const auto gate = [&] { return std::make_shared<OmniGate>(options.features); };
    add(0, std::make_shared<OmniConv>(options.features));
    for (const bool grid : {false, true}) {
      const int first = grid ? 8 : 2;
      add(first, std::make_shared<OmniPixels>(options, grid));
      add(first + 2, gate());
      add(first + 3, std::make_shared<OmniChannels>(options, grid));
      add(first + 4, gate());
    }
    register_module("layer", row);
  }
  Tensor forward(Tensor x) {
    for (auto& layer : layers_) x = layer.forward(x);
    return x;
  }

 private:
  std::vector<nn::AnyModule> layers_;
};

// Weighs every value by what maxima of a coarse map make of its surroundings.
class SpatialWeights : public nn::Module {
 public:
  explicit SpatialWeights(int64_t features) {
    const int64_t narrow = std::max<int64_t>(features / 4, 16);
    conv1_ = register_module("conv1", omni_conv(features, narrow, 1, 1, true));
    conv_f_ = register_module("conv_f", omni_conv(narrow, narrow, 1, 1, true));
    conv2_ = register_module("conv2",
                             make_conv({.in = narrow, .out = narrow, .stride = 2, .padding = 0}));
    conv3_ = register_module("conv3", omni_conv(narrow, narrow, 3, 1, true));
    conv4_ = register_module("conv4", omni_conv(narrow, features, 1, 1, true));
  }
  Tensor forward(const Tensor& x) {
    const auto narrow = conv1_(x);
    const auto coarse = conv3_(without_bf16_on_cpu(conv2_(narrow), [](const Tensor& wide) {
      return at::max_pool2d(wide, {7, 7}, {3, 3});
    }));
    const auto around = at::upsample_bilinear2d(coarse, {x.size(2), x.size(3)}, false);
    return x * conv4_(around + conv_f_(narrow)).sigmoid();
  }

 private:
  Conv conv1_{nullptr}, conv_f_{nullptr}, conv2_{nullptr}, conv3_{nullptr}, conv4_{nullptr};
};

class OmniGroup : public nn::Module {
 public:
  explicit OmniGroup(const OmniSrOptions& options) {
    const auto row = std::make_shared<Module>();
    for (int i = 0; i < options.blocks; ++i)
      blocks_.push_back(
          row->register_module(std::to_string(i), std::make_shared<OmniBlock>(options)));
    last_ = row->register_module(std::to_string(options.blocks),
                                 omni_conv(options.features, options.features, 1, 1, options.bias));
    register_module("residual_layer", row);
    esa_ = register_module("esa", std::make_shared<SpatialWeights>(options.features));
  }
  Tensor forward(const Tensor& x) {
    Tensor y = x;
    for (auto& block : blocks_) y = block->forward(y);
    return esa_->forward(last_(y) + x);
  }

 private:
  std::vector<std::shared_ptr<OmniBlock>> blocks_;
  Conv last_{nullptr};
  std::shared_ptr<SpatialWeights> esa_;
};

void OmniSrOptions::visit(OptionVisitor& v) {
  v.integer("channels", channels, 1, 4, "channels of the picture");
  v.integer("features", features, 4, 1024, "feature maps, a multiple of 4");
  v.integer("groups", groups, 1, 64, "groups of blocks");
  v.integer("blocks", blocks, 1, 32, "blocks of a group");
  v.integer("scale", scale, 1, 8, "enlargement");
  v.integer("window", window, 2, 64, "side of a window in pixels");
  v.flag("positions", positions, "a learned bias by distance");
  v.flag("bias", bias, "biases of the first and the last convolutions");
}

OmniSr::OmniSr(const OmniSrOptions& options) : options_(options) {
  check(options.features % kHeads == 0, ErrorKind::kSettings,
        "network omnisr: features must be a multiple of 4, got ", options.features);
  const int64_t features = options.features;
  input_ = register_module("input", omni_conv(options.channels, features, 3, 1, options.bias));
  const auto groups = std::make_shared<Module>(), up = std::make_shared<Module>();
  for (int i = 0; i < options.groups; ++i)
    groups_.push_back(
        groups->register_module(std::to_string(i), std::make_shared<OmniGroup>(options)));
  register_module("residual_layer", groups);
  output_ = register_module("output", omni_conv(features, features, 3, 1, options.bias));
  up_ = up->register_module(
      "0", omni_conv(features, int64_t{options.channels} * options.scale * options.scale, 3, 1,
                     options.bias));
  register_module("up", up);
}

NetworkTraits OmniSr::traits() const {
  // The coarse map wants 15 pixels at least, in windows.
  const int least = (15 + options_.window - 1) / options_.window * options_.window;
  return {.in_channels = options_.channels,
          .out_channels = options_.channels,
          .scale = options_.scale,
          .receptive_radius = kGlobalRadius,
          .tile_window = options_.window,
          .min_side = least - options_.window + 1};
}

torch::Tensor OmniSr::forward(torch::Tensor image) {
  check_image(image, traits(), "omnisr");
  const int64_t height = image.size(2) * options_.scale, width = image.size(3) * options_.scale;
  const auto first = input_(pad_to_windows(image, options_.window, WindowPadding::kZero));
  Tensor x = first;
  for (auto& group : groups_) x = group->forward(x);
  return at::pixel_shuffle(up_(output_(x) + first), options_.scale)
      .slice(2, 0, height)
      .slice(3, 0, width);
}

}  // namespace gan
