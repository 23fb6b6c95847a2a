// SPDX-License-Identifier: LGPL-2.1-or-later
// What super-resolution transformers have around their blocks since SwinIR: the picture's mean, a
// first convolution, norms before and after, a convolution of the residual, one of four endings.
#pragma once

#include <functional>

#include "models/blocks/chain.h"
#include "models/blocks/convolution.h"
#include "models/blocks/enlarge.h"
#include "models/blocks/norm.h"
#include "models/network.h"

namespace gan {

// The convolution that ends a group: one, or three that narrow to a quarter; none.
class GroupConv {
 public:
  GroupConv() = default;
  // form: 1conv | 3conv | identity. Registers `name` in `module`.
  GroupConv(torch::nn::Module& module, const std::string& name, int64_t features,
            const std::string& form);
  torch::Tensor operator()(const torch::Tensor& x);  // {N, C, H, W}
  // The same of {N, H, W, C}.
  torch::Tensor of_picture(const torch::Tensor& x) {
    return (*this)(x.permute({0, 3, 1, 2})).permute({0, 2, 3, 1});
  }

 private:
  Conv one_{nullptr};
  Chain three_{nullptr};
};

struct TransformerOptions : Options {
  int channels = 3;                // 1..4
  int features = 60;               // 4..1024
  int scale = 4;                   // 1..8
  int tail_features = 64;          // 1..1024, of the convolutions that enlarge
  std::string depths = "6-6-6-6";  // blocks of each group
  std::string heads = "6-6-6-6";   // of each group's attention
  // shuffle: convolutions and pixel shuffles; direct: one; nearest: enlarged by repetition, then
  // convolved; none: scale 1, the picture is added to the result.
  std::string upsampler = "shuffle";
  std::string group_conv = "1conv";  // 1conv | 3conv | identity
  std::string mean = "div2k";        // div2k | half | zero: see rgb_mean.h
  void visit(OptionVisitor& v) override;
};

// How a picture is made larger to multiples of the windows, at the right and below.
enum class WindowPadding { kNone, kReflect, kZero, kSymmetric };

class TransformerFrame {
 public:
  struct Shape {
    const char* network;     // for messages
    const char* first_norm;  // "patch_embed.norm" or "before_RG.1"
    int64_t padded_to = 1;
    WindowPadding padding = WindowPadding::kReflect;
    double range = 1;  // of values within: 255 for SwinIR's JPEG models
    int64_t unshuffle = 1;
  };
  TransformerFrame() = default;
  // Registers its layers in `module`. Throws Error(kSettings).
  TransformerFrame(torch::nn::Module& module, const TransformerOptions& options,
                   const Shape& shape);

  NetworkTraits traits(int tile_window) const;
  const std::vector<int>& depths() const { return depths_; }
  const std::vector<int>& heads() const { return heads_; }

  // body: {N, H, W, C} -> the same, the groups of blocks.
  using Body = std::function<torch::Tensor(torch::Tensor)>;
  torch::Tensor run(torch::Tensor image, const Body& body);

 private:
  torch::Tensor padded(const torch::Tensor& image) const;
  torch::Tensor enlarge(torch::Tensor x);

  TransformerOptions options_;
  Shape shape_{};
  std::vector<int> depths_, heads_;
  Conv conv_first_{nullptr}, conv_before_{nullptr}, conv_last_{nullptr}, conv_hr_{nullptr};
  std::vector<Conv> conv_up_;
  Enlarge shuffles_{nullptr};
  LayerNorm first_norm_{nullptr}, last_norm_{nullptr};
  GroupConv after_body_;
};

// A picture {N, C, H, W} made larger at the right and below to multiples of `multiple`.
torch::Tensor pad_to_windows(const torch::Tensor& picture, int64_t multiple, WindowPadding padding);

}  // namespace gan
