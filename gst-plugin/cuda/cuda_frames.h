// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames in a GPU's memory, as gst-cuda's elements pass them on (memory:CUDAMemory).
// libgstgancuda.so implements this and is loaded on first use: gst-cuda brings all of OpenGL with
// it.
#pragma once

#include <gst/video/video.h>

#include <memory>

namespace gan {

inline constexpr char kCudaMemory[] = "memory:CUDAMemory";        // of caps
inline constexpr char kCudaContext[] = "gst.cuda.context";        // of CONTEXT queries
inline constexpr int kMapOnDevice = int{GST_MAP_FLAG_LAST} << 1;  // GST_MAP_CUDA: addresses there

// Of one GPU, whose primary context it has: the one that LibTorch computes in.
class CudaFrames {
 public:
  virtual ~CudaFrames() = default;

  // Any thread. A peer's CONTEXT query is answered with the context; false where it is for another.
  virtual bool answer(GstElement* element, GstQuery* query) = 0;

  virtual GstBufferPool* make_pool() = 0;  // transfer full

  // Of the buffer's memory.
  enum class Place { kHost, kHere, kOtherContext };
  virtual Place place_of(GstBuffer* buffer) = 0;

  // Waits until what made the frame is done with it.
  virtual void wait(GstBuffer* buffer) = 0;

  // What begins at `data`, of another context, copied into memory of this one, which lasts until
  // the next call. Throws Error(kFailed).
  virtual const uint8_t* bring(GstBuffer* buffer, const uint8_t* data, gsize bytes) = 0;
};

struct CudaFramesApi {
  static constexpr int kVersion = 1;
  int version;
  std::unique_ptr<CudaFrames> (*open)(int device);  // throws Error(kUnavailable)
};

}  // namespace gan
