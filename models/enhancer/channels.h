// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames through networks of one and of four channels.
#pragma once

#include "core/engine.h"
#include "core/picture.h"
#include "models/network.h"

namespace gan {

// Note [Channels]: a network of one channel gets the luma of a frame in the stream's own matrix, of
// full range; colours are enlarged plainly. One of four gets the alpha of the frame beside its
// colours, 1 where it has none, and makes that of the result.
class Channels {
 public:
  // Throws Error(kWrongType) that begins with `model` unless there are 1, 3 or 4 channels, as many
  // in as out.
  Channels(const NetworkTraits& traits, const std::string& model);

  int count() const { return count_; }
  bool wants_plain() const { return count_ == 1; }
  bool makes_alpha() const { return count_ == 4; }
  void set_format(const FrameFormat& in);

  // rgb: a picture tensor. alpha: of the frame's size, or null. Returns a picture tensor of count()
  // channels, valid until the next call.
  const torch::Tensor& to_network(const torch::Tensor& rgb, const Picture* alpha);
  // output: the network's. plain: the frame enlarged plainly, a picture tensor of the output's size
  // or smaller, where wants_plain(). Returns RGB as a picture tensor.
  torch::Tensor to_rgb(const torch::Tensor& output, const torch::Tensor& plain) const;

 private:
  torch::Tensor luma(const torch::Tensor& rgb) const;
  int count_;
  double kr_ = 0, kb_ = 0;
  torch::Tensor input_;
};

}  // namespace gan
