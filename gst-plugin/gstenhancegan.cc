// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-enhancegan
 * @title: enhancegan
 * @short_description: enhances or enlarges every frame by a neural network
 *
 * A frame in, the enhanced frame out, `scale` times larger where the network enlarges. Without the
 * property #GstEnhanceGan:model the built-in 2x super-resolution network runs.
 *
 * |[
 * gst-launch-1.0 filesrc location=clip.mp4 ! decodebin ! videoconvert ! enhancegan ! videoconvert !
 * autovideosink
 * ]| enlarges a file twofold and shows it.
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! videoscale ! video/x-raw,width=320,height=240 !
 * enhancegan @preset="fast webcam" ! queue ! videoconvert ! autovideosink
 * ]| does so live; frames for which there is no time are enlarged plainly.
 * |[
 * gst-launch-1.0 filesrc location=clip.mp4 ! decodebin ! videoconvert ! enhancegan
 * model=realesr-animevideov3.pth split=0.5 ! videoconvert ! autovideosink
 * ]| shows official weights on the right half of the picture.
 *
 * In front of a sink that keeps to the clock, frames that would come late are not begun
 * (#GstEnhanceGan:on-late), so what is enhanced is shown. With a queue behind the element it can
 * work while the sink waits.
 */
#include "gst-plugin/gstenhancegan.h"

#include <utility>

#include "gst-plugin/cuda/frame_memory.h"
#include "gst-plugin/enhance_stream.h"
#include "gst-plugin/fixed_property.h"
#include "gst-plugin/guard.h"
#include "gst-plugin/scaled_caps.h"
#include "gst-plugin/video_frame.h"
#include "gst-plugin/video_pool.h"

GST_DEBUG_CATEGORY(enhance_gan_debug);
#define GST_CAT_DEFAULT enhance_gan_debug

using gan::guard;

struct _GstEnhanceGan {
  GstBaseTransform parent;
  gan::EnhanceStream* stream;  // new in init, delete in finalize
};

G_DEFINE_TYPE_WITH_CODE(GstEnhanceGan, gst_enhance_gan, GST_TYPE_BASE_TRANSFORM,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, nullptr))
GST_ELEMENT_REGISTER_DEFINE(enhancegan, "enhancegan", GST_RANK_NONE, GST_TYPE_ENHANCE_GAN)

static gan::EnhanceStream& stream_of(gpointer self) { return *GST_ENHANCE_GAN(self)->stream; }

static GstBaseTransformClass* parent_class() {
  return GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class);
}

static gboolean start(GstBaseTransform* base) {
  gst_base_transform_set_passthrough(base, FALSE);
  const gboolean started = guard(base, FALSE, [&] {
    stream_of(base).start();
    return TRUE;
  });
  if (!started) stream_of(base).stop();
  return started;
}

static gboolean stop(GstBaseTransform* base) {
  stream_of(base).stop();
  return TRUE;
}

// The frame that is at work ends first, or stopping would wait for it.
static GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY) stream_of(element).interrupt(true);
  return GST_ELEMENT_CLASS(gst_enhance_gan_parent_class)->change_state(element, change);
}

