// SPDX-License-Identifier: LGPL-2.1-or-later
// The variational auto-encoder (Kingma and Welling 2014, arXiv:1312.6114) of convolutions that
// PyTorch-VAE calls VanillaVAE; parameters are named as there.
#pragma once

#include "models/blocks/chain.h"
#include "models/network.h"

namespace gan {

struct VaeOptions : Options {
  int channels = 3;      // 1..4
  int out_channels = 3;  // 1..4; the original gives 3 whatever it takes
  int latent = 128;      // 1..4096
  // Feature maps of the layers, each of which halves the side down to 2: five make 64x64 pictures.
  std::string hidden = "32-64-128-256-512";  // 1 to 7 numbers, 1..4096 each
  void visit(OptionVisitor& v) override;
};

// The approximate posterior N(mean, exp(log_variance)) of codes; both {N, latent} or, of VaeSr,
// {N, latent, H, W}.
struct Posterior {
  torch::Tensor mean, log_variance;
  // mean + exp(log_variance / 2) * noise: the reparametrisation (section 2.4).
  torch::Tensor sample(const torch::Tensor& noise) const {
    return at::addcmul(mean, (log_variance * 0.5).exp(), noise);
  }
  Posterior to(at::ScalarType type) const { return {mean.to(type), log_variance.to(type)}; }
};

// {N, channels, side, side} in [-1, 1] -> the same through the mean of the code; or a code
// {N, latent} -> a picture.
class Vae : public Network {
 public:
  using OptionsType = VaeOptions;
  explicit Vae(const VaeOptions& options);
  NetworkTraits traits() const override;
  torch::Tensor run(const NetworkInput& input) override;

  Posterior encode(const torch::Tensor& image);
  torch::Tensor decode(const torch::Tensor& latent);

 private:
  VaeOptions options_;
  std::vector<int> hidden_;
  torch::nn::Sequential encoder_, decoder_;
  torch::nn::Linear mean_{nullptr}, log_variance_{nullptr}, decoder_input_{nullptr};
  Chain final_{nullptr};
};

}  // namespace gan
