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

#include <functional>
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
  kTanh,
};

// What a convolution reads beyond the frame's edges.
enum class Padding { kZero, kReflect, kReplicate };
// Which of `count` rows or columns is seen at `at`, at most count - 1 beyond them; kZeros: none.
inline constexpr int kZeros = -1;
constexpr int place_of(int at, int count, Padding padding) {
  if (at >= 0 && at < count) return at;
  if (padding == Padding::kReflect) return at < 0 ? -at : 2 * (count - 1) - at;
  if (padding == Padding::kReplicate) return at < 0 ? 0 : count - 1;
  return kZeros;
}

// Result = value + scale * result.
struct Add {
  Value value = kNoValue;
  float scale = 1;
};

// A convolution, or a pass without one, and, in this order, what follows it.
struct Layer {
  std::vector<Value> inputs;  // all of one size; the picture stands alone
  int unshuffle = 1;          // the picture alone: its pixel-unshuffle (Shi et al. 2016) by this
  bool twice = false;  // enlarged to twice the side by nearest neighbour; not the picture, kernel 3
  // 1 or 3; of the picture, and to at most 4 channels, 5, 7 or 9. 0: a pass, whose result is its
  // one input, or four of as many channels as it has itself, interleaved to twice the side:
  // those of even rows and columns, of even rows and odd columns, and so on.
  int kernel = 3;
  int stride = 1;                    // or 2: of kernel 3, not of the picture
  Padding padding = Padding::kZero;  // zeros where twice; one for all that convolve a value
  int out_channels = 0;
  std::vector<float> weight;  // {out_channels, channels of all inputs, kernel, kernel}
  std::vector<float> bias;    // {out_channels}, or empty
  // Of a pass of one input: where not 0, each channel less its mean over the frame, divided by
  // sqrt(its biased variance + this), as instance norm has it (Ulyanov et al. 2016), times
  // `weight` {out_channels} where there is one.
  double normalise = 0;
  Activation activation = Activation::kNone;
  std::vector<float> slopes;  // one, or out_channels of them
  Value gate = kNoValue;      // result = (result + gate) * (sigmoid(result) - 1/2), as SPAN has it
  std::vector<Add> adds;      // at most 3, each of out_channels and of the result's size
  float slope_after = 1;      // of values below zero, after all that
  // The last layer alone:
  int shuffle = 1;  // pixel-shuffle: out_channels / shuffle^2 channels, so many times larger
  bool add_picture = false;  // adds the picture, enlarged by nearest neighbour to the result's size
};

// Whether a pass makes one value of four.
inline bool interleaves(const Layer& layer) {
  return layer.kernel == 0 && layer.inputs.size() == 4;
}

struct Plan {
  int in_channels = 3;
  // Layers see (picture - subtract) * multiply, what is added (add_picture) stays as it came.
  std::vector<float> subtract;  // of each channel, or empty: 0
  float multiply = 1;
  std::vector<Layer> layers;
  // The result is what the last layer makes times result_multiply plus result_add; the picture is
  // added to that.
  float result_multiply = 1, result_add = 0;
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

// The channels of a layer's inputs side by side (of a pass those of one), and its result's size
// before a shuffle. Throws as shapes() does.
Shape input_shape(const Layer& layer, const std::vector<Shape>& values);

// Frames must have sides that are multiples of this, for the sake of the smallest values.
int size_multiple(const Plan& plan);
int size_multiple(const std::vector<Shape>& values);

// How many of its picture's pixels away an output pixel can see; kWhole: all of them.
inline constexpr int kWhole = -1;
int reach(const Plan& plan);
// The same, where layer i sees as far as around(i), in pixels of what it convolves.
using Around = std::function<int(size_t layer)>;
int reach(const Plan& plan, const std::vector<Shape>& values, const Around& around);

// Multiplications and additions of the plain algorithm on a frame.
double flops(const Plan& plan, Size frame);

}  // namespace gan::conv
