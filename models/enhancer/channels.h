// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames through networks of one and of four channels.
#pragma once

#include <string>

#include "core/engine.h"
#include "core/picture.h"
#include "models/traits.h"

namespace gan {

// Note [Channels]: a network of one channel gets the luma of a frame in the stream's own matrix, of
// full range; colours are enlarged plainly. One of four gets the alpha of the frame beside its
// colours, 1 where it has none, and makes that of the result.
// Throws Error(kWrongType) that begins with `model` unless there are 1, 3 or 4 channels, as many in
// as out.
void check_channels(const NetworkTraits& traits, const std::string& model);

class Channels {
 public:
  // Throws as check_channels() does.
  Channels(const NetworkTraits& traits, const std::string& model);

  int count() const { return count_; }
  bool wants_plain() const { return count_ == 1; }
  bool makes_alpha() const { return count_ == 4; }
  void set_format(const FrameFormat& in);

  // rgb: a picture. alpha: of the frame's size, which is no larger, or null. Returns a picture of
  // count() channels, valid until the next call.
  PictureView to_network(const PictureView& rgb, const Picture* alpha);
  // output: the network's. plain: the frame enlarged plainly, of the output's size or smaller,
  // where wants_plain(). Returns RGB, valid until the next call.
  PictureView to_rgb(const PictureView& output, const PictureView& plain);

 private:
  float luma(const float* rgb) const { return kr_ * rgb[0] + kg_ * rgb[1] + kb_ * rgb[2]; }
  int count_;
  float kr_ = 0, kg_ = 0, kb_ = 0;
  Picture input_, output_;
};

}  // namespace gan
