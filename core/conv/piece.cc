// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/piece.h"

#include <algorithm>

namespace gan::conv {
namespace {

constexpr int kLeftBytes = 256 << 10;  // leaves half of an L2 cache to the weights
constexpr int kFewestTiles = 12, kMostTiles = 48;
constexpr int kPixelsAtOnce = 96;  // of a row, where a tile is a pixel

// Tiles that a thread works on at once.
int tiles_at_once(const Weights& weights) {
  const int matrices = matrices_of(weights.method);
  if (matrices == 1) return kPixelsAtOnce;
  const int tile = matrices * weights.input_blocks * kBlock * 4;
  return std::clamp(kLeftBytes / tile / kFewestTiles * kFewestTiles, kFewestTiles, kMostTiles);
}

// Matrices lie an odd number of cache lines apart, so that a tile's numbers fall into different
// sets of the cache.
ptrdiff_t left_matrix(const Weights& w) { return (w.input_blocks * tiles_at_once(w) + 1) * kBlock; }
ptrdiff_t product_matrix(const Weights& w) { return (tiles_at_once(w) + 1) * kBlock; }
ptrdiff_t product_panel(const Weights& w) { return product_matrix(w) * matrices_of(w.method); }

// Rows of tiles down and tiles across from pixel (y, x) on; the layer's pixels end at y_end, x_end.
struct Area {
  int y, x, y_end, x_end, down, across;
};

class Piece {
 public:
  Piece(const FrameWork& frame, const PackedLayer& packed, Scratch& scratch)
      : frame_(frame),
        packed_(packed),
        layer_(packed.layer),
        weights_(packed.weights),
        side_(tile_out(weights_.method)),
        scratch_(scratch),
        products_(reinterpret_cast<float*>(scratch.products.data())) {}

  void run(const Area& area) {
    if (weights_.method == Method::kFewOutputs) {
      few_outputs(area);
      finish(area, 0, products_);
    } else {
      matrices(area);
    }
    if (packed_.last) write(area);
  }

 private:
  void matrices(const Area& area) {
    Multiply m = weights_.method == Method::kPictureRows ? left_of_picture(area) : left(area);
    m.length = weights_.length;
    m.segments = weights_.segments;
    m.tiles = area.down * area.across;
    m.matrices = matrices_of(weights_.method);
    m.right_matrix = weights_.matrix_size();
    m.right_panel = weights_.panel_size();
    m.products = products_;
    m.product_matrix = product_matrix(weights_);
    m.product_panel = product_panel(weights_);
    const bool bf16 = weights_.factors == Storage::kBf16;
    const auto number = static_cast<ptrdiff_t>(bytes_of(weights_.factors));
    for (int panel = 0; panel < weights_.panels; panel += m.panels) {
      m.panels = std::min(frame_.kernels->panels, weights_.panels - panel);
      m.right = weights_.right.data() + panel * m.right_panel * number;
      bf16 ? frame_.kernels->multiply_bf16(m) : frame_.kernels->multiply(m);
      for (int p = 0; p < m.panels; ++p) finish(area, panel + p, products_ + p * m.product_panel);
    }
  }

  Multiply left(const Area& area) {
    const int n = tile_in(weights_.method), pad = layer_.kernel / 2, up = layer_.twice ? 2 : 1;
    const auto number = static_cast<ptrdiff_t>(bytes_of(weights_.factors));
    Gather g = {};
    g.left_storage = weights_.factors;
    g.left_block = tiles_at_once(weights_) * kBlock;
    g.left_matrix = left_matrix(weights_);
    g.tiles = area.across;
    g.twice = layer_.twice;
    // The value's row that the layer sees as row y, from -1 on.
    const auto source = [up](int y) { return (y + up) / up - 1; };
    for (int r = 0; r < area.down; ++r) {
      std::byte* to = scratch_.left.data() + r * area.across * kBlock * number;
      for (const Value value : layer_.inputs) {
        const Buffer& buffer = (*frame_.buffers)[value];
        g.storage = buffer.storage;
        g.blocks = buffer.blocks;
        for (int i = 0; i < n; ++i)
          g.rows[i] = frame_.buffers->row(value, source(area.y + r * side_ + i - pad), area.x / up);
        g.left = to;
        frame_.kernels->gather(weights_.method, g);
        to += buffer.blocks * g.left_block * number;
      }
    }
    return {.left = scratch_.left.data(),
            .left_matrix = g.left_matrix,
            .left_segment = g.left_block,
            .left_tile = kBlock};
  }

  Multiply left_of_picture(const Area& area) {
    const int pad = layer_.kernel / 2;
    const int unshuffle = layer_.unshuffle;
    const Picture picture = {
        frame_.picture,  frame_.picture_channels,
        unshuffle,       {frame_.frame.width / unshuffle, frame_.frame.height / unshuffle},
        frame_.subtract, frame_.multiply};
    const int channels = picture.channels * picture.unshuffle * picture.unshuffle;
    const Size around = {area.across + 2 * pad, layer_.kernel};
    auto* rows = reinterpret_cast<float*>(scratch_.left.data());
    read_picture(picture, area.y - pad, area.x - pad, around, rows);
    return {.left = rows, .left_segment = around.width * channels, .left_tile = channels};
  }