static GstCaps* transform_caps(GstBaseTransform* base, GstPadDirection direction, GstCaps* caps,
                               GstCaps* filter) {
  GstCaps* result = stream_of(base).transform_caps(caps, direction);
  if (filter) {
    GstCaps* const filtered = gst_caps_intersect_full(filter, result, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref(result);
    result = filtered;
  }
  GST_LOG_OBJECT(base, "caps %" GST_PTR_FORMAT " become %" GST_PTR_FORMAT, caps, result);
  return result;
}

static gboolean accept_caps(GstBaseTransform* base, GstPadDirection direction, GstCaps* caps) {
  GstCaps* const said = gan::with_interlace_mode(caps);
  const gboolean accepted = parent_class()->accept_caps(base, direction, said);
  gst_caps_unref(said);
  return accepted;
}

static gboolean set_caps(GstBaseTransform* base, GstCaps* in_caps, GstCaps* out_caps) {
  return guard(base, FALSE,
               [&]() -> gboolean { return stream_of(base).set_caps(in_caps, out_caps); });
}

template <class Body>
static GstFlowReturn flow_of(GstBaseTransform* base, const Body& body) {
  const auto failed = gan::failure_of(body);
  if (!failed) return GST_FLOW_OK;
  if (failed->fault.kind == gan::ErrorKind::kInterrupted) return GST_FLOW_FLUSHING;
  gan::post_error(GST_ELEMENT(base), *failed);
  return GST_FLOW_ERROR;
}

// Pushes what is held.
static GstFlowReturn drain(GstBaseTransform* base) {
  return flow_of(base, [&] { stream_of(base).drain(); });
}

static GstFlowReturn submit_input_buffer(GstBaseTransform* base, gboolean is_discont,
                                         GstBuffer* buffer) {
  GstFlowReturn flow = flow_of(base, [&] { stream_of(base).before_frame(buffer); });
  if (flow == GST_FLOW_OK && gst_pad_needs_reconfigure(base->srcpad)) flow = drain(base);
  if (flow == GST_FLOW_OK) return parent_class()->submit_input_buffer(base, is_discont, buffer);
  gst_buffer_unref(buffer);
  return flow;
}

// Where nothing would change, buffers go through as they are: but not with padded rows to an
// element that does not look at GstVideoMeta.
static void let_through(GstBaseTransform* base, GstBuffer* buffer) {
  const gan::EnhanceStream& stream = stream_of(base);
  const gboolean nothing =
      stream.changes_nothing() && (stream.next_takes_meta || !gst_buffer_get_video_meta(buffer));
  if (nothing == gst_base_transform_is_passthrough(base)) return;
  drain(base);
  gst_base_transform_set_passthrough(base, nothing);
  gst_base_transform_reconfigure_src(base);  // buffers from another pool
}

static void before_transform(GstBaseTransform* base, GstBuffer* buffer) {
  const GstClockTime time =
      gst_segment_to_stream_time(&base->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  if (GST_CLOCK_TIME_IS_VALID(time)) {
    gst_object_sync_values(GST_OBJECT(base), time);
    stream_of(base).set_stream_time(time);
  }
  let_through(base, buffer);
}

static GstFlowReturn transform(GstBaseTransform* base, GstBuffer* in, GstBuffer* out) {
  return flow_of(base, [&] { stream_of(base).transform(in, out); });
}

static GstFlowReturn submit(GstBaseTransform* base, GstBuffer* in) {
  GstBuffer* out = nullptr;
  const GstFlowReturn flow =
      GST_BASE_TRANSFORM_GET_CLASS(base)->prepare_output_buffer(base, in, &out);
  if (flow != GST_FLOW_OK) return flow;
  return flow_of(base, [&] { stream_of(base).submit(in, out); });
}

// Called until nothing comes out.
static GstFlowReturn generate_output(GstBaseTransform* base, GstBuffer** out) {
  gan::EnhanceStream& stream = stream_of(base);
  if (base->queued_buf) {
    if (!stream.holds_frames()) return parent_class()->generate_output(base, out);
    GstBuffer* const in = std::exchange(base->queued_buf, nullptr);
    before_transform(base, in);
    if (gst_base_transform_is_passthrough(base)) {
      *out = in;
      return GST_FLOW_OK;
    }
    const GstFlowReturn flow = submit(base, in);
    gst_buffer_unref(in);
    if (flow != GST_FLOW_OK) return flow;
  }
  return flow_of(base, [&] {
    if (stream.is_full()) *out = stream.collect();
  });
}

// The base class is told by before_frame() what is late, and not by the sink.
static gboolean src_event(GstBaseTransform* base, GstEvent* given) {
  GstEvent* const event = stream_of(base).from_downstream(given);
  if (!event) return TRUE;
  if (GST_EVENT_TYPE(event) == GST_EVENT_QOS) return gst_pad_push_event(base->sinkpad, event);
  return parent_class()->src_event(base, event);
}

static gboolean sink_event(GstBaseTransform* base, GstEvent* event) {
  gan::EnhanceStream& stream = stream_of(base);
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START) stream.interrupt(true);
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
    stream.interrupt(false);
    stream.flush();
  } else if ((gst_event_type_get_flags(GST_EVENT_TYPE(event)) & GST_EVENT_TYPE_SERIALIZED) &&
             GST_EVENT_TYPE(event) != GST_EVENT_TAG) {
    drain(base);
  }
  return parent_class()->sink_event(base, event);
}

