// SPDX-License-Identifier: LGPL-2.1-or-later
// libcuda.so.1 with the host's memory in a GPU's place, as far as GStreamer's CUDA elements and
// libgstgancuda.so call it. It counts what goes between host and device.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

using Result = int;
constexpr Result kDone = 0, kInvalid = 1;
using Address = unsigned long long;

// CUDA_MEMCPY2D of cuda.h.
struct Side {
  size_t x, y;
  int kind;  // 1: host, 2: device
  const void* host;
  Address device;
  void* array;
  size_t pitch;
  unsigned char* first() const {
    const auto base = kind == 1 ? reinterpret_cast<uintptr_t>(host) : uintptr_t{device};
    return reinterpret_cast<unsigned char*>(base + y * pitch + x);
  }
};
struct Copy2D {
  Side from, to;
  size_t width, height;
};

constexpr uintptr_t kPrimary = 1;
uintptr_t g_contexts = kPrimary;
unsigned g_host_copies = 0, g_between = 0;
thread_local std::vector<void*> t_contexts;

Result copy(const Copy2D* copy) {
  const Side &from = copy->from, &to = copy->to;
  if (from.kind > 2 || to.kind > 2) return kInvalid;
  if (from.kind != to.kind) ++g_host_copies;
  for (size_t y = 0; y < copy->height; ++y)
    std::memcpy(to.first() + y * to.pitch, from.first() + y * from.pitch, copy->width);
  return kDone;
}

Result allocate(Address* address, size_t bytes) {
  *address = reinterpret_cast<uintptr_t>(std::aligned_alloc(256, (bytes + 255) / 256 * 256));
  return kDone;
}

}  // namespace

#define GAN_DRIVER extern "C" __attribute__((visibility("default")))

GAN_DRIVER unsigned fake_host_copies() { return g_host_copies; }
GAN_DRIVER unsigned fake_copies_between() { return g_between; }

GAN_DRIVER Result cuInit(unsigned) { return kDone; }
GAN_DRIVER Result cuDriverGetVersion(int* version) { return *version = 12000, kDone; }
GAN_DRIVER Result cuGetErrorName(Result, const char** name) { return *name = "fake", kDone; }
GAN_DRIVER Result cuGetErrorString(Result, const char** text) { return *text = "fake", kDone; }
GAN_DRIVER Result cuDeviceGetCount(int* count) { return *count = 1, kDone; }
GAN_DRIVER Result cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return ordinal == 0 ? kDone : kInvalid;
}
GAN_DRIVER Result cuDeviceGetName(char* name, int length, int) {
  return std::strncpy(name, "fake", static_cast<size_t>(length)), kDone;
}
GAN_DRIVER Result cuDeviceGetAttribute(int* value, int, int) { return *value = 256, kDone; }
GAN_DRIVER Result cuDeviceCanAccessPeer(int* can, int, int) { return *can = 0, kDone; }

GAN_DRIVER Result cuDevicePrimaryCtxRetain(void** context, int) {
  return *context = reinterpret_cast<void*>(kPrimary), kDone;
}
GAN_DRIVER Result cuDevicePrimaryCtxRelease_v2(int) { return kDone; }
GAN_DRIVER Result cuCtxCreate_v2(void** context, unsigned, int) {
  t_contexts.push_back(*context = reinterpret_cast<void*>(++g_contexts));
  return kDone;
}
GAN_DRIVER Result cuCtxDestroy_v2(void*) { return kDone; }
GAN_DRIVER Result cuCtxPushCurrent_v2(void* context) {
  return t_contexts.push_back(context), kDone;
}
GAN_DRIVER Result cuCtxPopCurrent_v2(void** context) {
  if (t_contexts.empty()) return kInvalid;
  if (context) *context = t_contexts.back();
  return t_contexts.pop_back(), kDone;
}
GAN_DRIVER Result cuCtxEnablePeerAccess(void*, unsigned) { return kDone; }
GAN_DRIVER Result cuCtxDisablePeerAccess(void*) { return kDone; }

GAN_DRIVER Result cuMemAlloc_v2(Address* address, size_t bytes) { return allocate(address, bytes); }
GAN_DRIVER Result cuMemAllocPitch_v2(Address* address, size_t* pitch, size_t width, size_t height,
                                     unsigned) {
  *pitch = (width + 511) / 512 * 512;
  return allocate(address, *pitch * height);
}
GAN_DRIVER Result cuMemAllocHost_v2(void** memory, size_t bytes) {
  return *memory = std::malloc(bytes), kDone;
}
GAN_DRIVER Result cuMemFree_v2(Address address) {
  return std::free(reinterpret_cast<void*>(uintptr_t{address})), kDone;
}
GAN_DRIVER Result cuMemFreeHost(void* memory) { return std::free(memory), kDone; }
GAN_DRIVER Result cuMemcpy2D_v2(const Copy2D* all) { return copy(all); }
GAN_DRIVER Result cuMemcpy2DAsync_v2(const Copy2D* all, void*) { return copy(all); }
GAN_DRIVER Result cuMemcpyPeer(Address to, void* to_context, Address from, void* from_context,
                               size_t bytes) {
  if (to_context == from_context) return kInvalid;
  ++g_between;
  std::memcpy(reinterpret_cast<void*>(uintptr_t{to}), reinterpret_cast<void*>(uintptr_t{from}),
              bytes);
  return kDone;
}
GAN_DRIVER Result cuStreamCreate(void** stream, unsigned) { return *stream = nullptr, kDone; }
GAN_DRIVER Result cuStreamDestroy(void*) { return kDone; }
GAN_DRIVER Result cuStreamSynchronize(void*) { return kDone; }

// What must be there, and nobody calls.
#define GAN_MISSING(name) \
  GAN_DRIVER Result name() { return kInvalid; }
GAN_MISSING(cuGraphicsMapResources)
GAN_MISSING(cuGraphicsUnmapResources)
GAN_MISSING(cuGraphicsUnregisterResource)
GAN_MISSING(cuGraphicsGLRegisterImage)
GAN_MISSING(cuGraphicsGLRegisterBuffer)
GAN_MISSING(cuGLGetDevices_v2)
GAN_MISSING(cuGraphicsResourceSetMapFlags_v2)
GAN_MISSING(cuGraphicsSubResourceGetMappedArray)
GAN_MISSING(cuGraphicsResourceGetMappedPointer_v2)
GAN_MISSING(cuModuleLoadData)
GAN_MISSING(cuModuleUnload)
GAN_MISSING(cuModuleGetFunction)
GAN_MISSING(cuTexObjectCreate)
GAN_MISSING(cuTexObjectDestroy)
GAN_MISSING(cuLaunchKernel)
// libnvcuvid.so.1, without which GStreamer's plugin does not begin.
GAN_MISSING(cuvidCtxLockCreate)
GAN_MISSING(cuvidCtxLockDestroy)
GAN_MISSING(cuvidCtxLock)
GAN_MISSING(cuvidCtxUnlock)
GAN_MISSING(cuvidCreateDecoder)
GAN_MISSING(cuvidDestroyDecoder)
GAN_MISSING(cuvidDecodePicture)
GAN_MISSING(cuvidCreateVideoParser)
GAN_MISSING(cuvidDestroyVideoParser)
GAN_MISSING(cuvidParseVideoData)
GAN_MISSING(cuvidMapVideoFrame64)
GAN_MISSING(cuvidUnmapVideoFrame64)
GAN_MISSING(cuvidGetDecoderCaps)
