// SPDX-License-Identifier: LGPL-2.1-or-later
// What all networks have in common, so that tables, checkpoints, tiles and tests can treat them
// alike. A network is a torch module whose parameter names equal those of the original
// implementation, where one exists.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <string>

#include "core/options.h"

namespace gan {

enum class Task {
  kImage,          // picture -> picture
  kImageLatent,    // picture and code -> picture
  kLatent,         // code -> picture
  kLatentLabel,    // code and class -> picture
  kAutoencoder,    // picture -> code -> picture: run() decodes the code, or else the picture's own
  kEncoder,        // picture(s) -> code
  kDiscriminator,  // picture(s), picture and class, or code -> logits of being real
  kFeatures,       // picture -> feature maps
};

inline constexpr int kGlobalRadius = -1;

struct NetworkTraits {
  int in_channels = 3;   // of the input picture; 0: it takes none
  int out_channels = 3;  // of the output picture; 0: it makes none
  int scale = 1;         // output side = scale * input side
  double low = 0;        // the values that black and white have in its pictures, in and out
  double high = 1;
  // An output pixel depends on input pixels at most this far away in either direction;
  // kGlobalRadius when it depends on all of them (instance norm, attention, deep U-Nets).
  int receptive_radius = 0;
  // Where not 0 the network looks at the whole picture, but what lies far away counts so little
  // that it may be run in tiles, on multiples of this (its windows): approximately.
  int tile_window = 0;
  int size_multiple = 1;  // input sides must be multiples of it
  // It takes other sides too, as the original does; its output is then larger than scale * input.
  bool takes_other_sizes = false;
  int min_side = 1;    // smallest input side
  int fixed_side = 0;  // the only input side there is, where not 0
  int latent = 0;      // length of the code, where the task has one
  int classes = 0;     // number of labels, where the task has them
  int out_width = 0;   // of the picture, where there is no input picture
  int out_height = 0;
};

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

// The side to which an input of `side` pixels must grow: a multiple of the network's, and no
// smaller than it takes.
int padded_side(int side, const NetworkTraits& traits);

// Values of [0, 1] in the network's range, and back; the input itself where they are the same.
torch::Tensor to_network_range(const torch::Tensor& picture, const NetworkTraits& traits);
torch::Tensor from_network_range(const torch::Tensor& picture, const NetworkTraits& traits);

// Gives weights of convolutions the NHWC memory layout, which both CPU and GPU prefer.
void to_channels_last(torch::nn::Module& module);

// Elements of all parameters; buffers do not count.
int64_t parameter_count(const torch::nn::Module& network);

}  // namespace gan