// In a live pipeline each frame is later by the time that the network takes, and that it is held.
static gboolean query(GstBaseTransform* base, GstPadDirection direction, GstQuery* query) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_DRAIN && direction == GST_PAD_SINK) drain(base);
  if (GST_QUERY_TYPE(query) == GST_QUERY_CONTEXT && stream_of(base).answer_context(query))
    return TRUE;
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || direction != GST_PAD_SRC)
    return parent_class()->query(base, direction, query);
  return stream_of(base).answer_latency(query);
}

static gboolean transform_meta(GstBaseTransform* base, GstBuffer* out, GstMeta* meta,
                               GstBuffer* in) {
  return stream_of(base).keep_meta(out, meta, in);
}

static gboolean decide_allocation(GstBaseTransform* base, GstQuery* query) {
  gan::EnhanceStream& stream = stream_of(base);
  stream.next_takes_meta = gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  gan::PoolNeeds needs = stream.memory().pool_needs(query, *stream.network());
  gan::decide_video_pool(query, stream.out, needs);
  gst_clear_object(&needs.allocator);
  gst_clear_object(&needs.pool);
  return parent_class()->decide_allocation(base, query);
}

// decided: null where the query is answered by the element behind.
static gboolean propose_allocation(GstBaseTransform* base, GstQuery* decided, GstQuery* query) {
  gan::EnhanceStream& stream = stream_of(base);
  if (!parent_class()->propose_allocation(base, decided, query)) return FALSE;
  stream.memory().propose_pool(query);
  if (decided && (stream.next_takes_meta || !stream.changes_nothing()))
    gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (!gan::is_fixed_now(object, spec, value)) stream_of(object).set(id, value);
}

static void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (!stream_of(object).get(id, value)) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject* object) {
  delete GST_ENHANCE_GAN(object)->stream;
  G_OBJECT_CLASS(gst_enhance_gan_parent_class)->finalize(object);
}

static void gst_enhance_gan_init(GstEnhanceGan* self) {
  self->stream = new gan::EnhanceStream(GST_BASE_TRANSFORM(self));
  gst_base_transform_set_qos_enabled(GST_BASE_TRANSFORM(self), TRUE);  // on-late=drop
}

static void gst_enhance_gan_class_init(GstEnhanceGanClass* klass) {
  GST_DEBUG_CATEGORY_INIT(enhance_gan_debug, "enhancegan", 0, "neural enhancement of video");
  auto* const object = G_OBJECT_CLASS(klass);
  auto* const element = GST_ELEMENT_CLASS(klass);
  auto* const base = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  gan::install_enhance_properties(object);
  GstCaps* caps = gan::video_template_caps();
  gst_caps_set_simple(caps, "interlace-mode", G_TYPE_STRING, "progressive", nullptr);
  caps = gan::in_either_memory(caps, GAN_CUDA_FRAMES);
  for (const auto& [name, direction] : {std::pair{"sink", GST_PAD_SINK}, {"src", GST_PAD_SRC}})
    gst_element_class_add_pad_template(element,
                                       gst_pad_template_new(name, direction, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
  gst_element_class_set_static_metadata(
      element, "GAN video enhancer", "Filter/Effect/Converter/Scaler/Video",
      "Enhances or enlarges every frame by a neural network", "The gst-plugins-gan authors");
  element->change_state = GST_DEBUG_FUNCPTR(change_state);
  base->start = GST_DEBUG_FUNCPTR(start);
  base->stop = GST_DEBUG_FUNCPTR(stop);
  base->transform_caps = GST_DEBUG_FUNCPTR(transform_caps);
  base->accept_caps = GST_DEBUG_FUNCPTR(accept_caps);
  base->transform_size = GST_DEBUG_FUNCPTR(gan::size_of_frame);
  base->set_caps = GST_DEBUG_FUNCPTR(set_caps);
  base->submit_input_buffer = GST_DEBUG_FUNCPTR(submit_input_buffer);
  base->generate_output = GST_DEBUG_FUNCPTR(generate_output);
  base->before_transform = GST_DEBUG_FUNCPTR(before_transform);
  base->transform = GST_DEBUG_FUNCPTR(transform);
  base->src_event = GST_DEBUG_FUNCPTR(src_event);
  base->sink_event = GST_DEBUG_FUNCPTR(sink_event);
  base->query = GST_DEBUG_FUNCPTR(query);
  base->transform_meta = GST_DEBUG_FUNCPTR(transform_meta);
  base->decide_allocation = GST_DEBUG_FUNCPTR(decide_allocation);
  base->propose_allocation = GST_DEBUG_FUNCPTR(propose_allocation);
}
