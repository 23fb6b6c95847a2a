// SPDX-License-Identifier: LGPL-2.1-or-later
// Normalisations of {N, C, H, W}.
#pragma once

#include <torch/torch.h>

#include <string>

namespace gan {

// Batch normalisation (Ioffe and Szegedy 2015) of {N, C} or {N, C, H, W}; parameters and buffers
// are named as PyTorch's. While training, the batch is that of all processes (batch_parts.h).
struct BatchNormStyle {
  double epsilon = 1e-5;
  double momentum = 0.1;  // share of the new batch in the running statistics
  // Normalise with the statistics of the picture at hand in eval mode too, as pix2pix is tested by
  // its authors; the running ones then only stand in the checkpoint.
  bool batch_in_eval = false;
};
class BatchNormImpl : public torch::nn::Module {
 public:
  explicit BatchNormImpl(int64_t channels, const BatchNormStyle& style = {});
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor over_parts(const torch::Tensor& x);
  BatchNormStyle style_;
  torch::Tensor weight_, bias_, running_mean_, running_var_;  // {C}
  torch::Tensor num_batches_tracked_;                         // int64, for PyTorch's readers
};
TORCH_MODULE(BatchNorm);

// Layer normalisation (Ba et al. 2016, arXiv:1607.06450) over the last axis, and group
// normalisation (Wu and He 2018, arXiv:1803.08494) of {N, C, H, W}. Under autocast the weights stay
// fp32 where x is bf16, of which LibTorch 1.13's CPU makes an error: they are taken in x's type.
class LayerNormImpl : public torch::nn::LayerNormImpl {
 public:
  explicit LayerNormImpl(int64_t features)
      : torch::nn::LayerNormImpl(torch::nn::LayerNormOptions({features})) {}
  torch::Tensor forward(const torch::Tensor& x);
};
TORCH_MODULE(LayerNorm);
class GroupNormImpl : public torch::nn::GroupNormImpl {
 public:
  GroupNormImpl(int64_t groups, int64_t channels)
      : torch::nn::GroupNormImpl(torch::nn::GroupNormOptions(groups, channels)) {}
  torch::Tensor forward(const torch::Tensor& x);
};
TORCH_MODULE(GroupNorm);

// LayerNorm over the channels of each pixel of {N, C, H, W}, eps 1e-6: ConvNeXt's LayerNorm in the
// form channels_first.
class ChannelNormImpl : public torch::nn::Module {
 public:
  explicit ChannelNormImpl(int64_t channels);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor weight_, bias_;
};
TORCH_MODULE(ChannelNorm);

inline constexpr BatchNormStyle kKerasBatchNorm{.epsilon = 1e-3, .momentum = 0.01};

// Instance normalisation (Ulyanov et al. 2016) over H and W: (x - mean) / spread * scale + shift.
// The implementations that the systems come from differ in what spread is.
enum class Spread {
  kBiased,            // sqrt(biased variance + eps), PyTorch
  kUnbiased,          // sqrt(unbiased variance + eps), Augmented CycleGAN's conditional one
  kAddedToDeviation,  // biased standard deviation + eps, keras-contrib
};
// scale and shift: {C}, {N, C, 1, 1} or undefined.
torch::Tensor instance_norm(const torch::Tensor& x, Spread spread, double eps,
                            const torch::Tensor& scale, const torch::Tensor& shift);

// instance_norm with learned scale and shift, called `weight` and `bias` or whatever names say.
class AffineInstanceNormImpl : public torch::nn::Module {
 public:
  AffineInstanceNormImpl(int64_t channels, Spread spread, double eps, const char* scale = "weight",
                         const char* shift = "bias");
  torch::Tensor forward(const torch::Tensor& x) {
    return instance_norm(x, spread_, eps_, scale_, shift_);
  }

 private:
  Spread spread_;
  double eps_;
  torch::Tensor scale_, shift_;  // {C}
};
TORCH_MODULE(AffineInstanceNorm);

// Appends the norm of pix2pix and CycleGAN: "batch", "instance" (without scale, shift and running
// statistics) or "none".
void push_norm(torch::nn::Sequential& layers, const std::string& norm, int64_t channels,
               bool batch_in_eval = false);
// Whether their convolutions before a norm have a bias.
inline bool wants_bias(const std::string& norm) { return norm == "instance"; }

}  // namespace gan
