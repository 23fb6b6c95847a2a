// SPDX-License-Identifier: LGPL-2.1-or-later
// Which memory an element's frames lie in: the host's, or a GPU's (cuda_frames.h).
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "core/engine.h"
#include "gst-plugin/cuda/cuda_frames.h"
#include "gst-plugin/video_frame.h"
#include "gst-plugin/video_pool.h"

namespace gan {

// Caps of frames in either memory, first in that which `caps` has. cuda: a GPU's is possible; else
// what lies there falls out. Takes the caps over.
GstCaps* in_either_memory(GstCaps* caps, bool cuda);

bool is_in_cuda(GstCaps* caps);

class FrameMemory {
 public:
  // Any thread. Answers a peer that asks for a CUDA context, where the property `device` may mean
  // a GPU; false where there is nothing to answer.
  bool answer(GstElement* element, GstQuery* query, const std::string& device);

  // From open() to close() frames may lie in the memory that the network can read, where gst-cuda
  // is there to say so.
  void open(GstElement* element, const Enhancer& network);
  void close() { open_ = false; }
  bool is_open() const { return open_; }  // any thread
  // Of buffers for the caps that an ALLOCATION query is about, which the network writes; transfer
  // full. And a pool of buffers that it reads, where they are to lie in a GPU's memory.
  PoolNeeds pool_needs(GstQuery* query, const Enhancer& network);
  void propose_pool(GstQuery* query);

  // Throws Error(kFailed). What is read lasts until the next call.
  MappedFrame map(const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags flags);
  uint64_t copies() const { return copies_; }  // of frames of another context; any thread

 private:
  CudaFrames* frames_of(GstElement* element, int device);

  std::mutex mutex_;  // of the two below
  std::unique_ptr<CudaFrames> frames_;
  int device_ = -1;  // of the frames, or what was not there; -1: none was asked for
  std::atomic<bool> open_{false};
  std::atomic<uint64_t> copies_{0};
};

}  // namespace gan
