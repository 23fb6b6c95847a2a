// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/open_network.h"

#include <dlfcn.h>

#include <filesystem>
#include <optional>

#include "core/checkpoint/torch_file.h"
#include "core/error.h"
#include "models/builtin.h"
#include "models/enhancer/planned_network.h"
#include "models/machine/interruption.h"
#include "models/torch_api.h"

namespace gan {
namespace {

// Whether LibTorch has a GPU; without a driver there is none, and LibTorch need not be asked.
bool has_cuda() {
  if (!dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL)) return false;
  try {
    return torch_api().has_cuda();
  } catch (const Error&) {  // the CPU remains
    return false;
  }
}

bool is_script(const EnhancerOptions& options) {
  std::error_code ignored;
  return options.allow_torchscript && std::filesystem::is_regular_file(options.model, ignored) &&
         is_torchscript(*open_file(options.model));
}

bool is_torch_kernel(const std::string& kernel) {
  return kernel == "fp32" || kernel == "bf16" || kernel == "fp16";
}

}  // namespace

bool is_for_gpu(const EnhancerOptions& options) {
  const std::string& device = options.device;
  check(device == "auto" || device == "cpu" || device.starts_with("cuda"), ErrorKind::kSettings,
        "device must be auto, cpu, cuda or cuda:N, got \"", device, "\"");
  return device.starts_with("cuda") || (device == "auto" && has_cuda());
}

std::unique_ptr<PictureNetwork> open_network(const EnhancerOptions& options,
                                             const std::atomic<bool>* given_up, Workers& workers) {
  const bool by_torch =
      is_for_gpu(options) || is_torch_kernel(options.kernel) || is_script(options);
  if (!by_torch) {
    std::optional<Interruptible> interruptible;
    if (given_up) interruptible.emplace(*given_up);
    const std::string name = options.model.empty() ? kDefaultEnhancer : options.model;
    if (auto model = planned_model(open_model(options.model, "enhancegan"), name))
      return std::make_unique<PlannedNetwork>(std::move(*model), options, workers);
  }
  return torch_api().open_network(options, given_up);
}

}  // namespace gan
