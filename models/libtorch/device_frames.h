// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames on a device: the bytes of their planes <-> RGB, by LibTorch's operators. What core's
// frame_rows.h does on the host, within one code value of it, since sums run in another order.
#pragma once

#include <torch/torch.h>

#include <array>

#include "core/engine.h"
#include "models/libtorch/device_axis.h"

namespace gan {

// Frames of one format lie there as rows of bytes without gaps, plane after plane.
class DeviceFrames {
 public:
  DeviceFrames(const FrameFormat& format, torch::Device device);

  int64_t bytes() const { return bytes_; }  // of a frame
  // Between a mapped frame and such bytes in host memory.
  void gather(const FrameView& frame, uint8_t* bytes) const;
  void scatter(const uint8_t* bytes, const FrameSpan& frame) const;
  // The same on a device, where the bytes are a tensor, on it or elsewhere.
  void gather(const FrameView& frame, torch::Device device, const torch::Tensor& bytes) const;
  void scatter(const torch::Tensor& bytes, const FrameSpan& frame, torch::Device device) const;
  FrameView view(const uint8_t* bytes) const;  // of such bytes as a frame
  bool lies_so(const FrameSpan& frame) const;  // its planes are such bytes themselves

  // bytes: {bytes()} uint8. {1, 3, H, W} of R'G'B' with black 0 and white 1; float.
  torch::Tensor to_rgb(const torch::Tensor& bytes) const;
  // {1, 1, H, W} in [0, 1], of formats with alpha.
  torch::Tensor alpha(const torch::Tensor& bytes) const;
  // {1, 2, h, w}: Cb and Cr centred on 0, less what comes back of them from full size, of YUV whose
  // chroma is smaller than the frame (see core/chroma.h).
  torch::Tensor chroma_loss(const torch::Tensor& bytes) const;

  // The bytes of a frame, rounded and clamped as RowWriter has it. chroma: added to Cb and Cr;
  // alpha: {1, 1, H, W}; either may be undefined (alpha then is opaque).
  torch::Tensor to_bytes(const torch::Tensor& rgb, const torch::Tensor& chroma,
                         const torch::Tensor& alpha) const;

 private:
  struct Plane {
    int64_t begin = 0, row_bytes = 0, rows = 0;
  };
  torch::Tensor plane_of(const torch::Tensor& bytes, int plane) const;
  torch::Tensor plane_at(const uint8_t* data, ptrdiff_t stride, int plane,
                         torch::Device device) const;
  torch::Tensor up(const torch::Tensor& chroma) const;
  torch::Tensor down(const torch::Tensor& wide) const;
  torch::Tensor samples(const torch::Tensor& bytes, const Component& component) const;
  torch::Tensor component(const torch::Tensor& bytes, int index) const;
  torch::Tensor codes(const torch::Tensor& values, int index) const;
  torch::Tensor packed(const torch::Tensor& samples) const;

  FrameFormat format_;
  const FormatInfo& info_;
  Size chroma_;
  std::array<Plane, 4> planes_;
  int64_t bytes_ = 0;
  DeviceAxis up_x_, up_y_, down_x_, down_y_;
};

}  // namespace gan
