// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/dat.h"
#include "models/blocks/norm.h"

#include <cmath>

#include "core/error.h"

namespace gan {

namespace nn = torch::nn;

namespace {

using torch::Tensor;

nn::Conv2d dat_conv1x1(int64_t in, int64_t out) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, 1));
}

}  // namespace

// What both kinds of attention have around them: the convolution beside it, and of what each of the
// two gives weights for the other, by channel and by place.
class DatAttention : public nn::Module {
 public:
  DatAttention(const DatOptions& options) {
    const int64_t features = options.features;
    qkv_ = register_module(
        "qkv", nn::Linear(nn::LinearOptions(features, 3 * features).bias(options.qkv_bias)));
    proj_ = register_module("proj", nn::Linear(features, features));
    local_ = nn::Sequential(make_conv({.in = features, .out = features, .groups = features}),
                            nn::BatchNorm2d(features), nn::GELU());
    register_module("dwconv", local_);
    by_channel_ = nn::Sequential(nn::AdaptiveAvgPool2d(1), dat_conv1x1(features, features / 8),
                                 nn::BatchNorm2d(features / 8), nn::GELU(),
                                 dat_conv1x1(features / 8, features));
    register_module("channel_interaction", by_channel_);
    by_place_ = nn::Sequential(dat_conv1x1(features, features / 16), nn::BatchNorm2d(features / 16),
                               nn::GELU(), dat_conv1x1(features / 16, 1));
    register_module("spatial_interaction", by_place_);
  }

  Tensor forward(const Tensor& x, const std::array<Tensor, 2>& masks) {
    const auto qkv = qkv_(x);
    const auto local = local_->forward(to_planes(qkv.chunk(3, 3)[2]));
    const auto attended = to_planes(attend_to(qkv, masks));
    const bool places = sees_places();
    const auto channels = by_channel_->forward(places ? local : attended).sigmoid();
    const auto here = by_place_->forward(places ? attended : local).sigmoid();
    const auto joined =
        places ? attended * channels + local * here : attended * here + local * channels;
    return proj_(from_planes(joined));
  }

 private:
  virtual bool sees_places() const = 0;
  virtual Tensor attend_to(const Tensor& qkv, const std::array<Tensor, 2>& masks) = 0;

  nn::Linear qkv_{nullptr}, proj_{nullptr};
  nn::Sequential local_{nullptr}, by_channel_{nullptr}, by_place_{nullptr};
};

class PlaceAttention : public DatAttention {
 public:
  PlaceAttention(const DatOptions& options, const SplitShape& shape, bool shifted)
      : DatAttention(options), attention_(*this, shape), shifted_(shifted) {}

 private:
  bool sees_places() const override { return true; }
  Tensor attend_to(const Tensor& qkv, const std::array<Tensor, 2>& masks) override {
    return attention_.forward(qkv, shifted_ ? masks : std::array<Tensor, 2>());
  }
  SplitAttention attention_;
  bool shifted_;
};

// Channels of each head attend to one another over all pixels.
class ChannelsAttention : public DatAttention {
 public:
  ChannelsAttention(const DatOptions& options, int64_t heads)
      : DatAttention(options), heads_(heads) {
    temperature_ = register_parameter("temperature", torch::ones({heads, 1, 1}));
  }

 private:
  bool sees_places() const override { return false; }
  Tensor attend_to(const Tensor& qkv, const std::array<Tensor, 2>&) override {
    const int64_t n = qkv.size(0), features = qkv.size(3) / 3;
    // {3, N, heads, C / heads, pixels}
    const auto parts =
        qkv.view({n, -1, 3, heads_, features / heads_}).permute({2, 0, 3, 4, 1}).unbind();
    const auto weights =
        (at::matmul(unit_length(parts[0]), unit_length(parts[1]).transpose(-2, -1)) * temperature_)
            .softmax(-1);
    return at::matmul(weights, parts[2])
        .permute({0, 3, 1, 2})
        .reshape({n, qkv.size(1), qkv.size(2), features});
  }
  int64_t heads_;
  Tensor temperature_;
};

class DatBlock : public SplitBlock {
 public:
  DatBlock(const DatOptions& options, std::shared_ptr<DatAttention> attention) {
    norm1_ = register_module("norm1", LayerNorm(options.features));
    attention_ = register_module("attn", std::move(attention));
    mlp_ = register_module(
        "ffn", GatedMlp(options.features, std::llround(options.features * options.expansion)));
    norm2_ = register_module("norm2", LayerNorm(options.features));
  }
  Tensor forward(const Tensor& x, const std::array<Tensor, 2>& masks) override {
    const auto y = x + attention_->forward(norm1_(x), masks);
    return y + mlp_(norm2_(y));
  }

 private:
  LayerNorm norm1_{nullptr}, norm2_{nullptr};
  std::shared_ptr<DatAttention> attention_;
  GatedMlp mlp_{nullptr};
};

DatOptions::DatOptions() { features = 180; }

void DatOptions::visit(OptionVisitor& v) {
  TransformerOptions::visit(v);
  v.text("split", split, "", "height and width of a window, one a multiple of the other");
  v.real("expansion", expansion, 0.1, 8, "width of a block's linear layers by that of the block");
  v.flag("qkv_bias", qkv_bias, "biases of the linear layers before the attention");
}

Dat::Dat(const DatOptions& options) {
  body_ = SplitTransformer(
      *this, options, options.split, "dat",
      [&](const SplitShape& shape,
          const SplitTransformer::Place& place) -> std::shared_ptr<SplitBlock> {
        std::shared_ptr<DatAttention> attention;
        if (place.sees_windows())
          attention = std::make_shared<PlaceAttention>(options, shape, place.is_shifted());
        else
          attention = std::make_shared<ChannelsAttention>(options, shape.heads);
        return std::make_shared<DatBlock>(options, attention);
      });
}

NetworkTraits Dat::traits() const { return body_.traits(); }

torch::Tensor Dat::forward(torch::Tensor image) {
  check_image(image, traits(), "dat");
  return body_.run(image);
}

}  // namespace gan
