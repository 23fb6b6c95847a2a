// SPDX-License-Identifier: LGPL-2.1-or-later
// Convolutions as the originals spell them. Tensors are {N, C, H, W}.
#pragma once

#include <torch/torch.h>

namespace gan {

struct ConvShape {
  int64_t in, out;
  int64_t kernel = 3;
  int64_t stride = 1;
  int64_t padding = -1;  // -1: kernel / 2, which keeps the size of an odd kernel at stride 1
  bool bias = true;
  int64_t groups = 1;

  int64_t padding_pixels() const { return padding < 0 ? kernel / 2 : padding; }
};

// A convolution before which work that was interrupted ends (models/machine/interruption.h).
class ConvImpl : public torch::nn::Conv2dImpl {
 public:
  using Conv2dImpl::Conv2dImpl;
  torch::Tensor forward(const torch::Tensor& x);
};
TORCH_MODULE(Conv);

Conv make_conv(const ConvShape& shape);

// Applies conv (made with padding 0) with TensorFlow's SAME padding: the output has
// ceil(side / stride) pixels, and what the padding has too many lies right and below.
torch::Tensor conv_same(Conv& conv, const torch::Tensor& x);

// compute(x), in float where x is bf16 on the CPU, where LibTorch 1.13 lacks operators or has wrong
// ones; the result has x's type.
template <class Compute>
torch::Tensor without_bf16_on_cpu(const torch::Tensor& x, const Compute& compute) {
  if (!x.device().is_cpu() || x.scalar_type() != at::kBFloat16) return compute(x);
  return compute(x.to(at::kFloat)).to(at::kBFloat16);
}

// Transposed convolution; right in bf16 too, of which LibTorch 1.13 silently makes an ordinary
// convolution on the CPU.
class ConvTransposeImpl : public torch::nn::ConvTranspose2dImpl {
 public:
  // The upsampling k4 s2 p1, the projection k4 s1 p0 of a code and whatever else ConvShape says;
  // output_padding as in PyTorch.
  explicit ConvTransposeImpl(const ConvShape& shape, int64_t output_padding = 0);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  int64_t padding_;
};
TORCH_MODULE(ConvTranspose);

// reflection_pad2d and replication_pad2d that also take bf16 on LibTorch 1.13's CPU. left, right,
// top, bottom in pixels.
torch::Tensor reflection_pad(const torch::Tensor& x, at::IntArrayRef sides);
torch::Tensor replication_pad(const torch::Tensor& x, at::IntArrayRef sides);

// reflection_pad by the same number of pixels on all sides, as a layer.
class ReflectionPadImpl : public torch::nn::Module {
 public:
  explicit ReflectionPadImpl(int64_t pixels) : pixels_(pixels) {}
  torch::Tensor forward(const torch::Tensor& x) {
    return reflection_pad(x, {pixels_, pixels_, pixels_, pixels_});
  }

 private:
  int64_t pixels_;
};
TORCH_MODULE(ReflectionPad);

// LeakyReLU that overwrites its input, with the slope 0.2 that GANs use.
inline torch::nn::LeakyReLU leaky_relu(double slope = 0.2) {
  return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(slope).inplace(true));
}
inline torch::nn::ReLU relu() { return torch::nn::ReLU(torch::nn::ReLUOptions(true)); }
inline torch::Tensor lrelu_(torch::Tensor x) { return at::leaky_relu_(x, 0.2); }

// DCGAN's initialisation (Radford et al. 2016, section 3): convolutions and linear layers
// N(0, deviation), norms' scales N(1, deviation), biases 0.
void init_normal(torch::nn::Module& module, double deviation = 0.02);
// Keras' default: uniform in +-sqrt(6 / (fan_in + fan_out)), biases 0.
void init_glorot(torch::nn::Module& module);

}  // namespace gan
