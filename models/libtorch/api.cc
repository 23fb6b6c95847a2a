// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/libtorch/api.h"

#include "models/libtorch/device_enhancer.h"
#include "models/libtorch/torch_network.h"
#include "models/machine/device.h"
#include "models/walker/latent_walker.h"

namespace gan {

const TorchApi& torch_functions() {
  static const TorchApi api = {
      TorchApi::kVersion, [] { return torch::cuda::is_available(); },
      [](const EnhancerOptions& options, const std::atomic<bool>* given_up) {
        const KeepThreadsOfThisThread keep;
        return std::unique_ptr<PictureNetwork>(open_torch_network(options, given_up));
      },
      [](const WalkerOptions& options) {
        const KeepThreadsOfThisThread keep;
        return make_walker(options);
      },
      [](const EnhancerOptions& options, const std::atomic<bool>* given_up) {
        const KeepThreadsOfThisThread keep;
        return make_device_enhancer(open_torch_network(options, given_up), options);
      }};
  return api;
}

}  // namespace gan
