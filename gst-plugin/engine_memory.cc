// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/engine_memory.h"

#include "gst-plugin/guard.h"

namespace {

struct EngineMemory {
  GstMemory memory;  // first, as GStreamer wants it
  std::shared_ptr<uint8_t> bytes;
};

}  // namespace

struct GanEngineAllocator {
  GstAllocator parent;
  gan::Enhancer::MakeMemory make;
};
struct GanEngineAllocatorClass {
  GstAllocatorClass parent;
};

G_DEFINE_TYPE(GanEngineAllocator, gan_engine_allocator, GST_TYPE_ALLOCATOR)

static GstMemory* allocate(GstAllocator* allocator, gsize size, GstAllocationParams* params) {
  const gsize all = params->prefix + size + params->padding;
  std::shared_ptr<uint8_t> bytes;
  const auto make = reinterpret_cast<GanEngineAllocator*>(allocator)->make;
  // Without it the frame fails, and says so.
  if (gan::failure_of([&] { bytes = make(all); })) return nullptr;
  auto* const made = new EngineMemory{{}, std::move(bytes)};
  gst_memory_init(&made->memory, GST_MEMORY_FLAG_NO_SHARE, allocator, nullptr, all, params->align,
                  params->prefix, size);
  return &made->memory;
}

static void release(GstAllocator*, GstMemory* memory) {
  delete reinterpret_cast<EngineMemory*>(memory);
}

static gpointer map(GstMemory* memory, gsize, GstMapFlags) {
  return reinterpret_cast<EngineMemory*>(memory)->bytes.get();
}

static void unmap(GstMemory*) {}

static void gan_engine_allocator_class_init(GanEngineAllocatorClass* klass) {
  klass->parent.alloc = allocate;
  klass->parent.free = release;
}

static void gan_engine_allocator_init(GanEngineAllocator* self) {
  auto* const allocator = GST_ALLOCATOR(self);
  allocator->mem_type = "GanEngineMemory";
  allocator->mem_map = map;
  allocator->mem_unmap = unmap;
  GST_OBJECT_FLAG_SET(self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

namespace gan {

GstAllocator* engine_allocator(Enhancer::MakeMemory make) {
  auto* const made =
      reinterpret_cast<GanEngineAllocator*>(g_object_new(gan_engine_allocator_get_type(), nullptr));
  made->make = make;
  gst_object_ref_sink(made);
  return GST_ALLOCATOR(made);
}

}  // namespace gan
