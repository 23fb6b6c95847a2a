// SPDX-License-Identifier: LGPL-2.1-or-later
// A variational auto-encoder for super-resolution, of our own design, because no published one
// belongs to this project's systems: the code is a map instead of a vector, so pictures may have
// any size, and the decoder adds its detail to the plainly enlarged input, without which a
// variational auto-encoder only blurs.
#pragma once

#include "models/blocks/convolution.h"
#include "models/generators/vae.h"

namespace gan {

struct VaeSrOptions : Options {
  int latent = 16;    // 1..512, channels of the code, one vector for 8x8 output pixels
  int features = 32;  // 1..512, feature maps at half of the output's size; doubled twice
  int scale = 2;      // 1..4
  void visit(OptionVisitor& v) override;
};

// {N, 3, H, W} in [0, 1] -> {N, 3, scale H, scale W}, not clamped. The output's sides must be
// multiples of 8. run() decodes the mean of the code.
class VaeSr : public ImageNetwork {
 public:
  using OptionsType = VaeSrOptions;
  explicit VaeSr(const VaeSrOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor forward(torch::Tensor image) override;

  Posterior encode(const torch::Tensor& image);  // codes {N, latent, scale H / 8, scale W / 8}
  torch::Tensor decode(const torch::Tensor& latent, const torch::Tensor& image);

 private:
  VaeSrOptions options_;
  Chain encoder_{nullptr}, decoder_{nullptr};
  Conv mean_{nullptr}, log_variance_{nullptr};
};

}  // namespace gan
