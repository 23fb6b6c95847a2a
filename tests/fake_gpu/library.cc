// SPDX-License-Identifier: LGPL-2.1-or-later
// libgantorch.so with the CPU in a GPU's place: found before the real one through LD_LIBRARY_PATH,
// it has enhancegan with device=cuda take all steps that it takes for a GPU.
#include "models/libtorch/api.h"
#include "models/libtorch/device_enhancer.h"
#include "models/libtorch/torch_network.h"
#include "models/walker/latent_walker.h"

static gan::EnhancerOptions on_cpu(gan::EnhancerOptions options) {
  options.device = "cpu";
  return options;
}

extern "C" __attribute__((visibility("default"))) const gan::TorchApi* gan_torch_api() {
  static const gan::TorchApi api = [] {
    gan::TorchApi made = gan::torch_functions();
    made.has_cuda = [] { return true; };
    made.open_network = [](const gan::EnhancerOptions& options, const std::atomic<bool>* given_up) {
      return std::unique_ptr<gan::PictureNetwork>(
          gan::open_torch_network(on_cpu(options), given_up));
    };
    made.load_walker = [](const gan::WalkerOptions& options) {
      gan::WalkerOptions here = options;
      here.device = "cpu";
      return gan::make_device_walker(here);
    };
    made.load_device_enhancer = [](const gan::EnhancerOptions& options,
                                   const std::atomic<bool>* given_up) {
      return gan::make_device_enhancer(gan::open_torch_network(on_cpu(options), given_up), options);
    };
    return made;
  }();
  return &api;
}
