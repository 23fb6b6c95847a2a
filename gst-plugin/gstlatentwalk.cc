// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-latentwalk
 * @title: latentwalk
 * @short_description: animates a walk through a generator's latent space
 *
 * A source of pictures that a generator makes of codes along a path. A seed means what it means to
 * artists: the code is numpy.random.RandomState(seed).randn(n). Frame k is a function of the
 * properties and of k alone, so seeking, playing backwards and starting again give the same frames.
 *
 * |[
 * gst-launch-1.0 latentwalk model=generator.safetensors seeds=1,2,3,4 speed=0.5 ! videoconvert !
 * autovideosink
 * ]|
 */
#include "gst-plugin/gstlatentwalk.h"

#include <gst/video/video.h>

#include <memory>
#include <optional>

#include "core/engine.h"
#include "core/latent.h"
#include "gst-plugin/guard.h"
#include "gst-plugin/locked.h"
#include "gst-plugin/video_frame.h"
#include "gst-plugin/walk_properties.h"

GST_DEBUG_CATEGORY_STATIC(latent_walk_debug);
#define GST_CAT_DEFAULT latent_walk_debug

using gan::guard;

namespace {

struct State {
  gan::Locked<gan::WalkSettings> settings;    // any thread sets properties
  std::shared_ptr<gan::LatentWalker> walker;  // from start() to stop()
  gan::Locked<GstVideoInfo> info;             // of the negotiated caps; queries ask for it
  std::optional<gan::LatentPath> path;        // streaming thread: of path_options
  gan::PathOptions path_options;
  gint64 next_frame = 0;  // streaming thread, or while it stands still
};

// Start of frame k from 0; the framerate must not be 0.
GstClockTime time_of(const GstVideoInfo& info, gint64 frame) {
  return gst_util_uint64_scale(frame, GST_SECOND * info.fps_d, info.fps_n);
}

}  // namespace

struct _GstLatentWalk {
  GstPushSrc parent;
  State* state;  // new in init, delete in finalize
};

G_DEFINE_TYPE(GstLatentWalk, gst_latent_walk, GST_TYPE_PUSH_SRC)
GST_ELEMENT_REGISTER_DEFINE(latentwalk, "latentwalk", GST_RANK_NONE, GST_TYPE_LATENT_WALK)

static State& state_of(gpointer self) { return *GST_LATENT_WALK(self)->state; }

static gboolean start(GstBaseSrc* base) {
  State& state = state_of(base);
  return guard(base, FALSE, [&] {
    const gan::WalkSettings settings = state.settings.copy();
    gan::check(!settings.engine.model.empty(), gan::ErrorKind::kSettings,
               "model must name a generator's checkpoint");
    settings.path_options();  // a mistake in them stops here, not at the first frame
    state.walker = gan::load_walker(settings.engine);
    state.next_frame = 0;
    state.info.with([](GstVideoInfo& info) { gst_video_info_init(&info); });
    return TRUE;
  });
}

static gboolean stop(GstBaseSrc* base) {
  state_of(base).walker.reset();
  state_of(base).path.reset();
  return TRUE;
}

static GstCaps* fixate(GstBaseSrc* base, GstCaps* caps) {
  const gan::Size size = state_of(base).walker->info().size;
  caps = gst_caps_make_writable(caps);
  GstStructure* const structure = gst_caps_get_structure(caps, 0);
  gst_structure_fixate_field_nearest_int(structure, "width", size.width);
  gst_structure_fixate_field_nearest_int(structure, "height", size.height);
  gst_structure_fixate_field_nearest_fraction(structure, "framerate", 30, 1);
  if (gst_structure_has_field(structure, "pixel-aspect-ratio"))
    gst_structure_fixate_field_nearest_fraction(structure, "pixel-aspect-ratio", 1, 1);
  return GST_BASE_SRC_CLASS(gst_latent_walk_parent_class)->fixate(base, caps);
}

static gboolean set_caps(GstBaseSrc* base, GstCaps* caps) {
  State& state = state_of(base);
  return guard(base, FALSE, [&] {
    GstVideoInfo info;
    gan::check(gst_video_info_from_caps(&info, caps), gan::ErrorKind::kSettings,
               "the negotiated caps are not raw video");
    state.walker->set_format(gan::frame_format(info), 1, 1);
    state.info.with([&](GstVideoInfo& held) { held = info; });
    return TRUE;
  });
}

static gboolean decide_allocation(GstBaseSrc* base, GstQuery* query) {
  const GstVideoInfo info = state_of(base).info.copy();
  GstBufferPool* pool = nullptr;
  guint size = GST_VIDEO_INFO_SIZE(&info), least = 0, most = 0;
  const gboolean proposed = gst_query_get_n_allocation_pools(query) > 0;
  if (proposed) {
    gst_query_parse_nth_allocation_pool(query, 0, &pool, &size, &least, &most);
    size = MAX(size, GST_VIDEO_INFO_SIZE(&info));
  }
  if (!pool) pool = gst_video_buffer_pool_new();
  GstStructure* const config = gst_buffer_pool_get_config(pool);
  GstCaps* caps = nullptr;
  gst_query_parse_allocation(query, &caps, nullptr);
  gst_buffer_pool_config_set_params(config, caps, size, least, most);
  if (gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr))
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_set_config(pool, config);
  if (proposed)
    gst_query_set_nth_allocation_pool(query, 0, pool, size, least, most);
  else
    gst_query_add_allocation_pool(query, pool, size, least, most);
  gst_object_unref(pool);
  return GST_BASE_SRC_CLASS(gst_latent_walk_parent_class)->decide_allocation(base, query);
}

