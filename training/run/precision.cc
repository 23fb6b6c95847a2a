// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/precision.h"

#include <ATen/autocast_mode.h>
#include <torch/version.h>

#include "core/error.h"
#include "models/machine/device.h"

namespace gan::training {

torch::ScalarType training_precision(const std::string& word, torch::Device device) {
  check(word == "fp32" || word == "bf16", ErrorKind::kSettings,
        "precision of a training run must be auto, fp32 or bf16, got \"", word, "\"");
  return precision_from_name(word, device);
}

Autocast::Autocast(torch::Device device, torch::ScalarType precision)
    : device_(device), mixed_(precision == torch::kBFloat16) {
  if (mixed_) enable(true);
}

Autocast::~Autocast() {
  if (mixed_) enable(false);
}

void Autocast::enable(bool on) const {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  at::autocast::set_autocast_enabled(device_.type(), on);
  at::autocast::set_autocast_dtype(device_.type(), torch::kBFloat16);
#else
  if (device_.is_cuda()) {
    at::autocast::set_enabled(on);
    at::autocast::set_autocast_gpu_dtype(torch::kBFloat16);
  } else {
    at::autocast::set_cpu_enabled(on);
    at::autocast::set_autocast_cpu_dtype(torch::kBFloat16);
  }
#endif
}

void forget_autocast_weights() { at::autocast::clear_cache(); }

}  // namespace gan::training
