// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/cuda/cuda_frames.h"

#include <dlfcn.h>
#include <gst/cuda/gstcudabufferpool.h>
#include <gst/cuda/gstcudautils.h>

#include "core/error.h"

namespace gan {
namespace {

static_assert(kMapOnDevice == GST_MAP_CUDA);
static_assert(std::string_view(kCudaMemory) == GST_CAPS_FEATURE_MEMORY_CUDA_MEMORY);

// Of the driver, what gst-cuda does not pass on.
struct Driver {
  CUresult (*retain_primary)(CUcontext*, CUdevice);
  CUresult (*release_primary)(CUdevice);
  CUresult (*copy_between)(CUdeviceptr, CUcontext, CUdeviceptr, CUcontext, size_t);

  template <class Function>
  static void find(Function& function, const char* name) {
    static void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    function = library ? reinterpret_cast<Function>(dlsym(library, name)) : nullptr;
    check(function, ErrorKind::kUnavailable, "the driver (libcuda.so.1) has no ", name);
  }
  static const Driver& get() {
    static const Driver driver = [] {
      Driver found{};
      find(found.retain_primary, "cuDevicePrimaryCtxRetain");
      find(found.release_primary, "cuDevicePrimaryCtxRelease_v2");
      find(found.copy_between, "cuMemcpyPeer");
      return found;
    }();
    return driver;
  }
};

void check_done(CUresult result, ErrorKind kind, const char* what) {
  if (result == CUDA_SUCCESS) return;
  const char* name = nullptr;
  CuGetErrorName(result, &name);
  fail(kind, what, ": ", name ? name : "unknown error");
}

class PrimaryContext {
 public:
  explicit PrimaryContext(int device) {
    constexpr auto kMissing = ErrorKind::kUnavailable;
    check(gst_cuda_load_library(), kMissing, "the CUDA driver cannot be loaded");
    check_done(CuInit(0), kMissing, "the CUDA driver does not start");
    check_done(CuDeviceGet(&device_, device), kMissing, "no such GPU");
    gst_cuda_memory_init_once();
    CUcontext context = nullptr;
    check_done(Driver::get().retain_primary(&context, device_), kMissing,
               "the GPU's context cannot be had");
    shared_ = gst_cuda_context_new_wrapped(context, device_);
    if (shared_) return;
    Driver::get().release_primary(device_);
    fail(kMissing, "gst-cuda does not take the GPU's context");
  }
  ~PrimaryContext() {
    gst_object_unref(shared_);
    Driver::get().release_primary(device_);
  }
  PrimaryContext(const PrimaryContext&) = delete;
  PrimaryContext& operator=(const PrimaryContext&) = delete;
  GstCudaContext* get() const { return shared_; }

 private:
  CUdevice device_ = 0;
  GstCudaContext* shared_ = nullptr;
};

CUcontext handle_of(GstCudaContext* context) {
  return static_cast<CUcontext>(gst_cuda_context_get_handle(context));
}

class Frames : public CudaFrames {
 public:
  explicit Frames(int device) : context_(device) {}
  ~Frames() override { free_scratch(); }

  bool answer(GstElement* element, GstQuery* query) override {
    return gst_cuda_handle_context_query(element, query, context_.get());
  }

  GstBufferPool* make_pool() override { return gst_cuda_buffer_pool_new(context_.get()); }

  Place place_of(GstBuffer* buffer) override {
    GstMemory* const memory = gst_buffer_peek_memory(buffer, 0);
    if (gst_buffer_n_memory(buffer) != 1 || !gst_is_cuda_memory(memory)) return Place::kHost;
    return handle_of(GST_CUDA_MEMORY_CAST(memory)->context) == handle_of(context_.get())
               ? Place::kHere
               : Place::kOtherContext;
  }

  void wait(GstBuffer* buffer) override {
#if GST_CHECK_VERSION(1, 24, 0)
    gst_cuda_memory_sync(GST_CUDA_MEMORY_CAST(gst_buffer_peek_memory(buffer, 0)));
#else
    (void)buffer;  // until 1.22 elements wait themselves
#endif
  }

  const uint8_t* bring(GstBuffer* buffer, const uint8_t* data, gsize bytes) override {
    auto* const memory = GST_CUDA_MEMORY_CAST(gst_buffer_peek_memory(buffer, 0));
    constexpr auto kFailed = ErrorKind::kFailed;
    if (scratch_bytes_ < bytes) {
      free_scratch();
      const Current current(context_.get());
      check_done(CuMemAlloc(&scratch_, bytes), kFailed, "memory of the GPU for a frame");
      scratch_bytes_ = bytes;
    }
    check_done(Driver::get().copy_between(scratch_, handle_of(context_.get()),
                                          reinterpret_cast<CUdeviceptr>(data),
                                          handle_of(memory->context), bytes),
               kFailed, "a frame of another CUDA context cannot be copied");
    const Current current(context_.get());
    check_done(CuStreamSynchronize(nullptr), kFailed, "a frame of another CUDA context");
    return reinterpret_cast<const uint8_t*>(scratch_);
  }

 private:
  struct Current {
    explicit Current(GstCudaContext* context) { gst_cuda_context_push(context); }
    ~Current() { gst_cuda_context_pop(nullptr); }
  };
  void free_scratch() {
    if (scratch_bytes_ == 0) return;
    const Current current(context_.get());
    CuMemFree(scratch_);
    scratch_bytes_ = 0;
  }

  PrimaryContext context_;
  CUdeviceptr scratch_ = 0;
  gsize scratch_bytes_ = 0;
};

}  // namespace
}  // namespace gan

extern "C" __attribute__((visibility("default"))) const gan::CudaFramesApi* gan_cuda_frames_api() {
  static const gan::CudaFramesApi api = {gan::CudaFramesApi::kVersion,
                                         [](int device) -> std::unique_ptr<gan::CudaFrames> {
                                           return std::make_unique<gan::Frames>(device);
                                         }};
  return &api;
}
