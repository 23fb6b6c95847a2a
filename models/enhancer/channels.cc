// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/channels.h"

#include "core/colour.h"
#include "core/error.h"
#include "models/frames/frame_tensor.h"

namespace gan {

Channels::Channels(const NetworkTraits& traits, const std::string& model)
    : count_(traits.in_channels) {
  check(traits.in_channels == traits.out_channels && (count_ == 1 || count_ == 3 || count_ == 4),
        ErrorKind::kWrongType, model, ": the network has ", traits.in_channels, " channels in and ",
        traits.out_channels, " out; frames want 1, 3 or 4, as many in as out");
}

void Channels::set_format(const FrameFormat& in) {
  const MatrixWeights matrix = weights(in.colorimetry.matrix);
  kr_ = matrix.kr;
  kb_ = matrix.kb;
  input_ = torch::Tensor();
}

torch::Tensor Channels::luma(const torch::Tensor& rgb) const {
  const auto plane = [&](int64_t channel) { return rgb.slice(1, channel, channel + 1); };
  return at::add(plane(0) * kr_ + plane(2) * kb_, plane(1), 1 - kr_ - kb_);
}

const torch::Tensor& Channels::to_network(const torch::Tensor& rgb, const Picture* alpha) {
  if (count_ == 3) return input_ = rgb;
  const Size size{static_cast<int>(rgb.size(3)), static_cast<int>(rgb.size(2))};
  if (!input_.defined()) input_ = empty_picture_tensor(size, count_);
  if (count_ == 1) {
    input_.copy_(luma(rgb));
    return input_;
  }
  input_.slice(1, 0, 3).copy_(rgb);
  const auto plane = input_.slice(1, 3, 4);
  if (!alpha) {
    plane.fill_(1);
    return input_;
  }
  // Beyond the frame, where the network wants more, the last row and column are repeated.
  const auto given = torch::from_blob(const_cast<float*>(alpha->values.data()),
                                      {1, 1, alpha->size.height, alpha->size.width});
  plane.copy_(at::replication_pad2d(
      given, {0, rgb.size(3) - given.size(3), 0, rgb.size(2) - given.size(2)}));
  return input_;
}

torch::Tensor Channels::to_rgb(const torch::Tensor& output, const torch::Tensor& plain) const {
  if (count_ == 3) return output;
  if (count_ == 4) return as_picture_tensor(output.slice(1, 0, 3));
  const auto mine = output.slice(2, 0, plain.size(2)).slice(3, 0, plain.size(3));
  return as_picture_tensor(plain + (mine - luma(plain)));
}

}  // namespace gan
