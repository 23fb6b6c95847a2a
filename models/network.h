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
  kEncoder,        // picture(s) -> code
  kDiscriminator,  // picture(s) or code -> realness
  kFeatures,       // picture -> feature maps
};

inline constexpr int kGlobalRadius = -1;

struct NetworkTraits {
  int in_channels = 3;
  int out_channels = 3;
  int scale = 1;   // output side = scale * input side
  double low = 0;  // the values that black and white have in its pictures, in and out
  double high = 1;
  // An output pixel depends on input pixels at most this far away in either direction;
  // kGlobalRadius when it depends on all of them (instance norm, attention, deep U-Nets).
  int receptive_radius = 0;
  int size_multiple = 1;  // input sides must be multiples of it
  int latent = 0;         // length of the code, where the task has one
  int classes = 0;        // number of labels, where the task has them
  int out_width = 0;      // of the picture, where there is no input picture
  int out_height = 0;
};

struct NetworkInput {
  torch::Tensor image;   // {N, in_channels, H, W}, values in [low, high]
  torch::Tensor latent;  // {N, latent}
  torch::Tensor label;   // {N} int64, or {N, classes} float weights that sum to 1
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

// Throws Error(kFailed) unless image is {N, channels, H, W} with sides that are multiples.
void check_image(const torch::Tensor& image, int channels, int multiple, const char* network);

// Elements of all parameters; buffers do not count.
int64_t parameter_count(const torch::nn::Module& network);

}  // namespace gan
