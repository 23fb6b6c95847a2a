// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ATen/cuda/CUDAContext.h>
#include <cuda.h>
#include <dlfcn.h>
#include <nvrtc.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include "models/libtorch/layer_end.h"

namespace gan {
namespace {

#define GAN_NUMBERS(...) __VA_ARGS__ constexpr char kNumbers[] = #__VA_ARGS__;
#define GAN_KERNEL(...) constexpr char kKernel[] = #__VA_ARGS__;
#include "models/libtorch/layer_end_kernel.h"

constexpr int kThreads = 256, kMany = 8;  // elements of a thread: 16 bytes
// What every GPU that CUDA 12 and 13 know can run.
constexpr char kArchitecture[] = "--gpu-architecture=compute_75";

constexpr char kHalfNumbers[] = R"(
__device__ inline float to_float(unsigned short bits) {
  float x;
  asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(bits));
  return x;
}
__device__ inline unsigned short to_bits(float x) {
  unsigned short bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return bits;
}
)";
// To the nearest, ties to even; what is no number stays none.
constexpr char kBfloat16Numbers[] = R"(
__device__ inline float to_float(unsigned short bits) { return __uint_as_float(bits << 16); }
__device__ inline unsigned short to_bits(float x) {
  const unsigned bits = __float_as_uint(x);
  return (x != x) ? 0x7fff : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}
)";
constexpr char kEntries[] = R"(
__device__ inline long long thread() { return blockIdx.x * (long long)blockDim.x + threadIdx.x; }
extern "C" __global__ void end_by_one(unsigned short* result, LayerEndNumbers end) {
  end_layer<1>(result, end, thread());
}
extern "C" __global__ void end_by_many(unsigned short* result, LayerEndNumbers end) {
  end_layer<8>(result, end, 8 * thread());
}
)";

struct Kernels {
  CUfunction by_one = nullptr, by_many = nullptr;
};

// The compiler and the driver, as the library that LibTorch has for them brings both.
struct Nvrtc {
  bool complete = true;
  decltype(&::nvrtcCreateProgram) create = find<decltype(create)>("nvrtcCreateProgram");
  decltype(&::nvrtcCompileProgram) compile = find<decltype(compile)>("nvrtcCompileProgram");
  decltype(&::nvrtcGetPTXSize) size_of_ptx = find<decltype(size_of_ptx)>("nvrtcGetPTXSize");
  decltype(&::nvrtcGetPTX) get_ptx = find<decltype(get_ptx)>("nvrtcGetPTX");
  decltype(&::nvrtcDestroyProgram) destroy = find<decltype(destroy)>("nvrtcDestroyProgram");
  decltype(&::cuModuleLoadData) load = find<decltype(load)>("cuModuleLoadData");
  decltype(&::cuModuleGetFunction) function = find<decltype(function)>("cuModuleGetFunction");
  decltype(&::cuLaunchKernel) launch = find<decltype(launch)>("cuLaunchKernel");

  static const Nvrtc& get() {
    static const Nvrtc nvrtc;
    return nvrtc;
  }

 private:
  template <class Function>
  Function find(const char* name) {
    static void* const library = dlopen("libcaffe2_nvrtc.so", RTLD_NOW | RTLD_LOCAL);
    void* const found = library ? dlsym(library, name) : nullptr;
    complete = complete && found;
    return reinterpret_cast<Function>(found);
  }
};

Kernels compiled(bool half) {
  const Nvrtc& nvrtc = Nvrtc::get();
  if (!nvrtc.complete) return {};
  const std::string text =
      std::string(kNumbers) + (half ? kHalfNumbers : kBfloat16Numbers) + kKernel + kEntries;
  nvrtcProgram program = nullptr;
  const char* const options[] = {kArchitecture, "--std=c++17"};
  std::string ptx;
  size_t bytes = 0;
  if (nvrtc.create(&program, text.c_str(), "layer_end.cu", 0, nullptr, nullptr) != NVRTC_SUCCESS)
    return {};
  if (nvrtc.compile(program, 2, options) == NVRTC_SUCCESS &&
      nvrtc.size_of_ptx(program, &bytes) == NVRTC_SUCCESS) {
    ptx.resize(bytes);
    if (nvrtc.get_ptx(program, ptx.data()) != NVRTC_SUCCESS) ptx.clear();
  }
  nvrtc.destroy(&program);
  CUmodule module = nullptr;
  Kernels kernels;
  if (!ptx.empty() && nvrtc.load(&module, ptx.c_str()) == CUDA_SUCCESS) {
    nvrtc.function(&kernels.by_one, module, "end_by_one");
    nvrtc.function(&kernels.by_many, module, "end_by_many");
  }
  return kernels;
}

// Of the current device; compiled once, none where that fails.
Kernels kernels_of(torch::ScalarType type) {
  static std::mutex mutex;
  static std::map<std::pair<int, bool>, Kernels> all;
  const bool half = type == torch::kHalf;
  const std::lock_guard lock(mutex);
  const auto [place, is_new] = all.try_emplace({at::cuda::current_device(), half});
  if (is_new) place->second = compiled(half);
  return place->second;
}

const unsigned short* bits_of(const torch::Tensor& tensor) {
  return static_cast<const unsigned short*>(tensor.data_ptr());
}

const float* floats_of(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

}  // namespace

bool end_in_one_pass(torch::Tensor& result, const LayerEnd& end, const LayerEnd::Others& others) {
  const torch::ScalarType type = result.scalar_type();
  if (!result.is_cuda() || (type != torch::kHalf && type != torch::kBFloat16)) return false;
  LayerEndNumbers numbers{};
  if (others.adds.size() > std::size(numbers.adds)) return false;
  numbers.bias = floats_of(end.bias);
  numbers.slopes = floats_of(end.slopes);
  numbers.slope_after = end.slope_after;
  numbers.activation = static_cast<int>(end.activation);
  numbers.slope_step = end.slopes.defined() && end.slopes.numel() > 1 ? 1 : 0;
  numbers.channels = static_cast<int>(result.size(1));
  numbers.elements = result.numel();
  // Kept until the kernel has been given to the stream.
  std::vector<torch::Tensor> like_result;
  const auto bits_like_result = [&](const torch::Tensor& tensor) {
    like_result.push_back(tensor.contiguous(torch::MemoryFormat::ChannelsLast));
    return bits_of(like_result.back());
  };
  if (others.gate.defined()) numbers.gate = bits_like_result(others.gate);
  for (size_t i = 0; i < others.adds.size(); ++i) {
    numbers.adds[i] = bits_like_result(others.adds[i].value);
    numbers.scales[i] = others.adds[i].scale;
  }
  const Kernels kernels = kernels_of(type);
  const bool many = numbers.channels % kMany == 0;
  const CUfunction kernel = many ? kernels.by_many : kernels.by_one;
  if (!kernel) return false;
  auto* bits = static_cast<unsigned short*>(result.data_ptr());
  void* arguments[] = {&bits, &numbers};
  const int64_t threads = many ? numbers.elements / kMany : numbers.elements;
  const auto blocks = static_cast<unsigned>((threads + kThreads - 1) / kThreads);
  return Nvrtc::get().launch(kernel, blocks, 1, 1, kThreads, 1, 1, 0,
                             at::cuda::getCurrentCUDAStream(), arguments, nullptr) == CUDA_SUCCESS;
}

}  // namespace gan
