// SPDX-License-Identifier: LGPL-2.1-or-later
// What is known of a network without it: what it makes of what, and how far it sees.
#pragma once

#include <algorithm>

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

// Of the option `residual`.
inline constexpr const char* kResidualHelp = "the input plus what the network adds, at first 0";

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

// The side to which an input of `side` pixels must grow: a multiple of the network's, and no
// smaller than it takes.
inline int padded_side(int side, const NetworkTraits& traits) {
  const int multiple = traits.size_multiple;
  return (std::max(side, traits.min_side) + multiple - 1) / multiple * multiple;
}

}  // namespace gan
