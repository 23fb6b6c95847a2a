// SPDX-License-Identifier: LGPL-2.1-or-later
// What needs LibTorch. In libganmodels.so torch_api() loads libgantorch.so on its first call
// (torch_library.cc); where LibTorch is linked it is simply there (libtorch/linked_api.cc).
#pragma once

#include <atomic>
#include <memory>

#include "core/engine.h"
#include "models/enhancer/picture_network.h"

namespace gan {

struct TorchApi {
  static constexpr int kVersion = ModelsApi::kVersion;
  int version;
  bool (*has_cuda)();  // and a GPU
  // See libtorch/torch_network.h and walker/latent_walker.h.
  std::unique_ptr<PictureNetwork> (*open_network)(const EnhancerOptions&, const std::atomic<bool>*);
  std::unique_ptr<LatentWalker> (*load_walker)(const WalkerOptions&);
  // For frames that are made on a GPU (libtorch/device_enhancer.h).
  std::unique_ptr<Enhancer> (*load_device_enhancer)(const EnhancerOptions&,
                                                    const std::atomic<bool>*);
};

// Throws Error(kUnavailable) where the library or LibTorch cannot be loaded.
const TorchApi& torch_api();

}  // namespace gan
