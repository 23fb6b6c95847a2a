// SPDX-License-Identifier: LGPL-2.1-or-later
// Convolutions whose weight is normalised each time it is used.
#pragma once

#include <torch/torch.h>

#include "models/blocks/convolution.h"

namespace gan {

// Spectral normalisation (Miyato et al. 2018, arXiv:1802.05957, algorithm 1) as PyTorch's older
// torch.nn.utils.spectral_norm does it: the weight is weight_orig / sigma, sigma = u' W v with
// weight_orig as a matrix {out, in * kernel area}. A training forward first improves the stored u
// and v by one power iteration (eps 1e-12); in eval mode they stay. Gradients flow through sigma,
// u and v being constants.
class SpectralConvImpl : public torch::nn::Module {
 public:
  explicit SpectralConvImpl(const ConvShape& shape, int dimensions = 2);  // 1 or 2
  torch::Tensor forward(const torch::Tensor& x);
  torch::Tensor weight();       // weight_orig / sigma, after the power iteration when training
  torch::Tensor sigma() const;  // {1}

 private:
  void iterate();  // one power iteration

  ConvShape shape_;
  int dimensions_;
  torch::Tensor weight_orig_, weight_u_, weight_v_, bias_;
};
TORCH_MODULE(SpectralConv);

// Weight normalisation (Salimans and Kingma 2016, arXiv:1602.07868): the weight is
// weight_g * weight_v / |weight_v|, the norm taken per output channel. In eval mode without
// gradients the product is computed once and kept until a parameter changes.
class WeightNormConvImpl : public torch::nn::Module {
 public:
  explicit WeightNormConvImpl(const ConvShape& shape);
  torch::Tensor forward(const torch::Tensor& x);
  torch::Tensor weight();

  torch::Tensor weight_g, weight_v;  // {out, 1, 1, 1}; {out, in, k, k}

 private:
  ConvShape shape_;
  torch::Tensor bias_;
  torch::Tensor kept_;             // the product
  const void* kept_of_ = nullptr;  // weight_v's memory when it was computed
  uint64_t kept_version_ = 0;      // and its version
};
TORCH_MODULE(WeightNormConv);

// ICNR (Aitken et al. 2017, arXiv:1707.02937): fills the weight {out * scale^2, in, k, k} of a
// convolution before a pixel shuffle so that all scale^2 sub-pixels start equal, which avoids
// checkerboards: He-normal noise repeated scale^2 times.
void init_icnr(torch::Tensor weight, int64_t scale = 2);

}  // namespace gan
