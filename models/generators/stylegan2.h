// SPDX-License-Identifier: LGPL-2.1-or-later
// The generator of StyleGAN2 (Karras et al. 2020, arXiv:1912.04958) in the form of NVIDIA's ada
// implementation (skip architecture); parameters are named as there, so that its weights, saved as
// safetensors, play here.
#pragma once

#include "models/network.h"

namespace gan {

struct StyleGan2Options : Options {
  int latent = 512;             // 1..4096, length of z
  int classes = 0;              // 0..100000; 0: not conditional
  int style = 512;              // 1..4096, length of w
  int side = 256;               // 4..2048, a power of two
  int channels = 3;             // 1..4
  int mapping_layers = 8;       // 1..16
  int channel_base = 32768;     // 4..1048576: feature maps at side s are channel_base / s ...
  int features = 512;           // 1..2048: ... and at most so many
  std::string noise = "const";  // const | none
  double conv_clamp = 0;        // 0..65504: activations stay within +-conv_clamp; 0: no limit
  void visit(OptionVisitor& v) override;
};

// z {N, latent} -> w {N, number of layers, style} (section 4.1 of Karras et al. 2019).
class StyleGan2Mapping : public torch::nn::Module {
 public:
  StyleGan2Mapping(const StyleGan2Options& options, int layers_out);

  // truncation psi pulls the first `cutoff` layers' w (all when -1) towards the average:
  // w_avg + psi (w - w_avg). label: {N, classes} weights, undefined when not conditional.
  struct Truncation {
    double psi = 1;
    int cutoff = -1;
  };
  torch::Tensor forward(const torch::Tensor& latent, const torch::Tensor& label,
                        const Truncation& truncation);

 private:
  class Layer;
  int layers_out_;
  std::shared_ptr<Layer> embed_;
  std::vector<std::shared_ptr<Layer>> layers_;
  torch::Tensor w_avg_;  // {style}
};

class StyleGan2Block;

// {N, latent} ~ N(0, 1) and, when conditional, label {N} or {N, classes} -> {N, channels, side,
// side}, about [-1, 1], not clamped.
class StyleGan2 : public Network {
 public:
  using OptionsType = StyleGan2Options;
  explicit StyleGan2(const StyleGan2Options& options);
  NetworkTraits traits() const override;
  torch::Tensor run(const NetworkInput& input) override;

  torch::Tensor map(const NetworkInput& input);           // {N, layers, style}
  torch::Tensor synthesise(const torch::Tensor& styles);  // of map(), or mixed by the caller

 private:
  StyleGan2Options options_;
  std::shared_ptr<StyleGan2Mapping> mapping_;
  std::shared_ptr<torch::nn::Module> synthesis_;
  std::vector<std::shared_ptr<StyleGan2Block>> blocks_;
};

}  // namespace gan
