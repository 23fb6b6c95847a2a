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
 * A property that is changed while playing acts from the next frame on. A mistake in one is an
 * error at the start, and a warning later: the walk then goes on as it was.
 *
 * Since: 0.1
 */
#include "gst-plugin/gstlatentwalk.h"

#include <gst/video/video.h>

#include <memory>
#include <optional>

#include "core/engine.h"
#include "core/latent_walk.h"
#include "gst-plugin/guard.h"
#include "gst-plugin/locked.h"
#include "gst-plugin/video_frame.h"
#include "gst-plugin/video_source.h"
#include "gst-plugin/walk_properties.h"

GST_DEBUG_CATEGORY_STATIC(latent_walk_debug);
#define GST_CAT_DEFAULT latent_walk_debug

using gan::guard;

namespace {

// What a frame is drawn of.
struct Shown {
  std::vector<gan::LatentPoint> points;
  double truncation = 1;
  bool operator==(const Shown&) const = default;
};

struct State {
  gan::Locked<gan::WalkSettings> settings;                 // any thread sets properties
  gan::Locked<std::shared_ptr<gan::LatentWalker>> walker;  // from start() to stop()
  gan::Locked<GstVideoInfo> info;                          // of the negotiated caps
  // What follows belongs to the streaming thread, and to others while it stands still.
  gan::WalkGround ground;
  gan::GridShape grid;
  std::optional<gan::LatentPath> path;
  gan::WalkOptions path_options;  // that the path was made of
  gint64 frame = 0;               // the next one
  std::optional<Shown> expected;  // of the next one
  struct Seek {
    GstClockTime time;
    bool backwards;
    bool from_then_on = false;  // forwards: no frame that begins before
  };
  std::optional<Seek> seek;  // done at the next frame, when the framerate is known
};

}  // namespace

struct _GstLatentWalk {
  GstPushSrc parent;
  State* state;  // new in init, delete in finalize
};

G_DEFINE_TYPE_WITH_CODE(GstLatentWalk, gst_latent_walk, GST_TYPE_PUSH_SRC,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, nullptr))
GST_ELEMENT_REGISTER_DEFINE(latentwalk, "latentwalk", GST_RANK_NONE, GST_TYPE_LATENT_WALK)

static State& state_of(gpointer self) { return *GST_LATENT_WALK(self)->state; }

static gboolean start(GstBaseSrc* base) {
  State& state = state_of(base);
  return guard(base, FALSE, [&] {
    const gan::WalkSettings settings = state.settings.copy();
    state.grid = gan::parse_grid(settings.grid);
    std::shared_ptr<gan::LatentWalker> walker = gan::load_walker(settings.engine);
    state.ground = gan::load_ground(settings, *walker);
    state.path.emplace(gan::make_path(settings.walk, state.ground));
    state.path_options = settings.walk;
    state.frame = 0;
    state.seek.reset();
    state.info.with([](GstVideoInfo& info) { gst_video_info_init(&info); });
    state.walker.with([&](auto& held) { held = std::move(walker); });
    return TRUE;
  });
}

static gboolean stop(GstBaseSrc* base) {
  state_of(base).walker.with([](auto& held) { held.reset(); });
  state_of(base).path.reset();
  return TRUE;
}

static GstCaps* fixate(GstBaseSrc* base, GstCaps* caps) {
  State& state = state_of(base);
  const gan::Size one = state.walker.copy()->info().size;
  caps =
      gan::fixate_source_caps(caps, {one.width * state.grid.columns, one.height * state.grid.rows});
  return GST_BASE_SRC_CLASS(gst_latent_walk_parent_class)->fixate(base, caps);
}

// Another framerate goes on at the time that the last one had reached.
static gboolean set_caps(GstBaseSrc* base, GstCaps* caps) {
  State& state = state_of(base);
  return guard(base, FALSE, [&] {
    GstVideoInfo info;
    gan::check(gan::video_info_from_caps(info, caps), gan::ErrorKind::kSettings,
               "the negotiated caps are not raw video");
    state.walker.copy()->set_format(gan::frame_format(info), state.grid.cells(),
                                    state.grid.columns);
    const GstVideoInfo last = state.info.copy();
    if (last.fps_n && !state.seek &&
        gst_util_fraction_compare(last.fps_n, last.fps_d, info.fps_n, MAX(info.fps_d, 1)) != 0)
      state.seek = {gan::time_of_frame(last, MAX(state.frame, 0)), base->segment.rate < 0, true};
    state.info.with([&](GstVideoInfo& held) { held = info; });
    return TRUE;
  });
}

