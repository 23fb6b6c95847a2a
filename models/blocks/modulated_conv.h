// SPDX-License-Identifier: LGPL-2.1-or-later
// Modulated convolution (Karras et al. 2020, arXiv:1912.04958, section 2.2, equations 1 and 3): a
// style scales the weight's input channels, w'_oik = s_i w_oik, and demodulation divides by each
// output channel's norm, w''_oik = w'_oik / sqrt(sum_ik w'_oik^2 + 1e-8).
#pragma once

#include <torch/torch.h>

namespace gan {

// x {N, in, H, W}, weight {out, in, k, k} with odd k, style {N, in}. Computed as the equivalent
// scale(conv(scale(x))), so that one shared weight serves all of the batch.
struct Modulation {
  bool demodulate = true;
  // {h, w}: enlarges twice by a transposed convolution of stride 2 followed by this filter with
  // gain 4 (StyleGAN2); undefined: keeps the size.
  torch::Tensor up_filter;
};
torch::Tensor modulated_conv(const torch::Tensor& x, const torch::Tensor& weight,
                             const torch::Tensor& style, const Modulation& modulation);

// FIR filtering: inserts `up` - 1 zeros after each pixel, pads {left, right, top, bottom},
// convolves with filter * gain, keeps every `down`-th pixel (StyleGAN's upfirdn2d).
struct Resampling {
  int64_t up = 1, down = 1;
  std::array<int64_t, 4> padding = {0, 0, 0, 0};
  double gain = 1;
};
torch::Tensor upfirdn2d(const torch::Tensor& x, const torch::Tensor& filter,
                        const Resampling& resampling);
// The three uses of it, centred as StyleGAN2 centres them.
torch::Tensor upsample2d(const torch::Tensor& x, const torch::Tensor& filter);    // twice
torch::Tensor downsample2d(const torch::Tensor& x, const torch::Tensor& filter);  // by two
torch::Tensor filter2d(const torch::Tensor& x, const torch::Tensor& filter);
// taps' outer product with sum 1, such as of {1, 3, 3, 1}.
torch::Tensor resample_filter(at::ArrayRef<double> taps);

// `weight` {out, in, k, k} ~ N(0, 0.02), no bias. offset is added to the style: 1 where the layer
// that makes the style starts near 0.
class ModulatedConvImpl : public torch::nn::Module {
 public:
  ModulatedConvImpl(int64_t in, int64_t out, int64_t kernel = 3, bool demodulate = true,
                    double offset = 1);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& style) {
    return modulated_conv(x, weight, style + offset_, {demodulate_, {}});
  }

  torch::Tensor weight;

 private:
  bool demodulate_;
  double offset_;
};
TORCH_MODULE(ModulatedConv);

}  // namespace gan
