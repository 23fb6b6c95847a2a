// SPDX-License-Identifier: LGPL-2.1-or-later
// Device, precision and threads from the words that users write.
#pragma once

#include <torch/torch.h>

#include <string>

#include "models/machine/host.h"

namespace gan {

// "auto" (CUDA where there is one), "cpu", "cuda", "cuda:N". Throws Error(kSettings) for another
// word, Error(kUnavailable) for a device that is not there.
torch::Device device_from_name(const std::string& name);

// "auto", "fp32", "bf16", "fp16". auto is bf16 on CUDA and fp32 on CPUs, where what is fastest must
// be tried (see enhancer/precision_trial.h). fp16 on the CPU is refused: LibTorch has hardly any
// operator for it.
// bf16 on a CPU that cannot do it throws Error(kSettings).
torch::ScalarType precision_from_name(const std::string& name, torch::Device device);
// Whether LibTorch computes convolutions and products in bf16 on this processor, forward and
// backward, with sums in fp32; found out by trying, once.
bool cpu_computes_bf16();
// For a GPU: fp32 is fp32 and not TF32, and cuDNN looks for the quickest way for each size.
void set_up_cuda();
const char* precision_name(torch::ScalarType type);

// Sets the number of threads that LibTorch uses for work started by the calling thread; costs
// nothing to speak of but with 0, all that are available. The OpenMP setting belongs to the thread.
void set_threads_of_this_thread(int threads);

// LibTorch sets its own number of threads when a thread first works with it; while this lives, the
// calling thread does so, and it then has its own number again.
class KeepThreadsOfThisThread {
 public:
  KeepThreadsOfThisThread();
  ~KeepThreadsOfThisThread();
  KeepThreadsOfThisThread(const KeepThreadsOfThisThread&) = delete;
  KeepThreadsOfThisThread& operator=(const KeepThreadsOfThisThread&) = delete;

 private:
  int threads_;
};

}  // namespace gan
