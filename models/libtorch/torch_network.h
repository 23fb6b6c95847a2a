// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture-to-picture network run by LibTorch, on its device and in its precision.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "models/checkpoint.h"
#include "models/enhancer/kernel_trial.h"
#include "models/enhancer/picture_network.h"
#include "models/libtorch/device_plan.h"
#include "models/libtorch/tile_cost.h"

namespace gan {

class TorchNetwork : public PictureNetwork {
 public:
  // Moves the network to the device. Throws Error(kSettings, kUnavailable).
  TorchNetwork(LoadedNetwork loaded, const EnhancerOptions& options);

  const NetworkTraits& traits() const override { return traits_; }
  EnhancerInfo info() const override;
  void prepare(Size picture, bool eight_bits) override;
  std::string trial() const override { return trial_ ? trial_->text() : ""; }
  double memory(Size picture) const override { return cost_.bytes(picture); }
  double ms(Size picture) const override { return cost_.ms(picture); }
  bool starts_slowly() const override { return true; }
  // How LibTorch rounds sums depends on the width of a tile.
  Surroundings exact() const override { return {0, 0}; }
  PictureView run(const PictureView& picture, const std::vector<float>& code) override;
  bool on_cpu() const override { return device_.is_cpu(); }
  // In fp32, where the precision was left open or is not for the CPU.
  void move_to_cpu() override;
  uint64_t retries() const override { return retries_; }
  void interrupt(bool interrupted) override { interrupted_ = interrupted; }

  // For frames that stay on the device (prepare() comes first there too): {N, C, H, W} in [0, 1]
  // there -> the same scale times larger, float, not clamped, and not looked at for numbers that
  // are none.
  torch::Device device() const { return device_; }
  torch::ScalarType precision() const { return precision_; }
  torch::Tensor forward(const torch::Tensor& picture, const std::vector<float>& code);
  torch::Tensor forward_in_fp32(const torch::Tensor& picture, const std::vector<float>& code);

 private:
  class FullWeights;
  bool may_choose() const;
  void choose_precision(Size picture, bool eight_bits);
  void take_first_finite(std::initializer_list<torch::ScalarType> precisions);
  void use(torch::ScalarType precision);
  void set_code(const std::vector<float>& code);
  torch::Tensor run(const torch::Tensor& tile);  // again in fp32 where a pixel is no number
  torch::Tensor run_as(const torch::Tensor& tile, torch::ScalarType precision);
  torch::Tensor run_in_fp32(const torch::Tensor& tile);
  torch::Tensor forward_now(const torch::Tensor& picture);
  torch::Tensor on_device(const torch::Tensor& tile, torch::ScalarType precision);
  void make_plan(const LoadedNetwork& loaded);
  void place();
  void restore_full_weights();

  std::string model_, name_, assumed_;
  std::shared_ptr<Network> network_;
  NetworkTraits traits_;
  torch::Device device_;
  int threads_;
  double nearness_db_;  // that a choice must keep
  bool open_;           // which precision it is
  torch::ScalarType precision_;
  std::optional<conv::Plan> plan_;  // what a GPU runs where it may round
  std::optional<DevicePlan> device_plan_;
  std::vector<torch::Tensor> full_;  // the weights as the file has them, where they were rounded
  std::vector<float> code_;
  torch::Tensor latent_;  // the code, as the network takes it; undefined until it is wanted
  bool settled_ = false;  // the precision of a GPU
  TileCost cost_;         // in the precision that runs
  std::optional<KernelTrial> trial_;
  torch::Tensor result_;
  std::atomic<bool> interrupted_{false};
  std::atomic<uint64_t> retries_{0};
  mutable std::mutex mutex_;
  EnhancerInfo info_;
};

// Loads what enhancegan names (see torchscript.h) to be run by LibTorch. Throws what load_model()
// does, and Error(kWrongType) for a network that makes no picture of a picture.
std::unique_ptr<TorchNetwork> open_torch_network(const EnhancerOptions& options,
                                                 const std::atomic<bool>* given_up);

}  // namespace gan
