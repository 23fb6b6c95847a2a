// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/tile_runner.h"

#include <cmath>

#include "core/error.h"
#include "models/builtin.h"
#include "models/machine/device.h"
#include "models/torchscript.h"

namespace gan {
namespace {

// LibTorch 1.13 computes some operators wrongly in bf16 on the CPU; our networks avoid them, a
// script cannot.
torch::ScalarType precision_of(const LoadedNetwork& loaded, const EnhancerOptions& options,
                               torch::Device device) {
  const torch::ScalarType precision = precision_from_name(options.precision, device);
  if (loaded.name != kTorchScript || !device.is_cpu()) return precision;
  check(options.precision == "auto" || precision == torch::kFloat, ErrorKind::kSettings,
        "precision must be auto or fp32 for a TorchScript on the CPU, got ", options.precision);
  return torch::kFloat;
}

std::vector<torch::Tensor> weights_of(const Network& network) {
  auto weights = network.parameters();
  const auto buffers = network.buffers();
  weights.insert(weights.end(), buffers.begin(), buffers.end());
  return weights;
}

// A sum shows by itself whether any of its terms is no number, and is quicker than looking at each.
bool all_finite(const torch::Tensor& picture) {
  return std::isfinite(picture.sum().item<float>()) || picture.isfinite().all().item<bool>();
}

}  // namespace

TileRunner::TileRunner(LoadedNetwork loaded, const EnhancerOptions& options)
    : model_(options.model.empty() ? kDefaultEnhancer : options.model),
      name_(loaded.name),
      network_(loaded.network),
      traits_(network_->traits()),
      device_(device_from_name(options.device)),
      open_(options.precision == "auto" && loaded.name != kTorchScript),
      precision_(precision_of(loaded, options, device_)) {
  if (precision_ != torch::kFloat || may_choose())
    for (const auto& weight : weights_of(*network_)) full_.push_back(weight.detach().clone());
  set_code({});
  place();
}

void TileRunner::place() {
  const torch::InferenceMode ordinary(false);  // weights outlive the frame that moves them
  const torch::NoGradGuard no_grad;
  network_->to(device_, precision_);
  to_channels_last(*network_);
  const std::lock_guard lock(mutex_);
  info_ = {model_, name_, device_.str(), precision_name(precision_), traits_.scale, traits_.latent};
}

EnhancerInfo TileRunner::info() const {
  const std::lock_guard lock(mutex_);
  return info_;
}

void TileRunner::restore_full_weights() {
  const torch::InferenceMode ordinary(false);
  const torch::NoGradGuard no_grad;
  network_->to(device_, torch::kFloat);
  const auto weights = weights_of(*network_);
  for (size_t i = 0; i < full_.size(); ++i) weights[i].data().copy_(full_[i]);
}

void TileRunner::move_to_cpu() {
  device_ = torch::kCPU;
  const bool stays = precision_ == torch::kBFloat16 && !open_ && cpu_computes_bf16();
  use(stays ? torch::kBFloat16 : torch::kFloat);
}

bool TileRunner::may_choose() const { return open_ && on_cpu() && cpu_computes_bf16(); }

void TileRunner::use(torch::ScalarType precision) {
  if (precision_ != torch::kFloat) restore_full_weights();
  precision_ = precision;
  place();
}

void TileRunner::set_code(const std::vector<float>& code) {
  check(code.empty() || static_cast<int>(code.size()) == traits_.latent, ErrorKind::kFailed,
        "the network ", name_, " wants a code of ", traits_.latent, " numbers, got ", code.size());
  code_ = code;
  code_.resize(static_cast<size_t>(traits_.latent));
}

torch::Tensor TileRunner::run_as(const torch::Tensor& tile, torch::ScalarType precision) {
  NetworkInput input{.image = to_network_range(tile.to(device_, precision), traits_)};
  if (traits_.latent) input.latent = torch::tensor(code_).unsqueeze(0).to(device_, precision);
  return from_network_range(network_->run(input).to(torch::kCPU, torch::kFloat), traits_);
}

torch::Tensor TileRunner::run_in_fp32(const torch::Tensor& tile) {
  ++retries_;
  restore_full_weights();
  struct Restored {  // also when it is interrupted
    TileRunner& runner;
    ~Restored() { runner.place(); }
  } restored{*this};
  return run_as(tile, torch::kFloat);
}

torch::Tensor TileRunner::forward(const torch::Tensor& tile) {
  const torch::InferenceMode inference;
  return run_as(tile, precision_);
}

torch::Tensor TileRunner::run(const torch::Tensor& tile) {
  torch::InferenceMode inference;
  torch::Tensor output = run_as(tile, precision_);
  bool finite = all_finite(output);
  if (!finite && precision_ != torch::kFloat) {
    output = run_in_fp32(tile);
    finite = all_finite(output);
  }
  check(finite, ErrorKind::kNotFinite, "the network ", name_, " of ", model_,
        " makes pixels that are no numbers, in fp32 too");
  return output;
}

}  // namespace gan
