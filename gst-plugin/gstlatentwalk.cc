// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-latentwalk
 * @title: latentwalk
 * @short_description: animates a walk through a generator's latent space
 *
 * A source of pictures that a generator makes of codes along a path. The path runs through key
 * points: seeds, arithmetic on named vectors (#GstLatentWalk:expression), or the codes of pictures
 * (#GstLatentWalk:from-image, for networks with an encoder). A seed means what it means to artists:
 * the code is numpy.random.RandomState(seed).randn(n). Conditional networks take a class
 * (#GstLatentWalk:label) or a class for each key point (#GstLatentWalk:label-path).
 *
 * Frame k is a function of the properties and of k alone, so seeking, playing backwards and
 * starting again give the same frames bit for bit. #GstLatentWalk:speed moves the walk by key
 * points a second of stream time, #GstLatentWalk:period makes a loop of exactly so many frames, and
 * #GstLatentWalk:position, in key points, can be driven by a GstController.
 *
 * |[
 * gst-launch-1.0 latentwalk model=generator.safetensors seeds=1,2,3,4 speed=0.5 ! videoconvert !
 * autovideosink
 * gst-launch-1.0 latentwalk model=generator.safetensors vectors=faces.json
 *   expression="man; woman; smiling_woman - woman + man" period=90 num-buffers=90 ! videoconvert !
 *   x264enc ! mp4mux ! filesink location=loop.mp4
 * ]|
 *
 * Where a sink keeps to the clock, or the source is live, frames that would come late are left out
 * (#GstLatentWalk:on-late): the walk keeps its pace whatever a picture takes.
 *
 * A property that is changed while playing acts from the next frame on. A mistake in one is an
 * error at the start, and a warning later: the walk then goes on as it was.
 *
 * Since: 0.1
 */
#include "gst-plugin/gstlatentwalk.h"

#include "gst-plugin/fixed_property.h"
#include "gst-plugin/guard.h"
#include "gst-plugin/video_frame.h"
#include "gst-plugin/video_pool.h"
#include "gst-plugin/video_source.h"
#include "gst-plugin/walk_stream.h"

GST_DEBUG_CATEGORY(latent_walk_debug);
#define GST_CAT_DEFAULT latent_walk_debug

using gan::guard;

struct _GstLatentWalk {
  GstPushSrc parent;
  gan::WalkStream* stream;  // new in init, delete in finalize
};

G_DEFINE_TYPE_WITH_CODE(GstLatentWalk, gst_latent_walk, GST_TYPE_PUSH_SRC,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, nullptr))
GST_ELEMENT_REGISTER_DEFINE(latentwalk, "latentwalk", GST_RANK_NONE, GST_TYPE_LATENT_WALK)

static gan::WalkStream& stream_of(gpointer self) { return *GST_LATENT_WALK(self)->stream; }

static GstBaseSrcClass* parent_class() { return GST_BASE_SRC_CLASS(gst_latent_walk_parent_class); }

static gboolean start(GstBaseSrc* base) {
  return guard(base, FALSE, [&] {
    stream_of(base).start();
    return TRUE;
  });
}

static gboolean stop(GstBaseSrc* base) {
  stream_of(base).stop();
  return TRUE;
}

static GstCaps* fixate(GstBaseSrc* base, GstCaps* caps) {
  return parent_class()->fixate(base, gan::fixate_source_caps(caps, stream_of(base).size()));
}

static gboolean set_caps(GstBaseSrc* base, GstCaps* caps) {
  return guard(base, FALSE, [&] {
    stream_of(base).set_caps(caps);
    return TRUE;
  });
}

static gboolean decide_allocation(GstBaseSrc* base, GstQuery* query) {
  gan::decide_video_pool(query, stream_of(base).info());
  return parent_class()->decide_allocation(base, query);
}

static gboolean is_seekable(GstBaseSrc*) { return TRUE; }

static gboolean do_seek(GstBaseSrc* base, GstSegment* segment) {
  if (!GST_CLOCK_TIME_IS_VALID(segment->position)) return FALSE;  // backwards from no end
  segment->time = segment->start;
  stream_of(base).seek(segment->position, segment->rate < 0);
  return TRUE;
}

static gboolean unlock(GstBaseSrc* base) {
  stream_of(base).interrupt(true);
  return TRUE;
}

static gboolean unlock_stop(GstBaseSrc* base) {
  stream_of(base).interrupt(false);
  return TRUE;
}

static void get_times(GstBaseSrc* base, GstBuffer* buffer, GstClockTime* begin, GstClockTime* end) {
  *begin = *end = GST_CLOCK_TIME_NONE;
  if (!gst_base_src_is_live(base)) return;
  *begin = GST_BUFFER_PTS(buffer);
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) *end = *begin + GST_BUFFER_DURATION(buffer);
}

static gboolean query(GstBaseSrc* base, GstQuery* query) {
  return gan::answer_source_query(base, stream_of(base).info(), query) ||
         parent_class()->query(base, query);
}

static gboolean event(GstBaseSrc* base, GstEvent* event) {
  stream_of(base).listen(event);
  return parent_class()->event(base, event);
}

static GstFlowReturn fill(GstPushSrc* push, GstBuffer* buffer) {
  return guard(push, GST_FLOW_ERROR, [&] { return stream_of(push).fill(buffer); });
}

static GstPadProbeReturn sent(GstPad*, GstPadProbeInfo* info, gpointer self) {
  stream_of(self).sent(GST_PAD_PROBE_INFO_BUFFER(info));
  return GST_PAD_PROBE_OK;
}

static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (gan::is_fixed_now(object, spec, value)) return;
  if (id == gan::kWalkIsLive)
    gst_base_src_set_live(GST_BASE_SRC(object), g_value_get_boolean(value));
  else if (!stream_of(object).set(id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (id == gan::kWalkIsLive)
    g_value_set_boolean(value, gst_base_src_is_live(GST_BASE_SRC(object)));
  else if (!stream_of(object).get(id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject* object) {
  delete GST_LATENT_WALK(object)->stream;
  G_OBJECT_CLASS(gst_latent_walk_parent_class)->finalize(object);
}

static void gst_latent_walk_init(GstLatentWalk* self) {
  self->stream = new gan::WalkStream(GST_BASE_SRC(self));
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
  gst_base_src_set_live(GST_BASE_SRC(self), FALSE);
  gst_pad_add_probe(GST_BASE_SRC_PAD(self), GST_PAD_PROBE_TYPE_BUFFER, sent, self, nullptr);
}

static void gst_latent_walk_class_init(GstLatentWalkClass* klass) {
  GST_DEBUG_CATEGORY_INIT(latent_walk_debug, "latentwalk", 0, "walks through latent spaces");
  auto* const object = G_OBJECT_CLASS(klass);
  auto* const element = GST_ELEMENT_CLASS(klass);
  auto* const base = GST_BASE_SRC_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  gan::install_walk_properties(object);
  gst_element_class_set_static_metadata(element, "Latent walk", "Source/Video",
                                        "Animates a walk through a generator's latent space",
                                        "The gst-plugins-gan authors");
  GstCaps* const caps = gan::video_template_caps();
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
  base->start = GST_DEBUG_FUNCPTR(start);
  base->stop = GST_DEBUG_FUNCPTR(stop);
  base->fixate = GST_DEBUG_FUNCPTR(fixate);
  base->set_caps = GST_DEBUG_FUNCPTR(set_caps);
  base->decide_allocation = GST_DEBUG_FUNCPTR(decide_allocation);
  base->is_seekable = GST_DEBUG_FUNCPTR(is_seekable);
  base->do_seek = GST_DEBUG_FUNCPTR(do_seek);
  base->unlock = GST_DEBUG_FUNCPTR(unlock);
  base->unlock_stop = GST_DEBUG_FUNCPTR(unlock_stop);
  base->get_times = GST_DEBUG_FUNCPTR(get_times);
  base->query = GST_DEBUG_FUNCPTR(query);
  base->event = GST_DEBUG_FUNCPTR(event);
  GST_PUSH_SRC_CLASS(klass)->fill = GST_DEBUG_FUNCPTR(fill);
}
