// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/piece.h"

#include <algorithm>
#include <cstring>

#include "core/conv/left.h"

namespace gan::conv {
namespace {

// See left.cc for the odd line.
ptrdiff_t product_matrix(const Weights& w) { return (tiles_at_once(w) + 1) * kBlock; }
ptrdiff_t product_panel(const Weights& w) { return product_matrix(w) * matrices_of(w.method); }

// Which pixels of an area's rows are written.
struct Every {
  int first = 0, step = 1;
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
    switch (weights_.method) {
      case Method::kFewOutputs:
        few_outputs(area);
        finish(area, 0, products_);
        break;
      case Method::kPass: pass(area); break;
      default: matrices(area);
    }
    packed_.last ? write(area) : fill_margins(area);
  }

 private:
  void matrices(const Area& area) {
    Multiply m = make_left(frame_, packed_, area, scratch_.left);
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

  // Of a row of pixels, of those of four inputs in turn.
  void pass(const Area& area) {
    const int side = interleaves(layer_) ? 2 : 1;
    Area part = area;
    part.across = area.across / side;
    part.x_end = area.x + part.across;
    for (int i = 0; i < side; ++i) {
      const Value from = layer_.inputs[static_cast<size_t>(area.y % side * 2 + i)];
      const Line line = make_line(frame_, packed_, from, area.y / side, area.x / side, part.across,
                                  scratch_.left.data());
      for (int panel = 0; panel < weights_.panels; ++panel)
        finish(part, panel, line.pixels + panel * line.block, {.first = i, .step = side});
    }
  }

  // What is read beyond the left and the right edge, once the pixels are there that it repeats.
  void fill_margins(const Area& area) {
    const Buffer& buffer = (*frame_.buffers)[value()];
    const int width = buffer.size.width, margin = buffer.form.margin;
    if (buffer.form.padding == Padding::kZero) return;
    const auto bytes = static_cast<size_t>(buffer.pixel_bytes());
    for (int y = area.y; y < std::min(area.y_end, area.y + area.down * side_); ++y)
      for (int block = 0; block < buffer.blocks; ++block) {
        const auto fill = [&](int x) {
          std::memcpy(buffer.at(y, x, block),
                      buffer.at(y, place_of(x, width, buffer.form.padding), block), bytes);
        };
        for (int m = 1; m <= margin; ++m) {
          if (area.x == 0) fill(-m);
          if (area.x + area.across * side_ >= width) fill(width - 1 + m);
        }
      }
  }

  void few_outputs(const Area& area) {
    FewOutputs::Input inputs[kMostFewInputs] = {};
    const int pad = layer_.kernel / 2;
    FewOutputs f = {.inputs = inputs,
                    .kernel = layer_.kernel,
                    .pixels = area.across,
                    .outputs = layer_.out_channels,
                    .weights = reinterpret_cast<const float*>(weights_.right.data()),
                    .products = products_};
    for (const Value value : layer_.inputs) {
      FewOutputs::Input& input = inputs[f.input_count++];
      input.storage = (*frame_.buffers)[value].form.storage;
      input.blocks = (*frame_.buffers)[value].blocks;
      for (int i = 0; i < layer_.kernel; ++i)
        input.rows[i] = frame_.buffers->row(value, area.y + i - pad, area.x - pad);
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

  void finish(const Area& area, int panel, const float* products, const Every& every = {}) {
    Addend addends[kMostAddends] = {};
    Finish f = {};
    f.product_matrix = product_matrix(weights_);
    f.tiles = area.across;
    f.columns = area.x_end - area.x;
    f.storage = packed_.last ? Storage::kFloat : (*frame_.buffers)[value()].form.storage;
    f.bias = weights_.bias.data() + panel * kBlock;
    f.slopes = weights_.slopes.data() + panel * kBlock;
    if (layer_.normalise > 0) {
      const Normal& normal = frame_.normals[value() - 1];
      f.means = normal.means.data() + panel * kBlock;
      f.factors = normal.factors.data() + panel * kBlock;
    }
    f.silu = layer_.activation == Activation::kSilu;
    f.tanh = layer_.activation == Activation::kTanh;
    f.gated = layer_.gate != kNoValue;
    f.slope_after = layer_.slope_after;
    f.out_step = every.step;
    f.more = f.means || f.silu || f.tanh || f.gated || !layer_.adds.empty() || f.slope_after != 1 ||
             f.out_step != 1;
    f.addends = addends;
    for (int r = 0; r < area.down; ++r) {
      const int y = area.y + r * side_;
      f.products = products + r * area.across * kBlock;
      f.rows = std::min(side_, area.y_end - y);
      f.addend_count = 0;
      const auto add = [&](Value of, float scale) {
        Addend& addend = addends[f.addend_count++];
        addend.storage = (*frame_.buffers)[of].form.storage;
        addend.scale = scale;
        for (int i = 0; i < f.rows; ++i)
          addend.rows[i] = (*frame_.buffers)[of].at(y + i, area.x, panel);
      };
      if (f.gated) add(layer_.gate, 1);
      for (const Add& one : layer_.adds) add(one.value, one.scale);
      for (int i = 0; i < f.rows; ++i)
        f.out[i] = out_row(area, panel, y + i) +
                   every.first * static_cast<ptrdiff_t>(kBlock * bytes_of(f.storage));
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
                  .rows = frame_.result_rows,
                  .channels = layer_.out_channels / (layer_.shuffle * layer_.shuffle),
                  .shuffle = layer_.shuffle,
                  .multiply = frame_.result_multiply,
                  .add = frame_.result_add,
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
  grow_to(left, left_size(packed));
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
  const bool by_row = w.method != Method::kWinograd4 && w.method != Method::kWinograd2 &&
                      w.method != Method::kPoint;
  const int rows = by_row ? 1 : std::min(down, tiles_at_once(w) / tiles);
  for (int r = 0; r < down; r += rows)
    for (int t = 0; t < across; t += tiles)
      piece.run({task.y + r * side, task.x + t * side, task.y_end,
                 std::min(task.x_end, task.x + (t + tiles) * side), std::min(rows, down - r),
                 std::min(tiles, across - t)});
}

}  // namespace gan::conv
