// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/generators/rgt.h"
#include "models/blocks/norm.h"

#include <cmath>

#include "core/error.h"

namespace gan {

namespace nn = torch::nn;

namespace {

using torch::Tensor;

constexpr double kFirstGamma = 1e-4;
constexpr int64_t kReduction = 4;  // of the sides, again and again

nn::Linear rgt_linear(int64_t in, int64_t out, bool bias) {
  return nn::Linear(nn::LinearOptions(in, out).bias(bias));
}

}  // namespace

// x {N, H, W, C} -> the same.
class RgtAttention : public nn::Module {
 public:
  virtual Tensor forward(const Tensor& x, const std::array<Tensor, 2>& masks) = 0;
};

class LocalAttention : public RgtAttention {
 public:
  LocalAttention(const RgtOptions& options, const SplitShape& shape, bool shifted)
      : attention_(*this, shape), shifted_(shifted) {
    const int64_t features = options.features;
    qkv_ = register_module("qkv", rgt_linear(features, 3 * features, options.qkv_bias));
    proj_ = register_module("proj", nn::Linear(features, features));
    get_v_ =
        register_module("get_v", make_conv({.in = features, .out = features, .groups = features}));
  }
  Tensor forward(const Tensor& x, const std::array<Tensor, 2>& masks) override {
    const auto qkv = qkv_(x);
    const auto local = from_planes(get_v_(to_planes(qkv.chunk(3, 3)[2])));
    return proj_(attention_.forward(qkv, shifted_ ? masks : std::array<Tensor, 2>()) + local);
  }

 private:
  SplitAttention attention_;
  bool shifted_;
  nn::Linear qkv_{nullptr}, proj_{nullptr};
  Conv get_v_{nullptr};
};

// All pixels attend to the picture as it is after repeated reduction.
class WholeAttention : public RgtAttention {
 public:
  WholeAttention(const RgtOptions& options, int64_t heads)
      : heads_(heads), reduced_(options.reduced) {
    const int64_t features = options.features;
    reduction_ = register_module("reduction1", make_conv({.in = features,
                                                          .out = features,
                                                          .kernel = kReduction,
                                                          .stride = kReduction,
                                                          .padding = 0,
                                                          .groups = features}));
    dwconv_ =
        register_module("dwconv", make_conv({.in = features, .out = features, .groups = features}));
    conv_ = register_module("conv", make_conv({.in = features, .out = reduced_, .kernel = 1}));
    const auto norm = std::make_shared<Module>();
    norm_ = norm->register_module("0", LayerNorm(reduced_));
    register_module("norm_act", norm);
    q_ = register_module("q", rgt_linear(features, reduced_, options.qkv_bias));
    k_ = register_module("k", rgt_linear(reduced_, reduced_, options.qkv_bias));
    v_ = register_module("v", rgt_linear(reduced_, features, options.qkv_bias));
    cpe_ = register_module("cpe", make_conv({.in = features, .out = features, .groups = features}));
    proj_ = register_module("proj", nn::Linear(features, features));
  }
  Tensor forward(const Tensor& x, const std::array<Tensor, 2>&) override {
    auto small = to_planes(x);
    for (int64_t i = reductions(x.size(1), x.size(2)); i > 0; --i) small = reduction_(small);
    small = at::gelu(norm_(from_planes(conv_(dwconv_(small)))));  // {N, h, w, reduced}
    const auto value_map = v_(small);
    const auto value = value_map + from_planes(cpe_(to_planes(value_map)));
    const double scale = 1 / std::sqrt(static_cast<double>(reduced_) / static_cast<double>(heads_));
    const auto attended = attend(to_heads(q_(x).flatten(1, 2) * scale, heads_),
                                 to_heads(k_(small).flatten(1, 2), heads_),
                                 to_heads(value.flatten(1, 2), heads_), {});
    return proj_(attended.view(x.sizes()));
  }

 private:
  // The larger side decides; but each side must keep a pixel.
  static int64_t reductions(int64_t height, int64_t width) {
    const auto fourths = [](int64_t side) {
      int64_t count = 0;
      for (; side >= kReduction; side /= kReduction) ++count;
      return count;
    };
    const int64_t wanted = std::max<int64_t>(2, fourths(std::max(height, width) / 16));
    return std::min(wanted, fourths(std::min(height, width)));
  }

  int64_t heads_, reduced_;
  Conv reduction_{nullptr}, dwconv_{nullptr}, conv_{nullptr}, cpe_{nullptr};
  LayerNorm norm_{nullptr};
  nn::Linear q_{nullptr}, k_{nullptr}, v_{nullptr}, proj_{nullptr};
};

class RgtBlock : public SplitBlock {
 public:
  RgtBlock(const RgtOptions& options, std::shared_ptr<RgtAttention> attention) {
    norm1_ = register_module("norm1", LayerNorm(options.features));
    attention_ = register_module("attn", std::move(attention));
    mlp_ = register_module(
        "mlp", GatedMlp(options.features, std::llround(options.features * options.mlp_ratio)));
    norm2_ = register_module("norm2", LayerNorm(options.features));
    gamma_ = register_parameter("gamma", kFirstGamma * torch::ones(options.features));
  }
  Tensor forward(const Tensor& x, const std::array<Tensor, 2>& masks) override {
    const auto y = x + attention_->forward(norm1_(x), masks);
    return y + mlp_(norm2_(y)) + x * gamma_;
  }

 private:
  LayerNorm norm1_{nullptr}, norm2_{nullptr};
  std::shared_ptr<RgtAttention> attention_;
  GatedMlp mlp_{nullptr};
  Tensor gamma_;
};

RgtOptions::RgtOptions() { features = 180; }

void RgtOptions::visit(OptionVisitor& v) {
  TransformerOptions::visit(v);
  v.text("split", split, "", "height and width of a window, one a multiple of the other");
  v.real("mlp_ratio", mlp_ratio, 0.1, 8, "width of a block's linear layers by that of the block");
  v.integer("reduced", reduced, 1, 1024, "width of the tokens of the whole, a multiple of heads");
  v.flag("qkv_bias", qkv_bias, "biases of the linear layers before the attention");
}

Rgt::Rgt(const RgtOptions& options) {
  body_ = SplitTransformer(
      *this, options, options.split, "rgt",
      [&](const SplitShape& shape,
          const SplitTransformer::Place& place) -> std::shared_ptr<SplitBlock> {
        check(options.reduced % shape.heads == 0, ErrorKind::kSettings,
              "network rgt: reduced must be a multiple of heads, got ", options.reduced, " and ",
              shape.heads);
        std::shared_ptr<RgtAttention> attention;
        if (place.sees_windows())
          attention = std::make_shared<LocalAttention>(options, shape, place.is_shifted());
        else
          attention = std::make_shared<WholeAttention>(options, shape.heads);
        return std::make_shared<RgtBlock>(options, attention);
      });
}

NetworkTraits Rgt::traits() const {
  auto traits = body_.traits();
  traits.min_side = 16;
  return traits;
}

torch::Tensor Rgt::forward(torch::Tensor image) {
  check_image(image, traits(), "rgt");
  return body_.run(image);
}

}  // namespace gan
