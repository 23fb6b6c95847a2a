// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes of a frame on its device: the bytes that came up to those that go down.
#pragma once

#include <atomic>
#include <optional>

#include "models/enhancer/tile_rules.h"
#include "models/libtorch/device_axis.h"
#include "models/libtorch/device_frames.h"
#include "models/libtorch/device_graph.h"
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

  // {read().bytes()} -> {write().bytes() + 1}, valid until the next call; the last one is 0 where
  // the network made a number that is none. fp32: whatever the network's precision. lane: the one
  // in use.
  torch::Tensor run(const torch::Tensor& bytes, const Look& look, bool fp32, const Lane& lane);

  void set_side(int side);  // largest of a tile's core; 0: the whole picture
  // So that what is foretold stays within as many bytes, as far as tiles and the side that is set
  // allow.
  void choose_side(double bytes);
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
  torch::Tensor compute(const torch::Tensor& bytes, const Look& look, bool fp32);
  bool record(const torch::Tensor& bytes, const Look& look, const Lane& lane);
  void forget_graph();
  TileLayout layout() const;
  int64_t most_at_once(Size tile, int64_t there_are) const;
  torch::Tensor luma(const torch::Tensor& rgb) const;
  torch::Tensor forward(const torch::Tensor& picture, const Look& look, bool fp32);
  torch::Tensor network_of(const torch::Tensor& picture, const Look& look, bool fp32);

  TorchNetwork& network_;
  const int overlap_;
  FrameFormat in_, out_;
  std::optional<Formats> formats_;
  std::atomic<int> side_;
  double tiles_bytes_ = 0;  // of memory that tiles may take together
  std::atomic<uint64_t> tiles_{0};
  // What run() does, for the look that the frames of late have.
  DeviceGraph graph_;
  torch::Tensor graph_in_, graph_out_;
  std::optional<Look> last_look_;
  uint64_t graph_tiles_ = 0;
  bool may_record_ = false;
};

}  // namespace gan
