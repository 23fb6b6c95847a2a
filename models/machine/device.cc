// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/machine/device.h"

#include <ATen/Parallel.h>
#include <omp.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"

namespace gan {
namespace {

// Where the processor lacks AVX-512, oneDNN refuses bf16, but only when it is asked, and LibTorch's
// own loops sum in bf16, where 256 + 1 is 256.
bool tried_bf16() {
  try {
    const torch::InferenceMode ordinary(false);
    const torch::AutoGradMode gradients(true);
    constexpr int64_t kChannels = 64, kTerms = 9 * kChannels;
    const auto type = torch::TensorOptions(torch::kBFloat16);
    const auto picture = torch::ones({1, kChannels, 9, 9}, type).requires_grad_(true);
    const auto kernels = torch::ones({kChannels, kChannels, 3, 3}, type).requires_grad_(true);
    const auto sums = at::conv2d(picture, kernels, {}, 1, 1);
    sums.sum().backward();
    const auto middle = [](const torch::Tensor& map) {
      return map.select(3, 4).select(2, 4).select(1, 0).item<float>();
    };
    const auto product = at::linear(torch::ones({1, kTerms}, type), torch::ones({1, kTerms}, type));
    return middle(sums.detach()) == kTerms && middle(picture.grad()) == kTerms &&
           product.item<float>() == kTerms;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

bool cpu_computes_bf16() {
  static const bool computes = tried_bf16();
  return computes;
}

torch::Device device_from_name(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  const bool cuda = torch::cuda::is_available();
  if (name == "auto") return cuda ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  int index = 0;
  const bool numbered = name.starts_with("cuda:");
  const char* const end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + (numbered ? 5 : 0), end, index);
  check(name == "cuda" || (numbered && parsed.ptr == end && parsed.ec == std::errc() && index >= 0),
        ErrorKind::kSettings, "device must be auto, cpu, cuda or cuda:N, got \"", name, "\"");
  check(cuda, ErrorKind::kUnavailable, "device ", name,
        " is not available: this LibTorch has no CUDA or finds no GPU");
  const auto count = static_cast<int>(torch::cuda::device_count());
  check(index < count, ErrorKind::kUnavailable, "device ", name, " is not available: there ",
        count == 1 ? "is 1 GPU" : concat("are ", count, " GPUs"));
  return torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(index));
}

torch::ScalarType precision_from_name(const std::string& name, torch::Device device) {
  if (name == "fp32") return torch::kFloat;
  if (name == "bf16") {
    check(!device.is_cpu() || cpu_computes_bf16(), ErrorKind::kSettings,
          "precision bf16 is not for this processor: LibTorch computes it only with AVX-512; use "
          "fp32 or auto");
    return torch::kBFloat16;
  }
  if (name == "fp16") {
    check(!device.is_cpu(), ErrorKind::kSettings,
          "precision fp16 is not supported on the CPU (LibTorch lacks the operators); use fp32 or "
          "bf16");
    return torch::kHalf;
  }
  check(name == "auto", ErrorKind::kSettings, "precision must be auto, fp32, bf16 or fp16, got \"",
        name, "\"");
  // On GPUs before Ampere LibTorch emulates bf16; those users choose fp16.
  return device.is_cpu() ? torch::kFloat : torch::kBFloat16;
}

void set_up_cuda() {
  auto& context = at::globalContext();
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.setBenchmarkCuDNN(true);
}

const char* precision_name(torch::ScalarType type) {
  return type == torch::kFloat ? "fp32" : type == torch::kBFloat16 ? "bf16" : "fp16";
}

// LibTorch sets its own default on a thread's first parallel loop, once for its own code and once
// for the inline functions compiled here; let both happen now.
static void have_default_set() {
  at::get_num_threads();
  at::internal::lazy_init_num_threads();
}

void set_threads_of_this_thread(int threads) {
  have_default_set();
  omp_set_num_threads(threads > 0 ? threads : available_threads());
}

KeepThreadsOfThisThread::KeepThreadsOfThisThread() : threads_(omp_get_max_threads()) {
  have_default_set();
}
KeepThreadsOfThisThread::~KeepThreadsOfThisThread() { omp_set_num_threads(threads_); }

}  // namespace gan