  void few_outputs(const Area& area) {
    FewOutputs::Input inputs[kMostFewInputs] = {};
    FewOutputs f = {.inputs = inputs,
                    .pixels = area.across,
                    .outputs = layer_.out_channels,
                    .weights = reinterpret_cast<const float*>(weights_.right.data()),
                    .products = products_};
    for (const Value value : layer_.inputs) {
      FewOutputs::Input& input = inputs[f.input_count++];
      input.storage = (*frame_.buffers)[value].storage;
      input.blocks = (*frame_.buffers)[value].blocks;
      for (int i = 0; i < 3; ++i)
        input.rows[i] = frame_.buffers->row(value, area.y + i - 1, area.x - 1);
    }
    frame_.kernels->few_outputs(f);
  }

  // Where row y of block `panel` goes.
  std::byte* out_row(const Area& area, int panel, int y) {
    if (!packed_.last) return (*frame_.buffers)[value()].at(y, area.x, panel);
    return scratch_.pixels.data() +
           (panel * pixel_panel(area) + (y - area.y) * pixel_row(area)) * ptrdiff_t{sizeof(float)};
  }
  ptrdiff_t pixel_row(const Area& area) const { return ptrdiff_t{area.across} * side_ * kBlock; }
  ptrdiff_t pixel_panel(const Area& area) const { return pixel_row(area) * side_ * area.down; }
  Value value() const { return packed_.value; }

  void finish(const Area& area, int panel, const float* products) {
    Addend addends[kMostAddends] = {};
    Finish f = {};
    f.product_matrix = product_matrix(weights_);
    f.tiles = area.across;
    f.columns = area.x_end - area.x;
    f.storage = packed_.last ? Storage::kFloat : (*frame_.buffers)[value()].storage;
    f.bias = weights_.bias.data() + panel * kBlock;
    f.slopes = weights_.slopes.data() + panel * kBlock;
    f.silu = layer_.activation == Activation::kSilu;
    f.gated = layer_.gate != kNoValue;
    f.addends = addends;
    for (int r = 0; r < area.down; ++r) {
      const int y = area.y + r * side_;
      f.products = products + r * area.across * kBlock;
      f.rows = std::min(side_, area.y_end - y);
      f.addend_count = 0;
      const auto add = [&](Value of, float scale) {
        Addend& addend = addends[f.addend_count++];
        addend.storage = (*frame_.buffers)[of].storage;
        addend.scale = scale;
        for (int i = 0; i < f.rows; ++i)
          addend.rows[i] = (*frame_.buffers)[of].at(y + i, area.x, panel);
      };
      if (f.gated) add(layer_.gate, 1);
      for (const Add& one : layer_.adds) add(one.value, one.scale);
      for (int i = 0; i < f.rows; ++i) f.out[i] = out_row(area, panel, y + i);
      frame_.kernels->finish(weights_.method, f);
    }
  }

  void write(const Area& area) {
    const Pixels pixels = {
        .data = reinterpret_cast<const float*>(scratch_.pixels.data()),
        .panel = pixel_panel(area),
        .row = pixel_row(area),
        .size = {area.x_end - area.x, std::min(area.y_end - area.y, area.down * side_)}};
    if (!all_finite(pixels, weights_.panels))
      frame_.finite->store(false, std::memory_order_relaxed);
    write_result(pixels, area.y, area.x,
                 {.planes = frame_.result,
                  .channels = layer_.out_channels / (layer_.shuffle * layer_.shuffle),
                  .shuffle = layer_.shuffle,
                  .picture = layer_.add_picture ? frame_.picture : PlanesView{},
                  .picture_channels = frame_.picture_channels,
                  .scale = frame_.scale});
  }

  const FrameWork& frame_;
  const PackedLayer& packed_;
  const Layer& layer_;
  const Weights& weights_;
  const int side_;
  Scratch& scratch_;
  float* const products_;
};

void grow_to(Memory& memory, ptrdiff_t floats) {
  const size_t bytes = static_cast<size_t>(floats) * sizeof(float);
  if (memory.size() < bytes) memory = Memory(bytes);
}

}  // namespace

void Scratch::grow(const PackedLayer& packed, const FrameWork& frame) {
  const Weights& w = packed.weights;
  const int side = tile_out(w.method);
  const ptrdiff_t tiles = tiles_at_once(w);
  if (w.method == Method::kPictureRows)
    grow_to(left, (tiles + packed.layer.kernel) * w.length * w.segments);
  else
    grow_to(left, left_matrix(w) * matrices_of(w.method));
  grow_to(products, product_panel(w) * frame.kernels->panels);
  if (packed.last) grow_to(pixels, ptrdiff_t{w.panels} * tiles * side * side * kBlock);
}

void run_piece(const FrameWork& frame, const PackedLayer& packed, const Task& task,
               Scratch& scratch) {
  Piece piece(frame, packed, scratch);
  const Weights& w = packed.weights;
  const int side = tile_out(w.method);
  const int across = (task.x_end - task.x + side - 1) / side;
  const int down = (task.y_end - task.y + side - 1) / side;
  const int tiles = std::min(across, tiles_at_once(w));
  // Without tiles of some kind, rows go one by one.
  const bool by_row = w.method == Method::kPictureRows || w.method == Method::kFewOutputs;
  const int rows = by_row ? 1 : std::min(down, tiles_at_once(w) / tiles);
  for (int r = 0; r < down; r += rows)
    for (int t = 0; t < across; t += tiles)
      piece.run({task.y + r * side, task.x + t * side, task.y_end,
                 std::min(task.x_end, task.x + (t + tiles) * side), std::min(rows, down - r),
                 std::min(tiles, across - t)});
}

}  // namespace gan::conv
