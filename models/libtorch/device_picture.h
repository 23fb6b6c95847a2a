// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes of a frame on its device: the bytes that came up to those that go down.
#pragma once

#include <atomic>
#include <optional>

#include "models/libtorch/device_axis.h"
#include "models/libtorch/device_frames.h"
#include "models/libtorch/torch_network.h"

namespace gan {

class DevicePicture {
 public:
  // Of the options tile_size and tile_overlap count. The network outlives this. Throws
  // Error(kSettings, kWrongType).
  DevicePicture(TorchNetwork& network, const EnhancerOptions& options);

  // On the network's device, whichever it is now.
  void set_formats(const FrameFormat& in, const FrameFormat& out);
  const DeviceFrames& read() const { return formats_->read; }
  const DeviceFrames& write() const { return formats_->write; }

  // {read().bytes()} -> {write().bytes() + 1}; the last one is 0 where the network made a number
  // that is none. fp32: whatever the network's precision.
  torch::Tensor run(const torch::Tensor& bytes, const Look& look, bool fp32);

  void set_side(int side) { side_ = side; }  // largest of a tile's core; 0: the whole picture
  int side() const { return side_; }         // any thread
  uint64_t tiles() const { return tiles_; }  // any thread

 private:
  // Everything that belongs to frames of a size on a device.
  struct Formats {
    Formats(const FrameFormat& in, const FrameFormat& out, const NetworkTraits& traits,
            torch::Device device);
    DeviceFrames read, write;
    DeviceResizer plain, chroma;
    DeviceAxis pad_rows, pad_columns;
    Size padded;
    bool loses_chroma;
  };
  const NetworkTraits& traits() const { return network_.traits(); }
  int multiple() const;
  torch::Tensor luma(const torch::Tensor& rgb) const;
  torch::Tensor forward(const torch::Tensor& picture, const Look& look, bool fp32);
  torch::Tensor network_of(const torch::Tensor& picture, const Look& look, bool fp32);

  TorchNetwork& network_;
  const int overlap_;
  FrameFormat in_, out_;
  std::optional<Formats> formats_;
  std::atomic<int> side_;
  std::atomic<uint64_t> tiles_{0};
};

}  // namespace gan
