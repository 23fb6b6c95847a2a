// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of codes as a device draws them best: many at once, those of frames to come among them.
#pragma once

#include <torch/torch.h>

#include <atomic>
#include <functional>
#include <span>
#include <vector>

#include "core/engine.h"

namespace gan {

class PictureBatch {
 public:
  // {points, C, H, W}
  using Draw = std::function<torch::Tensor(std::span<const LatentPoint> points, double truncation)>;
  // most: pictures that are drawn at once.
  PictureBatch(Draw draw, int most) : draw_(std::move(draw)), most_(most) {}

  // {1, C, H, W} each, in the order of the points; none when interrupted. Where memory runs out,
  // fewer at once from then on; throws what `draw` throws.
  std::vector<torch::Tensor> pictures(std::span<const LatentPoint> points, double truncation);

  // Pictures that will probably be asked for, drawn where a batch has places for them. All are
  // forgotten when another one is asked for.
  void foresee(std::span<const LatentPoint> points, double truncation);

  void interrupt(bool interrupted) { interrupted_ = interrupted; }  // any thread
  int most() const { return most_; }

 private:
  struct Picture {
    LatentPoint point;
    double truncation;
    torch::Tensor made;  // undefined: not yet
  };
  Picture* find(const LatentPoint& point, double truncation);
  void draw(std::span<Picture> pictures);

  Draw draw_;
  int most_;
  std::vector<Picture> known_;  // in the order in which they are wanted
  std::atomic<bool> interrupted_{false};
};

}  // namespace gan
