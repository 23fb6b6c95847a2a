// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture-to-picture network on its device and in its precision, run whole or tile by tile.
#pragma once

#include <atomic>

#include "core/engine.h"
#include "models/checkpoint.h"

namespace gan {

class TiledNetwork {
 public:
  // Moves the network to the device. Throws Error(kSettings, kUnavailable).
  TiledNetwork(LoadedNetwork loaded, const EnhancerOptions& options);

  const NetworkTraits& traits() const { return traits_; }
  EnhancerInfo info() const { return info_; }
  uint64_t tiles_run() const { return tiles_; }

  // input: a picture tensor (see frame_tensor.h) with sides that are multiples of the network's,
  // RGB in [0, 1]. Returns a picture tensor, scale times larger, not clamped; valid until the next
  // call.
  torch::Tensor run(const torch::Tensor& input);

 private:
  torch::Tensor run_tile(const torch::Tensor& input);

  std::shared_ptr<Network> network_;
  NetworkTraits traits_;
  EnhancerInfo info_;
  torch::Device device_;
  torch::ScalarType precision_;
  int tile_size_;
  torch::Tensor assembled_;
  std::atomic<uint64_t> tiles_{0};
};

}  // namespace gan
