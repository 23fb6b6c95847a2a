// SPDX-License-Identifier: LGPL-2.1-or-later
// Memory of tensors on a device: a GPU, where LibTorch has CUDA, or the host.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <functional>

namespace gan {

// Bytes that new tensors can take: what is free, and what LibTorch keeps of freed ones.
size_t available_memory(torch::Device device);

// The most bytes that tensors made by `work`, on the calling thread, held at once.
size_t peak_memory(torch::Device device, const std::function<void()>& work);

// Gives back the memory of GPUs that is kept and not used.
void give_back_memory();

}  // namespace gan