static gboolean is_seekable(GstBaseSrc*) { return TRUE; }

// Backwards the first frame is the last one that begins before the position.
static gboolean do_seek(GstBaseSrc* base, GstSegment* segment) {
  State& state = state_of(base);
  const GstVideoInfo info = state.info.copy();
  segment->time = segment->start;
  if (info.fps_n == 0)
    state.next_frame = 0;
  else if (segment->rate < 0)
    state.next_frame = static_cast<gint64>(gst_util_uint64_scale_ceil(segment->position, info.fps_n,
                                                                      GST_SECOND * info.fps_d)) -
                       1;
  else
    state.next_frame = static_cast<gint64>(
        gst_util_uint64_scale(segment->position, info.fps_n, GST_SECOND * info.fps_d));
  return TRUE;
}

static void get_times(GstBaseSrc* base, GstBuffer* buffer, GstClockTime* begin, GstClockTime* end) {
  *begin = *end = GST_CLOCK_TIME_NONE;
  if (!gst_base_src_is_live(base)) return;
  *begin = GST_BUFFER_PTS(buffer);
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) *end = *begin + GST_BUFFER_DURATION(buffer);
}

static gboolean query(GstBaseSrc* base, GstQuery* query) {
  const GstVideoInfo info = state_of(base).info.copy();
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_LATENCY:
      if (info.fps_n == 0) break;
      gst_query_set_latency(query, gst_base_src_is_live(base), time_of(info, 1),
                            GST_CLOCK_TIME_NONE);
      return TRUE;
    case GST_QUERY_CONVERT: {
      GstFormat from, to;
      gint64 value = 0, converted = 0;
      gst_query_parse_convert(query, &from, &value, &to, nullptr);
      if (!gst_video_info_convert(&info, from, value, to, &converted)) return FALSE;
      gst_query_set_convert(query, from, value, to, converted);
      return TRUE;
    }
    default: break;
  }
  return GST_BASE_SRC_CLASS(gst_latent_walk_parent_class)->query(base, query);
}

static GstFlowReturn fill(GstPushSrc* push, GstBuffer* buffer) {
  State& state = state_of(push);
  const GstVideoInfo info = state.info.copy();
  const bool backwards = GST_BASE_SRC(push)->segment.rate < 0;
  const gint64 frame = state.next_frame;
  if (frame < 0 || (info.fps_n == 0 && frame > 0)) return GST_FLOW_EOS;
  const GstClockTime begin = info.fps_n == 0 ? 0 : time_of(info, frame);
  gst_object_sync_values(GST_OBJECT(push), begin);
  return guard(push, GST_FLOW_ERROR, [&] {
    const gan::WalkSettings settings = state.settings.copy();
    const gan::WalkerInfo walker = state.walker->info();
    const gan::PathOptions options = settings.path_options();
    if (!state.path || state.path_options != options) {
      state.path.emplace(options, walker.latent);
      state.path_options = options;
    }
    const double position = settings.position >= 0
                                ? settings.position
                                : settings.speed * static_cast<double>(begin) / GST_SECOND;
    gan::LatentPoint point{state.path->at(position), {}};
    point.label.resize(static_cast<size_t>(walker.classes));
    if (walker.classes > 0) point.label[0] = 1;
    const gan::MappedFrame to(info, buffer, GST_MAP_WRITE);
    state.walker->draw({&point, 1}, settings.truncation, to.span());
    GST_BUFFER_PTS(buffer) = begin + settings.timestamp_offset;
    GST_BUFFER_DURATION(buffer) =
        info.fps_n == 0 ? GST_CLOCK_TIME_NONE : time_of(info, frame + 1) - begin;
    GST_BUFFER_OFFSET(buffer) = frame;
    GST_BUFFER_OFFSET_END(buffer) = frame + 1;
    state.next_frame += backwards ? -1 : 1;
    return GST_FLOW_OK;
  });
}

static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (id == gan::kWalkIsLive) {
    gst_base_src_set_live(GST_BASE_SRC(object), g_value_get_boolean(value));
    return;
  }
  const bool known = state_of(object).settings.with(
      [&](gan::WalkSettings& settings) { return set_walk_property(settings, id, value); });
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (id == gan::kWalkIsLive)
    g_value_set_boolean(value, gst_base_src_is_live(GST_BASE_SRC(object)));
  else if (!get_walk_property(state_of(object).settings.copy(), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject* object) {
  delete GST_LATENT_WALK(object)->state;
  G_OBJECT_CLASS(gst_latent_walk_parent_class)->finalize(object);
}

static void gst_latent_walk_init(GstLatentWalk* self) {
  self->state = new State;
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
  gst_base_src_set_live(GST_BASE_SRC(self), FALSE);
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
  static GstStaticPadTemplate source = GST_STATIC_PAD_TEMPLATE(
      "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(GAN_VIDEO_FORMATS)));
  gst_element_class_add_static_pad_template(element, &source);
  base->start = GST_DEBUG_FUNCPTR(start);
  base->stop = GST_DEBUG_FUNCPTR(stop);
  base->fixate = GST_DEBUG_FUNCPTR(fixate);
  base->set_caps = GST_DEBUG_FUNCPTR(set_caps);
  base->decide_allocation = GST_DEBUG_FUNCPTR(decide_allocation);
  base->is_seekable = GST_DEBUG_FUNCPTR(is_seekable);
  base->do_seek = GST_DEBUG_FUNCPTR(do_seek);
  base->get_times = GST_DEBUG_FUNCPTR(get_times);
  base->query = GST_DEBUG_FUNCPTR(query);
  GST_PUSH_SRC_CLASS(klass)->fill = GST_DEBUG_FUNCPTR(fill);
}
