// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/channels.h"

#include <algorithm>

#include "core/colour.h"
#include "core/error.h"

namespace gan {
void check_channels(const NetworkTraits& traits, const std::string& model) {
  const int count = traits.in_channels;
  check(count == traits.out_channels && (count == 1 || count == 3 || count == 4),
        ErrorKind::kWrongType, model, ": the network has ", count, " channels in and ",
        traits.out_channels, " out; frames want 1, 3 or 4, as many in as out");
}

Channels::Channels(const NetworkTraits& traits, const std::string& model)
    : count_(traits.in_channels) {
  check_channels(traits, model);
}

void Channels::set_format(const FrameFormat& in) {
  const MatrixWeights matrix = weights(in.colorimetry.matrix);
  kr_ = static_cast<float>(matrix.kr);
  kb_ = static_cast<float>(matrix.kb);
  kg_ = static_cast<float>(1 - matrix.kr - matrix.kb);
}

PictureView Channels::to_network(const PictureView& rgb, const Picture* alpha) {
  if (count_ == 3) return rgb;
  resize_to(input_, rgb.size, count_);
  for (int y = 0; y < rgb.size.height; ++y) {
    const float* in = rgb.row(y);
    float* out = input_.span().row(y);
    // Beyond the frame, where the network wants more, its last row and column are repeated.
    const float* const opacity =
        alpha ? alpha->view().row(std::min(y, alpha->size.height - 1)) : nullptr;
    for (int x = 0; x < rgb.size.width; ++x, in += 3, out += count_) {
      if (count_ == 1) {
        *out = luma(in);
      } else {
        std::copy_n(in, 3, out);
        out[3] = opacity ? opacity[std::min(x, alpha->size.width - 1)] : 1;
      }
    }
  }
  return input_.view();
}

PictureView Channels::to_rgb(const PictureView& output, const PictureView& plain) {
  if (count_ == 3) return output;
  const Size size = count_ == 1 ? plain.size : output.size;
  resize_to(output_, size, 3);
  for (int y = 0; y < size.height; ++y) {
    const float* in = output.row(y);
    float* out = output_.span().row(y);
    for (int x = 0; x < size.width; ++x, in += count_, out += 3) {
      if (count_ == 4) {
        std::copy_n(in, 3, out);
        continue;
      }
      const float* const colour = plain.at(x, y);
      const float more = *in - luma(colour);
      for (int c = 0; c < 3; ++c) out[c] = colour[c] + more;
    }
  }
  return output_.view();
}

}  // namespace gan
