// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/left.h"

#include <algorithm>

namespace gan::conv {
namespace {

constexpr int kLeftBytes = 256 << 10;  // leaves half of an L2 cache to the weights
constexpr int kFewestTiles = 12, kMostTiles = 48;
constexpr int kPixelsAtOnce = 96;  // of a row, where a tile is a pixel

// Matrices lie an odd number of cache lines apart, so that a tile's numbers fall into different
// sets of the cache.
ptrdiff_t left_matrix(const Weights& w) { return (w.segments * tiles_at_once(w) + 1) * kBlock; }

class Left {
 public:
  Left(const FrameWork& frame, const PackedLayer& packed, std::byte* memory)
      : frame_(frame), layer_(packed.layer), weights_(packed.weights), memory_(memory) {
    gather_.left_storage = weights_.factors;
    gather_.left_block = tiles_at_once(weights_) * kBlock;
    gather_.left_matrix = left_matrix(weights_);
  }

  Multiply of_tiles(const Area& area) {
    const int n = tile_in(weights_.method), pad = layer_.kernel / 2, up = layer_.twice ? 2 : 1;
    gather_.tiles = area.across;
    gather_.twice = layer_.twice;
    // The value's row that the layer sees as row y, from -1 on.
    const auto source = [up](int y) { return (y + up) / up - 1; };
    for (int r = 0; r < area.down; ++r) {
      const int y = area.y + r * tile_out(weights_.method) - pad;
      gather_.left = memory_ + r * area.across * kBlock * number_bytes();
      for (const Value value : layer_.inputs) {
        for (int i = 0; i < n; ++i)
          gather_.rows[i] = frame_.buffers->row(value, source(y + i), area.x / up);
        gather(weights_.method, value);
      }
    }
    return matrices();
  }

  // A tap's blocks follow those of the tap before.
  Multiply of_taps(const Area& area) {
    const int pad = layer_.kernel / 2, stride = layer_.stride;
    gather_.tiles = area.across;
    gather_.step = stride;
    gather_.left = memory_;
    for (int i = 0; i < layer_.kernel; ++i)
      for (int j = 0; j < layer_.kernel; ++j)
        for (const Value value : layer_.inputs) {
          gather_.rows[0] =
              frame_.buffers->row(value, area.y * stride + i - pad, area.x * stride + j - pad);
          gather(Method::kPoint, value);
        }
    return matrices();
  }

  Multiply of_picture(const Area& area) {
    const int pad = layer_.kernel / 2, unshuffle = layer_.unshuffle;
    const Picture picture = {
        .planes = frame_.picture,
        .channels = frame_.picture_channels,
        .unshuffle = unshuffle,
        .size = {frame_.frame.width / unshuffle, frame_.frame.height / unshuffle},
        .subtract = frame_.subtract,
        .multiply = frame_.multiply,
        .padding = layer_.padding};
    const int channels = picture.channels * unshuffle * unshuffle;
    const Size around = {area.across + 2 * pad, layer_.kernel};
    auto* rows = reinterpret_cast<float*>(memory_);
    read_picture(picture, area.y - pad, area.x - pad, around, rows);
    return {.left = rows, .left_segment = around.width * channels, .left_tile = channels};
  }

  Line line(Value value, int y, int x, int count) {
    gather_.tiles = count;
    gather_.left = memory_;
    gather_.rows[0] = frame_.buffers->row(value, y, x);
    gather(Method::kPoint, value);
    return {reinterpret_cast<const float*>(memory_), gather_.left_block};
  }

 private:
  ptrdiff_t number_bytes() const { return static_cast<ptrdiff_t>(bytes_of(weights_.factors)); }

  // From gather_.rows; what the next value gives follows.
  void gather(Method method, Value value) {
    const Buffer& buffer = (*frame_.buffers)[value];
    gather_.storage = buffer.form.storage;
    gather_.blocks = buffer.blocks;
    frame_.kernels->gather(method, gather_);
    gather_.left += buffer.blocks * gather_.left_block * number_bytes();
  }

  Multiply matrices() const {
    return {.left = memory_,
            .left_matrix = gather_.left_matrix,
            .left_segment = gather_.left_block,
            .left_tile = kBlock};
  }

  const FrameWork& frame_;
  const Layer& layer_;
  const Weights& weights_;
  std::byte* const memory_;
  Gather gather_ = {};
};

}  // namespace

int tiles_at_once(const Weights& weights) {
  const int matrices = matrices_of(weights.method);
  const int tile = matrices * std::max(weights.segments, 1) * kBlock * 4;
  return std::clamp(kLeftBytes / tile / kFewestTiles * kFewestTiles, kFewestTiles,
                    matrices == 1 ? kPixelsAtOnce : kMostTiles);
}

ptrdiff_t left_size(const PackedLayer& packed) {
  const Weights& w = packed.weights;
  if (w.method == Method::kPictureRows)
    return ptrdiff_t{tiles_at_once(w) + packed.layer.kernel} * w.length * w.segments;
  return left_matrix(w) * matrices_of(w.method);
}

Multiply make_left(const FrameWork& frame, const PackedLayer& packed, const Area& area,
                   Memory& memory) {
  Left left(frame, packed, memory.data());
  switch (packed.weights.method) {
    case Method::kPictureRows: return left.of_picture(area);
    case Method::kTaps: return left.of_taps(area);
    default: return left.of_tiles(area);
  }
}

Line make_line(const FrameWork& frame, const PackedLayer& packed, Value value, int y, int x,
               int count, std::byte* memory) {
  return Left(frame, packed, memory).line(value, y, x, count);
}

}  // namespace gan::conv
