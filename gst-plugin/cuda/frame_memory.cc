// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/cuda/frame_memory.h"

#include <cstdlib>

#include "core/error.h"
#include "core/loaded_library.h"
#include "gst-plugin/engine_memory.h"
#include "gst-plugin/guard.h"

GST_DEBUG_CATEGORY_EXTERN(enhance_gan_debug);
#define GST_CAT_DEFAULT enhance_gan_debug

namespace gan {
namespace {

bool is_cuda(const GstCapsFeatures* features) {
  return gst_caps_features_contains(features, kCudaMemory);
}

GstCapsFeatures* other_memory(const GstCapsFeatures* features) {
  return is_cuda(features) ? gst_caps_features_new(GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY, nullptr)
                           : gst_caps_features_new(kCudaMemory, nullptr);
}

// Of the property `device`; -1: the CPU.
int gpu_of(const std::string& device) {
  if (device == "cpu") return -1;
  return device.starts_with("cuda:") ? std::atoi(device.c_str() + 5) : 0;
}

// Null, with the reason in the log, where there is no driver, no such GPU or no libgstgancuda.so.
std::unique_ptr<CudaFrames> open_frames(GstElement* element, int device) {
  std::unique_ptr<CudaFrames> frames;
  const auto failed = failure_of([&] {
    frames = loaded_api<CudaFramesApi>({.file = "libgstgancuda.so",
                                        .symbol = "gan_cuda_frames_api",
                                        .what = "what passes frames on in a GPU's memory",
                                        .user = "enhancegan"})
                 .open(device);
  });
  if (failed)
    GST_INFO_OBJECT(element, "no frames in the memory of GPU %d: %s", device, failed->text.c_str());
  return frames;
}

}  // namespace

GstCaps* in_either_memory(GstCaps* caps, bool cuda) {
  GstCaps* const result = gst_caps_new_empty();
  for (const bool other : {false, true})
    for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
      const GstCapsFeatures* const features = gst_caps_get_features(caps, i);
      if (!cuda && (other || is_cuda(features))) continue;
      gst_caps_append_structure_full(
          result, gst_structure_copy(gst_caps_get_structure(caps, i)),
          other ? other_memory(features) : gst_caps_features_copy(features));
    }
  gst_caps_unref(caps);
  return gst_caps_simplify(result);
}

bool is_in_cuda(GstCaps* caps) { return is_cuda(gst_caps_get_features(caps, 0)); }

CudaFrames* FrameMemory::frames_of(GstElement* element, int device) {
  const std::lock_guard lock(mutex_);
  if (device < 0) return nullptr;
  if (device == device_ || open_) return frames_.get();
  frames_ = open_frames(element, device);
  device_ = device;
  return frames_.get();
}

bool FrameMemory::answer(GstElement* element, GstQuery* query, const std::string& device) {
  const gchar* type = nullptr;
  if (!gst_query_parse_context_type(query, &type) || g_strcmp0(type, kCudaContext) != 0)
    return false;
  CudaFrames* const frames = GAN_CUDA_FRAMES ? frames_of(element, gpu_of(device)) : nullptr;
  return frames && frames->answer(element, query);
}

void FrameMemory::open(GstElement* element, const Enhancer& network) {
  copies_ = 0;
  open_ = GAN_CUDA_FRAMES && frames_of(element, network.frame_device());
}

PoolNeeds FrameMemory::pool_needs(GstQuery* query, const Enhancer& network) {
  PoolNeeds needs{.held = static_cast<guint>(network.most_submitted())};
  GstCaps* caps = nullptr;
  gst_query_parse_allocation(query, &caps, nullptr);
  if (open_ && caps && is_in_cuda(caps))
    needs.pool = frames_->make_pool();
  else if (const auto make = network.frame_memory())
    needs.allocator = engine_allocator(make);
  return needs;
}

void FrameMemory::propose_pool(GstQuery* query) {
  GstCaps* caps = nullptr;
  GstVideoInfo info;
  gst_query_parse_allocation(query, &caps, nullptr);
  if (!open_ || !caps || !is_in_cuda(caps) || !video_info_from_caps(info, caps)) return;
  PoolNeeds needs{.pool = frames_->make_pool()};
  decide_video_pool(query, info, needs);
  gst_object_unref(needs.pool);
}

MappedFrame FrameMemory::map(const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags flags) {
  using Place = CudaFrames::Place;
  const Place place = open_ ? frames_->place_of(buffer) : Place::kHost;
  if (place == Place::kHost) return {info, buffer, flags};
  frames_->wait(buffer);
  MappedFrame mapped(info, buffer, flags, Memory::kDevice);
  if (place == Place::kHere) return mapped;
  check(!(flags & GST_MAP_WRITE), ErrorKind::kFailed,
        "a frame of another CUDA context cannot be written");
  mapped.move_to(frames_->bring(buffer, mapped.view().planes[0].data, gst_buffer_get_size(buffer)));
  ++copies_;
  return mapped;
}

}  // namespace gan
