// SPDX-License-Identifier: LGPL-2.1-or-later
// The engine's inner loops, compiled once for each instruction set (Google Highway).
//
// Values lie in memory as rows; a row holds, for each block of 16 channels, all its pixels one
// after another, 16 numbers each, in float or bf16. What the last block lacks of 16 channels is
// zero, and so are one pixel left of the frame and some right of it.
//
// Every convolution is three steps on a piece of the frame that fits a core's cache:
//   gather    input pixels -> `left`, matrices {tiles, channels}
//   multiply  left x right (the weights) -> `products`, matrices {tiles, 16 outputs}
//   finish    products -> output pixels: bias, activation, what is added
// By Winograd's F(m x m, 3 x 3) (Lavin and Gray 2016) a tile is m x m output pixels; gather and
// finish transform, and there are (m + 2)^2 matrices. For others a tile is a pixel and there is
// one matrix, in which stands what a pixel's taps see. Convolutions of the picture take their left
// matrix from its rows as they lie, convolutions to few channels skip the matrices (few_outputs),
// and passes the multiplication.
//
// All sums run in one order whatever the vectors' length, so that the sets of instructions that
// have fused multiply-add give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gan::conv {

inline constexpr int kBlock = 16;  // channels

enum class Storage : uint8_t { kFloat, kBf16 };
inline constexpr size_t bytes_of(Storage storage) { return storage == Storage::kFloat ? 4 : 2; }

// How a layer is computed.
enum class Method : uint8_t {
  kWinograd4,    // F(4x4, 3x3)
  kWinograd2,    // F(2x2, 3x3)
  kPoint,        // kernel 1
  kTaps,         // any other, directly
  kPictureRows,  // of the picture, directly
  kFewOutputs,   // to at most 4 channels, directly
  kPass,         // no convolution
};
// Output pixels of a tile along a side, input pixels that it reads along a side.
inline constexpr int tile_out(Method m) {
  return m == Method::kWinograd4 ? 4 : m == Method::kWinograd2 ? 2 : 1;
}
inline constexpr int tile_in(Method m) {
  return m == Method::kWinograd4 ? 6 : m == Method::kWinograd2 ? 4 : 1;
}
inline constexpr int matrices_of(Method m) { return tile_in(m) * tile_in(m); }
inline constexpr int kMostFewOutputs = 4;  // channels
inline constexpr int kMostAddends = 4;     // the gate among them
inline constexpr int kMostFewInputs = 8;   // values side by side
inline constexpr int kMostRows = 9;        // that a kernel reads

// A row of a value at some pixel; the same pixel of the next block lies `block` bytes on. Rows
// beyond the frame are one row of zeros with block = 0.
struct Row {
  const std::byte* pixels = nullptr;
  ptrdiff_t block = 0;
};

// `tiles` neighbours in a row of tiles, of one value.
struct Gather {
  Row rows[6];  // at the pixel that the layer sees at the first tile's first output pixel
  Storage storage;
  bool twice;  // the value is seen at twice its side
  int blocks, tiles;
  int step = 1;     // pixels from a tile of one pixel to the next
  std::byte* left;  // {matrix, block, tile, 16}, float, or bf16 where left_storage says so
  Storage left_storage;
  ptrdiff_t left_matrix, left_block;  // in numbers
};

// products[m][p][t][o] = sum over segments s and k < length of
// left[m * left_matrix + s * left_segment + t * left_tile + k] * right[m, p][s * length + k][o].
struct Multiply {
  const void* left;  // float, or bf16 for multiply_bf16, as `right`
  ptrdiff_t left_matrix, left_segment;
  int left_tile, length, segments, tiles, matrices, panels;
  const void* right;
  ptrdiff_t right_matrix, right_panel;
  float* products;
  ptrdiff_t product_matrix, product_panel;
};

struct Addend {
  const std::byte* rows[4];  // at the first tile's first pixel, of the block
  Storage storage;
  float scale;
};

// `tiles` neighbours in a row of tiles, of one block of output channels.
struct Finish {
  const float* products;  // {matrix, tile, 16}
  ptrdiff_t product_matrix;
  int tiles, rows,
      columns;  // rows and columns of pixels that the frame has, from the first tile on
  std::byte* out[4];
  Storage storage;
  const float* bias;    // {16}
  const float* slopes;  // {16}; ones where there is no activation
  // Whether there is any of what follows.
  bool more = false;
  const float *means = nullptr, *factors = nullptr;  // {16}: (product - mean) * factor + bias
  bool silu = false, tanh = false;                   // in the slopes' place
  bool gated = false;                                // the first addend is the gate
  int addend_count = 0;
  const Addend* addends = nullptr;
  float slope_after = 1;
  int out_step = 1;  // pixels from one to the next
};

// A row of pixels of inputs side by side.
struct FewOutputs {
  struct Input {
    Row rows[kMostRows];  // at the first pixel that the first one sees
    Storage storage;
    int blocks;
  };
  const Input* inputs;
  int kernel, input_count, pixels, outputs;
  const float* weights;  // {block of all inputs, kernel^2, outputs, 16}
  float* products;       // {pixel, 16}, zeros beyond `outputs`
};

// Of a row of pixels: the sums over it of (x - origin) and of its square.
struct RowSums {
  Row row;
  Storage storage;
  int blocks, pixels;
  const float* origins;   // {blocks * 16}
  float *sums, *squares;  // {blocks * 16}
};

struct Kernels {
  const char* name;  // of the instruction set, as Highway has it
  int panels;        // blocks of outputs that it takes at once
  void (*gather)(Method, const Gather&);
  void (*multiply)(const Multiply&);
  // With bf16 factors, right's as {pair of k, 16, 2}, length 16; null without such instructions.
  void (*multiply_bf16)(const Multiply&);
  void (*finish)(Method, const Finish&);
  void (*few_outputs)(const FewOutputs&);
  void (*row_sums)(const RowSums&);
};

// Of the best instruction set that this processor has.
const Kernels& kernels();

// All that this processor can run, best first: for tests and measurements.
std::vector<const Kernels*> all_kernels();

}  // namespace gan::conv
