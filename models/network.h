// SPDX-License-Identifier: LGPL-2.1-or-later
// What all networks have in common, so that tables, checkpoints, tiles and tests can treat them
// alike. A network is a torch module whose parameter names equal those of the original
// implementation, where one exists.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <string>

#include "core/options.h"
#include "models/traits.h"

namespace gan {

struct NetworkInput {
  torch::Tensor image;    // {N, in_channels, H, W}, values in [low, high]
  torch::Tensor latent;   // {N, latent}
  torch::Tensor label;    // {N} int64, or {N, classes} float weights that sum to 1
  double truncation = 1;  // psi of StyleGAN's truncation trick; other networks scale the code by it
};

class Network : public torch::nn::Module {
 public:
  virtual NetworkTraits traits() const = 0;
  // The main result, for callers that know no more than the traits.
  virtual torch::Tensor run(const NetworkInput& input) = 0;
};

// Picture in, picture (or map of logits) out.
class ImageNetwork : public Network {
 public:
  virtual torch::Tensor forward(torch::Tensor image) = 0;
  torch::Tensor run(const NetworkInput& input) override { return forward(input.image); }
};

// Picture and code in, picture out.
class ImageLatentNetwork : public Network {
 public:
  virtual torch::Tensor forward(torch::Tensor image, torch::Tensor latent) = 0;
  torch::Tensor run(const NetworkInput& input) override;
};

// Code in, picture (or logit) out.
class LatentNetwork : public Network {
 public:
  virtual torch::Tensor forward(torch::Tensor latent) = 0;
  torch::Tensor run(const NetworkInput& input) override;
};

// Throws Error(kFailed) unless image fits the traits: {N, in_channels, H, W} with sides it takes.
void check_image(const torch::Tensor& image, const NetworkTraits& traits, const char* network);
// Throws Error(kFailed) unless latent is {N, traits.latent}; codes written {N, latent, 1, 1}, as
// DCGAN's authors do, are taken too and returned as {N, latent}.
torch::Tensor check_latent(const torch::Tensor& latent, const NetworkTraits& traits,
                           const char* network);
// Weights {N, classes} of `type` from labels {N} int64 (one-hot) or from weights. Throws
// Error(kFailed) for another shape or a label outside 0..classes-1.
torch::Tensor label_weights(const torch::Tensor& label, int classes, at::ScalarType type,
                            const char* network);

// Values of [0, 1] in the network's range, and back; the input itself where they are the same.
torch::Tensor to_network_range(const torch::Tensor& picture, const NetworkTraits& traits);
torch::Tensor from_network_range(const torch::Tensor& picture, const NetworkTraits& traits);

// Gives weights of convolutions the NHWC memory layout, which both CPU and GPU prefer.
void to_channels_last(torch::nn::Module& module);

// Elements of all parameters; buffers do not count.
int64_t parameter_count(const torch::nn::Module& network);

}  // namespace gan
