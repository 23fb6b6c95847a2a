// SPDX-License-Identifier: LGPL-2.1-or-later
// The networks of recipe augcyclegan, by their roles in the run:
//   g, f        generators A -> B and B -> A;  optimizer g
//   e_b, e_a    encoders of codes;             optimizer e
//   d_b, d_a    judges of pictures;            optimizer d
//   d_zb, d_za  judges of codes;               optimizer dz
// With sides=one there is no e_a and no d_za, and f takes no code.
#pragma once

#include <optional>
#include <string>

#include "models/generators/augcyclegan.h"
#include "training/losses/augmented_cycle.h"
#include "training/losses/perceptual.h"
#include "training/recipes/translation.h"

namespace gan::training {

struct AugCycleGanRunOptions : TranslationOptions {
  AugCycleGanOptions network;
  std::string sides = "two";     // two | one
  std::string e_norm = "layer";  // layer | batch
  int e_features = 32, d_features = 64;
  int rounds = 2;
  double gan_weight = 1, code_gan_weight = 1, cycle_weight = 1, code_weight = 1, blur_weight = 1;
  std::string path = "step";  // step | stylegan2 | none
  double path_weight = 1;
  int path_every = 1;
  double mode_seeking_weight = 0;
  std::string mode_seeking = "picture";  // picture | detail
  double mode_seeking_enough = 0;        // of it, beyond which no more is asked for; 0: none
  std::string paired = "auto";           // auto | none | a folder
  double paired_weight = 1, paired_blur_weight = 0, perceptual_weight = 0;
  losses::FeatureOptions features_of{.vgg = "none"};

  AugCycleGanRunOptions();
  void visit(OptionVisitor& v) override;
  bool two_sided() const { return sides == "two"; }

 protected:
  void make_small() override;
};

void make_networks(RunState& state, const AugCycleGanRunOptions& options);

// What the supervised step compares beside pixels; none with perceptual_weight=0.
std::optional<losses::Perceptual> features_of_pairs(const AugCycleGanRunOptions& options,
                                                    torch::Device device);

enum class Direction { kFromA, kFromB };
// The state's networks as one way around needs them; they stay the state's.
losses::AugmentedWay way(RunState& state, Direction direction, bool two_sided);

// A generator on pictures in [0, 1], whatever its own range, in fp32; the code may be undefined.
torch::Tensor run_unit(Network& network, const torch::Tensor& picture, const torch::Tensor& code);

// How far one place of a generator's last feature maps stands out, as the blobs of instance norm do
// (Karras et al. 2020, section 2): the largest energy (sum of squares over the channels) of a pixel
// over the mean energy. 1: all alike.
double feature_peak(Network& network, const torch::Tensor& picture, const torch::Tensor& code);

}  // namespace gan::training
