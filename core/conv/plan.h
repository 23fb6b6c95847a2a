// SPDX-License-Identifier: LGPL-2.1-or-later
// A convolutional network as data: what the engine of core/conv runs.
//
// A plan is a list of layers, in the order in which they run. Each makes one value, a stack of
// channels as large as the frame, or as a fixed multiple or fraction of it; the last one makes the
// picture that comes out. A layer reads values side by side, channel after channel, so that a dense
// block needs no concatenation: it names what it reads.
//
// Two executors run plans: run_simple (simple.h), plain loops and the judge of the other, and
// Executor (executor.h), which is fast.
#pragma once

#include <vector>

#include "core/frame.h"

namespace gan::conv {

// 0 is the picture that came in; i + 1 is what layer i made.
using Value = int;
inline constexpr Value kPicture = 0;
inline constexpr Value kNoValue = -1;

enum class Activation {
  kNone,
  kSlope,  // values below zero times `slopes`: ReLU (0), LeakyReLU, PReLU (a slope a channel)
  kSilu,   // x * sigmoid(x)
};

// Result = value + scale * result.
struct Add {
  Value value = kNoValue;
  float scale = 1;
};

// A convolution of stride 1 and, in this order, what follows it. Beyond the frame's edges every
// layer reads zeros.
struct Layer {
  std::vector<Value> inputs;  // all of one size; the picture stands alone
  int unshuffle = 1;          // the picture alone: its pixel-unshuffle (Shi et al. 2016) by this
  bool twice = false;  // enlarged to twice the side by nearest neighbour; not the picture, kernel 3
  int kernel = 3;      // 3 or 1
  int out_channels = 0;
  std::vector<float> weight;  // {out_channels, channels of all inputs, kernel, kernel}
  std::vector<float> bias;    // {out_channels}, or empty
  Activation activation = Activation::kNone;
  std::vector<float> slopes;  // one, or out_channels of them
  Value gate = kNoValue;      // result = (result + gate) * (sigmoid(result) - 1/2), as SPAN has it
  std::vector<Add> adds;      // at most 3, each of out_channels and of the result's size
  // The last layer alone:
  int shuffle = 1;  // pixel-shuffle: out_channels / shuffle^2 channels, so many times larger
  bool add_picture = false;  // adds the picture, enlarged by nearest neighbour to the result's size
};

struct Plan {
  int in_channels = 3;
  // Layers see (picture - subtract) * multiply, what is added (add_picture) stays as it came.
  std::vector<float> subtract;  // of each channel, or empty: 0
  float multiply = 1;
  std::vector<Layer> layers;
};

// A value's channels, and its side as up / down of the frame's.
struct Shape {
  int channels = 0, up = 1, down = 1;
  bool operator==(const Shape&) const = default;
  Size of(Size frame) const { return {frame.width * up / down, frame.height * up / down}; }
};

// The shape of every value, the picture's first, the result's (after its shuffle) last. Throws
// Error(kFailed) where the plan breaks a rule above: what is returned can be run.
std::vector<Shape> shapes(const Plan& plan);

// What a layer convolves: the channels of its inputs side by side, and their size, which is its
// result's before a shuffle. Throws as shapes() does.
Shape input_shape(const Layer& layer, const std::vector<Shape>& values);

// Frames must have sides that are multiples of this: the largest unshuffle.
int size_multiple(const Plan& plan);

// How many of its picture's pixels away an output pixel can see.
int reach(const Plan& plan);

// Multiplications and additions of the plain algorithm on a frame.
double flops(const Plan& plan, Size frame);

}  // namespace gan::conv
