// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture-to-picture network on its device and in its precision, run on one picture at a time.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "core/engine.h"
#include "models/checkpoint.h"

namespace gan {

class TileRunner {
 public:
  // Moves the network to the device. Throws Error(kSettings, kUnavailable).
  TileRunner(LoadedNetwork loaded, const EnhancerOptions& options);

  const NetworkTraits& traits() const { return traits_; }
  EnhancerInfo info() const;  // any thread
  bool on_cpu() const { return device_.is_cpu(); }
  void move_to_cpu();  // in fp32, where the precision was left open or is not for the CPU

  // Whether the precision was left open and the processor can do bf16: then it is fp32 until use()
  // says otherwise.
  bool may_choose() const;
  void use(torch::ScalarType precision);
  torch::ScalarType precision() const { return precision_; }

  // code: as many numbers as the network takes; none: zeros.
  void set_code(const std::vector<float>& code);

  // tile: {1, C, H, W} in [0, 1], on the CPU. Returns {1, C, scale H, scale W} of that range,
  // not clamped, on the CPU. Where a pixel is no number it is run again in fp32 (see retries());
  // throws Error(kNotFinite) where that does not help.
  torch::Tensor run(const torch::Tensor& tile);
  // The same, whatever the numbers are.
  torch::Tensor forward(const torch::Tensor& tile);

  uint64_t retries() const { return retries_; }

 private:
  torch::Tensor run_as(const torch::Tensor& tile, torch::ScalarType precision);
  torch::Tensor run_in_fp32(const torch::Tensor& tile);
  void place();
  void restore_full_weights();

  std::string model_, name_;
  std::shared_ptr<Network> network_;
  NetworkTraits traits_;
  torch::Device device_;
  bool open_;  // which precision it is
  torch::ScalarType precision_;
  std::vector<torch::Tensor> full_;  // the weights as the file has them, where they were rounded
  std::vector<float> code_;
  std::atomic<uint64_t> retries_{0};
  mutable std::mutex mutex_;
  EnhancerInfo info_;
};

}  // namespace gan