static gboolean decide_allocation(GstBaseSrc* base, GstQuery* query) {
  gan::decide_source_pool(query, state_of(base).info.copy());
  return GST_BASE_SRC_CLASS(gst_latent_walk_parent_class)->decide_allocation(base, query);
}

static gboolean is_seekable(GstBaseSrc*) { return TRUE; }

static gboolean do_seek(GstBaseSrc* base, GstSegment* segment) {
  if (!GST_CLOCK_TIME_IS_VALID(segment->position)) return FALSE;  // backwards from no end
  segment->time = segment->start;
  state_of(base).seek = {segment->position, segment->rate < 0};
  return TRUE;
}

static gboolean unlock(GstBaseSrc* base) {
  if (const auto walker = state_of(base).walker.copy()) walker->interrupt(true);
  return TRUE;
}

static gboolean unlock_stop(GstBaseSrc* base) {
  if (const auto walker = state_of(base).walker.copy()) walker->interrupt(false);
  return TRUE;
}

static void get_times(GstBaseSrc* base, GstBuffer* buffer, GstClockTime* begin, GstClockTime* end) {
  *begin = *end = GST_CLOCK_TIME_NONE;
  if (!gst_base_src_is_live(base)) return;
  *begin = GST_BUFFER_PTS(buffer);
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) *end = *begin + GST_BUFFER_DURATION(buffer);
}

static gboolean query(GstBaseSrc* base, GstQuery* query) {
  return gan::answer_source_query(base, state_of(base).info.copy(), query) ||
         GST_BASE_SRC_CLASS(gst_latent_walk_parent_class)->query(base, query);
}

// A mistake in what was changed while playing must not end the show.
static void renew_path(GstLatentWalk* self, const gan::WalkOptions& options) {
  State& state = *self->state;
  if (state.path_options == options) return;
  state.path_options = options;
  const auto failed =
      gan::failure_of([&] { state.path.emplace(gan::make_path(options, state.ground)); });
  if (failed)
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS,
                        ("%s; the walk goes on as it was", failed->text.c_str()), (nullptr));
}

static Shown shown_at(State& state, const gan::WalkSettings& settings, gint64 frame) {
  const GstVideoInfo info = state.info.copy();
  const double seconds = info.fps_n == 0 || frame < 0
                             ? 0
                             : static_cast<double>(gan::time_of_frame(info, frame)) / GST_SECOND;
  return {gan::points_of_cells(*state.path, state.path->position(settings.pace, frame, seconds),
                               state.grid.cells(), state.ground.classes),
          settings.truncation};
}

static GstFlowReturn fill(GstPushSrc* push, GstBuffer* buffer) {
  State& state = state_of(push);
  const GstVideoInfo info = state.info.copy();
  if (state.seek) {
    const auto [time, backwards, from_then_on] = *state.seek;
    state.frame = gan::frame_at_time(info, time, backwards);
    if (from_then_on && !backwards && info.fps_n && gan::time_of_frame(info, state.frame) < time)
      ++state.frame;
    state.seek.reset();
    state.expected.reset();
  }
  const gint64 frame = state.frame;
  if (frame < 0 || (info.fps_n == 0 && frame > 0)) return GST_FLOW_EOS;
  const GstClockTime begin = info.fps_n == 0 ? 0 : gan::time_of_frame(info, frame);
  gst_object_sync_values(GST_OBJECT(push), begin);
  return guard(push, GST_FLOW_ERROR, [&] {
    const gan::WalkSettings settings = state.settings.copy();  // one for the whole frame
    renew_path(GST_LATENT_WALK(push), settings.walk);
    const gint64 step = GST_BASE_SRC(push)->segment.rate < 0 ? -1 : 1;
    const auto walker = state.walker.copy();
    const Shown shown = shown_at(state, settings, frame);
    const gan::MappedFrame to(info, buffer, GST_MAP_WRITE);
    if (!walker->draw(shown.points, shown.truncation, to.span())) return GST_FLOW_FLUSHING;
    // Not worth it where a controller or a user makes every frame other than expected.
    if (!state.expected || *state.expected == shown)
      for (gint64 ahead = 1; ahead <= walker->foresight() && frame + ahead * step >= 0; ++ahead)
        walker->foresee(shown_at(state, settings, frame + ahead * step).points, shown.truncation);
    state.expected = shown_at(state, settings, frame + step);
    gan::stamp_frame(info, frame, buffer);
    GST_BUFFER_PTS(buffer) += settings.timestamp_offset;
    state.frame += step;
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
  else if (id == gan::kWalkStats)
    g_value_take_boxed(value, gan::walk_stats(state_of(object).walker.copy().get()));
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
  GST_PUSH_SRC_CLASS(klass)->fill = GST_DEBUG_FUNCPTR(fill);
}
