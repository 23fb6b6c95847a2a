// SPDX-License-Identifier: LGPL-2.1-or-later
// Float pictures as tensors and back, and a network run over one picture.
#pragma once

#include "core/picture.h"
#include "models/network.h"

namespace gan {

// {1, C, H, W} float on the CPU, channels_last, values as in the picture; a copy.
torch::Tensor tensor_from_picture(const Picture& picture);
// From {C, H, W} or {1, C, H, W}, any device and float type.
Picture picture_from_tensor(const torch::Tensor& tensor);

// Pads to sides that the network takes by reflection (where the margin is larger than the picture,
// by its edge), maps [0, 1] to its value range and back, and crops: any size works. Not clamped.
// `picture` has the network's channels; code {1, latent} is for networks that have one.
Picture run_on_picture(Network& network, const Picture& picture, torch::Device device,
                       const torch::Tensor& code = {});

}  // namespace gan
